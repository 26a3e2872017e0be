//! The side that a meta label judges: a primary rule that says long or short at a bar's close.
//!
//! `sma_cross(fast, slow)`: 1 while the mean of the last `fast` closes is above that of the last `slow`, −1 while it is
//! below; no side before `slow` closes are known and while the two are equal ([`price`]).

use serde::{Deserialize, Serialize};

use super::error::{LabelError, whole_within};
use super::volatility::MAX_WINDOW;
use crate::domain::{Bars, price};

/// Side by two simple moving averages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmaCross {
    /// Closes of the fast average; default 10.
    pub fast: usize,
    /// Closes of the slow average, more than fast; default 20.
    pub slow: usize,
}

impl Default for SmaCross {
    fn default() -> Self {
        Self { fast: 10, slow: 20 }
    }
}

impl SmaCross {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Which one can't be used, and the rule.
    pub fn check(&self) -> Result<(), LabelError> {
        whole_within("slow", self.slow, 2, MAX_WINDOW)?;
        whole_within("fast", self.fast, 1, self.slow - 1)
    }

    /// Side by bar: 1, −1, or `None`.
    pub(super) fn sides(&self, bars: &Bars) -> Vec<Option<i32>> {
        // Each mean is summed afresh: no side depends on the rounding of what left the window.
        let mean = |t: usize, n: usize| {
            let window = bars.close.get((t + 1).checked_sub(n)?..=t)?;
            Some(window.iter().sum::<f64>() / n as f64)
        };
        (0..bars.len()).map(|t| side(mean(t, self.fast)?, mean(t, self.slow)?)).collect()
    }
}

fn side(fast: f64, slow: f64) -> Option<i32> {
    let gap = price::difference(fast, slow);
    if !gap.is_finite() || gap == 0.0 {
        return None;
    }
    Some(if gap > 0.0 { 1 } else { -1 })
}
