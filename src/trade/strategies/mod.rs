//! Strategies: what to do when something becomes known.
//!
//! A strategy is a struct and one method. It sees one event at a time (a bar before the signals about it, context
//! such as a volatility index before opinions), keeps its own state an asset, and answers with intents; sizing,
//! stops, limits and execution are none of its business. All strategies with their parameters stand in one table,
//! [`catalogue()`]: checking, defaults and [`help()`] derive from it.

mod catalogue;
mod filters;
mod intraday;
mod model;
pub mod params;
mod signals;
mod sma_cross;
mod swing;
#[cfg(test)]
mod tests;

use super::event::{Direction, Hours, Signal};
use crate::domain::Bar;

pub use catalogue::{StrategySpec, UnknownStrategy, catalogue, find, help};
pub use filters::{FilterCount, FilterLevels, Filters};
pub use intraday::Intraday;
pub use model::Model;
pub use signals::Signals;
pub use sma_cross::SmaCross;
pub use swing::Swing;

/// What a strategy is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// A bar closed.
    Bar(&'a Bar),
    /// An opinion became known at the close of a bar.
    Signal(&'a Signal),
}

/// What a strategy may see of the account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Asset the event is about.
    pub asset: usize,
    /// Units held of it: above 0 long, below 0 short, 0 flat.
    pub size: f64,
    /// Whether its exit has been ordered already.
    pub leaving: bool,
    /// Direction of an entry that works and is not filled in full.
    pub pending: Option<Direction>,
    /// Hours of the session, where the calendar of the asset is known.
    pub hours: Option<Hours>,
}

impl View {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.size == 0.0
    }

    /// Which way what is held points; `None` when nothing is.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        if self.size > 0.0 {
            return Some(Direction::Long);
        }
        (self.size < 0.0).then_some(Direction::Short)
    }
}

/// A wanted position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Enter {
    /// Which way.
    pub direction: Direction,
    /// From 0 to 1, when the strategy has one.
    pub confidence: Option<f64>,
    /// Leave at the open after this many bars, the entry bar counted.
    pub max_bars: Option<u32>,
    /// That it gains, from 0 to 1, when the strategy knows.
    pub probability: Option<f64>,
}

impl Enter {
    /// At the next open, without an opinion on how sure it is or how long to hold.
    #[must_use]
    pub const fn market(direction: Direction) -> Self {
        Self { direction, confidence: None, max_bars: None, probability: None }
    }
}

/// What a strategy wants at the next open of the asset: first an exit, then an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intents {
    /// Close what is held and take an entry back that still works; nothing happens when there is neither.
    pub exit: bool,
    /// Open a position.
    pub enter: Option<Enter>,
}

impl Intents {
    /// Leave everything as it is.
    pub const NONE: Self = Self { exit: false, enter: None };
}

/// Decides on one event at a time.
pub trait Strategy {
    /// What to do at the next open, given what is held and what became known.
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents;
}

/// Every strategy; an enum because the engine asks it once a bar.
#[derive(Debug, Clone)]
pub enum AnyStrategy {
    /// Crossing of two moving averages.
    SmaCross(SmaCross),
    /// With the session's own trend.
    Intraday(Intraday),
    /// Pull-backs within a trend, held for sessions.
    Swing(Swing),
    /// A model's probability above a threshold.
    Model(Model),
    /// Directions given from outside.
    Signals(Signals),
}

impl Strategy for AnyStrategy {
    #[inline(always)]
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        match self {
            Self::SmaCross(strategy) => strategy.on_event(view, event),
            Self::Intraday(strategy) => strategy.on_event(view, event),
            Self::Swing(strategy) => strategy.on_event(view, event),
            Self::Model(strategy) => strategy.on_event(view, event),
            Self::Signals(strategy) => strategy.on_event(view, event),
        }
    }
}

impl AnyStrategy {
    /// What each filter of the strategy did so far: those switched on, in the order of their parameters.
    #[must_use]
    pub fn filter_counts(&self) -> Vec<FilterCount> {
        match self {
            Self::Model(strategy) => strategy.filters().counts().collect(),
            Self::SmaCross(_) | Self::Intraday(_) | Self::Swing(_) | Self::Signals(_) => Vec::new(),
        }
    }

    /// What a reader of a run should know of how its strategy decided, a line each; empty when there is nothing.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.filter_counts().iter().map(FilterCount::to_string).collect()
    }
}
