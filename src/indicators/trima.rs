//! Triangular moving average.
//!
//! The average of averages: `sma(sma(x, a), b)` with a = b = (n+1)/2 for odd n, a = n/2 + 1 and b = n/2 for even n, so
//! that the weights rise to the middle of the window and fall again. Unit of the input. First value at bar n − 1;
//! memory finite, n bars. Source: TA-Lib TRIMA.

use serde::{Deserialize, Serialize};

use super::Sma;

/// Triangular moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trima {
    inner: Sma,
    outer: Sma,
}

impl Trima {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let outer = n.max(1).div_ceil(2);
        Self { inner: Sma::new(n.max(1) - outer + 1), outer: Sma::new(outer) }
    }

    /// Takes the newest value; gives the average once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        match self.inner.update(value) {
            Some(mean) => self.outer.update(mean),
            None => {
                self.outer.update(f64::NAN);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // n = 3 weighs 1 2 1; n = 4 weighs 1 2 2 1.
        let values = [4.0, 8.0, 4.0, 0.0, 12.0];
        let mut odd = Trima::new(3);
        assert_eq!(values.map(|x| odd.update(x)), [None, None, Some(6.0), Some(4.0), Some(4.0)]);
        let mut even = Trima::new(4);
        let got = values.map(|x| even.update(x));
        assert_eq!(got[..3], [None, None, None]);
        assert!((got[3].unwrap() - 28.0 / 6.0).abs() < 1e-12);
        assert!((got[4].unwrap() - 28.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn warms_up_again_after_an_unknown_value() {
        let mut trima = Trima::new(3);
        let got = [1.0, 1.0, 1.0, f64::NAN, 2.0, 2.0, 2.0].map(|x| trima.update(x));
        assert_eq!(got, [None, None, Some(1.0), None, None, None, Some(2.0)]);
    }
}
