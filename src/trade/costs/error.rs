//! What can be wrong with a text or a file of costs.

/// A text that says no cost, or a fault in the built-in schedules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CostsError {
    /// Not understood, or out of range.
    #[error("{what} '{given}': {problem}; use {wanted}")]
    Text {
        /// `commission` or `slippage`.
        what: &'static str,
        /// What was given, shortened.
        given: String,
        /// What is wrong with it.
        problem: String,
        /// What is allowed, with examples.
        wanted: String,
    },
    /// A file of `data/costs` that can't be used.
    #[error("cost schedules, {0}")]
    Data(String),
}
