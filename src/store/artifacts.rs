//! Files that belong to runs: bytes in, bytes out, checked by SHA-256.

use duckdb::params;

use super::{Result, Store, StoreError};
use crate::domain::Ts;
use crate::domain::fingerprint::sha256;

/// Keeps a file of a run; the caller holds the transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn keep(store: &Store, run_id: &str, name: &str, bytes: &[u8], now: Ts) -> Result<()> {
    let values = params![run_id, name, sha256(bytes), bytes, now.0];
    store.conn().execute(crate::sql!("store/insert_artifact"), values)?;
    Ok(())
}

/// A file of a run; `None` when it has none of that name.
///
/// # Errors
/// [`StoreError::Query`] for bytes that were altered; faults of DuckDB.
pub fn load(store: &Store, run_id: &str, name: &str) -> Result<Option<Vec<u8>>> {
    let found = store.conn().query_row(crate::sql!("store/artifact"), params![run_id, name], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?))
    });
    match found {
        Ok((bytes, stored)) if sha256(&bytes) == stored => Ok(Some(bytes)),
        Ok(_) => {
            Err(StoreError::Query(format!("artifact {name} of {run_id} does not match its SHA-256; it was altered")))
        }
        Err(duckdb::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
