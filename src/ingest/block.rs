//! Records into rows, a piece of a file at a time: fields, numbers, stamps, checks that need no other row.
//!
//! Pieces are independent, so that threads parse them side by side; what the file as a whole decides (day/month
//! order, interval, grid, zone) comes later.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;

use super::IngestError;
use super::header::Layout;
use super::records::{Records, split};
use super::reject::{Reason, Values};
use super::stamp::{self, Raw, StampReader};
use super::text::{MAX_RECORD, Piece, too_long};
use crate::domain::Symbol;

/// How the records of one file are to be read.
#[derive(Debug, Clone)]
pub struct Format {
    /// The file, for messages.
    pub file: PathBuf,
    /// Field separator.
    pub delimiter: u8,
    /// Byte that ends a line.
    pub newline: u8,
    /// Which column is which.
    pub layout: Layout,
    /// Symbol of every row; beats a symbol column.
    pub symbol: Option<Symbol>,
    /// Symbol where there is no symbol column.
    pub fallback: Option<Symbol>,
    /// strftime pattern of the stamps.
    pub date_format: Option<String>,
}

/// A row with a readable stamp; a good one is a bar once the stamp is settled.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Position in [`Block::symbols`].
    pub symbol: u32,
    /// Line in the file (row, in a Parquet file), 1 is the first.
    pub line: u64,
    /// Where its text stands in [`Block::bytes`].
    pub span: (u32, u32),
    /// Stamp as written.
    pub stamp: Raw,
    /// Prices and volume; NaN throughout in a refused row, whose stamp still counts for the whole file's decisions.
    pub values: Values,
    /// Whether it passed the checks.
    pub good: bool,
}

/// A row that is refused, as far as is known in its piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Line in the file, 1 is the first.
    pub line: u64,
    /// Position in [`Block::symbols`], when known.
    pub symbol: Option<u32>,
    /// The row as it stood in the file, cut at 1000 characters.
    pub raw: String,
    /// Reason code.
    pub reason: Reason,
    /// What exactly was wrong.
    pub detail: String,
}

/// The rows of one piece.
#[derive(Debug, Default)]
pub struct Block {
    /// The text.
    pub bytes: Vec<u8>,
    /// Bytes on disk that it took.
    pub taken: u64,
    /// Symbols in order of appearance.
    pub symbols: Vec<Symbol>,
    /// What the symbol column says though `--symbol` beats it.
    pub overruled: Vec<String>,
    /// Rows with a readable stamp, in file order.
    pub rows: Vec<Row>,
    /// Refused rows.
    pub refused: Vec<Refused>,
    /// Data rows read.
    pub rows_read: u64,
}

impl Block {
    /// The text of a row, cut at 1000 characters; of a row that never was text, its prices.
    #[must_use]
    pub fn text(&self, row: &Row) -> String {
        if row.span == (0, 0) {
            let Values { open, high, low, close, .. } = row.values;
            return format!("{open},{high},{low},{close}");
        }
        clip(&self.bytes[row.span.0 as usize..row.span.1 as usize])
    }
}

/// A text as it is shown and stored: at most 1000 characters.
#[must_use]
pub fn clip(raw: &[u8]) -> String {
    String::from_utf8_lossy(&raw[..raw.len().min(4000)]).chars().take(1000).collect()
}

/// Parses the records of a piece.
///
/// # Errors
/// Only a record over 1 MiB; bad rows are part of the block.
pub fn parse(piece: Piece, format: &Format) -> Result<Block, IngestError> {
    let mut parser = Parser {
        format,
        stamps: StampReader::default(),
        last_name: (Vec::new(), 0),
        names: HashMap::new(),
        block: Block { taken: piece.taken, ..Block::default() },
    };
    let mut fields: Vec<Cow<'_, [u8]>> = Vec::new();
    let start = piece.bytes.as_ptr().addr();
    for record in Records::new(&piece.bytes, format.newline, piece.line) {
        if record.raw.len() > MAX_RECORD {
            return Err(too_long(&format.file, record.line));
        }
        split(record.raw, format.delimiter, &mut fields);
        // Pieces are far smaller than 4 GiB.
        let from = (record.raw.as_ptr().addr() - start) as u32;
        parser.take(record.line, (from, from + record.raw.len() as u32), record.raw, &fields);
    }
    let mut block = parser.block;
    drop(fields);
    block.bytes = piece.bytes;
    Ok(block)
}

struct Parser<'a> {
    format: &'a Format,
    stamps: StampReader,
    /// The symbol field of the row before, and its position: rows of a symbol mostly stand together.
    last_name: (Vec<u8>, u32),
    /// Position of each symbol field seen.
    names: HashMap<Vec<u8>, u32>,
    block: Block,
}

