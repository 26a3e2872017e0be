//! Buys the end of a pull-back within a trend and holds it for some sessions.
//!
//! At the close of each bar, with SMA `fast`, SMA `slow` and RSI `rsi` of the closes:
//! - up-trend: SMA fast > SMA slow and close > SMA slow, none of them equal ([`price`]); down-trend: the mirror;
//! - LONG when nothing is held, in an up-trend, at the end of a pull-back: RSI was below `rsi_pullback` one bar
//!   before and is at or above it now;
//! - SHORT, if `shorts` allows it, in a down-trend when RSI was above 100 - `rsi_pullback` and is at or below it now.
//!
//! *Sessions held.* The session of the entry is the first, and each change of `session_date` in the bars of the asset
//! counts one more: neither days of the calendar nor bars. From session `min_sessions` on a position is left when the
//! trend it was opened in no longer holds; in session `max_sessions` it is left in any case. Both are decided at a
//! close and fill at the next open, so on daily bars a position lasts from `min_sessions` to `max_sessions` whole
//! sessions; on shorter bars it is left at the second open of its last session. Before `min_sessions` only stop and
//! target, which come from the account's settings, end it. A bar that leaves a position opens none. An entry at a limit
//! or stop that still works is taken back when the trend it was ordered in no longer holds.
//!
//! *Warm-up.* While an average, or an RSI of this bar or the one before, is unknown nothing opens and no trend
//! breaks; the longest time to hold runs on.
//!
//! Confidence: 0.5 + 0.5 · min(1, |SMA fast / SMA slow - 1| / `full_gap`): a half when the trend is just one, 1 from
//! a gap of `full_gap` on.

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::domain::{Bar, price};
use crate::indicators::{Rsi, Sma};
use crate::trade::event::Direction;

pub(super) const CONFIDENCE: &str = "0.5 + 0.5 * min(1, |SMA fast / SMA slow - 1| / full_gap)";

pub(super) const PARAMS: &[ParamSpec] = &[
    ParamSpec::bars("fast", 20.0, 1.0, "Length of the fast average; below slow"),
    ParamSpec::bars("slow", 50.0, 2.0, "Length of the slow average"),
    ParamSpec::bars("rsi", 14.0, 1.0, "Length of the RSI"),
    ParamSpec::number(
        "rsi_pullback",
        40.0,
        (0.0, 100.0),
        "",
        "RSI below which a pull-back of an up-trend begins; 100 minus it in a down-trend",
    ),
    ParamSpec::whole(
        "min_sessions",
        2.0,
        (1.0, 10_000.0),
        "sessions",
        "First session, the entry's counted, in which a broken trend ends a position",
    ),
    ParamSpec::whole(
        "max_sessions",
        10.0,
        (1.0, 10_000.0),
        "sessions",
        "Session, the entry's counted, in which a position ends in any case; at least min_sessions",
    ),
    ParamSpec::switch("shorts", 0.0, "1 allows short positions, 0 does not"),
    ParamSpec::number(
        "full_gap",
        0.05,
        (0.0001, 10.0),
        "of the slow average",
        "Gap between the averages at which confidence is 1",
    ),
];

/// Levels and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rules {
    rsi_pullback: f64,
    min_sessions: u32,
    max_sessions: u32,
    shorts: bool,
    full_gap: f64,
}

/// A position as seen at the closes of the bars it lived through.
#[derive(Debug, Clone, Copy)]
struct Holding {
    direction: Direction,
    /// Session of the newest bar.
    session: i32,
    /// Sessions seen, the entry's included.
    sessions: u32,
}

/// The kernels and the position of one asset.
#[derive(Debug, Clone)]
struct Kernels {
    fast: Sma,
    slow: Sma,
    rsi: Rsi,
    rsi_before: Option<f64>,
    holding: Option<Holding>,
}

/// What is known as of a bar.
#[derive(Debug, Clone, Copy)]
struct Reading {
    close: f64,
    averages: Option<(f64, f64)>,
    /// One bar before, and now.
    rsi: Option<(f64, f64)>,
}

