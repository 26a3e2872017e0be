//! Time stamps as vendors write them. Day and month in doubt are decided by the whole file, never by a row.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::domain::Ts;
use crate::domain::time::DAY_MICROS;

/// A stamp before its zone, and maybe its day/month order, is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// Wall-clock microseconds since 1970-01-01; the offset (already taken off) when the text had one.
    Clock {
        /// Microseconds, of UTC when `utc`, else of the file's zone.
        micros: i64,
        /// Whether an offset in the text made it UTC.
        utc: bool,
        /// Whether the text was a date without a time.
        date_only: bool,
    },
    /// `a/b/year` with a time of day: day first or month first.
    TwoWays {
        /// First field.
        a: u32,
        /// Second field.
        b: u32,
        /// Year.
        year: i32,
        /// Microseconds of the day.
        clock: i64,
        /// Whether the text was a date without a time.
        date_only: bool,
    },
}

/// Which of the first two fields of `a/b/year` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `31/12/2020`.
    DayFirst,
    /// `12/31/2020`.
    MonthFirst,
}

/// Reads one stamp by the user's pattern.
#[must_use]
pub fn read_with(text: &str, format: &str) -> Option<Raw> {
    if let Ok(at) = chrono::DateTime::parse_from_str(text, format) {
        return Some(Raw::Clock { micros: at.timestamp_micros(), utc: true, date_only: false });
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
        return Some(Raw::Clock { micros: Ts::from_naive(at).0, utc: false, date_only: false });
    }
    let date = NaiveDate::parse_from_str(text, format).ok()?;
    Some(Raw::Clock { micros: Ts::from_naive(date.and_time(NaiveTime::MIN)).0, utc: false, date_only: true })
}

/// Reads one stamp: ISO 8601 with or without offset, `20240131`, `31-Jan-2024`, `a/b/2024`, epoch s/ms/µs/ns.
#[must_use]
pub fn read(text: &str) -> Option<Raw> {
    let text = text.trim();
    if text.len() > 40 || !text.is_ascii() {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    let (date, rest) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text, None),
    };
    let (clock, offset) = match rest {
        Some(rest) => time_of_day(rest)?,
        None => (0, None),
    };
    let date_only = rest.is_none();
    let mut parts = date.split(['-', '/', '.']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let fixed = |year: &str, month: u32, day: &str| {
        let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?;
        let micros = Ts::from_naive(date.and_time(NaiveTime::MIN)).0 + clock - offset.unwrap_or(0);
        Some(Raw::Clock { micros, utc: offset.is_some(), date_only })
    };
    if first.len() == 4 {
        return fixed(first, second.parse().ok()?, third);
    }
    if third.len() != 4 || first.len() > 2 {
        return None;
    }
    if let Some(month) = month_name(second) {
        return fixed(third, month, first);
    }
    if offset.is_some() || second.len() > 2 {
        return None;
    }
    let (a, b, year) = (first.parse().ok()?, second.parse().ok()?, third.parse().ok()?);
    ((1..=31).contains(&a) && (1..=31).contains(&b)).then_some(Raw::TwoWays { a, b, year, clock, date_only })
}

/// `20240131` or an epoch by its number of digits.
fn digits(text: &str) -> Option<Raw> {
    let value: i64 = text.parse().ok()?;
    let epoch = |micros| Some(Raw::Clock { micros, utc: true, date_only: false });
    match text.len() {
        8 => {
            let date = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
            Some(Raw::Clock { micros: Ts::from_naive(date.and_time(NaiveTime::MIN)).0, utc: false, date_only: true })
        }
        9 | 10 => epoch(value * 1_000_000),
        12 | 13 => epoch(value * 1_000),
        15 | 16 => epoch(value),
        18 | 19 => epoch(value / 1_000),
        _ => None,
    }
}

fn month_name(text: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| lower.len() >= 3 && lower.starts_with(name))?;
    u32::try_from(at + 1).ok()
}

/// `09:15[:30[.123456]]` with an optional `Z`, `UTC` or `+05:30`; microseconds of the day and of the offset.
fn time_of_day(text: &str) -> Option<(i64, Option<i64>)> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix('Z').or_else(|| text.strip_suffix("UTC")) {
        (clock.trim_end(), Some(0))
    } else if let Some(at) = text.rfind(['+', '-']) {
        (text[..at].trim_end(), Some(zone_offset(&text[at..])?))
    } else {
        (text, None)
    };
    let mut parts = clock.split(':');
    let field = |part: Option<&str>, below: i64| {
        let part = part?;
        let value: i64 = part.parse().ok()?;
        (part.len() <= 2 && (0..below).contains(&value)).then_some(value)
    };
    let (hour, minute) = (field(parts.next(), 24)?, field(parts.next(), 60)?);
    let seconds = parts.next().unwrap_or("0");
    if parts.next().is_some() {
        return None;
    }
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = field(Some(whole), 60)?;
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some((((hour * 60 + minute) * 60 + second) * 1_000_000 + micros, offset))
}

/// `+05:30`, `-0400` or `+09` in microseconds.
fn zone_offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000_000)
}

/// What the two-way stamps of a file say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No stamp is in doubt.
    NotNeeded,
    /// A field above 12 decides.
    Decided(Order),
    /// No field is above 12.
    Undecided,
    /// Some rows say day first, others month first.
    Contradictory,
}

