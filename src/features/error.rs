//! What can go wrong with feature sets and their builds.

use std::path::PathBuf;

use crate::domain::{Interval, Symbol, Ts};
use crate::store::StoreError;

/// Failure of the features room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// No such set, and no such file.
    #[error("unknown feature set '{name}'; known: {}; a set of your own is a path ending in .toml", known.join(", "))]
    UnknownSet {
        /// As asked for.
        name: String,
        /// Built-in sets, and those of the store.
        known: Vec<String>,
    },
    /// The file of a set can't be read.
    #[error("feature set {} can't be read: {source}; give the path of a TOML file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// A set that can't be used; says where.
    #[error("{origin}:{line}: {reason}")]
    Set {
        /// Name or path of the set.
        origin: String,
        /// Line in it, from 1.
        line: usize,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// An expression that DuckDB can't run.
    #[error("feature set {set}, line {line}, feature '{feature}': {reason}")]
    Expression {
        /// The set.
        set: String,
        /// Line of the definition.
        line: usize,
        /// The feature.
        feature: String,
        /// DuckDB's message.
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
    /// A set reads something the store has nothing of.
    #[error("feature set {set}: {reason}")]
    NothingToRead {
        /// The set.
        set: String,
        /// What is missing and what would be right.
        reason: String,
    },
    /// Symbols were chosen for a set that compares all of them.
    #[error(
        "feature set {set} compares symbols with each other: leave --symbols out (a universe in the set says whom it compares)"
    )]
    NeedsAllSymbols {
        /// The set.
        set: String,
    },
    /// A bar given to a set in use is not newer than what it has seen.
    #[error("the {interval} bar of {symbol} at {ts} is not newer than what was built; build the set again")]
    NotNewer {
        /// Instrument.
        symbol: Symbol,
        /// Bar length.
        interval: Interval,
        /// Start of the bar.
        ts: Ts,
    },
    /// A bar of a series that a set in use was not opened for.
    #[error("{symbol} {interval} is not among the series this was opened for")]
    NotFollowed {
        /// Instrument.
        symbol: Symbol,
        /// Bar length.
        interval: Interval,
    },
    /// Windows of a series reach back beyond the bars at hand.
    #[error("{symbol} {interval} came back after a long time; open feature set {set} anew")]
    CameBack {
        /// The set.
        set: String,
        /// Instrument.
        symbol: Symbol,
        /// Bar length.
        interval: Interval,
    },
    /// An update of a set in use failed before.
    #[error("an earlier update of feature set {set} failed; open it anew")]
    LiveBroken {
        /// The set.
        set: String,
    },
    /// A saved state can't be read.
    #[error(transparent)]
    State(#[from] super::kernel::StateError),
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
