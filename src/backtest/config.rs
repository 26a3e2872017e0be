//! What a backtest is asked to do (raw) and what it will do (checked).

use std::collections::BTreeMap;

use super::BacktestError;
use crate::domain::{Interval, Symbol, Ts};
use crate::trade::costs::{Commission, Costs, Slippage};
use crate::trade::strategies::params::Params;
use crate::trade::strategies::{self, StrategySpec};
use crate::trade::{Direction, Limits, Settings, Sizing};

/// The model behind predictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRef {
    /// Key of the model.
    pub model_id: String,
    /// Its training run: the parent of the backtest.
    pub parent_run_id: String,
    /// Hash of the feature set it reads.
    pub feature_set_hash: String,
}

/// One call of a model, for strategy `model`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Instrument.
    pub symbol: Symbol,
    /// Start of the newest bar in the window; known at its close.
    pub ts: Ts,
    /// Calibrated probability of label 1; NaN is unknown.
    pub probability: f64,
    /// Realised label, when there is one.
    pub label: Option<i32>,
    /// Realised forward return, a fraction, when there is one.
    pub forward_return: Option<f64>,
    /// Time of the call, in ms.
    pub latency_ms: Option<f64>,
}

/// One signal, for strategy `signals`.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenSignal {
    /// Instrument.
    pub symbol: Symbol,
    /// Start of the bar at whose close the signal is known.
    pub ts: Ts,
    /// Position to hold from the next open on; `None` is FLAT.
    pub direction: Option<Direction>,
    /// From 0 to 1, when the source has one.
    pub confidence: Option<f64>,
}

/// A backtest as asked for.
///
/// The four guards (`stop_loss`, `take_profit`, `exposure_cap`, `daily_loss_cap`) default to the strategy's own:
/// `None` takes that default, 0 switches the guard off.
#[derive(Debug, Clone)]
pub struct Config {
    /// Strategy, by name.
    pub strategy: String,
    /// Its parameters as given.
    pub params: BTreeMap<String, String>,
    /// Instruments.
    pub symbols: Vec<Symbol>,
    /// Bar length.
    pub interval: Interval,
    /// First bar start, included.
    pub from: Option<Ts>,
    /// End of bar starts, excluded.
    pub to: Option<Ts>,
    /// Cash at the start, in currency.
    pub capital: f64,
    /// Fraction of the traded value, a side.
    pub commission: f64,
    /// Price concession of market orders, in basis points.
    pub slippage_bps: f64,
    /// Size of positions; `None` splits 95 % of equity over the symbols.
    pub sizing: Option<Sizing>,
    /// Stop, a fraction of the entry price.
    pub stop_loss: Option<f64>,
    /// Target, a fraction of the entry price.
    pub take_profit: Option<f64>,
    /// Largest sum of |position value|, in currency.
    pub exposure_cap: Option<f64>,
    /// Largest loss of a session, a fraction.
    pub daily_loss_cap: Option<f64>,
    /// Yearly, a fraction; metrics read it.
    pub risk_free_rate: f64,
    /// Name of the run; may be empty.
    pub name: String,
    /// Recorded with the run; the engine itself draws no random numbers.
    pub seed: Option<i64>,
    /// Whether the model may have seen these bars; stored with the run, and every report is marked.
    pub in_sample: bool,
    /// Model behind `predictions`.
    pub model: Option<ModelRef>,
    /// For strategy `model`, in any order.
    pub predictions: Vec<Prediction>,
    /// For strategy `signals`, in any order.
    pub signals: Vec<GivenSignal>,
}

impl Config {
    /// The defaults: capital 100 000, commission 0.10 %, slippage 5 bps, risk-free rate 2 %, the whole history.
    #[must_use]
    pub fn new(strategy: &str, symbols: Vec<Symbol>, interval: Interval) -> Self {
        Self {
            strategy: strategy.to_string(),
            params: BTreeMap::new(),
            symbols,
            interval,
            from: None,
            to: None,
            capital: 100_000.0,
            commission: Commission::DEFAULT_FRACTION,
            slippage_bps: Slippage::DEFAULT_BPS,
            sizing: None,
            stop_loss: None,
            take_profit: None,
            exposure_cap: None,
            daily_loss_cap: None,
            risk_free_rate: 0.02,
            name: String::new(),
            seed: None,
            in_sample: false,
            model: None,
            predictions: Vec::new(),
            signals: Vec::new(),
        }
    }

