//! Price oscillators: the distance of a fast from a slow exponential average.
//!
//! `apo = ema(x, fast) − ema(x, slow)`, in the unit of the input; `ppo = 100 · (ema(x, fast) − ema(x, slow)) /
//! ema(x, slow)`, in percent, 0 when the slow average is 0. Both averages start together, as in MACD. First value at
//! bar slow − 1; memory decaying. Source: TA-Lib APO and PPO with exponential averages.

use serde::{Deserialize, Serialize};

use super::ema_pair::EmaPair;

/// Absolute price oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Apo {
    pair: EmaPair,
}

impl Apo {
    /// Averages over `fast` and `slow` bars, swapped when given in the wrong order; 0 counts as 1.
    #[must_use]
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { pair: EmaPair::new(fast, slow) }
    }

    /// Takes the newest value; gives the distance once both averages are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.pair.update(value).map(|(fast, slow)| fast - slow)
    }
}

/// Percentage price oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ppo {
    pair: EmaPair,
}

impl Ppo {
    /// Averages over `fast` and `slow` bars, swapped when given in the wrong order; 0 counts as 1.
    #[must_use]
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { pair: EmaPair::new(fast, slow) }
    }

    /// Takes the newest value; gives the distance in percent once both averages are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let (fast, slow) = self.pair.update(value)?;
        Some(if slow == 0.0 { 0.0 } else { 100.0 * ((fast - slow) / slow) })
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
}
