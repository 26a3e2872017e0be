//! Simple moving average.
//!
//! Formula: the mean of the last `n` values. Warm-up: `n - 1` values give `None`. Memory: finite.
//!
//! The window is summed as a suffix of the previous block of `n` values plus a prefix of the current one. Nothing
//! is ever subtracted, so errors don't build up over a long series and a non-finite value leaves with its window.
//! A window of equal values gives exactly that value, so flat prices make no crossings out of rounding.

use serde::{Deserialize, Serialize};

/// Mean of the last `n` values in constant time a value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sma {
    /// Below `filled`: values of the current block; from there on: suffix sums of the previous block.
    block: Vec<f64>,
    filled: usize,
    prefix: f64,
    warm: bool,
    last: f64,
    equal: usize,
}

impl Sma {
    /// An empty average over `n` values; `n` of 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { block: vec![0.0; n.max(1)], filled: 0, prefix: 0.0, warm: false, last: f64::NAN, equal: 0 }
    }

    /// Adds a value and returns the mean of the last `n`; `None` while there are fewer, or one of them is unknown.
    #[inline]
    pub fn update(&mut self, x: f64) -> Option<f64> {
        let n = self.block.len();
        self.equal = if x == self.last { self.equal + 1 } else { 1 };
        self.last = x;
        self.block[self.filled] = x;
        self.prefix += x;
        self.filled += 1;
        let sum = if self.filled == n { self.turn() } else { self.prefix + self.block[self.filled] };
        if !self.warm {
            return None;
        }
        let mean = if self.equal >= n { x } else { sum / n as f64 };
        mean.is_finite().then_some(mean)
    }

    /// Ends a block: its values become suffix sums. Returns the block's sum.
    fn turn(&mut self) -> f64 {
        let sum = self.prefix;
        let mut suffix = 0.0;
        for value in self.block.iter_mut().rev() {
            suffix += *value;
            *value = suffix;
        }
        self.filled = 0;
        self.prefix = 0.0;
        self.warm = true;
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_mean_of_each_window() {
        let values: Vec<f64> = (0..500_u32).map(|i| f64::from(i * 7919 % 1013) + 0.1).collect();
        for n in [1, 2, 3, 10, 97] {
            let mut sma = Sma::new(n);
            for (i, value) in values.iter().enumerate() {
                let got = sma.update(*value);
                let wanted = (i + 1 >= n).then(|| values[i + 1 - n..=i].iter().sum::<f64>() / n as f64);
                match (got, wanted) {
                    (Some(got), Some(wanted)) => assert!((got - wanted).abs() < 1e-11, "n {n}, bar {i}"),
                    _ => assert_eq!(got, wanted, "n {n}, bar {i}"),
                }
            }
        }
    }

    #[test]
    fn huge_and_missing_values_leave_with_their_window() {
        let mut sma = Sma::new(4);
        for value in [1e300, f64::NAN, f64::INFINITY, 5.0, 1.0, 2.0, 3.0] {
            sma.update(value);
        }
        assert_eq!(sma.update(4.0), Some(2.5));
    }

    #[test]
    fn unknown_while_an_unknown_value_is_in_the_window() {
        let mut sma = Sma::new(2);
        let got: Vec<_> = [1.0, 2.0, f64::NAN, 4.0, 6.0].map(|x| sma.update(x)).to_vec();
        assert_eq!(got, [None, Some(1.5), None, None, Some(5.0)]);
    }

    #[test]
    fn flat_values_are_exact() {
        let (mut fast, mut slow) = (Sma::new(10), Sma::new(21));
        for _ in 0..100 {
            let (fast, slow) = (fast.update(0.1), slow.update(0.1));
            assert!(slow.is_none_or(|slow| slow.to_bits() == fast.unwrap().to_bits()));
        }
    }
}
