//! An experiment as MLflow tells one: `mlflow.json`, which `load_into_mlflow.py` beside it loads with MLflow's own client.
//!
//! A document and a loader rather than MLflow's folders: from 3.x on MLflow refuses folders as a tracking store, and its
//! database is its own affair. In the document:
//!
//! ```text
//! experiment   name, tags
//! runs[]       run_id, parent_run_id, name, status, start_time, end_time (ms), params, metrics[], tags, artifacts[]
//! metrics[]    key, value, step, timestamp (ms)
//! ```
//!
//! The experiment is the parent run; trials and the runs on the test period are its children. Statuses are MLflow's:
//! a pruned trial is KILLED, and its own is the tag `ws.status`. Metrics are named `<split>/<metric>`, `luck/<measure>`,
//! and `steps/<objective>` for what a pruner saw. What is unknown is left out. Names keep to what MLflow allows (letters,
//! digits, `_ - . / ` and blank, 250 at most), values of parameters to 6000 characters; what had to be shortened is named by
//! the tag `ws.shortened`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::facts::{self, Facts, Trial};
use super::{ExportError, files::Files, pretty};
use crate::store::Store;

/// Version of the document.
const FORMAT: &str = "ws-mlflow-1";
/// Longest name.
const NAME: usize = 250;
/// Longest value of a parameter.
const PARAM: usize = 6_000;
/// Longest value of a tag.
const TAG: usize = 5_000;

