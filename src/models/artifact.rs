//! A stored model: its manifest, and the model that manifest and weights make together.

use serde::{Deserialize, Serialize};

use super::calibration::{Calibration, CalibrationMethod};
use super::learner::Model;
use super::objective::Threshold;
use super::spec::{InputShape, ModelSpec};
use super::weights::Weights;
use super::{Metrics, ModelError, Result};
use crate::dataset::{DatasetSpec, FeatureColumn, FeatureSchema, Periods, Samples};
use crate::domain::{Interval, Progress, Symbol, Ts};
use crate::store::Store;
use crate::store::models::ModelRow;

/// Version of the manifest's layout.
const FORMAT: u32 = 1;

/// What there is to know of a stored model besides its weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout.
    pub format: u32,
    /// Kind and parameters.
    pub spec: ModelSpec,
    /// Feature set.
    pub feature_set: String,
    /// Hash of its definition.
    pub feature_set_hash: String,
    /// Features in order, with the role each scales by.
    pub features: Vec<FeatureColumn>,
    /// Rows a window has.
    pub lookback: usize,
    /// Labels learned.
    pub label_set: String,
    /// Bar length.
    pub interval: String,
    /// Symbols trained on, in embedding order (row 0 is the unknown asset).
    pub assets: Vec<Asset>,
    /// Every symbol of the dataset, those without a training window included.
    pub symbols: Vec<String>,
    /// Boundaries of the split.
    #[serde(flatten)]
    pub periods: Periods,
    /// Training windows.
    pub n_train: usize,
    /// Validation windows.
    pub n_valid: usize,
    /// Epoch kept; 0 for learners without epochs.
    pub best_epoch: usize,
    /// How probabilities were calibrated; its numbers are in the weights.
    pub calibration: CalibrationMethod,
    /// Decision threshold, for reading; the exact one is in the weights.
    pub threshold: f64,
    /// Validation metrics, from the store's views.
    pub metrics: Metrics,
    /// Seed of initial weights, shuffles and dropout.
    pub seed: u64,
    /// Program that trained it.
    pub code_version: String,
    /// SHA-256 of the rows it was trained from.
    pub data_fingerprint: String,
}

/// A symbol that a model was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Symbol: what the model knows it by.
    pub symbol: String,
    /// `instruments.asset_id` in the store of training.
    pub asset_id: i32,
}

impl Manifest {
    pub(super) const FORMAT: u32 = FORMAT;

    /// The features it needs.
    #[must_use]
    pub fn schema(&self) -> FeatureSchema {
        FeatureSchema {
            set: self.feature_set.clone(),
            hash: self.feature_set_hash.clone(),
            columns: self.features.clone(),
        }
    }

    fn input(&self, weights: &Weights) -> Result<InputShape> {
        Ok(InputShape {
            scaler: weights.scaler(self.spec.scaling(), self.schema().roles())?,
            width: self.lookback * self.features.len(),
            assets: self.assets.iter().map(|asset| asset.symbol.clone()).collect(),
        })
    }
}

/// A model with its calibration and threshold: what turns windows into probabilities.
pub(super) struct Calibrated {
    pub(super) model: Box<dyn Model>,
    pub(super) calibration: Calibration,
    pub(super) threshold: f64,
}

impl Calibrated {
    /// Calibrated probabilities in order.
    pub(super) fn probabilities(&self, samples: &Samples<'_>, progress: &dyn Progress) -> Result<Vec<f64>> {
        let log_odds = self.model.predict(samples, progress)?;
        let probabilities: Vec<f64> = log_odds.into_iter().map(|z| self.calibration.probability(z)).collect();
        match probabilities.iter().position(|probability| !probability.is_finite()) {
            None => Ok(probabilities),
            Some(at) => {
                let sample = samples.at(at);
                let symbol = samples.series_of(sample).symbol.to_string();
                Err(ModelError::NotANumber { symbol, ts: sample.ts.to_string() })
            }
        }
    }

    /// Everything learned, as stored.
    pub(super) fn weights(&self) -> Result<Weights> {
        let mut weights = self.model.save()?;
        self.calibration.save(&mut weights);
        weights.put_f64("threshold", &[self.threshold]);
        Ok(weights)
    }

