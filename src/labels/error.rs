//! What can go wrong with labels.

use super::triple_barrier::MAX_HORIZON;
use crate::store::StoreError;

/// Failure of the labels room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// A barrier that is no usable fraction.
    #[error("{name} = {value} can't be used: {rule} (0.05 is 5 %)")]
    Barrier {
        /// take_profit or stop_loss.
        name: &'static str,
        /// As given.
        value: f64,
        /// What would be right.
        rule: &'static str,
    },
    /// A horizon that is no usable number of bars.
    #[error("horizon = {0} can't be used: it must be from 1 to {MAX_HORIZON} bars")]
    Horizon(usize),
    /// Any other parameter that can't be used.
    #[error("{name} = {value} can't be used: {rule}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// As given.
        value: String,
        /// What would be right.
        rule: String,
    },
    /// A specification that can't be written or read.
    #[error("label set {name}: {detail}")]
    Spec {
        /// Label set.
        name: String,
        /// What is wrong.
        detail: String,
    },
    /// A label set that the store doesn't have.
    #[error("no label set '{name}'; {}", list(known))]
    Unknown {
        /// As asked for.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LabelError {
    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Store(error) => error.is_refusal(),
            _ => true,
        }
    }
}

/// Refuses a whole number outside `least..=most`.
pub(super) fn whole_within(name: &'static str, value: usize, least: usize, most: usize) -> Result<(), LabelError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let rule = format!("it must be from {least} to {most} bars");
    Err(LabelError::Parameter { name, value: value.to_string(), rule })
}

fn list(known: &[String]) -> String {
    if known.is_empty() {
        "build one with 'ws labels build'".into()
    } else {
        format!("the store has {}", known.join(", "))
    }
}
