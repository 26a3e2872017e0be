//! Every kernel, one row each: what it is called, what it reads, its parameters, outputs, warm-up and memory.
//!
//! Warm-up is the index of the first bar with a value. Memory is finite (a number of bars), decaying (the number of
//! bars after which what came before weighs less than 1e-8) or anchored at the first bar.

use std::ops::RangeInclusive;

use super::Input;
use super::spec::MAX_PERIOD;
use super::step::{Running, Step, Stepped};
use crate::features::record::Memory;
use crate::indicators::{Adx, Atr, BollingerBandwidth, Ema, Macd, Obv, Ret, Rsi, Sma, Stoch};

/// Which columns a kernel reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The columns it needs of the whole bar: nothing to choose.
    Bar,
    /// One chosen column: `input`.
    One,
    /// Two chosen columns: `input` and `against`.
    Two,
}

/// A parameter of a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Param {
    /// A whole number of bars from 1 to [`MAX_PERIOD`].
    Period(&'static str),
    /// A number within bounds.
    Number {
        /// Name.
        name: &'static str,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
}

impl Param {
    /// Name in a set.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Period(name) | Self::Number { name, .. } => name,
        }
    }

    /// Values it may have.
    #[must_use]
    pub const fn range(&self) -> RangeInclusive<f64> {
        match self {
            Self::Period(_) => 1.0..=MAX_PERIOD as f64,
            Self::Number { min, max, .. } => *min..=*max,
        }
    }
}

type Values = [f64; 4];

/// A row of the catalogue.
pub struct KernelInfo {
    /// Name in sets.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Whose definition it is.
    pub source: &'static str,
    /// Which columns it reads.
    pub reads: Reads,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// Its outputs, in order.
    pub outputs: &'static [&'static str],
    pub(super) warmup: fn(&Values) -> usize,
    pub(super) memory: fn(&Values) -> Memory,
    pub(super) check: fn(&Values) -> Result<(), String>,
    pub(super) start: fn(Input, Input, &Values) -> Box<dyn Running>,
}

impl KernelInfo {
    /// How a set asks for it: `{ kernel = "ema", input = "close", n = .. }`.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut inside = vec![format!("kernel = \"{}\"", self.name)];
        match self.reads {
            Reads::Bar => {}
            Reads::One => inside.push("input = \"close\"".into()),
            Reads::Two => inside.push("input = \"close\", against = \"volume\"".into()),
        }
        inside.extend(self.params.iter().map(|param| format!("{} = ..", param.name())));
        if let [first, _, ..] = self.outputs {
            inside.push(format!("output = \"{first}\""));
        }
        format!("{{ {} }}", inside.join(", "))
    }

    /// Warm-up for given parameter values, in the order of [`KernelInfo::params`].
    #[must_use]
    pub fn warmup(&self, values: &[f64; 4]) -> usize {
        (self.warmup)(values)
    }
}

/// The row of this name.
#[must_use]
pub fn catalogue(name: &str) -> Option<&'static KernelInfo> {
    KERNELS.iter().find(|info| info.name == name)
}

fn kernel<K: Step + 'static>(input: Input, against: Input, kernel: K) -> Box<dyn Running> {
    Box::new(Stepped { input, against, kernel })
}

/// Bars after which an exponential average of n bars has forgotten all but 1e-8 of what came before.
fn forgets(n: f64) -> usize {
    decay(1.0 - 2.0 / (n + 1.0))
}

/// The same for Wilder's smoothing over n bars.
fn wilder_forgets(n: f64) -> usize {
    decay(1.0 - 1.0 / n)
}

fn decay(kept: f64) -> usize {
    if kept <= 0.0 { 1 } else { ((1e-8_f64).ln() / kept.ln()).ceil() as usize }
}

const N: &[Param] = &[Param::Period("n")];
const VALUE: &[&str] = &["value"];

fn any(_: &Values) -> Result<(), String> {
    Ok(())
}

fn fast_below_slow(v: &Values) -> Result<(), String> {
    if v[0] < v[1] { Ok(()) } else { Err(format!("fast = {} must be below slow = {}", v[0], v[1])) }
}

fn n(v: &Values) -> usize {
    v[0] as usize
}

