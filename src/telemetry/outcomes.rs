//! Which way prices went while positions were held: what `classification_report` says, counted as it happens.

use crate::domain::{Interval, price};
use crate::trade::{Direction, Trade};

/// Price moves smaller than this, a fraction, have no direction.
pub(super) const fn noop_band(interval: Interval) -> f64 {
    if interval.is_intraday() { 0.003 } else { 0.005 }
}

/// Direction of the price from entry to exit before slippage, whatever the trade's was; `None` for a move within the
/// band. A move of exactly the band has a direction.
pub(super) fn price_direction(trade: &Trade, band: f64) -> Option<Direction> {
    let (from, to) = (trade.entry_ref_price, trade.exit_ref_price);
    if price::at_or_above(to, from * (1.0 + band)) {
        return Some(Direction::Long);
    }
    price::at_or_below(to, from * (1.0 - band)).then_some(Direction::Short)
}

/// Counts of one direction.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    predicted: u64,
    actual: u64,
    right: u64,
}

/// Counts over closed positions.
#[derive(Debug, Clone)]
pub(super) struct Outcomes {
    band: f64,
    long: Count,
    short: Count,
}

/// How often predicted directions came true; the fields are columns of `classification_report`, `None` where it has NULL.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[allow(missing_docs, reason = "told by the view, column by column")]
pub struct Directions {
    pub accuracy: Option<f64>,
    pub precision_long: Option<f64>,
    pub recall_long: Option<f64>,
    pub f1_long: Option<f64>,
    pub precision_short: Option<f64>,
    pub recall_short: Option<f64>,
    pub f1_short: Option<f64>,
    pub hit_ratio: Option<f64>,
}

impl Outcomes {
    pub(super) fn new(interval: Interval) -> Self {
        Self { band: noop_band(interval), long: Count::default(), short: Count::default() }
    }

    pub(super) fn close(&mut self, trade: &Trade) {
        let actual = price_direction(trade, self.band);
        match actual {
            Some(Direction::Long) => self.long.actual += 1,
            Some(Direction::Short) => self.short.actual += 1,
            None => {}
        }
        let own = match trade.direction {
            Direction::Long => &mut self.long,
            Direction::Short => &mut self.short,
        };
        own.predicted += 1;
        own.right += u64::from(actual == Some(trade.direction));
    }

    pub(super) fn directions(&self) -> Option<Directions> {
        let (long, short) = (&self.long, &self.short);
        let n = long.predicted + short.predicted;
        // A position always has a direction: of what was predicted, none is NOOP.
        let accuracy = share(long.right + short.right, n);
        (n > 0).then(|| Directions {
            accuracy,
            precision_long: share(long.right, long.predicted),
            recall_long: share(long.right, long.actual),
            f1_long: long.f1(),
            precision_short: share(short.right, short.predicted),
            recall_short: share(short.right, short.actual),
            f1_short: short.f1(),
            hit_ratio: accuracy,
        })
    }
}

impl Count {
    fn f1(&self) -> Option<f64> {
        share(2 * self.right, self.predicted + self.actual)
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
