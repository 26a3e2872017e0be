//! Adjusted bars from raw ones and `corporate_actions`; the raw bars stay as they are.
//!
//! Backward adjustment, so that the newest prices are as traded. A bar before an ex-date is multiplied by
//!
//! ```text
//! split:     1 / ratio                       ratio = new shares for one old share; volume x ratio
//! dividend:  1 - dividend / close            close = raw close of the last session before the ex-date
//! ```
//!
//! and by the factors of all later ex-dates. `split` takes splits only, `total` both; then the return across an ex-date
//! is (price + dividend) / price before - 1, to first order that of a holder who reinvests. A dividend is on the share as
//! it was before its ex-date. Actions after the newest bar, and ones without a bar before them, change nothing.
//!
//! Source: the factors to adjust prices and shares as CRSP defines them (Data Descriptions Guide, "Factor to Adjust
//! Price"), compounded backward.

use super::{Base, Derived, Failed, Outcome, Target, derive, refused};
use crate::domain::{Interval, Progress, Symbol, Ts};
use crate::sql;
use crate::store::{Store, StoreError, params, stale};

/// What is accounted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustKind {
    /// Splits.
    Split,
    /// Splits and dividends.
    Total,
}

impl AdjustKind {
    /// What `bars.adjustment` says.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Total => "total",
        }
    }
}

/// How the derived instrument is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The symbol with this behind it.
    Suffix(String),
    /// This name.
    Name(Symbol),
}

/// What to adjust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustJob {
    /// Raw series: instrument and bar length.
    pub series: Vec<(Symbol, Interval)>,
    /// What is accounted for.
    pub kind: AdjustKind,
    /// Name of the derived instrument.
    pub naming: Naming,
}

/// Adjusts each series in a transaction of its own; a refused one does not stop the others.
///
/// # Errors
/// Faults of the store.
pub fn adjust(store: &Store, job: &AdjustJob, now: Ts, progress: &dyn Progress) -> Result<Vec<Outcome>, StoreError> {
    progress.start("adjust", job.series.len() as u64);
    let mut outcomes = Vec::with_capacity(job.series.len());
    for (symbol, interval) in &job.series {
        outcomes.push(derive(store, symbol, *interval, || one(store, job, symbol, *interval, now))?);
        progress.advance(1);
    }
    progress.finish();
    Ok(outcomes)
}

fn one(store: &Store, job: &AdjustJob, base: &Symbol, interval: Interval, now: Ts) -> Result<Derived, Failed> {
    let symbol = derived_symbol(job, base)?;
    let found = Base::read(store, base, interval)?;
    if found.adjustments.iter().any(|adjustment| adjustment != "raw") || found.bars == 0 {
        let kinds = if found.bars == 0 { "missing".into() } else { found.adjustments.join(", ") };
        return Err(refused(
            format!("{interval} bars of {base} are {kinds}; only raw bars can be adjusted"),
            "name a series of raw bars",
        ));
    }
    let conn = store.conn();
    let is_total = job.kind == AdjustKind::Total;
    let key = params![base.as_str(), interval.as_str(), is_total];
    conn.execute(sql!("ingest/derive_factors"), key)?;
    let (effective, too_large): (i64, Option<String>) =
        conn.query_row(sql!("ingest/derive_factors_found"), [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some(date) = too_large {
        let hint = "correct it with 'ws ingest actions', or check the currency and the prices before that date";
        return Err(refused(format!("the dividend of {base} on {date} is not below the close before it"), hint));
    }
    let mut warnings = check_actions(store, job.kind, base, effective)?;
    conn.execute(sql!("ingest/derive_adjust"), params![base.as_str(), interval.as_str()])?;
    let source = found.source("adjust");
    conn.execute(sql!("ingest/derive_register"), params![symbol.as_str(), base.as_str(), now.0])?;
    let target = Target { symbol: &symbol, interval, source: &source, adjustment: job.kind.as_str(), replace: false };
    let (counts, stale) = target.merge(store, now)?;
    warnings.extend(stale);
    stale::clear(store, "bars", "adjust", [(symbol.as_str(), interval.as_str())])?;
    Ok(Derived {
        base: base.clone(),
        symbol,
        interval,
        from: interval,
        source_bars: found.bars,
        inserted: counts.inserted,
        updated: counts.updated,
        removed: counts.removed,
        unchanged: counts.unchanged,
        warnings,
    })
}

/// Refuses when nothing is known of the symbol; warns when what is known changes no bar.
fn check_actions(store: &Store, kind: AdjustKind, base: &Symbol, effective: i64) -> Result<Vec<String>, Failed> {
    let (splits, dividends): (i64, i64) =
        store
            .conn()
            .query_row(sql!("ingest/derive_actions"), params![base.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let known = if kind == AdjustKind::Total { splits + dividends } else { splits };
    if known == 0 {
        let what = if kind == AdjustKind::Total { "corporate actions" } else { "splits" };
        let also = if dividends > 0 { format!(" ({dividends} dividends are: --kind total)") } else { String::new() };
        let hint = "bring them in with 'ws ingest actions FILE.csv'; without any the raw series is the adjusted one";
        return Err(refused(format!("no {what} of {base} are known{also}"), hint));
    }
    let none = effective == 0;
    Ok(none
        .then(|| format!("{base}: none of {known} known actions falls between its bars; prices are as raw"))
        .into_iter()
        .collect())
}

fn derived_symbol(job: &AdjustJob, base: &Symbol) -> Result<Symbol, Failed> {
    match &job.naming {
        Naming::Name(name) if name == base => {
            Err(refused(format!("{base} can't be derived from itself"), "pass another name with --as"))
        }
        Naming::Name(name) => Ok(name.clone()),
        Naming::Suffix(suffix) => format!("{base}{suffix}")
            .parse()
            .map_err(|error| refused(format!("{error}"), "pass a shorter name with --as")),
    }
}
