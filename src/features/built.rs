//! Which sets a store holds the features of.

use super::error::{FeatureError, Result};
use super::set::FeatureSet;
use crate::store::{Store, StoreError};

/// The set of a name or path, or the one of that name that the store holds the features of.
///
/// # Errors
/// As [`FeatureSet::load`], with the store's own sets among the known ones; faults of DuckDB.
pub fn named(store: &Store, name: &str) -> Result<FeatureSet> {
    let unknown = match FeatureSet::load(name) {
        Err(FeatureError::UnknownSet { name, known }) => (name, known),
        loaded => return loaded,
    };
    let built = built(store)?;
    let (name, mut known) = unknown;
    if let Some(set) = built.iter().find(|set| set.name() == name) {
        return Ok(set.clone());
    }
    known.extend(
        built.iter().map(|set| set.name().to_string()).filter(|name| !known.contains(name)).collect::<Vec<_>>(),
    );
    Err(FeatureError::UnknownSet { name, known })
}

/// The sets whose tables a store has, as they were when built, by name.
///
/// # Errors
/// A stored set that this version can't read, faults of DuckDB.
pub fn built(store: &Store) -> Result<Vec<FeatureSet>> {
    let mut statement = store.conn().prepare(crate::sql!("features/built")).map_err(StoreError::from)?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
        .map_err(StoreError::from)?;
    let mut sets = Vec::new();
    for row in rows {
        let (name, spec) = row.map_err(StoreError::from)?;
        sets.push(FeatureSet::parse(&name, &spec)?);
    }
    Ok(sets)
}
