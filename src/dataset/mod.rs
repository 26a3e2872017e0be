//! Tables into samples: sliding windows of features with their labels, split by time, scaled.
//!
//! The only room where features and labels meet, and the one place that guards against look-ahead by types: `split`
//! and `fold` alone make `Train`, `Valid` and `Test`; `Scaler::fit` takes a `Train` and nothing else.
//!
//! Shapes: a series is one row-major matrix `[rows, features]`; a sample names the last row of its window
//! `[lookback, features]`, which is a view of that matrix; `Scaler::gather` writes a batch `[n, lookback × features]`
//! of `f32`. Times are UTC starts of bars.
//!
//! Not for: computing features or labels, learning from them.

mod embargo;
mod error;
pub mod fold;
mod load;
mod samples;
mod scaler;
mod schema;
pub mod split;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use error::DatasetError;
pub use load::{DatasetSpec, bet_terms, label_sets, load};
pub use samples::{Dataset, Sample, Samples, Series, Window};
pub use scaler::{Scaler, Scaling};
pub use schema::{FeatureColumn, FeatureSchema};
pub use split::{Periods, Split, SplitSpec, Test, Train, Valid};

/// Result of a dataset operation.
pub type Result<T> = std::result::Result<T, DatasetError>;
