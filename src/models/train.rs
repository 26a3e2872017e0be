//! Training as a run: load, split, fit, calibrate, choose a threshold, store.
//!
//! What can't be trained is refused before anything is stored. From then on the run is in the store as `running`; a
//! failure marks it `failed` with the reason, and success stores model, validation predictions, training curve and
//! metrics in one transaction.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};

use super::artifact::{Asset, Calibrated, Manifest, choose_threshold};
use super::calibration::{Calibration, CalibrationMethod};
use super::learner::{Epoch, Learner};
use super::record::{self, Asked};
use super::spec::ModelSpec;
use super::{Metrics, ModelError, Result};
use crate::dataset::{self, Dataset, DatasetError, DatasetSpec, Periods, Samples, Split, SplitSpec, Train, Valid};
use crate::domain::id::new_id;
use crate::domain::{Progress, Ts};
use crate::store::models::ModelRow;
use crate::store::runs::{self, NewRun};
use crate::store::{self, Store};

/// Fewest training and validation windows.
const MIN_TRAIN: usize = 64;
const MIN_VALID: usize = 16;

/// Everything that determines a training run.
#[derive(Debug, Clone)]
pub struct TrainConfig {
    /// Name of the model; empty is `<kind>_<set>_<interval>`.
    pub name: String,
    /// What to load.
    pub dataset: DatasetSpec,
    /// How to split.
    pub split: SplitSpec,
    /// What to fit.
    pub model: ModelSpec,
    /// How to calibrate.
    pub calibration: CalibrationMethod,
    /// Seed of initial weights, shuffles and dropout.
    pub seed: u64,
}

/// What a training run made.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The run.
    pub run_id: String,
    /// The model.
    pub model_id: String,
    /// Its name.
    pub name: String,
    /// Its version within the name.
    pub version: i32,
    /// Boundaries of the split.
    pub periods: Periods,
    /// Windows to train, validate and test on.
    pub windows: [usize; 3],
    /// Decision threshold.
    pub threshold: f64,
    /// Training curve; empty for learners without epochs.
    pub curve: Vec<Epoch>,
    /// Epoch kept.
    pub best_epoch: usize,
    /// Validation metrics, from the store's views.
    pub metrics: Metrics,
    /// What a reader should know before trusting the model.
    pub warnings: Vec<String>,
    /// Seconds from loading to storing.
    pub seconds: f64,
}

/// Trains and stores a model.
///
/// # Errors
/// Refusals (parameters, data that is missing, too short or of one class) leave the store as it was; later failures
/// leave a failed run.
pub fn train(store: &Store, config: &TrainConfig, now: Ts, progress: &dyn Progress) -> Result<Trained> {
    let begun = Instant::now();
    let learner = config.model.learner()?;
    let dataset = dataset::load(store, &config.dataset)?;
    let split = checked_split(store, &dataset, &config.split)?;
    let run_id = runs::begin(store, &new_run(config, &dataset), now)?;
    let job = Job { store, config, dataset: &dataset, split: &split, run_id: &run_id, now, begun };
    let result = job.fit(learner.as_ref(), progress).and_then(|fit| store.transaction(|| job.keep(fit, progress)));
    if let Err(error) = &result {
        runs::fail(store, &run_id, &error.to_string(), job.ended())?;
    }
    result
}

/// Splits, and refuses what can't be learned from.
fn checked_split<'a>(store: &Store, dataset: &'a Dataset, spec: &SplitSpec) -> Result<Split<'a>> {
    if dataset.labelled() == 0 {
        let sets = dataset::label_sets(store, dataset.interval)?;
        let known = if sets.is_empty() {
            format!("the store has no {0} labels; make them with 'ws labels build --interval {0}'", dataset.interval)
        } else {
            format!("label sets of {}: {}", dataset.interval, sets.join(", "))
        };
        let (label_set, samples) = (dataset.label_set.clone(), dataset.samples.len());
        return Err(DatasetError::NoLabels { label_set, samples, known }.into());
    }
    let split = dataset::split::by_time(dataset, spec)?;
    check_parts(&split.train, &split.valid)?;
    Ok(split)
}

/// Refuses too few samples, and samples of one class.
pub(super) fn check_parts(train: &Train<'_>, valid: &Valid<'_>) -> Result<()> {
    check_part("train", train, MIN_TRAIN)?;
    check_part("valid", valid, MIN_VALID)
}

