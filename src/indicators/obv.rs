//! On-balance volume: volume summed with the sign of the price change.
//!
//! `obv(0) = volume(0)`, then plus the volume of a bar that closes higher, minus that of one that closes lower. Unit
//! of volume. First value at bar 0. Source: TA-Lib OBV.
//!
//! *Memory.* Anchored: the level depends on the first bar; only differences mean something.
//!
//! *Unknown volume.* Bars before the first known volume are passed over: the sum starts there. From a later bar on
//! whose volume is needed but unknown, the sum is unknown for good: it would hold an unknown term, and starting it
//! afresh would be a jump that no trade made. A bar that closes unchanged needs no volume.

use serde::{Deserialize, Serialize};

/// On-balance volume.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Obv {
    last_close: f64,
    /// Before the start `None`; NaN once the sum is unknown.
    total: Option<f64>,
}

impl Obv {
    /// An empty sum.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the newest bar; gives the sum from the first known volume on.
    pub fn update(&mut self, close: f64, volume: f64) -> Option<f64> {
        let total = match self.total {
            None if close.is_finite() && volume.is_finite() => volume,
            None => return None,
            Some(total) if close > self.last_close => total + volume,
            Some(total) if close < self.last_close => total - volume,
            Some(total) if close == self.last_close => total,
            Some(_) => f64::NAN,
        };
        self.last_close = close;
        self.total = Some(total);
        total.is_finite().then_some(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut obv = Obv::new();
        let bars = [(10.0, 5.0), (11.0, 3.0), (11.0, 9.0), (10.5, 4.0)];
        assert_eq!(bars.map(|(close, volume)| obv.update(close, volume)), [5.0, 8.0, 8.0, 4.0].map(Some));
    }

    #[test]
    fn starts_at_the_first_known_volume_and_ends_at_a_missing_one() {
        let mut obv = Obv::new();
        let nan = f64::NAN;
        let bars = [(10.0, nan), (11.0, 3.0), (11.0, nan), (12.0, 1.0), (13.0, nan), (14.0, 2.0)];
        let got = bars.map(|(close, volume)| obv.update(close, volume));
        assert_eq!(got, [None, Some(3.0), Some(3.0), Some(4.0), None, None]);
    }
}
