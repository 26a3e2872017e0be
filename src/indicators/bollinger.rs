//! Bollinger bands and their bandwidth.
//!
//! Over the last n values, `middle = mean`, `upper` and `lower = mean ± width · sigma` with the population standard
//! deviation, in the unit of the input; `bandwidth = (upper − lower) / middle = 2 · width · sigma / mean`, a
//! fraction, unknown when the mean is 0. The deviation is taken around the mean in a second pass, so that a large
//! price with a small spread loses no digits. First value at bar n − 1; memory finite, n bars. Source: TA-Lib BBANDS
//! with simple averages.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Bollinger bands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bollinger {
    window: Window,
    width: f64,
}

/// The three outputs of [`Bollinger`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BollingerValue {
    /// Mean plus `width` deviations.
    pub upper: f64,
    /// Mean.
    pub middle: f64,
    /// Mean minus `width` deviations.
    pub lower: f64,
}

impl Bollinger {
    /// Over `n` bars (0 counts as 1), bands at `width` standard deviations.
    #[must_use]
    pub fn new(n: usize, width: f64) -> Self {
        Self { window: Window::new(n), width }
    }

    /// Takes the newest value; gives the bands once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<BollingerValue> {
        let (mean, half) = self.mean_and_half_width(value)?;
        Some(BollingerValue { upper: mean + half, middle: mean, lower: mean - half })
    }

    fn mean_and_half_width(&mut self, value: f64) -> Option<(f64, f64)> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        let (mean, variance) = self.window.mean_and_variance();
        Some((mean, self.width * variance.sqrt()))
    }
}

/// Bandwidth of Bollinger bands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BollingerBandwidth {
    bands: Bollinger,
}

impl BollingerBandwidth {
    /// Over `n` bars (0 counts as 1), bands at `width` standard deviations.
    #[must_use]
    pub fn new(n: usize, width: f64) -> Self {
        Self { bands: Bollinger::new(n, width) }
    }

    /// Takes the newest value; gives the bandwidth once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let (mean, half) = self.bands.mean_and_half_width(value)?;
        (mean != 0.0).then(|| 2.0 * half / mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Mean 4, population deviation 2: bands at 0 and 8.
        let (mut bands, mut bandwidth) = (Bollinger::new(2, 2.0), BollingerBandwidth::new(2, 2.0));
        assert_eq!((bands.update(2.0), bandwidth.update(2.0)), (None, None));
        assert_eq!(bands.update(6.0), Some(BollingerValue { upper: 8.0, middle: 4.0, lower: 0.0 }));
        assert_eq!(bandwidth.update(6.0), Some(2.0));
        assert_eq!(bands.update(6.0), Some(BollingerValue { upper: 6.0, middle: 6.0, lower: 6.0 }));
        assert_eq!(bandwidth.update(6.0), Some(0.0));
    }

    #[test]
    fn no_mean_is_unknown() {
        let mut bands = BollingerBandwidth::new(2, 2.0);
        bands.update(-1.0);
        assert_eq!(bands.update(1.0), None);
    }
}
