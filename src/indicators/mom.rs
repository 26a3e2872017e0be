//! Momentum: change over n bars.
//!
//! `mom(t) = x(t) − x(t−n)`. Unit of the input. First value at bar n; memory finite, n + 1 bars. Source: TA-Lib MOM.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Change over `n` bars.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mom {
    window: Window,
}

impl Mom {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n.max(1).saturating_add(1)) }
    }

    /// Takes the newest value; gives the change once `n` bars came before it.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        Some(value - self.window.oldest()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut mom = Mom::new(2);
        let got = [4.0, 1.0, 5.0, f64::NAN, 6.0, 7.0, 8.0].map(|x| mom.update(x));
        assert_eq!(got, [None, None, Some(1.0), None, None, None, Some(2.0)]);
    }
}
