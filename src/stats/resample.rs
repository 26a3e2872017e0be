//! Ways to draw another series from one: each day by itself, in blocks, or the same days in another order.
//!
//! - `bootstrap`: `n` draws with replacement (Efron 1979). Takes days for independent.
//! - `block`: the stationary bootstrap of Politis and Romano (1994): blocks of geometric length with a given mean, from
//!   anywhere, wrapping round the end. Keeps what neighbouring days have to do with each other. A mean of 1 is the above.
//! - `shuffle`: a random order of the same values. What a product or a sum comes to does not change, only its course.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::error::StatsError;
use super::random::Stream;

/// How a resample is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Single observations, with replacement.
    Bootstrap,
    /// Blocks of neighbours, with replacement.
    Block,
    /// The same observations in another order.
    Shuffle,
}

impl Method {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Bootstrap, Self::Block, Self::Shuffle];

    /// As stored and typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::Block => "block",
            Self::Shuffle => "shuffle",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is none of bootstrap, block, shuffle"))
    }
}

/// Draws resamples of one length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampler {
    method: Method,
    n: u32,
    /// `1 / ln(1 - 1 / mean length)`: a geometric length is the logarithm of a uniform number times this.
    decay: f64,
}

impl Resampler {
    /// Resamples of `n` observations; `length` is the mean length of blocks and used by [`Method::Block`] only.
    ///
    /// # Errors
    /// No observation or too many to count, and blocks shorter than 1 or longer than the series.
    pub fn new(method: Method, n: usize, length: f64) -> Result<Self, StatsError> {
        let count = u32::try_from(n).ok().filter(|n| *n > 0).ok_or(StatsError::TooFew { found: n, needed: 1 })?;
        if method == Method::Block && !(1.0..=n as f64).contains(&length) {
            return Err(StatsError::Block { length, found: n });
        }
        Ok(Self { method, n: count, decay: (-length.recip()).ln_1p().recip() })
    }

    /// Replaces `into` by a resample of `values`, which must be as many as this was made for.
    pub fn draw<T: Copy>(&self, values: &[T], stream: &mut Stream, into: &mut Vec<T>) {
        into.clear();
        let n = values.len().min(self.n as usize);
        match self.method {
            Method::Bootstrap => into.extend((0..n).map(|_| values[stream.below(n as u32) as usize])),
            Method::Shuffle => {
                into.extend_from_slice(&values[..n]);
                stream.shuffle(into);
            }
            Method::Block => {
                while into.len() < n {
                    let from = stream.below(n as u32) as usize;
                    let length = self.length(stream, n - into.len());
                    let straight = length.min(n - from);
                    into.extend_from_slice(&values[from..from + straight]);
                    into.extend_from_slice(&values[..length - straight]);
                }
            }
        }
    }

    /// A geometric block length, at most what is `wanted`.
    fn length(&self, stream: &mut Stream, wanted: usize) -> usize {
        let further = (stream.positive().ln() * self.decay).floor();
        // A mean of 1 makes the decay 0: never further.
        if further >= wanted as f64 { wanted } else { (further as usize + 1).min(wanted) }
    }
}
