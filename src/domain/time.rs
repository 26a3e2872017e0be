//! UTC instants with microsecond resolution, as DuckDB's TIMESTAMP stores them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

use super::names::shown;

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// Microseconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ts(pub i64);

impl Ts {
    /// The UTC date, as days since 1970-01-01.
    #[must_use]
    pub const fn day(self) -> i32 {
        self.0.div_euclid(DAY_MICROS) as i32
    }

    /// Midnight UTC of a day counted from 1970-01-01.
    #[must_use]
    pub const fn from_day(day: i32) -> Self {
        Self(day as i64 * DAY_MICROS)
    }

    /// This instant moved by `micros` (saturating).
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// From calendar time in UTC.
    #[must_use]
    pub fn from_naive(at: NaiveDateTime) -> Self {
        Self(at.and_utc().timestamp_micros())
    }

    /// Calendar time in UTC; the epoch when out of chrono's range.
    #[must_use]
    pub fn naive(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default().naive_utc()
    }

    /// Reads `2024-01-31` or `2024-01-31 09:15[:00]` (`T` also separates; a trailing `Z` is allowed) as UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('Z').replace('T', " ");
        if let Ok(date) = NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
            return Some(Self::from_naive(date.and_hms_opt(0, 0, 0)?));
        }
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
            .map(Self::from_naive)
    }
}

/// A text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a UTC time like 2024-01-31 or '2024-01-31 09:15'")]
pub struct InvalidTime(String);

impl FromStr for Ts {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| InvalidTime(shown(text)))
    }
}

impl fmt::Display for Ts {
    /// `2024-01-31 09:15:00`, with a fraction only when there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.naive().format("%Y-%m-%d %H:%M:%S%.f").to_string())
    }
}

/// Days since 1970-01-01 of a date.
#[must_use]
pub fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - 719_163
}

/// The date of a day counted from 1970-01-01; the epoch when out of chrono's range.
#[must_use]
pub fn date_of(day: i32) -> NaiveDate {
    Ts::from_day(day).naive().date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_text_round_trip() {
        let at = Ts::parse("2020-02-01 09:15").unwrap();
        assert_eq!(at.to_string(), "2020-02-01 09:15:00");
        assert_eq!(date_of(at.day()).to_string(), "2020-02-01");
        assert_eq!(day_number(date_of(at.day())), at.day());
        assert_eq!(Ts::parse("1969-12-31 23:59:59").unwrap().day(), -1);
        assert!(Ts::parse("31/12/2020").is_none());
    }
}
