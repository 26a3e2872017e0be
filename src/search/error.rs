//! What can be wrong with a space of parameters, or with a point that should lie in it.

use super::value::Value;

/// A fault of one parameter, named so that the caller can point at its line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("parameter '{dimension}': {problem}")]
pub struct SpaceError {
    dimension: String,
    problem: Problem,
}

impl SpaceError {
    pub(super) fn new(dimension: &str, problem: Problem) -> Self {
        Self { dimension: dimension.to_owned(), problem }
    }

    /// Name of the parameter at fault.
    #[must_use]
    pub fn dimension(&self) -> &str {
        &self.dimension
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// No name.
    #[error("it has no name")]
    Unnamed,
    /// A name used before.
    #[error("the name is taken by an earlier parameter")]
    Taken,
    /// Bounds out of order.
    #[error("low {low} is above high {high}")]
    Order {
        /// As given.
        low: String,
        /// As given.
        high: String,
    },
    /// Bounds that are not numbers, or too far apart for one.
    #[error("bounds {low} and {high} must be finite, and so must be their distance")]
    NotFinite {
        /// As given.
        low: f64,
        /// As given.
        high: f64,
    },
    /// A logarithmic domain that reaches zero.
    #[error("a log domain starts above 0, not at {low}")]
    LogFromZero {
        /// As given.
        low: String,
    },
    /// Steps and a logarithmic scale exclude each other.
    #[error("a log domain has no step: leave it out, or `log`; for a grid over floats give `points`")]
    LogStep,
    /// A step that leads nowhere.
    #[error("step {step} must be a finite number above 0")]
    Step {
        /// As given.
        step: String,
    },
    /// More points than can be told apart.
    #[error("step {step} is too fine: the domain would have more than 2^53 points")]
    TooFine {
        /// As given.
        step: f64,
    },
    /// Too few points for a grid, or both ways of making one.
    #[error("`points` is for a grid over floats without `step`, at least 2 of them (from {low} to {high})")]
    Points {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// No category.
    #[error("it has no values to choose from")]
    NoCategories,
    /// A category named twice.
    #[error("value {0} is listed twice")]
    Repeated(Value),
    /// A category that is not a number.
    #[error("value {0} is not a finite number")]
    NotANumber(Value),
    /// A condition on something that does not come before.
    #[error("it depends on '{0}', which is no earlier parameter")]
    NoParent(String),
    /// A condition on a float.
    #[error("it depends on '{0}', a float; conditions look at categories, bools and ints")]
    FloatParent(String),
    /// A condition without values.
    #[error("it depends on '{0}' and lists no value of it")]
    NoValues(String),
    /// A condition that can't come true.
    #[error("it depends on '{parent}' being {value}, which '{parent}' can't be")]
    Impossible {
        /// The parameter looked at.
        parent: String,
        /// The value it can't take.
        value: Value,
    },
    /// A grid over a continuum.
    #[error("a grid over floats needs `step` or `points`")]
    Continuous,
    /// A point without it.
    #[error("no value is given")]
    Missing,
    /// A point that has it although its condition does not hold.
    #[error("value {0} is given though its condition does not hold")]
    Inactive(Value),
    /// A value outside the domain.
    #[error("value {0} is outside its domain")]
    Outside(Value),
    /// A point with a parameter that the space does not have.
    #[error("the space has no such parameter")]
    Unknown,
}
