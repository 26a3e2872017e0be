//! Sum of a window.
//!
//! Of the last n values, taken afresh at every bar. Unit of the input. First value at bar n − 1; memory finite, n
//! bars. Source: TA-Lib SUM.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Sum of the last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sum {
    window: Window,
}

impl Sum {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n) }
    }

    /// Takes the newest value; gives the sum once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        self.window.push(value).then(|| self.window.sum(|x| x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand_and_without_drift() {
        let mut sum = Sum::new(2);
        let got = [1e17, 1.0, 2.0, f64::NAN, 3.0, 4.0].map(|x| sum.update(x));
        assert_eq!(got, [None, Some(1e17 + 1.0), Some(3.0), None, None, Some(7.0)]);
    }
}
