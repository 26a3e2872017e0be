//! Volatility per bar, not annualised.
//!
//! - `realised_volatility = √(mean of ln(x(t)/x(t−1))² over the last n bars)`, from bar n, over n + 1 bars;
//! - `return_deviation = √(Σ (r − mean r)² / (n − 1))` of the last n log returns `r = ln(x(t)/x(t−1))`, from bar n, over
//!   n + 1 bars: their sample standard deviation;
//! - `parkinson = √(mean of ln(high/low)² over the last n bars / (4·ln 2))`, from bar n − 1, over n bars.
//!
//! Fractions; memory finite. A price that is not positive has no logarithm and counts as unknown. Source: the sum of
//! squared returns without their mean; Parkinson 1980, The extreme value method for estimating the variance of the
//! rate of return.

use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};

use super::window::Window;

/// `ln(a/b)²`; NaN where a price has no logarithm.
fn squared_log_ratio(a: f64, b: f64) -> f64 {
    if a > 0.0 && b > 0.0 { (a / b).ln().powi(2) } else { f64::NAN }
}

/// Root mean square of log returns.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RealisedVolatility {
    last: Option<f64>,
    squares: Window,
}

impl RealisedVolatility {
    /// Over `n` returns; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { last: None, squares: Window::new(n) }
    }

    /// Takes the newest value; gives the volatility once `n` returns are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !(value.is_finite() && value > 0.0) {
            self.last = None;
            self.squares.clear();
            return None;
        }
        let last = self.last.replace(value)?;
        self.squares.push(squared_log_ratio(value, last)).then(|| self.squares.mean().max(0.0).sqrt())
    }
}

/// Sample standard deviation of log returns.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReturnDeviation {
    last: Option<f64>,
    returns: Window,
    n: usize,
}

impl ReturnDeviation {
    /// Over `n` returns; less than 2 counts as 2.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { last: None, returns: Window::new(n.max(2)), n: n.max(2) }
    }

    /// Takes the newest value; gives the deviation once `n` returns are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !(value.is_finite() && value > 0.0) {
            self.last = None;
            self.returns.clear();
            return None;
        }
        let last = self.last.replace(value)?;
        let n = self.n as f64;
        self.returns.push((value / last).ln()).then(|| (self.returns.mean_and_variance().1 * n / (n - 1.0)).sqrt())
    }
}

/// Parkinson's volatility from highs and lows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Parkinson {
    squares: Window,
}

impl Parkinson {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { squares: Window::new(n) }
    }

    /// Takes the newest bar; gives the volatility once `n` known bars follow each other.
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        let square = squared_log_ratio(high, low);
        if !square.is_finite() {
            self.squares.clear();
            return None;
        }
        self.squares.push(square).then(|| (self.squares.mean().max(0.0) / (4.0 * LN_2)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realised_by_hand() {
        // Log returns 1 and −1, then −1 and 0.
        let e = std::f64::consts::E;
        let mut kernel = RealisedVolatility::new(2);
        let got = [1.0, e, 1.0, 1.0].map(|x| kernel.update(x));
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - 1.0).abs() < 1e-12);
        assert!((got[3].unwrap() - 0.5_f64.sqrt()).abs() < 1e-12);
        assert_eq!([0.0, 1.0, -1.0].map(|x| kernel.update(x)), [None, None, None]);
    }

    #[test]
    fn return_deviation_by_hand() {
        // Log returns 1, −1, 0: mean 0, squares 2 over n − 1 = 2. Then −1, 0, 1: the same; a drift has no deviation.
        let e = std::f64::consts::E;
        let mut kernel = ReturnDeviation::new(3);
        let got = [1.0, e, 1.0, 1.0, e].map(|x| kernel.update(x));
        assert_eq!(got[..3], [None, None, None]);
        assert!(got[3..].iter().all(|found| (found.unwrap() - 1.0).abs() < 1e-12), "{got:?}");
        let mut drift = ReturnDeviation::new(2);
        let got = [1.0, 2.0, 4.0].map(|x| drift.update(x));
        assert_eq!(got, [None, None, Some(0.0)]);
        assert_eq!([0.0, 1.0, -1.0].map(|x| drift.update(x)), [None, None, None]);
    }

    #[test]
    fn parkinson_by_hand() {
        // ln(16/1) = 4 ln 2: √(16·ln²2 / (4·ln 2)) = 2·√ln 2.
        let mut kernel = Parkinson::new(1);
        assert!((kernel.update(16.0, 1.0).unwrap() - 2.0 * LN_2.sqrt()).abs() < 1e-12);
        assert_eq!([0.0, -1.0, f64::NAN].map(|low| kernel.update(16.0, low)), [None, None, None]);
        assert_eq!(kernel.update(3.0, 3.0), Some(0.0));
    }
}
