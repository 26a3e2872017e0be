//! What can be wrong with numbers that are to be judged.

/// Failure of a statistic.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// Too few observations to say anything.
    #[error("{found} observations, and at least {needed} are needed: resampling fewer says nothing")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A value that is not a number.
    #[error("observation {index} is {value}, not a finite number")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// Two series that must be paired are not equally long.
    #[error("paired series of {left} and {right} observations")]
    Unpaired {
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A block that does not fit the series.
    #[error("a mean block of {length} does not fit {found} observations; blocks go from 1 to {found}")]
    Block {
        /// As asked.
        length: f64,
        /// Observations.
        found: usize,
    },
    /// Nothing would be drawn.
    #[error("no resample was asked for")]
    NoResamples,
    /// An account that was empty before its list of trades ended.
    #[error("the account was used up by trade {trade}; what a later trade made of it is unknown")]
    Ruined {
        /// Number of the trade, from 1.
        trade: usize,
    },
}

/// Every value finite, and enough of them.
pub(super) fn checked(values: &[f64], needed: usize) -> Result<(), StatsError> {
    if values.len() < needed {
        return Err(StatsError::TooFew { found: values.len(), needed });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatsError::NotFinite { index, value: values[index] }),
        None => Ok(()),
    }
}
