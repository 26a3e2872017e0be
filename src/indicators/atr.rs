//! Average true range, Wilder's smoothing.
//!
//! `tr = max(high − low, |high − last close|, |low − last close|)`, known from bar 1. `atr(n) = mean of the first n`,
//! then `atr(t) = (atr(t−1)·(n−1) + tr(t)) / n`. Unit of price. First value at bar n; memory decaying.
//! Source: TA-Lib ATR.

use serde::{Deserialize, Serialize};

/// The largest of the bar's own range and its distances from the last close.
pub(super) fn true_range(high: f64, low: f64, last_close: f64) -> f64 {
    (high - low).max((high - last_close).abs()).max((low - last_close).abs())
}

/// Average true range.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Atr {
    n: usize,
    last_close: Option<f64>,
    ranges: usize,
    value: f64,
}

impl Atr {
    /// Over `n` true ranges; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n: n.max(1), last_close: None, ranges: 0, value: 0.0 }
    }

    /// Takes the newest bar; gives the average once `n` true ranges were seen.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            *self = Self::new(self.n);
            return None;
        }
        let range = true_range(high, low, self.last_close.replace(close)?);
        let n = self.n as f64;
        if self.ranges < self.n {
            self.ranges += 1;
            self.value += range;
            if self.ranges < self.n {
                return None;
            }
            self.value /= n;
        } else {
            self.value = (self.value * (n - 1.0) + range) / n;
        }
        Some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_range_counts_gaps() {
        assert_eq!(true_range(10.0, 9.0, 9.5), 1.0);
        assert_eq!(true_range(10.0, 9.0, 6.0), 4.0);
        assert_eq!(true_range(10.0, 9.0, 12.0), 3.0);
    }

    #[test]
    fn by_hand() {
        // True ranges 2, 4, then 1: mean 3, then (3·1 + 1)/2.
        let mut atr = Atr::new(2);
        let bars = [(10.0, 9.0, 10.0), (12.0, 11.0, 11.0), (12.0, 8.0, 8.5), (9.0, 8.0, 8.8)];
        assert_eq!(bars.map(|(high, low, close)| atr.update(high, low, close)), [None, None, Some(3.0), Some(2.0)]);
    }
}
