//! What is stored of a search: that it began, and every trial.

use std::collections::BTreeMap;

use super::Options;
use super::suggest::learns;
use super::work::Ran;
use crate::domain::fingerprint::sha256;
use crate::experiments::spec::{Subject, text_of};
use crate::experiments::study::Study;
use crate::experiments::{ExperimentError, GENERATION};
use crate::search::{Assignment, Direction, Observed, Pruner, Sampler, TrialState};
use crate::store::experiments::{TrialRow, TrialRun, Tried};
use crate::store::runs::{self, NewRun};
use crate::store::{Columns, Store, params};

/// Stores an experiment as running, with its folds; returns its id.
pub(super) fn begin(store: &Store, study: &Study, options: &Options<'_>) -> Result<String, ExperimentError> {
    store.transaction(|| {
        let run = new_run(study, options);
        let experiment_id = runs::insert(store, &run, (options.clock)())?;
        let most = [study.spec.budget.trials, options.max_trials].into_iter().flatten().min();
        insert_experiment(store, study, &experiment_id, most)?;
        insert_folds(store, study, &experiment_id)?;
        Ok(experiment_id)
    })
}

fn new_run(study: &Study, options: &Options<'_>) -> NewRun {
    let spec = &study.spec;
    let text = |value: Option<f64>| value.map_or_else(|| "none".to_string(), |value| value.to_string());
    let most = [spec.budget.trials, options.max_trials].into_iter().flatten().min();
    let mut params: BTreeMap<String, String> = [
        ("seed", spec.seed.to_string()),
        ("budget.trials", most.map_or_else(|| "none".into(), |trials| trials.to_string())),
        ("budget.minutes", text(spec.budget.minutes)),
        ("generation", if learns(study) { GENERATION.to_string() } else { "none".into() }),
        ("sampler", json(&spec.sampler)),
        ("pruner", json(&spec.pruner)),
        ("scheme", format!("{:?}", spec.validation.scheme)),
        ("keep", spec.keep.to_string()),
        ("capital", study.base.capital.to_string()),
        ("risk_free_rate", study.base.risk_free_rate.to_string()),
        ("periods_per_year", study.market().periods_per_year().to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_string(), value))
    .collect();
    for dimension in spec.searched.space.dimensions() {
        params.insert(format!("space.{}", dimension.name), json(&dimension.domain));
    }
    params.extend(learned_from(study));
    let period = [("from", study.base.from), ("to", study.base.to)];
    params.extend(period.into_iter().filter_map(|(key, ts)| Some((key.to_string(), ts?.to_string()))));
    let run = trial_run(study, "");
    NewRun {
        kind: "experiment",
        mode: "research",
        name: spec.name.clone(),
        seed: Some(spec.seed.cast_signed()),
        data_fingerprint: run.data_fingerprint,
        feature_set_hash: run.feature_set_hash,
        data_as_of: run.data_as_of,
        strategy: run.strategy,
        interval: run.interval,
        symbols: run.symbols,
        params,
        ..NewRun::default()
    }
}