    fn restore(manifest: &Manifest, weights: &Weights) -> Result<Self> {
        Ok(Self {
            model: manifest.spec.restore(manifest.input(weights)?, weights)?,
            calibration: Calibration::restore(manifest.calibration, weights)?,
            threshold: weights.f64("threshold", 1)?[0],
        })
    }
}

/// A model from the store, ready to be asked.
pub struct LoadedModel {
    /// Key.
    pub model_id: String,
    /// Name.
    pub name: String,
    /// Version within the name.
    pub version: i32,
    /// Training run.
    pub run_id: String,
    /// What it was trained on and how.
    pub manifest: Manifest,
    /// Bar length.
    pub interval: Interval,
    pub(super) calibrated: Calibrated,
}

impl LoadedModel {
    /// The decision threshold, exactly.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        self.calibrated.threshold
    }

    /// The first bar that no part of the fit has seen, calibration and label periods included.
    #[must_use]
    pub fn unseen_from(&self) -> Ts {
        self.manifest.periods.test_start
    }

    /// What to load to ask it about the bars with `from <= ts < to`.
    #[must_use]
    pub fn dataset(&self, symbols: &[Symbol], from: Option<Ts>, to: Option<Ts>) -> DatasetSpec {
        DatasetSpec {
            schema: self.manifest.schema(),
            label_set: self.manifest.label_set.clone(),
            interval: self.interval,
            symbols: symbols.to_vec(),
            lookback: self.manifest.lookback,
            from,
            to,
        }
    }

    /// The symbols of its dataset; those without a training window are asked about as an average asset.
    #[must_use]
    pub fn symbols(&self) -> Vec<Symbol> {
        self.manifest.symbols.iter().filter_map(|symbol| symbol.parse().ok()).collect()
    }
}

/// Loads a model by id, `name` (its newest version) or `name@version`.
///
/// # Errors
/// An unknown model, altered weights, another layout, an unknown kind, tensors that are missing or misshapen.
pub fn load(store: &Store, wanted: &str) -> Result<LoadedModel> {
    let row = crate::store::models::load(store, wanted)?;
    let fault = |reason: String| ModelError::Stored { model: row.model_id.clone(), reason };
    let manifest = read_manifest(&row).map_err(fault)?;
    let interval = manifest.interval.parse().map_err(|error| fault(format!("{error}")))?;
    let weights = Weights::from_bytes(&row.weights).map_err(|error| fault(error.to_string()))?;
    let calibrated = Calibrated::restore(&manifest, &weights).map_err(|error| fault(error.to_string()))?;
    Ok(LoadedModel {
        model_id: row.model_id,
        name: row.name,
        version: row.version,
        run_id: row.run_id,
        manifest,
        interval,
        calibrated,
    })
}

/// The part of a manifest that can be read whatever the rest is.
#[derive(Deserialize)]
struct Head {
    format: u32,
    spec: HeadSpec,
}

#[derive(Deserialize)]
struct HeadSpec {
    kind: String,
}

fn read_manifest(row: &ModelRow) -> std::result::Result<Manifest, String> {
    let head: Head =
        serde_json::from_str(&row.manifest).map_err(|error| format!("its manifest can't be read: {error}"))?;
    if head.format != FORMAT {
        return Err(format!(
            "its manifest has layout {}, this ws knows {FORMAT}; train again or use the ws that made it",
            head.format
        ));
    }
    if head.spec.kind != row.kind {
        return Err(format!("it is stored as kind '{}', but its manifest says '{}'", row.kind, head.spec.kind));
    }
    if !ModelSpec::KINDS.contains(&row.kind.as_str()) {
        return Err(format!("kind '{}' is unknown; this ws knows {}", row.kind, ModelSpec::KINDS.join(", ")));
    }
    serde_json::from_str(&row.manifest).map_err(|error| format!("its manifest can't be read: {error}"))
}

/// The threshold of best F1 on validation; 0.5 can't happen, as both classes are there.
pub(super) fn choose_threshold(labels: &[bool], probabilities: &[f64]) -> f64 {
    super::objective::best_threshold(labels, probabilities).map_or(0.5, |Threshold { value, .. }| value)
}
