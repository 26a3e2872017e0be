//! What can go wrong with feature sets and their builds.

use std::path::PathBuf;

use crate::store::StoreError;

/// Failure of the features room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// No such built-in set, and no such file.
    #[error("unknown feature set '{name}'; built in: {}; a set of your own is a path ending in .toml", known.join(", "))]
    UnknownSet {
        /// As asked for.
        name: String,
        /// Built-in sets.
        known: Vec<&'static str>,
    },
    /// The file of a set can't be read.
    #[error("feature set {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The file is not TOML of the expected shape; says where.
    #[error("feature set {origin}: {}", .source.to_string().trim_end())]
    Toml {
        /// Name or path of the set.
        origin: String,
        /// Cause, with line and column.
        source: Box<toml::de::Error>,
    },
    /// A set as a whole that can't be used.
    #[error("feature set {origin}: {reason}")]
    Set {
        /// Name or path of the set.
        origin: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// One feature of a set that can't be used.
    #[error("feature set {origin}, feature '{feature}': {reason}")]
    Feature {
        /// Name or path of the set.
        origin: String,
        /// The feature.
        feature: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// The generated script failed: an expression DuckDB can't run.
    #[error("feature set {set} does not run: {reason}")]
    Script {
        /// The set.
        set: String,
        /// DuckDB's message.
        reason: String,
    },
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FeatureError {
    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Store(error) => error.is_refusal(),
            Self::Read { .. } => false,
            _ => true,
        }
    }
}

/// Result of the features room.
pub type Result<T> = std::result::Result<T, FeatureError>;
