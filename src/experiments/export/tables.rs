//! Files for programs: every configuration, every trial by rank with its metrics, and the baseline's metrics.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::facts::{Facts, Trial};
use super::{ExportError, pretty};
use crate::experiments::measures;

/// `configs.json`: what every finished trial was told, by rank; those that miss a constraint have none and come last.
pub fn configs(facts: &Facts) -> Result<Vec<u8>, ExportError> {
    let experiment = &facts.experiment;
    let ranked = facts.trials.iter().filter(|trial| trial.trial > 0 && trial.state == "finished");
    let objectives: Vec<Value> = experiment
        .objectives
        .iter()
        .zip(&experiment.directions)
        .map(|(metric, direction)| json!({ "metric": metric, "direction": direction }))
        .collect();
    pretty(
        "configs.json",
        &json!({
            "experiment_id": experiment.experiment_id, "name": experiment.name, "subject": experiment.subject,
            "spec_sha256": experiment.spec_sha256, "is_synthetic": facts.is_synthetic(), "objectives": objectives,
            "winner_trial": experiment.winner_trial, "baseline": facts.baseline().map(|trial| config(facts, trial)),
            "configurations": ranked.map(|trial| config(facts, trial)).collect::<Vec<_>>(),
        }),
    )
}

fn config(facts: &Facts, trial: &Trial) -> Value {
    let scores: Map<String, Value> =
        scores(facts, trial).map(|(name, score)| (name.to_string(), json!(score))).collect();
    json!({
        "rank": trial.rank, "trial": trial.trial, "run_id": trial.run_id, "state": trial.state,
        "is_winner": trial.is_winner, "is_feasible": trial.is_feasible, "searched": trial.params, "fixed": facts.fixed(trial), "scores": scores,
        "violation": trial.violation,
    })
}

/// Values of the objectives by name.
pub fn scores<'a>(facts: &'a Facts, trial: &'a Trial) -> impl Iterator<Item = (&'a str, Option<f64>)> {
    facts.experiment.objectives.iter().map(String::as_str).zip(trial.scores.iter().copied())
}

/// `ranked_results.csv`: a line a trial, the unranked ones and the baseline last; what is unknown is empty.
pub fn ranked(facts: &Facts) -> Result<Vec<u8>, ExportError> {
    let searched: BTreeSet<&str> =
        facts.trials.iter().flat_map(|trial| trial.params.keys().map(String::as_str)).collect();
    let valid: Vec<BTreeMap<&str, f64>> =
        facts.trials.iter().map(|trial| facts.finals(&trial.run_id, "valid")).collect();
    let metrics = in_order(valid.iter().flat_map(|metrics| metrics.keys().copied()).collect());
    let mut header: Vec<String> =
        ["rank", "trial", "run_id", "state", "is_winner", "is_baseline"].map(String::from).into();
    header.extend(facts.experiment.objectives.iter().map(|name| format!("score.{name}")));
    header.push("violation".into());
    header.extend(searched.iter().map(|name| format!("param.{name}")));
    header.extend(metrics.iter().map(ToString::to_string));
    header.extend(["seconds".to_string(), "error".to_string()]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).map_err(fault)?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for (trial, known) in facts.trials.iter().zip(&valid) {
        let mut line = vec![
            trial.rank.map_or_else(String::new, |rank| rank.to_string()),
            trial.trial.to_string(),
            trial.run_id.clone(),
            trial.state.clone(),
            trial.is_winner.to_string(),
            (trial.trial == 0).to_string(),
        ];
        let scores = facts.experiment.objectives.iter().enumerate();
        line.extend(scores.map(|(index, _)| number(trial.scores.get(index).copied().flatten())));
        line.push(trial.violation.to_string());
        line.extend(searched.iter().map(|name| trial.params.get(*name).map_or_else(String::new, plain)));
        line.extend(metrics.iter().map(|name| number(known.get(name).copied())));
        line.extend([trial.seconds.to_string(), trial.error.clone().unwrap_or_default()]);
        writer.write_record(&line).map_err(fault)?;
    }
    writer.into_inner().map_err(|error| fault(error.into_error().into()))
}

/// Metrics as they are known everywhere, then any others by name.
fn in_order(found: BTreeSet<&str>) -> Vec<&str> {
    let known = measures::names(true);
    let mut ordered: Vec<&str> = known.iter().copied().filter(|name| found.contains(name)).collect();
    ordered.extend(found.into_iter().filter(|name| !known.contains(name)));
    ordered
}

/// A searched value without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

fn fault(error: csv::Error) -> ExportError {
    ExportError::Text { file: "ranked_results.csv", reason: error.to_string() }
}

/// `baseline_metrics.json`: the baseline on validation and on the test period; what is unknown is left out.
pub fn baseline(facts: &Facts) -> Result<Vec<u8>, ExportError> {
    let experiment = &facts.experiment;
    let trial = facts.baseline();
    let test = experiment.baseline_test_run_id.as_deref();
    pretty(
        "baseline_metrics.json",
        &json!({
            "experiment_id": experiment.experiment_id, "name": experiment.name, "is_synthetic": facts.is_synthetic(),
            "run_id": trial.map(|trial| &trial.run_id), "test_run_id": test,
            "searched": trial.map(|trial| &trial.params), "fixed": trial.map(|trial| facts.fixed(trial)),
            "validation": trial.map(|trial| facts.finals(&trial.run_id, "valid")),
            "test": test.map(|run_id| facts.finals(run_id, "backtest")),
        }),
    )
}