    /// Checks everything that needs no store.
    ///
    /// # Errors
    /// An unknown strategy or parameter, a setting out of range, inputs the strategy does not read.
    pub fn check(&self) -> Result<Plan, BacktestError> {
        let spec = strategies::find(&self.strategy)?;
        let fault = |source| BacktestError::Param { strategy: spec.name, source };
        let params = Params::check(spec.params, &self.params).map_err(fault)?;
        // Parameters that don't go together show here.
        spec.build(&params, 1).map_err(fault)?;
        self.check_inputs(spec)?;
        let mut symbols = self.symbols.clone();
        symbols.sort();
        symbols.dedup();
        if symbols.is_empty() {
            return Err(BacktestError::NoSymbols);
        }
        let settings = self.settings(spec, symbols.len())?;
        let costs = self.costs()?;
        let risk_free_rate = within(RISK_FREE, self.risk_free_rate)?;
        Ok(Plan { spec, params, symbols, settings, costs, risk_free_rate, in_sample: self.in_sample })
    }

    fn check_inputs(&self, spec: &StrategySpec) -> Result<(), BacktestError> {
        let refused = |text: &str| Err(BacktestError::Signals(text.to_string()));
        match spec.name {
            "model" if self.model.is_none() => refused("strategy 'model' needs a model; name one with --model ID"),
            "model" => Ok(()),
            _ if self.model.is_some() || !self.predictions.is_empty() => {
                refused("a model and its predictions are for strategy 'model' only")
            }
            "signals" => Ok(()),
            _ if !self.signals.is_empty() => refused("given signals are for strategy 'signals' only"),
            _ => Ok(()),
        }
    }

    fn settings(&self, spec: &StrategySpec, symbols: usize) -> Result<Settings, BacktestError> {
        let guard = |rule: Rule, given: Option<f64>, default: Option<f64>| match given {
            Some(0.0) => Ok(None),
            Some(value) => within(rule, value).map(Some),
            None => Ok(default),
        };
        Ok(Settings {
            capital: within(CAPITAL, self.capital)?,
            sizing: self.sizing.unwrap_or(Sizing::split_evenly(symbols)),
            stop_loss: guard(STOP_LOSS, self.stop_loss, spec.stop_loss)?,
            take_profit: guard(TAKE_PROFIT, self.take_profit, spec.take_profit)?,
            limits: Limits {
                exposure_cap: guard(EXPOSURE_CAP, self.exposure_cap, spec.limits.exposure_cap)?,
                daily_loss_cap: guard(DAILY_LOSS_CAP, self.daily_loss_cap, spec.limits.daily_loss_cap)?,
            },
        })
    }

    fn costs(&self) -> Result<Costs, BacktestError> {
        let commission = Commission::Fraction(within(COMMISSION, self.commission)?);
        let slippage = Slippage::Bps(within(SLIPPAGE_BPS, self.slippage_bps)?);
        Ok(Costs { commission, slippage, ..Costs::default() })
    }
}

/// A setting's range: above `low` (or at it, when `closed`) and below `high`.
#[derive(Clone, Copy)]
struct Rule {
    setting: &'static str,
    low: f64,
    closed: bool,
    high: f64,
    wanted: &'static str,
}

const fn above(setting: &'static str, low: f64, high: f64, wanted: &'static str) -> Rule {
    Rule { setting, low, closed: false, high, wanted }
}

const fn from(setting: &'static str, low: f64, high: f64, wanted: &'static str) -> Rule {
    Rule { setting, low, closed: true, high, wanted }
}

const CAPITAL: Rule = above("capital", 0.0, 1e15, "an amount above 0 and up to 1e15");
const COMMISSION: Rule = from("commission", 0.0, 1.0, "a fraction from 0 to below 1 (0.001 is 0.10 %)");
const SLIPPAGE_BPS: Rule = from("slippage_bps", 0.0, 10_000.0, "basis points from 0 to below 10000");
const STOP_LOSS: Rule = above("stop_loss", 0.0, 1.0, "a fraction above 0 and below 1 (0.02 is 2 %), or 0 for none");
const TAKE_PROFIT: Rule = above("take_profit", 0.0, 1_000.0, "a fraction above 0 (0.04 is 4 %), or 0 for none");
const EXPOSURE_CAP: Rule = above("exposure_cap", 0.0, f64::INFINITY, "an amount above 0, or 0 for none");
const DAILY_LOSS_CAP: Rule = above("daily_loss_cap", 0.0, 1.0, "a fraction above 0 and below 1, or 0 for none");
const RISK_FREE: Rule = above("risk_free_rate", -1.0, 1.0, "a yearly fraction between -1 and 1");

/// `value` when the rule allows it; NaN and infinity never are.
fn within(rule: Rule, value: f64) -> Result<f64, BacktestError> {
    let low_ok = if rule.closed { value >= rule.low } else { value > rule.low };
    if low_ok && value < rule.high {
        return Ok(value);
    }
    Err(BacktestError::Setting { setting: rule.setting, value, wanted: rule.wanted })
}

