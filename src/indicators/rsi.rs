//! Relative strength index, Wilder's smoothing.
//!
//! Gains and losses are the positive and negative parts of `x(t) − x(t−1)`. Their averages start as the mean of the
//! first n, then `avg(t) = (avg(t−1)·(n−1) + part(t)) / n`; `rsi = 100 · gain / (gain + loss)`, and 0 when both are
//! 0. From 0 to 100. First value at bar n; memory decaying. Source: TA-Lib RSI.

use serde::{Deserialize, Serialize};

/// Relative strength index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rsi {
    n: usize,
    last: Option<f64>,
    changes: usize,
    gain: f64,
    loss: f64,
}

impl Rsi {
    /// Over `n` changes; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n: n.max(1), last: None, changes: 0, gain: 0.0, loss: 0.0 }
    }

    /// Takes the newest value; gives the index once `n` changes were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            *self = Self::new(self.n);
            return None;
        }
        let change = value - self.last.replace(value)?;
        let (gain, loss) = (change.max(0.0), (-change).max(0.0));
        let n = self.n as f64;
        if self.changes < self.n {
            self.changes += 1;
            self.gain += gain;
            self.loss += loss;
            if self.changes < self.n {
                return None;
            }
            self.gain /= n;
            self.loss /= n;
        } else {
            self.gain = (self.gain * (n - 1.0) + gain) / n;
            self.loss = (self.loss * (n - 1.0) + loss) / n;
        }
        let both = self.gain + self.loss;
        Some(if both == 0.0 { 0.0 } else { 100.0 * (self.gain / both) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Changes +2, −1 give averages 1 and 0.5; then +3 gives (1+3)/2 = 2 and 0.25.
        let mut rsi = Rsi::new(2);
        let got = [10.0, 12.0, 11.0, 14.0].map(|x| rsi.update(x));
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - 100.0 / 1.5).abs() < 1e-12);
        assert!((got[3].unwrap() - 800.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn a_flat_series_is_zero() {
        let mut rsi = Rsi::new(3);
        assert_eq!([5.0; 6].map(|x| rsi.update(x)), [None, None, None, Some(0.0), Some(0.0), Some(0.0)]);
    }
}
