//! Rows of the `models` table: bytes in, bytes out, checked by SHA-256.

use duckdb::params;

use super::{Result, Store, StoreError};
use crate::domain::Ts;
use crate::domain::fingerprint::sha256;

/// A stored model as rows know it; `models` (the room) gives it meaning.
#[derive(Debug, Clone)]
pub struct ModelRow {
    /// Key.
    pub model_id: String,
    /// Name; versions count up within it.
    pub name: String,
    /// From 1.
    pub version: i32,
    /// Learner.
    pub kind: String,
    /// Training run.
    pub run_id: String,
    /// Manifest as JSON text.
    pub manifest: String,
    /// safetensors bytes.
    pub weights: Vec<u8>,
}

/// Stores a model under the next version of its name; returns that version.
///
/// # Errors
/// Faults of DuckDB.
pub fn insert(store: &Store, row: &ModelRow, now: Ts) -> Result<i32> {
    let version: i32 = store.conn().query_row(
        "SELECT CAST(coalesce(max(version), 0) + 1 AS INTEGER) FROM models WHERE name = ?",
        [row.name.as_str()],
        |found| found.get(0),
    )?;
    store.conn().execute(
        "INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?, make_timestamp(?))",
        params![
            row.model_id,
            row.name,
            version,
            row.kind,
            row.run_id,
            sha256(&row.weights),
            row.manifest,
            row.weights,
            now.0
        ],
    )?;
    Ok(version)
}

/// Loads a model by id, `name` (its newest version) or `name@version`, and checks its SHA-256.
///
/// # Errors
/// [`StoreError::Query`] for an unknown model (naming the known ones) and for weights that were altered.
pub fn load(store: &Store, wanted: &str) -> Result<ModelRow> {
    let mut statement = store.conn().prepare(
        "SELECT model_id, name, version, kind, run_id, CAST(manifest AS VARCHAR), weights, sha256 FROM models
         WHERE model_id = ?1 OR name = ?1 OR name || '@' || version = ?1 ORDER BY version DESC LIMIT 1",
    )?;
    let mut rows = statement.query([wanted])?;
    let Some(row) = rows.next()? else { return Err(unknown(store, wanted)?) };
    let found = ModelRow {
        model_id: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        kind: row.get(3)?,
        run_id: row.get(4)?,
        manifest: row.get(5)?,
        weights: row.get(6)?,
    };
    let stored: String = row.get(7)?;
    if sha256(&found.weights) != stored {
        return Err(StoreError::Query(format!(
            "model {wanted}: its weights do not match their SHA-256; the row was altered, train again"
        )));
    }
    Ok(found)
}

fn unknown(store: &Store, wanted: &str) -> Result<StoreError> {
    let mut statement = store
        .conn()
        .prepare("SELECT name || '@' || version FROM models ORDER BY created_at DESC, version DESC LIMIT 5")?;
    let ids: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<std::result::Result<_, _>>()?;
    let known = if ids.is_empty() {
        "the store has none yet; 'ws train' makes one".to_string()
    } else {
        format!("newest: {}", ids.join(", "))
    };
    Ok(StoreError::Query(format!("unknown model '{wanted}'; {known}")))
}
