//! Which model to train: the one constructor of learners and the one reader of stored models.

use serde::{Deserialize, Serialize};

use super::learner::{Learner, Model};
use super::logistic::{LogisticLearner, LogisticModel};
use super::mlp::{MlpLearner, MlpModel};
use super::objective::Objective;
use super::weights::Weights;
use super::{ModelError, Result};
use crate::dataset::{Scaler, Scaling};

/// A kind of model with all its parameters; as JSON or TOML `{"kind": "mlp", "epochs": 20}`, the rest by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModelSpec {
    /// Logistic regression on flattened windows.
    Logistic(LogisticSpec),
    /// A multi-layer perceptron with an asset embedding.
    Mlp(MlpSpec),
}

/// Parameters of logistic regression.
///
/// | name | default | purpose | range |
/// |---|---|---|---|
/// | `alpha` | 100 | weight of the L2 penalty; scikit-learn's `C` is `1/alpha` | > 0 |
/// | `max_iterations` | 200 | most L-BFGS steps | ≥ 1 |
/// | `gradient_tolerance` | 1e-3 | stop when the gradient's norm, a sample, falls below | > 0 |
/// | `scaling` | role | how inputs are scaled | role, standard |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogisticSpec {
    /// Weight of the L2 penalty.
    pub alpha: f64,
    /// Most L-BFGS steps.
    pub max_iterations: u64,
    /// Gradient norm a sample at which to stop.
    pub gradient_tolerance: f64,
    /// How inputs are scaled.
    pub scaling: Scaling,
}

impl Default for LogisticSpec {
    fn default() -> Self {
        Self { alpha: 100.0, max_iterations: 200, gradient_tolerance: 1e-3, scaling: Scaling::Role }
    }
}

/// How classes weigh in the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// `n / (2 · n_class)`: both classes weigh the same in total.
    #[default]
    Balanced,
    /// Every sample weighs the same.
    Equal,
}

/// How the learning rate moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Linearly up over the first epoch, then half a cosine down to a hundredth at the last.
    #[default]
    Cosine,
    /// Always the same.
    Constant,
}

/// Parameters of the multi-layer perceptron.
///
/// | name | default | purpose | range |
/// |---|---|---|---|
/// | `hidden` | 256, 128, 64 | widths of the hidden layers | each 1..=4096, at most 8 |
/// | `dropout` | 0.3 | share of hidden units silenced in training | 0..1 |
/// | `embedding_dim` | 8 | numbers that describe an instrument | 1..=256 |
/// | `batch_norm` | true | normalise hidden units over the batch | |
/// | `epochs` | 20 | most passes over the training samples | ≥ 1 |
/// | `patience` | 5 | epochs without a better validation before stopping | ≥ 1 |
/// | `batch_size` | 128 | samples a step | ≥ 2 |
/// | `learning_rate` | 1e-3 | highest step of AdamW | > 0 |
/// | `schedule` | cosine | how the learning rate moves | cosine, constant |
/// | `weight_decay` | 1e-2 | AdamW's decay of weight matrices | ≥ 0 |
/// | `clip_norm` | 1 | largest norm of the whole gradient | > 0 |
/// | `class_weights` | balanced | how classes weigh in the loss | balanced, equal |
/// | `early_stop` | pr_auc | what picks the best epoch | pr_auc, f1, log_loss |
/// | `scaling` | role | how inputs are scaled | role, standard |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpSpec {
    /// Widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Share of hidden units silenced in training.
    pub dropout: f64,
    /// Numbers that describe an instrument.
    pub embedding_dim: usize,
    /// Normalise hidden units over the batch.
    pub batch_norm: bool,
    /// Most passes over the training samples.
    pub epochs: usize,
    /// Epochs without a better validation before stopping.
    pub patience: usize,
    /// Samples a step.
    pub batch_size: usize,
    /// Highest step of AdamW.
    pub learning_rate: f64,
    /// How the learning rate moves.
    pub schedule: Schedule,
    /// AdamW's decay of weight matrices.
    pub weight_decay: f64,
    /// Largest norm of the whole gradient.
    pub clip_norm: f64,
    /// How classes weigh in the loss.
    pub class_weights: ClassWeights,
    /// What picks the best epoch.
    pub early_stop: Objective,
    /// How inputs are scaled.
    pub scaling: Scaling,
}

