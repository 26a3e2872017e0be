//! Whether stored features still follow from what they were made of, whoever changed it.

use super::error::Result;
use super::set::FeatureSet;
use super::state;
use crate::domain::{Interval, Symbol, Ts};
use crate::store::{Store, StoreError, duckdb, params};

/// Series of a set's version whose bars, sentiment, joined series or universe are not what their rows were made of.
///
/// Rows without a saved state (of older builds) can't be judged and are not told. `symbols` empty is all of them.
///
/// # Errors
/// Faults of DuckDB.
pub fn outdated(
    store: &Store,
    name: &str,
    version: &str,
    interval: Interval,
    symbols: &[Symbol],
) -> Result<Vec<Symbol>> {
    let values = params![name, version];
    let spec = store.conn().query_row(crate::sql!("features/spec_of"), values, |row| row.get::<_, String>(0));
    let spec = match spec {
        Ok(spec) => spec,
        Err(duckdb::Error::QueryReturnedNoRows) => return Ok(Vec::new()),
        Err(error) => return Err(StoreError::from(error).into()),
    };
    let Some(set) = FeatureSet::parse(name, &spec).ok().filter(|set| set.hash() == version) else {
        return Ok(Vec::new());
    };
    let mut built: Vec<((Symbol, Interval), state::State)> = state::load(store, &set)?
        .into_iter()
        .filter(|((symbol, found), _)| *found == interval && (symbols.is_empty() || symbols.contains(symbol)))
        .collect();
    built.sort_by(|(a, _), (b, _)| a.cmp(b));
    let up_to: Vec<((Symbol, Interval), Ts)> =
        built.iter().map(|(key, state)| (key.clone(), state.last_close_ts)).collect();
    let prints = state::fingerprints(store, &set, &up_to)?;
    let changed = built.into_iter().zip(prints).filter(|((_, state), print)| state.inputs != *print);
    Ok(changed.map(|(((symbol, _), _), _)| symbol).collect())
}
