//! The last n values of a series, oldest first.
//!
//! Sums are taken afresh over the window, always in the same order from its oldest value on: they can't drift however
//! long the series, and they don't depend on what was before the window, not even in the last bit. The mean is taken
//! as the oldest value plus the mean distance from it, so that a window of equal values has exactly that mean and no
//! deviation.

use serde::{Deserialize, Serialize};

/// Sums run in this many independent lanes, which a processor adds side by side.
const LANES: usize = 4;

/// The last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Window {
    /// While filling, the values there are; then every value twice, `n` places apart, so that the window always lies
    /// in one piece.
    values: Vec<f64>,
    n: usize,
    oldest: usize,
}

impl Window {
    /// An empty window for `n` values; 0 counts as 1.
    pub(super) fn new(n: usize) -> Self {
        Self { values: Vec::new(), n: n.max(1), oldest: 0 }
    }

    /// Adds the newest value, drops the oldest when full, and tells whether `n` values are there.
    pub(super) fn push(&mut self, value: f64) -> bool {
        if self.values.len() < self.n {
            self.values.push(value);
            if self.values.len() < self.n {
                return false;
            }
            self.values.extend_from_within(..);
        } else {
            self.values[self.oldest] = value;
            self.values[self.oldest + self.n] = value;
            self.oldest = if self.oldest + 1 == self.n { 0 } else { self.oldest + 1 };
        }
        true
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.oldest = 0;
    }

    /// Oldest to newest.
    pub(super) fn as_slice(&self) -> &[f64] {
        let end = (self.oldest + self.n).min(self.values.len());
        &self.values[self.oldest..end]
    }

    /// Oldest to newest.
    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.as_slice().iter().copied()
    }

    /// The oldest value, if there is one.
    pub(super) fn oldest(&self) -> Option<f64> {
        self.values.get(self.oldest).copied()
    }

    /// Sum of what `part` makes of each value.
    pub(super) fn sum(&self, part: impl Fn(f64) -> f64) -> f64 {
        let chunks = self.as_slice().chunks_exact(LANES);
        let rest: f64 = chunks.remainder().iter().map(|x| part(*x)).sum();
        let mut lanes = [0.0; LANES];
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += part(*x);
            }
        }
        lanes.iter().sum::<f64>() + rest
    }

    /// Mean of the values there are; NaN when empty.
    pub(super) fn mean(&self) -> f64 {
        let first = self.oldest().unwrap_or(f64::NAN);
        first + self.sum(|x| x - first) / self.as_slice().len() as f64
    }

    /// Mean of the values there are, and their population variance around it; NaN when empty.
    pub(super) fn mean_and_variance(&self) -> (f64, f64) {
        let mean = self.mean();
        (mean, self.sum(|x| (x - mean) * (x - mean)) / self.as_slice().len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_values_in_order() {
        let mut window = Window::new(3);
        let full: Vec<bool> = (1..=5).map(|x| window.push(f64::from(x))).collect();
        assert_eq!(full, [false, false, true, true, true]);
        assert_eq!(window.as_slice(), [3.0, 4.0, 5.0]);
        assert_eq!(window.oldest(), Some(3.0));
        window.clear();
        assert_eq!(window.iter().count(), 0);
        assert!(!window.push(9.0));
        assert_eq!((window.as_slice(), window.oldest()), ([9.0].as_slice(), Some(9.0)));
    }

    #[test]
    fn sums_depend_on_nothing_before_the_window() {
        let values: Vec<f64> = (0..40_u32).map(|i| f64::from(i * 7919 % 101) / 7.0).collect();
        let mut long = Window::new(11);
        for (end, value) in values.iter().enumerate() {
            if long.push(*value) {
                let mut fresh = Window::new(11);
                let window = &values[end - 10..=end];
                window.iter().for_each(|x| _ = fresh.push(*x));
                assert_eq!(long.mean_and_variance(), fresh.mean_and_variance());
                assert!((long.sum(|x| x) - window.iter().sum::<f64>()).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn equal_values_have_their_own_mean_and_no_variance() {
        let mut window = Window::new(10);
        for _ in 0..10 {
            window.push(0.1);
        }
        assert_eq!(window.mean_and_variance(), (0.1, 0.0));
    }

    #[test]
    fn mean_and_variance_by_hand() {
        let mut window = Window::new(4);
        for x in [9.0, 2.0, 4.0, 4.0, 6.0] {
            window.push(x);
        }
        assert_eq!(window.mean_and_variance(), (4.0, 2.0));
        assert!(Window::new(4).mean().is_nan());
    }
}
