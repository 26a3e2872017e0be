//! Where the last build stood in each series, and whether what it read is still the same.
//!
//! A row of `feature_state` holds the states of the kernels after the newest bar built, and a fingerprint of every
//! input up to that bar's close: the bars themselves, sentiment, joined series, the universe. An increment goes on
//! where the fingerprints still hold and builds a series anew where they don't, whoever changed what.

use std::collections::HashMap;
use std::sync::Arc;

use duckdb::arrow::array::BinaryArray;

use super::error::Result;
use super::set::FeatureSet;
use crate::domain::{Interval, Symbol, Ts};
use crate::store::duckdb;
use crate::store::{Columns, Store, StoreError, params};

/// A symbol at an interval.
pub(super) type Key = (Symbol, Interval);

/// Where a build stood in one series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub bars: i64,
    pub last_ts: Ts,
    pub last_close_ts: Ts,
    pub inputs: String,
    pub state: Vec<u8>,
}

/// States of this version of a set; those of other versions are as good as none.
pub(super) fn load(store: &Store, set: &FeatureSet) -> Result<HashMap<Key, State>> {
    let mut statement = store.conn().prepare(crate::sql!("features/states")).map_err(StoreError::from)?;
    let mut rows = statement.query(params![set.name(), set.hash()]).map_err(StoreError::from)?;
    let mut states = HashMap::new();
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let text = |column| row.get::<_, String>(column).map_err(StoreError::from);
        let us = |column| row.get::<_, i64>(column).map_err(StoreError::from);
        let (Ok(symbol), Ok(interval)) = (text(0)?.parse(), text(1)?.parse()) else { continue };
        let state = State {
            bars: us(2)?,
            last_ts: Ts(us(3)?),
            last_close_ts: Ts(us(4)?),
            inputs: text(5)?,
            state: row.get(6).map_err(StoreError::from)?,
        };
        states.insert((symbol, interval), state);
    }
    Ok(states)
}

/// Replaces the states of some series.
pub(super) fn save(store: &Store, set: &FeatureSet, states: &[(Key, State)], now: Ts) -> Result<()> {
    if states.is_empty() {
        return Ok(());
    }
    forget(store, set, states.iter().map(|(key, _)| key))?;
    Columns::new()
        .text("name", states.iter().map(|_| set.name()))
        .text("version", states.iter().map(|_| set.hash()))
        .text("symbol", states.iter().map(|((symbol, _), _)| symbol.as_str()))
        .text("interval", states.iter().map(|((_, interval), _)| interval.as_str()))
        .i64("bars", states.iter().map(|(_, state)| state.bars))
        .ts("last_ts", states.iter().map(|(_, state)| state.last_ts))
        .ts("last_close_ts", states.iter().map(|(_, state)| state.last_close_ts))
        .text("inputs", states.iter().map(|(_, state)| state.inputs.as_str()))
        .array("state", Arc::new(BinaryArray::from_iter_values(states.iter().map(|(_, state)| &state.state))))
        .ts("built_at", states.iter().map(|_| now))
        .append_to(store, "feature_state")?;
    Ok(())
}

/// Forgets where the build of some series stood, whatever the version.
pub(super) fn forget<'a>(store: &Store, set: &FeatureSet, keys: impl Iterator<Item = &'a Key>) -> Result<()> {
    let (symbols, intervals) = joined(keys);
    let values = params![set.name(), symbols, intervals];
    store.conn().execute(crate::sql!("features/forget"), values).map_err(StoreError::from)?;
    Ok(())
}

/// Symbols and intervals side by side, joined by line feeds: neither can hold one.
pub(super) fn joined<'a>(keys: impl Iterator<Item = &'a Key>) -> (String, String) {
    let (symbols, intervals): (Vec<&str>, Vec<&str>) =
        keys.map(|(symbol, interval)| (symbol.as_str(), interval.as_str())).unzip();
    (symbols.join("\n"), intervals.join("\n"))
}

/// Fingerprints of everything rows up to a time were made of, one text a series.
pub(super) fn fingerprints(store: &Store, set: &FeatureSet, up_to: &[(Key, Ts)]) -> Result<Vec<String>> {
    let own: Vec<(Key, Ts)> = up_to.to_vec();
    let mut parts = vec![prints(store, crate::sql!("features/print_bars"), &own)?];
    if set.reads_sentiment() {
        parts.push(prints(store, crate::sql!("features/print_sentiment"), &own)?);
    }
    for join in set.joins() {
        let others = up_to.iter().map(|((symbol, interval), ts)| (join.of(symbol, *interval), *ts));
        let others: Vec<(Key, Ts)> = others.collect();
        let mut distinct = others.clone();
        distinct.sort();
        distinct.dedup();
        let found = prints(store, crate::sql!("features/print_bars"), &distinct)?;
        let found: HashMap<(Key, Ts), String> = distinct.into_iter().zip(found).collect();
        parts.push(others.iter().map(|other| found.get(other).cloned().unwrap_or_default()).collect());
    }
    if let Some(universe) = set.universe().filter(|_| set.is_across()) {
        let sql = crate::sql!("features/print_universe");
        let print: String =
            store.conn().query_row(sql, params![universe], |row| row.get(0)).map_err(StoreError::from)?;
        parts.push(vec![print; up_to.len()]);
    }
    Ok((0..up_to.len()).map(|row| parts.iter().map(|part| part[row].as_str()).collect::<Vec<_>>().join(" ")).collect())
}

/// Bars of the series itself that a fingerprint was made of.
pub(super) fn bars_in(print: &str) -> Option<i64> {
    print.split(':').next()?.parse().ok()
}

fn prints(store: &Store, sql: &str, up_to: &[(Key, Ts)]) -> Result<Vec<String>> {
    if up_to.is_empty() {
        return Ok(Vec::new());
    }
    let (symbols, intervals) = joined(up_to.iter().map(|(key, _)| key));
    let times: Vec<String> = up_to.iter().map(|(_, ts)| ts.0.to_string()).collect();
    let mut statement = store.conn().prepare(sql).map_err(StoreError::from)?;
    let values = params![symbols, intervals, times.join("\n"), up_to.len() as i64];
    let mut rows = statement.query(values).map_err(StoreError::from)?;
    let mut found = vec!["0".to_string(); up_to.len()];
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let at: i64 = row.get(0).map_err(StoreError::from)?;
        if let Some(slot) = usize::try_from(at).ok().and_then(|at| found.get_mut(at)) {
            *slot = row.get(1).map_err(StoreError::from)?;
        }
    }
    Ok(found)
}
