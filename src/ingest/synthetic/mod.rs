//! A synthetic market, always labelled as such: what tests know the truth of and the demo runs on.
//!
//! Bars of each symbol follow `r = beta * market + idiosyncratic`, both with Student-t (4 degrees of freedom)
//! shocks whose volatility switches between a calm and a stressed regime (a two-state Markov chain a day) and
//! drifts within it (log-AR(1)). A share of each day's variance falls into the overnight gap, intraday volume is
//! U-shaped and rises with the size of the move. A daily sentiment score (AR(1), published before the open) moves
//! the next session's mean by `drift * score * sigma`; with `drift` 0 there is nothing to find.
//!
//! Stylised facts: Cont, "Empirical properties of asset returns", Quantitative Finance 1 (2001).

mod path;
mod random;
mod read;
mod write;

use crate::domain::{Bar, Interval, Symbol};

pub use read::load_sentiment;
pub use write::{WriteError, Written, store_market, write_csv};

/// What to simulate.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// Number of symbols, named SYN001, SYN002, ..
    pub symbols: usize,
    /// Trading days (Mondays to Fridays).
    pub days: usize,
    /// Bar length.
    pub interval: Interval,
    /// Seed: the same gives the same market, bit by bit.
    pub seed: u64,
    /// Strength of sentiment in the next session, in daily standard deviations a unit of score.
    pub drift: f64,
    /// First trading day on or after this one (days since 1970-01-01).
    pub start_day: i32,
}

/// A day's sentiment of one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sentiment {
    /// Trading day it speaks of, since 1970-01-01; it is known an hour before that day's open.
    pub day: i32,
    /// From -1 to 1.
    pub score: f64,
    /// From 0 to 1.
    pub confidence: f64,
}

/// One simulated symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name.
    pub symbol: Symbol,
    /// Bars, ascending.
    pub bars: Vec<Bar>,
    /// One a trading day.
    pub sentiment: Vec<Sentiment>,
}

/// A market that can't be simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// A size out of range.
    #[error("{what} must be between {low} and {high}, not {found}")]
    Range {
        /// Parameter.
        what: &'static str,
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
        /// Given value.
        found: String,
    },
}

/// Minutes after midnight UTC at which synthetic sessions open and close.
pub const SESSION: (i64, i64) = (9 * 60, 16 * 60);

impl Market {
    /// Checks sizes and names the symbols.
    ///
    /// # Errors
    /// Symbols outside 1..=999, days outside 1..=20 000, a drift that isn't between -2 and 2.
    pub fn names(&self) -> Result<Vec<Symbol>, MarketError> {
        let range = |what, low, high, found: i64| {
            let ok = (low..=high).contains(&found);
            if ok { Ok(()) } else { Err(MarketError::Range { what, low, high, found: found.to_string() }) }
        };
        range("symbols", 1, 999, i64::try_from(self.symbols).unwrap_or(i64::MAX))?;
        range("days", 1, 20_000, i64::try_from(self.days).unwrap_or(i64::MAX))?;
        if !(-2.0..=2.0).contains(&self.drift) {
            return Err(MarketError::Range { what: "drift", low: -2, high: 2, found: self.drift.to_string() });
        }
        Ok((1..=self.symbols).filter_map(|n| format!("SYN{n:03}").parse().ok()).collect())
    }

    /// Simulates every symbol over the same market factor, one at a time.
    ///
    /// # Errors
    /// As [`Market::names`].
    pub fn series(&self) -> Result<impl Iterator<Item = Series> + '_, MarketError> {
        let names = self.names()?;
        let factor = path::factor(self);
        Ok(names.into_iter().enumerate().map(move |(n, symbol)| path::series(self, &factor, n as u64 + 1, symbol)))
    }
}
