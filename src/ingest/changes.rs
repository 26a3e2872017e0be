//! Staged rows beside stored ones, span by span: what is new, what differs, and writing it.

use std::collections::BTreeMap;

use super::Adjustment;
use crate::domain::Ts;
use crate::sql;
use crate::store::{Store, StoreError, duckdb, params};

/// Rows that are compared at a time: a join of all rows of a long file would need memory without bound.
const SPAN_ROWS: i64 = 1_000_000;

/// A span of time: from, to (exclusive), in microseconds that `make_timestamp` takes.
pub type Span = (i64, i64);

/// All of time (years 1 to 9999).
pub const ALWAYS: Span = (-62_135_596_800_000_000, 253_402_300_799_000_000);

/// Cuts time into spans of about a million staged rows.
///
/// # Errors
/// Faults of DuckDB.
pub fn spans(store: &Store, staged: i64) -> Result<Vec<Span>, StoreError> {
    let n = usize::try_from(staged / SPAN_ROWS).unwrap_or(0);
    if n == 0 {
        return Ok(vec![ALWAYS]);
    }
    let mut statement = store.conn().prepare(sql!("ingest/sample_stamps"))?;
    let rows = statement.query_map([], |row| row.get(0))?;
    let stamps: Vec<i64> = rows.collect::<Result<_, duckdb::Error>>()?;
    let mut bounds = vec![ALWAYS.0];
    bounds.extend((1..=n).filter_map(|k| stamps.get(k * stamps.len() / (n + 1)).copied()));
    bounds.push(ALWAYS.1);
    bounds.dedup();
    Ok(bounds.windows(2).map(|pair| (pair[0], pair[1])).collect())
}

/// What is new or different of one symbol.
#[derive(Debug, Clone, Copy)]
pub struct Changed {
    /// Start of the first such row, in microseconds.
    pub from: i64,
    /// New rows.
    pub inserted: i64,
    /// Rows that differ from the stored ones.
    pub updated: i64,
}

/// Adds what [`compare`] found; whether there was anything.
///
/// # Errors
/// Faults of DuckDB.
pub fn add_changes(store: &Store, changes: &mut BTreeMap<String, Changed>) -> Result<bool, StoreError> {
    store.conn().execute(sql!("ingest/count_ratios"), [])?;
    let mut statement = store.conn().prepare(sql!("ingest/changes"))?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, Changed { from: row.get(1)?, inserted: row.get(2)?, updated: row.get(3)? }))
    })?;
    let mut any = false;
    for row in rows {
        let (symbol, found) = row?;
        any = true;
        let known = changes.entry(symbol).or_insert(Changed { inserted: 0, updated: 0, ..found });
        known.from = known.from.min(found.from);
        known.inserted += found.inserted;
        known.updated += found.updated;
    }
    Ok(any)
}

/// Puts the staged rows of a span beside the stored ones.
///
/// # Errors
/// Faults of DuckDB.
pub fn compare(store: &Store, interval: &str, adjustment: Adjustment, span: Span) -> Result<(), StoreError> {
    let values = params![interval, adjustment.as_str(), span.0, span.1];
    store.conn().execute(sql!("ingest/pair_staged"), values)?;
    Ok(())
}

/// Writes what [`compare`] found; replaced bars go to `bars_revisions`. Within the caller's transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn apply(store: &Store, interval: &str, adjustment: Adjustment, source: &str, now: Ts) -> Result<(), StoreError> {
    let conn = store.conn();
    conn.execute(sql!("ingest/keep_revisions"), params![interval, now.0])?;
    conn.execute(sql!("ingest/delete_replaced"), params![interval])?;
    conn.execute(sql!("ingest/insert_changes"), params![interval, adjustment.as_str(), source, now.0])?;
    Ok(())
}