/// Decides the day/month order of a file by a field above 12.
pub fn decide(stamps: impl Iterator<Item = Raw>) -> Verdict {
    let (mut seen, mut day_first, mut month_first) = (false, false, false);
    for stamp in stamps {
        if let Raw::TwoWays { a, b, .. } = stamp {
            seen = true;
            day_first |= a > 12;
            month_first |= b > 12;
        }
    }
    match (seen, day_first, month_first) {
        (false, ..) => Verdict::NotNeeded,
        (true, true, false) => Verdict::Decided(Order::DayFirst),
        (true, false, true) => Verdict::Decided(Order::MonthFirst),
        (true, true, true) => Verdict::Contradictory,
        (true, false, false) => Verdict::Undecided,
    }
}

/// A settled stamp: UTC instant and local calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// UTC instant.
    pub ts: Ts,
    /// Day of the wall clock in the file's zone, since 1970-01-01.
    pub local_day: i32,
    /// Whether the text was a date without a time.
    pub date_only: bool,
}

/// Settles a stamp in the file's order and zone; `None` for a date or local time that doesn't exist.
///
/// A local time that occurs twice (clocks going back) is taken as the first.
#[must_use]
pub fn settle(raw: Raw, order: Order, zone: Option<Tz>) -> Option<Settled> {
    let (micros, utc, date_only) = match raw {
        Raw::Clock { micros, utc, date_only } => (micros, utc, date_only),
        Raw::TwoWays { a, b, year, clock, date_only } => {
            let (day, month) = if order == Order::DayFirst { (a, b) } else { (b, a) };
            let date = NaiveDate::from_ymd_opt(year, month, day)?;
            (Ts::from_naive(date.and_time(NaiveTime::MIN)).0 + clock, false, date_only)
        }
    };
    let wall = Ts(micros);
    let Some(zone) = zone else { return Some(Settled { ts: wall, local_day: wall.day(), date_only }) };
    if utc {
        let local = zone.from_utc_datetime(&wall.naive()).naive_local();
        return Some(Settled { ts: wall, local_day: Ts::from_naive(local).day(), date_only });
    }
    if date_only {
        return Some(Settled { ts: wall, local_day: wall.day(), date_only });
    }
    let at = zone.from_local_datetime(&wall.naive()).earliest()?;
    Some(Settled { ts: Ts(at.timestamp_micros()), local_day: wall.day(), date_only })
}

/// Whether an instant is a plausible market time: 1800 to 2200.
#[must_use]
pub fn plausible(ts: Ts) -> bool {
    (-62_091 * DAY_MICROS..84_006 * DAY_MICROS).contains(&ts.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<String> {
        settle(read(text)?, Order::DayFirst, None).map(|settled| settled.ts.to_string())
    }

    #[test]
    fn vendor_stamps_are_read() {
        for (text, expected) in [
            ("2021-12-31 23:01:00.000000", "2021-12-31 23:01:00"),
            ("2017-04-19T09:00Z", "2017-04-19 09:00:00"),
            ("2024-01-31 09:15:00+05:30", "2024-01-31 03:45:00"),
            ("2024-01-31 09:15:00-0400", "2024-01-31 13:15:00"),
            ("2004-08-19", "2004-08-19 00:00:00"),
            ("20240131", "2024-01-31 00:00:00"),
            ("31-Jan-2024", "2024-01-31 00:00:00"),
            ("31/01/2024 09:15", "2024-01-31 09:15:00"),
            ("1706692500", "2024-01-31 09:15:00"),
            ("1706692500000", "2024-01-31 09:15:00"),
        ] {
            assert_eq!(utc(text).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "",
            "x",
            "2024-13-01",
            "2024-02-30",
            "2024-01-01 25:00",
            "12:30",
            "1/2",
            "2024-01-01 09:15+5",
            "é",
            "-",
            "T",
            " ",
        ] {
            assert_eq!(utc(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_field_above_twelve_decides_the_file() {
        let verdict = |texts: &[&str]| decide(texts.iter().filter_map(|text| read(text)));
        assert_eq!(verdict(&["01/02/2024", "13/02/2024"]), Verdict::Decided(Order::DayFirst));
        assert_eq!(verdict(&["01/02/2024", "01/13/2024"]), Verdict::Decided(Order::MonthFirst));
        assert_eq!(verdict(&["01/02/2024"]), Verdict::Undecided);
        assert_eq!(verdict(&["13/02/2024", "01/13/2024"]), Verdict::Contradictory);
        assert_eq!(verdict(&["2024-01-02"]), Verdict::NotNeeded);
    }

    #[test]
    fn zones_follow_daylight_saving() {
        let zone = Some(chrono_tz::America::New_York);
        let at = |text: &str| settle(read(text).unwrap(), Order::DayFirst, zone).map(|settled| settled.ts.to_string());
        assert_eq!(at("2024-01-02 09:30").as_deref(), Some("2024-01-02 14:30:00"));
        assert_eq!(at("2024-07-02 09:30").as_deref(), Some("2024-07-02 13:30:00"));
        assert_eq!(at("2024-03-10 02:30"), None, "this local time does not exist");
        assert_eq!(at("2024-11-03 01:30").as_deref(), Some("2024-11-03 05:30:00"), "the first of two");
    }
}
