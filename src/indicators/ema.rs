//! Exponential moving average, seeded by a simple one.
//!
//! `ema(n−1) = mean of the first n values`, then `ema(t) = ema(t−1) + (x(t) − ema(t−1)) · 2/(n+1)`. Unit of the
//! input. First value at bar n − 1; memory decaying. Source: TA-Lib EMA (classic seeding, no unstable period).

use serde::{Deserialize, Serialize};

/// Exponential moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ema {
    n: usize,
    weight: f64,
    seen: usize,
    sum: f64,
    value: Option<f64>,
}

impl Ema {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let n = n.max(1);
        Self { n, weight: 2.0 / (n as f64 + 1.0), seen: 0, sum: 0.0, value: None }
    }

    /// Takes the newest value; gives the average once `n` known values were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            *self = Self::new(self.n);
            return None;
        }
        self.value = match self.value {
            Some(last) => Some((value - last) * self.weight + last),
            None => {
                self.sum += value;
                self.seen += 1;
                (self.seen == self.n).then(|| self.sum / self.n as f64)
            }
        };
        self.value
    }

    /// The last answer.
    pub(super) fn value(&self) -> Option<f64> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_with_the_mean_then_decays() {
        // n = 3: weight 1/2.
        let mut ema = Ema::new(3);
        let got: Vec<_> = [1.0, 2.0, 6.0, 7.0, 1.0].map(|x| ema.update(x)).to_vec();
        assert_eq!(got, [None, None, Some(3.0), Some(5.0), Some(3.0)]);
    }

    #[test]
    fn warms_up_again_after_an_unknown_value() {
        let mut ema = Ema::new(2);
        let got: Vec<_> = [1.0, 3.0, f64::NAN, 5.0, 7.0].map(|x| ema.update(x)).to_vec();
        assert_eq!(got, [None, Some(2.0), None, None, Some(6.0)]);
    }
}