impl Kernels {
    fn update(&mut self, bar: &Bar) -> Reading {
        let averages = self.fast.update(bar.close).zip(self.slow.update(bar.close));
        let rsi = self.rsi.update(bar.close);
        let before = std::mem::replace(&mut self.rsi_before, rsi);
        Reading { close: bar.close, averages, rsi: before.zip(rsi) }
    }

    /// Counts the sessions of what is held.
    fn hold(&mut self, held: Option<Direction>, session: i32) -> Option<Holding> {
        self.holding = held.map(|direction| match self.holding {
            Some(known) if known.direction == direction => {
                let changed = u32::from(known.session != session);
                Holding { direction, session, sessions: known.sessions.saturating_add(changed) }
            }
            _ => Holding { direction, session, sessions: 1 },
        });
        self.holding
    }
}

impl Reading {
    /// Whether there is a trend that way; `None` when unknown.
    fn trends(&self, direction: Direction) -> Option<bool> {
        self.averages.map(|(fast, slow)| match direction {
            Direction::Long => price::above(fast, slow) && price::above(self.close, slow),
            Direction::Short => price::below(fast, slow) && price::below(self.close, slow),
        })
    }

    /// Whether a pull-back against that direction ends at this bar.
    fn pulled_back(&self, direction: Direction, level: f64) -> bool {
        self.rsi.is_some_and(|(before, now)| match direction {
            Direction::Long => before < level && now >= level,
            Direction::Short => before > 100.0 - level && now <= 100.0 - level,
        })
    }

    fn confidence(&self, full_gap: f64) -> Option<f64> {
        let gap = self.averages.map(|(fast, slow)| (fast / slow - 1.0).abs());
        gap.map(|gap| 0.5 + 0.5 * (gap / full_gap).clamp(0.0, 1.0)).filter(|confidence| confidence.is_finite())
    }
}

/// The strategy's state for every asset.
#[derive(Debug, Clone)]
pub struct Swing {
    rules: Rules,
    assets: Vec<Kernels>,
}

impl Swing {
    pub(super) fn build(params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        let (fast, slow) = (params.whole("fast"), params.whole("slow"));
        if fast >= slow {
            return Err(ParamError::Conflict(format!("fast={fast} must be below slow={slow}")));
        }
        let (min, max) = (params.whole("min_sessions"), params.whole("max_sessions"));
        if min > max {
            let text = format!("min_sessions={min} must not be above max_sessions={max}");
            return Err(ParamError::Conflict(text));
        }
        let rules = Rules {
            rsi_pullback: params.get("rsi_pullback"),
            min_sessions: min,
            max_sessions: max,
            shorts: params.whole("shorts") == 1,
            full_gap: params.get("full_gap"),
        };
        let kernels = Kernels {
            fast: Sma::new(fast as usize),
            slow: Sma::new(slow as usize),
            rsi: Rsi::new(params.whole("rsi") as usize),
            rsi_before: None,
            holding: None,
        };
        Ok(AnyStrategy::Swing(Self { rules, assets: vec![kernels; assets] }))
    }
}

impl Rules {
    fn leaves(&self, holding: &Holding, reading: &Reading) -> bool {
        let broken = reading.trends(holding.direction) == Some(false);
        holding.sessions >= self.max_sessions || (broken && holding.sessions >= self.min_sessions)
    }

    fn entry(&self, reading: &Reading) -> Option<Enter> {
        let sides = if self.shorts { &[Direction::Long, Direction::Short][..] } else { &[Direction::Long] };
        let starts =
            |side: &Direction| reading.trends(*side) == Some(true) && reading.pulled_back(*side, self.rsi_pullback);
        let side = sides.iter().copied().find(starts)?;
        Some(Enter { confidence: reading.confidence(self.full_gap), ..Enter::market(side) })
    }
}

impl Strategy for Swing {
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        let Event::Bar(bar) = event else { return Intents::NONE };
        let kernels = &mut self.assets[view.asset];
        let reading = kernels.update(bar);
        match kernels.hold(view.direction(), bar.session_date) {
            Some(holding) => Intents { exit: self.rules.leaves(&holding, &reading), enter: None },
            None => {
                let stale = view.pending.is_some_and(|side| reading.trends(side) == Some(false));
                Intents { exit: stale, enter: self.rules.entry(&reading) }
            }
        }
    }
}
