//! Rows on their way into `bars`: appended batch by batch as they come, or staged whole for a merge.

use std::sync::Arc;

use super::Options;
use super::place::Place;
use super::reject::Values;
use crate::domain::{Interval, Symbol, Ts};
use crate::sql;
use crate::store::arrow::array::{Date32Array, Float64Array, StringArray, TimestampMicrosecondArray};
use crate::store::columns::ROW_GROUP;
use crate::store::{Columns, Store, StoreError, params};

/// Rows a batch: a row group for each of two threads.
const BATCH: usize = 2 * ROW_GROUP;

/// How rows get into the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Straight into `bars`: each symbol's rows stand together, ascend, and come after all that is stored of it.
    #[default]
    Append,
    /// Staged whole, then merged: any order, repeats, overlaps.
    Merge,
}

/// Why a row could not be taken.
#[derive(Debug)]
pub enum Surprise {
    /// The file needs [`Mode::Merge`].
    NotAppendable,
    /// The store failed.
    Fault(StoreError),
}

impl From<StoreError> for Surprise {
    fn from(error: StoreError) -> Self {
        Self::Fault(error)
    }
}

/// The newest stored bar of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Newest {
    /// Its start.
    pub ts: Ts,
    /// Its last price.
    pub close: f64,
}

/// First row of a symbol in an appended file, beside the newest stored one.
#[derive(Debug, Clone, PartialEq)]
pub struct Seam {
    /// Symbol.
    pub symbol: String,
    /// Newest stored bar before the file.
    pub stored: Newest,
    /// First price of the file.
    pub open: f64,
}

/// Rows ready to be written.
pub struct Batch {
    columns: Columns,
    /// The symbol of all rows; `None` when they differ and a column says which.
    only: Option<String>,
    interval: Interval,
}

impl Batch {
    /// Writes the rows into `bars` or, for a merge, into `staged_bars`; within the caller's transaction.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn write(self, store: &Store, mode: Mode, options: &Options, now: Ts) -> Result<(), StoreError> {
        if mode == Mode::Merge {
            return self.columns.insert_with(store, sql!("ingest/stage_rows"), &[&self.only]);
        }
        let (interval, source) = (self.interval.as_str(), options.source());
        let adjustment = options.adjustment().as_str();
        let sql = sql!("ingest/append_rows");
        self.columns.insert_with(store, sql, &[&self.only, &interval, &adjustment, &source, &now.0])
    }
}

/// Collects rows in file order into batches and watches how they fit onto what is stored.
pub struct Stage {
    store: Store,
    mode: Mode,
    rows: Rows,
    /// Last row taken: symbol and stamp.
    last: Option<(usize, Ts)>,
    /// Name and last stamp of each symbol, by its number.
    seen: Vec<Option<(Symbol, Ts)>>,
    /// What the caller needs at the end.
    pub fit: Fit,
}

/// How the rows of a file stood to each other and to the stored ones.
#[derive(Debug, Default)]
pub struct Fit {
    /// Rows taken.
    pub taken: u64,
    /// Whether some symbol's rows did not ascend: only then can there be repeats.
    pub disordered: bool,
    /// Where appended rows follow stored ones.
    pub seams: Vec<Seam>,
}

/// Columns of rows; an unknown volume or vwap is NaN until the statement that writes it.
#[derive(Default)]
struct Rows {
    symbol: Vec<usize>,
    line: Vec<i64>,
    ts: Vec<i64>,
    close_ts: Vec<i64>,
    session_date: Vec<i32>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
    vwap: Vec<f64>,
}

impl Rows {
    fn push(&mut self, symbol: usize, line: u64, place: Place, values: &Values) {
        self.symbol.push(symbol);
        self.line.push(i64::try_from(line).unwrap_or(i64::MAX));
        self.ts.push(place.ts.0);
        self.close_ts.push(place.close_ts.0);
        self.session_date.push(place.session_date);
        self.open.push(values.open);
        self.high.push(values.high);
        self.low.push(values.low);
        self.close.push(values.close);
        self.volume.push(values.volume.unwrap_or(f64::NAN));
        self.vwap.push(values.vwap.unwrap_or(f64::NAN));
    }
}

