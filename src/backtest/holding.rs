//! How long a position may be held, as trading time.
//!
//! As text: `90m` and `8h` are minutes and hours of trading, for bars within a day; `2d` is trading days, for daily
//! bars. In bars they are rounded up: 90 minutes are two bars of an hour.

use std::fmt;
use std::str::FromStr;

use crate::domain::Interval;

/// Trading time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingTime {
    /// Minutes within sessions.
    Minutes(u32),
    /// Trading days.
    Days(u32),
}

/// A text that is no trading time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a holding time; use 90m or 8h of trading for bars within a day, 2d for daily bars, at most 100000"
)]
pub struct InvalidHoldingTime(String);

/// Largest number in a text; minutes and hours stay far from overflow.
const MOST: u32 = 100_000;

impl HoldingTime {
    /// The same as bars, rounded up; `None` where the two don't go together.
    #[must_use]
    pub fn bars(self, interval: Interval) -> Option<u32> {
        match self {
            Self::Minutes(minutes) if interval.is_intraday() => Some(minutes.div_ceil(interval.minutes() as u32)),
            Self::Days(days) if !interval.is_intraday() => Some(days),
            Self::Minutes(_) | Self::Days(_) => None,
        }
    }
}

impl fmt::Display for HoldingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
            Self::Days(days) => write!(f, "{days}d"),
        }
    }
}

impl FromStr for HoldingTime {
    type Err = InvalidHoldingTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = |digits: &str| digits.parse::<u32>().ok().filter(|count| (1..=MOST).contains(count));
        let minutes = text.strip_suffix('m').and_then(time).map(Self::Minutes);
        let hours = || text.strip_suffix('h').and_then(time).map(|hours| Self::Minutes(hours * 60));
        let days = || text.strip_suffix('d').and_then(time).map(Self::Days);
        minutes.or_else(hours).or_else(days).ok_or_else(|| InvalidHoldingTime(text.chars().take(60).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_bars_rounded_up() {
        let bars = |text: &str, interval| text.parse::<HoldingTime>().unwrap().bars(interval);
        assert_eq!(bars("8h", Interval::H1), Some(8));
        assert_eq!(bars("90m", Interval::H1), Some(2));
        assert_eq!(bars("90m", Interval::M1), Some(90));
        assert_eq!(bars("2d", Interval::D1), Some(2));
        assert_eq!((bars("2d", Interval::H1), bars("8h", Interval::D1)), (None, None));
        for text in ["8h", "90m", "2d"] {
            assert_eq!(text.parse::<HoldingTime>().unwrap().to_string(), text);
        }
        for text in ["", "h", "8", "0m", "-1h", "1.5h", "8w", "100001m", "é"] {
            assert!(text.parse::<HoldingTime>().is_err(), "{text}");
        }
    }
}
