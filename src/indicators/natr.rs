//! True range and its average in percent of the close.
//!
//! `trange = max(high − low, |high − last close|, |low − last close|)`, in the unit of price, from bar 1; memory
//! finite, 2 bars. `natr = 100 · atr / close`, in percent, 0 when the close is 0, from bar n; memory decaying.
//! Source: TA-Lib TRANGE and NATR (from n = 2 on; its n = 1 is the plain true range).

use serde::{Deserialize, Serialize};

use super::Atr;
use super::atr::true_range;

/// True range.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Trange {
    last_close: Option<f64>,
}

impl Trange {
    /// Before the first bar.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the newest bar; gives its true range once a bar came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            self.last_close = None;
            return None;
        }
        Some(true_range(high, low, self.last_close.replace(close)?))
    }
}

/// Average true range in percent of the close.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Natr {
    atr: Atr,
}

impl Natr {
    /// Over `n` true ranges; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { atr: Atr::new(n) }
    }

    /// Takes the newest bar; gives the average once `n` true ranges were seen.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let atr = self.atr.update(high, low, close)?;
        Some(if close == 0.0 { 0.0 } else { 100.0 * (atr / close) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let bars = [(10.0, 9.0, 10.0), (12.0, 11.0, 11.0), (12.0, 8.0, 8.0)];
        let mut trange = Trange::new();
        assert_eq!(bars.map(|(high, low, close)| trange.update(high, low, close)), [None, Some(2.0), Some(4.0)]);
        assert_eq!([f64::NAN, 9.0].map(|x| trange.update(x, x, x)), [None, None]);
        let mut natr = Natr::new(2);
        assert_eq!(bars.map(|(high, low, close)| natr.update(high, low, close)), [None, None, Some(37.5)]);
    }
}
