//! Everything an export tells of an experiment, read once.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ExportError;
use crate::store::{Store, StoreError, query, returns};

/// An experiment with its run.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "columns of the tables of the same names, described there")]
pub struct Experiment {
    pub experiment_id: String,
    pub name: String,
    pub subject: String,
    pub spec: String,
    pub spec_sha256: String,
    pub sampler: String,
    pub pruner: String,
    pub scheme: String,
    pub n_dimensions: i64,
    pub max_trials: Option<i64>,
    #[serde(deserialize_with = "inner")]
    pub objectives: Vec<String>,
    #[serde(deserialize_with = "inner")]
    pub directions: Vec<String>,
    pub dev_from: String,
    pub test_from: String,
    pub test_to: String,
    pub tested_at: Option<String>,
    pub winner_trial: Option<i64>,
    pub test_run_id: Option<String>,
    pub baseline_test_run_id: Option<String>,
    pub model_id: Option<String>,
    pub status: String,
    pub interval: Option<String>,
    pub symbols: Option<String>,
    pub n_symbols: Option<i64>,
    /// Symbols with bars that were made up.
    pub n_synthetic: i64,
}

/// A trial; one that did not finish or misses a constraint has no rank.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "columns of the table trials, described there")]
pub struct Trial {
    pub rank: Option<i64>,
    pub trial: i64,
    pub run_id: String,
    pub state: String,
    pub is_winner: bool,
    pub is_feasible: bool,
    #[serde(deserialize_with = "inner")]
    pub params: Map<String, Value>,
    #[serde(deserialize_with = "numbers")]
    pub scores: Vec<Option<f64>>,
    #[serde(deserialize_with = "numbers")]
    pub steps: Vec<Option<f64>>,
    pub violation: f64,
    pub n_kept: i64,
    pub seconds: f64,
    pub error: Option<String>,
}

/// A measure of luck.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "columns of the table experiment_luck, described there")]
pub struct Luck {
    pub measure: String,
    pub value: Option<f64>,
    pub detail: Option<String>,
}

/// Whether the winner could be luck.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// In a word or two.
    pub verdict: String,
    /// Whether it may be promoted.
    pub is_promotable: bool,
    /// Why.
    pub reason: String,
}

/// What a deployment has to hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    pub metric: String,
    pub comparison: String,
    pub baseline: Option<f64>,
    pub winner: Option<f64>,
    pub promote_at: Option<f64>,
    pub roll_back_at: Option<f64>,
    pub sessions: i64,
}

/// One value of a metric.
#[derive(Debug, Clone)]
pub struct Point {
    /// train, valid, test or backtest.
    pub split: String,
    /// 0 for final metrics.
    pub step: i64,
    /// Metric.
    pub key: String,
    /// Value, finite.
    pub value: f64,
}

/// Cases behind a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cases {
    /// That came true.
    pub hits: u64,
    /// In all.
    pub n: u64,
}

/// What is told.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The experiment.
    pub experiment: Experiment,
    /// Its trials, ranked ones first.
    pub trials: Vec<Trial>,
    /// Measures of luck.
    pub luck: Vec<Luck>,
    /// What they come to.
    pub verdict: Option<Verdict>,
    /// What a deployment has to hold.
    pub thresholds: Vec<Held>,
    /// Parameters by run.
    pub params: BTreeMap<String, BTreeMap<String, String>>,
    /// Metrics by run.
    pub metrics: BTreeMap<String, Vec<Point>>,
}

/// A JSON text within a column.
fn inner<'de, D: serde::Deserializer<'de>, T: DeserializeOwned>(source: D) -> Result<T, D::Error> {
    let text = String::deserialize(source)?;
    serde_json::from_str(&text).map_err(serde::de::Error::custom)
}

/// Numbers of a column, one a line, as they were to the last bit; what is not finite is unknown.
fn numbers<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Vec<Option<f64>>, D::Error> {
    let text = Option::<String>::deserialize(source)?.unwrap_or_default();
    Ok(text.lines().map(|line| line.parse::<f64>().ok().filter(|value| value.is_finite())).collect())
}

/// Searched numbers as they were to the last bit: reading JSON may miss it, the parameters of the run are texts.
fn restore(trial: &mut Trial, params: Option<&BTreeMap<String, String>>) {
    for (name, value) in trial.params.iter_mut().filter(|(_, value)| value.is_f64()) {
        let text = params.and_then(|params| params.get(&format!("searched.{name}")));
        if let Some(exact) = text.and_then(|text| text.parse().ok()).and_then(serde_json::Number::from_f64) {
            *value = Value::Number(exact);
        }
    }
}

