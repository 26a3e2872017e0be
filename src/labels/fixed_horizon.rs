//! Fixed-horizon labels: the return from the next bar's open to the open after `horizon` bars.
//!
//! `forward_return = open[t + 1 + horizon] / open[t + 1] − 1`, `label = 1` when it is above `threshold`: the later price
//! above `open[t + 1] · (1 + threshold)` and not equal to it ([`price`]). Every bet ends by barrier `horizon`.

use serde::{Deserialize, Serialize};

use super::error::{LabelError, whole_within};
use super::row::{Barrier, Exit, Outcome};
use super::triple_barrier::{MAX_HORIZON, is_named, percent};
use crate::domain::{Bars, price};

/// Parameters of fixed-horizon labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FixedHorizon {
    /// Bars held, the entry bar counted; default 8.
    pub horizon: usize,
    /// Return above which the label is 1, a fraction; default 0.
    pub threshold: f64,
}

impl Default for FixedHorizon {
    fn default() -> Self {
        Self { horizon: 8, threshold: 0.0 }
    }
}

impl FixedHorizon {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Which one can't be used, and the rule.
    pub fn check(&self) -> Result<(), LabelError> {
        let rule = if !(self.threshold > -1.0 && self.threshold <= 1e6) {
            "it must be a fraction above -1 (0.01 is 1 %)"
        } else if !is_named(self.threshold) {
            "give at most 8 decimals of a percent"
        } else {
            return whole_within("horizon", self.horizon, 1, MAX_HORIZON);
        };
        Err(LabelError::Parameter { name: "threshold", value: self.threshold.to_string(), rule: rule.into() })
    }

    /// Name of the label set: `fh_<horizon>_<threshold %>`, for example `fh_8_0` or `fh_20_-0.5`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("fh_{}_{}", self.horizon, percent(self.threshold))
    }

    pub(super) fn outcome(&self, bars: &Bars, decision: usize) -> Outcome {
        let entry = decision + 1;
        let Some(paid) = bars.open.get(entry).copied() else { return Outcome::NoBet };
        let at = entry.saturating_add(self.horizon);
        let Some(fill) = bars.open.get(at).copied() else { return Outcome::Open { side: None } };
        let forward_return = fill / paid - 1.0;
        if !forward_return.is_finite() {
            return Outcome::NoBet;
        }
        let exit = Exit { at, fill, barrier: Barrier::Horizon };
        let is_right = price::above(fill, paid * (1.0 + self.threshold));
        Outcome::Closed { side: None, exit, forward_return, is_right }
    }
}
