//! Spread of a window: variance, standard deviation, z-score.
//!
//! Over the last n values, `var = mean of (x − mean)²`, `stddev = √var` (population, dividing by n),
//! `zscore = (x(t) − mean) / stddev`, unknown when the deviation is 0. Units: the input's squared, the input's, none.
//! First value at bar n − 1; memory finite, n bars. Source: TA-Lib VAR and STDDEV; the z-score is not in TA-Lib.
//!
//! Deviations are taken around the mean in a second pass, so that a large mean costs the spread no digits and equal
//! values have exactly none.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Population variance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Var {
    window: Window,
}

impl Var {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n) }
    }

    /// Takes the newest value; gives the variance once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.mean_and_variance(value).map(|(_, variance)| variance)
    }

    fn mean_and_variance(&mut self, value: f64) -> Option<(f64, f64)> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        self.window.push(value).then(|| self.window.mean_and_variance())
    }
}

/// Population standard deviation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stddev {
    var: Var,
}

impl Stddev {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { var: Var::new(n) }
    }

    /// Takes the newest value; gives the deviation once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.var.update(value).map(f64::sqrt)
    }
}

/// Distance from the window's mean in standard deviations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Zscore {
    var: Var,
}

impl Zscore {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { var: Var::new(n) }
    }

    /// Takes the newest value; gives the score once `n` known values, not all equal, follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let (mean, variance) = self.var.mean_and_variance(value)?;
        (variance > 0.0).then(|| (value - mean) / variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (mut var, mut stddev, mut zscore) = (Var::new(2), Stddev::new(2), Zscore::new(2));
        let values = [2.0, 6.0, 6.0, f64::NAN, 1.0, 0.0];
        assert_eq!(values.map(|x| var.update(x)), [None, Some(4.0), Some(0.0), None, None, Some(0.25)]);
        assert_eq!(values.map(|x| stddev.update(x)), [None, Some(2.0), Some(0.0), None, None, Some(0.5)]);
        assert_eq!(values.map(|x| zscore.update(x)), [None, Some(1.0), None, None, None, Some(-1.0)]);
    }

    #[test]
    fn equal_cents_have_no_spread() {
        let (mut var, mut zscore) = (Var::new(7), Zscore::new(7));
        let got: Vec<_> = (0..7).map(|_| (var.update(10.07), zscore.update(10.07))).collect();
        assert_eq!(got[6], (Some(0.0), None));
    }
}
