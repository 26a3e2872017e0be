//! Triple barriers of fixed width: profit first, loss first, or neither in time.
//!
//! The bet is long and walks as module `trade` tells; `label = 1` when profit came first, else 0; `forward_return =
//! exit / entry − 1`, a fraction. Bars whose future is not complete have neither.
//!
//! Source: M. López de Prado, *Advances in Financial Machine Learning* (2018), chapter 3, made executable: fills are
//! prices that a resting order would have got.

use serde::{Deserialize, Serialize};

use super::error::LabelError;

/// Longest horizon, in bars.
pub const MAX_HORIZON: usize = 10_000;

/// Parameters of the labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TripleBarrier {
    /// Profit at which to leave, as a fraction of the entry price; default 0.05.
    pub take_profit: f64,
    /// Loss at which to leave, as a fraction of the entry price, below 1; default 0.02.
    pub stop_loss: f64,
    /// Bars to wait for either, the entry bar counted; default 8.
    pub horizon: usize,
}

impl Default for TripleBarrier {
    fn default() -> Self {
        Self { take_profit: 0.05, stop_loss: 0.02, horizon: 8 }
    }
}

impl TripleBarrier {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Which one can't be used, and the rule.
    pub fn check(&self) -> Result<(), LabelError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        for (name, value) in [("take_profit", self.take_profit), ("stop_loss", self.stop_loss)] {
            let rule = if !positive(value) {
                "it must be a positive fraction"
            } else if name == "stop_loss" && value >= 1.0 {
                "it must be below 1: no more than everything can be lost"
            } else if value > 1e6 || !is_named(value) {
                "give at most 8 decimals of a percent"
            } else {
                continue;
            };
            return Err(LabelError::Barrier { name, value, rule });
        }
        if (1..=MAX_HORIZON).contains(&self.horizon) { Ok(()) } else { Err(LabelError::Horizon(self.horizon)) }
    }

    /// The parameters that a name tells; label sets built before their specifications were kept have nothing else.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix("tb_")?.split('_');
        let mut fraction = || Some(parts.next()?.parse::<f64>().ok()? / 100.0);
        let (take_profit, stop_loss) = (fraction()?, fraction()?);
        let found = Self { take_profit, stop_loss, horizon: parts.next()?.parse().ok()? };
        (found.check().is_ok() && found.name() == name).then_some(found)
    }

    /// Name of the label set: `tb_<take profit %>_<stop loss %>_<horizon>`, for example `tb_3.5_2_8`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("tb_{}_{}_{}", percent(self.take_profit), percent(self.stop_loss), self.horizon)
    }
}

/// A fraction in percent, without the noise that multiplying leaves (0.035 is 3.5, not 3.5000000000000004).
pub(super) fn percent(fraction: f64) -> f64 {
    // Adding 0 turns -0 into 0.
    (fraction * 1e10).round() / 1e8 + 0.0
}

