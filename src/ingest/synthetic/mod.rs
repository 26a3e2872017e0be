//! A synthetic market, always labelled as such: what tests know the truth of and the demo runs on.
//!
//! Log returns follow `r = beta * market + own`. Both parts have Student-t shocks (4 degrees of freedom, unit variance)
//! whose daily volatility switches between a calm and a stressed regime (a two-state Markov chain) and moves within it
//! (log-AR(1)). A fifth of a day's variance falls into the overnight gap, the rest evenly into the session's bars;
//! high and low are extremes of Brownian bridges over the bar; volume is U-shaped over the session and rises with the
//! size of the move. A daily sentiment score (AR(1), known an hour before the open) moves the session's mean by
//! `drift * score * sigma`: that is all there is to find, and with `drift` 0 there is nothing. What was drawn is kept
//! in `synthetic_truth`.
//!
//! Every symbol and the market factor have random streams of their own, so bits depend on nothing but the seed.
//!
//! Sources: Cont, "Empirical properties of asset returns", Quantitative Finance 1 (2001); Hamilton, Econometrica 57
//! (1989) for regimes; the bridge's extremes as in Glasserman, "Monte Carlo Methods in Financial Engineering", 6.4.

mod path;
mod random;
mod read;
mod sessions;
mod write;

use std::sync::Arc;

use crate::domain::{Bar, Calendar, Interval, Session, Symbol, Ts};

pub use path::{Day, Path};
pub use read::load_sentiment;
pub use write::{WriteError, Written, store_market, write_csv};

/// Version of the generator: the same seed gives other bars when it changes.
pub const GENERATOR: i32 = 2;

/// What to simulate.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// Number of symbols, named SYN001, SYN002, ..
    pub symbols: usize,
    /// Trading sessions.
    pub days: usize,
    /// Bar length.
    pub interval: Interval,
    /// Seed: the same gives the same market, bit by bit.
    pub seed: u64,
    /// Strength of sentiment in its session, in daily standard deviations a unit of score.
    pub drift: f64,
    /// First trading day on or after this one (days since 1970-01-01).
    pub start_day: i32,
    /// Whose sessions; a made-up calendar when `None`.
    pub calendar: Option<Arc<Calendar>>,
}

/// A session's sentiment of one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sentiment {
    /// Trading day it speaks of, since 1970-01-01.
    pub day: i32,
    /// UTC time at which it is known: an hour before the open.
    pub known_ts: Ts,
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
    /// What each session was drawn from, sentiment included.
    pub days: Vec<Day>,
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
    /// The calendar ends before the market does.
    #[error("{calendar} has {found} sessions from the start date on, {wanted} are asked for")]
    Calendar {
        /// Calendar.
        calendar: String,
        /// Sessions it has.
        found: usize,
        /// Sessions asked for.
        wanted: usize,
    },
    /// A name of the market is taken by bars from elsewhere.
    #[error("{symbol} {interval} holds bars that were not simulated; they are not replaced")]
    Taken {
        /// Symbol.
        symbol: String,
        /// Bar length.
        interval: String,
    },
}

impl Market {
    /// Checks sizes and names the symbols.
    ///
    /// # Errors
    /// Symbols outside 1..=20 000, days outside 1..=20 000, a drift that isn't between -2 and 2.
    pub fn names(&self) -> Result<Vec<Symbol>, MarketError> {
        let range = |what, low, high, found: i64| {
            let ok = (low..=high).contains(&found);
            if ok { Ok(()) } else { Err(MarketError::Range { what, low, high, found: found.to_string() }) }
        };
        range("symbols", 1, 20_000, i64::try_from(self.symbols).unwrap_or(i64::MAX))?;
        range("days", 1, 20_000, i64::try_from(self.days).unwrap_or(i64::MAX))?;
        if !(-2.0..=2.0).contains(&self.drift) {
            return Err(MarketError::Range { what: "drift", low: -2, high: 2, found: self.drift.to_string() });
        }
        Ok((1..=self.symbols).filter_map(|n| format!("SYN{n:03}").parse().ok()).collect())
    }

    /// Name of its calendar.
    #[must_use]
    pub fn calendar_name(&self) -> &str {
        self.calendar.as_ref().map_or("SYNTHETIC", |calendar| calendar.name())
    }

    /// Its sessions, ascending.
    ///
    /// # Errors
    /// A calendar with too few of them.
    pub fn sessions(&self) -> Result<Vec<Session>, MarketError> {
        let Some(calendar) = &self.calendar else { return Ok(sessions::synthetic(self.start_day, self.days)) };
        let later = calendar.sessions().iter().filter(|session| session.date >= self.start_day);
        let found: Vec<Session> = later.take(self.days).copied().collect();
        if found.len() < self.days {
            let (calendar, found) = (calendar.name().to_string(), found.len());
            return Err(MarketError::Calendar { calendar, found, wanted: self.days });
        }
        Ok(found)
    }

    /// Simulates every symbol over the same market factor, one whole series at a time.
    ///
    /// # Errors
    /// As [`Market::names`] and [`Market::sessions`].
    pub fn series(&self) -> Result<impl Iterator<Item = Series> + '_, MarketError> {
        let names = self.names()?;
        let factor = Arc::new(path::Factor::new(self)?);
        Ok(names.into_iter().enumerate().map(move |(n, symbol)| {
            let mut series = Series { symbol, bars: Vec::new(), days: Vec::new() };
            let mut path = Path::new(self, Arc::clone(&factor), n as u64 + 1);
            while let Some(day) = path.next_day(|bar| series.bars.push(bar)) {
                series.days.push(day);
            }
            series
        }))
    }
}
