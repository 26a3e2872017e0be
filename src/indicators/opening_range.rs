//! Range of a session's first n bars, and where the close lies in it.
//!
//! `high` and `low` of the session's first n bars, in the unit of price; `position = (close − low) / (high − low)`, 0
//! at the low and 1 at the high, beyond either when the price left the range; unknown when the range is 0. Known from
//! the session's bar n − 1 on; in a shorter session never. Memory finite: the session. Source: the definition.
//!
//! *Unknown input.* A bar among the first n whose high, low or close is unknown leaves its session without a range.
//! Later only an unknown close matters, to that bar's position alone.

use serde::{Deserialize, Serialize};

/// Opening range of the session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpeningRange {
    n: usize,
    session: Option<i32>,
    /// Bars of the session seen, up to n.
    bars: usize,
    /// NaN once unknown.
    high: f64,
    low: f64,
}

/// The three outputs of [`OpeningRange`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpeningRangeValue {
    /// Highest high of the first bars.
    pub high: f64,
    /// Lowest low of the first bars.
    pub low: f64,
    /// The close's place in the range.
    pub position: Option<f64>,
}

impl OpeningRange {
    /// Of each session's first `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { n: n.max(1), session: None, bars: 0, high: f64::NAN, low: f64::NAN }
    }

    /// Takes the newest bar, `session_date` counting days from any origin; gives the range from the session's
    /// `n`-th bar on.
    pub fn update(&mut self, session_date: i32, high: f64, low: f64, close: f64) -> Option<OpeningRangeValue> {
        if self.session.replace(session_date) != Some(session_date) {
            (self.bars, self.high, self.low) = (0, f64::NEG_INFINITY, f64::INFINITY);
        }
        if self.bars < self.n {
            self.bars += 1;
            self.widen(high, low, close);
        }
        if self.bars < self.n || self.high.is_nan() {
            return None;
        }
        let range = self.high - self.low;
        let position = (range > 0.0 && close.is_finite()).then(|| (close - self.low) / range);
        Some(OpeningRangeValue { high: self.high, low: self.low, position })
    }

    fn widen(&mut self, high: f64, low: f64, close: f64) {
        let known = high.is_finite() && low.is_finite() && close.is_finite() && !self.high.is_nan();
        (self.high, self.low) = if known { (self.high.max(high), self.low.min(low)) } else { (f64::NAN, f64::NAN) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(high: f64, low: f64, position: Option<f64>) -> Option<OpeningRangeValue> {
        Some(OpeningRangeValue { high, low, position })
    }

    #[test]
    fn by_hand() {
        let mut kernel = OpeningRange::new(2);
        assert_eq!(kernel.update(1, 10.0, 9.0, 9.5), None);
        assert_eq!(kernel.update(1, 12.0, 8.0, 11.0), value(12.0, 8.0, Some(0.75)));
        assert_eq!(kernel.update(1, 20.0, 14.0, 14.0), value(12.0, 8.0, Some(1.5)));
        assert_eq!(kernel.update(1, f64::NAN, 1.0, f64::NAN), value(12.0, 8.0, None));
        assert_eq!(kernel.update(2, 7.0, 7.0, 7.0), None);
        assert_eq!(kernel.update(2, 7.0, 7.0, 7.0), value(7.0, 7.0, None));
    }

    #[test]
    fn an_unknown_first_bar_leaves_the_session_without_a_range() {
        let mut kernel = OpeningRange::new(2);
        let bars = [(1, f64::NAN), (1, 9.0), (1, 9.0), (2, 8.0), (2, 9.0)];
        let got = bars.map(|(session, high)| kernel.update(session, high, 7.0, 8.0));
        assert_eq!(got, [None, None, None, None, value(9.0, 7.0, Some(0.5))]);
    }
}
