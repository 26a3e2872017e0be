//! Price oscillators: the distance of a fast from a slow exponential average.
//!
//! `apo = ema(x, fast) − ema(x, slow)`, in the unit of the input; `ppo = 100 · (ema(x, fast) − ema(x, slow)) /
//! ema(x, slow)`, in percent, 0 when the slow average is 0. Unlike in MACD each average is seeded with its own first
//! values. First value at bar slow − 1; memory decaying. Source: TA-Lib APO and PPO with exponential averages.

use serde::{Deserialize, Serialize};

use super::Ema;

/// Absolute price oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Apo {
    fast: Ema,
    slow: Ema,
}

impl Apo {
    /// Averages over `fast` and `slow` bars, swapped when given in the wrong order; 0 counts as 1.
    #[must_use]
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { fast: Ema::new(fast.min(slow)), slow: Ema::new(fast.max(slow)) }
    }

    /// Takes the newest value; gives the distance once both averages are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let (fast, slow) = (self.fast.update(value), self.slow.update(value));
        Some(fast? - slow?)
    }
}

/// Percentage price oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ppo {
    distance: Apo,
}

impl Ppo {
    /// Averages over `fast` and `slow` bars, swapped when given in the wrong order; 0 counts as 1.
    #[must_use]
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { distance: Apo::new(fast, slow) }
    }

    /// Takes the newest value; gives the distance in percent once both averages are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let distance = self.distance.update(value)?;
        let slow = self.distance.slow.value()?;
        Some(if slow == 0.0 { 0.0 } else { 100.0 * (distance / slow) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Fast 1 is the value, slow 2 the mean of the first two.
        let (mut apo, mut ppo) = (Apo::new(1, 2), Ppo::new(2, 1));
        assert_eq!([3.0, 5.0].map(|x| apo.update(x)), [None, Some(1.0)]);
        assert_eq!([3.0, 5.0].map(|x| ppo.update(x)), [None, Some(25.0)]);
        assert_eq!(ppo.update(f64::NAN), None);
        assert_eq!([0.0, 0.0].map(|x| ppo.update(x)), [None, Some(0.0)]);
    }

    #[test]
    fn each_average_has_its_own_seed() {
        // The fast average is 2 at bar 1, then 2 + (9 − 2)·2/3; the slow one the mean of all three.
        let mut apo = Apo::new(2, 3);
        let got = [1.0, 3.0, 9.0].map(|x| apo.update(x));
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - (2.0 + 14.0 / 3.0 - 13.0 / 3.0)).abs() < 1e-12);
    }
}
