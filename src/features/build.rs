//! Building a set: kernels stepped over the bars, staged, and turned into rows by the generated script.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::error::{FeatureError, Result};
use super::script;
use super::set::{FeatureSet, KEYS};
use super::staged::{self, Stage};
use super::state::{self, Key, State};
use super::write;
use crate::domain::{Progress, Silent, Ts};
use crate::store::bars::{Coverage, coverage};
use crate::store::series::SeriesFilter;
use crate::store::{Store, StoreError, params, stale};

/// What a build did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildReport {
    /// Set built.
    pub set: String,
    /// Its hash.
    pub version: String,
    /// Table written.
    pub table: String,
    /// Number of feature columns.
    pub columns: usize,
    /// Rows written.
    pub rows: i64,
    /// Series looked at.
    pub series: Vec<SeriesBuilt>,
    /// Set when a table of other definitions was dropped first: says so, with its number of rows.
    pub recreated: Option<String>,
}

/// One series of a build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesBuilt {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// Rows written.
    pub rows: i64,
    /// What was done, and why: `built`, `appended`, `unchanged`, `removed`, or `built anew: ..`.
    pub how: String,
}

impl SeriesBuilt {
    pub(super) fn new(found: &Coverage, rows: i64, how: impl Into<String>) -> Self {
        Self { symbol: found.symbol.to_string(), interval: found.interval.to_string(), rows, how: how.into() }
    }
}

/// Builds a set for the chosen series, replacing their rows, in one transaction.
///
/// A table that other definitions built (its comment names their hash) is dropped first, whatever series it held: the
/// rows of one table always come from one version. The report says so.
///
/// # Errors
/// Series without bars, expressions that DuckDB can't run, faults of the store. Nothing is written then.
pub fn build(
    store: &Store,
    set: &FeatureSet,
    filter: &SeriesFilter,
    now: Ts,
    progress: &dyn Progress,
) -> Result<BuildReport> {
    let series = chosen(store, set, filter)?;
    store.with_memory_limit(|| {
        store.transaction(|| {
            let recreated = drop_outdated(store, set)?;
            let mut done = remove_gone(store, set, filter)?;
            done.extend(rebuild(store, set, &series, now, progress)?);
            Ok(report(set, done, recreated))
        })
    })
}

/// Builds the rows of every series and nothing else: no state to go on from, no record. For scratch stores.
///
/// # Errors
/// As [`build`].
pub fn materialise(store: &Store, set: &FeatureSet) -> Result<()> {
    let series = SeriesFilter::default().resolve(store)?;
    store.transaction(|| {
        let stage = Stage::of(set);
        if has_table(store, set)? {
            run(store, set, &script::delete_all(set))?;
        }
        staged::start(store, set, stage)?;
        write::all(store, set, stage, &series, &Silent)?;
        staged::finish(store, set, stage)
    })
}

/// The series a build is about.
pub(super) fn chosen(store: &Store, set: &FeatureSet, filter: &SeriesFilter) -> Result<Vec<Coverage>> {
    if set.is_across() && !filter.symbols.is_empty() {
        return Err(FeatureError::NeedsAllSymbols { set: set.name().into() });
    }
    let series = filter.resolve(store)?;
    refuse_nothing_to_read(store, set, &series)?;
    Ok(series)
}