/// The features and labels of a model, as the specification may leave them to the store.
fn learned_from(study: &Study) -> impl Iterator<Item = (String, String)> {
    let read = study.model.iter().map(|model| &model.dataset_spec);
    read.flat_map(|read| [("feature_set", read.schema.set.clone()), ("label_set", read.label_set.clone())])
        .map(|(key, name)| (key.to_string(), name))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What trials of a study have in common as runs.
pub(super) fn trial_run(study: &Study, experiment_id: &str) -> TrialRun {
    let mut symbols: Vec<String> = study.base.symbols.iter().map(ToString::to_string).collect();
    symbols.sort();
    TrialRun {
        experiment_id: experiment_id.to_string(),
        name: study.spec.name.clone(),
        data_fingerprint: study.fingerprint.clone(),
        feature_set_hash: study.model.as_ref().map(|model| model.dataset_spec.schema.hash.clone()).unwrap_or_default(),
        data_as_of: study.data_as_of,
        strategy: study.base.strategies.join(","),
        interval: study.base.interval.to_string(),
        symbols,
    }
}

fn insert_experiment(
    store: &Store,
    study: &Study,
    experiment_id: &str,
    most: Option<u64>,
) -> Result<(), ExperimentError> {
    let (spec, windows) = (&study.spec, &study.windows);
    let directions = spec.directions().into_iter().map(|direction| match direction {
        Direction::Maximise => "maximise",
        Direction::Minimise => "minimise",
    });
    let sampler = match spec.sampler {
        Sampler::Grid => "grid",
        Sampler::Random => "random",
        Sampler::Tpe(_) => "tpe",
    };
    let pruner = match spec.pruner {
        Pruner::None => "none",
        Pruner::Median { .. } => "median",
        Pruner::SuccessiveHalving { .. } => "successive_halving",
    };
    let subject = match spec.subject {
        Subject::Strategy(_) => "strategy",
        Subject::Model(_) => "model",
    };
    store.conn().execute(
        crate::sql!("experiments/insert_experiment"),
        params![
            experiment_id,
            spec.name,
            subject,
            spec.text,
            sha256(spec.text.as_bytes()),
            spec.objective_names().join("\n"),
            directions.collect::<Vec<_>>().join("\n"),
            sampler,
            pruner,
            spec.validation.scheme.as_str(),
            spec.searched.space.dimensions().len() as i64,
            most.map(u64::cast_signed),
            study.base.from.unwrap_or(windows.development.from).0,
            windows.test.from.0,
            windows.test.to.0,
        ],
    )?;
    Ok(())
}

/// One row a stretch of each fold.
fn insert_folds(store: &Store, study: &Study, experiment_id: &str) -> Result<(), ExperimentError> {
    let mut rows = Vec::new();
    for (at, fold) in study.windows.folds.iter().enumerate() {
        let counts = study.model.as_ref().map(|model| model.counts[at]);
        let parts = [
            ("train", &fold.train, counts.map(|n| n.train + n.watch)),
            ("valid", &fold.valid, counts.map(|n| n.judged)),
        ];
        for (part, spans, samples) in parts {
            let purged = counts.filter(|_| part == "train").map(|counts| counts.purged);
            rows.extend(spans.iter().map(|span| (fold.number, part, *span, samples, purged)));
        }
    }
    let count = |value: Option<usize>| value.map_or(f64::NAN, |value| value as f64);
    Columns::new()
        .text("experiment_id", rows.iter().map(|_| experiment_id))
        .i64("fold", rows.iter().map(|(number, ..)| *number as i64))
        .text("part", rows.iter().map(|(_, part, ..)| *part))
        .ts("from_ts", rows.iter().map(|(_, _, span, ..)| span.from))
        .ts("to_ts", rows.iter().map(|(_, _, span, ..)| span.to))
        .i64("n_sessions", rows.iter().map(|(_, _, span, ..)| span.sessions as i64))
        .f64("n_samples", rows.iter().map(|(_, _, _, samples, _)| count(*samples)))
        .f64("n_purged", rows.iter().map(|(_, _, _, _, purged)| count(*purged)))
        .insert_with(store, crate::sql!("experiments/insert_folds"), &[])?;
    Ok(())
}

/// The run id of a trial.
pub(super) fn run_id(experiment_id: &str, trial: i64) -> String {
    format!("{experiment_id}-t{trial:04}")
}

/// Searched parameters as stored.
pub(super) fn params_json(assignment: &Assignment) -> String {
    json(assignment)
}

/// A trial that has ended as a row.
pub(super) fn row(study: &Study, experiment_id: &str, ran: &Ran<'_>) -> TrialRow {
    let unknown = || vec![f64::NAN; study.spec.objectives.len()];
    let (state, scores, violation, steps) = match &ran.result {
        Ok(judged) => {
            let state = if judged.is_pruned { "pruned" } else { "finished" };
            (state, study.scores(&judged.judged_by), study.violation(&judged.judged_by), judged.steps.clone())
        }
        Err(_) => ("failed", unknown(), 0.0, Vec::new()),
    };
    let judged = ran.result.as_ref().ok();
    let metrics = judged.map_or_else(Vec::new, |judged| {
        let whole = std::iter::once((0, &judged.measures));
        let paths = (1..).zip(&judged.by_path);
        let named = |(step, measures): (i64, &crate::experiments::measures::Measures)| -> Vec<(i64, String, f64)> {
            measures.iter().map(|(name, value)| (step, name.clone(), value.unwrap_or(f64::NAN))).collect()
        };
        whole.chain(paths).flat_map(named).collect()
    });
    TrialRow {
        trial: ran.trial,
        run_id: run_id(experiment_id, ran.trial),
        state,
        params: params_json(ran.assignment),
        scores,
        violation,
        steps,
        seconds: ran.seconds,
        error: ran.result.as_ref().err().cloned(),
        seed: ran.seed.cast_signed(),
        times: ran.times,
        settings: settings(study, ran.assignment),
        metrics,
        returns: judged.map_or_else(Vec::new, |judged| judged.returns.clone()),
    }
}

/// Every setting of a trial; what was searched also under its own name, so that a failed trial has it too.
fn settings(study: &Study, assignment: &Assignment) -> Vec<(String, String)> {
    let config = study.config(assignment).ok();
    let planned = config.and_then(|config| Some((study.market().plan(&config).ok()?, config)));
    let mut found = planned.map(|(plan, config)| study.market().params(&config, &plan)).unwrap_or_default();
    if let Ok(learning) = study.learning(assignment) {
        found.extend(learning.params().into_iter().map(|(name, value)| (format!("model.{name}"), value)));
    }
    found.extend(learned_from(study));
    found.extend(assignment.iter().map(|(name, value)| (format!("searched.{name}"), text_of(value))));
    found.into_iter().collect()
}

/// A stored trial as samplers and pruners see it.
pub(super) fn observed(study: &Study, tried: &Tried, assignment: Assignment) -> Result<Observed, ExperimentError> {
    if params_json(&assignment) != tried.params {
        let message = format!(
            "trial {} of {} was tried with {}, this program suggests {}",
            tried.trial,
            study.spec.name,
            tried.params,
            params_json(&assignment)
        );
        return Err(ExperimentError::refused(
            message,
            "another version of ws began it: go on with that one, or begin anew",
        ));
    }
    let state = match tried.state.as_str() {
        "finished" => TrialState::Finished,
        "pruned" => TrialState::Pruned { step: tried.steps.len().saturating_sub(1) },
        _ => TrialState::Failed,
    };
    Ok(Observed {
        id: (tried.trial - 1).max(0).unsigned_abs(),
        assignment,
        state,
        values: tried.scores.clone(),
        intermediate: tried.steps.clone(),
        violation: tried.violation,
    })
}
