//! The two object-safe traits that every kind of model implements.

use super::Result;
use super::weights::Weights;
use crate::dataset::{Samples, Train, Valid};
use crate::domain::Progress;

/// Learns from training samples, watching validation samples. No learner can be given test samples.
pub trait Learner {
    /// Fits a model. Equal samples and seed give equal weights, bit for bit, on one machine.
    ///
    /// # Errors
    /// Fits that diverge, and faults of the libraries underneath.
    fn fit(&self, train: &Train<'_>, valid: &Valid<'_>, seed: u64, progress: &dyn Progress) -> Result<Fitted>;
}

/// A fitted model, ready to predict and to be stored.
pub trait Model: Send + Sync {
    /// Uncalibrated log-odds of label 1, one a sample, in order. A sample's value does not depend on the others.
    ///
    /// # Errors
    /// Faults of the libraries underneath.
    fn predict(&self, samples: &Samples<'_>, progress: &dyn Progress) -> Result<Vec<f64>>;

    /// Everything learned, the scaler included.
    fn save(&self) -> Result<Weights>;
}

/// What a fit leaves.
pub struct Fitted {
    /// The model, at its best epoch.
    pub model: Box<dyn Model>,
    /// How it got there, by epoch; empty for learners without epochs.
    pub curve: Vec<Epoch>,
    /// The epoch that was kept; 0 for learners without epochs.
    pub best_epoch: usize,
}

/// One point of a training curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// From 1.
    pub epoch: usize,
    /// Mean weighted log-loss over the epoch's batches, dropout on.
    pub train_loss: f64,
    /// Log-loss on validation, unweighted and uncalibrated.
    pub valid_loss: f64,
    /// Average precision on validation.
    pub valid_pr_auc: f64,
    /// Learning rate of the last step.
    pub learning_rate: f64,
}
