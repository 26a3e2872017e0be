//! Numbered, checksummed migrations: `schemas/NNNN_name.sql`, applied once in order, never edited.

use duckdb::params;

use super::{Result, Store, StoreError, embedded};
use crate::domain::Ts;
use crate::domain::fingerprint::sha256;

const HISTORY: &str = "
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS store_settings (key VARCHAR NOT NULL, value VARCHAR);
COMMENT ON TABLE schema_migrations IS 'Migrations applied to this store';
COMMENT ON COLUMN schema_migrations.version IS 'Number of the file in schemas/';
COMMENT ON COLUMN schema_migrations.name IS 'File name';
COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of the file when applied';
COMMENT ON COLUMN schema_migrations.applied_at IS 'UTC time';
COMMENT ON TABLE store_settings IS 'Facts about the store itself, such as the hash of its views';
COMMENT ON COLUMN store_settings.key IS 'Name';
COMMENT ON COLUMN store_settings.value IS 'Value as text';";

/// One migration file.
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
}

fn migrations() -> impl Iterator<Item = Migration> {
    embedded::SCHEMAS.iter().filter_map(|&(name, text)| {
        let version = name.split('_').next()?.parse().ok()?;
        Some(Migration { version, name, text })
    })
}

/// The newest schema version this program knows.
#[must_use]
pub fn newest() -> i64 {
    migrations().map(|migration| migration.version).max().unwrap_or(0)
}

/// The schema version of a store; 0 for a fresh one.
///
/// # Errors
/// Faults of DuckDB.
pub fn version(store: &Store) -> Result<i64> {
    Ok(store.conn().query_row("SELECT coalesce(max(version), 0) FROM schema_migrations", [], |row| row.get(0))?)
}

fn has_history(store: &Store) -> Result<bool> {
    let found: i64 = store.conn().query_row(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_migrations' AND NOT internal",
        [],
        |row| row.get(0),
    )?;
    Ok(found > 0)
}

fn user_tables(store: &Store) -> Result<i64> {
    Ok(store.conn().query_row("SELECT count(*) FROM duckdb_tables() WHERE NOT internal", [], |row| row.get(0))?)
}

/// Brings a store to the newest version, in one transaction.
///
/// # Errors
/// [`StoreError::Foreign`] for a DuckDB file with other tables, [`StoreError::Newer`], [`StoreError::Checksum`].
pub(super) fn apply(store: &Store, fresh: bool, now: Ts) -> Result<()> {
    if !fresh && !has_history(store)? && user_tables(store)? > 0 {
        return Err(StoreError::Foreign(store.path().to_path_buf()));
    }
    if has_history(store)? {
        verify(store)?;
        if version(store)? == newest() {
            return Ok(());
        }
    }
    store.transaction(|| {
        store.conn().execute_batch(HISTORY)?;
        let current = version(store)?;
        for migration in migrations().filter(|migration| migration.version > current) {
            store.conn().execute_batch(migration.text)?;
            store.conn().execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, make_timestamp(?))",
                params![migration.version, migration.name, sha256(migration.text.as_bytes()), now.0],
            )?;
        }
        Ok(())
    })
}

/// Checks a store opened for reading: ours, and exactly this version.
pub(super) fn check(store: &Store) -> Result<()> {
    let path = || store.path().to_path_buf();
    if !has_history(store)? {
        return Err(StoreError::Foreign(path()));
    }
    verify(store)?;
    let found = version(store)?;
    if found < newest() {
        return Err(StoreError::Older { path: path(), found, known: newest() });
    }
    Ok(())
}

/// Refuses a newer store and one whose history differs from the files this program carries.
fn verify(store: &Store) -> Result<()> {
    let path = || store.path().to_path_buf();
    let found = version(store)?;
    if found > newest() {
        return Err(StoreError::Newer { path: path(), found, known: newest() });
    }
    for migration in migrations().filter(|migration| migration.version <= found) {
        let stored: Option<String> = store.conn().query_row(
            "SELECT max(checksum) FROM schema_migrations WHERE version = ?",
            [migration.version],
            |row| row.get(0),
        )?;
        if stored.as_deref() != Some(sha256(migration.text.as_bytes()).as_str()) {
            return Err(StoreError::Checksum { path: path(), name: migration.name.to_string() });
        }
    }
    Ok(())
}
