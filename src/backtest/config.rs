//! What a backtest is asked to do, unchecked.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::form::Written;
use super::holding::HoldingTime;
use super::learned::Learned;
use crate::domain::bet::BetTerms;
use crate::domain::{Interval, Symbol, Ts, shown};
use crate::trade::costs::{Commission, Slippage};
use crate::trade::{Approach, Direction, Life, SentimentLevels, Sizing};

/// The model behind predictions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRef {
    /// Key of the model.
    pub model_id: String,
    /// Its training run: the parent of the backtest.
    pub parent_run_id: String,
    /// Hash of the feature set it reads.
    pub feature_set_hash: String,
}

/// One call of a model, for strategy `model`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Instrument.
    pub symbol: Symbol,
    /// Start of the newest bar in the window; known at its close.
    pub ts: Ts,
    /// Calibrated probability of label 1; NaN is unknown, and left out of files, as JSON has no word for it.
    #[serde(default = "unknown", skip_serializing_if = "is_unknown")]
    pub probability: f64,
    /// Side of the bet that label 1 says is right: that of the primary rule of meta labels; without one it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Direction>,
    /// Realised label, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<i32>,
    /// Realised forward return, a fraction, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward_return: Option<f64>,
    /// Time of the call, in ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
}

impl Prediction {
    /// The side of a bet as label sets store it, 1 or -1.
    #[must_use]
    pub fn side_of(sign: Option<i32>) -> Option<Direction> {
        sign.map(|sign| if sign < 0 { Direction::Short } else { Direction::Long })
    }
}

const fn unknown() -> f64 {
    f64::NAN
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_unknown(probability: &f64) -> bool {
    probability.is_nan()
}

/// One signal, for strategy `signals`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenSignal {
    /// Instrument.
    pub symbol: Symbol,
    /// Start of the bar at whose close the signal is known.
    pub ts: Ts,
    /// Position to hold from the next open on; `None` is FLAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// From 0 to 1, when the source has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

/// The statement that given signals came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalSource {
    /// What it is called.
    pub name: String,
    /// Hash of what was audited: its text, the interval, the feature sets it reads.
    pub sha256: String,
    /// Its text, kept with the run; `None` where only its hash is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The look-ahead audit that it passed; `None` marks every report UNAUDITED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_id: Option<String>,
}

/// A time in which an instrument does not trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Instrument.
    pub symbol: Symbol,
    /// Begin, UTC.
    pub from: Ts,
    /// End, UTC, not included.
    pub to: Ts,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.symbol, self.from, self.to)
    }
}

/// A text that is no halt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a halt; use SYMBOL,FROM,TO such as 'ACME,2024-01-31 10:00,2024-01-31 11:30'")]
pub struct InvalidHalt(String);

impl FromStr for Halt {
    type Err = InvalidHalt;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let halt = || {
            let (symbol, period) = text.split_once(',')?;
            let (from, to) = period.split_once(',')?;
            Some(Self { symbol: symbol.trim().parse().ok()?, from: Ts::parse(from)?, to: Ts::parse(to)? })
        };
        halt().ok_or_else(|| InvalidHalt(shown(text)))
    }
}

