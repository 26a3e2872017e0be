//! Money flow index.
//!
//! `p = (high + low + close) / 3`; a bar's flow `p · volume` counts as gained when p rose, as lost when it fell, and
//! not at all when it stayed or moved by no more than rounding. Over the last n bars
//! `mfi = 100 · gained / (gained + lost)`, and 0 when nothing flowed. From 0 to 100. First value at bar n; memory
//! finite, n + 1 bars. Source: TA-Lib MFI.

use serde::{Deserialize, Serialize};

use super::rounding::nearly_equal;
use super::typical_price::typical_price;
use super::window::Window;

/// Money flow index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mfi {
    last: Option<f64>,
    /// Flows, lost ones negative.
    flows: Window,
}

impl Mfi {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { last: None, flows: Window::new(n) }
    }

    /// Takes the newest bar; gives the index once `n` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let price = typical_price(high, low, close);
        if !(price.is_finite() && volume.is_finite()) {
            self.last = None;
            self.flows.clear();
            return None;
        }
        let last = self.last.replace(price)?;
        let flow = price * volume;
        let signed = if nearly_equal(price, last) { 0.0 } else { flow.copysign(price - last) };
        if !self.flows.push(signed) {
            return None;
        }
        let gained = self.flows.sum(|flow| flow.max(0.0));
        let lost = self.flows.sum(|flow| (-flow).max(0.0));
        let both = gained + lost;
        Some(if both == 0.0 { 0.0 } else { 100.0 * (gained / both) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut mfi = Mfi::new(2);
        let got =
            [(10.0, 7.0), (12.0, 5.0), (10.0, 2.0), (10.0, 9.0), (10.0, 9.0)].map(|(p, v)| mfi.update(p, p, p, v));
        // Gained 60, lost 20, then nothing.
        assert_eq!(got, [None, None, Some(75.0), Some(0.0), Some(0.0)]);
        assert_eq!(mfi.update(10.0, 10.0, 10.0, f64::NAN), None);
    }
}
