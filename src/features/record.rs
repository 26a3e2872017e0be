//! One feature as one record: everything said of it is said here once, and SQL, comments and hash derive from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::kernel::KernelSpec;

/// One feature of a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Column name.
    pub name: String,
    /// How it is computed.
    pub definition: Definition,
    /// Unit of its values.
    pub unit: String,
    /// How models scale it.
    pub role: Role,
    /// What it is, in one line.
    pub about: String,
    /// Where the definition comes from.
    pub source: String,
    /// Index of the first bar that can have a value; follows from the definition.
    pub warmup: usize,
    /// How far back it looks; follows from the definition.
    pub memory: Memory,
    /// How many bars before the newest must be at hand, with their kernels, to compute it.
    pub context: usize,
    /// 0 is there once staged; an expression comes one step after the last expression it reads.
    pub(super) level: usize,
    /// Line of its definition in the set.
    pub(super) line: usize,
}

impl Feature {
    /// Whether it compares symbols with each other.
    #[must_use]
    pub fn is_across(&self) -> bool {
        matches!(&self.definition, Definition::Expression(expression) if expression.is_across())
    }
}

/// How a feature is computed.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// By a kernel stepped over the bars.
    Kernel {
        /// The kernel.
        spec: KernelSpec,
        /// Which of its outputs, as an index into [`KernelSpec::outputs`].
        output: usize,
    },
    /// By SQL over bars, kernels and earlier features.
    Expression(Expression),
}

impl fmt::Display for Definition {
    /// `macd(close, fast = 12, slow = 26, signal = 9).line`, or the SQL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kernel { spec, output } => match spec.outputs() {
                [_] => write!(f, "{spec}"),
                outputs => write!(f, "{spec}.{}", outputs.get(*output).unwrap_or(&"?")),
            },
            Self::Expression(expression) => f.write_str(expression.text()),
        }
    }
}

/// What kind of number a feature is: tells models how to scale it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A price level, in currency.
    Price,
    /// A difference or distance of prices, in currency; 0 means none.
    Spread,
    /// An amount traded, never negative.
    Volume,
    /// A running sum of signed amounts: its level is arbitrary, only differences mean something.
    Flow,
    /// Within fixed bounds.
    Bounded,
    /// A return or another small dimensionless fraction.
    Return,
}

impl Role {
    /// The name used in sets and comments.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Spread => "spread",
            Self::Volume => "volume",
            Self::Flow => "flow",
            Self::Bounded => "bounded",
            Self::Return => "return",
        }
    }
}

/// How far back a value looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// At this many bars, the newest one included, and at nothing before them.
    Finite(usize),
    /// At everything since the first bar, with weights that vanish: from this many bars on, what came before weighs
    /// less than 1e-8.
    Decaying(usize),
    /// At everything since the first bar, and depends on where that is.
    Anchored,
}

impl Memory {
    /// Of something that looks `back` bars further.
    #[must_use]
    pub(super) fn behind(self, back: usize) -> Self {
        match self {
            Self::Finite(bars) => Self::Finite(bars + back),
            Self::Decaying(bars) => Self::Decaying(bars + back),
            Self::Anchored => Self::Anchored,
        }
    }

    /// Of something that rests on both.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => Self::Finite(a.max(b)),
            (Self::Finite(a) | Self::Decaying(a), Self::Finite(b) | Self::Decaying(b)) => Self::Decaying(a.max(b)),
            _ => Self::Anchored,
        }
    }

    /// Bars after which a different past no longer shows beyond 1e-8; `None` when it always does.
    #[must_use]
    pub fn settles(self) -> Option<usize> {
        match self {
            Self::Finite(bars) | Self::Decaying(bars) => Some(bars),
            Self::Anchored => None,
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite(1) => f.write_str("finite (1 bar)"),
            Self::Finite(bars) => write!(f, "finite ({bars} bars)"),
            Self::Decaying(bars) => write!(f, "decaying ({bars} bars)"),
            Self::Anchored => f.write_str("anchored"),
        }
    }
}
