//! How two series move together: correlation and beta.
//!
//! Over the last n bars, with deviations taken around the means in a second pass:
//! - `correl = sxy / √(sxx · syy)` of the values themselves, −1 to 1, from bar n − 1, over n bars;
//! - `beta = sxy / sxx` of the simple returns of both (0 where the older value is 0): the move of the second per
//!   move of the first; from bar n, over n + 1 bars.
//!
//! Either is 0 when its denominator is 0. Memory finite. Source: TA-Lib CORREL and BETA.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Two windows of equal length.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pairs {
    x: Window,
    y: Window,
}

/// Sums of squared and crossed deviations.
struct Moments {
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Pairs {
    fn new(n: usize) -> Self {
        Self { x: Window::new(n), y: Window::new(n) }
    }

    fn push(&mut self, x: f64, y: f64) -> Option<Moments> {
        if !(x.is_finite() && y.is_finite()) {
            self.clear();
            return None;
        }
        self.x.push(x);
        if !self.y.push(y) {
            return None;
        }
        let (mean_x, mean_y) = (self.x.mean(), self.y.mean());
        let mut sums = Moments { xx: 0.0, yy: 0.0, xy: 0.0 };
        for (x, y) in self.x.iter().zip(self.y.iter()) {
            let (x, y) = (x - mean_x, y - mean_y);
            sums.xx += x * x;
            sums.yy += y * y;
            sums.xy += x * y;
        }
        Some(sums)
    }

    fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
    }
}

/// Correlation of two inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Correl {
    pairs: Pairs,
}

impl Correl {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { pairs: Pairs::new(n) }
    }

    /// Takes the newest values; gives the correlation once `n` known pairs follow each other.
    pub fn update(&mut self, x: f64, y: f64) -> Option<f64> {
        let sums = self.pairs.push(x, y)?;
        // Rooted apart: the product of two small sums could be 0.
        let both = sums.xx.sqrt() * sums.yy.sqrt();
        Some(if both == 0.0 { 0.0 } else { (sums.xy / both).clamp(-1.0, 1.0) })
    }
}

/// Beta of the second input's returns on the first's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beta {
    last: Option<(f64, f64)>,
    pairs: Pairs,
}

impl Beta {
    /// Over `n` returns; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { last: None, pairs: Pairs::new(n) }
    }

    /// Takes the newest values; gives beta once `n` pairs of returns follow each other.
    pub fn update(&mut self, x: f64, y: f64) -> Option<f64> {
        if !(x.is_finite() && y.is_finite()) {
            self.last = None;
            self.pairs.clear();
            return None;
        }
        let (last_x, last_y) = self.last.replace((x, y))?;
        let simple = |now: f64, last: f64| if last == 0.0 { 0.0 } else { now / last - 1.0 };
        let sums = self.pairs.push(simple(x, last_x), simple(y, last_y))?;
        Some(if sums.xx == 0.0 { 0.0 } else { sums.xy / sums.xx })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_by_hand() {
        let mut correl = Correl::new(3);
        let got = [(1.0, 2.0), (2.0, 6.0), (3.0, 4.0), (4.0, 2.0)].map(|(x, y)| correl.update(x, y));
        // x −1 0 1, y −2 2 0: 2 / √(2 · 8); then y 2 0 −2.
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - 0.5).abs() < 1e-12);
        assert!((got[3].unwrap() + 1.0).abs() < 1e-12);
        let mut flat = Correl::new(2);
        assert_eq!([0.1, 0.1].map(|x| flat.update(x, 1.0)), [None, Some(0.0)]);
    }

    #[test]
    fn beta_by_hand() {
        // Returns of x 1, 0; of y 2, 0.
        let mut beta = Beta::new(2);
        let got = [(1.0, 1.0), (2.0, 3.0), (2.0, 3.0), (2.0, 3.0)].map(|(x, y)| beta.update(x, y));
        assert_eq!(got, [None, None, Some(2.0), Some(0.0)]);
        assert_eq!(beta.update(f64::NAN, 3.0), None);
        assert_eq!([2.0, 2.0].map(|x| beta.update(x, x)), [None, None]);
    }
}
