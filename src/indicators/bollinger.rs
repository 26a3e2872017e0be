//! Bandwidth of Bollinger bands.
//!
//! Bands lie `width` population standard deviations above and below the mean of the last n values;
//! `bandwidth = (upper − lower) / middle = 2 · width · sigma / mean`. A fraction, unknown when the mean is 0.
//! The deviation is taken around the mean in a second pass, so that a large price with a small spread loses no digits.
//! First value at bar n − 1; memory finite, n bars. Source: TA-Lib BBANDS with simple averages.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Bandwidth of Bollinger bands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BollingerBandwidth {
    window: Window,
    n: f64,
    width: f64,
}

impl BollingerBandwidth {
    /// Over `n` bars (0 counts as 1), bands at `width` standard deviations.
    #[must_use]
    pub fn new(n: usize, width: f64) -> Self {
        Self { window: Window::new(n), n: n.max(1) as f64, width }
    }

    /// Takes the newest value; gives the bandwidth once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        let mean = self.window.mean();
        let squares: f64 = self.window.iter().map(|x| (x - mean) * (x - mean)).sum();
        let sigma = (squares / self.n).sqrt();
        (mean != 0.0).then(|| 2.0 * self.width * sigma / mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Mean 4, population deviation 2: bands at 0 and 8.
        let mut bands = BollingerBandwidth::new(2, 2.0);
        assert_eq!(bands.update(2.0), None);
        assert_eq!(bands.update(6.0), Some(2.0));
        assert_eq!(bands.update(6.0), Some(0.0));
    }

    #[test]
    fn no_mean_is_unknown() {
        let mut bands = BollingerBandwidth::new(2, 2.0);
        bands.update(-1.0);
        assert_eq!(bands.update(1.0), None);
    }
}
