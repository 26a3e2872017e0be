//! Commodity channel index.
//!
//! With `p = (high + low + close) / 3` and the mean over the last n bars, `cci = (p − mean) / (0.015 · mean of
//! |p(i) − mean|)`, 0 when that mean distance is no more than rounding. A number without unit, mostly from −100 to 100.
//! First value at bar n − 1; memory finite, n bars. Source: TA-Lib CCI.

use serde::{Deserialize, Serialize};

use super::rounding::negligible;
use super::typical_price::typical_price;
use super::window::Window;

/// Commodity channel index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cci {
    window: Window,
    n: f64,
}

impl Cci {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n), n: n.max(1) as f64 }
    }

    /// Takes the newest bar; gives the index once `n` known bars follow each other.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let price = typical_price(high, low, close);
        if !price.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(price) {
            return None;
        }
        let mean = self.window.mean();
        let deviation = self.window.sum(|p| (p - mean).abs()) / self.n;
        Some(if negligible(deviation, mean) { 0.0 } else { (price - mean) / (0.015 * deviation) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut cci = Cci::new(2);
        assert_eq!(cci.update(9.0, 7.0, 8.0), None);
        // Mean 9, deviation 1, distance 1.
        assert!((cci.update(12.0, 8.0, 10.0).unwrap() - 1.0 / 0.015).abs() < 1e-12);
        assert_eq!(cci.update(12.0, 8.0, 10.0), Some(0.0));
        assert_eq!(cci.update(12.0, f64::NAN, 10.0), None);
    }
}
