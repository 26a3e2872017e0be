//! Williams' percent range.
//!
//! `willr = −100 · (highest high of n − close) / (highest high of n − lowest low of n)`, 0 when the range is no more
//! than rounding. From −100 to 0. First value at bar n − 1; memory finite, n bars. Source: TA-Lib WILLR.

use serde::{Deserialize, Serialize};

use super::extreme::Extreme;
use super::rounding::nearly_equal;

/// Williams' percent range.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Willr {
    highs: Extreme,
    lows: Extreme,
}

impl Willr {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { highs: Extreme::highest(n), lows: Extreme::lowest(n) }
    }

    /// Takes the newest bar; gives the value once `n` known bars follow each other.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            self.highs.clear();
            self.lows.clear();
            return None;
        }
        let (highest, lowest) = (self.highs.update(high), self.lows.update(low));
        let (highest, lowest) = (highest?, lowest?);
        let flat = nearly_equal(highest, lowest);
        Some(if flat { 0.0 } else { -100.0 * ((highest - close) / (highest - lowest)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut willr = Willr::new(2);
        assert_eq!(willr.update(10.0, 8.0, 9.0), None);
        // Range 8..12, close 11: a quarter below the top.
        assert_eq!(willr.update(12.0, 9.0, 11.0), Some(-25.0));
        assert_eq!(willr.update(12.0, f64::NAN, 11.0), None);
        assert_eq!(willr.update(7.0, 7.0, 7.0), None);
        assert_eq!(willr.update(7.0, 7.0, 7.0), Some(0.0));
    }
}
