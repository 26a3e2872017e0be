//! Stochastic oscillators: where the close lies in the range of the last n bars.
//!
//! `raw = 100 · (close − lowest low of n) / (highest high of n − lowest low of n)`, 0 when the range is no more than
//! rounding.
//! - Slow, [`Stoch`]: `k = sma(raw, k)`, `d = sma(k, d)`, from bar n + k + d − 3, over n + k + d − 2 bars.
//! - Fast, [`Stochf`]: `k = raw`, `d = sma(k, d)`, from bar n + d − 2, over n + d − 1 bars.
//!
//! From 0 to 100. Both outputs start together; memory finite. Source: TA-Lib STOCH and STOCHF with simple averages.

use serde::{Deserialize, Serialize};

use super::Sma;
use super::extreme::Extreme;
use super::rounding::nearly_equal;

/// Slow stochastic oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stoch {
    raw: RangePosition,
    k: Sma,
    d: Sma,
}

/// The two outputs of [`Stoch`], [`Stochf`] and [`StochRsi`](super::StochRsi).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StochValue {
    /// Position in the range, smoothed in the slow oscillator.
    pub k: f64,
    /// Average of `k`.
    pub d: f64,
}

impl Stoch {
    /// Range over `n` bars, smoothed over `k`, then over `d`.
    #[must_use]
    pub fn new(n: usize, k: usize, d: usize) -> Self {
        Self { raw: RangePosition::new(n), k: Sma::new(k), d: Sma::new(d) }
    }

    /// Takes the newest bar; gives both outputs once `d` is known.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<StochValue> {
        let Some(raw) = self.raw.update(high, low, close) else {
            // The range forgets by itself; the averages must be told.
            self.k.update(f64::NAN);
            self.d.update(f64::NAN);
            return None;
        };
        let k = self.k.update(raw)?;
        let d = self.d.update(k)?;
        Some(StochValue { k, d })
    }
}

/// Fast stochastic oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stochf {
    raw: RangePosition,
    d: Sma,
}

impl Stochf {
    /// Range over `n` bars, averaged over `d`.
    #[must_use]
    pub fn new(n: usize, d: usize) -> Self {
        Self { raw: RangePosition::new(n), d: Sma::new(d) }
    }

    /// Takes the newest bar; gives both outputs once `d` is known.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<StochValue> {
        let Some(k) = self.raw.update(high, low, close) else {
            self.d.update(f64::NAN);
            return None;
        };
        let d = self.d.update(k)?;
        Some(StochValue { k, d })
    }
}

/// The close's place between the lowest low and the highest high, in percent.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RangePosition {
    highs: Extreme,
    lows: Extreme,
}

impl RangePosition {
    fn new(n: usize) -> Self {
        Self { highs: Extreme::highest(n), lows: Extreme::lowest(n) }
    }

    fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            self.highs.clear();
            self.lows.clear();
            return None;
        }
        let (highest, lowest) = (self.highs.update(high), self.lows.update(low));
        let (highest, lowest) = (highest?, lowest?);
        let flat = nearly_equal(highest, lowest);
        Some(if flat { 0.0 } else { (close - lowest) / ((highest - lowest) / 100.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut stoch = Stoch::new(2, 1, 2);
        let mut fast = Stochf::new(2, 2);
        for (high, low, close) in [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0)] {
            // Second bar: range 8..12, close 11: raw 75, d needs one more.
            assert_eq!(stoch.update(high, low, close), None);
            assert_eq!(fast.update(high, low, close), None);
        }
        // Range 9..13, close 10: raw 25.
        assert_eq!(stoch.update(13.0, 10.0, 10.0), Some(StochValue { k: 25.0, d: 50.0 }));
        assert_eq!(fast.update(13.0, 10.0, 10.0), Some(StochValue { k: 25.0, d: 50.0 }));
    }

    #[test]
    fn no_range_is_zero_and_the_start_is_exact() {
        let mut stoch = Stoch::new(14, 3, 3);
        let got: Vec<_> = (0..20).map(|_| stoch.update(5.0, 5.0, 5.0)).collect();
        assert_eq!(got.iter().position(Option::is_some), Some(17));
        assert_eq!(got[19], Some(StochValue { k: 0.0, d: 0.0 }));
    }

    #[test]
    fn warms_up_again_after_an_unknown_bar() {
        let mut fast = Stochf::new(2, 2);
        let bars = [9.0, 10.0, 11.0, f64::NAN, 12.0, 13.0, 14.0];
        let got = bars.map(|x| fast.update(x + 1.0, x - 1.0, x).is_some());
        assert_eq!(got, [false, false, true, false, false, false, true]);
    }
}