fn check_part(split: &'static str, samples: &Samples<'_>, needed: usize) -> Result<()> {
    let (found, positives) = (samples.len(), samples.positives());
    if found < needed {
        return Err(ModelError::TooFew { split, found, needed });
    }
    if positives == 0 || positives == found {
        return Err(ModelError::OneClass { split, found, label: i32::from(positives > 0) });
    }
    Ok(())
}

/// Every parameter of a training run, as stored.
pub(super) fn stored_params(config: &TrainConfig) -> BTreeMap<String, String> {
    let spec = &config.dataset;
    let mut params = BTreeMap::new();
    let bound = |ts: Option<Ts>| ts.map_or(Value::Null, |ts| Value::String(ts.to_string()));
    flatten(
        "",
        &json!({
            "model": config.model,
            "split": config.split,
            "calibration": config.calibration,
            "feature_set": spec.schema.set,
            "label_set": spec.label_set,
            "lookback": spec.lookback,
            "from": bound(spec.from),
            "to": bound(spec.to),
        }),
        &mut params,
    );
    params
}

fn new_run(config: &TrainConfig, dataset: &Dataset) -> NewRun {
    let spec = &config.dataset;
    NewRun {
        kind: "train",
        mode: "research",
        name: config.name(),
        seed: Some(config.seed.cast_signed()),
        data_fingerprint: dataset.fingerprint.clone(),
        feature_set_hash: spec.schema.hash.clone(),
        data_as_of: dataset.data_as_of,
        interval: spec.interval.to_string(),
        symbols: dataset.symbols(),
        params: stored_params(config),
        ..NewRun::default()
    }
}

/// `{"model": {"alpha": 1}}` as `model.alpha = 1`; lists as JSON, nulls left out.
pub(super) fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&name, value, into);
            }
        }
        Value::Null => {}
        Value::String(text) => drop(into.insert(prefix.to_string(), text.clone())),
        other => drop(into.insert(prefix.to_string(), other.to_string())),
    }
}

impl TrainConfig {
    fn name(&self) -> String {
        if self.name.is_empty() {
            format!("{}_{}_{}", self.model.kind(), self.dataset.schema.set, self.dataset.interval)
        } else {
            self.name.clone()
        }
    }
}

/// A run under way.
struct Job<'a> {
    store: &'a Store,
    config: &'a TrainConfig,
    dataset: &'a Dataset,
    split: &'a Split<'a>,
    run_id: &'a str,
    now: Ts,
    begun: Instant,
}

/// What fitting gave, before it is stored.
pub(super) struct Fit {
    pub(super) calibrated: Calibrated,
    curve: Vec<Epoch>,
    pub(super) best_epoch: usize,
}

/// Fits, calibrates and chooses the threshold.
pub(super) fn fit(
    learner: &dyn Learner,
    method: CalibrationMethod,
    (train, valid): (&Train<'_>, &Valid<'_>),
    seed: u64,
    progress: &dyn Progress,
) -> Result<Fit> {
    let fitted = learner.fit(train, valid, seed, progress)?;
    let labels = valid.labels();
    let log_odds = fitted.model.predict(valid, progress)?;
    let calibration = Calibration::fit(method, &labels, &log_odds);
    let probabilities: Vec<f64> = log_odds.iter().map(|z| calibration.probability(*z)).collect();
    let threshold = choose_threshold(&labels, &probabilities);
    let calibrated = Calibrated { model: fitted.model, calibration, threshold };
    Ok(Fit { calibrated, curve: fitted.curve, best_epoch: fitted.best_epoch })
}

