//! Rank of the newest value in its window, as a share of the window.
//!
//! [`PercentileRank`]: the share of the last n values, the newest included, that are not above the newest; from 1/n to
//! 1. [`Rank`]: the same with ties in the middle, as pandas' `rolling(n).rank(pct=True)`. First value at bar n − 1;
//!    memory finite, n bars. Source: the weak and the mean percentile rank of statistics.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Percentile rank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PercentileRank {
    window: Window,
    n: f64,
}

impl PercentileRank {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n), n: n.max(1) as f64 }
    }

    /// Takes the newest value; gives its rank once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        self.window.push(value).then(|| self.window.iter().filter(|x| *x <= value).count() as f64 / self.n)
    }
}

/// Mean percentile rank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rank {
    window: Window,
    n: f64,
}

impl Rank {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n), n: n.max(1) as f64 }
    }

    /// Takes the newest value; gives its rank once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        self.window.push(value).then(|| {
            let (below, equal) = self.window.iter().fold((0.0, 0.0), |(below, equal), x| {
                (below + f64::from(u8::from(x < value)), equal + f64::from(u8::from(x == value)))
            });
            (below + (equal + 1.0) / 2.0) / self.n
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut rank = PercentileRank::new(4);
        let got = [3.0, 1.0, 2.0, 2.0, 9.0, f64::NAN].map(|x| rank.update(x));
        assert_eq!(got, [None, None, None, Some(0.75), Some(1.0), None]);
    }

    #[test]
    fn ties_rank_in_the_middle() {
        let mut rank = Rank::new(4);
        let got = [3.0, 1.0, 2.0, 2.0, 9.0, f64::NAN].map(|x| rank.update(x));
        assert_eq!(got, [None, None, None, Some(0.625), Some(1.0), None]);
    }
}
