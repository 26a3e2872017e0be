//! Asking a stored model about its test period, as a run of its own.

use std::time::Instant;

use super::artifact::LoadedModel;
use super::record::{self, Asked};
use super::{Metrics, ModelError, Result};
use crate::dataset::{self, Dataset, Periods, Test};
use crate::domain::{Progress, Ts, Window};
use crate::store::Store;
use crate::store::runs::{self, NewRun};

/// Accuracy on a test period from which on a leak is likelier than skill.
const TOO_ACCURATE: f64 = 0.80;
/// ROC-AUC on a test period from which on a leak is likelier than skill.
const TOO_DISCERNING: f64 = 0.75;

/// What an evaluation found.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// The run.
    pub run_id: String,
    /// The model asked.
    pub model_id: String,
    /// Named window that it was judged on; `None` is its test period.
    pub window: Option<String>,
    /// Test windows.
    pub windows: usize,
    /// First and last test time.
    pub period: (Ts, Ts),
    /// Test metrics, from the store's views.
    pub metrics: Metrics,
    /// What a reader should know before trusting the numbers; the leak alarm first.
    pub warnings: Vec<String>,
    /// Seconds from loading to storing.
    pub seconds: f64,
}

impl Evaluated {
    /// What it was judged on, for a reader.
    #[must_use]
    pub fn judged_on(&self) -> String {
        self.window.as_ref().map_or_else(|| "its test period".into(), |name| format!("window {name}"))
    }
}

/// Predicts the test period of a model and stores predictions and metrics.
///
/// # Errors
/// Features that are missing or were built with another definition, and a test period without samples, leave the
/// store as it was; later failures leave a failed run.
pub fn evaluate(store: &Store, model: &LoadedModel, now: Ts, progress: &dyn Progress) -> Result<Evaluated> {
    judge(store, model, model.manifest.periods, None, now, progress)
}

/// The same for a named window in place of the test period.
///
/// # Errors
/// As [`evaluate`], and a window that begins before the model's first unseen bar.
pub fn evaluate_within(
    store: &Store,
    model: &LoadedModel,
    (name, window): (&str, Window),
    now: Ts,
    progress: &dyn Progress,
) -> Result<Evaluated> {
    let unseen = model.unseen_from();
    if window.from < unseen {
        let (model, from) = (model.model_id.clone(), window.from.to_string());
        return Err(ModelError::Seen { model, window: name.into(), from, unseen: unseen.to_string() });
    }
    // The last moment of a window belongs to it, its end does not.
    let periods = Periods { test_start: window.from, test_end: window.to.plus(-1), ..model.manifest.periods };
    judge(store, model, periods, Some(name), now, progress)
}

fn judge(
    store: &Store,
    model: &LoadedModel,
    periods: Periods,
    window: Option<&str>,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Evaluated> {
    let begun = Instant::now();
    let spec = model.dataset(&model.symbols(), Some(periods.test_start), Some(periods.test_end.plus(1)));
    let dataset = dataset::load(store, &spec)?;
    let test = dataset::split::restore(&dataset, periods).test;
    if test.is_empty() {
        let (from, to) = (periods.test_start.to_string(), periods.test_end.to_string());
        return Err(ModelError::Nothing { model: model.model_id.clone(), from, to });
    }
    // Of a window the last time is that of its last sample, not its end.
    let last = test.iter().map(|sample| sample.ts).max().filter(|_| window.is_some()).unwrap_or(periods.test_end);
    let run_id = runs::begin(store, &new_run(model, &dataset, periods, window), now)?;
    let ended = || now.plus(begun.elapsed().as_micros() as i64);
    let result = ask(store, model, &test, &run_id, progress).and_then(|metrics| {
        runs::finish(store, &run_id, ended())?;
        Ok(metrics)
    });
    match result {
        Ok(metrics) => Ok(Evaluated {
            model_id: model.model_id.clone(),
            window: window.map(str::to_string),
            windows: test.len(),
            period: (periods.test_start, last),
            warnings: leak_alarm(&metrics).into_iter().collect(),
            metrics,
            seconds: begun.elapsed().as_secs_f64(),
            run_id,
        }),
        Err(error) => {
            runs::fail(store, &run_id, &error.to_string(), ended())?;
            Err(error)
        }
    }
}

fn new_run(model: &LoadedModel, dataset: &Dataset, periods: Periods, window: Option<&str>) -> NewRun {
    let manifest = &model.manifest;
    let params = [
        ("model", model.model_id.clone()),
        ("feature_set", manifest.feature_set.clone()),
        ("label_set", manifest.label_set.clone()),
        ("lookback", manifest.lookback.to_string()),
        ("test_start", periods.test_start.to_string()),
        ("test_end", periods.test_end.to_string()),
    ];
    let window = window.map(|name| ("window", name.to_string()));
    NewRun {
        kind: "evaluate",
        mode: "research",
        name: model.name.clone(),
        parent_run_id: model.run_id.clone(),
        seed: Some(manifest.seed.cast_signed()),
        data_fingerprint: dataset.fingerprint.clone(),
        feature_set_hash: manifest.feature_set_hash.clone(),
        data_as_of: dataset.data_as_of,
        model_id: model.model_id.clone(),
        interval: manifest.interval.clone(),
        symbols: dataset.symbols(),
        params: params.into_iter().chain(window).map(|(key, value)| (key.to_string(), value)).collect(),
        ..NewRun::default()
    }
}

fn ask(store: &Store, model: &LoadedModel, test: &Test<'_>, run_id: &str, progress: &dyn Progress) -> Result<Metrics> {
    let asking = Instant::now();
    let probabilities = model.calibrated.probabilities(test, progress)?;
    let latency_ms = asking.elapsed().as_secs_f64() * 1e3 / test.len() as f64;
    let asked = Asked { run_id, model_id: &model.model_id, split: "test", latency_ms };
    store.transaction(|| {
        record::predictions(store, &asked, &model.calibrated, test, &probabilities)?;
        record::metrics(store, run_id, "test")
    })
}

/// A warning when test metrics are too good to be true, with what to check.
#[must_use]
pub fn leak_alarm(metrics: &Metrics) -> Option<String> {
    let known = |name: &str| metrics.get(name).copied().flatten();
    let mut signs = Vec::new();
    if let Some(accuracy) = known("accuracy").filter(|accuracy| *accuracy >= TOO_ACCURATE) {
        let guess = known("base_rate").map_or(String::new(), |rate| {
            format!(" (always guessing the commoner class gives {:.3})", rate.max(1.0 - rate))
        });
        signs.push(format!("accuracy {accuracy:.3} ≥ {TOO_ACCURATE:.2}{guess}"));
    }
    if let Some(area) = known("roc_auc").filter(|area| *area >= TOO_DISCERNING) {
        signs.push(format!("ROC-AUC {area:.3} ≥ {TOO_DISCERNING:.2}"));
    }
    (!signs.is_empty()).then(|| {
        format!(
            "too good to be true on a test period: {}. Check for a leak before believing it: features that look ahead \
             (ws audit lookahead), labels that reach into the features, bars or symbols that are copies of each other, \
             a split without purge or embargo, and a base rate that makes the number easy",
            signs.join(", ")
        )
    })
}
