//! Rows on their way into `bars`: appended batch by batch as they come, or staged whole for a merge.

use super::Options;
use super::place::Place;
use super::reject::Values;
use crate::domain::{Interval, Symbol, Ts};
use crate::sql;
use crate::store::{Columns, Store, StoreError, params};

/// Rows a batch: large enough for DuckDB to compress them in parallel, small enough to bound memory.
const BATCH: usize = 500_000;

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

/// Collects rows and writes them in batches, within the caller's transaction.
pub struct Stage<'a> {
    store: &'a Store,
    options: &'a Options,
    now: Ts,
    mode: Mode,
    rows: Rows,
    /// Last row taken: symbol and stamp.
    last: Option<(usize, Ts)>,
    /// Name and last stamp of each symbol, by its number.
    seen: Vec<Option<(Symbol, Ts)>>,
    /// Whether some symbol's rows did not ascend: only then can there be repeats.
    disordered: bool,
    seams: Vec<Seam>,
    taken: u64,
}

#[derive(Default)]
struct Rows {
    symbol: Vec<usize>,
    line: Vec<i64>,
    places: Vec<Place>,
    values: Vec<Values>,
}

impl<'a> Stage<'a> {
    /// An empty stage.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn new(store: &'a Store, mode: Mode, options: &'a Options, now: Ts) -> Result<Self, StoreError> {
        store.conn().execute_batch(sql!("ingest/create_staging"))?;
        Ok(Self {
            store,
            options,
            now,
            mode,
            rows: Rows::default(),
            last: None,
            seen: Vec::new(),
            disordered: false,
            seams: Vec::new(),
            taken: 0,
        })
    }

    /// How rows get into the store.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Rows taken.
    #[must_use]
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether some symbol's rows did not ascend.
    #[must_use]
    pub const fn disordered(&self) -> bool {
        self.disordered
    }

    /// Where appended rows follow stored ones.
    #[must_use]
    pub fn seams(&self) -> &[Seam] {
        &self.seams
    }

    /// Takes one row; batches are written when full.
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
    ) -> Result<(), Surprise> {
        if self.last.is_none_or(|(last, ts)| last != number || place.ts <= ts) {
            self.check(number, symbol, &place, values, interval)?;
        }
        self.last = Some((number, place.ts));
        if let Some(Some((_, last))) = self.seen.get_mut(number) {
            *last = place.ts;
        }
        self.taken += 1;
        self.rows.symbol.push(number);
        self.rows.line.push(i64::try_from(line).unwrap_or(i64::MAX));
        self.rows.places.push(place);
        self.rows.values.push(*values);
        if self.rows.line.len() >= BATCH {
            self.flush(interval)?;
        }
        Ok(())
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
            self.disordered |= seen.is_some_and(|last| place.ts <= last);
            return Ok(());
        }
        if seen.is_some() {
            return Err(Surprise::NotAppendable);
        }
        if let Some(stored) = newest(self.store, symbol, interval)? {
            if place.ts <= stored.ts {
                return Err(Surprise::NotAppendable);
            }
            self.seams.push(Seam { symbol: symbol.to_string(), stored, open: values.open });
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn flush(&mut self, interval: Interval) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.line.is_empty() || (self.options.dry_run && self.mode == Mode::Append) {
            return Ok(());
        }
        let (places, values) = (&rows.places, &rows.values);
        Columns::new()
            .text("symbol", rows.symbol.iter().map(|number| self.name(*number)))
            .i64("line", rows.line.iter().copied())
            .ts("ts", places.iter().map(|place| place.ts))
            .ts("close_ts", places.iter().map(|place| place.close_ts))
            .date("session_date", places.iter().map(|place| place.session_date))
            .f64("open", values.iter().map(|row| row.open))
            .f64("high", values.iter().map(|row| row.high))
            .f64("low", values.iter().map(|row| row.low))
            .f64("close", values.iter().map(|row| row.close))
            .f64("volume", values.iter().map(|row| row.volume.unwrap_or(f64::NAN)))
            .f64("vwap", values.iter().map(|row| row.vwap.unwrap_or(f64::NAN)))
            .append_to(self.store, "staged_bars")?;
        if self.mode == Mode::Append {
            let (adjustment, source) = (self.options.adjustment().as_str(), self.options.source());
            let values = params![interval.as_str(), adjustment, source, self.now.0];
            self.store.conn().execute(sql!("ingest/append_staged"), values)?;
            self.store.conn().execute_batch(sql!("ingest/create_staging"))?;
        }
        Ok(())
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
