//! Average directional index and its rating, Wilder's smoothing.
//!
//! With `dx` as in [`Dx`](super::Dx), `adx` starts as the sum of n dx over n, then
//! `adx(t) = (adx(t−1)·(n−1) + dx(t)) / n`. Where a denominator is 0 there is no dx: it adds nothing to the first sum,
//! and later `adx` keeps its value. `adxr(t) = (adx(t) + adx(t−n+1)) / 2`.
//!
//! From 0 to 100. First value at bar 2n − 1, of the rating at bar 3n − 2; memory decaying. Source: TA-Lib ADX and
//! ADXR.

use serde::{Deserialize, Serialize};

use super::movement::Directions;
use super::window::Window;

/// Average directional index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adx {
    n: usize,
    directions: Directions,
    /// Bars with directions, up to n.
    seen: usize,
    value: f64,
}

impl Adx {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n: n.max(1), directions: Directions::new(n), seen: 0, value: 0.0 }
    }

    /// Takes the newest bar; gives the index once `2n − 1` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let Some(directions) = self.directions.update(high, low, close) else {
            self.seen = 0;
            self.value = 0.0;
            return None;
        };
        let (dx, n) = (directions.dx(), self.n as f64);
        if self.seen < self.n {
            self.seen += 1;
            self.value += dx.unwrap_or(0.0);
            if self.seen < self.n {
                return None;
            }
            self.value /= n;
        } else if let Some(dx) = dx {
            self.value = (self.value * (n - 1.0) + dx) / n;
        }
        Some(self.value)
    }
}

/// Average directional index rating: the mean of the index now and n − 1 bars ago.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adxr {
    adx: Adx,
    window: Window,
}

impl Adxr {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { adx: Adx::new(n), window: Window::new(n) }
    }

    /// Takes the newest bar; gives the rating once `3n − 2` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let Some(adx) = self.adx.update(high, low, close) else {
            self.window.clear();
            return None;
        };
        if !self.window.push(adx) {
            return None;
        }
        Some((adx + self.window.oldest()?) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_climb_is_one_hundred_from_bar_twenty_seven() {
        let (mut adx, mut adxr) = (Adx::new(14), Adxr::new(14));
        let bars = (0..50).map(|i| 100.0 + f64::from(i));
        let got: Vec<_> = bars.map(|x| (adx.update(x + 1.0, x - 1.0, x), adxr.update(x + 1.0, x - 1.0, x))).collect();
        assert_eq!(got.iter().position(|(adx, _)| adx.is_some()), Some(27));
        assert_eq!(got.iter().position(|(_, adxr)| adxr.is_some()), Some(40));
        assert!((got[29].0.unwrap() - 100.0).abs() < 1e-12);
        assert!((got[49].1.unwrap() - 100.0).abs() < 1e-12);
    }

    #[test]
    fn a_flat_series_is_zero() {
        let mut adx = Adx::new(2);
        let got: Vec<_> = (0..5).map(|_| adx.update(7.0, 7.0, 7.0)).collect();
        assert_eq!(got, [None, None, None, Some(0.0), Some(0.0)]);
    }

    #[test]
    fn by_hand() {
        // n = 2. Moves: bar 1 up 2, bar 2 down 1, bar 3 up 2, bar 4 up 2.
        let bars = [(10.0, 9.0, 9.5), (12.0, 9.0, 11.5), (11.0, 8.0, 8.5), (13.0, 8.5, 9.0), (15.0, 9.0, 9.0)];
        let (mut adx, mut adxr) = (Adx::new(2), Adxr::new(2));
        let got = bars.map(|(high, low, close)| (adx.update(high, low, close), adxr.update(high, low, close)));
        // After bar 2: up 2/2 and down 1, dx 0. After bar 3: up 1/2 + 2 and down 1/2, dx 200/3. Their mean is 100/3.
        assert_eq!(got[..3], [(None, None); 3]);
        assert!((got[3].0.unwrap() - 100.0 / 3.0).abs() < 1e-12 && got[3].1.is_none());
        // After bar 4: up 2.5/2 + 2 and down 1/4, dx 300/3.5; the rating is the mean of both.
        let last = (100.0 / 3.0 + 300.0 / 3.5) / 2.0;
        assert!((got[4].0.unwrap() - last).abs() < 1e-12);
        assert!((got[4].1.unwrap() - (100.0 / 3.0 + last) / 2.0).abs() < 1e-12);
    }
}
