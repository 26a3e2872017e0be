//! What can go wrong with an audit.

use crate::features::FeatureError;
use crate::labels::LabelError;
use crate::store::StoreError;

/// Failure of the audit room; an alarm is an outcome, no failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Too little to judge by.
    #[error("{0}")]
    TooLittle(String),
    /// The features could not be built.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The labels could not be built.
    #[error(transparent)]
    Labels(#[from] LabelError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditError {
    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::TooLittle(_) => true,
            Self::Features(error) => error.is_refusal(),
            Self::Labels(error) => error.is_refusal(),
            Self::Store(error) => error.is_refusal(),
        }
    }
}
