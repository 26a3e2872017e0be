//! Straight line of least squares through a window.
//!
//! Through the points (i, x) of the last n values, i counted from 0 at the oldest: `slope`, `intercept` (the line at
//! i = 0), `value` (at the newest bar, i = n − 1), `forecast` (at the next, i = n), `angle` of the slope in degrees.
//! With `c = i − (n−1)/2`, `slope = sum of c·x / sum of c²`. Units: the input's, of slope the input's per bar.
//! A line needs two points: periods below 2 count as 2. First value at bar n − 1; memory finite, n bars.
//! Source: TA-Lib LINEARREG, LINEARREG_SLOPE, LINEARREG_INTERCEPT, LINEARREG_ANGLE and TSF.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Straight line through the last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinearRegression {
    window: Window,
    /// Half the window's length in steps: from its middle to its ends.
    half: f64,
    /// Sum of the squared distances from the middle.
    squares: f64,
}

/// The five outputs of [`LinearRegression`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearRegressionValue {
    /// The line at the newest bar.
    pub value: f64,
    /// Rise per bar.
    pub slope: f64,
    /// The line at the window's oldest bar.
    pub intercept: f64,
    /// Angle of the slope, in degrees.
    pub angle: f64,
    /// The line one bar after the newest.
    pub forecast: f64,
}

impl LinearRegression {
    /// Over `n` bars; less than 2 counts as 2.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let n = n.max(2);
        let bars = n as f64;
        Self { window: Window::new(n), half: (bars - 1.0) / 2.0, squares: bars * (bars * bars - 1.0) / 12.0 }
    }

    /// Takes the newest value; gives the line once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<LinearRegressionValue> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        let mean = self.window.mean();
        let places = (0_u32..).map(|i| f64::from(i) - self.half);
        let slope = self.window.iter().zip(places).map(|(x, place)| place * (x - mean)).sum::<f64>() / self.squares;
        let at = |place: f64| mean + slope * place;
        Some(LinearRegressionValue {
            value: at(self.half),
            slope,
            intercept: at(-self.half),
            angle: slope.atan().to_degrees(),
            forecast: at(self.half + 1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Through (0, 1), (1, 4), (2, 4): slope 3/2, mean 3.
        let mut line = LinearRegression::new(3);
        let got = [1.0, 4.0, 4.0].map(|x| line.update(x));
        assert_eq!(got[..2], [None, None]);
        let got = got[2].unwrap();
        assert_eq!((got.value, got.slope, got.intercept, got.forecast), (4.5, 1.5, 1.5, 6.0));
        assert!((got.angle - 56.309_932_474_020_21).abs() < 1e-12);
        assert_eq!(line.update(f64::NAN), None);
    }

    #[test]
    fn one_point_makes_no_line() {
        let mut line = LinearRegression::new(0);
        assert_eq!(line.update(1.0), None);
        assert_eq!(line.update(2.0).map(|line| line.angle), Some(45.0));
    }
}
