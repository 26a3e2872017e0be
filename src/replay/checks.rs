//! What of a run is compared.

use std::collections::BTreeMap;

use super::compare::{self, Check, Precision};
use super::{ReplayError, Run, trial};
use crate::store::{Store, duckdb};

/// Tables that a run fills, besides its metrics.
const TABLES: [&str; 7] = ["run_returns", "equity", "orders", "fills", "trades", "prediction_traces", "predictions"];

/// Everything that two runs of the same must have in common; `run_id` is the one in `past`.
///
/// # Errors
/// Faults of either store.
pub(super) fn checks(store: &Store, run: &Run, past: &Store, run_id: &str) -> Result<Vec<Check>, ReplayError> {
    let now = Run::find(past, run_id)?;
    let mut checks = vec![
        Check::texts("settings", &parted(run, false), &parted(&now, false)),
        Check::text("data fingerprint", run.data_fingerprint.as_deref(), now.data_fingerprint.as_deref()),
    ];
    if run.feature_set_hash.is_some() || now.feature_set_hash.is_some() {
        let (was, is) = (run.feature_set_hash.as_deref(), now.feature_set_hash.as_deref());
        checks.push(Check::text("feature set", was, is));
    }
    if run.kind == "train" {
        let (was, is) = (weights(store, run)?, weights(past, &now)?);
        checks.push(Check::text("weights", was.as_deref(), is.as_deref()));
    }
    let (was, is) = ((store, run.run_id.as_str()), (past, run_id));
    if run.kind == "trial" {
        checks.extend(trial::checks(store, run, past)?);
    }
    checks.push(compare::metrics(was, is, exact(run))?);
    let (were, are) = (parted(run, true), parted(&now, true));
    if !were.is_empty() || !are.is_empty() {
        checks.push(Check::texts("notes", &were, &are));
    }
    for table in TABLES {
        let check = compare::rows(table, was, is)?;
        // A training run has no orders: that needs no line.
        if !(check.equal && check.stored.starts_with("0 rows")) {
            checks.push(check);
        }
    }
    Ok(checks)
}

/// Metrics of trials are counted by the engine in one order; those of other runs are sums of views.
fn exact(run: &Run) -> Precision {
    if run.kind == "trial" { Precision::Exact } else { Precision::OfSums }
}

/// The notes of a run, or its parameters without them: notes say how it went, not what was asked.
fn parted(run: &Run, notes: bool) -> BTreeMap<String, String> {
    let wanted = run.params.iter().filter(|(key, _)| key.starts_with("note.") == notes);
    wanted.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The hash of the weights that a training run made.
fn weights(store: &Store, run: &Run) -> Result<Option<String>, ReplayError> {
    let Some(model) = &run.model_id else { return Ok(None) };
    match store.conn().query_row(crate::sql!("replay/model_sha"), [model], |row| row.get(0)) {
        Ok(sha256) => Ok(Some(sha256)),
        Err(duckdb::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
