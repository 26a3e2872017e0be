//! The label of one bar, and how it is put together from what became of the bet.

use super::weights::uniqueness;
use crate::domain::{Bars, Ts};

/// What ended the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// The profit barrier.
    TakeProfit,
    /// The loss barrier.
    StopLoss,
    /// Neither within the horizon.
    Horizon,
    /// Neither within the session of the entry.
    Session,
}

impl Barrier {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::TakeProfit, Self::StopLoss, Self::Horizon, Self::Session];

    /// The name stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TakeProfit => "take_profit",
            Self::StopLoss => "stop_loss",
            Self::Horizon => "horizon",
            Self::Session => "session",
        }
    }

    /// The barrier of a stored name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|barrier| barrier.as_str() == name)
    }
}

/// The label of one bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelRow {
    /// UTC start of the decision bar.
    pub ts: Ts,
    /// 1 when the bet was right, else 0; `None` while its future is not complete and where there is no bet.
    pub label: Option<i32>,
    /// Return of the bet, a fraction: `side · ((exit + dividends) / entry − 1)` with the dividends of the sessions that
    /// began while it was open; `None` as `label` is.
    pub forward_return: Option<f64>,
    /// UTC start of the entry bar; `None` at the last bar.
    pub entry_ts: Option<Ts>,
    /// UTC start of the bar of the exit.
    pub exit_ts: Option<Ts>,
    /// What ended the trade.
    pub barrier: Option<Barrier>,
    /// Side of the primary rule, 1 or -1; `None` without one, in kinds that are always long.
    pub side: Option<i32>,
    /// Average uniqueness, in (0, 1]; `None` as `label` is.
    pub weight: Option<f64>,
}

/// How a bet ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exit {
    /// Index of the bar.
    pub at: usize,
    /// Price got.
    pub fill: f64,
    /// Why.
    pub barrier: Barrier,
}

/// What became of the bet of a decision bar; it is entered at the open of the bar after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outcome {
    /// There was none.
    NoBet,
    /// Not left by the end of the data.
    Open {
        /// As stored.
        side: Option<i32>,
    },
    /// Left.
    Closed {
        /// As stored.
        side: Option<i32>,
        /// Bar and price.
        exit: Exit,
        /// Return of the bet by prices alone.
        forward_return: f64,
        /// Whether it was right.
        is_right: bool,
    },
}

/// What a bet from the open of bar `entry` to bar `exit` was paid in dividends, as a fraction of its entry price; `paid` as
/// [`Actions::paid`](crate::store::actions::Actions::paid) has it.
pub(super) fn dividends(bars: &Bars, paid: &[f64], entry: usize, exit: usize) -> f64 {
    let cash = paid.get(exit).zip(paid.get(entry)).map_or(0.0, |(to, from)| to - from);
    if cash == 0.0 { 0.0 } else { cash / bars.open[entry] }
}

/// One row a bar from one outcome a bar, weighed.
pub(super) fn rows(bars: &Bars, paid: &[f64], outcomes: &[Outcome]) -> Vec<LabelRow> {
    let last = bars.len().saturating_sub(1);
    let spans: Vec<Option<(usize, usize)>> = outcomes
        .iter()
        .enumerate()
        .map(|(decision, outcome)| match outcome {
            Outcome::NoBet => None,
            Outcome::Open { .. } => Some((decision + 1, last)),
            Outcome::Closed { exit, .. } => Some((decision + 1, exit.at)),
        })
        .collect();
    let weights = uniqueness(bars.len(), &spans);
    outcomes
        .iter()
        .zip(weights)
        .enumerate()
        .map(|(decision, (outcome, weight))| row(bars, paid, decision, outcome, weight))
        .collect()
}

fn row(bars: &Bars, paid: &[f64], decision: usize, outcome: &Outcome, weight: Option<f64>) -> LabelRow {
    let unknown = LabelRow {
        ts: bars.ts[decision],
        label: None,
        forward_return: None,
        entry_ts: bars.ts.get(decision + 1).copied(),
        exit_ts: None,
        barrier: None,
        side: None,
        weight: None,
    };
    match *outcome {
        Outcome::NoBet => unknown,
        Outcome::Open { side } => LabelRow { side, ..unknown },
        Outcome::Closed { side, exit, forward_return, is_right } => LabelRow {
            label: Some(i32::from(is_right)),
            forward_return: Some(
                forward_return + f64::from(side.unwrap_or(1)) * dividends(bars, paid, decision + 1, exit.at),
            ),
            exit_ts: bars.ts.get(exit.at).copied(),
            barrier: Some(exit.barrier),
            side,
            weight,
            ..unknown
        },
    }
}
