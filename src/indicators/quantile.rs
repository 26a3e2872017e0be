//! Quantile of a window: its sorted values at q (n − 1), linear between neighbours.
//!
//! First value at bar n − 1; memory finite, n bars. Source: Hyndman and Fan 1996, type 7; pandas' `rolling(n).quantile(q)`.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Quantile of the last values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quantile {
    window: Window,
    /// The same values, ascending.
    sorted: Vec<f64>,
    n: usize,
    q: f64,
}

impl Quantile {
    /// Of `n` bars, 0 counts as 1; `q` from 0 to 1, anything else is taken to the nearer end.
    #[must_use]
    pub fn new(n: usize, q: f64) -> Self {
        Self { window: Window::new(n), sorted: Vec::new(), n: n.max(1), q: q.clamp(0.0, 1.0) }
    }

    /// Takes the newest value; gives the quantile once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            self.sorted.clear();
            return None;
        }
        if self.sorted.len() == self.n
            && let Some(oldest) = self.window.oldest()
        {
            let at = self.sorted.partition_point(|x| *x < oldest);
            self.sorted.remove(at);
        }
        let at = self.sorted.partition_point(|x| *x < value);
        self.sorted.insert(at, value);
        self.window.push(value).then(|| self.at(self.q * (self.n - 1) as f64))
    }

    /// Between the two values around a place.
    fn at(&self, place: f64) -> f64 {
        let (low, part) = (place.floor() as usize, place.fract());
        let high = (low + 1).min(self.n - 1);
        self.sorted[low] + part * (self.sorted[high] - self.sorted[low])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut median = Quantile::new(3, 0.5);
        let got = [3.0, 1.0, 2.0, 9.0, 9.0, f64::NAN, 1.0].map(|x| median.update(x));
        assert_eq!(got, [None, None, Some(2.0), Some(2.0), Some(9.0), None, None]);
        let mut upper = Quantile::new(4, 0.8);
        let got = [10.0, 40.0, 20.0, 30.0].map(|x| upper.update(x));
        assert!((got[3].unwrap() - 34.0).abs() < 1e-12, "between the third and the fourth");
        let ends = [(0.0, 1.0), (1.0, 3.0)].map(|(q, wanted)| {
            let mut end = Quantile::new(3, q);
            [2.0, 3.0, 1.0].map(|x| end.update(x))[2] == Some(wanted)
        });
        assert_eq!(ends, [true, true]);
    }
}
