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
    /// A statement that reads what no audit can alter.
    #[error("{name} reads files or other databases, of which nothing proves what they know: {reason}")]
    Outside {
        /// Subject.
        name: String,
        /// What DuckDB says.
        reason: String,
    },
    /// A statement that gives other rows each time.
    #[error("{name} gives other rows each time it runs (column {column}): what it did can never be repeated")]
    Unsteady {
        /// Subject.
        name: String,
        /// First column that differs.
        column: String,
    },
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
    /// What went wrong with a statement behind closed doors.
    pub(super) fn of_statement(name: String, error: Self) -> Self {
        let reason = error.to_string();
        if reason.contains("Permission Error") { Self::Outside { name, reason } } else { error }
    }

    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::TooLittle(_) | Self::Outside { .. } | Self::Unsteady { .. } => true,
            Self::Features(error) => error.is_refusal(),
            Self::Labels(error) => error.is_refusal(),
            Self::Store(error) => error.is_refusal(),
        }
    }
}
