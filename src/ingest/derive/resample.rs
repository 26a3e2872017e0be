//! Longer bars from shorter ones, by session.
//!
//! With a calendar a bar starts at the session's open plus a multiple of its length and ends at the session's close at
//! the latest: hourly NSE bars start at 09:15, the last is 15:15-15:30. Without one they start at midnight UTC. A daily
//! bar is stamped with its session date at 00:00 and known at the session's close (without a calendar: at the end of the
//! UTC date).
//!
//! Open is the first part's, high the maximum, low the minimum, close the last part's, volume the sum, vwap the mean
//! weighted by volume. Volume is unknown (NULL) as soon as one part's is, and so is vwap unless the part without one
//! traded nothing. Missing parts are no error (see `ws bars quality`). A bar that ends after the newest known instant
//! is still growing and is not written.

use super::{Base, Derived, Failed, Outcome, Target, derive, refused};
use crate::domain::{Interval, Progress, Symbol, Ts};
use crate::sql;
use crate::store::{Store, StoreError, params, stale};

/// What to resample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResampleJob {
    /// Instruments.
    pub symbols: Vec<Symbol>,
    /// Bar length to start from; `None` takes the shortest that came from outside.
    pub from: Option<Interval>,
    /// Bar length to make.
    pub to: Interval,
    /// Whether differing bars of another source are replaced.
    pub replace: bool,
}

/// Resamples each symbol in a transaction of its own; a refused one does not stop the others.
///
/// # Errors
/// Faults of the store.
pub fn resample(
    store: &Store,
    job: &ResampleJob,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Vec<Outcome>, StoreError> {
    progress.start("resample", job.symbols.len() as u64);
    let mut outcomes = Vec::with_capacity(job.symbols.len());
    for symbol in &job.symbols {
        outcomes.push(derive(store, symbol, job.to, || one(store, job, symbol, now))?);
        progress.advance(1);
    }
    progress.finish();
    Ok(outcomes)
}

fn one(store: &Store, job: &ResampleJob, symbol: &Symbol, now: Ts) -> Result<Derived, Failed> {
    let from = start_from(store, job, symbol)?;
    let base = Base::read(store, symbol, from)?;
    let adjustment = match base.adjustments.as_slice() {
        [one] => one.clone(),
        [] => return Err(no_bars(symbol, Some(from))),
        many => {
            let hint = "bring the series to one adjustment first (ws ingest csv --adjustment ..)";
            return Err(refused(format!("{from} bars of {symbol} mix adjustments: {}", many.join(", ")), hint));
        }
    };
    let conn = store.conn();
    let calendar: Option<String> =
        conn.query_row(sql!("ingest/derive_calendar"), params![symbol.as_str()], |row| row.get(0))?;
    let mut warnings = Vec::new();
    let outside: i64 =
        conn.query_row(sql!("ingest/derive_outside"), params![symbol.as_str(), from.as_str(), calendar], |row| {
            row.get(0)
        })?;
    if outside > 0 {
        let name = calendar.as_deref().unwrap_or_default();
        warnings.push(format!("{symbol}: {outside} {from} bars lie outside every session of {name} and were left out"));
    }
    let is_daily = !job.to.is_intraday();
    conn.execute(
        sql!("ingest/derive_resample"),
        params![symbol.as_str(), from.as_str(), job.to.minutes() * 60, is_daily, calendar],
    )?;
    let source = base.source("resample");
    let target = Target { symbol, interval: job.to, source: &source, adjustment: &adjustment, replace: job.replace };
    let (counts, stale) = target.merge(store, now)?;
    warnings.extend(stale);
    stale::clear(store, "bars", "resample", [(symbol.as_str(), job.to.as_str())])?;
    Ok(Derived {
        base: symbol.clone(),
        symbol: symbol.clone(),
        interval: job.to,
        from,
        source_bars: base.bars,
        inserted: counts.inserted,
        updated: counts.updated,
        removed: counts.removed,
        unchanged: counts.unchanged,
        warnings,
    })
}

/// The bar length to start from: the one asked for, else the shortest that came from outside.
fn start_from(store: &Store, job: &ResampleJob, symbol: &Symbol) -> Result<Interval, Failed> {
    let to = job.to;
    let shorter = |from: Interval| from < to;
    if let Some(from) = job.from {
        let hint = "--from must be shorter than --to";
        return if shorter(from) { Ok(from) } else { Err(refused(format!("{from} bars do not make {to} bars"), hint)) };
    }
    let mut statement = store.conn().prepare(sql!("ingest/derive_finest"))?;
    let rows = statement.query_map(params![symbol.as_str()], |row| row.get::<_, String>(0))?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(row?.parse::<Interval>());
    }
    found.into_iter().filter(|from| shorter(*from)).min().ok_or_else(|| no_bars(symbol, None))
}

fn no_bars(symbol: &Symbol, from: Option<Interval>) -> Failed {
    let what = from.map_or("shorter".to_string(), |from| from.to_string());
    refused(format!("{symbol} has no {what} bars to start from"), "'ws bars quality' lists the series there are")
}