impl Parser<'_> {
    /// Files one record as a row or as refused.
    fn take(&mut self, line: u64, span: (u32, u32), raw: &[u8], fields: &[Cow<'_, [u8]>]) {
        self.block.rows_read += 1;
        let judged = self.check_width(fields).and_then(|()| {
            let symbol = self.read_symbol(fields)?;
            Ok((symbol, self.read_stamp(fields)?))
        });
        let (symbol, stamp) = match judged {
            Ok(found) => found,
            Err(detail) => return self.refuse(line, None, raw, Reason::Unparsable, detail),
        };
        let read = read_values(fields, &self.format.layout).map_err(|detail| (Reason::Unparsable, detail));
        let (values, fault) = match read.and_then(|values| values.fault().map_or(Ok(values), Err)) {
            Ok(values) => (values, None),
            Err(fault) => (Values::UNKNOWN, Some(fault)),
        };
        self.block.rows.push(Row { symbol, line, span, stamp, values, good: fault.is_none() });
        if let Some((reason, detail)) = fault {
            self.refuse(line, Some(symbol), raw, reason, detail);
        }
    }

    fn refuse(&mut self, line: u64, symbol: Option<u32>, raw: &[u8], reason: Reason, detail: String) {
        self.block.refused.push(Refused { line, symbol, raw: clip(raw), reason, detail });
    }

    fn check_width(&self, fields: &[Cow<'_, [u8]>]) -> Result<(), String> {
        let width = self.format.layout.fields;
        // Empty fields past the last column are a trailing separator; others would shift the columns.
        if fields.len() < width || fields[width..].iter().any(|field| !field.is_empty()) {
            return Err(format!("{} fields where the header has {width}", fields.len()));
        }
        Ok(())
    }

    fn read_symbol(&mut self, fields: &[Cow<'_, [u8]>]) -> Result<u32, String> {
        // Without a symbol column every row has the same, empty name.
        let name: &[u8] = self.format.layout.symbol.map_or(b"", |at| fields[at].as_ref());
        if !self.block.symbols.is_empty() && self.last_name.0 == name {
            return Ok(self.last_name.1);
        }
        let position = match self.names.get(name) {
            Some(known) => *known,
            None => self.new_symbol(name)?,
        };
        self.names.insert(name.to_vec(), position);
        self.last_name = (name.to_vec(), position);
        Ok(position)
    }

    fn new_symbol(&mut self, name: &[u8]) -> Result<u32, String> {
        let text = String::from_utf8_lossy(name);
        let (column, flag) = (self.format.layout.symbol, self.format.symbol.as_ref());
        let symbol = match (column, flag) {
            (Some(_), Some(flag)) => {
                self.block.overruled.push(text.into_owned());
                flag.clone()
            }
            (Some(_), None) => text.parse::<Symbol>().map_err(|error| error.to_string())?,
            (None, flag) => flag.or(self.format.fallback.as_ref()).cloned().ok_or("no symbol")?,
        };
        let symbols = &mut self.block.symbols;
        if flag.is_none() || symbols.is_empty() {
            symbols.push(symbol);
        }
        Ok(u32::try_from(symbols.len() - 1).unwrap_or(u32::MAX))
    }

    fn read_stamp(&mut self, fields: &[Cow<'_, [u8]>]) -> Result<Raw, String> {
        let layout = &self.format.layout;
        let joined;
        let text: &[u8] = match layout.clock {
            Some(clock) => {
                joined = [fields[layout.time].as_ref(), b" ", fields[clock].as_ref()].concat();
                &joined
            }
            None => fields[layout.time].as_ref(),
        };
        let read = match &self.format.date_format {
            Some(format) => stamp::read_with(&String::from_utf8_lossy(text), format),
            None => self.stamps.read(text),
        };
        let shown = || String::from_utf8_lossy(text).chars().take(40).collect::<String>();
        let stamp = read.ok_or_else(|| format!("'{}' is not a time stamp", shown()))?;
        if stamp::plausible(stamp) { Ok(stamp) } else { Err(format!("'{}' is not between 1800 and 2200", shown())) }
    }
}

fn read_values(fields: &[Cow<'_, [u8]>], layout: &Layout) -> Result<Values, String> {
    let number = |at: usize, name: &str| {
        let text = fields[at].as_ref();
        fast_float2::parse::<f64, _>(text).map_err(|_| {
            if text.is_empty() {
                return format!("{name} is empty");
            }
            let shown: String = String::from_utf8_lossy(text).chars().take(40).collect();
            format!("{name} '{shown}' is not a number")
        })
    };
    let optional = |at: Option<usize>, name: &str| match at {
        Some(at) if !fields[at].is_empty() => number(at, name).map(Some),
        _ => Ok(None),
    };
    let [open, high, low, close] = layout.prices;
    Ok(Values {
        open: number(open, "open")?,
        high: number(high, "high")?,
        low: number(low, "low")?,
        close: number(close, "close")?,
        volume: optional(layout.volume, "volume")?,
        vwap: optional(layout.vwap, "vwap")?,
    })
}
