//! The largest or smallest of the last n values, in constant time a value on average.
//!
//! A queue holds only the values that may still become the extreme: each is beaten by none after it. Of equal values
//! the newest stays. The answer is one of the values themselves, so nothing can drift.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The running extreme of a window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Extreme {
    n: u64,
    /// 1 for the largest, −1 for the smallest: the queue sees values times this and always looks for the largest.
    sign: f64,
    seen: u64,
    /// Candidates with the bar they came at, best (and oldest) first.
    queue: VecDeque<(u64, f64)>,
}

impl Extreme {
    /// The largest of the last `n` values; 0 counts as 1.
    pub(super) fn highest(n: usize) -> Self {
        Self { n: n.max(1) as u64, sign: 1.0, seen: 0, queue: VecDeque::new() }
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
        while self.queue.back().is_some_and(|(_, last)| *last <= signed) {
            self.queue.pop_back();
        }
        self.queue.push_back((self.seen, signed));
        self.seen += 1;
        while self.queue.front().is_some_and(|(bar, _)| bar.saturating_add(self.n) < self.seen) {
            self.queue.pop_front();
        }
        let (_, best) = self.queue.front()?;
        (self.seen >= self.n).then_some(self.sign * best)
    }

    /// Bars since the extreme; 0 when it is the newest value.
    pub(super) fn age(&self) -> u64 {
        self.queue.front().map_or(0, |(bar, _)| self.seen - 1 - bar)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.seen = 0;
        self.queue.clear();
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
                assert_eq!(highest.age() as usize, window.iter().rev().position(|x| *x == max).unwrap());
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
