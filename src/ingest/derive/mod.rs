//! Bars that follow from stored bars: longer ones (`resample`) and adjusted ones (`adjust`).
//!
//! All arithmetic is SQL over one series at a time (`sql/statements/ingest/derive_*.sql`), one transaction a series. A
//! derived bar never edits the bar it follows from. Derived anew, changed bars replace the earlier ones, which go to
//! `bars_revisions`; bars of another source are never overwritten unless that is asked for. What follows from synthetic
//! bars says so in its source (`synthetic_resample`, `synthetic_adjust`).

mod adjust;
mod resample;

pub use adjust::{AdjustJob, AdjustKind, Naming, adjust};
pub use resample::{ResampleJob, resample};

use crate::domain::{Interval, Symbol, Ts};
use crate::sql;
use crate::store::stale::{self, Change};
use crate::store::{Store, StoreError, duckdb, params};

/// What became of one derived series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored.
    Stored(Derived),
    /// It can't be derived; the store is as before.
    Refused {
        /// Instrument it was to be derived from.
        symbol: Symbol,
        /// Bar length of the derived series.
        interval: Interval,
        /// Why not.
        reason: String,
        /// What to do next.
        hint: String,
    },
}

/// A stored derived series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// Instrument the bars were derived from.
    pub base: Symbol,
    /// Instrument they are stored under.
    pub symbol: Symbol,
    /// Bar length.
    pub interval: Interval,
    /// Bar length they were derived from.
    pub from: Interval,
    /// Bars they were derived from.
    pub source_bars: i64,
    /// New bars.
    pub inserted: i64,
    /// Bars replaced by different values (the old ones are kept as revisions).
    pub updated: i64,
    /// Bars that no longer follow from anything (kept as revisions too).
    pub removed: i64,
    /// Bars that were already stored just so.
    pub unchanged: i64,
    /// Notes that refuse nothing.
    pub warnings: Vec<String>,
}

/// Failure of a derivation.
#[derive(Debug)]
enum Failed {
    Refused { reason: String, hint: String },
    Store(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<duckdb::Error> for Failed {
    fn from(error: duckdb::Error) -> Self {
        Self::Store(error.into())
    }
}

fn refused(reason: String, hint: impl Into<String>) -> Failed {
    Failed::Refused { reason, hint: hint.into() }
}

/// What a series is made of.
struct Base {
    bars: i64,
    adjustments: Vec<String>,
    synthetic: bool,
}

impl Base {
    fn read(store: &Store, symbol: &Symbol, interval: Interval) -> Result<Self, Failed> {
        let key = params![symbol.as_str(), interval.as_str()];
        Ok(store.conn().query_row(sql!("ingest/derive_source"), key, |row| {
            let adjustments: Option<String> = row.get::<_, Option<duckdb::types::Value>>(1)?.map(joined);
            let adjustments = adjustments.unwrap_or_default();
            Ok(Self {
                bars: row.get(0)?,
                adjustments: adjustments.split_terminator(',').map(str::to_string).collect(),
                synthetic: row.get(2)?,
            })
        })?)
    }

    /// What `bars.source` says of bars derived from these.
    fn source(&self, how: &str) -> String {
        if self.synthetic { format!("synthetic_{how}") } else { how.to_string() }
    }
}

/// The texts of a list, joined by commas.
fn joined(value: duckdb::types::Value) -> String {
    let duckdb::types::Value::List(items) = value else { return String::new() };
    let text =
        |item: duckdb::types::Value| if let duckdb::types::Value::Text(text) = item { text } else { String::new() };
    items.into_iter().map(text).collect::<Vec<_>>().join(",")
}

/// Where derived rows go.
struct Target<'a> {
    symbol: &'a Symbol,
    interval: Interval,
    source: &'a str,
    adjustment: &'a str,
    replace: bool,
}

/// Numbers of a merge.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    inserted: i64,
    updated: i64,
    removed: i64,
    unchanged: i64,
}

impl Target<'_> {
    /// Merges the rows of `derived_bars`, within the caller's transaction.
    fn merge(&self, store: &Store, now: Ts) -> Result<(Counts, Vec<String>), Failed> {
        let conn = store.conn();
        let (symbol, interval) = (self.symbol.as_str(), self.interval.as_str());
        conn.execute(sql!("ingest/derive_compare"), params![symbol, interval, self.source, self.adjustment])?;
        let (counts, foreign, from, first_foreign) = conn.query_row(sql!("ingest/derive_counts"), [], |row| {
            let (inserted, updated, removed) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let derived: i64 = row.get(6)?;
            let counts = Counts { inserted, updated, removed, unchanged: derived - inserted - updated };
            Ok((counts, row.get::<_, i64>(3)?, row.get::<_, Option<i64>>(4)?, row.get::<_, Option<String>>(5)?))
        })?;
        if foreign > 0 && !self.replace {
            let first = first_foreign.unwrap_or_default();
            return Err(refused(
                format!(
                    "{foreign} stored {interval} bars of {symbol} came from elsewhere and differ, the first at {first}"
                ),
                "pass --replace to replace them (the old ones are kept in bars_revisions), or leave this series out",
            ));
        }
        let Some(from) = from else { return Ok((counts, Vec::new())) };
        let reason = format!("{symbol} {interval}: derived anew");
        let marked = stale::mark(store, &Change { symbol, interval, from: Ts(from), reason: &reason }, now)?;
        conn.execute(sql!("ingest/derive_keep_revisions"), params![symbol, interval, now.0])?;
        conn.execute(sql!("ingest/derive_delete"), params![symbol, interval])?;
        conn.execute(sql!("ingest/derive_insert"), params![symbol, interval, self.source, self.adjustment, now.0])?;
        let list = marked.join(", ");
        let warning =
            (!marked.is_empty()).then(|| format!("{symbol}: stale from {} on: {list}; build again", Ts(from)));
        Ok((counts, warning.into_iter().collect()))
    }
}

/// Runs the derivation of one series in a transaction of its own.
fn derive(
    store: &Store,
    symbol: &Symbol,
    interval: Interval,
    work: impl FnOnce() -> Result<Derived, Failed>,
) -> Result<Outcome, StoreError> {
    let result = store.transaction(work);
    let cleared = store.conn().execute_batch(sql!("ingest/derive_drop"));
    let outcome = match result {
        Ok(derived) => Outcome::Stored(derived),
        Err(Failed::Refused { reason, hint }) => Outcome::Refused { symbol: symbol.clone(), interval, reason, hint },
        Err(Failed::Store(error)) => return Err(error),
    };
    cleared?;
    Ok(outcome)
}

/// Those of some series whose bars are all raw.
///
/// # Errors
/// Faults of the store.
pub fn raw_series(store: &Store, series: Vec<(Symbol, Interval)>) -> Result<Vec<(Symbol, Interval)>, StoreError> {
    let mut raw = Vec::new();
    for (symbol, interval) in series {
        match Base::read(store, &symbol, interval) {
            Ok(base) if base.adjustments == ["raw"] => raw.push((symbol, interval)),
            Err(Failed::Store(error)) => return Err(error),
            Ok(_) | Err(Failed::Refused { .. }) => {}
        }
    }
    Ok(raw)
}
