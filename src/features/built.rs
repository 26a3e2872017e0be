//! Which sets a store holds the features of.

use super::error::Result;
use super::set::FeatureSet;
use crate::store::{Store, StoreError};

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
