//! One calendar file, read and checked.
//!
//! Dates are ISO, times are `HH:MM` in the zone of the calendar. Either `hours` (days of a week, with exceptions) or
//! `continuous` (a week, or always, cut into UTC days) is given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Result, StoreError};

/// A checked calendar file.
#[derive(Debug, Clone)]
pub struct CalendarFile {
    pub calendar: String,
    pub zone: Tz,
    pub periods_per_year: f64,
    pub description: String,
    pub source: String,
    pub first_date: NaiveDate,
    pub last_date: NaiveDate,
    pub trading: Trading,
}

/// When it trades.
#[derive(Debug, Clone)]
pub enum Trading {
    /// Sessions on weekdays, with exceptions.
    Days(Days),
    /// Without a break, cut into UTC days.
    Continuous(Continuous),
}

/// Weekday sessions and their exceptions.
#[derive(Debug, Clone, Default)]
pub struct Days {
    /// (first date, open, close), ascending.
    pub hours: Vec<(NaiveDate, NaiveTime, NaiveTime)>,
    pub holidays: BTreeSet<NaiveDate>,
    /// Early closes.
    pub half_days: BTreeMap<NaiveDate, NaiveTime>,
    /// Open and close of special sessions.
    pub special: BTreeMap<NaiveDate, (NaiveTime, NaiveTime)>,
}

/// Trading without sessions.
#[derive(Debug, Clone)]
pub struct Continuous {
    /// Zone of the times here.
    pub zone: Tz,
    /// Open and close of the week; `None` trades always.
    pub week: Option<((Weekday, NaiveTime), (Weekday, NaiveTime))>,
    /// Yearly closures, from and to as (month, day, time).
    pub closed: Vec<(YearlyTime, YearlyTime)>,
}

/// (month, day, time).
pub type YearlyTime = (u32, u32, NaiveTime);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    calendar: String,
    zone: String,
    periods_per_year: f64,
    description: String,
    source: String,
    first_date: String,
    last_date: String,
    #[serde(default)]
    hours: Vec<RawHours>,
    #[serde(default)]
    half_days: Vec<RawHalfDays>,
    special: Option<RawSpecial>,
    #[serde(default)]
    holidays: BTreeMap<String, Vec<String>>,
    continuous: Option<RawContinuous>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    from: String,
    open: String,
    close: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHalfDays {
    close: String,
    dates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpecial {
    sessions: Vec<RawSession>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSession {
    date: String,
    open: String,
    close: String,
    /// For whoever reviews the file.
    #[serde(rename = "note")]
    _note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawContinuous {
    zone: String,
    opens: Option<String>,
    closes: Option<String>,
    #[serde(default)]
    closed: Vec<RawClosed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClosed {
    from: String,
    to: String,
}

impl CalendarFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`StoreError::Calendar`] with what is wrong.
    pub fn read(path: &str, text: &str) -> Result<Self> {
        let fault = |reason: String| StoreError::Calendar { name: path.to_string(), reason };
        let raw: Raw = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        Self::checked(raw).map_err(fault)
    }

    fn checked(raw: Raw) -> std::result::Result<Self, String> {
        let trading = match &raw.continuous {
            Some(continuous) if raw.hours.is_empty() => Trading::Continuous(checked_continuous(continuous)?),
            None if !raw.hours.is_empty() => Trading::Days(checked_days(&raw)?),
            _ => return Err("needs either hours or continuous".into()),
        };
        let (first_date, last_date) = (date(&raw.first_date)?, date(&raw.last_date)?);
        if first_date > last_date || raw.periods_per_year <= 0.0 {
            return Err("first_date must not lie after last_date, periods_per_year must be positive".into());
        }
        let Raw { calendar, periods_per_year, description, source, .. } = raw;
        let zone = zone(&raw.zone)?;
        Ok(Self { calendar, zone, periods_per_year, description, source, first_date, last_date, trading })
    }
}

fn checked_days(raw: &Raw) -> std::result::Result<Days, String> {
    let mut days = Days::default();
    for hours in &raw.hours {
        days.hours.push((date(&hours.from)?, time(&hours.open)?, time(&hours.close)?));
    }
    if !days.hours.is_sorted_by_key(|hours| hours.0) {
        return Err("hours must ascend".into());
    }
    for (year, dates) in &raw.holidays {
        for day in dates {
            let day = date(&format!("{year}-{day}"))?;
            if day.weekday().number_from_monday() > 5 || !days.holidays.insert(day) {
                return Err(format!("holiday {day} is no weekday, or told twice"));
            }
        }
    }
    for half in &raw.half_days {
        for day in &half.dates {
            let day = date(day)?;
            if days.holidays.contains(&day) || days.half_days.insert(day, time(&half.close)?).is_some() {
                return Err(format!("half day {day} is told twice"));
            }
        }
    }
    for session in raw.special.iter().flat_map(|special| &special.sessions) {
        let (day, open, close) = (date(&session.date)?, time(&session.open)?, time(&session.close)?);
        if open >= close || days.special.insert(day, (open, close)).is_some() {
            return Err(format!("special session {day} is told twice, or closes before it opens"));
        }
    }
    Ok(days)
}

fn checked_continuous(raw: &RawContinuous) -> std::result::Result<Continuous, String> {
    let week = match (&raw.opens, &raw.closes) {
        (Some(opens), Some(closes)) => Some((weekly(opens)?, weekly(closes)?)),
        (None, None) => None,
        _ => return Err("continuous needs both opens and closes, or none of them".into()),
    };
    let closed = raw
        .closed
        .iter()
        .map(|closed| Ok((yearly(&closed.from)?, yearly(&closed.to)?)))
        .collect::<std::result::Result<Vec<_>, String>>()?;
    Ok(Continuous { zone: zone(&raw.zone)?, week, closed })
}

fn zone(text: &str) -> std::result::Result<Tz, String> {
    text.parse().map_err(|_| format!("'{text}' is no IANA time zone"))
}

fn date(text: &str) -> std::result::Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| format!("'{text}' is no date"))
}

