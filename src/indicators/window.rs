//! The last n values of a series, oldest first.
//!
//! Sums are taken afresh over the window, always from the oldest to the newest value: they can't drift however long
//! the series, and they don't depend on what was before the window, not even in the last bit. The mean is taken as
//! the oldest value plus the mean distance from it, so that a window of equal values has exactly that mean and no
//! deviation.

use serde::{Deserialize, Serialize};

/// A ring of the last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Window {
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
        } else {
            self.values[self.oldest] = value;
            self.oldest = if self.oldest + 1 == self.n { 0 } else { self.oldest + 1 };
        }
        self.values.len() == self.n
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.oldest = 0;
    }

    /// Oldest to newest.
    pub(super) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let (newer, older) = self.values.split_at(self.oldest);
        older.iter().chain(newer).copied()
    }

    /// The oldest value, if there is one.
    pub(super) fn oldest(&self) -> Option<f64> {
        self.values.get(self.oldest).copied()
    }

    /// Mean of the values there are; NaN when empty.
    pub(super) fn mean(&self) -> f64 {
        let first = self.oldest().unwrap_or(f64::NAN);
        first + self.iter().map(|x| x - first).sum::<f64>() / self.values.len() as f64
    }

    /// Population variance of the values there are, around their mean; NaN when empty.
    pub(super) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / self.values.len() as f64
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
        assert_eq!(window.iter().collect::<Vec<_>>(), [3.0, 4.0, 5.0]);
        assert_eq!(window.oldest(), Some(3.0));
        window.clear();
        assert_eq!(window.iter().count(), 0);
        assert!(!window.push(9.0));
    }

    #[test]
    fn equal_values_have_their_own_mean_and_no_variance() {
        let mut window = Window::new(10);
        for _ in 0..10 {
            window.push(0.1);
        }
        assert_eq!((window.mean(), window.variance()), (0.1, 0.0));
    }

    #[test]
    fn mean_and_variance_by_hand() {
        let mut window = Window::new(4);
        for x in [9.0, 2.0, 4.0, 4.0, 6.0] {
            window.push(x);
        }
        assert_eq!((window.mean(), window.variance()), (4.0, 2.0));
    }
}
