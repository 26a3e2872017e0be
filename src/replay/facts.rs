//! What there is to tell of a run.

use serde_json::Value;

use super::{ExperimentFacts, Run};
use crate::domain::Ts;

/// A run beside the one told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Key.
    pub run_id: String,
    /// Kind; `missing` when the store has it no more.
    pub kind: String,
    /// Given name.
    pub name: Option<String>,
    /// running, finished or failed.
    pub status: String,
    /// UTC.
    pub started_at: Option<Ts>,
}

/// The bars of one symbol, as they were when the run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Instrument.
    pub symbol: String,
    /// Bars within the period of the run.
    pub bars: i64,
    /// Start of the first.
    pub first: Option<Ts>,
    /// Start of the last.
    pub last: Option<Ts>,
    /// Where they came from, joined by commas.
    pub sources: String,
    /// How they are adjusted, joined by commas.
    pub adjustments: String,
    /// Whether any was simulated.
    pub is_synthetic: bool,
    /// Bars replaced since.
    pub replaced: i64,
    /// Bars that came into the period since.
    pub added: i64,
}

/// Something that the run rests on and that could see ahead, with its newest look-ahead audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// features, labels or query.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// Whether nothing showed before its time; `None` when it was never audited.
    pub passed: Option<bool>,
    /// Times at which the future was altered.
    pub cuts: Option<i64>,
    /// Columns that gave an alarm.
    pub alarms: Option<i64>,
    /// Day of the audit.
    pub date: Option<String>,
}

/// The model that a run made or asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFacts {
    /// Key.
    pub model_id: String,
    /// Name and version.
    pub name: String,
    /// Learner.
    pub kind: String,
    /// Its training run.
    pub run_id: String,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// Specification, features, periods, threshold, ..: null when it can't be read.
    pub manifest: Value,
}

/// A parameter, with what it would have been had nothing been asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub key: String,
    /// Value.
    pub value: String,
    /// Its default; `None` where none is known.
    pub default: Option<String>,
}

impl Parameter {
    /// Whether it is known to be another than its default.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.default.as_ref().is_some_and(|default| *default != self.value)
    }
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Name.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Size.
    pub bytes: i64,
}

/// A final metric of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// train, valid, test or backtest.
    pub split: String,
    /// Name, as in its view.
    pub key: String,
    /// Value; `None` is unknown.
    pub value: Option<f64>,
}

/// Everything there is to tell of a run.
#[derive(Debug, Clone)]
pub struct Story {
    /// The run itself.
    pub run: Run,
    /// The runs that it follows from, nearest first, the root last.
    pub ancestors: Vec<Relative>,
    /// Runs that follow from it: kind, status, how many.
    pub children: Vec<(String, String, i64)>,
    /// The campaign that it is a cell of, and which.
    pub cell_of: Option<(String, i64)>,
    /// The experiment that it is, is a trial of, or tested the winner or the baseline of.
    pub experiment: Option<ExperimentFacts>,
    /// Its bars, a row a symbol.
    pub inputs: Vec<Input>,
    /// Name of its feature set.
    pub feature_set: Option<String>,
    /// The audits that it rests on.
    pub audits: Vec<Audited>,
    /// The model that it made or asked.
    pub model: Option<ModelFacts>,
    /// Its parameters, those known to be other than by default first.
    pub params: Vec<Parameter>,
    /// Its final metrics.
    pub metrics: Vec<Metric>,
    /// What a reader must know before believing it.
    pub marks: Vec<String>,
    /// Trials of searches on the same data, its own among them.
    pub trials: i64,
    /// Other backtests on the same data.
    pub backtests: i64,
    /// Its files.
    pub artifacts: Vec<Artifact>,
    /// What changed since.
    pub changes: Vec<String>,
    /// Commands to go on with.
    pub next: Vec<String>,
}