/// The rows of a statement about an experiment.
pub fn rows<T: DeserializeOwned>(store: &Store, sql: &str, id: &str) -> Result<Vec<T>, ExportError> {
    let table = query::run(store, sql, &[Some(id.to_string())])?;
    let read = |row| serde_json::from_value(row).map_err(|error| StoreError::Query(format!("{id}: {error}")).into());
    table.json_rows().into_iter().map(read).collect()
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    /// An experiment that is not there; faults of the store.
    pub fn read(store: &Store, experiment_id: &str) -> Result<Self, ExportError> {
        let found: Vec<Experiment> = rows(store, crate::sql!("experiments/export_experiment"), experiment_id)?;
        let experiment = found.into_iter().next().ok_or_else(|| super::unknown(experiment_id))?;
        let params = params(store, experiment_id)?;
        let mut trials: Vec<Trial> = rows(store, crate::sql!("experiments/export_trials"), experiment_id)?;
        for trial in &mut trials {
            restore(trial, params.get(&trial.run_id));
        }
        Ok(Self {
            experiment,
            trials,
            luck: rows(store, crate::sql!("experiments/export_luck"), experiment_id)?,
            verdict: rows(store, crate::sql!("experiments/export_verdict"), experiment_id)?.into_iter().next(),
            thresholds: rows(store, crate::sql!("experiments/export_thresholds"), experiment_id)?,
            params,
            metrics: metrics(store, experiment_id)?,
        })
    }

    /// The baseline: trial 0.
    #[must_use]
    pub fn baseline(&self) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.trial == 0)
    }

    /// The trial that won.
    #[must_use]
    pub fn winner(&self) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.is_winner)
    }

    /// Final metrics of a run on a split, known ones only.
    #[must_use]
    pub fn finals(&self, run_id: &str, split: &str) -> BTreeMap<&str, f64> {
        let points = self.metrics.get(run_id).map(Vec::as_slice).unwrap_or_default();
        let is_final = |point: &&Point| point.split == split && point.step == 0;
        points.iter().filter(is_final).map(|point| (point.key.as_str(), point.value)).collect()
    }

    /// Parameters of a trial that were not searched.
    #[must_use]
    pub fn fixed(&self, trial: &Trial) -> BTreeMap<&str, &str> {
        let searched: Vec<String> = trial.params.keys().flat_map(|name| stored_names(name)).collect();
        let all = self.params.get(&trial.run_id).into_iter().flatten();
        all.filter(|(key, _)| !searched.contains(key) && !key.starts_with("searched."))
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect()
    }

    /// What a trial searched, as one line; `None` when nothing.
    #[must_use]
    pub fn params_line(&self, trial: &Trial) -> Option<String> {
        let all: Vec<String> =
            trial.params.iter().map(|(name, value)| format!("{name} = {}", super::tables::plain(value))).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// Whether any bar behind it was made up.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.experiment.n_synthetic > 0
    }
}

/// What a searched parameter may be called among the parameters of a run.
fn stored_names(searched: &str) -> Vec<String> {
    match searched.split_once('.') {
        Some(("account", setting)) => vec![setting.to_string()],
        Some(("strategy", param)) => vec![format!("param.{param}"), format!("param.{searched}")],
        _ => vec![format!("param.{searched}"), format!("model.{searched}"), searched.to_string()],
    }
}

fn params(store: &Store, experiment_id: &str) -> Result<BTreeMap<String, BTreeMap<String, String>>, ExportError> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/export_params"))?;
    let mut rows = statement.query([experiment_id])?;
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    Ok(found)
}

fn metrics(store: &Store, experiment_id: &str) -> Result<BTreeMap<String, Vec<Point>>, ExportError> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/export_metrics"))?;
    let mut rows = statement.query([experiment_id])?;
    let mut found: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let point = Point { split: row.get(1)?, step: row.get(2)?, key: row.get(3)?, value: row.get(4)? };
        found.entry(row.get(0)?).or_default().push(point);
    }
    Ok(found)
}

/// Cases behind the shares of a run, by measure; none where no rows of it are kept.
///
/// # Errors
/// Faults of the store.
pub fn cases(store: &Store, run_id: &str) -> Result<BTreeMap<String, Cases>, ExportError> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/export_counts"))?;
    let mut rows = statement.query([run_id])?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (hits, n): (i64, i64) = (row.get(1)?, row.get(2)?);
        found.insert(row.get(0)?, Cases { hits: hits.unsigned_abs(), n: n.unsigned_abs() });
    }
    Ok(found)
}

/// Yearly Sharpe ratio of a run and its standard error, from its daily returns.
///
/// # Errors
/// Faults of the store.
pub fn sharpe(store: &Store, run_id: &str) -> Result<Option<(f64, f64)>, ExportError> {
    let Some(settings) = returns::settings(store, run_id)? else { return Ok(None) };
    let free = settings.risk_free_rate / settings.periods_per_year;
    let excess: Vec<f64> = returns::daily(store, run_id)?.into_iter().map(|(_, value)| value - free).collect();
    let year = settings.periods_per_year.sqrt();
    Ok(crate::stats::sharpe_error(&excess).map(|(ratio, error)| (year * ratio, year * error)))
}
