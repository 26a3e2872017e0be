//! Middle of a window.
//!
//! `midpoint = (highest + lowest) / 2` of the last n values; `midprice` takes the highest high and the lowest low.
//! Unit of the input. First value at bar n − 1; memory finite, n bars. Source: TA-Lib MIDPOINT and MIDPRICE.

use serde::{Deserialize, Serialize};

use super::extreme::Extreme;

/// Middle of the last `n` values of one input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Midpoint {
    range: Midprice,
}

impl Midpoint {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { range: Midprice::new(n) }
    }

    /// Takes the newest value; gives the middle once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.range.update(value, value)
    }
}

/// Middle between the highest high and the lowest low of `n` bars.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Midprice {
    highs: Extreme,
    lows: Extreme,
}

impl Midprice {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { highs: Extreme::highest(n), lows: Extreme::lowest(n) }
    }

    /// Takes the newest bar; gives the middle once `n` known bars follow each other.
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite()) {
            self.highs.clear();
            self.lows.clear();
            return None;
        }
        let (highest, lowest) = (self.highs.update(high), self.lows.update(low));
        // Halved apart: the sum of two large values could overflow.
        Some(highest? / 2.0 + lowest? / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut midpoint = Midpoint::new(3);
        assert_eq!([3.0, 5.0, 4.0, 1.0].map(|x| midpoint.update(x)), [None, None, Some(4.0), Some(3.0)]);
        let mut midprice = Midprice::new(2);
        assert_eq!(midprice.update(10.0, 8.0), None);
        assert_eq!(midprice.update(9.0, 7.0), Some(8.5));
        assert_eq!(midprice.update(f64::NAN, 7.0), None);
        assert_eq!(midprice.update(9.0, 7.0), None);
    }
}