fn time(text: &str) -> std::result::Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("'{text}' is no time"))
}

/// `Sun 17:00`.
fn weekly(text: &str) -> std::result::Result<(Weekday, NaiveTime), String> {
    let fault = || format!("'{text}' is no time of the week");
    let (day, at) = text.split_once(' ').ok_or_else(fault)?;
    Ok((day.parse().map_err(|_| fault())?, time(at)?))
}

/// `12-24 17:00`.
fn yearly(text: &str) -> std::result::Result<YearlyTime, String> {
    let fault = || format!("'{text}' is no time of the year");
    let (day, at) = text.split_once(' ').ok_or_else(fault)?;
    // A leap year knows every day.
    let day = date(&format!("2000-{day}")).map_err(|_| fault())?;
    Ok((day.month(), day.day(), time(at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "calendar = 'X'\nzone = 'Asia/Kolkata'\nperiods_per_year = 250\ndescription = 'd'\nsource = 's'\n\
                        first_date = '2020-01-01'\nlast_date = '2020-12-31'\n";

    fn refused(body: &str) -> String {
        CalendarFile::read("X.toml", &format!("{HEAD}{body}")).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_told() {
        let hours = "[[hours]]\nfrom = '2020-01-01'\nopen = '09:15'\nclose = '15:30'\n";
        assert!(CalendarFile::read("X.toml", &format!("{HEAD}{hours}")).is_ok());
        assert!(refused("").contains("either hours or continuous"));
        assert!(refused(&format!("{hours}[holidays]\n2020 = ['02-30']")).contains("'2020-02-30' is no date"));
        assert!(refused(&format!("{hours}[holidays]\n2020 = ['02-01']")).contains("2020-02-01 is no weekday"));
        assert!(refused(&format!("{hours}[[half_days]]\nclose = '25:00'\ndates = ['2020-02-03']")).contains("'25:00'"));
        assert!(refused("[continuous]\nzone = 'Mars'").contains("'Mars' is no IANA time zone"));
        assert!(refused("[continuous]\nzone = 'UTC'\nopens = 'Sun 17:00'").contains("both opens and closes"));
        assert!(refused(&format!("{hours}surprise = 1")).contains("surprise"));
    }
}
