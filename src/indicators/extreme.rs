//! The largest or smallest of the last n values.
//!
//! The extreme is kept with its age; only when it leaves the window is the window looked through again. Of equal
//! values the newest counts. The answer is one of the values themselves, so nothing can drift.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// The running extreme of a window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Extreme {
    /// 1 for the largest, −1 for the smallest: the window holds values times this, and the largest is looked for.
    sign: f64,
    window: Window,
    best: f64,
    /// Bars since the best; 0 when it is the newest value.
    age: usize,
}

impl Extreme {
    /// The largest of the last `n` values; 0 counts as 1.
    pub(super) fn highest(n: usize) -> Self {
        Self { sign: 1.0, window: Window::new(n), best: f64::NEG_INFINITY, age: 0 }
    }

    /// The smallest of the last `n` values; 0 counts as 1.
    pub(super) fn lowest(n: usize) -> Self {
        Self { sign: -1.0, ..Self::highest(n) }
    }

    /// Adds the newest value; gives the extreme once `n` known values follow each other.
    pub(super) fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.clear();
            return None;
        }
        let signed = self.sign * value;
        let full = self.window.push(signed);
        self.age += 1;
        if signed >= self.best {
            (self.best, self.age) = (signed, 0);
        } else if self.age >= self.window.as_slice().len() {
            self.look();
        }
        full.then_some(self.sign * self.best)
    }

    /// Bars since the extreme; 0 when it is the newest value.
    pub(super) fn age(&self) -> usize {
        self.age
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.window.clear();
        (self.best, self.age) = (f64::NEG_INFINITY, 0);
    }

    fn look(&mut self) {
        let best = self.window.iter().fold(f64::NEG_INFINITY, f64::max);
        self.age = self.window.as_slice().iter().rev().position(|x| *x == best).unwrap_or(0);
        self.best = best;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_a_scan_of_each_window() {
        let values: Vec<f64> = (0..300_u32).map(|i| f64::from(i * 7919 % 23)).collect();
        for n in [1, 2, 3, 10, 50] {
            let (mut highest, mut lowest) = (Extreme::highest(n), Extreme::lowest(n));
            for end in 1..=values.len() {
                let (high, low) = (highest.update(values[end - 1]), lowest.update(values[end - 1]));
                if end < n {
                    assert_eq!((high, low), (None, None));
                    continue;
                }
                let window = &values[end - n..end];
                let max = window.iter().copied().fold(f64::MIN, f64::max);
                assert_eq!(high, Some(max));
                assert_eq!(low, Some(window.iter().copied().fold(f64::MAX, f64::min)));
                assert_eq!(highest.age(), window.iter().rev().position(|x| *x == max).unwrap());
            }
        }
    }

    #[test]
    fn forgets_at_an_unknown_value() {
        let mut highest = Extreme::highest(2);
        let got = [9.0, 8.0, f64::NAN, 1.0, 2.0].map(|x| highest.update(x));
        assert_eq!(got, [None, Some(9.0), None, None, Some(2.0)]);
    }
}
