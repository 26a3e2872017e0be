//! Why a run could not be looked at.

use crate::audit::AuditError;
use crate::backtest::BacktestError;
use crate::experiments::ExperimentError;
use crate::features::FeatureError;
use crate::labels::LabelError;
use crate::models::ModelError;
use crate::store::{StoreError, duckdb};

/// Failure to replay or explain a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// There is nothing to make again, or something is needed first.
    #[error("{message}")]
    Refused {
        /// What and why.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// The backtest could not be made again.
    #[error(transparent)]
    Backtest(#[from] BacktestError),
    /// The model could not be trained or asked again.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The feature set could not be read.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The label set could not be read or built.
    #[error(transparent)]
    Labels(#[from] LabelError),
    /// The statement could not be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The experiment could not be planned again.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// Faults of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<duckdb::Error> for ReplayError {
    fn from(error: duckdb::Error) -> Self {
        Self::Store(error.into())
    }
}

impl ReplayError {
    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Backtest(error) => error.is_refusal(),
            Self::Model(error) => error.is_refusal(),
            Self::Features(error) => error.is_refusal(),
            Self::Labels(error) => error.is_refusal(),
            Self::Audit(error) => error.is_refusal(),
            Self::Experiment(error) => error.is_refusal(),
            Self::Store(error) => error.is_refusal(),
        }
    }

    /// The next step for whoever meets this error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { hint, .. } => Some(hint.clone()),
            Self::Backtest(error) => error.hint(),
            Self::Experiment(error) => error.hint(),
            Self::Store(error) => error.hint(),
            _ => None,
        }
    }

    /// Whether it says that what the run was made of can't serve any more, rather than that something broke.
    pub(super) fn is_about_inputs(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Backtest(BacktestError::Store(error))
            | Self::Store(error)
            | Self::Experiment(
                ExperimentError::Store(error) | ExperimentError::Backtest(BacktestError::Store(error)),
            ) => error.is_refusal(),
            Self::Backtest(_) | Self::Experiment(ExperimentError::Backtest(_)) => true,
            Self::Model(error) | Self::Experiment(ExperimentError::Model(error)) => {
                error.is_refusal() || matches!(error, ModelError::Stored { .. })
            }
            Self::Experiment(ExperimentError::Features(error)) => error.is_refusal(),
            Self::Experiment(error) => error.is_refusal(),
            Self::Features(_) | Self::Labels(_) | Self::Audit(_) => self.is_refusal(),
        }
    }
}
