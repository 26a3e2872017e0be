//! What a dataset needs to know of a feature set: its table, its columns in order, how each one scales.

use serde::{Deserialize, Serialize};

use crate::features::{FeatureSet, Role};

/// One feature column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureColumn {
    /// Column of `features_<set>`.
    pub name: String,
    /// How it is scaled.
    pub role: Role,
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

impl From<&FeatureSet> for FeatureSchema {
    fn from(set: &FeatureSet) -> Self {
        let column =
            |feature: &crate::features::Feature| FeatureColumn { name: feature.name.clone(), role: feature.role };
        Self { set: set.name().into(), hash: set.hash().into(), columns: set.features().iter().map(column).collect() }
    }
}

impl FeatureSchema {
    /// Number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Roles in column order.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        self.columns.iter().map(|column| column.role).collect()
    }
}
