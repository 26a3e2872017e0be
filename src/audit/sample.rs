//! A piece of a store to audit on: a few series with everything about them, in a store of its own in memory.

use std::collections::BTreeSet;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::AuditError;
use super::lookahead::Options;
use super::subject::Subject;
use crate::domain::{Interval, Silent, Symbol, Ts};
use crate::ingest::derive::{AdjustJob, AdjustKind, Naming, adjust};
use crate::store::bars::Coverage;
use crate::store::series::SeriesFilter;
use crate::store::{Store, StoreError, duckdb, params, transfer};

/// Symbols looked at; more where they are compared with each other.
const SYMBOLS: usize = 3;
const COMPARED: usize = 6;
/// Bars of a series behind its warm-up.
const BEHIND: usize = 300;
const MOST: usize = 6_000;
/// Bars of a sample of everything: so many where the series allow it, and never more than that.
const ROWS: usize = 300_000;
const MOST_ROWS: usize = 1_000_000;

/// The sample.
pub(super) struct Sample {
    pub store: Store,
    /// Series in it, for the record.
    pub series: Vec<String>,
    adjusted: Vec<Adjusted>,
    /// Symbol and interval of the series.
    keys: BTreeSet<(String, String)>,
}

/// A series that is derived again whenever its inputs change.
struct Adjusted {
    symbol: Symbol,
    base: Symbol,
    interval: Interval,
    kind: AdjustKind,
}

impl Sample {
    /// Copies some series of a store, chosen by `random`, or as many as fit.
    pub(super) fn take(
        store: &Store,
        subject: &Subject,
        options: &Options,
        random: &mut ChaCha8Rng,
    ) -> Result<Self, AuditError> {
        let adjusted = adjusted(store)?;
        let found = options.filter.resolve(store)?;
        let mut bars = options.bars.unwrap_or_else(|| (subject.warmup() + BEHIND).min(MOST));
        let keys = if options.everything {
            let keys = everything(store, &found, bars)?;
            bars = bars.max(ROWS / keys.len().max(1));
            keys
        } else {
            choose(subject, &found, &adjusted, random)
        };
        let copy = Store::in_memory()?;
        let (mut series, mut symbols) = (Vec::new(), BTreeSet::new());
        let mut first = i64::MAX;
        for (symbol, interval) in &keys {
            if let Some(start) = copy_bars(store, &copy, symbol, *interval, bars)? {
                series.push(format!("{symbol} {interval}"));
                symbols.insert(symbol.clone());
                first = first.min(start);
            }
        }
        for symbol in &symbols {
            let name: &dyn duckdb::ToSql = &symbol.as_str();
            let sentiment: [&dyn duckdb::ToSql; 2] = [name, &first];
            transfer::copy(store, crate::sql!("audit/copy_sentiment"), &sentiment, &copy, "sentiment_snapshots")?;
            transfer::copy(store, crate::sql!("audit/copy_actions"), &[name], &copy, "corporate_actions")?;
            transfer::copy(store, crate::sql!("audit/copy_universe"), &[name], &copy, "universe")?;
            transfer::copy(store, crate::sql!("audit/copy_instrument"), &[name], &copy, "instruments")?;
        }
        copy.conn().execute_batch(crate::sql!("audit/base")).map_err(StoreError::from)?;
        let adjusted = adjusted.into_iter().filter(|found| symbols.contains(&found.symbol)).collect();
        let keys = keys.iter().map(|(symbol, interval)| (symbol.to_string(), interval.to_string())).collect();
        Ok(Self { store: copy, series, adjusted, keys })
    }

    /// Closes files, other databases and the network to whatever runs in the sample from now on.
    pub(super) fn close_doors(&self) -> Result<(), AuditError> {
        Ok(self.store.close_doors()?)
    }

    /// Whether a series is in it.
    pub(super) fn has(&self, symbol: &str, interval: &str) -> bool {
        self.keys.contains(&(symbol.to_string(), interval.to_string()))
    }

    /// Everything as it was.
    pub(super) fn restore(&self) -> Result<(), AuditError> {
        self.store.conn().execute_batch(crate::sql!("audit/restore")).map_err(StoreError::from)?;
        Ok(())
    }

