//! Simple moving average: the mean of the last n values.
//!
//! `sma(t) = (x(t−n+1) + … + x(t)) / n`. Unit of the input. First value at bar n − 1; memory finite, n bars.
//! Source: TA-Lib SMA.

use super::window::Window;

/// Simple moving average.
#[derive(Debug, Clone)]
pub struct Sma {
    window: Window,
}

impl Sma {
    /// Over `n` bars.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n) }
    }

    /// Takes the newest value; gives the mean once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        self.window.push(value).then(|| self.window.mean())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_three() {
        let mut sma = Sma::new(3);
        let got: Vec<_> = [1.0, 2.0, 6.0, 7.0].map(|x| sma.update(x)).to_vec();
        assert_eq!(got, [None, None, Some(3.0), Some(5.0)]);
    }

    #[test]
    fn unknown_while_an_unknown_value_is_in_the_window() {
        let mut sma = Sma::new(2);
        let got: Vec<_> = [1.0, 2.0, f64::NAN, 4.0, 6.0].map(|x| sma.update(x)).to_vec();
        assert_eq!(got, [None, Some(1.5), None, None, Some(5.0)]);
    }

    #[test]
    fn a_huge_value_leaves_no_trace() {
        let mut sma = Sma::new(2);
        for value in [1e300, 0.1, 0.2] {
            sma.update(value);
        }
        assert_eq!(sma.update(0.4), Some((0.2 + 0.4) / 2.0));
    }
}
