//! What the engine is told: everything that became known at one moment.

use crate::domain::{Bar, Ts};

/// Which way a position or a signal points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Direction {
    /// Gains when the price rises.
    Long,
    /// Gains when the price falls.
    Short,
}

impl Direction {
    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Long => "LONG",
            Self::Short => "SHORT",
        }
    }

    /// 1 for long, -1 for short.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Long => 1.0,
            Self::Short => -1.0,
        }
    }
}

/// An opinion about an asset, known at the close of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Signal {
    /// What a model said.
    Prediction {
        /// Probability of label 1 (profit before loss), from 0 to 1.
        probability: f64,
        /// Side of the bet that the label judges (meta labels); without one it is long.
        side: Option<Direction>,
    },
    /// A direction to hold from the next open on.
    Directed {
        /// Wanted position; `None` is FLAT.
        direction: Option<Direction>,
        /// From 0 to 1, when the source has one.
        confidence: Option<f64>,
    },
    /// What is said about the asset: the newest score known.
    Sentiment {
        /// From -1 to 1.
        score: f64,
    },
    /// The close of the volatility index that goes with the asset.
    VolatilityIndex {
        /// In its own points, like 15.
        level: f64,
    },
}

/// The regular hours of the session a bar belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// UTC.
    pub open: Ts,
    /// UTC.
    pub close: Ts,
}

/// A bar of one asset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Index of the asset, from 0.
    pub asset: usize,
    /// Its bar.
    pub bar: Bar,
    /// Hours of its session, where the calendar of the asset is known.
    pub hours: Option<Hours>,
    /// Whether it is the last bar of its session: by the hours where they are known, or because the series has no
    /// further bar of that session (which only a feed of stored bars can know).
    pub session_end: bool,
    /// Whether trading in the asset is halted during the bar.
    pub halted: bool,
    /// Whether the asset has no further bar; always false where the future is open.
    pub last: bool,
}

impl Tick {
    /// A bar of an asset with nothing special about it.
    #[inline(always)]
    #[must_use]
    pub const fn new(asset: usize, bar: Bar) -> Self {
        Self { asset, bar, hours: None, session_end: false, halted: false, last: false }
    }
}

/// What a company does to its shares, effective before the open of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// New units for one old unit, above 0 (2 is a 2-for-1 split).
    Split(f64),
    /// Cash a unit as it was before, in currency.
    Dividend(f64),
}

/// An action on the asset of a tick of the same step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepAction {
    /// Index of the asset.
    pub asset: usize,
    /// What happens; dividends come before splits.
    pub action: Action,
}

/// A signal about the asset of a tick of the same step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepSignal {
    /// Index into [`Step::ticks`].
    pub tick: usize,
    /// What it says.
    pub signal: Signal,
}

/// What of its bars a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Open to close: nothing else happens between the two.
    #[default]
    Whole,
    /// The opens alone; the closes follow, after what happens in between.
    Open,
    /// The rest of bars that have opened in earlier steps.
    Close,
}

/// One moment of the merged time line: bars that open or close at it, and the signals known at their closes.
///
/// Bars that overlap without sharing both ends are told as two steps, so that the close of one never reaches an open of
/// another that comes before it.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What of the bars happens now.
    pub phase: Phase,
    /// UTC start of the bars. Rises from close to close: a bar that closes after one that began later carries the
    /// microsecond after that one.
    pub ts: Ts,
    /// Trading day, as days since 1970-01-01; never falls from step to step.
    pub session_date: i32,
    /// Corporate actions effective before the opens; none when only closes are told.
    pub actions: Vec<StepAction>,
    /// The bars, ascending by asset.
    pub ticks: Vec<Tick>,
    /// The signals, in order of their ticks; none when only opens are told.
    pub signals: Vec<StepSignal>,
}
