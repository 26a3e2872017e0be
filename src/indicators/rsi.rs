//! Relative strength index, Wilder's smoothing.
//!
//! With gains and losses averaged as in `changes`, `rsi = 100 · gain / (gain + loss)`, and 0 when both are 0. From 0 to
//! 100. First value at bar n; memory decaying. Source: TA-Lib RSI.

use serde::{Deserialize, Serialize};

use super::changes::Changes;

/// Relative strength index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rsi {
    changes: Changes,
}

impl Rsi {
    /// Over `n` changes; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { changes: Changes::new(n) }
    }

    /// Takes the newest value; gives the index once `n` changes were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let averages = self.changes.update(value)?;
        let both = averages.gain + averages.loss;
        Some(if both == 0.0 { 0.0 } else { 100.0 * (averages.gain / both) })
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