    /// Replaces a table by an altered copy of its kept rows.
    pub(super) fn alter(&self, clear: &str, alter: &str, values: &[&dyn duckdb::ToSql]) -> Result<(), AuditError> {
        self.store.conn().execute_batch(clear).map_err(StoreError::from)?;
        self.store.conn().execute(alter, values).map_err(StoreError::from)?;
        Ok(())
    }

    /// Derives the adjusted series again, as `ws bars adjust` would have from what there is now.
    pub(super) fn adjust(&self) -> Result<(), AuditError> {
        for series in &self.adjusted {
            let key = params![series.symbol.as_str(), series.interval.as_str()];
            self.store.conn().execute(crate::sql!("audit/delete_adjusted"), key).map_err(StoreError::from)?;
            let job = AdjustJob {
                series: vec![(series.base.clone(), series.interval)],
                kind: series.kind,
                naming: Naming::Name(series.symbol.clone()),
            };
            adjust(&self.store, &job, Ts(0), &Silent)?;
        }
        Ok(())
    }

    /// Times at which bars became known, ascending.
    pub(super) fn close_times(&self) -> Result<Vec<i64>, AuditError> {
        let mut statement = self.store.conn().prepare(crate::sql!("audit/close_times")).map_err(StoreError::from)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(StoreError::from)?;
        Ok(rows.collect::<Result<_, _>>().map_err(StoreError::from)?)
    }
}

/// Those found and every other series of the store, as many as there is room for with so many bars each.
fn everything(store: &Store, found: &[Coverage], bars: usize) -> Result<BTreeSet<(Symbol, Interval)>, AuditError> {
    let others = SeriesFilter::default().resolve(store)?;
    let room = MOST_ROWS / bars.max(1);
    let key = |series: &Coverage| (series.symbol.clone(), series.interval);
    let mut keys: BTreeSet<(Symbol, Interval)> = found.iter().map(key).collect();
    for series in &others {
        if keys.len() < room {
            keys.insert(key(series));
        }
    }
    Ok(keys)
}

/// A few symbols with all their wanted series, what they are joined with and what they were adjusted from.
fn choose(
    subject: &Subject,
    found: &[Coverage],
    adjusted: &[Adjusted],
    random: &mut ChaCha8Rng,
) -> BTreeSet<(Symbol, Interval)> {
    let mut symbols: Vec<&Symbol> = found.iter().map(|series| &series.symbol).collect();
    symbols.dedup();
    symbols.shuffle(random);
    symbols.truncate(if subject.is_across() { COMPARED } else { SYMBOLS });
    let mut keys = BTreeSet::new();
    for series in found.iter().filter(|series| symbols.contains(&&series.symbol)) {
        keys.insert((series.symbol.clone(), series.interval));
        keys.extend(subject.also(&series.symbol, series.interval));
    }
    let derived = adjusted.iter().filter(|series| keys.contains(&(series.symbol.clone(), series.interval)));
    let bases: Vec<_> = derived.map(|series| (series.base.clone(), series.interval)).collect();
    keys.extend(bases);
    keys
}

/// Copies the newest bars of a series; says where they start, `None` when there are none.
fn copy_bars(
    from: &Store,
    to: &Store,
    symbol: &Symbol,
    interval: Interval,
    bars: usize,
) -> Result<Option<i64>, AuditError> {
    let key = params![symbol.as_str(), interval.as_str(), bars as i64];
    let start: Option<i64> =
        from.conn().query_row(crate::sql!("audit/newest_start"), key, |row| row.get(0)).map_err(StoreError::from)?;
    let Some(start) = start else { return Ok(None) };
    let values: [&dyn duckdb::ToSql; 3] = [&symbol.as_str(), &interval.as_str(), &start];
    transfer::copy(from, crate::sql!("audit/copy_bars"), &values, to, "bars")?;
    Ok(Some(start))
}

fn adjusted(store: &Store) -> Result<Vec<Adjusted>, AuditError> {
    let mut statement = store.conn().prepare(crate::sql!("audit/adjusted")).map_err(StoreError::from)?;
    let mut rows = statement.query([]).map_err(StoreError::from)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let text = |column| row.get::<_, String>(column).map_err(StoreError::from);
        let (Ok(symbol), Ok(base), Ok(interval)) = (text(0)?.parse(), text(1)?.parse(), text(2)?.parse()) else {
            continue;
        };
        let kind = if text(3)? == "total" { AdjustKind::Total } else { AdjustKind::Split };
        found.push(Adjusted { symbol, base, interval, kind });
    }
    Ok(found)
}
