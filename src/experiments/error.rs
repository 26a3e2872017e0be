//! What can go wrong with an experiment.

use super::spec::SpecError;
use crate::backtest::BacktestError;
use crate::dataset::DatasetError;
use crate::features::FeatureError;
use crate::models::ModelError;
use crate::store::StoreError;

/// Failures of this room.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// A specification that can't be carried out.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A request that can't be met, and what to do.
    #[error("{message}")]
    Refused {
        /// What is wrong.
        message: String,
        /// The next step.
        hint: String,
    },
    /// Trials that could not be simulated.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// Models that could not be fitted.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Samples that could not be loaded.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Feature sets that are not there.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// Faults of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gave no threads.
    #[error("{jobs} threads could not be started: {reason}")]
    Threads {
        /// Threads asked for.
        jobs: usize,
        /// What the system reported.
        reason: String,
    },
}

impl ExperimentError {
    /// A refusal with the next step.
    pub(crate) fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), hint: hint.into() }
    }

    /// Whether the request was refused; otherwise something failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Spec(_) | Self::Refused { .. } | Self::Dataset(_) => true,
            Self::Backtest(error) => error.is_refusal(),
            Self::Model(error) => error.is_refusal(),
            Self::Features(_) | Self::Store(_) | Self::Threads { .. } => false,
        }
    }

    /// What to do next, when there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { hint, .. } if !hint.is_empty() => Some(hint.clone()),
            Self::Spec(_) => Some("mend the file; 'ws experiment run FILE --dry-run' checks it without running".into()),
            Self::Backtest(error) => error.hint(),
            _ => None,
        }
    }
}

impl From<crate::store::duckdb::Error> for ExperimentError {
    fn from(error: crate::store::duckdb::Error) -> Self {
        Self::Store(error.into())
    }
}
