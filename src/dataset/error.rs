//! What can be wrong with the data a model asks for.

use crate::store::StoreError;

/// Failure to make a dataset or a split of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored features could not be judged.
    #[error(transparent)]
    Features(#[from] crate::features::FeatureError),
    /// The stored labels could not be judged.
    #[error(transparent)]
    Labels(#[from] crate::labels::LabelError),
    /// A lookback of zero, fractions that don't add up and the like.
    #[error("{0}")]
    Spec(String),
    /// `features_<set>` is missing.
    #[error("feature set '{0}' is not in this store; build it with 'ws features build --set {0}'")]
    NotBuilt(String),
    /// The stored features follow another definition than the one asked for.
    #[error(
        "features_{set} was built with definition {stored}, but {wanted} is needed; rebuild it with \
         'ws features build --set {set}', or train again if the definition has changed"
    )]
    Hash {
        /// Feature set.
        set: String,
        /// Hash asked for.
        wanted: String,
        /// Hash of the newest build.
        stored: String,
    },
    /// Bars changed under features or labels: which, since when, and what builds them again.
    #[error("{0}")]
    Stale(String),
    /// A column of the schema is missing or not a number.
    #[error("features_{set} has no DOUBLE column '{column}'; rebuild it with 'ws features build --set {set}'")]
    Column {
        /// Feature set.
        set: String,
        /// Column asked for.
        column: String,
    },
    /// No feature rows at all.
    #[error(
        "features_{set} has no {interval} rows{of}; where there are bars, 'ws features build --set {set} --interval {interval}' \
         builds them"
    )]
    NoRows {
        /// Feature set.
        set: String,
        /// Bar length.
        interval: String,
        /// ` of A, B` when symbols were asked for, and the period where one was.
        of: String,
    },
    /// Rows, but too few in a row for one window.
    #[error(
        "no window of {lookback} complete feature rows in {rows} {interval} rows; ingest more bars or shorten the lookback"
    )]
    NoWindow {
        /// Rows a window needs.
        lookback: usize,
        /// Rows found.
        rows: usize,
        /// Bar length.
        interval: String,
    },
    /// No sample has a label.
    #[error("label set '{label_set}' labels none of the {samples} windows; {known}")]
    NoLabels {
        /// Label set asked for.
        label_set: String,
        /// Windows without a label.
        samples: usize,
        /// What there is instead, or how to make labels.
        known: String,
    },
    /// Too short a history for the split.
    #[error(
        "{times} labelled times are too few to split {fractions} with an embargo of {embargo} bars; ingest more bars, \
         or shorten the lookback or the embargo"
    )]
    TooShort {
        /// Distinct labelled sample times.
        times: usize,
        /// Fractions asked for.
        fractions: String,
        /// Bars kept free between periods.
        embargo: usize,
    },
}
