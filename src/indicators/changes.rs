//! Average gain and loss, Wilder's smoothing: what RSI and CMO have in common.
//!
//! Gains and losses are the positive and negative parts of `x(t) − x(t−1)`. Their averages start as the mean of the
//! first n, then `avg(t) = (avg(t−1)·(n−1) + part(t)) / n`. First answer at bar n.

use serde::{Deserialize, Serialize};

/// Smoothed gains and losses of a series.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Changes {
    n: usize,
    last: Option<f64>,
    seen: usize,
    gain: f64,
    loss: f64,
}

/// What [`Changes`] knows after a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Averages {
    pub(super) gain: f64,
    pub(super) loss: f64,
}

impl Changes {
    /// Over `n` changes; 0 counts as 1.
    pub(super) fn new(n: usize) -> Self {
        Self { n: n.max(1), last: None, seen: 0, gain: 0.0, loss: 0.0 }
    }

    /// Takes the newest value; gives the averages once `n` changes were seen.
    pub(super) fn update(&mut self, value: f64) -> Option<Averages> {
        if !value.is_finite() {
            *self = Self::new(self.n);
            return None;
        }
        let change = value - self.last.replace(value)?;
        let (gain, loss) = (change.max(0.0), (-change).max(0.0));
        let n = self.n as f64;
        if self.seen < self.n {
            self.seen += 1;
            self.gain += gain;
            self.loss += loss;
            if self.seen < self.n {
                return None;
            }
            self.gain /= n;
            self.loss /= n;
        } else {
            self.gain = (self.gain * (n - 1.0) + gain) / n;
            self.loss = (self.loss * (n - 1.0) + loss) / n;
        }
        Some(Averages { gain: self.gain, loss: self.loss })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Changes +2, −1, then +3, then none.
        let mut changes = Changes::new(2);
        let got = [10.0, 12.0, 11.0, 14.0, 14.0].map(|x| changes.update(x));
        assert_eq!(got[..2], [None, None]);
        assert_eq!(got[2], Some(Averages { gain: 1.0, loss: 0.5 }));
        assert_eq!(got[3], Some(Averages { gain: 2.0, loss: 0.25 }));
        assert_eq!(got[4], Some(Averages { gain: 1.0, loss: 0.125 }));
    }
}
