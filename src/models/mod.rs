//! Models: learning from samples, storing what was learned, predicting.
//!
//! `ModelSpec` names a kind and its parameters; its `Learner` fits a `Model` on `Train` and `Valid` samples. `train`
//! does the whole job as a run: load, split, fit, calibrate, choose a threshold, store. `evaluate` asks a stored model
//! about its test period, `predict` about any period.
//!
//! A stored model is safetensors bytes (layers, scaler, calibration, threshold, to the bit) and a JSON `Manifest`.
//! Probabilities are calibrated probabilities of label 1; verdicts are LONG at or above the threshold, else NOOP.
//!
//! Not for: splitting time or scaling (`dataset`), trading what is predicted (`backtest`).

mod artifact;
pub mod calibration;
mod error;
mod evaluate;
mod folds;
pub mod learner;
mod logistic;
mod mlp;
pub mod objective;
mod predict;
mod record;
mod restore;
pub mod spec;
mod train;
pub mod weights;

#[cfg(test)]
mod tests;

pub use artifact::{Asset, LoadedModel, Manifest, load};
pub use calibration::{Calibration, CalibrationMethod};
pub use error::ModelError;
pub use evaluate::{Evaluated, evaluate, evaluate_within, leak_alarm};
pub use folds::{FittedFold, KeptModel, Learning, classifier_measures};
pub use learner::{Epoch, Fitted, Learner, Model};
pub use objective::Objective;
pub use predict::{Prediction, predict};
pub use spec::{ClassWeights, LogisticSpec, MlpSpec, ModelSpec, Schedule};
pub use train::{TrainConfig, Trained, train};
pub use weights::Weights;

/// Result of a model operation.
pub type Result<T> = std::result::Result<T, ModelError>;

/// Metrics by name, as the store's views computed them; `None` is unknown.
pub type Metrics = std::collections::BTreeMap<String, Option<f64>>;