impl Stage {
    /// An empty stage; `store` is only read.
    #[must_use]
    pub fn new(store: Store, mode: Mode) -> Self {
        Self { store, mode, rows: Rows::default(), last: None, seen: Vec::new(), fit: Fit::default() }
    }

    /// Takes one row; a batch comes back when it is full.
    ///
    /// # Errors
    /// [`Surprise::NotAppendable`] when an appended file turns out to need a merge; faults of DuckDB.
    pub fn push(
        &mut self,
        number: usize,
        symbol: &Symbol,
        line: u64,
        place: Place,
        values: &Values,
        interval: Interval,
    ) -> Result<Option<Batch>, Surprise> {
        if self.last.is_none_or(|(last, ts)| last != number || place.ts <= ts) {
            self.check(number, symbol, &place, values, interval)?;
        }
        self.last = Some((number, place.ts));
        if let Some(Some((_, last))) = self.seen.get_mut(number) {
            *last = place.ts;
        }
        self.fit.taken += 1;
        self.rows.push(number, line, place, values);
        Ok(if self.rows.line.len() >= BATCH { self.batch(interval) } else { None })
    }

    /// The name of a symbol that was taken before.
    fn name(&self, number: usize) -> &str {
        self.seen.get(number).and_then(Option::as_ref).map_or("", |(symbol, _)| symbol.as_str())
    }

    /// Looks at a row that does not simply follow the one before.
    fn check(
        &mut self,
        number: usize,
        symbol: &Symbol,
        place: &Place,
        values: &Values,
        interval: Interval,
    ) -> Result<(), Surprise> {
        let seen = self.seen.get(number).and_then(|seen| seen.as_ref().map(|(_, last)| *last));
        if seen.is_none() {
            self.seen.resize(self.seen.len().max(number + 1), None);
            self.seen[number] = Some((symbol.clone(), place.ts));
        }
        if self.mode == Mode::Merge {
            self.fit.disordered |= seen.is_some_and(|last| place.ts <= last);
            return Ok(());
        }
        if seen.is_some() {
            return Err(Surprise::NotAppendable);
        }
        if let Some(stored) = newest(&self.store, symbol, interval)? {
            if place.ts <= stored.ts {
                return Err(Surprise::NotAppendable);
            }
            self.fit.seams.push(Seam { symbol: symbol.to_string(), stored, open: values.open });
        }
        Ok(())
    }

    /// The rows not given out yet.
    pub fn batch(&mut self, interval: Interval) -> Option<Batch> {
        let rows = std::mem::take(&mut self.rows);
        let first = *rows.symbol.first()?;
        let same = rows.symbol.iter().all(|number| *number == first);
        let only = same.then(|| self.name(first).to_string());
        Some(Batch { columns: self.columns(rows, !same), only, interval })
    }

    /// The columns of a batch; the symbol is left out when all rows share it: a constant costs less.
    fn columns(&self, rows: Rows, with_symbol: bool) -> Columns {
        let number = |values: Vec<f64>| Arc::new(Float64Array::from(values));
        let time = |values: Vec<i64>| Arc::new(TimestampMicrosecondArray::from(values));
        let symbols: StringArray = if with_symbol {
            rows.symbol.iter().map(|number| Some(self.name(*number))).collect()
        } else {
            StringArray::new_null(rows.symbol.len())
        };
        let columns = Columns::new().array("symbol", Arc::new(symbols));
        // Only a merge has to know which of two rows came later.
        let columns = if self.mode == Mode::Merge { columns.i64("line", rows.line) } else { columns };
        columns
            .array("ts", time(rows.ts))
            .array("close_ts", time(rows.close_ts))
            .array("session_date", Arc::new(Date32Array::from(rows.session_date)))
            .array("open", number(rows.open))
            .array("high", number(rows.high))
            .array("low", number(rows.low))
            .array("close", number(rows.close))
            .array("volume", number(rows.volume))
            .array("vwap", number(rows.vwap))
    }
}

/// The newest stored bar of a series.
fn newest(store: &Store, symbol: &Symbol, interval: Interval) -> Result<Option<Newest>, StoreError> {
    let found: (Option<i64>, Option<f64>) =
        store.conn().query_row(sql!("ingest/newest"), params![symbol.as_str(), interval.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(match found {
        (Some(ts), Some(close)) => Some(Newest { ts: Ts(ts), close }),
        _ => None,
    })
}
