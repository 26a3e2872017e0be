//! Weighted moving average.
//!
//! `wma = (1·x(t−n+1) + 2·x(t−n+2) + … + n·x(t)) / (n·(n+1)/2)`: the newest value weighs most. Unit of the input.
//! Taken afresh at every bar as distances from the window's oldest value, so that equal values average to exactly
//! themselves. First value at bar n − 1; memory finite, n bars. Source: TA-Lib WMA.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Weighted moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wma {
    window: Window,
    weights: f64,
}

impl Wma {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        let bars = n.max(1) as f64;
        Self { window: Window::new(n), weights: bars * (bars + 1.0) / 2.0 }
    }

    /// Takes the newest value; gives the average once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        let first = self.window.oldest()?;
        let weighted: f64 = self.window.iter().zip(1_u32..).map(|(x, weight)| (x - first) * f64::from(weight)).sum();
        Some(first + weighted / self.weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // (1·3 + 2·6 + 3·9) / 6 = 7.
        let mut wma = Wma::new(3);
        assert_eq!([3.0, 6.0, 9.0].map(|x| wma.update(x)), [None, None, Some(7.0)]);
        assert_eq!(wma.update(f64::NAN), None);
        assert_eq!([0.1; 4].map(|x| wma.update(x)), [None, None, Some(0.1), Some(0.1)]);
    }
}
