//! Ultimate oscillator.
//!
//! `pressure = close − min(low, last close)`, `range` the true range; over three periods, shortest first,
//! `ultosc = 100 · (4·a + 2·b + c) / 7` with a, b, c = sum of pressure / sum of range, each left out (as 0) when its
//! range is 0. From 0 to 100. First value at the longest period; memory finite, longest + 1 bars. Source: TA-Lib
//! ULTOSC.

use serde::{Deserialize, Serialize};

use super::atr::true_range;
use super::window::Window;

/// Ultimate oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ultosc {
    /// Shortest first.
    periods: [usize; 3],
    last_close: Option<f64>,
    pressures: Window,
    ranges: Window,
}

impl Ultosc {
    /// Over three periods, usually 7, 14 and 28, sorted when given in another order; 0 counts as 1.
    #[must_use]
    pub fn new(short: usize, middle: usize, long: usize) -> Self {
        let mut periods = [short, middle, long].map(|n| n.max(1));
        periods.sort_unstable();
        let [.., longest] = periods;
        Self { periods, last_close: None, pressures: Window::new(longest), ranges: Window::new(longest) }
    }

    /// Takes the newest bar; gives the oscillator once as many bars came before it as the longest period has.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            self.last_close = None;
            self.pressures.clear();
            self.ranges.clear();
            return None;
        }
        let last_close = self.last_close.replace(close)?;
        self.pressures.push(close - low.min(last_close));
        if !self.ranges.push(true_range(high, low, last_close)) {
            return None;
        }
        let weighted: f64 = self.periods.iter().zip([4.0, 2.0, 1.0]).map(|(n, weight)| weight * self.share(*n)).sum();
        Some(100.0 * (weighted / 7.0))
    }

    /// Pressure over range of the newest `n` bars.
    fn share(&self, n: usize) -> f64 {
        let [.., longest] = self.periods;
        let newest = |window: &Window| window.iter().skip(longest - n).sum::<f64>();
        let range = newest(&self.ranges);
        if range == 0.0 { 0.0 } else { newest(&self.pressures) / range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut ultosc = Ultosc::new(2, 1, 3);
        let bars = [(10.0, 8.0, 9.0), (11.0, 9.0, 10.0), (12.0, 9.0, 12.0), (12.0, 8.0, 11.0)];
        let got = bars.map(|(high, low, close)| ultosc.update(high, low, close));
        // Pressures 1, 3, 3; ranges 2, 3, 4.
        assert_eq!(got[..3], [None, None, None]);
        let wanted = 100.0 / 7.0 * (4.0 * 3.0 / 4.0 + 2.0 * 6.0 / 7.0 + 7.0 / 9.0);
        assert!((got[3].unwrap() - wanted).abs() < 1e-12);
    }

    #[test]
    fn without_range_it_is_zero() {
        let mut ultosc = Ultosc::new(1, 2, 3);
        assert_eq!([5.0; 4].map(|x| ultosc.update(x, x, x)), [None, None, None, Some(0.0)]);
        assert_eq!([f64::NAN, 5.0].map(|x| ultosc.update(x, x, x)), [None, None]);
    }
}
