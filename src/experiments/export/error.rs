//! What can go wrong when an experiment is taken out of the store.

use std::path::{Path, PathBuf};

use crate::experiments::ExperimentError;
use crate::store::StoreError;

/// Failures of exports.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Not found, or without what is asked for.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A file that is there and was not written by an export, or was changed since.
    #[error("{} is there and {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Why it is left alone.
        reason: &'static str,
    },
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// A text and its data do not fit.
    #[error("{file}: {reason}")]
    Text {
        /// Which one.
        file: &'static str,
        /// What was reported.
        reason: String,
    },
}

impl ExportError {
    /// Something the file system refused.
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }

    /// Whether the request was refused; otherwise something failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Experiment(error) => error.is_refusal(),
            Self::Foreign { .. } => true,
            Self::Io { .. } | Self::Text { .. } => false,
        }
    }

    /// What to do next, when there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Experiment(error) => error.hint(),
            Self::Foreign { .. } => Some("name another place, or replace it with --force".into()),
            Self::Io { .. } => Some("name a place that can be written to".into()),
            Self::Text { .. } => None,
        }
    }
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Experiment(error.into())
    }
}

impl From<crate::store::duckdb::Error> for ExportError {
    fn from(error: crate::store::duckdb::Error) -> Self {
        Self::Experiment(error.into())
    }
}
