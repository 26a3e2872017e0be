//! A fast and a slow exponential average that start together: what MACD, APO and PPO have in common.
//!
//! The fast average is seeded with the last `fast` of the first `slow` values, so that both start at bar slow − 1.

use serde::{Deserialize, Serialize};

use super::Ema;

/// Two aligned exponential averages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EmaPair {
    fast: Ema,
    slow: Ema,
    /// Values the fast average leaves out, so that both averages start at the same bar.
    skip: usize,
    seen: usize,
}

impl EmaPair {
    /// Averages over `fast` and `slow` bars (0 counts as 1), swapped when given in the wrong order.
    pub(super) fn new(fast: usize, slow: usize) -> Self {
        let (fast, slow) = (fast.min(slow).max(1), fast.max(slow).max(1));
        Self { fast: Ema::new(fast), slow: Ema::new(slow), skip: slow - fast, seen: 0 }
    }

    /// Takes the newest value; gives the fast and the slow average once both are known.
    pub(super) fn update(&mut self, value: f64) -> Option<(f64, f64)> {
        if !value.is_finite() {
            // The averages forget by themselves.
            self.seen = 0;
        }
        let fast = if value.is_finite() && self.seen < self.skip {
            self.seen += 1;
            None
        } else {
            self.fast.update(value)
        };
        let slow = self.slow.update(value)?;
        Some((fast?, slow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_start_together_and_again_after_an_unknown_value() {
        let mut pair = EmaPair::new(3, 2);
        let got = [9.0, 1.0, 5.0, f64::NAN, 0.0, 6.0, 6.0].map(|x| pair.update(x));
        assert_eq!(got[..2], [None, None]);
        assert_eq!(got[2], Some((3.0, 5.0)));
        assert_eq!(got[3..6], [None, None, None]);
        assert_eq!(got[6], Some((6.0, 4.0)));
    }
}
