//! Triple-barrier labels: profit first, loss first, or neither in time.
//!
//! A decision at bar t is known at its close and enters at the **open of bar t + 1**, the entry bar. From there:
//!
//! - `take = entry · (1 + take_profit)` is touched when a high reaches it, `stop = entry · (1 − stop_loss)` when a low
//!   does, within `horizon` bars, the entry bar counted;
//! - a bar that opens at or beyond a barrier exits at that open (not the entry bar: its open is the entry);
//! - a bar that touches both is a stop;
//! - without a touch the exit is the open after the horizon's last bar;
//! - otherwise the exit is at the barrier.
//!
//! `label = 1` when profit came first, else 0; `forward_return = exit / entry − 1`, a fraction. Bars whose future is
//! not complete have neither; a barrier touched before the data ends is complete.
//!
//! Source: M. López de Prado, *Advances in Financial Machine Learning* (2018), chapter 3, made executable: fills are
//! prices that a resting order would have got.

use super::error::LabelError;
use crate::domain::{Bars, Ts};

/// Longest horizon, in bars.
pub const MAX_HORIZON: usize = 10_000;

/// Parameters of the labels.
#[derive(Debug, Clone, Copy, PartialEq)]
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
        // The name must tell labellings apart, so it must say the value exactly.
        let named = |value: f64| (percent(value) / 100.0 - value).abs() <= value * 1e-12;
        for (name, value) in [("take_profit", self.take_profit), ("stop_loss", self.stop_loss)] {
            let rule = if !positive(value) {
                "it must be a positive fraction"
            } else if name == "stop_loss" && value >= 1.0 {
                "it must be below 1: no more than everything can be lost"
            } else if value > 1e6 || !named(value) {
                "give at most 8 decimals of a percent"
            } else {
                continue;
            };
            return Err(LabelError::Barrier { name, value, rule });
        }
        if (1..=MAX_HORIZON).contains(&self.horizon) { Ok(()) } else { Err(LabelError::Horizon(self.horizon)) }
    }

    /// Name of the label set: `tb_<take profit %>_<stop loss %>_<horizon>`, for example `tb_3.5_2_8`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("tb_{}_{}_{}", percent(self.take_profit), percent(self.stop_loss), self.horizon)
    }
}

/// A fraction in percent, without the noise that multiplying leaves (0.035 is 3.5, not 3.5000000000000004).
fn percent(fraction: f64) -> f64 {
    (fraction * 1e10).round() / 1e8
}

/// What ended the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// The profit barrier.
    TakeProfit,
    /// The loss barrier.
    StopLoss,
    /// Neither within the horizon.
    Horizon,
}

impl Barrier {
    /// The name stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TakeProfit => "take_profit",
            Self::StopLoss => "stop_loss",
            Self::Horizon => "horizon",
        }
    }
}

/// The label of one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelRow {
    /// UTC start of the decision bar.
    pub ts: Ts,
    /// 1 when profit came first, else 0; `None` while the future is not complete.
    pub label: Option<i32>,
    /// `exit / entry − 1`; `None` while the future is not complete.
    pub forward_return: Option<f64>,
    /// UTC start of the entry bar; `None` at the last bar.
    pub entry_ts: Option<Ts>,
    /// UTC start of the bar of the exit.
    pub exit_ts: Option<Ts>,
    /// What ended the trade.
    pub barrier: Option<Barrier>,
}

/// An exit: the bar, its fill and the reason.
type Exit = (usize, f64, Barrier);

/// Labels every bar of a series; one row a bar, in order.
///
/// Parameters that [`TripleBarrier::check`] refuses give rows that mean nothing, but never a panic.
#[must_use]
pub fn label(bars: &Bars, params: &TripleBarrier) -> Vec<LabelRow> {
    (0..bars.len()).map(|decision| row(bars, params, decision)).collect()
}

fn row(bars: &Bars, params: &TripleBarrier, decision: usize) -> LabelRow {
    let entry = decision + 1;
    let unknown = LabelRow {
        ts: bars.ts[decision],
        label: None,
        forward_return: None,
        entry_ts: bars.ts.get(entry).copied(),
        exit_ts: None,
        barrier: None,
    };
    let Some((at, fill, barrier)) = exit(bars, params, entry) else { return unknown };
    let forward_return = fill / bars.open[entry] - 1.0;
    if !forward_return.is_finite() {
        return unknown;
    }
    LabelRow {
        label: Some(i32::from(barrier == Barrier::TakeProfit)),
        forward_return: Some(forward_return),
        exit_ts: Some(bars.ts[at]),
        barrier: Some(barrier),
        ..unknown
    }
}

/// The exit of a trade entered at the open of bar `entry`, or `None` when the data ends before.
fn exit(bars: &Bars, params: &TripleBarrier, entry: usize) -> Option<Exit> {
    let price = *bars.open.get(entry)?;
    let take = price * (1.0 + params.take_profit);
    let stop = price * (1.0 - params.stop_loss);
    let after = entry.saturating_add(params.horizon);
    for at in entry..after.min(bars.len()) {
        let open = bars.open[at];
        if at > entry && open <= stop {
            return Some((at, open, Barrier::StopLoss));
        }
        if at > entry && open >= take {
            return Some((at, open, Barrier::TakeProfit));
        }
        if bars.low[at] <= stop {
            return Some((at, stop, Barrier::StopLoss));
        }
        if bars.high[at] >= take {
            return Some((at, take, Barrier::TakeProfit));
        }
    }
    bars.open.get(after).map(|open| (after, *open, Barrier::Horizon))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Interval};

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
        label(&series(prices), &TripleBarrier { take_profit: 0.05, stop_loss: 0.02, horizon: 2 })[0]
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
        assert!(label(&series(&[]), &TripleBarrier::default()).is_empty());
    }

    #[test]
    fn names_say_the_parameters() {
        let name = |take_profit, stop_loss, horizon| TripleBarrier { take_profit, stop_loss, horizon }.name();
        assert_eq!(name(0.05, 0.02, 8), "tb_5_2_8");
        assert_eq!(name(0.035, 0.02, 8), "tb_3.5_2_8");
        assert_eq!(name(0.07, 0.0025, 24), "tb_7_0.25_24");
        assert_eq!(name(0.29, 0.145, 1), "tb_29_14.5_1");
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
