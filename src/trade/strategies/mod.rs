//! Strategies: what to do when something becomes known.
//!
//! A strategy is a struct with `new(..)` and one method. It sees one event at a time, keeps its own state an asset,
//! and answers with intents; sizing, stops, limits and execution are none of its business. All strategies with their
//! parameters stand in one table, [`catalogue`]: checking, defaults and help derive from it.

mod model;
pub mod params;
mod signals;
mod sma_cross;

use super::event::{Direction, Hours, Signal};
use super::risk::Limits;
use crate::domain::Bar;
use params::{ParamError, ParamSpec, Params};

pub use model::Model;
pub use signals::Signals;
pub use sma_cross::SmaCross;

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
    /// Hours of the session, where the calendar of the asset is known.
    pub hours: Option<Hours>,
}

impl View {
    /// Whether nothing is held.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.size == 0.0
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
}

impl Enter {
    /// At the next open, without an opinion on how sure it is or how long to hold.
    #[must_use]
    pub const fn market(direction: Direction) -> Self {
        Self { direction, confidence: None, max_bars: None }
    }
}

/// What a strategy wants at the next open of the asset: first an exit, then an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intents {
    /// Close what is held; nothing happens when flat.
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
    /// A model's probability above a threshold.
    Model(Model),
    /// Directions given from outside.
    Signals(Signals),
}

impl Strategy for AnyStrategy {
    #[inline]
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        match self {
            Self::SmaCross(strategy) => strategy.on_event(view, event),
            Self::Model(strategy) => strategy.on_event(view, event),
            Self::Signals(strategy) => strategy.on_event(view, event),
        }
    }
}

/// One strategy of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct StrategySpec {
    /// Name in commands and tables.
    pub name: &'static str,
    /// What it does, one line.
    pub doc: &'static str,
    /// Its parameters.
    pub params: &'static [ParamSpec],
    /// Stop attached to entries unless told otherwise, a fraction.
    pub stop_loss: Option<f64>,
    /// Target attached to entries unless told otherwise, a fraction.
    pub take_profit: Option<f64>,
    /// Limits on the account unless told otherwise.
    pub limits: Limits,
    build: fn(&Params, usize) -> Result<AnyStrategy, ParamError>,
}

const NO_LIMITS: Limits = Limits { exposure_cap: None, daily_loss_cap: None };

static CATALOGUE: [StrategySpec; 3] = [
    StrategySpec {
        name: "sma_cross",
        doc: "Long after the fast average crosses above the slow one, short after it crosses below; always reverses.",
        params: sma_cross::PARAMS,
        stop_loss: None,
        take_profit: None,
        limits: NO_LIMITS,
        build: SmaCross::build,
    },
    StrategySpec {
        name: "model",
        doc: "Long when a model's probability reaches the threshold and nothing is held; left by stop, target or age.",
        params: model::PARAMS,
        stop_loss: Some(0.02),
        take_profit: Some(0.04),
        limits: Limits { exposure_cap: Some(100_000.0), daily_loss_cap: Some(0.05) },
        build: Model::build,
    },
    StrategySpec {
        name: "signals",
        doc: "Holds the direction of the newest given signal: LONG, SHORT or FLAT.",
        params: signals::PARAMS,
        stop_loss: None,
        take_profit: None,
        limits: NO_LIMITS,
        build: Signals::build,
    },
];

/// Every strategy with its parameters and defaults.
#[must_use]
pub fn catalogue() -> &'static [StrategySpec] {
    &CATALOGUE
}

/// A name that is no strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown strategy '{name}'; {hint}")]
pub struct UnknownStrategy {
    /// What was asked for.
    pub name: String,
    /// The nearest name, or all of them.
    pub hint: String,
}

/// The strategy of a name.
///
/// # Errors
/// [`UnknownStrategy`] with the nearest name.
pub fn find(name: &str) -> Result<&'static StrategySpec, UnknownStrategy> {
    CATALOGUE.iter().find(|spec| spec.name == name).ok_or_else(|| UnknownStrategy {
        name: params::shown(name),
        hint: params::suggestion(name, CATALOGUE.iter().map(|spec| spec.name)),
    })
}

impl StrategySpec {
    /// A fresh strategy for `assets` assets.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub fn build(&self, params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        (self.build)(params, assets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_in_range_and_builds() {
        for spec in catalogue() {
            let params = Params::check(spec.params, &std::collections::BTreeMap::new()).unwrap();
            spec.build(&params, 2).unwrap();
        }
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        assert_eq!(find("sma_cros").unwrap_err().to_string(), "unknown strategy 'sma_cros'; did you mean 'sma_cross'?");
        assert_eq!(find("zzz").unwrap_err().hint, "known: sma_cross, model, signals");
    }
}
