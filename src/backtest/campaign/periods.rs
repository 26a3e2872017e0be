//! Cutting time into periods, at midnights UTC.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};

use crate::domain::Ts;
use crate::domain::time::{DAY_MICROS, date_of};

/// Where one period ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// One period.
    Whole,
    /// At each new year.
    Year,
    /// Every three months from the new year.
    Quarter,
    /// At each first of a month.
    Month,
    /// So many parts, of equally many days as nearly as days can be.
    Parts(u32),
}

/// A text that is no [`Cut`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is none of whole, year, quarter, month or a number of equal parts from 1 to {MOST_PARTS}")]
pub struct InvalidCut(String);

/// More equal parts than this are no periods to compare.
const MOST_PARTS: u32 = 10_000;

impl FromStr for Cut {
    type Err = InvalidCut;

    fn from_str(text: &str) -> Result<Self, InvalidCut> {
        match text {
            "whole" => Ok(Self::Whole),
            "year" => Ok(Self::Year),
            "quarter" => Ok(Self::Quarter),
            "month" => Ok(Self::Month),
            _ => match text.parse() {
                Ok(parts @ 1..=MOST_PARTS) => Ok(Self::Parts(parts)),
                _ => Err(InvalidCut(text.chars().take(40).collect())),
            },
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.pad("whole"),
            Self::Year => f.pad("year"),
            Self::Quarter => f.pad("quarter"),
            Self::Month => f.pad("month"),
            Self::Parts(parts) => f.pad(&parts.to_string()),
        }
    }
}

/// A stretch of time with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `whole`, `2024`, `2024-Q1`, `2024-01` or `1/4`.
    pub name: String,
    /// First bar start.
    pub from: Ts,
    /// End of bar starts, not included.
    pub to: Ts,
}

impl Cut {
    /// The periods of `from <= ts < to`, ascending, none of them empty; the first and the last may be partial.
    #[must_use]
    pub fn periods(self, from: Ts, to: Ts) -> Vec<Period> {
        if from >= to {
            return Vec::new();
        }
        match self {
            Self::Whole => vec![Period { name: "whole".into(), from, to }],
            Self::Year => by_months(from, to, 12),
            Self::Quarter => by_months(from, to, 3),
            Self::Month => by_months(from, to, 1),
            Self::Parts(parts) => equal(from, to, i64::from(parts)),
        }
    }
}

/// Periods of so many months, counted from the new year.
fn by_months(from: Ts, to: Ts, months: u32) -> Vec<Period> {
    let first = date_of(from.day());
    let begun = NaiveDate::from_ymd_opt(first.year(), first.month0() / months * months + 1, 1);
    let mut periods = Vec::new();
    let mut next = begun;
    while let Some(begin) = next.filter(|begin| midnight(*begin) < to) {
        next = begin.checked_add_months(Months::new(months));
        let end = next.map_or(to, midnight).min(to);
        let (year, month) = (begin.year(), begin.month());
        let name = match months {
            12 => year.to_string(),
            3 => format!("{year}-Q{}", (month - 1) / 3 + 1),
            _ => format!("{year}-{month:02}"),
        };
        periods.push(Period { name, from: midnight(begin).max(from), to: end });
    }
    periods
}

fn midnight(date: NaiveDate) -> Ts {
    Ts::from_naive(date.and_time(chrono::NaiveTime::MIN))
}

/// Parts with edges at midnights; of more parts than days, those that hold a day.
fn equal(from: Ts, to: Ts, parts: i64) -> Vec<Period> {
    let first = i64::from(from.day());
    // The day in which the last moment lies is a whole one.
    let days = (to.0 - 1).div_euclid(DAY_MICROS) + 1 - first;
    let edge = |part: i64| match part {
        0 => from,
        part if part == parts => to,
        part => Ts((first + days * part / parts) * DAY_MICROS),
    };
    let part = |n: i64| Period { name: format!("{}/{parts}", n + 1), from: edge(n), to: edge(n + 1) };
    (0..parts).map(part).filter(|period| period.from < period.to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, from: &str, to: &str) -> Vec<(String, String, String)> {
        let at = |text: &str| Ts::parse(text).unwrap();
        let periods = text.parse::<Cut>().unwrap().periods(at(from), at(to));
        periods.into_iter().map(|period| (period.name, period.from.to_string(), period.to.to_string())).collect()
    }

    fn row(name: &str, from: &str, to: &str) -> (String, String, String) {
        (name.into(), format!("{from}:00"), format!("{to}:00"))
    }

    #[test]
    fn calendar_periods_follow_the_calendar() {
        assert_eq!(
            cut("year", "2022-11-05 09:15", "2024-01-01"),
            [row("2022", "2022-11-05 09:15", "2023-01-01 00:00"), row("2023", "2023-01-01 00:00", "2024-01-01 00:00")]
        );
        assert_eq!(
            cut("quarter", "2023-12-31", "2024-04-01 00:01"),
            [
                row("2023-Q4", "2023-12-31 00:00", "2024-01-01 00:00"),
                row("2024-Q1", "2024-01-01 00:00", "2024-04-01 00:00"),
                row("2024-Q2", "2024-04-01 00:00", "2024-04-01 00:01"),
            ]
        );
        let months = cut("month", "2023-01-15", "2025-01-15");
        assert_eq!((months.len(), months[0].0.as_str(), months[24].0.as_str()), (25, "2023-01", "2025-01"));
        assert!(months.windows(2).all(|pair| pair[0].2 == pair[1].1), "each begins where the one before ends");
    }

    #[test]
    fn equal_parts_have_their_days() {
        assert_eq!(cut("whole", "2024-01-01", "2024-01-05"), [row("whole", "2024-01-01 00:00", "2024-01-05 00:00")]);
        assert_eq!(
            cut("3", "2024-01-01 09:15", "2024-01-10 15:30"),
            [
                row("1/3", "2024-01-01 09:15", "2024-01-04 00:00"),
                row("2/3", "2024-01-04 00:00", "2024-01-07 00:00"),
                row("3/3", "2024-01-07 00:00", "2024-01-10 15:30"),
            ]
        );
        let few = cut("9", "2024-01-01", "2024-01-03");
        assert_eq!(few.len(), 2, "{few:?}");
        assert!(cut("2", "2024-01-03", "2024-01-03").is_empty());
    }

    #[test]
    fn cuts_are_read_as_they_are_written() {
        for text in ["whole", "year", "quarter", "month", "1", "12"] {
            assert_eq!(text.parse::<Cut>().unwrap().to_string(), text);
        }
        for text in ["", "0", "-1", "weeks", "1.5", "10001", "99999999999"] {
            assert!(text.parse::<Cut>().is_err(), "{text}");
        }
        let far = (Ts(i64::MIN / 4), Ts(i64::MAX / 4));
        assert!(Cut::Whole.periods(far.0, far.1).len() == 1);
    }
}