/// A checked backtest.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Strategy.
    pub spec: &'static StrategySpec,
    /// Its parameters, defaults filled in.
    pub params: Params,
    /// Instruments, sorted, each once.
    pub symbols: Vec<Symbol>,
    /// Capital, sizing, exits and limits.
    pub settings: Settings,
    /// Commission and slippage.
    pub costs: Costs,
    /// Yearly, a fraction.
    pub risk_free_rate: f64,
    /// Whether the model may have seen these bars.
    pub in_sample: bool,
}

impl Plan {
    /// Every parameter as stored with a run, defaults included; `none` is a guard that is off.
    #[must_use]
    pub fn run_params(&self, periods_per_year: u32) -> BTreeMap<String, String> {
        let optional = |value: Option<f64>| value.map_or_else(|| "none".to_string(), |value| value.to_string());
        let settings = &self.settings;
        // The settings as they were given: plain numbers.
        let commission = match &self.costs.commission {
            Commission::Fraction(fraction) => fraction.to_string(),
            other => other.to_string(),
        };
        let slippage_bps = match &self.costs.slippage {
            Slippage::Bps(bps) => bps.to_string(),
            other => other.to_string(),
        };
        let mut params = BTreeMap::from([
            ("capital".to_string(), settings.capital.to_string()),
            ("commission".to_string(), commission),
            ("slippage_bps".to_string(), slippage_bps),
            ("sizing".to_string(), settings.sizing.to_string()),
            ("stop_loss".to_string(), optional(settings.stop_loss)),
            ("take_profit".to_string(), optional(settings.take_profit)),
            ("exposure_cap".to_string(), optional(settings.limits.exposure_cap)),
            ("daily_loss_cap".to_string(), optional(settings.limits.daily_loss_cap)),
            ("risk_free_rate".to_string(), self.risk_free_rate.to_string()),
            ("periods_per_year".to_string(), periods_per_year.to_string()),
            ("in_sample".to_string(), self.in_sample.to_string()),
        ]);
        params.extend(self.params.iter().map(|(name, value)| (format!("param.{name}"), value.to_string())));
        params
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::new("sma_cross", vec!["B".parse().unwrap(), "A".parse().unwrap(), "B".parse().unwrap()], Interval::D1)
    }

    fn refusal(change: impl Fn(&mut Config)) -> String {
        let mut config = config();
        change(&mut config);
        config.check().unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_the_documented_ones() {
        let plan = config().check().unwrap();
        assert_eq!(plan.symbols.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["A", "B"]);
        let params = plan.run_params(252);
        let expected = [
            ("capital", "100000"),
            ("commission", "0.001"),
            ("slippage_bps", "5"),
            ("sizing", "equity:0.475"),
            ("stop_loss", "none"),
            ("daily_loss_cap", "none"),
            ("risk_free_rate", "0.02"),
            ("periods_per_year", "252"),
            ("param.fast", "10"),
        ];
        for (key, value) in expected {
            assert_eq!(params[key], value, "{key}");
        }
    }

    #[test]
    fn model_guards_default_on_and_zero_switches_off() {
        let mut config = config();
        config.strategy = "model".into();
        config.model =
            Some(ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() });
        let settings = config.check().unwrap().settings;
        assert_eq!((settings.stop_loss, settings.take_profit), (Some(0.02), Some(0.04)));
        assert_eq!(settings.limits, Limits { exposure_cap: Some(100_000.0), daily_loss_cap: Some(0.05) });
        config.stop_loss = Some(0.0);
        config.take_profit = Some(0.1);
        let settings = config.check().unwrap().settings;
        assert_eq!((settings.stop_loss, settings.take_profit), (None, Some(0.1)));
    }

    #[test]
    fn bad_settings_are_refused_with_what_is_allowed() {
        assert!(refusal(|config| config.capital = 1e308).contains("up to 1e15"));
        assert_eq!(refusal(|config| config.capital = -1.0), "capital = -1: use an amount above 0 and up to 1e15");
        for broken in [f64::NAN, f64::INFINITY, -0.1, 1.0] {
            assert!(refusal(|config| config.commission = broken).starts_with("commission = "));
            assert!(refusal(|config| config.stop_loss = Some(broken)).starts_with("stop_loss = "));
        }
        assert_eq!(refusal(|config| config.symbols.clear()), "no symbols given");
        assert_eq!(
            refusal(|config| config.strategy = "model".into()),
            "strategy 'model' needs a model; name one with --model ID"
        );
        let conflict = refusal(|config| drop(config.params.insert("fast".into(), "30".into())));
        assert_eq!(conflict, "strategy sma_cross: fast=30 must be below slow=20");
    }
}