/// Whether [`percent`] says a fraction exactly: a name must tell labellings apart.
pub(super) fn is_named(fraction: f64) -> bool {
    (percent(fraction) / 100.0 - fraction).abs() <= fraction.abs() * 1e-12
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Bars, Interval, Ts};
    use crate::labels::{Barrier, LabelRow, LabelSpec};

    /// Bars from (open, high, low), one an hour.
    fn series(prices: &[(f64, f64, f64)]) -> Bars {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
        for (index, &(open, high, low)) in prices.iter().enumerate() {
            let ts = Ts(index as i64);
            let close_ts = Ts(index as i64 + 1);
            let nan = f64::NAN;
            bars.push(Bar { ts, close_ts, session_date: 0, open, high, low, close: low, volume: nan, vwap: nan });
        }
        bars
    }

    fn first(prices: &[(f64, f64, f64)]) -> LabelRow {
        LabelSpec::from(TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 2 }).label(&series(prices))[0]
    }

    fn is(row: LabelRow, label: i32, exit: f64, at: i64, barrier: Barrier) {
        assert_eq!((row.label, row.exit_ts, row.barrier), (Some(label), Some(Ts(at)), Some(barrier)));
        assert_eq!(row.entry_ts, Some(Ts(1)));
        assert!((row.forward_return.unwrap() - (exit / 100.0 - 1.0)).abs() < 1e-12, "{row:?}");
    }

    const DECISION: (f64, f64, f64) = (90.0, 300.0, 1.0);
    const QUIET: (f64, f64, f64) = (100.0, 101.0, 99.0);

    #[test]
    fn each_way_out() {
        use Barrier::{Horizon, StopLoss, TakeProfit};
        // On the entry bar, and at the barrier itself.
        is(first(&[DECISION, (100.0, 105.0, 99.0)]), 1, 105.0, 1, TakeProfit);
        is(first(&[DECISION, (100.0, 101.0, 98.0)]), 0, 98.0, 1, StopLoss);
        // Both in one bar.
        is(first(&[DECISION, (100.0, 110.0, 90.0)]), 0, 98.0, 1, StopLoss);
        // On the horizon's last bar, and one bar too late.
        is(first(&[DECISION, QUIET, (100.0, 106.0, 99.0)]), 1, 105.0, 2, TakeProfit);
        is(first(&[DECISION, QUIET, QUIET, (101.0, 200.0, 100.0)]), 0, 101.0, 3, Horizon);
        // Gaps exit at the open, whatever comes later in the bar.
        is(first(&[DECISION, QUIET, (110.0, 111.0, 50.0)]), 1, 110.0, 2, TakeProfit);
        is(first(&[DECISION, QUIET, (95.0, 200.0, 94.0)]), 0, 95.0, 2, StopLoss);
        // The open after the horizon may lie beyond a barrier: it is still no touch in time.
        is(first(&[DECISION, QUIET, QUIET, (120.0, 120.0, 120.0)]), 0, 120.0, 3, Horizon);
    }

    #[test]
    fn an_incomplete_future_is_unknown() {
        for bars in [&[DECISION][..], &[DECISION, QUIET], &[DECISION, QUIET, QUIET]] {
            let row = first(bars);
            assert_eq!((row.label, row.forward_return, row.exit_ts, row.barrier), (None, None, None, None));
            assert_eq!(row.entry_ts.is_some(), bars.len() > 1);
        }
        assert!(LabelSpec::default().label(&series(&[])).is_empty());
    }

    #[test]
    fn names_say_the_parameters() {
        let name = |take_profit, stop_loss, horizon| TripleBarrier { take_profit, stop_loss, horizon }.name();
        assert_eq!(name(0.05, 0.02, 8), "tb_5_2_8");
        assert_eq!(name(0.035, 0.02, 8), "tb_3.5_2_8");
        assert_eq!(name(0.07, 0.0025, 24), "tb_7_0.25_24");
        assert_eq!(name(0.29, 0.145, 1), "tb_29_14.5_1");
        let back = TripleBarrier::from_name("tb_3.5_0.25_24").unwrap();
        assert_eq!(back, TripleBarrier { take_profit: 0.035, stop_loss: 0.0025, horizon: 24 });
        for foreign in ["", "tb_", "tb_5_2", "tb_5_2_8_9", "tb_5.0_2_8", "tb_5_2_0", "vol_2_1_8_w20", "tb_x_2_8"] {
            assert_eq!(TripleBarrier::from_name(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn unusable_parameters_are_refused() {
        let check = |take_profit, stop_loss, horizon| TripleBarrier { take_profit, stop_loss, horizon }.check();
        assert!(TripleBarrier::default().check().is_ok() && check(0.035, 0.999, 1).is_ok());
        for bad in [f64::NAN, f64::INFINITY, 0.0, -0.05, 1e9, 0.05 + 1e-11] {
            assert!(check(bad, 0.02, 8).is_err(), "{bad}");
            assert!(check(0.05, bad, 8).is_err(), "{bad}");
        }
        assert!(check(0.05, 1.0, 8).is_err());
        assert!(check(0.05, 0.02, 0).is_err() && check(0.05, 0.02, usize::MAX).is_err());
    }
}
