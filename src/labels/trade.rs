//! The bet of a decision bar, walked from bar to bar until it ends.
//!
//! A decision at bar t is known at its close and enters at the **open of bar t + 1**, the entry bar, also when that is
//! the first bar of a new session. With `s` = 1 (long) or −1 (short):
//!
//! - `take = entry · (1 + s · take_profit)` is touched when a high (short: a low) reaches it, `stop = entry · (1 − s ·
//!   stop_loss)` when a low (short: a high) does, within `horizon` bars, the entry bar counted; an exact touch counts
//!   ([`price`]);
//! - a bar that opens at or beyond a barrier exits at that open (not the entry bar: its open is the entry);
//! - a bar that touches both is a stop;
//! - bounded by the session of the **entry bar**, a bet without a touch exits at the close of that session's last bar,
//!   which is known to be the last once a bar of another session follows;
//! - without a touch the exit is the open after the horizon's last bar;
//! - otherwise the exit is at the barrier.
//!
//! The bet is right when profit came first; its return is `s · (exit / entry − 1)`. A barrier touched before the data
//! ends is complete.

use super::row::{Barrier, Exit, Outcome};
use crate::domain::{Bars, price};

/// A bet before it is made: what is known at the decision's close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bet {
    /// 1 long, −1 short.
    pub side: f64,
    /// Profit at which to leave, a fraction of the entry price.
    pub take_profit: f64,
    /// Loss at which to leave, a fraction of the entry price.
    pub stop_loss: f64,
    /// Bars to wait for either, the entry bar counted.
    pub horizon: usize,
    /// Whether it ends with the session of its entry bar.
    pub session_bounded: bool,
}

impl Bet {
    /// Prices of the profit and the loss barrier for an entry price.
    pub fn barriers(&self, entry: f64) -> (f64, f64) {
        (entry * (1.0 + self.side * self.take_profit), entry * (1.0 - self.side * self.stop_loss))
    }

    /// What becomes of it when decided at bar `decision`; `side` is stored beside.
    pub fn outcome(&self, bars: &Bars, decision: usize, side: Option<i32>) -> Outcome {
        let entry = decision + 1;
        let Some(price) = bars.open.get(entry).copied() else { return Outcome::NoBet };
        let Some(exit) = self.exit(bars, entry, price) else { return Outcome::Open { side } };
        let forward_return = self.side * (exit.fill / price - 1.0);
        if !forward_return.is_finite() {
            return Outcome::NoBet;
        }
        Outcome::Closed { side, exit, forward_return, is_right: exit.barrier == Barrier::TakeProfit }
    }

    /// The exit of a trade entered at the open of bar `entry`, or `None` when the data ends before.
    fn exit(&self, bars: &Bars, entry: usize, paid: f64) -> Option<Exit> {
        let (take, stop) = self.barriers(paid);
        let is_long = self.side > 0.0;
        let reaches = |met: f64, barrier: f64| self.side * price::difference(met, barrier) >= 0.0;
        let (profits, loses) = (|met: f64| reaches(met, take), |met: f64| reaches(stop, met));
        let after = entry.saturating_add(self.horizon);
        for at in entry..after.min(bars.len()) {
            let open = bars.open[at];
            let (best, worst) = if is_long { (bars.high[at], bars.low[at]) } else { (bars.low[at], bars.high[at]) };
            if at > entry && loses(open) {
                return Some(Exit { at, fill: open, barrier: Barrier::StopLoss });
            }
            if at > entry && profits(open) {
                return Some(Exit { at, fill: open, barrier: Barrier::TakeProfit });
            }
            let traded = |barrier: f64| price::traded(barrier, bars.low[at], bars.high[at]);
            if loses(worst) {
                return Some(Exit { at, fill: traded(stop), barrier: Barrier::StopLoss });
            }
            if profits(best) {
                return Some(Exit { at, fill: traded(take), barrier: Barrier::TakeProfit });
            }
            if self.session_bounded && *bars.session_date.get(at + 1)? != bars.session_date[entry] {
                return Some(Exit { at, fill: bars.close[at], barrier: Barrier::Session });
            }
        }
        bars.open.get(after).map(|open| Exit { at: after, fill: *open, barrier: Barrier::Horizon })
    }
}
