//! Refusals and faults of ingest.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Why a file was refused whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file.
    pub file: PathBuf,
    /// Line, 1 is the first; `None` when it is about the whole file.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
    /// What to do next.
    pub hint: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file.display(), self.reason),
            None => write!(f, "{}: {}", self.file.display(), self.reason),
        }
    }
}

/// Failure of an ingest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// One file of the wrong shape.
    #[error("{0}")]
    Refused(Refusal),
    /// Nothing to read.
    #[error("no {kind} files at {paths}")]
    NoFiles {
        /// Format looked for: csv (also .csv.gz) or parquet.
        kind: &'static str,
        /// Paths as given.
        paths: String,
    },
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The store failed; nothing of the current file is stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IngestError {
    pub(super) fn refused(file: &Path, line: Option<u64>, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused(Refusal { file: file.to_path_buf(), line, reason: reason.into(), hint: hint.into() })
    }

    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }
}