impl Default for MlpSpec {
    fn default() -> Self {
        Self {
            hidden: vec![256, 128, 64],
            dropout: 0.3,
            embedding_dim: 8,
            batch_norm: true,
            epochs: 20,
            patience: 5,
            batch_size: 128,
            learning_rate: 1e-3,
            schedule: Schedule::Cosine,
            weight_decay: 1e-2,
            clip_norm: 1.0,
            class_weights: ClassWeights::Balanced,
            early_stop: Objective::PrAuc,
            scaling: Scaling::Role,
        }
    }
}

/// What a stored model's inputs look like.
#[derive(Debug, Clone, PartialEq)]
pub struct InputShape {
    /// Scaler fitted in training.
    pub scaler: Scaler,
    /// Rows × features of a window.
    pub width: usize,
    /// Symbols trained on, in embedding order.
    pub assets: Vec<String>,
}

impl ModelSpec {
    /// The spec of a kind with default parameters; `None` for an unknown kind.
    #[must_use]
    pub fn by_kind(kind: &str) -> Option<Self> {
        match kind {
            "logistic" => Some(Self::Logistic(LogisticSpec::default())),
            "mlp" => Some(Self::Mlp(MlpSpec::default())),
            _ => None,
        }
    }

    /// Every kind there is.
    pub const KINDS: [&'static str; 2] = ["logistic", "mlp"];

    /// The kind, as stored in `models.kind`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Logistic(_) => "logistic",
            Self::Mlp(_) => "mlp",
        }
    }

    /// How inputs are scaled.
    #[must_use]
    pub fn scaling(&self) -> Scaling {
        match self {
            Self::Logistic(spec) => spec.scaling,
            Self::Mlp(spec) => spec.scaling,
        }
    }

    /// The learner of this specification.
    ///
    /// # Errors
    /// A parameter out of its range.
    pub fn learner(&self) -> Result<Box<dyn Learner>> {
        self.check()?;
        Ok(match self {
            Self::Logistic(spec) => Box::new(LogisticLearner::new(spec.clone())),
            Self::Mlp(spec) => Box::new(MlpLearner::new(spec.clone())),
        })
    }

    /// The model that weights of this specification make.
    ///
    /// # Errors
    /// A parameter out of its range, missing or misshapen tensors.
    pub fn restore(&self, input: InputShape, weights: &Weights) -> Result<Box<dyn Model>> {
        self.check()?;
        Ok(match self {
            Self::Logistic(_) => Box::new(LogisticModel::restore(input, weights)?),
            Self::Mlp(spec) => Box::new(MlpModel::restore(spec, input, weights)?),
        })
    }

    fn check(&self) -> Result<()> {
        match self {
            Self::Logistic(spec) => spec.check(),
            Self::Mlp(spec) => spec.check(),
        }
    }
}

impl LogisticSpec {
    fn check(&self) -> Result<()> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        require(positive(self.alpha), "alpha", self.alpha, "above 0")?;
        require(self.max_iterations >= 1, "max_iterations", self.max_iterations, "at least 1")?;
        require(positive(self.gradient_tolerance), "gradient_tolerance", self.gradient_tolerance, "above 0")
    }
}

impl MlpSpec {
    fn check(&self) -> Result<()> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let widths = (1..=8).contains(&self.hidden.len()) && self.hidden.iter().all(|width| (1..=4096).contains(width));
        require(widths, "hidden", format!("{:?}", self.hidden), "1 to 8 widths from 1 to 4096")?;
        require((0.0..1.0).contains(&self.dropout), "dropout", self.dropout, "from 0 to below 1")?;
        require((1..=256).contains(&self.embedding_dim), "embedding_dim", self.embedding_dim, "from 1 to 256")?;
        require((1..=10_000).contains(&self.epochs), "epochs", self.epochs, "from 1 to 10000")?;
        require(self.patience >= 1, "patience", self.patience, "at least 1")?;
        require((2..=1 << 20).contains(&self.batch_size), "batch_size", self.batch_size, "from 2 to 1048576")?;
        require(positive(self.learning_rate), "learning_rate", self.learning_rate, "above 0")?;
        let decay = self.weight_decay.is_finite() && self.weight_decay >= 0.0;
        require(decay, "weight_decay", self.weight_decay, "0 or more")?;
        require(positive(self.clip_norm), "clip_norm", self.clip_norm, "above 0")
    }
}

fn require(fine: bool, name: &'static str, value: impl ToString, expected: &'static str) -> Result<()> {
    if fine { Ok(()) } else { Err(ModelError::Parameter { name, value: value.to_string(), expected }) }
}
