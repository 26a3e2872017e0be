//! All strategies with their parameters and defaults: one table, from which checking and help derive.

use std::fmt::Write;

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Intraday, Model, Signals, SmaCross, Swing, intraday, model, signals, sma_cross, swing};
use crate::domain::{shown, suggestion};
use crate::trade::risk::Limits;

/// One strategy of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct StrategySpec {
    /// Name in commands and tables.
    pub name: &'static str,
    /// What it does, one line.
    pub doc: &'static str,
    /// Formula of the confidence of its entries.
    pub confidence: &'static str,
    /// Its parameters.
    pub params: &'static [ParamSpec],
    /// Stop attached to entries unless told otherwise, a fraction.
    pub stop_loss: Option<f64>,
    /// Target attached to entries unless told otherwise, a fraction.
    pub take_profit: Option<f64>,
    /// Limits on the account unless told otherwise.
    pub limits: Limits,
    /// Whether its positions are left at the end of every session unless told otherwise.
    pub square_off: bool,
    /// Whether its entries know the probability that they gain.
    pub has_probability: bool,
    build: fn(&Params, usize) -> Result<AnyStrategy, ParamError>,
}

const NO_LIMITS: Limits = Limits::NONE;
const CAUTIOUS: Limits = Limits { exposure_cap: Some(100_000.0), daily_loss_cap: Some(0.05), ..Limits::NONE };

static CATALOGUE: [StrategySpec; 5] = [
    StrategySpec {
        name: "sma_cross",
        doc: "Long after the fast average crosses above the slow one, short after it crosses below; always reverses.",
        confidence: "none",
        params: sma_cross::PARAMS,
        stop_loss: None,
        take_profit: None,
        limits: NO_LIMITS,
        square_off: false,
        has_probability: false,
        build: SmaCross::build,
    },
    StrategySpec {
        name: "intraday",
        doc: "Long above session VWAP and EMA while the SMA rises and RSI is in its band, short in the mirror; left \
              when that no longer holds.",
        confidence: intraday::CONFIDENCE,
        params: intraday::PARAMS,
        stop_loss: Some(0.02),
        take_profit: Some(0.04),
        limits: CAUTIOUS,
        square_off: true,
        has_probability: false,
        build: Intraday::build,
    },
    StrategySpec {
        name: "swing",
        doc: "Long at the end of a pull-back in an up-trend (fast average and close above the slow one; RSI back at \
              rsi_pullback from below), held for some sessions.",
        confidence: swing::CONFIDENCE,
        params: swing::PARAMS,
        stop_loss: Some(0.02),
        take_profit: Some(0.04),
        limits: CAUTIOUS,
        square_off: false,
        has_probability: false,
        build: Swing::build,
    },
    StrategySpec {
        name: "model",
        doc: "Long when a model's probability reaches the threshold and nothing is held; left by stop, target or age, by \
              default those of its labels (the ones below where these are unknown).",
        confidence: model::CONFIDENCE,
        params: model::PARAMS,
        stop_loss: Some(0.02),
        take_profit: Some(0.04),
        limits: CAUTIOUS,
        square_off: false,
        has_probability: true,
        build: Model::build,
    },
    StrategySpec {
        name: "signals",
        doc: "Holds the direction of the newest given signal: LONG, SHORT or FLAT.",
        confidence: "as given with the signal",
        params: signals::PARAMS,
        stop_loss: None,
        take_profit: None,
        limits: NO_LIMITS,
        square_off: false,
        has_probability: false,
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
        name: shown(name),
        hint: suggestion(name, CATALOGUE.iter().map(|spec| spec.name)),
    })
}

/// Every strategy for a reader: what it does, its confidence, its guards, and each parameter with default and range.
#[must_use]
pub fn help() -> String {
    CATALOGUE.iter().map(StrategySpec::help).collect::<Vec<_>>().join("\n")
}

impl StrategySpec {
    /// A fresh strategy for `assets` assets.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub fn build(&self, params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        (self.build)(params, assets)
    }

    /// The strategy for a reader.
    #[must_use]
    pub fn help(&self) -> String {
        let mut text = format!("  {}: {}\n    confidence: {}\n", self.name, self.doc, self.confidence);
        text += &format!("    guards: {}\n", self.guards());
        let shown = |spec: &ParamSpec| {
            let default = format!("{} {}", spec.default, spec.unit);
            format!("{} [{} to {}]", default.trim_end(), spec.min, spec.max)
        };
        let values: Vec<String> = self.params.iter().map(shown).collect();
        let widest = values.iter().map(String::len).max().unwrap_or_default();
        let longest = self.params.iter().map(|spec| spec.name.len()).max().unwrap_or_default();
        for (spec, value) in self.params.iter().zip(values) {
            // Writing into a string cannot fail.
            _ = writeln!(text, "    {:longest$}  {value:widest$}  {}", spec.name, spec.doc);
        }
        text
    }

    fn guards(&self) -> String {
        let percent = |name: &str, value: Option<f64>| value.map(|value| format!("{name} {} %", value * 100.0));
        let guards = [
            percent("stop", self.stop_loss),
            percent("target", self.take_profit),
            self.limits.exposure_cap.map(|cap| format!("exposure cap {cap}")),
            percent("session loss cap", self.limits.daily_loss_cap),
            self.square_off.then(|| "squared off".to_string()),
        ];
        let known: Vec<String> = guards.into_iter().flatten().collect();
        if known.is_empty() { "none".to_string() } else { known.join(", ") }
    }
}
