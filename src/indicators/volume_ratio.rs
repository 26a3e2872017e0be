//! Volume against its recent mean.
//!
//! `volume(t) / mean of volume(t−n) … volume(t−1)`: the newest bar is not part of the mean. A number without unit,
//! unknown when the mean is 0. First value at bar n; memory finite, n + 1 bars. Source: the definition.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Volume over the mean volume of the bars before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VolumeRatio {
    /// Mean of the last n volumes, once they are known.
    mean: Option<f64>,
    window: Window,
}

impl VolumeRatio {
    /// Against the `n` bars before; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { mean: None, window: Window::new(n) }
    }

    /// Takes the newest volume; gives the ratio once `n` known volumes came before it.
    pub fn update(&mut self, volume: f64) -> Option<f64> {
        if !volume.is_finite() {
            self.mean = None;
            self.window.clear();
            return None;
        }
        let before = self.mean.take();
        self.mean = self.window.push(volume).then(|| self.window.mean());
        before.filter(|mean| *mean > 0.0).map(|mean| volume / mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut ratio = VolumeRatio::new(2);
        let got = [1.0, 3.0, 6.0, 0.0, 0.0, 5.0].map(|x| ratio.update(x));
        assert_eq!(got, [None, None, Some(3.0), Some(0.0), Some(0.0), None]);
        assert_eq!([f64::NAN, 1.0, 1.0, 2.0].map(|x| ratio.update(x)), [None, None, None, Some(2.0)]);
    }
}
