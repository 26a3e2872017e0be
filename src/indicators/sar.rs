//! Parabolic stop and reverse.
//!
//! A stop that follows the trend and turns it when the price touches it. Each bar it moves by
//! `factor · (extreme − stop)`, where the extreme is the trend's highest high (lowest low) and the factor starts at
//! `acceleration` and grows by it with each new extreme, up to `maximum`. The stop never enters the range of the last
//! two bars. A touch (low ≤ stop, high ≥ stop) turns the trend: the stop becomes the old extreme, kept out of the
//! last two bars. The first trend is down if bar 1 moved down more than up, else up, with bar 0's other end as stop.
//!
//! Unit of price. First value at bar 1; memory decaying: stops from different first bars draw near within a trend and
//! meet exactly after some turns, in a random walk within about 60 bars (acceleration 0.02, maximum 0.2). Source: TA-Lib
//! SAR.

use serde::{Deserialize, Serialize};

/// Parabolic stop and reverse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sar {
    acceleration: f64,
    maximum: f64,
    /// High and low of the last bar.
    last: Option<(f64, f64)>,
    trend: Option<Trend>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Trend {
    up: bool,
    /// The next bar's stop.
    stop: f64,
    extreme: f64,
    factor: f64,
}

impl Sar {
    /// Factor from `acceleration` up to `maximum`, usually 0.02 and 0.2, both positive; an acceleration above the
    /// maximum counts as the maximum.
    #[must_use]
    pub fn new(acceleration: f64, maximum: f64) -> Self {
        Self { acceleration: acceleration.min(maximum), maximum, last: None, trend: None }
    }

    /// Takes the newest bar; gives its stop once a bar came before it.
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        if !(high.is_finite() && low.is_finite()) {
            (self.last, self.trend) = (None, None);
            return None;
        }
        let last = self.last.replace((high, low))?;
        let (trend, last) = match self.trend {
            Some(trend) => (trend, last),
            // The first trend looks at no bar before its own.
            None => (self.first(last, high, low), (high, low)),
        };
        let (stop, trend) = self.step(trend, last, high, low);
        self.trend = Some(trend);
        Some(stop)
    }

    fn first(&self, last: (f64, f64), high: f64, low: f64) -> Trend {
        let (last_high, last_low) = last;
        let down = last_low - low;
        let up = !(down > 0.0 && down > high - last_high);
        let (stop, extreme) = if up { (last_low, high) } else { (last_high, low) };
        Trend { up, stop, extreme, factor: self.acceleration }
    }

    /// The bar's stop and the trend after it.
    fn step(&self, trend: Trend, last: (f64, f64), high: f64, low: f64) -> (f64, Trend) {
        let (top, bottom) = (last.0.max(high), last.1.min(low));
        // Out of the last two bars' range, on the side of the trend.
        let outside = |stop: f64, up: bool| if up { stop.min(bottom) } else { stop.max(top) };
        let end = |up: bool| if up { high } else { low };
        let touched = if trend.up { low <= trend.stop } else { high >= trend.stop };
        if touched {
            let (up, extreme, factor) = (!trend.up, end(!trend.up), self.acceleration);
            let stop = outside(trend.extreme, up);
            let next = outside(stop + factor * (extreme - stop), up);
            return (stop, Trend { up, stop: next, extreme, factor });
        }
        let further = if trend.up { high > trend.extreme } else { low < trend.extreme };
        let (extreme, factor) = if further {
            (end(trend.up), (trend.factor + self.acceleration).min(self.maximum))
        } else {
            (trend.extreme, trend.factor)
        };
        let next = outside(trend.stop + factor * (extreme - trend.stop), trend.up);
        (trend.stop, Trend { up: trend.up, stop: next, extreme, factor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let mut sar = Sar::new(0.1, 0.2);
        assert_eq!(sar.update(10.0, 8.0), None);
        // Up: the stop is the low of bar 0, then 8 + 0.1·(12 − 8) = 8.4.
        assert_eq!(sar.update(12.0, 9.0), Some(8.0));
        // New extreme: 8.4 + 0.2·(14 − 8.4) = 9.52, but not above 9.
        assert_eq!(sar.update(14.0, 11.0), Some(8.4));
        // Touched: down from the extreme 14, towards 8.5.
        assert_eq!(sar.update(12.0, 8.5), Some(14.0));
        assert_eq!(sar.update(11.0, 9.0), Some(14.0));
        // 14 + 0.1·(8.5 − 14) = 13.45 is above the last two highs, 12 and 11.
        assert_eq!(sar.update(11.0, 9.0), Some(13.45));
    }

    #[test]
    fn starts_again_after_an_unknown_bar() {
        let mut sar = Sar::new(0.02, 0.2);
        let got = [1.0, 2.0, f64::NAN, 3.0, 2.0].map(|x| sar.update(x, x));
        assert_eq!(got, [None, Some(1.0), None, None, Some(3.0)]);
    }
}
