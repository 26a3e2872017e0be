//! Accumulation/distribution line and Chaikin's oscillator.
//!
//! A bar's flow is `volume · ((close − low) − (high − close)) / (high − low)`, 0 when the range is 0.
//! `ad` is the sum of all flows, from bar 0, in the unit of volume. `adosc = ema(ad, fast) − ema(ad, slow)`, both
//! averages starting at the first bar's ad; unit of volume, first value at bar max(fast, slow) − 1.
//! Source: TA-Lib AD and ADOSC.
//!
//! *Memory.* The line is anchored: its level depends on the first bar. The level cancels in the oscillator, which is
//! taken as distances of its averages from the line and thus decays.
//!
//! *Unknown input.* Bars before the first known flow are passed over. From a later bar on whose flow is unknown, the
//! line is unknown for good, like `Obv`; the oscillator starts again. A bar without range needs no volume.

use serde::{Deserialize, Serialize};

/// A bar's volume times where it closed in its range, −1 at the low to 1 at the high; NaN when unknown.
fn flow(high: f64, low: f64, close: f64, volume: f64) -> f64 {
    let range = high - low;
    if range <= 0.0 && close.is_finite() { 0.0 } else { ((close - low) - (high - close)) / range * volume }
}

/// Accumulation/distribution line.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Ad {
    /// Before the start `None`; NaN once the sum is unknown.
    total: Option<f64>,
}

impl Ad {
    /// An empty sum.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the newest bar; gives the sum from the first known flow on.
    pub fn update(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let flow = flow(high, low, close, volume);
        let total = match self.total {
            None if !flow.is_finite() => return None,
            total => total.unwrap_or(0.0) + flow,
        };
        self.total = Some(total);
        total.is_finite().then_some(total)
    }
}

/// Chaikin's oscillator: how the accumulation/distribution line moves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adosc {
    fast: usize,
    slow: usize,
    seen: usize,
    /// Fast average minus the line.
    fast_distance: f64,
    /// Slow average minus the line.
    slow_distance: f64,
}

impl Adosc {
    /// Averages over `fast` and `slow` bars; 0 counts as 1.
    #[must_use]
    pub fn new(fast: usize, slow: usize) -> Self {
        Self { fast: fast.max(1), slow: slow.max(1), seen: 0, fast_distance: 0.0, slow_distance: 0.0 }
    }

    /// Takes the newest bar; gives the difference once as many bars were seen as the longer period has.
    pub fn update(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let flow = flow(high, low, close, volume);
        if !flow.is_finite() {
            *self = Self::new(self.fast, self.slow);
            return None;
        }
        if self.seen > 0 {
            // The line moves away by the flow, then the average follows by its weight.
            let follow = |distance: f64, n: usize| (distance - flow) * (1.0 - 2.0 / (n as f64 + 1.0));
            self.fast_distance = follow(self.fast_distance, self.fast);
            self.slow_distance = follow(self.slow_distance, self.slow);
        }
        let first = self.fast.max(self.slow);
        self.seen = self.seen.saturating_add(1).min(first);
        (self.seen == first).then_some(self.fast_distance - self.slow_distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_by_hand() {
        let mut ad = Ad::new();
        let bars = [(10.0, 8.0, 10.0, 5.0), (12.0, 8.0, 9.0, 4.0), (9.0, 9.0, 9.0, f64::NAN)];
        let got = bars.map(|(high, low, close, volume)| ad.update(high, low, close, volume));
        assert_eq!(got, [5.0, 3.0, 3.0].map(Some));
    }

    #[test]
    fn starts_at_the_first_known_flow_and_ends_at_a_missing_one() {
        let mut ad = Ad::new();
        let got = [f64::NAN, 2.0, f64::NAN, 2.0].map(|volume| ad.update(2.0, 1.0, 2.0, volume));
        assert_eq!(got, [None, Some(2.0), None, None]);
    }

    #[test]
    fn oscillator_by_hand() {
        // Flows 5, 6, 3: the line is 5, 11, 14; averages with weights 1 and 1/2: 5, 11, 14 and 5, 8, 11.
        let mut adosc = Adosc::new(1, 3);
        let got = [5.0, 6.0, 3.0].map(|volume| adosc.update(2.0, 1.0, 2.0, volume));
        assert_eq!(got, [None, None, Some(3.0)]);
        assert_eq!(adosc.update(2.0, 1.0, 2.0, f64::NAN), None);
        let again = [5.0, 6.0, 3.0].map(|volume| adosc.update(2.0, 1.0, 2.0, volume));
        assert_eq!(again, got);
    }
}