/// The document.
#[derive(Debug, Serialize)]
struct Document {
    format: &'static str,
    experiment: Named,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct Run {
    run_id: String,
    parent_run_id: Option<String>,
    name: String,
    status: &'static str,
    start_time: i64,
    end_time: Option<i64>,
    params: BTreeMap<String, String>,
    metrics: Vec<Metric>,
    tags: BTreeMap<String, String>,
    artifacts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Metric {
    key: String,
    value: f64,
    step: i64,
    timestamp: i64,
}

/// A row of `runs`.
#[derive(Debug, Deserialize)]
struct Stored {
    run_id: String,
    parent_run_id: Option<String>,
    name: String,
    kind: String,
    status: String,
    started_ms: i64,
    ended_ms: Option<i64>,
    seed: Option<i64>,
    code_version: String,
    data_fingerprint: Option<String>,
    feature_set_hash: Option<String>,
    data_as_of: Option<String>,
    model_id: Option<String>,
    strategy: Option<String>,
    interval: Option<String>,
    symbols: Option<String>,
    error: Option<String>,
}

/// `mlflow.json`, its loader, and the given files as artifacts of the parent run.
///
/// # Errors
/// Faults of the store.
pub fn files(store: &Store, facts: &Facts, artifacts: Files) -> Result<Files, ExportError> {
    let experiment = &facts.experiment;
    let stored: Vec<Stored> = facts::rows(store, crate::sql!("experiments/export_runs"), &experiment.experiment_id)?;
    let trials: BTreeMap<&str, &Trial> = facts.trials.iter().map(|trial| (trial.run_id.as_str(), trial)).collect();
    let mut out: Files = artifacts.into_iter().map(|(name, bytes)| (format!("artifacts/{name}"), bytes)).collect();
    out.insert("artifacts/spec.toml".into(), experiment.spec.clone().into_bytes());
    let attached: Vec<String> = out.keys().cloned().collect();
    let mut runs: Vec<Run> = stored.into_iter().map(|run| told(facts, &trials, run)).collect();
    if let Some(parent) = runs.iter_mut().find(|run| run.parent_run_id.is_none()) {
        parent.artifacts = attached;
    }
    let tags = [
        ("ws.experiment_id", experiment.experiment_id.clone()),
        ("ws.spec_sha256", experiment.spec_sha256.clone()),
        ("ws.synthetic", facts.is_synthetic().to_string()),
    ];
    let tags = tags.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    let document = Document { format: FORMAT, experiment: Named { name: experiment.name.clone(), tags }, runs };
    out.insert("mlflow.json".into(), pretty("mlflow.json", &document)?);
    let loader = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/experiment/load_into_mlflow.py"));
    out.insert("load_into_mlflow.py".into(), loader.as_bytes().to_vec());
    Ok(out)
}

/// One run as MLflow tells it.
fn told(facts: &Facts, trials: &BTreeMap<&str, &Trial>, run: Stored) -> Run {
    let trial = trials.get(run.run_id.as_str()).copied();
    let is_parent = run.parent_run_id.is_none();
    let at = run.ended_ms.unwrap_or(run.started_ms);
    let mut params = facts.params.get(&run.run_id).cloned().unwrap_or_default();
    if is_parent {
        params.extend(searched_how(facts));
    }
    let mut shortened = Vec::new();
    let (keys, mut used) = (params.keys().cloned().collect::<Vec<_>>(), BTreeSet::new());
    let names = keys.iter().map(|key| (key.clone(), allowed(key, &mut used))).collect::<BTreeMap<_, _>>();
    let params = params
        .into_iter()
        .map(|(key, value)| {
            let short = cut(&value, PARAM);
            if short.len() < value.len() {
                shortened.push(key.clone());
            }
            (names[&key].clone(), short)
        })
        .collect();
    let metrics = metrics(facts, trial, &run, at);
    let mut tags = tags(facts, trial, &run);
    if !shortened.is_empty() {
        tags.insert("ws.shortened".into(), cut(&shortened.join(","), TAG));
    }
    let status = match run.status.as_str() {
        "finished" => "FINISHED",
        "failed" => "FAILED",
        "running" => "RUNNING",
        _ => "KILLED",
    };
    Run {
        parent_run_id: run.parent_run_id,
        name: cut(&run.name, NAME),
        status,
        start_time: run.started_ms,
        end_time: run.ended_ms,
        params,
        metrics,
        tags,
        artifacts: Vec::new(),
        run_id: run.run_id,
    }
}

/// How the search went about it, as parameters of the parent.
fn searched_how(facts: &Facts) -> Vec<(String, String)> {
    let experiment = &facts.experiment;
    let of = |key: &str, value: String| (format!("experiment.{key}"), value);
    let mut found = vec![
        of("subject", experiment.subject.clone()),
        of("sampler", experiment.sampler.clone()),
        of("pruner", experiment.pruner.clone()),
        of("scheme", experiment.scheme.clone()),
        of("objectives", experiment.objectives.join(",")),
        of("directions", experiment.directions.join(",")),
        of("n_dimensions", experiment.n_dimensions.to_string()),
        of("dev_from", experiment.dev_from.clone()),
        of("test_from", experiment.test_from.clone()),
        of("test_to", experiment.test_to.clone()),
    ];
    found.extend(experiment.max_trials.map(|most| of("max_trials", most.to_string())));
    found
}

fn metrics(facts: &Facts, trial: Option<&Trial>, run: &Stored, timestamp: i64) -> Vec<Metric> {
    let mut used = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut name = |raw: String| used.entry(raw.clone()).or_insert_with(|| allowed(&raw, &mut names)).clone();
    let mut found = Vec::new();
    for point in facts.metrics.get(&run.run_id).into_iter().flatten() {
        let key = name(format!("{}/{}", point.split, point.key));
        found.push(Metric { key, value: point.value, step: point.step, timestamp });
    }
    if run.parent_run_id.is_none() {
        for luck in &facts.luck {
            if let Some(value) = luck.value {
                found.push(Metric { key: name(format!("luck/{}", luck.measure)), value, step: 0, timestamp });
            }
        }
    }
    let Some(trial) = trial else { return found };
    if let Some(objective) = facts.experiment.objectives.first() {
        let key = name(format!("steps/{objective}"));
        let steps = trial.steps.iter().enumerate().filter_map(|(step, value)| Some((step as i64 + 1, (*value)?)));
        found.extend(steps.map(|(step, value)| Metric { key: key.clone(), value, step, timestamp }));
    }
    found.push(Metric { key: name("violation".into()), value: trial.violation, step: 0, timestamp });
    found.push(Metric { key: name("seconds".into()), value: trial.seconds, step: 0, timestamp });
    found
}

fn tags(facts: &Facts, trial: Option<&Trial>, run: &Stored) -> BTreeMap<String, String> {
    let rank = trial.and_then(|trial| trial.rank).map(|rank| rank.to_string());
    let role = match trial {
        Some(trial) if trial.is_winner => Some("winner".to_string()),
        Some(trial) if trial.trial == 0 => Some("baseline".to_string()),
        _ => None,
    };
    let parent = run.parent_run_id.is_none();
    let of_parent = |text: Option<&String>| text.filter(|_| parent).cloned();
    let given = [
        ("ws.run_id", Some(run.run_id.clone())),
        ("ws.kind", Some(run.kind.clone())),
        ("ws.status", Some(run.status.clone())),
        ("ws.code_version", Some(run.code_version.clone())),
        ("ws.data_fingerprint", run.data_fingerprint.clone()),
        ("ws.feature_set_hash", run.feature_set_hash.clone()),
        ("ws.data_as_of", run.data_as_of.clone()),
        ("ws.model_id", run.model_id.clone().or_else(|| of_parent(facts.experiment.model_id.as_ref()))),
        ("ws.strategy", run.strategy.clone()),
        ("ws.interval", run.interval.clone()),
        ("ws.symbols", run.symbols.clone()),
        ("ws.seed", run.seed.map(|seed| seed.to_string())),
        ("ws.error", run.error.clone()),
        ("ws.trial", trial.map(|trial| trial.trial.to_string())),
        ("ws.rank", rank),
        ("ws.role", role),
        ("ws.synthetic", Some(facts.is_synthetic().to_string())),
        ("ws.verdict", of_parent(facts.verdict.as_ref().map(|verdict| &verdict.verdict))),
        ("ws.test_run_id", of_parent(facts.experiment.test_run_id.as_ref())),
    ];
    let known = given.into_iter().filter_map(|(key, value)| Some((key.to_string(), cut(&value?, TAG))));
    known.filter(|(_, value)| !value.is_empty()).collect()
}

/// A name that MLflow takes and that is not used yet.
fn allowed(raw: &str, used: &mut BTreeSet<String>) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "_-. /".contains(c) { c } else { '_' };
    let name: String = raw.chars().map(kept).take(NAME - 8).collect();
    // A name that is a path must be a plain one, or MLflow refuses it.
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    let name = if parts.is_empty() { "_".to_string() } else { parts.join("/") };
    let mut free = name.clone();
    let mut number = 2;
    while !used.insert(free.clone()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

/// The beginning of a text that is too long.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_string();
    }
    text.chars().take(most - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ones_that_mlflow_takes() {
        let mut used = BTreeSet::new();
        let mut name = |raw: &str| allowed(raw, &mut used);
        assert_eq!(name("param.sma_cross.fast"), "param.sma_cross.fast");
        assert_eq!((name("a=b"), name("a:b")), ("a_b".to_string(), "a_b_2".to_string()));
        assert_eq!((name("../up//x"), name(".")), ("up/x".to_string(), "_".to_string()));
        assert!(name(&"x".repeat(400)).len() <= NAME && name(&"x".repeat(400)).len() <= NAME);
    }

    #[test]
    fn long_texts_keep_their_beginning() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abc...");
        assert_eq!(cut(&"ä".repeat(7), 6), "äää...");
    }
}
