//! Parquet files as blocks of rows: the same column names, the same checks as text, typed values.

use std::collections::HashMap;

use super::block::{Block, Refused, Row};
use super::discover::Source;
use super::header::{self, Layout};
use super::reject::{Reason, Values};
use super::stamp::{self, Raw, StampReader};
use super::stream::symbol_of;
use super::{IngestError, Options};
use crate::domain::Symbol;
use crate::store::StoreError;
use crate::store::arrow::array::{Array, AsArray, Float64Array, Int64Array, StringArray};
use crate::store::arrow::datatypes::{Float64Type, Int64Type};
use crate::store::arrow::record_batch::RecordBatch;
use crate::store::external::Scanner;

/// What the time column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// Microseconds of a wall clock, or of UTC.
    Micros { utc: bool, date_only: bool },
    /// Text as in a CSV file.
    Text,
}

/// Reads a file block by block; `each` says whether to go on.
///
/// # Errors
/// Refusals of the file's shape, faults of DuckDB.
pub fn read(
    source: &Source,
    options: &Options,
    scanner: &Scanner,
    mut each: impl FnMut(Block) -> bool,
) -> Result<(), IngestError> {
    let path = source.path.as_path();
    std::fs::File::open(path).map_err(|error| IngestError::io(path, error))?;
    let text =
        path.to_str().ok_or_else(|| IngestError::refused(path, None, "the path is not UTF-8", "rename the file"))?;
    // A glob in a file name would read other files.
    if text.contains(['*', '?', '[']) {
        return Err(IngestError::refused(path, None, "the path holds a wildcard character", "rename the file"));
    }
    let damaged = |error: StoreError| damaged(source, &error);
    let columns = scanner.parquet_columns(text).map_err(damaged)?;
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let layout = header::layout(path, None, &names)?;
    let fallback = if layout.symbol.is_none() { Some(symbol_of(source, options)?) } else { None };
    let (time, expressions) = expressions(&columns, &layout);
    let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
    let mut progress = Some(size);
    let mut reader = Reader { time, layout, options, fallback, stamps: StampReader::default() };
    let read = scanner.parquet_rows(text, &expressions, |batch| {
        let mut block = reader.block(batch);
        block.taken = progress.take().unwrap_or(0);
        each(block)
    });
    read.map_err(damaged)
}

fn damaged(source: &Source, error: &StoreError) -> IngestError {
    let hint = "check the download; 'ws ingest csv' reads text files";
    IngestError::refused(&source.path, None, format!("not a readable Parquet file ({error})"), hint)
}

/// SQL of time, prices, volume, vwap and symbol, in this order; a missing column is NULL.
fn expressions(columns: &[(String, String)], layout: &Layout) -> (Time, Vec<String>) {
    let column = |at: usize| Scanner::column(&columns[at].0);
    let kind = columns[layout.time].1.as_str();
    let at = column(layout.time);
    let (time, expression) = match layout.clock {
        Some(clock) => (Time::Text, format!("CAST({at} AS VARCHAR) || ' ' || CAST({} AS VARCHAR)", column(clock))),
        None if kind == "DATE" => {
            let time = Time::Micros { utc: false, date_only: true };
            (time, format!("CASE WHEN isfinite({at}) THEN epoch_us(CAST({at} AS TIMESTAMP)) END"))
        }
        None if kind.starts_with("TIMESTAMP") => {
            let utc = kind.contains("ZONE");
            let time = Time::Micros { utc, date_only: false };
            (time, format!("CASE WHEN isfinite({at}) THEN epoch_us({at}) END"))
        }
        None => (Time::Text, format!("CAST({at} AS VARCHAR)")),
    };
    let number = |at: Option<usize>| match at {
        Some(at) => format!("TRY_CAST({} AS DOUBLE)", column(at)),
        None => "CAST(NULL AS DOUBLE)".to_string(),
    };
    let mut all = vec![expression];
    all.extend(layout.prices.map(|at| number(Some(at))));
    all.extend([number(layout.volume), number(layout.vwap)]);
    all.push(layout.symbol.map_or("CAST(NULL AS VARCHAR)".into(), |at| format!("CAST({} AS VARCHAR)", column(at))));
    (time, all)
}

struct Reader<'a> {
    time: Time,
    layout: Layout,
    options: &'a Options,
    fallback: Option<Symbol>,
    stamps: StampReader,
}

/// The columns of a batch.
struct Columns<'a> {
    micros: Option<&'a Int64Array>,
    texts: Option<&'a StringArray>,
    numbers: [&'a Float64Array; 6],
    symbols: &'a StringArray,
    rows: &'a Int64Array,
}