/// A backtest as asked for.
///
/// The four guards (`stop_loss`, `take_profit`, `exposure_cap`, `daily_loss_cap`) and `square_off` default to the
/// strategy's own: `None` takes that default, 0 switches a guard off. Guards of the account are the tightest of several
/// strategies'. The other limits are off unless set.
///
/// With serde it is what was asked for: `strategies`, `symbols`, `interval`, `[params]` and, by their names in
/// [`SETTINGS`](Self::SETTINGS), the settings; what is left out is the default. Unknown keys are refused with the
/// nearest name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Config {
    /// Strategies, by name, each once; they share the account and nothing else.
    pub strategies: Vec<String>,
    /// Their parameters as given: `fast`, or `sma_cross.fast` where several strategies have it.
    pub params: BTreeMap<String, String>,
    /// Instruments.
    pub symbols: Vec<Symbol>,
    /// Bar length.
    pub interval: Interval,
    /// First bar start, included.
    pub from: Option<Ts>,
    /// Bars before it that are read to warm strategies up; they are not traded.
    pub warmup: u32,
    /// End of bar starts, excluded.
    pub to: Option<Ts>,
    /// Cash at the start, in currency.
    pub capital: f64,
    /// What executions cost.
    pub commission: Commission,
    /// Price concession of market orders.
    pub slippage: Slippage,
    /// Yearly cost of short positions, a fraction of their value.
    pub borrow_rate: f64,
    /// Size of positions; `None` splits 95 % of equity over symbols and strategies.
    pub sizing: Option<Sizing>,
    /// How entries are ordered.
    pub approach: Approach,
    /// How long entries work.
    pub life: Life,
    /// Fraction of its value that a position binds; 1 is no leverage.
    pub margin: f64,
    /// Equity below this fraction of exposure sells everything.
    pub maintenance: Option<f64>,
    /// Largest share of a bar's volume.
    pub volume_cap: Option<f64>,
    /// Smallest tradable quantity; `None` is the instrument's own, 0 is any.
    pub lot: Option<f64>,
    /// Smallest price step; `None` is the instrument's own, 0 is any.
    pub tick: Option<f64>,
    /// Whether positions are left at the end of every session.
    pub square_off: Option<bool>,
    /// Longest time a position is held.
    pub max_holding: Option<HoldingTime>,
    /// Most positions at a time.
    pub max_positions: Option<u32>,
    /// Largest value of a position, in currency.
    pub symbol_cap: Option<f64>,
    /// Fall of equity from its peak, a fraction, that ends trading.
    pub max_drawdown: Option<f64>,
    /// The only direction allowed.
    pub only: Option<Direction>,
    /// Levels of the sentiment gate; `None` is no gate.
    pub sentiment: Option<SentimentLevels>,
    /// Instrument whose closes are the volatility index.
    pub vol_index: Option<Symbol>,
    /// Times of no trading.
    pub halts: Vec<Halt>,
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
    /// Run that this one follows from; `None` is the training run of the model, if there is one.
    pub parent: Option<String>,
    /// Recorded with the run; the engine itself draws no random numbers.
    pub seed: Option<i64>,
    /// Whether the model may have seen these bars; stored with the run, and every report is marked.
    pub in_sample: bool,
    /// Model behind `predictions`.
    pub model: Option<ModelRef>,
    /// The bet that the model learned; strategy `model` is left by it unless settings say otherwise.
    pub learned: Option<Learned>,
    /// For strategy `model`, in any order.
    pub predictions: Vec<Prediction>,
    /// Statement behind `signals`, when there is one.
    pub source: Option<SignalSource>,
    /// For strategy `signals`, in any order.
    pub signals: Vec<GivenSignal>,
}

impl Config {
    /// Bars that warm up by default: an average of 100 bars has forgotten what was before, an exponential one of 50 too.
    pub const WARMUP: u32 = 500;

    /// The defaults: capital 100 000, commission 0.10 %, slippage 5 bps, risk-free rate 2 %, the whole history.
    #[must_use]
    pub fn new(strategy: &str, symbols: Vec<Symbol>, interval: Interval) -> Self {
        Self {
            strategies: vec![strategy.to_string()],
            params: BTreeMap::new(),
            symbols,
            interval,
            from: None,
            warmup: Self::WARMUP,
            to: None,
            capital: 100_000.0,
            commission: Commission::default(),
            slippage: Slippage::default(),
            borrow_rate: 0.0,
            sizing: None,
            approach: Approach::default(),
            life: Life::default(),
            margin: 1.0,
            maintenance: None,
            volume_cap: None,
            lot: None,
            tick: None,
            square_off: None,
            max_holding: None,
            max_positions: None,
            symbol_cap: None,
            max_drawdown: None,
            only: None,
            sentiment: None,
            vol_index: None,
            halts: Vec::new(),
            stop_loss: None,
            take_profit: None,
            exposure_cap: None,
            daily_loss_cap: None,
            risk_free_rate: 0.02,
            name: String::new(),
            parent: None,
            seed: None,
            in_sample: false,
            model: None,
            learned: None,
            predictions: Vec::new(),
            source: None,
            signals: Vec::new(),
        }
    }

    /// When the bets that the model learned are left, where that is known.
    pub(super) fn bet_terms(&self) -> Option<BetTerms> {
        self.learned.as_ref()?.terms
    }

    /// Bars before the period that are read: those that warm strategies up, and those that learned barriers rest on.
    #[must_use]
    pub fn bars_before(&self) -> usize {
        let barriers = self.bet_terms().map_or(0, |terms| terms.closes());
        barriers.max(self.warmup as usize)
    }

    /// The same with several strategies side by side.
    #[must_use]
    pub fn with_strategies(self, names: &[&str]) -> Self {
        Self { strategies: names.iter().map(ToString::to_string).collect(), ..self }
    }
}
