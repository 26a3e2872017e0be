//! Kernels by name: the indicators a set may ask for, with typed parameters.
//!
//! [`KernelSpec`] is what a set says; [`Kernel`] is one running over a series. Adding an indicator to feature sets is
//! adding a variant to both.

use std::fmt;

use serde::Deserialize;

use super::record::Memory;
use crate::domain::Bar;
use crate::indicators::{Adx, Atr, BollingerBandwidth, Ema, Macd, Obv, Ret, Rsi, Sma, Stoch};

/// The column of a bar that a kernel reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// First price.
    Open,
    /// Highest price.
    High,
    /// Lowest price.
    Low,
    /// Last price.
    Close,
    /// Units traded.
    Volume,
    /// The bar's own volume-weighted average price.
    Vwap,
}

impl Input {
    fn of(self, bar: &Bar) -> f64 {
        match self {
            Self::Open => bar.open,
            Self::High => bar.high,
            Self::Low => bar.low,
            Self::Close => bar.close,
            Self::Volume => bar.volume,
            Self::Vwap => bar.vwap,
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Vwap => "vwap",
        })
    }
}

/// An indicator and its parameters, as a set writes it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "kernel", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "parameters are documented with the indicators")]
pub enum KernelSpec {
    /// [`Sma`]
    Sma { input: Input, n: usize },
    /// [`Ema`]
    Ema { input: Input, n: usize },
    /// [`Macd`]
    Macd { input: Input, fast: usize, slow: usize, signal: usize },
    /// [`Rsi`]
    Rsi { input: Input, n: usize },
    /// [`Stoch`]
    Stoch { n: usize, k: usize, d: usize },
    /// [`Adx`]
    Adx { n: usize },
    /// [`Atr`]
    Atr { n: usize },
    /// [`BollingerBandwidth`]
    BollingerBandwidth { input: Input, n: usize, width: f64 },
    /// [`Obv`]
    Obv {},
    /// [`Ret`]
    Ret { input: Input, n: usize },
}

/// Longest period a kernel may have, in bars.
const MAX_PERIOD: usize = 10_000;

impl KernelSpec {
    /// Names of the outputs; the single output of most kernels needs no name in a set.
    #[must_use]
    pub fn outputs(&self) -> &'static [&'static str] {
        match self {
            Self::Macd { .. } => &["line", "signal", "hist"],
            Self::Stoch { .. } => &["k", "d"],
            _ => &["value"],
        }
    }

    /// Index of the first bar with a value.
    #[must_use]
    pub fn warmup(&self) -> usize {
        match *self {
            Self::Sma { n, .. } | Self::Ema { n, .. } | Self::BollingerBandwidth { n, .. } => n.saturating_sub(1),
            Self::Macd { slow, signal, .. } => (slow + signal).saturating_sub(2),
            Self::Rsi { n, .. } | Self::Atr { n } | Self::Ret { n, .. } => n,
            Self::Stoch { n, k, d } => (n + k + d).saturating_sub(3),
            Self::Adx { n } => (2 * n).saturating_sub(1),
            Self::Obv {} => 0,
        }
    }

    /// How far back a value looks.
    #[must_use]
    pub fn memory(&self) -> Memory {
        match self {
            Self::Sma { .. } | Self::BollingerBandwidth { .. } | Self::Ret { .. } | Self::Stoch { .. } => {
                Memory::Finite(self.warmup() + 1)
            }
            Self::Ema { .. } | Self::Macd { .. } | Self::Rsi { .. } | Self::Adx { .. } | Self::Atr { .. } => {
                Memory::Decaying
            }
            Self::Obv {} => Memory::Anchored,
        }
    }

    /// Checks the parameters, telling what would be right.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, value) in self.periods() {
            if !(1..=MAX_PERIOD).contains(&value) {
                return Err(format!("{name} = {value} is out of range; use 1 to {MAX_PERIOD}"));
            }
        }
        match *self {
            Self::Macd { fast, slow, .. } if fast >= slow => Err(format!("fast = {fast} must be below slow = {slow}")),
            Self::BollingerBandwidth { width, .. } if !(width.is_finite() && width > 0.0) => {
                Err(format!("width = {width} must be a positive number of standard deviations"))
            }
            _ => Ok(()),
        }
    }

    fn periods(&self) -> Vec<(&'static str, usize)> {
        match *self {
            Self::Sma { n, .. }
            | Self::Ema { n, .. }
            | Self::Rsi { n, .. }
            | Self::Adx { n }
            | Self::Atr { n }
            | Self::BollingerBandwidth { n, .. }
            | Self::Ret { n, .. } => vec![("n", n)],
            Self::Macd { fast, slow, signal, .. } => vec![("fast", fast), ("slow", slow), ("signal", signal)],
            Self::Stoch { n, k, d } => vec![("n", n), ("k", k), ("d", d)],
            Self::Obv {} => vec![],
        }
    }

    /// A fresh kernel at the start of a series.
    #[must_use]
    pub fn start(&self) -> Kernel {
        match *self {
            Self::Sma { input, n } => Kernel::Sma(input, Sma::new(n)),
            Self::Ema { input, n } => Kernel::Ema(input, Ema::new(n)),
            Self::Macd { input, fast, slow, signal } => Kernel::Macd(input, Macd::new(fast, slow, signal)),
            Self::Rsi { input, n } => Kernel::Rsi(input, Rsi::new(n)),
            Self::Stoch { n, k, d } => Kernel::Stoch(Stoch::new(n, k, d)),
            Self::Adx { n } => Kernel::Adx(Adx::new(n)),
            Self::Atr { n } => Kernel::Atr(Atr::new(n)),
            Self::BollingerBandwidth { input, n, width } => {
                Kernel::BollingerBandwidth(input, BollingerBandwidth::new(n, width))
            }
            Self::Obv {} => Kernel::Obv(Obv::new()),
            Self::Ret { input, n } => Kernel::Ret(input, Ret::new(n)),
        }
    }
}

