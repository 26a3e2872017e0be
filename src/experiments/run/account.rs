//! The account of a trial: it is simulated once more, with records, and its rows are kept.

use super::record;
use crate::domain::Ts;
use crate::experiments::ExperimentError;
use crate::experiments::study::Study;
use crate::search::Assignment;
use crate::store::experiments::TrialRun;
use crate::store::{Store, artifacts, params};

/// Keeps the rows of a trial's account and the weights of its folds; one that fails has none.
///
/// Models are fitted and accounts simulated first; then everything is stored in one short transaction.
pub(super) fn keep(
    store: &Store,
    study: &Study,
    of: &TrialRun,
    (trial, seed): (i64, u64),
    assignment: &Assignment,
    now: Ts,
) -> Result<(), ExperimentError> {
    let run_id = record::run_id(&of.experiment_id, trial);
    let Ok((mut config, weights)) = study.with_predictions(assignment, seed) else { return Ok(()) };
    if let Some(model) = &mut config.model {
        model.model_id.clone_from(&run_id);
        model.parent_run_id.clone_from(&of.experiment_id);
        model.feature_set_hash.clone_from(&of.feature_set_hash);
    }
    let recorded = study.market().recorded(&config)?;
    store.transaction(|| {
        // Its returns are stored already, to the bit.
        recorded.write(store, &run_id)?;
        for (fold, bytes) in (1..).zip(&weights) {
            artifacts::keep(store, &run_id, &format!("fold-{fold}.safetensors"), bytes, now)?;
        }
        store.conn().execute(crate::sql!("experiments/mark_kept"), params![run_id])?;
        Ok(())
    })
}
