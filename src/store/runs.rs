//! The life of a run: begun, filled, finished or failed, with its lineage and parameters.

use std::collections::BTreeMap;

use duckdb::params;

use super::{Columns, Result, Store, StoreError};
use crate::domain::Ts;
use crate::domain::id::new_id;

/// Everything known of a run when it begins. Empty text fields are stored as NULL.
#[derive(Debug, Clone, Default)]
pub struct NewRun {
    /// train, evaluate, backtest or campaign; the run id starts with it.
    pub kind: &'static str,
    /// research or backtest.
    pub mode: &'static str,
    /// Given name.
    pub name: String,
    /// Run this one follows from.
    pub parent_run_id: String,
    /// Random seed.
    pub seed: Option<i64>,
    /// SHA-256 of the rows read.
    pub data_fingerprint: String,
    /// Hash of the feature set used.
    pub feature_set_hash: String,
    /// Newest `close_ts` read.
    pub data_as_of: Option<Ts>,
    /// Model made or used.
    pub model_id: String,
    /// Strategy run.
    pub strategy: String,
    /// Bar length.
    pub interval: String,
    /// Instruments, sorted.
    pub symbols: Vec<String>,
    /// Every parameter, defaults included.
    pub params: BTreeMap<String, String>,
}

/// Version of the program as stored with runs: `0.1.0+<commit>`, `0.1.0+<commit>-dirty` where the program differs from that
/// commit, or `0.1.0` when it was built outside a checkout.
#[must_use]
pub fn code_version() -> String {
    let commit = env!("WS_COMMIT");
    let version = env!("CARGO_PKG_VERSION");
    if commit.is_empty() { version.to_string() } else { format!("{version}+{commit}") }
}

/// Stores a run as `running` and returns its id.
///
/// # Errors
/// Faults of DuckDB.
pub fn begin(store: &Store, run: &NewRun, now: Ts) -> Result<String> {
    store.transaction(|| insert(store, run, now))
}

/// The same inside the caller's transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn insert(store: &Store, run: &NewRun, now: Ts) -> Result<String> {
    let run_id = new_id(run.kind, now);
    let null_if_empty = |text: &str| (!text.is_empty()).then(|| text.to_string());
    store.conn().execute(
        crate::sql!("store/begin_run"),
        params![
            run_id,
            null_if_empty(&run.parent_run_id),
            run.kind,
            run.mode,
            null_if_empty(&run.name),
            now.0,
            run.seed,
            code_version(),
            null_if_empty(&run.data_fingerprint),
            null_if_empty(&run.feature_set_hash),
            run.data_as_of.map(|ts| ts.0),
            null_if_empty(&run.model_id),
            null_if_empty(&run.strategy),
            null_if_empty(&run.interval),
            run.symbols.join("\n"),
        ],
    )?;
    let n = run.params.len();
    Columns::new()
        .text("run_id", std::iter::repeat_n(&run_id, n))
        .text("key", run.params.keys())
        .text("value", run.params.values())
        .append_to(store, "run_params")?;
    Ok(run_id)
}

/// Every stored parameter of a run; a NULL value is empty.
///
/// # Errors
/// Faults of DuckDB.
pub fn params_of(store: &Store, run_id: &str) -> Result<BTreeMap<String, String>> {
    let mut statement = store.conn().prepare(crate::sql!("store/run_params"))?;
    let rows = statement.query_map([run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Marks a run as finished.
///
/// # Errors
/// Faults of DuckDB.
pub fn finish(store: &Store, run_id: &str, now: Ts) -> Result<()> {
    store.conn().execute(crate::sql!("store/finish_run"), params![now.0, run_id])?;
    Ok(())
}

/// Marks a run as failed and keeps why.
///
/// # Errors
/// Faults of DuckDB.
pub fn fail(store: &Store, run_id: &str, error: &str, now: Ts) -> Result<()> {
    store.conn().execute(crate::sql!("store/fail_run"), params![now.0, error, run_id])?;
    Ok(())
}

/// Closes the runs that an earlier program left running, as `interrupted`; returns how many.
///
/// Only one process can have a store open for writing, so whatever runs when it is opened has no program any more.
///
/// # Errors
/// Faults of DuckDB.
pub(super) fn close_interrupted(store: &Store, now: Ts) -> Result<usize> {
    Ok(store.conn().execute(crate::sql!("store/close_interrupted"), params![now.0])?)
}

/// Names the model that a run made, once it is known.
///
/// # Errors
/// Faults of DuckDB.
pub fn set_model(store: &Store, run_id: &str, model_id: &str) -> Result<()> {
    store.conn().execute(crate::sql!("store/set_run_model"), params![model_id, run_id])?;
    Ok(())
}

/// Stores metrics of one split and step; `None` is NULL (unknown).
///
/// # Errors
/// Faults of DuckDB.
pub fn record_metrics(
    store: &Store,
    run_id: &str,
    split: &str,
    step: i64,
    values: &[(&str, Option<f64>)],
) -> Result<()> {
    let n = values.len();
    Columns::new()
        .text("run_id", std::iter::repeat_n(run_id, n))
        .text("split", std::iter::repeat_n(split, n))
        .i64("step", std::iter::repeat_n(step, n))
        .text("key", values.iter().map(|(key, _)| *key))
        .f64("value", values.iter().map(|(_, value)| value.unwrap_or(f64::NAN)))
        .append_to(store, "run_metrics")
}

/// Whether a run with this id exists.
///
/// # Errors
/// Faults of DuckDB.
pub fn exists(store: &Store, run_id: &str) -> Result<bool> {
    let found: i64 =
        store.conn().query_row("SELECT count(*) FROM runs WHERE run_id = ?", [run_id], |row| row.get(0))?;
    Ok(found > 0)
}

/// The run that a word names: by its id, by its given name, or by the beginning of its id.
///
/// # Errors
/// [`StoreError::UnknownRun`] with the newest runs, [`StoreError::SeveralRuns`], faults of DuckDB.
pub fn find(store: &Store, given: &str) -> Result<String> {
    let mut statement = store.conn().prepare(crate::sql!("store/find_run"))?;
    let rows = statement.query_map([given], |row| row.get(0))?;
    let mut found: Vec<String> = rows.collect::<std::result::Result<_, _>>()?;
    match found.len() {
        0 => Err(StoreError::UnknownRun { given: given.to_string(), newest: newest(store, "", 5)? }),
        1 => Ok(found.remove(0)),
        _ => Err(StoreError::SeveralRuns { given: given.to_string(), found }),
    }
}

/// The newest run ids of a kind, newest first; of any but trials when it is empty: a search has hundreds of them.
///
/// # Errors
/// Faults of DuckDB.
pub fn newest(store: &Store, kind: &str, limit: i64) -> Result<Vec<String>> {
    let mut statement = store
        .conn()
        .prepare("SELECT run_id FROM runs WHERE CASE WHEN ?1 = '' THEN kind <> 'trial' ELSE kind = ?1 END ORDER BY started_at DESC, run_id DESC LIMIT ?2")?;
    let rows = statement.query_map(params![kind, limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