impl fmt::Display for KernelSpec {
    /// `macd(close, fast = 12, slow = 26, signal = 9)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, input) = match self {
            Self::Sma { input, .. } => ("sma", Some(input)),
            Self::Ema { input, .. } => ("ema", Some(input)),
            Self::Macd { input, .. } => ("macd", Some(input)),
            Self::Rsi { input, .. } => ("rsi", Some(input)),
            Self::Stoch { .. } => ("stoch", None),
            Self::Adx { .. } => ("adx", None),
            Self::Atr { .. } => ("atr", None),
            Self::BollingerBandwidth { input, .. } => ("bollinger_bandwidth", Some(input)),
            Self::Obv {} => ("obv", None),
            Self::Ret { input, .. } => ("ret", Some(input)),
        };
        let mut inside: Vec<String> = input.map(ToString::to_string).into_iter().collect();
        inside.extend(self.periods().iter().map(|(name, value)| format!("{name} = {value}")));
        if let Self::BollingerBandwidth { width, .. } = self {
            inside.push(format!("width = {width}"));
        }
        write!(f, "{name}({})", inside.join(", "))
    }
}

/// A kernel at some bar of a series.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "one variant an indicator")]
pub enum Kernel {
    Sma(Input, Sma),
    Ema(Input, Ema),
    Macd(Input, Macd),
    Rsi(Input, Rsi),
    Stoch(Stoch),
    Adx(Adx),
    Atr(Atr),
    BollingerBandwidth(Input, BollingerBandwidth),
    Obv(Obv),
    Ret(Input, Ret),
}

/// Most outputs a kernel has.
pub const MAX_OUTPUTS: usize = 3;

impl Kernel {
    /// Takes the next bar and gives the outputs as of it, NaN while unknown and past the kernel's last output.
    pub fn step(&mut self, bar: &Bar) -> [f64; MAX_OUTPUTS] {
        const NAN: f64 = f64::NAN;
        let one = |value: Option<f64>| [value.unwrap_or(NAN), NAN, NAN];
        let outputs = match self {
            Self::Sma(input, kernel) => one(kernel.update(input.of(bar))),
            Self::Ema(input, kernel) => one(kernel.update(input.of(bar))),
            Self::Macd(input, kernel) => {
                kernel.update(input.of(bar)).map_or([NAN; 3], |value| [value.line, value.signal, value.hist])
            }
            Self::Rsi(input, kernel) => one(kernel.update(input.of(bar))),
            Self::Stoch(kernel) => {
                kernel.update(bar.high, bar.low, bar.close).map_or([NAN; 3], |value| [value.k, value.d, NAN])
            }
            Self::Adx(kernel) => one(kernel.update(bar.high, bar.low, bar.close)),
            Self::Atr(kernel) => one(kernel.update(bar.high, bar.low, bar.close)),
            Self::BollingerBandwidth(input, kernel) => one(kernel.update(input.of(bar))),
            Self::Obv(kernel) => one(kernel.update(bar.close, bar.volume)),
            Self::Ret(input, kernel) => one(kernel.update(input.of(bar))),
        };
        // Overflow is unknown, too.
        outputs.map(|value| if value.is_finite() { value } else { NAN })
    }
}
