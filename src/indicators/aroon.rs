//! Aroon: how fresh the last extremes are.
//!
//! Over the last n + 1 bars, `up = 100 · (n − bars since the highest high) / n`, `down` the same of the lowest low;
//! of equal extremes the newest counts. `oscillator = up − down`. From 0 to 100, the oscillator from −100 to 100.
//! First value at bar n; memory finite, n + 1 bars. Source: TA-Lib AROON and AROONOSC.

use serde::{Deserialize, Serialize};

use super::extreme::Extreme;

/// Aroon.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Aroon {
    n: f64,
    highs: Extreme,
    lows: Extreme,
}

/// The three outputs of [`Aroon`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AroonValue {
    /// Freshness of the highest high.
    pub up: f64,
    /// Freshness of the lowest low.
    pub down: f64,
    /// Up minus down.
    pub oscillator: f64,
}

impl Aroon {
    /// Looking back `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let (n, bars) = (n.max(1), n.max(1).saturating_add(1));
        Self { n: n as f64, highs: Extreme::highest(bars), lows: Extreme::lowest(bars) }
    }

    /// Takes the newest bar; gives the outputs once `n` bars came before it.
    pub fn update(&mut self, high: f64, low: f64) -> Option<AroonValue> {
        if !(high.is_finite() && low.is_finite()) {
            self.highs.clear();
            self.lows.clear();
            return None;
        }
        let known = self.highs.update(high).is_some() & self.lows.update(low).is_some();
        let freshness = |extreme: &Extreme| 100.0 * (self.n - extreme.age() as f64) / self.n;
        let (up, down) = (freshness(&self.highs), freshness(&self.lows));
        known.then_some(AroonValue { up, down, oscillator: up - down })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut aroon = Aroon::new(2);
        assert_eq!(aroon.update(10.0, 5.0), None);
        assert_eq!(aroon.update(9.0, 5.0), None);
        // The highest high is two bars old, the lowest low (equal ones: the newer) one bar.
        assert_eq!(aroon.update(8.0, 6.0), Some(AroonValue { up: 0.0, down: 50.0, oscillator: -50.0 }));
        assert_eq!(aroon.update(9.0, 7.0), Some(AroonValue { up: 100.0, down: 0.0, oscillator: 100.0 }));
    }
}
