//! Moving average convergence/divergence.
//!
//! `line = ema(x, fast) − ema(x, slow)`, `signal = ema(line, signal)`, `hist = line − signal`. The fast average is
//! seeded with the last `fast` of the first `slow` values, so that both start at bar slow − 1; all three outputs
//! start together at bar slow + signal − 2. Unit of the input; memory decaying. Source: TA-Lib MACD.

use serde::{Deserialize, Serialize};

use super::Ema;

/// Moving average convergence/divergence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Macd {
    fast: Ema,
    slow: Ema,
    signal: Ema,
    /// Values the fast average leaves out, so that both averages start at the same bar.
    skip: usize,
    seen: usize,
}

/// The three outputs of [`Macd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdValue {
    /// Fast average minus slow average.
    pub line: f64,
    /// Average of the line.
    pub signal: f64,
    /// Line minus signal.
    pub hist: f64,
}

impl Macd {
    /// Averages over `fast` and `slow` bars, the line's average over `signal`; fast and slow given in the wrong
    /// order are swapped.
    #[must_use]
    pub fn new(fast: usize, slow: usize, signal: usize) -> Self {
        let (fast, slow) = (fast.min(slow).max(1), fast.max(slow).max(1));
        Self { fast: Ema::new(fast), slow: Ema::new(slow), signal: Ema::new(signal), skip: slow - fast, seen: 0 }
    }

    /// Takes the newest value; gives all three outputs once the signal is known.
    pub fn update(&mut self, value: f64) -> Option<MacdValue> {
        if !value.is_finite() {
            // The averages forget by themselves; the line's must be told.
            self.seen = 0;
            self.signal.update(f64::NAN);
        }
        let fast = if value.is_finite() && self.seen < self.skip {
            self.seen += 1;
            None
        } else {
            self.fast.update(value)
        };
        let line = match (fast, self.slow.update(value)) {
            (Some(fast), Some(slow)) => fast - slow,
            _ => return None,
        };
        let signal = self.signal.update(line)?;
        Some(MacdValue { line, signal, hist: line - signal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_averages_start_together() {
        // fast 1 is the value itself, slow 2 has weight 2/3 and seeds with the mean, signal 1 is the line itself.
        let mut macd = Macd::new(1, 2, 1);
        assert_eq!(macd.update(1.0), None);
        let second = macd.update(3.0).unwrap();
        assert_eq!((second.line, second.signal, second.hist), (1.0, 1.0, 0.0));
        let third = macd.update(6.0).unwrap();
        // slow: 2 + (6 − 2)·2/3
        assert!((third.line - (6.0 - (2.0 + 8.0 / 3.0))).abs() < 1e-15);
    }

    #[test]
    fn starts_at_slow_plus_signal_minus_two_and_again_after_an_unknown_value() {
        let mut macd = Macd::new(12, 26, 9);
        let value = |i: usize| 100.0 + (i as f64).sin();
        let first: Vec<_> = (0..40).map(|i| macd.update(value(i))).collect();
        assert_eq!(first.iter().position(Option::is_some), Some(33));
        assert_eq!(macd.update(f64::NAN), None);
        let again: Vec<_> = (0..40).map(|i| macd.update(value(i))).collect();
        assert_eq!(first, again);
        assert_eq!(Macd::new(26, 12, 9).skip, 14);
    }
}
