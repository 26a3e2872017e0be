//! Slow stochastic oscillator, smoothed by simple averages.
//!
//! `raw = 100 · (close − lowest low of n) / (highest high of n − lowest low of n)`, 0 when the range is 0;
//! `k = sma(raw, k)`, `d = sma(k, d)`. From 0 to 100. Both outputs start together at bar n + k + d − 3; memory
//! finite, n + k + d − 2 bars. Source: TA-Lib STOCH with simple averages.

use serde::{Deserialize, Serialize};

use super::Sma;
use super::window::Window;

/// Slow stochastic oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stoch {
    highs: Window,
    lows: Window,
    k: Sma,
    d: Sma,
}

/// The two outputs of [`Stoch`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StochValue {
    /// Smoothed position in the range.
    pub k: f64,
    /// Average of `k`.
    pub d: f64,
}

impl Stoch {
    /// Range over `n` bars, smoothed over `k`, then over `d`.
    #[must_use]
    pub fn new(n: usize, k: usize, d: usize) -> Self {
        Self { highs: Window::new(n), lows: Window::new(n), k: Sma::new(k), d: Sma::new(d) }
    }

    /// Takes the newest bar; gives both outputs once `d` is known.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<StochValue> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            self.highs.clear();
            self.lows.clear();
            self.k.update(f64::NAN);
            self.d.update(f64::NAN);
            return None;
        }
        self.highs.push(high);
        if !self.lows.push(low) {
            return None;
        }
        let highest = self.highs.iter().fold(f64::NEG_INFINITY, f64::max);
        let lowest = self.lows.iter().fold(f64::INFINITY, f64::min);
        let range = highest - lowest;
        let raw = if range == 0.0 { 0.0 } else { (close - lowest) / (range / 100.0) };
        let k = self.k.update(raw)?;
        let d = self.d.update(k)?;
        Some(StochValue { k, d })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut stoch = Stoch::new(2, 1, 2);
        assert_eq!(stoch.update(10.0, 8.0, 9.0), None);
        // Range 8..12, close 11: raw 75, d needs one more.
        assert_eq!(stoch.update(12.0, 9.0, 11.0), None);
        // Range 9..13, close 10: raw 25.
        assert_eq!(stoch.update(13.0, 10.0, 10.0), Some(StochValue { k: 25.0, d: 50.0 }));
    }

    #[test]
    fn no_range_is_zero_and_the_start_is_exact() {
        let mut stoch = Stoch::new(14, 3, 3);
        let got: Vec<_> = (0..20).map(|_| stoch.update(5.0, 5.0, 5.0)).collect();
        assert_eq!(got.iter().position(Option::is_some), Some(17));
        assert_eq!(got[19], Some(StochValue { k: 0.0, d: 0.0 }));
    }
}
