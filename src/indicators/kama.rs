//! Kaufman's adaptive moving average.
//!
//! `efficiency = |x(t) − x(t−n)| / sum of |x(i) − x(i−1)| over the last n changes`, 1 when nothing moved;
//! `weight = (efficiency · (2/3 − 2/31) + 2/31)²`, between the weights of averages over 2 and 30 bars, squared;
//! `kama(t) = kama(t−1) + weight · (x(t) − kama(t−1))`, starting from the value before the first answer. Unit of the
//! input. First value at bar n; memory decaying. Source: TA-Lib KAMA (from n = 2 on; its n = 1 is the input itself).

use serde::{Deserialize, Serialize};

use super::window::Window;

const FAST: f64 = 2.0 / 3.0;
const SLOW: f64 = 2.0 / 31.0;

/// Kaufman's adaptive moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kama {
    window: Window,
    last: f64,
    value: Option<f64>,
}

impl Kama {
    /// Efficiency over `n` changes; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n.max(1).saturating_add(1)), last: f64::NAN, value: None }
    }

    /// Takes the newest value; gives the average once `n` changes were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            self.value = None;
            return None;
        }
        let before = std::mem::replace(&mut self.last, value);
        if !self.window.push(value) {
            return None;
        }
        let weight = (self.efficiency(value)? * (FAST - SLOW) + SLOW).powi(2);
        let from = self.value.unwrap_or(before);
        self.value = Some((value - from) * weight + from);
        self.value
    }

    fn efficiency(&self, newest: f64) -> Option<f64> {
        let oldest = self.window.oldest()?;
        let steps = self.window.iter().zip(self.window.iter().skip(1));
        let path: f64 = steps.map(|(from, to)| (to - from).abs()).sum();
        // A straight way may come out shorter than its ends by rounding.
        Some(if path == 0.0 { 1.0 } else { ((newest - oldest).abs() / path).min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_way_weighs_four_ninths() {
        let mut kama = Kama::new(2);
        let got = [9.0, 18.0, 27.0].map(|x| kama.update(x));
        // From the value before, 18, four ninths of the way to 27.
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - 22.0).abs() < 1e-12);
    }

    #[test]
    fn a_way_back_to_its_start_hardly_moves() {
        let mut kama = Kama::new(2);
        let got = [10.0, 20.0, 10.0].map(|x| kama.update(x));
        assert!((got[2].unwrap() - (20.0 - 10.0 * (2.0_f64 / 31.0).powi(2))).abs() < 1e-12);
    }

    #[test]
    fn starts_again_after_an_unknown_value() {
        let mut kama = Kama::new(1);
        let got = [1.0, 1.0, f64::NAN, 9.0, 9.0].map(|x| kama.update(x));
        assert_eq!(got, [None, Some(1.0), None, None, Some(9.0)]);
    }
}
