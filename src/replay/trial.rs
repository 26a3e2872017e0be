//! A trial made again: its experiment planned on the inputs as they were, the trial judged with its stored seed.

use std::collections::BTreeMap;

use super::again::{Again, Learned};
use super::compare::Check;
use super::past::{self, Extent, Period};
use super::{ReplayError, Run};
use crate::domain::Progress;
use crate::domain::fingerprint::sha256;
use crate::experiments::run::{Repeat, repeat};
use crate::experiments::spec::Subject;
use crate::experiments::{ExperimentError, Spec, Study};
use crate::store::{Store, duckdb, experiments, query, runs};

/// What is compared of a trial's own row, beside what every run has.
const FIELDS: [(&str, &str); 7] = [
    ("state", "state"),
    ("params", "searched"),
    ("scores", "scores"),
    ("steps", "steps"),
    ("violation", "violation"),
    ("error", "error"),
    ("n_kept", "rows kept"),
];

/// A trial and the experiment that it belongs to, as stored.
struct Stored {
    experiment_id: String,
    trial: i64,
    spec: String,
    spec_sha256: String,
    is_kept: bool,
}

/// Makes a trial again.
pub(super) fn again(store: &Store, run: &Run, learned: Learned, progress: &dyn Progress) -> Again {
    let stored = stored(store, run)?;
    let spec = specification(store, &stored)?;
    let past = past::take(store, run, &extent(&spec, learned))?;
    let mut study = Study::plan(&past, spec, progress)?;
    if !run.params.contains_key("label_set") {
        study.forget_learned();
    }
    let tried = experiments::trials(store, &stored.experiment_id)?;
    let Some(tried) = tried.iter().find(|tried| tried.trial == stored.trial) else {
        return Err(run.altered("its trial is not in the store"));
    };
    let of = Repeat {
        experiment_id: &stored.experiment_id,
        tried,
        settings: &run.params,
        is_kept: stored.is_kept,
        now: run.started_at,
    };
    repeat(&past, &study, &of)?;
    Ok((past, run.run_id.clone()))
}

fn stored(store: &Store, run: &Run) -> Result<Stored, ReplayError> {
    let found = store.conn().query_row(crate::sql!("replay/trial_of"), [&run.run_id], |row| {
        Ok(Stored {
            experiment_id: row.get(0)?,
            trial: row.get(1)?,
            spec: row.get(2)?,
            spec_sha256: row.get(3)?,
            is_kept: row.get(4)?,
        })
    });
    match found {
        Err(duckdb::Error::QueryReturnedNoRows) => Err(run.altered("its trial or its experiment is not in the store")),
        found => Ok(found?),
    }
}

/// The specification as it was read, with what it left to the store as the store was.
fn specification(store: &Store, stored: &Stored) -> Result<Spec, ReplayError> {
    let hash = sha256(stored.spec.as_bytes());
    if hash != stored.spec_sha256 {
        let message = format!("the stored specification of {} was altered: its hash is {hash}", stored.experiment_id);
        return Err(ExperimentError::refused(message, "").into());
    }
    let mut spec = Spec::parse(&stored.experiment_id, &stored.spec).map_err(ExperimentError::from)?;
    let params = runs::params_of(store, &stored.experiment_id)?;
    if let Subject::Model(subject) = &mut spec.subject {
        // A set that was given as a file is in the store by its name.
        if let Some(name) = params.get("feature_set") {
            subject.features.clone_from(name);
        }
        subject.labels = params.get("label_set").cloned().or(subject.labels.take());
    }
    Ok(spec)
}

/// What trials of a specification read.
fn extent(spec: &Spec, learned: Learned) -> Extent {
    let index = spec.account.get("vol_index").filter(|symbol| *symbol != "none").cloned();
    match &spec.subject {
        Subject::Strategy(_) => Extent::Series { period: Period::ALL, index },
        Subject::Model(subject) => {
            learned.extent(subject.features.clone(), subject.labels.clone().unwrap_or_default(), index)
        }
    }
}

/// What two trials of the same must have in common besides what all runs must.
///
/// # Errors
/// Faults of either store.
pub(super) fn checks(store: &Store, run: &Run, past: &Store) -> Result<Vec<Check>, ReplayError> {
    let (was, is) = (fields(store, run)?, fields(past, run)?);
    let of = |from: &BTreeMap<String, String>, column: &str| from.get(column).cloned();
    let mut found = Vec::new();
    for (column, what) in FIELDS {
        let (was, is) = (of(&was, column), of(&is, column));
        // Most have no error: that needs no line.
        if was.is_some() || is.is_some() {
            found.push(Check::text(what, was.as_deref(), is.as_deref()));
        }
    }
    let (was, is) = (weights(store, run)?, weights(past, run)?);
    if !was.is_empty() || !is.is_empty() {
        found.push(Check::texts("weights of folds", &was, &is));
    }
    Ok(found)
}

/// The row of a trial by column, NULL left out.
fn fields(store: &Store, run: &Run) -> Result<BTreeMap<String, String>, ReplayError> {
    let found = query::own(store, crate::sql!("replay/trial"), &[Some(run.run_id.clone())])?;
    let row = found.text_rows()?.into_iter().next().unwrap_or_default();
    let named = found.columns.iter().cloned().zip(row);
    Ok(named.filter_map(|(column, value)| Some((column, value?))).collect())
}

fn weights(store: &Store, run: &Run) -> Result<BTreeMap<String, String>, ReplayError> {
    let mut statement = store.conn().prepare(crate::sql!("replay/fold_weights"))?;
    let rows = statement.query_map([&run.run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
