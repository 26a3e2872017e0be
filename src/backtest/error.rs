//! What can be wrong with a backtest, in one clear line each.

use super::holding::HoldingTime;
use crate::domain::{Interval, Symbol, Ts};
use crate::store::StoreError;
use crate::trade::strategies::UnknownStrategy;
use crate::trade::strategies::params::ParamError;

/// Why a backtest was not run, or not stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// No strategy of that name.
    #[error(transparent)]
    Strategy(#[from] UnknownStrategy),
    /// A strategy parameter that is unknown or out of range.
    #[error("strategy {strategy}: {source}")]
    Param {
        /// Strategy.
        strategy: &'static str,
        /// What is wrong.
        source: ParamError,
    },
    /// Strategies, or parameters of several, that can't be told apart.
    #[error("{0}")]
    Strategies(String),
    /// Settings that don't go together.
    #[error("{0}")]
    Combination(String),
    /// A holding time that these bars can't measure.
    #[error(
        "max_holding = {0} can't be told in {1} bars; give trading hours (8h) within a day, days (2d) for daily bars"
    )]
    Holding(HoldingTime, Interval),
    /// A setting out of range.
    #[error("{setting} = {value}: use {wanted}")]
    Setting {
        /// Setting.
        setting: &'static str,
        /// Value given.
        value: f64,
        /// What is allowed.
        wanted: &'static str,
    },
    /// A setting's text that is not what it takes.
    #[error("{setting} = '{value}': {problem}")]
    SettingText {
        /// Setting.
        setting: &'static str,
        /// Text given, shortened.
        value: String,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// No setting of that name.
    #[error("unknown setting '{name}'; {hint}")]
    UnknownSetting {
        /// What was given, shortened.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// Nothing to run on.
    #[error("no symbols given")]
    NoSymbols,
    /// The store has no bars of this symbol and interval.
    #[error("no {interval} bars of '{symbol}'; the store has {known}")]
    UnknownSymbol {
        /// Instrument asked for.
        symbol: Symbol,
        /// Bar length asked for.
        interval: Interval,
        /// What there is.
        known: String,
    },
    /// Bars exist, but none in the period.
    #[error("no {interval} bars of '{symbol}' in the period; they go from {first} to {last}")]
    EmptyPeriod {
        /// Instrument.
        symbol: Symbol,
        /// Bar length.
        interval: Interval,
        /// First bar start stored.
        first: Ts,
        /// Last bar start stored.
        last: Ts,
    },
    /// One account can't hold several currencies.
    #[error("the symbols trade in different currencies ({}); run one backtest a currency", .0.join(", "))]
    Currencies(Vec<String>),
    /// Amounts in an unknown currency can't be added to those in a known one.
    #[error(
        "the others trade in {known}, but nobody knows the currency of {}; ingest with --exchange, or leave them out",
        shortened(.unknown)
    )]
    UnknownCurrency {
        /// Currency of the others.
        known: String,
        /// Instruments without one.
        unknown: Vec<Symbol>,
    },
    /// Contracts whose point is not worth one unit of currency.
    #[error("'{symbol}' has a multiplier of {multiplier}; backtests handle a multiplier of 1 only")]
    Multiplier {
        /// Instrument.
        symbol: Symbol,
        /// Currency value of one point.
        multiplier: f64,
    },
    /// Charges of another market.
    #[error("costs {costs} are in {theirs}, '{symbol}' trades in {ours}")]
    CostCurrency {
        /// Costs asked for.
        costs: String,
        /// Their currency.
        theirs: String,
        /// Instrument.
        symbol: Symbol,
        /// Its currency.
        ours: String,
    },
    /// Something rests on volume, and there is none.
    #[error("the {interval} bars of '{symbol}' have no volume, which {needed_by} rests on")]
    NoVolume {
        /// Instrument.
        symbol: Symbol,
        /// Bar length.
        interval: Interval,
        /// What needs it.
        needed_by: &'static str,
    },
    /// Predictions or signals that don't fit the run.
    #[error("{0}")]
    Signals(String),
    /// The system gave no threads.
    #[error("{jobs} threads could not be started: {reason}")]
    Threads {
        /// Threads asked for.
        jobs: usize,
        /// What the system reported.
        reason: String,
    },
    /// Faults of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<crate::store::duckdb::Error> for BacktestError {
    fn from(error: crate::store::duckdb::Error) -> Self {
        Self::Store(error.into())
    }
}

impl BacktestError {
    /// The next step for whoever meets this error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSymbols => Some("name them with --symbols A,B".into()),
            Self::UnknownSymbol { .. } => {
                Some("ingest it with 'ws ingest csv PATH..', or name another with --symbols or --interval".into())
            }
            Self::EmptyPeriod { .. } => Some("widen --from and --to".into()),
            Self::Threads { .. } => Some("ask for fewer with --jobs".into()),
            Self::Store(error) => error.hint(),
            _ => None,
        }
    }

    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::UnknownSymbol { .. }
            | Self::EmptyPeriod { .. }
            | Self::Currencies(_)
            | Self::UnknownCurrency { .. }
            | Self::Multiplier { .. }
            | Self::CostCurrency { .. }
            | Self::NoVolume { .. } => true,
            Self::Store(error) => error.is_refusal(),
            _ => false,
        }
    }
}

/// The first few symbols, and how many more there are.
fn shortened(symbols: &[Symbol]) -> String {
    const SHOWN: usize = 5;
    let named: Vec<&str> = symbols.iter().take(SHOWN).map(Symbol::as_str).collect();
    match symbols.len().saturating_sub(SHOWN) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
