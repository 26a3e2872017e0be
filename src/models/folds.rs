//! Fitting on the folds of a cross-validation, and keeping such a fit as a model.

use std::collections::BTreeMap;

use super::artifact::{Asset, Manifest};
use super::calibration::CalibrationMethod;
use super::learner::Learner;
use super::objective::{average_precision, roc_auc};
use super::spec::ModelSpec;
use super::train::{self, Fit};
use super::{Metrics, Result};
use crate::dataset::fold::Fold;
use crate::dataset::{DatasetSpec, Periods, Samples};
use crate::domain::id::new_id;
use crate::domain::{Silent, Ts};
use crate::store::models::ModelRow;
use crate::store::{self, Store, runs};

/// What to fit, checked.
pub struct Learning {
    spec: ModelSpec,
    learner: Box<dyn Learner>,
    calibration: CalibrationMethod,
}

/// A model fitted on a fold, calibrated.
pub struct FittedFold(Fit);

/// What a fit is stored with.
pub struct KeptModel<'a> {
    /// Name of the model.
    pub name: &'a str,
    /// Run that made it.
    pub run_id: &'a str,
    /// What was loaded.
    pub dataset: &'a DatasetSpec,
    /// Fingerprint of it.
    pub fingerprint: &'a str,
    /// Times of the fold; from `test_start` on nothing was seen.
    pub periods: Periods,
    /// Seed of the fit.
    pub seed: u64,
    /// Metrics to be known by.
    pub metrics: Metrics,
}

impl Learning {
    /// A model's specification in TOML (kind and parameters), with how to calibrate.
    ///
    /// # Errors
    /// Unknown parameters, and values out of range, in words.
    pub fn parse(text: &str, calibration: CalibrationMethod) -> std::result::Result<Self, String> {
        let spec: ModelSpec = toml::from_str(text).map_err(|error| error.message().to_string())?;
        let learner = spec.learner().map_err(|error| error.to_string())?;
        Ok(Self { spec, learner, calibration })
    }

    /// Every parameter by name, defaults included.
    #[must_use]
    pub fn params(&self) -> BTreeMap<String, String> {
        let mut params = BTreeMap::new();
        train::flatten("", &serde_json::json!(self.spec), &mut params);
        params
    }

    /// Refuses folds that nothing can be learned from.
    ///
    /// # Errors
    /// Too few samples, or samples of one class.
    pub fn check(fold: &Fold<'_>) -> Result<()> {
        train::check_parts(&fold.train, &fold.watch)
    }

    /// Fits on a fold; equal seeds give equal bits.
    ///
    /// # Errors
    /// Fits that diverge.
    pub fn fit(&self, fold: &Fold<'_>, seed: u64) -> Result<FittedFold> {
        let parts = (&fold.train, &fold.watch);
        train::fit(self.learner.as_ref(), self.calibration, parts, seed, &Silent).map(FittedFold)
    }

    /// Stores a fit as a model, inside the caller's transaction; returns its id.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn keep(
        &self,
        store: &Store,
        fit: &FittedFold,
        fold: &Fold<'_>,
        kept: KeptModel<'_>,
        now: Ts,
    ) -> Result<String> {
        let model_id = new_id(self.spec.kind(), now);
        let dataset = kept.dataset;
        let assets = fold.train.series().into_iter();
        let manifest = Manifest {
            format: Manifest::FORMAT,
            spec: self.spec.clone(),
            feature_set: dataset.schema.set.clone(),
            feature_set_hash: dataset.schema.hash.clone(),
            features: dataset.schema.columns.clone(),
            lookback: dataset.lookback,
            label_set: dataset.label_set.clone(),
            interval: dataset.interval.to_string(),
            assets: assets
                .map(|series| Asset { symbol: series.symbol.to_string(), asset_id: series.asset_id })
                .collect(),
            symbols: fold.train.dataset().symbols(),
            periods: kept.periods,
            n_train: fold.train.len(),
            n_valid: fold.watch.len(),
            best_epoch: fit.0.best_epoch,
            calibration: self.calibration,
            threshold: fit.0.calibrated.threshold,
            metrics: kept.metrics,
            seed: kept.seed,
            code_version: runs::code_version(),
            data_fingerprint: kept.fingerprint.to_string(),
        };
        let row = ModelRow {
            model_id: model_id.clone(),
            name: kept.name.to_string(),
            version: 0,
            kind: self.spec.kind().to_string(),
            run_id: kept.run_id.to_string(),
            manifest: serde_json::to_string(&manifest)?,
            weights: fit.weights()?,
        };
        store::models::insert(store, &row, now)?;
        Ok(model_id)
    }
}

impl FittedFold {
    /// Calibrated probabilities of label 1, in the order of the samples.
    ///
    /// # Errors
    /// A probability that is no number.
    pub fn probabilities(&self, samples: &Samples<'_>) -> Result<Vec<f64>> {
        self.0.calibrated.probabilities(samples, &Silent)
    }

    /// Everything learned, as safetensors.
    ///
    /// # Errors
    /// Tensors that can't be written.
    pub fn weights(&self) -> Result<Vec<u8>> {
        self.0.calibrated.weights()?.to_bytes()
    }
}

/// What `classifier_metrics` says of calibrated probabilities and labels at a threshold.
#[must_use]
pub fn classifier_measures(labels: &[bool], probabilities: &[f64], threshold: f64) -> Vec<(&'static str, Option<f64>)> {
    let n = labels.len() as f64;
    let mean = |value: &dyn Fn(bool, f64) -> f64| {
        let sum: f64 = labels.iter().zip(probabilities).map(|(label, p)| value(*label, *p)).sum();
        (n > 0.0).then(|| sum / n)
    };
    let count = |value: &dyn Fn(bool, bool) -> bool| {
        labels.iter().zip(probabilities).filter(|(label, p)| value(**label, **p >= threshold)).count() as f64
    };
    let (tp, fp) = (count(&|label, said| label && said), count(&|label, said| !label && said));
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let of_label = |label: bool, p: f64| if label { p } else { 1.0 - p };
    vec![
        ("roc_auc", roc_auc(labels, probabilities)),
        ("pr_auc", average_precision(labels, probabilities)),
        ("log_loss", mean(&|label, p| -of_label(label, p).max(f64::EPSILON).ln())),
        ("brier", mean(&|label, p| (p - f64::from(u8::from(label))).powi(2))),
        ("base_rate", share(positives, n)),
        ("precision", share(tp, tp + fp)),
        ("recall", share(tp, positives)),
        ("f1", share(2.0 * tp, tp + fp + positives)),
    ]
}
