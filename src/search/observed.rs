//! What became of a trial, as far as the next suggestions and stops depend on it.

use serde::{Deserialize, Serialize};

use super::value::Assignment;

/// Which values of an objective are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Greater ones.
    Maximise,
    /// Smaller ones.
    Minimise,
}

impl Direction {
    /// The value as a loss: smaller is better; an unknown one stays unknown.
    #[must_use]
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Self::Maximise => -value,
            Self::Minimise => value,
        }
    }
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// It ran to its end.
    Finished,
    /// It was stopped after its report number `step`, from 0.
    Pruned {
        /// The report that it was judged by.
        step: usize,
    },
    /// It had an error.
    Failed,
}

/// A trial that has ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Observed {
    /// Its number in the study, from 0.
    pub id: u64,
    /// Its parameters.
    pub assignment: Assignment,
    /// How it ended.
    pub state: TrialState,
    /// One value an objective; NaN is unknown.
    pub values: Vec<f64>,
    /// What it reported on its way, in order.
    pub intermediate: Vec<f64>,
    /// By how much it violates constraints, summed; 0 is feasible, NaN is unknown and taken for infeasible.
    pub violation: f64,
}

impl Observed {
    /// Whether it keeps every constraint.
    #[must_use]
    pub fn feasible(&self) -> bool {
        self.violation <= 0.0
    }

    /// Every objective is known, and there is one for each direction.
    pub(super) fn known(&self, objectives: usize) -> bool {
        self.values.len() == objectives && self.values.iter().all(|value| !value.is_nan())
    }
}
