//! What can go wrong with training and using models.

use crate::dataset::DatasetError;
use crate::store::StoreError;

/// Failure to train, load or ask a model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The store failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data can't serve.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A parameter out of its range.
    #[error("model parameter {name} = {value} must be {expected}")]
    Parameter {
        /// Parameter.
        name: &'static str,
        /// Value given.
        value: String,
        /// Range.
        expected: &'static str,
    },
    /// A stored parameter that this version can't read.
    #[error("stored parameter {key}: {reason}")]
    Unreadable {
        /// Parameter.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A split that is too small to learn from.
    #[error("{split} has {found} labelled windows, at least {needed} are needed; ingest more bars or widen the period")]
    TooFew {
        /// train or valid.
        split: &'static str,
        /// Windows found.
        found: usize,
        /// Windows needed.
        needed: usize,
    },
    /// A split with one class only.
    #[error(
        "all {found} {split} windows have label {label}; widen the period or label with nearer barriers (ws labels build)"
    )]
    OneClass {
        /// train or valid.
        split: &'static str,
        /// Windows.
        found: usize,
        /// The label they share.
        label: i32,
    },
    /// The linear solver gave up.
    #[error("logistic regression did not fit: {0}; raise alpha or check the features")]
    Logistic(#[from] linfa_logistic::error::Error),
    /// The tensor library failed.
    #[error("tensor computation failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// Weights that are no numbers after training.
    #[error("training diverged in epoch {0}; lower the learning rate")]
    Diverged(usize),
    /// A stored model that can't be used.
    #[error("model {model}: {reason}")]
    Stored {
        /// Model.
        model: String,
        /// What is wrong.
        reason: String,
    },
    /// Stored weights that don't fit their specification.
    #[error("tensor '{tensor}' {reason}")]
    Weights {
        /// Tensor.
        tensor: String,
        /// What is wrong.
        reason: String,
    },
    /// Weights that can't be written as safetensors.
    #[error("weights can't be stored: {0}")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// A specification or manifest that can't be written as JSON.
    #[error("manifest can't be written: {0}")]
    Json(#[from] serde_json::Error),
    /// A prediction that is no number.
    #[error(
        "the model gives no number for {symbol} at {ts}; its features there are out of any range it was trained on"
    )]
    NotANumber {
        /// Instrument.
        symbol: String,
        /// UTC start of the bar.
        ts: String,
    },
    /// Nothing to predict.
    #[error("no sample between {from} and {to} for model {model}; build features and labels of that period first")]
    Nothing {
        /// Model.
        model: String,
        /// First time asked for.
        from: String,
        /// Last time asked for.
        to: String,
    },
    /// A window to judge by of which the fit has seen something.
    #[error(
        "window {window} begins at {from}; model {model} has seen bars up to {unseen}, give a window that begins then or later"
    )]
    Seen {
        /// Model.
        model: String,
        /// Name of the window.
        window: String,
        /// Its begin.
        from: String,
        /// First bar that the fit has not seen.
        unseen: String,
    },
}

impl ModelError {
    /// Whether the request was refused, as opposed to something having broken.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Store(error) | Self::Dataset(DatasetError::Store(error)) => error.is_refusal(),
            Self::Dataset(_)
            | Self::Parameter { .. }
            | Self::Unreadable { .. }
            | Self::TooFew { .. }
            | Self::OneClass { .. }
            | Self::Nothing { .. }
            | Self::Seen { .. } => true,
            _ => false,
        }
    }
}