/// A row from its parts, in the order of the struct.
macro_rules! row {
    ($name:literal, $about:literal, $source:literal, $reads:ident, $params:expr, $outputs:expr,
     warmup $warmup:expr, memory $memory:expr, $check:expr, $start:expr) => {
        KernelInfo {
            name: $name,
            about: $about,
            source: $source,
            reads: Reads::$reads,
            params: $params,
            outputs: $outputs,
            warmup: $warmup,
            memory: $memory,
            check: $check,
            start: |x, y, v| kernel(x, y, ($start)(v)),
        }
    };
}

const WIDTH: Param = Param::Number { name: "width", min: 1e-6, max: 1e6 };
const PERIODS_KD: &[Param] = &[Param::Period("n"), Param::Period("k"), Param::Period("d")];
const FAST_SLOW_SIGNAL: &[Param] = &[Param::Period("fast"), Param::Period("slow"), Param::Period("signal")];

/// The kernels, by family.
pub const KERNELS: &[KernelInfo] = &[
    row!(
        "sma",
        "Simple moving average",
        "TA-Lib SMA",
        One,
        N,
        VALUE,
        warmup | v | n(v) - 1,
        memory | v | Memory::Finite(n(v)),
        any,
        |v: &Values| Sma::new(n(v))
    ),
    row!(
        "ema",
        "Exponential moving average, seeded by a simple one",
        "TA-Lib EMA",
        One,
        N,
        VALUE,
        warmup | v | n(v) - 1,
        memory | v | Memory::Decaying(n(v) + forgets(v[0])),
        any,
        |v: &Values| Ema::new(n(v))
    ),
    row!(
        "macd",
        "Moving average convergence/divergence",
        "TA-Lib MACD",
        One,
        FAST_SLOW_SIGNAL,
        &["line", "signal", "hist"],
        warmup | v | (v[1] + v[2]) as usize - 2,
        memory | v | Memory::Decaying((v[1] + v[2]) as usize + forgets(v[1]) + forgets(v[2])),
        fast_below_slow,
        |v: &Values| Macd::new(n(v), v[1] as usize, v[2] as usize)
    ),
    row!("rsi", "Relative strength index, Wilder", "TA-Lib RSI", One, N, VALUE,
        warmup n, memory |v| Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v: &Values| Rsi::new(n(v))),
    row!(
        "stoch",
        "Slow stochastic oscillator",
        "TA-Lib STOCH",
        Bar,
        PERIODS_KD,
        &["k", "d"],
        warmup | v | (v[0] + v[1] + v[2]) as usize - 3,
        memory | v | Memory::Finite((v[0] + v[1] + v[2]) as usize - 2),
        any,
        |v: &Values| Stoch::new(n(v), v[1] as usize, v[2] as usize)
    ),
    row!(
        "adx",
        "Average directional index, Wilder",
        "TA-Lib ADX",
        Bar,
        N,
        VALUE,
        warmup | v | 2 * n(v) - 1,
        memory | v | Memory::Decaying(2 * n(v) + 2 * wilder_forgets(v[0])),
        any,
        |v: &Values| Adx::new(n(v))
    ),
    row!("atr", "Average true range, Wilder", "TA-Lib ATR", Bar, N, VALUE,
        warmup n, memory |v| Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v: &Values| Atr::new(n(v))),
    row!(
        "bollinger_bandwidth",
        "Width of Bollinger bands over their middle",
        "TA-Lib BBANDS",
        One,
        &[Param::Period("n"), WIDTH],
        VALUE,
        warmup | v | n(v) - 1,
        memory | v | Memory::Finite(n(v)),
        any,
        |v: &Values| BollingerBandwidth::new(n(v), v[1])
    ),
    row!(
        "obv",
        "On-balance volume",
        "TA-Lib OBV",
        Bar,
        &[],
        VALUE,
        warmup | _ | 0,
        memory | _ | Memory::Anchored,
        any,
        |_: &Values| Obv::new()
    ),
    row!("ret", "Simple return over n bars", "TA-Lib ROCP", One, N, VALUE,
        warmup n, memory |v| Memory::Finite(n(v) + 1), any, |v: &Values| Ret::new(n(v))),
];