impl Reader<'_> {
    fn block(&mut self, batch: &RecordBatch) -> Block {
        let columns = Columns {
            micros: batch.column(0).as_primitive_opt::<Int64Type>(),
            texts: batch.column(0).as_string_opt::<i32>(),
            numbers: [1, 2, 3, 4, 5, 6].map(|at| batch.column(at).as_primitive::<Float64Type>()),
            symbols: batch.column(7).as_string::<i32>(),
            rows: batch.column(8).as_primitive::<Int64Type>(),
        };
        let (mut block, mut names) = (Block::default(), HashMap::new());
        for row in 0..batch.num_rows() {
            block.rows_read += 1;
            self.take(&columns, row, &mut block, &mut names);
        }
        block
    }

    fn take(&mut self, columns: &Columns, row: usize, block: &mut Block, names: &mut HashMap<String, u32>) {
        let line = u64::try_from(columns.rows.value(row)).unwrap_or(0);
        let judged = self.symbol(columns, row, block, names).and_then(|symbol| Ok((symbol, self.stamp(columns, row)?)));
        let (symbol, stamp) = match judged {
            Ok(found) => found,
            Err(detail) => {
                let raw = self.describe(columns, row);
                return block.refused.push(Refused { line, symbol: None, raw, reason: Reason::Unparsable, detail });
            }
        };
        let read = self.values(columns, row).map_err(|detail| (Reason::Unparsable, detail));
        let (values, fault) = match read.and_then(|values| values.fault().map_or(Ok(values), Err)) {
            Ok(values) => (values, None),
            Err(fault) => (Values::UNKNOWN, Some(fault)),
        };
        block.rows.push(Row { symbol, line, span: (0, 0), stamp, values, good: fault.is_none() });
        if let Some((reason, detail)) = fault {
            let raw = self.describe(columns, row);
            block.refused.push(Refused { line, symbol: Some(symbol), raw, reason, detail });
        }
    }

    fn symbol(
        &self,
        columns: &Columns,
        row: usize,
        block: &mut Block,
        names: &mut HashMap<String, u32>,
    ) -> Result<u32, String> {
        let name = if columns.symbols.is_null(row) { "" } else { columns.symbols.value(row).trim() };
        if let Some(known) = names.get(name) {
            return Ok(*known);
        }
        let symbol = match (&self.fallback, &self.options.symbol) {
            (Some(only), _) => only.clone(),
            (None, Some(flag)) => {
                block.overruled.push(name.to_string());
                flag.clone()
            }
            (None, None) => name.parse::<Symbol>().map_err(|error| error.to_string())?,
        };
        let at = block.symbols.iter().position(|known| *known == symbol).unwrap_or_else(|| {
            block.symbols.push(symbol);
            block.symbols.len() - 1
        });
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        names.insert(name.to_string(), at);
        Ok(at)
    }

    fn stamp(&mut self, columns: &Columns, row: usize) -> Result<Raw, String> {
        let read = match (self.time, columns.micros, columns.texts) {
            (Time::Micros { utc, date_only }, Some(micros), _) if !micros.is_null(row) => {
                Some(Raw::Clock { micros: micros.value(row), offset: utc.then_some(0), date_only })
            }
            (Time::Text, _, Some(texts)) if !texts.is_null(row) => match &self.options.date_format {
                Some(format) => stamp::read_with(texts.value(row), format),
                None => self.stamps.read(texts.value(row).trim().as_bytes()),
            },
            _ => None,
        };
        let stamp = read.ok_or_else(|| "the time stamp is missing or can't be read".to_string())?;
        if stamp::plausible(stamp) { Ok(stamp) } else { Err("the time stamp is not between 1800 and 2200".to_string()) }
    }

    fn values(&self, columns: &Columns, row: usize) -> Result<Values, String> {
        let optional = |at: usize| (!columns.numbers[at].is_null(row)).then(|| columns.numbers[at].value(row));
        let price = |at: usize, name: &str| optional(at).ok_or_else(|| format!("{name} is missing or not a number"));
        Ok(Values {
            open: price(0, "open")?,
            high: price(1, "high")?,
            low: price(2, "low")?,
            close: price(3, "close")?,
            volume: optional(4),
            vwap: optional(5),
        })
    }

    /// A row as text, for the quarantine.
    fn describe(&self, columns: &Columns, row: usize) -> String {
        let number = |values: &&Float64Array| {
            if values.is_null(row) { "NULL".to_string() } else { values.value(row).to_string() }
        };
        let time = match (columns.micros, columns.texts) {
            (Some(micros), _) if !micros.is_null(row) => crate::domain::Ts(micros.value(row)).to_string(),
            (_, Some(texts)) if !texts.is_null(row) => texts.value(row).chars().take(100).collect(),
            _ => "NULL".to_string(),
        };
        let mut fields = vec![time];
        fields.extend(columns.numbers.iter().map(number));
        if self.layout.symbol.is_some() && !columns.symbols.is_null(row) {
            fields.push(columns.symbols.value(row).chars().take(100).collect());
        }
        fields.join(",")
    }
}
