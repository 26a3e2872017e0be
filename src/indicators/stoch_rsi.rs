//! Stochastic oscillator of the relative strength index.
//!
//! The fast stochastic of `rsi(x, n)`: `k = 100 · (rsi − lowest of k) / (highest of k − lowest of k)`, 0 when the
//! range is 0, `d = sma(k, d)`. From 0 to 100. First value at bar n + k + d − 2; memory decaying. Source: TA-Lib
//! STOCHRSI with a simple average.
//!
//! Where the input stands still the index moves by rounding only, and such a range counts as 0. After some thirty bars
//! in one direction the index approaches 0 or 100 within rounding as well, and the answer means little.

use serde::{Deserialize, Serialize};

use super::{Rsi, StochValue, Stochf};

/// Stochastic oscillator of the relative strength index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StochRsi {
    rsi: Rsi,
    stoch: Stochf,
}

impl StochRsi {
    /// Index over `n` changes, its range over `k` bars, averaged over `d`.
    #[must_use]
    pub fn new(n: usize, k: usize, d: usize) -> Self {
        Self { rsi: Rsi::new(n), stoch: Stochf::new(k, d) }
    }

    /// Takes the newest value; gives both outputs once `d` is known.
    pub fn update(&mut self, value: f64) -> Option<StochValue> {
        let rsi = self.rsi.update(value).unwrap_or(f64::NAN);
        self.stoch.update(rsi, rsi, rsi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_and_starts_again() {
        let mut kernel = StochRsi::new(3, 2, 2);
        let value = |i: usize| 50.0 + (i as f64 * 1.3).sin();
        let first: Vec<_> = (0..12).map(|i| kernel.update(value(i))).collect();
        assert_eq!(first.iter().position(Option::is_some), Some(5));
        assert_eq!(kernel.update(f64::NAN), None);
        let again: Vec<_> = (0..12).map(|i| kernel.update(value(i))).collect();
        assert_eq!(first, again);
    }

    #[test]
    fn a_standstill_is_zero() {
        let mut kernel = StochRsi::new(14, 5, 3);
        for i in 0..40 {
            kernel.update((f64::from(i) * 1.7).sin());
        }
        let last: Vec<_> = (0..60).map(|_| kernel.update(0.3)).skip(10).collect();
        assert!(last.iter().all(|value| *value == Some(StochValue { k: 0.0, d: 0.0 })));
    }
}
