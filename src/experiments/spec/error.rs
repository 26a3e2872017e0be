//! What is wrong with a specification, and where.

/// A fault of a specification, with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}:{line}: {reason}")]
pub struct SpecError {
    /// File as it was named.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what is wanted.
    pub reason: String,
}
