//! The column of a bar that a kernel reads.

use std::fmt;

use crate::domain::Bar;

/// A price, an average of prices, or the volume of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// `(high + low) / 2`.
    Median,
    /// `(high + low + close) / 3`.
    Typical,
    /// `(high + low + 2 · close) / 4`.
    Weighted,
    /// `ln(volume + 1)`.
    LogVolume,
}

impl Input {
    /// Every input, in the order of messages.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::High,
        Self::Low,
        Self::Close,
        Self::Volume,
        Self::Vwap,
        Self::Median,
        Self::Typical,
        Self::Weighted,
        Self::LogVolume,
    ];

    /// The name sets use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Vwap => "vwap",
            Self::Median => "median",
            Self::Typical => "typical",
            Self::Weighted => "weighted",
            Self::LogVolume => "log_volume",
        }
    }

    /// The input of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|input| input.as_str() == name)
    }

    /// Its value in a bar; NaN when unknown.
    #[inline]
    #[must_use]
    pub fn of(self, bar: &Bar) -> f64 {
        match self {
            Self::Open => bar.open,
            Self::High => bar.high,
            Self::Low => bar.low,
            Self::Close => bar.close,
            Self::Volume => bar.volume,
            Self::Vwap => bar.vwap,
            Self::Median => (bar.high + bar.low) / 2.0,
            Self::Typical => (bar.high + bar.low + bar.close) / 3.0,
            Self::Weighted => (bar.high + bar.low + 2.0 * bar.close) / 4.0,
            Self::LogVolume => bar.volume.ln_1p(),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