impl Job<'_> {
    fn ended(&self) -> Ts {
        self.now.plus(self.begun.elapsed().as_micros() as i64)
    }

    fn fit(&self, learner: &dyn Learner, progress: &dyn Progress) -> Result<Fit> {
        fit(learner, self.config.calibration, (&self.split.train, &self.split.valid), self.config.seed, progress)
    }

    /// Stores everything, within the caller's transaction.
    fn keep(&self, fit: Fit, progress: &dyn Progress) -> Result<Trained> {
        let model_id = new_id(self.config.model.kind(), self.now);
        let valid = &self.split.valid;
        let asking = Instant::now();
        let probabilities = fit.calibrated.probabilities(valid, progress)?;
        let latency_ms = asking.elapsed().as_secs_f64() * 1e3 / valid.len() as f64;
        let asked = Asked { run_id: self.run_id, model_id: &model_id, split: "valid", latency_ms };
        record::predictions(self.store, &asked, &fit.calibrated, valid, &probabilities)?;
        let metrics = record::metrics(self.store, self.run_id, "valid")?;
        self.keep_curve(&fit.curve)?;
        let manifest = self.manifest(&fit, metrics.clone());
        let row = ModelRow {
            model_id: model_id.clone(),
            name: self.config.name(),
            version: 0,
            kind: self.config.model.kind().to_string(),
            run_id: self.run_id.to_string(),
            manifest: serde_json::to_string(&manifest)?,
            weights: fit.calibrated.weights()?.to_bytes()?,
        };
        let version = store::models::insert(self.store, &row, self.ended())?;
        runs::set_model(self.store, self.run_id, &model_id)?;
        runs::finish(self.store, self.run_id, self.ended())?;
        Ok(Trained {
            run_id: self.run_id.to_string(),
            model_id,
            name: row.name,
            version,
            periods: self.split.periods,
            windows: [self.split.train.len(), valid.len(), self.split.test.len()],
            threshold: fit.calibrated.threshold,
            warnings: [self.unseen_symbols(), warnings(&fit.calibrated.calibration)].concat(),
            curve: fit.curve,
            best_epoch: fit.best_epoch,
            metrics,
            seconds: self.begun.elapsed().as_secs_f64(),
        })
    }

    fn keep_curve(&self, curve: &[Epoch]) -> Result<()> {
        for point in curve {
            let step = point.epoch as i64;
            let train = [("loss", Some(point.train_loss)), ("learning_rate", Some(point.learning_rate))];
            runs::record_metrics(self.store, self.run_id, "train", step, &train)?;
            let valid = [("loss", Some(point.valid_loss)), ("pr_auc", Some(point.valid_pr_auc))];
            runs::record_metrics(self.store, self.run_id, "valid", step, &valid)?;
        }
        Ok(())
    }

    /// Symbols whose bars begin after the training period.
    fn unseen_symbols(&self) -> Vec<String> {
        let trained: Vec<String> = self.split.train.series().iter().map(|series| series.symbol.to_string()).collect();
        let unseen: Vec<String> =
            self.dataset.symbols().into_iter().filter(|symbol| !trained.contains(symbol)).collect();
        if unseen.is_empty() {
            return vec![];
        }
        vec![format!("{} have no training window; the model knows them as an average asset only", unseen.join(", "))]
    }

    fn manifest(&self, fit: &Fit, metrics: Metrics) -> Manifest {
        let spec = &self.config.dataset;
        let assets = self.split.train.series();
        Manifest {
            format: Manifest::FORMAT,
            spec: self.config.model.clone(),
            feature_set: spec.schema.set.clone(),
            feature_set_hash: spec.schema.hash.clone(),
            features: spec.schema.columns.clone(),
            lookback: spec.lookback,
            label_set: spec.label_set.clone(),
            interval: spec.interval.to_string(),
            assets: assets
                .iter()
                .map(|series| Asset { symbol: series.symbol.to_string(), asset_id: series.asset_id })
                .collect(),
            symbols: self.dataset.symbols(),
            periods: self.split.periods,
            n_train: self.split.train.len(),
            n_valid: self.split.valid.len(),
            best_epoch: fit.best_epoch,
            calibration: self.config.calibration,
            threshold: fit.calibrated.threshold,
            metrics,
            seed: self.config.seed,
            code_version: runs::code_version(),
            data_fingerprint: self.dataset.fingerprint.clone(),
        }
    }
}

/// What validation says against the model.
fn warnings(calibration: &Calibration) -> Vec<String> {
    match calibration {
        Calibration::Platt { slope, .. } if *slope <= 0.0 => vec![
            "the model ranks validation samples backwards (Platt slope not positive): treat it as having no skill"
                .to_string(),
        ],
        Calibration::Isotonic { y, .. } if y.first() == y.last() => {
            vec!["the model does not rank validation samples at all: treat it as having no skill".to_string()]
        }
        _ => vec![],
    }
}
