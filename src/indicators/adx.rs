//! Average directional index, Wilder's smoothing.
//!
//! Directional moves: `up = high − last high`, `down = last low − low`; the larger counts when positive, a tie counts
//! for neither. Their sums and that of the true range start as plain sums over the first n − 1 bars after the first,
//! then `sum(t) = sum(t−1)·(1 − 1/n) + part(t)`. `di± = 100 · dm± / tr`, `dx = 100 · |di+ − di−| / (di+ + di−)`.
//! `adx` starts as the sum of n dx over n, then `adx(t) = (adx(t−1)·(n−1) + dx(t)) / n`. Where a denominator is 0
//! there is no dx: it adds nothing to the first sum, and later `adx` keeps its value.
//!
//! From 0 to 100. First value at bar 2n − 1; memory decaying. Source: TA-Lib ADX.

use serde::{Deserialize, Serialize};

use super::atr::true_range;

/// Average directional index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adx {
    n: usize,
    last: Option<Extremes>,
    /// Bars seen after the first.
    steps: usize,
    up: f64,
    down: f64,
    range: f64,
    value: f64,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Extremes {
    high: f64,
    low: f64,
    close: f64,
}

impl Adx {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n: n.max(1), last: None, steps: 0, up: 0.0, down: 0.0, range: 0.0, value: 0.0 }
    }

    /// Takes the newest bar; gives the index once `2n − 1` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            *self = Self::new(self.n);
            return None;
        }
        let last = self.last.replace(Extremes { high, low, close })?;
        self.steps = self.steps.saturating_add(1);
        self.smooth(high - last.high, last.low - low, true_range(high, low, last.close));
        if self.steps < self.n {
            return None;
        }
        let dx = self.dx();
        let n = self.n as f64;
        let first = 2 * self.n - 1;
        if self.steps <= first {
            self.value += dx.unwrap_or(0.0);
            if self.steps < first {
                return None;
            }
            self.value /= n;
        } else if let Some(dx) = dx {
            self.value = (self.value * (n - 1.0) + dx) / n;
        }
        Some(self.value)
    }

    /// Adds one bar's moves and true range to the running sums, which decay once n − 1 bars are in.
    fn smooth(&mut self, up: f64, down: f64, range: f64) {
        if self.steps >= self.n {
            let n = self.n as f64;
            self.up -= self.up / n;
            self.down -= self.down / n;
            self.range -= self.range / n;
        }
        if down > 0.0 && up < down {
            self.down += down;
        } else if up > 0.0 && up > down {
            self.up += up;
        }
        self.range += range;
    }

    fn dx(&self) -> Option<f64> {
        if self.range == 0.0 {
            return None;
        }
        let (plus, minus) = (100.0 * (self.up / self.range), 100.0 * (self.down / self.range));
        let both = plus + minus;
        (both != 0.0).then(|| 100.0 * ((minus - plus).abs() / both))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_climb_is_one_hundred_from_bar_twenty_seven() {
        let mut adx = Adx::new(14);
        let got: Vec<_> = (0..30).map(|i| 100.0 + f64::from(i)).map(|x| adx.update(x + 1.0, x - 1.0, x)).collect();
        assert_eq!(got.iter().position(Option::is_some), Some(27));
        assert!((got[29].unwrap() - 100.0).abs() < 1e-12);
    }

    #[test]
    fn a_flat_series_is_zero() {
        let mut adx = Adx::new(2);
        let got: Vec<_> = (0..5).map(|_| adx.update(7.0, 7.0, 7.0)).collect();
        assert_eq!(got, [None, None, None, Some(0.0), Some(0.0)]);
    }

    #[test]
    fn by_hand() {
        // n = 2. Moves: bar 1 up 2, bar 2 down 1, bar 3 up 2.
        let bars = [(10.0, 9.0, 9.5), (12.0, 9.0, 11.5), (11.0, 8.0, 8.5), (13.0, 8.5, 9.0)];
        let mut adx = Adx::new(2);
        let got = bars.map(|(high, low, close)| adx.update(high, low, close));
        // After bar 2: up 2/2 and down 1, dx 0. After bar 3: up 1/2 + 2 and down 1/2, dx 200/3. Their mean is 100/3.
        assert_eq!(got[..3], [None, None, None]);
        assert!((got[3].unwrap() - 100.0 / 3.0).abs() < 1e-12);
    }
}