/// A universe without members and a joined instrument without bars are mistakes, not unknown values.
fn refuse_nothing_to_read(store: &Store, set: &FeatureSet, series: &[Coverage]) -> Result<()> {
    let refused = |reason: String| Err(FeatureError::NothingToRead { set: set.name().into(), reason });
    if let Some(universe) = set.universe() {
        let (members, known): (i64, Option<String>) = store
            .conn()
            .query_row(crate::sql!("features/universes"), params![universe], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(StoreError::from)?;
        if members == 0 {
            let known = known.map_or("the store has none".into(), |known| format!("there are {known}"));
            return refused(format!("universe '{universe}' has no members; {known} ('ws ingest universe FILE')"));
        }
    }
    if set.joins().is_empty() {
        return Ok(());
    }
    let there: HashSet<Key> = coverage(store)?.iter().map(key).collect();
    for join in set.joins() {
        let mut wanted = series.iter().map(|found| join.of(&found.symbol, found.interval));
        if !wanted.any(|other| there.contains(&other)) {
            let symbol = join.symbol.as_ref().map_or("these symbols".to_string(), ToString::to_string);
            let interval =
                join.interval.map_or("bars of the same length".to_string(), |interval| format!("{interval} bars"));
            return refused(format!(
                "as-of '{}': there are no {interval} of {symbol}; 'ws bars quality' shows what there is",
                join.name
            ));
        }
    }
    Ok(())
}

pub(super) fn report(set: &FeatureSet, series: Vec<SeriesBuilt>, recreated: Option<String>) -> BuildReport {
    BuildReport {
        set: set.name().into(),
        version: set.hash().into(),
        table: set.table(),
        columns: set.features().len(),
        rows: series.iter().map(|series| series.rows).sum(),
        series,
        recreated,
    }
}

/// Builds series from their first bars; inside a transaction.
pub(super) fn rebuild(
    store: &Store,
    set: &FeatureSet,
    series: &[Coverage],
    now: Ts,
    progress: &dyn Progress,
) -> Result<Vec<SeriesBuilt>> {
    let rows: i64 = series.iter().map(|found| found.bars).sum();
    progress.start("features", rows.unsigned_abs());
    check_expressions(store, set)?;
    clear_rows(store, set, series)?;
    let stage = Stage::of(set);
    staged::start(store, set, stage)?;
    let states = write::all(store, set, stage, series, progress)?;
    staged::finish(store, set, stage)?;
    save_states(store, set, states, now)?;
    stale::clear(store, "features", set.name(), names(series))?;
    register(store, set, now)?;
    progress.finish();
    Ok(series.iter().map(|found| SeriesBuilt::new(found, found.bars, "built")).collect())
}

pub(super) fn names(series: &[Coverage]) -> impl Iterator<Item = (&str, &str)> {
    series.iter().map(|found| (found.symbol.as_str(), found.interval.as_str()))
}

pub(super) fn key(found: &Coverage) -> Key {
    (found.symbol.clone(), found.interval)
}

/// Series of those chosen that were built and have no bars any more.
pub(super) fn gone(store: &Store, set: &FeatureSet, filter: &SeriesFilter) -> Result<Vec<Key>> {
    let there: HashSet<Key> = coverage(store)?.iter().map(key).collect();
    let wanted = |(symbol, interval): &Key| {
        filter.interval.is_none_or(|wanted| wanted == *interval)
            && (filter.symbols.is_empty() || filter.symbols.contains(symbol))
    };
    let stored = rows_stored(store, set)?.into_keys();
    let mut gone: Vec<Key> = stored.filter(|key| wanted(key) && !there.contains(key)).collect();
    gone.sort();
    Ok(gone)
}

/// Removes the rows of series that have no bars any more.
pub(super) fn remove_gone(store: &Store, set: &FeatureSet, filter: &SeriesFilter) -> Result<Vec<SeriesBuilt>> {
    let gone = gone(store, set, filter)?;
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let (symbols, intervals) = state::joined(gone.iter());
    store.conn().execute(&script::delete_series(set), params![symbols, intervals]).map_err(StoreError::from)?;
    state::forget(store, set, gone.iter())?;
    let removed = |(symbol, interval): &Key| SeriesBuilt {
        symbol: symbol.to_string(),
        interval: interval.to_string(),
        rows: 0,
        how: "removed: it has no bars any more".into(),
    };
    Ok(gone.iter().map(removed).collect())
}

/// Rows that the set's table holds of each series; none when there is no table.
pub(super) fn rows_stored(store: &Store, set: &FeatureSet) -> Result<HashMap<Key, i64>> {
    let mut rows = HashMap::new();
    if !has_table(store, set)? {
        return Ok(rows);
    }
    let mut statement = store.conn().prepare(&script::count_series(set)).map_err(StoreError::from)?;
    let mut found = statement.query([]).map_err(StoreError::from)?;
    while let Some(row) = found.next().map_err(StoreError::from)? {
        let symbol: String = row.get(0).map_err(StoreError::from)?;
        let interval: String = row.get(1).map_err(StoreError::from)?;
        if let (Ok(symbol), Ok(interval)) = (symbol.parse(), interval.parse()) {
            rows.insert((symbol, interval), row.get(2).map_err(StoreError::from)?);
        }
    }
    Ok(rows)
}

/// Keeps where the build stands, with the fingerprints of what it read.
pub(super) fn save_states(store: &Store, set: &FeatureSet, mut states: Vec<(Key, State)>, now: Ts) -> Result<()> {
    let up_to: Vec<(Key, Ts)> = states.iter().map(|(key, state)| (key.clone(), state.last_close_ts)).collect();
    let prints = state::fingerprints(store, set, &up_to)?;
    for ((_, state), print) in states.iter_mut().zip(prints) {
        state.inputs = print;
    }
    state::save(store, set, &states, now)
}

/// Removes the rows of series about to be built; a table that holds nothing else is dropped, which is faster.
fn clear_rows(store: &Store, set: &FeatureSet, series: &[Coverage]) -> Result<()> {
    if stored_table(store, &set.table())?.is_none() {
        return Ok(());
    }
    let keys: Vec<Key> = series.iter().map(key).collect();
    let (symbols, intervals) = state::joined(keys.iter());
    let sql = script::count_others(set);
    let others: i64 =
        store.conn().query_row(&sql, params![symbols, intervals], |row| row.get(0)).map_err(StoreError::from)?;
    let rows: i64 = series.iter().map(|found| found.bars).sum();
    if others == 0 && rows > write::CHUNK_BARS {
        return run(store, set, &script::drop_table(set));
    }
    store.conn().execute(&script::delete_series(set), params![symbols, intervals]).map_err(StoreError::from)?;
    Ok(())
}

/// Runs generated SQL; what DuckDB refuses in it is the set's fault.
pub(super) fn run(store: &Store, set: &FeatureSet, sql: &str) -> Result<()> {
    store.conn().execute_batch(sql).map_err(|error| script_fault(set.name(), error.into()))
}

/// The set's fault, unless disk or memory ran out.
pub(super) fn script_fault(set: &str, error: StoreError) -> FeatureError {
    let reason = error.to_string();
    let not_the_sets = ["IO Error", "Out of Memory Error", "FATAL Error", "INTERNAL Error"];
    if not_the_sets.iter().any(|kind| reason.contains(kind)) {
        return error.into();
    }
    FeatureError::Script { set: set.into(), reason }
}

/// Has DuckDB check every expression, so that one it can't run is told with its line before anything is built.
pub(super) fn check_expressions(store: &Store, set: &FeatureSet) -> Result<()> {
    run(store, set, &script::macros(set))?;
    run(store, set, &script::check_table(set))?;
    for (feature, sql) in script::checks(set) {
        if let Err(error) = store.conn().prepare(&sql) {
            let reason = StoreError::from(error).to_string();
            let (name, line) = (feature.name.clone(), feature.line);
            return Err(FeatureError::Expression { set: set.name().into(), line, feature: name, reason });
        }
    }
    run(store, set, "DROP TABLE staged_check")
}

/// Drops the set's table when its comment names another version or its columns are others.
pub(super) fn drop_outdated(store: &Store, set: &FeatureSet) -> Result<Option<String>> {
    let Some((comment, stored)) = stored_table(store, &set.table())? else { return Ok(None) };
    let wanted = [&KEYS[..], &set.columns()[..]].concat().join(",");
    if stored == wanted && comment == Some(script::table_comment(set)) {
        return Ok(None);
    }
    let rows: i64 = store.conn().query_row(&script::count_rows(set), [], |row| row.get(0)).map_err(StoreError::from)?;
    run(store, set, &script::drop_table(set))?;
    let what = if stored == wanted { "another version of the set" } else { "other columns" };
    let table = set.table();
    Ok(Some(format!(
        "{table} had {what}; it was dropped with its {rows} rows and built anew for the chosen series only"
    )))
}

/// Whether the set has a table.
pub(super) fn has_table(store: &Store, set: &FeatureSet) -> Result<bool> {
    Ok(stored_table(store, &set.table())?.is_some())
}

/// Comment and column list of a stored table, if there is one.
fn stored_table(store: &Store, table: &str) -> Result<Option<(Option<String>, String)>> {
    let mut statement = store.conn().prepare(crate::sql!("features/stored_table")).map_err(StoreError::from)?;
    let mut rows = statement.query([table]).map_err(StoreError::from)?;
    let Some(row) = rows.next().map_err(StoreError::from)? else { return Ok(None) };
    Ok(Some((row.get(0).map_err(StoreError::from)?, row.get(1).map_err(StoreError::from)?)))
}

pub(super) fn register(store: &Store, set: &FeatureSet, now: Ts) -> Result<()> {
    let columns = set.columns().join("\n");
    store
        .conn()
        .execute(crate::sql!("features/register"), params![set.name(), set.hash(), set.text(), columns, now.0])
        .map_err(StoreError::from)?;
    Ok(())
}
