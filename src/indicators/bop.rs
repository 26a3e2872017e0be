//! Balance of power: the part of the bar's range that the price made good.
//!
//! `bop = (close − open) / (high − low)`, 0 when the range is 0. From −1 to 1. First value at bar 0; memory finite, 1
//! bar. Source: TA-Lib BOP.

use serde::{Deserialize, Serialize};

/// Balance of power.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Bop {}

impl Bop {
    /// It needs no past.
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Takes the newest bar; gives its balance.
    pub fn update(&mut self, open: f64, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = high - low;
        if !(range.is_finite() && open.is_finite() && close.is_finite()) {
            return None;
        }
        Some(if range <= 0.0 { 0.0 } else { (close - open) / range })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut bop = Bop::new();
        assert_eq!(bop.update(9.0, 12.0, 8.0, 11.0), Some(0.5));
        assert_eq!(bop.update(9.0, 9.0, 9.0, 9.0), Some(0.0));
        assert_eq!(bop.update(f64::NAN, 12.0, 8.0, 11.0), None);
    }
}
