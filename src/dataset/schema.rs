//! What a dataset needs to know of a feature set: its table, its columns in order, how each one scales.

use serde::{Deserialize, Serialize};

/// How a feature's raw values become comparable across instruments and price regimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleRole {
    /// A price level, in currency: `x / last close − 1`.
    Price,
    /// A difference or distance of prices, in currency: `x / last close`.
    Spread,
    /// An amount traded, never negative: `x / mean over the window − 1`.
    Volume,
    /// A running sum of signed amounts, whose level means nothing: `(x − last x) / mean |step| over the window`.
    Flow,
    /// Bounded by definition, such as an oscillator: as it is.
    Bounded,
    /// A return, as a fraction: as it is.
    Return,
}

/// One feature column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureColumn {
    /// Column of `features_<set>`.
    pub name: String,
    /// How it is scaled.
    pub role: ScaleRole,
}

/// A feature set as a dataset sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureSchema {
    /// Name; the values are in `features_<set>`.
    pub set: String,
    /// Hash of its definition, as in `feature_sets.version`.
    pub hash: String,
    /// Columns in model order.
    pub columns: Vec<FeatureColumn>,
}

impl FeatureSchema {
    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Roles in column order.
    #[must_use]
    pub fn roles(&self) -> Vec<ScaleRole> {
        self.columns.iter().map(|column| column.role).collect()
    }
}
