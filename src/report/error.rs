//! What can go wrong with a report, in one clear line each.

use std::path::PathBuf;

use crate::store::{StoreError, duckdb};

/// Failure of a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// No run was named.
    #[error("no run to report on")]
    NoRuns,
    /// A run id that the store does not have.
    #[error("unknown run '{run_id}'; {}", known(.newest))]
    UnknownRun {
        /// The id as given.
        run_id: String,
        /// The newest runs there are.
        newest: Vec<String>,
    },
    /// An experiment that the store does not have.
    #[error("unknown experiment '{experiment_id}'; {}", experiments(.newest))]
    UnknownExperiment {
        /// The id as given.
        experiment_id: String,
        /// The newest experiments there are.
        newest: Vec<String>,
    },
    /// A figure could not be drawn.
    #[error("figure {figure}: {detail}")]
    Figure {
        /// Its key.
        figure: String,
        /// What the drawing library reported.
        detail: String,
    },
    /// The page template and its data do not fit.
    #[error("report page: {0:#}")]
    Page(#[from] minijinja::Error),
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<duckdb::Error> for ReportError {
    fn from(error: duckdb::Error) -> Self {
        Self::Store(error.into())
    }
}

impl ReportError {
    /// The next step for whoever meets this error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoRuns => Some("name one or more runs: ws report RUN.. --out DIR".into()),
            Self::UnknownRun { .. } => Some("list runs with 'ws sql \"FROM runs\"'".into()),
            Self::UnknownExperiment { .. } => Some("list experiments with 'ws query experiments'".into()),
            Self::Io { .. } => Some("name a writable folder with --out".into()),
            Self::Store(error) => error.hint(),
            Self::Figure { .. } | Self::Page(_) => None,
        }
    }

    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::NoRuns | Self::UnknownRun { .. } | Self::UnknownExperiment { .. } => true,
            Self::Store(error) => error.is_refusal(),
            Self::Figure { .. } | Self::Page(_) | Self::Io { .. } => false,
        }
    }
}

fn known(newest: &[String]) -> String {
    if newest.is_empty() {
        "the store has none yet; 'ws backtest' makes one".to_string()
    } else {
        format!("newest: {}", newest.join(", "))
    }
}

fn experiments(newest: &[String]) -> String {
    if newest.is_empty() {
        "the store has none yet; 'ws experiment run' makes one".to_string()
    } else {
        format!("newest: {}", newest.join(", "))
    }
}
