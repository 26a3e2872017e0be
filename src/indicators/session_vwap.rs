//! Volume-weighted average price since the session began.
//!
//! `sum(price · volume) / sum(volume)` over the session's bars so far, where a bar's price is its own vwap if known,
//! else `(high + low + close) / 3`. Unit of price. First value at the session's first bar with volume; memory finite:
//! the session. Source: the definition of the average.
//!
//! *Unknown input.* While no volume was traded there is no value. A bar whose volume, or whose price while it has
//! volume, is unknown makes the rest of its session unknown; the next session starts anew.

use serde::{Deserialize, Serialize};

use super::typical_price::typical_price;

/// Volume-weighted average price of the session so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SessionVwap {
    session: Option<i32>,
    /// NaN once unknown.
    money: f64,
    volume: f64,
}

impl SessionVwap {
    /// Before the first session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the newest bar, `session_date` counting days from any origin; gives the average once volume was traded.
    pub fn update(
        &mut self,
        session_date: i32,
        high: f64,
        low: f64,
        close: f64,
        volume: f64,
        vwap: f64,
    ) -> Option<f64> {
        if self.session.replace(session_date) != Some(session_date) {
            (self.money, self.volume) = (0.0, 0.0);
        }
        let price = if vwap.is_finite() { vwap } else { typical_price(high, low, close) };
        // Without volume the price says nothing, known or not.
        self.money += if volume == 0.0 { 0.0 } else { price * volume };
        self.volume += volume;
        let average = self.money / self.volume;
        (self.volume > 0.0 && average.is_finite()).then_some(average)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn by_hand() {
        let mut kernel = SessionVwap::new();
        assert_eq!(kernel.update(1, 9.0, 7.0, 8.0, 0.0, NAN), None);
        assert_eq!(kernel.update(1, 9.0, 7.0, 8.0, 1.0, NAN), Some(8.0));
        assert_eq!(kernel.update(1, 9.0, 7.0, 8.0, 3.0, 12.0), Some(11.0));
        assert_eq!(kernel.update(1, NAN, NAN, NAN, 0.0, NAN), Some(11.0));
        assert_eq!(kernel.update(2, 9.0, 7.0, 8.0, 3.0, NAN), Some(8.0));
    }

    #[test]
    fn unknown_until_the_next_session() {
        let mut kernel = SessionVwap::new();
        let bars = [(1, 2.0), (1, NAN), (1, 2.0), (2, 2.0)];
        let got = bars.map(|(session, volume)| kernel.update(session, 5.0, 5.0, 5.0, volume, NAN));
        assert_eq!(got, [Some(5.0), None, None, Some(5.0)]);
        assert_eq!(kernel.update(2, 5.0, NAN, 5.0, 1.0, NAN), None);
        assert_eq!(kernel.update(2, 5.0, 5.0, 5.0, 1.0, NAN), None);
        assert_eq!(kernel.update(3, 5.0, 5.0, 5.0, 1.0, NAN), Some(5.0));
    }
}
