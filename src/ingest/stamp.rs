//! Time stamps as vendors write them. Day and month in doubt are decided by the whole file, never by a row.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::Ts;
use crate::domain::time::DAY_MICROS;

/// A stamp before its zone, and maybe its day/month order, is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// Wall-clock microseconds since 1970-01-01; the offset (already taken off) when the text had one.
    Clock {
        /// Microseconds, of UTC when there is an `offset`, else of the file's zone.
        micros: i64,
        /// Microseconds east of UTC when the text said so.
        offset: Option<i64>,
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
        let offset = i64::from(at.offset().local_minus_utc()) * 1_000_000;
        return Some(Raw::Clock { micros: at.timestamp_micros(), offset: Some(offset), date_only: false });
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
        return Some(Raw::Clock { micros: Ts::from_naive(at).0, offset: None, date_only: false });
    }
    let date = NaiveDate::parse_from_str(text, format).ok()?;
    Some(Raw::Clock { micros: Ts::from_naive(date.and_time(NaiveTime::MIN)).0, offset: None, date_only: true })
}

/// Reads one stamp: ISO 8601 with or without offset, `20240131`, `31-Jan-2024`, `a/b/2024`, epoch s/ms/µs/ns.
#[must_use]
pub fn read(text: &str) -> Option<Raw> {
    let text = text.trim();
    if text.len() > 40 || !text.is_ascii() {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some(found) = epoch(text)
    {
        return Some(found);
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
        Some(Raw::Clock { micros, offset, date_only })
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

/// `20240131` or an epoch, which may carry a fraction of zeros, or of seconds.
fn epoch(text: &str) -> Option<Raw> {
    let Some((whole, fraction)) = text.split_once('.') else { return digits(text) };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let Raw::Clock { micros, offset, date_only: false } = digits(whole)? else { return None };
    let part: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    let micros = if matches!(whole.len(), 9 | 10) { micros + part } else { micros };
    Some(Raw::Clock { micros, offset, date_only: false })
}

/// `20240131` or an epoch by its number of digits.
fn digits(text: &str) -> Option<Raw> {
    let value: i64 = text.parse().ok()?;
    let epoch = |micros| Some(Raw::Clock { micros, offset: Some(0), date_only: false });
    match text.len() {
        8 => {
            let date = NaiveDate::parse_from_str(text, "%Y%m%d").ok()?;
            Some(Raw::Clock { micros: Ts::from_naive(date.and_time(NaiveTime::MIN)).0, offset: None, date_only: true })
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

/// What the two-way stamps seen so far say; a field above 12 decides.
#[derive(Debug, Clone, Copy, Default)]
pub struct DayMonth {
    seen: bool,
    day_first: bool,
    month_first: bool,
}

impl DayMonth {
    /// Takes one more stamp into account.
    pub fn add(&mut self, stamp: Raw) {
        if let Raw::TwoWays { a, b, .. } = stamp {
            self.seen = true;
            self.day_first |= a > 12;
            self.month_first |= b > 12;
        }
    }

    /// The decision.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match (self.seen, self.day_first, self.month_first) {
            (false, ..) => Verdict::NotNeeded,
            (true, true, false) => Verdict::Decided(Order::DayFirst),
            (true, false, true) => Verdict::Decided(Order::MonthFirst),
            (true, true, true) => Verdict::Contradictory,
            (true, false, false) => Verdict::Undecided,
        }
    }
}

/// Whether a stamp is a plausible market time: 1800 to 2200.
#[must_use]
pub fn plausible(raw: Raw) -> bool {
    match raw {
        Raw::Clock { micros, .. } => (-62_091 * DAY_MICROS..84_006 * DAY_MICROS).contains(&micros),
        Raw::TwoWays { year, .. } => (1800..2200).contains(&year),
    }
}

/// Reads the stamps of a file: `2024-01-31 09:15:00` and its like at once, everything else by [`read`].
///
/// The date of a stamp is mostly that of the one before, and is then not computed again.
#[derive(Debug, Default)]
pub struct StampReader {
    date: [u8; 10],
    micros: i64,
}

impl StampReader {
    /// Reads one stamp.
    pub fn read(&mut self, text: &[u8]) -> Option<Raw> {
        if let Some(found) = self.iso(text) {
            return Some(found);
        }
        read(std::str::from_utf8(text).ok()?)
    }

    /// `YYYY-MM-DD HH:MM[:SS[.ffffff]]` with a blank or `T`; `None` for anything else, good or bad.
    fn iso(&mut self, text: &[u8]) -> Option<Raw> {
        if text.len() < 16 || !matches!(text[10], b' ' | b'T') || text[13] != b':' {
            return None;
        }
        let pair = |at: usize, below: i64| {
            let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
            let value = i64::from(tens) * 10 + i64::from(ones);
            (tens < 10 && ones < 10 && value < below).then_some(value)
        };
        let (hour, minute) = (pair(11, 24)?, pair(14, 60)?);
        let (second, fraction) = match text.len() {
            16 => (0, 0),
            17 | 18 => return None,
            _ if text[16] == b':' => (pair(17, 60)?, fraction(&text[19..])?),
            _ => return None,
        };
        let date: &[u8; 10] = text.first_chunk()?;
        if *date != self.date {
            let Raw::Clock { micros, date_only: true, .. } = read(std::str::from_utf8(date).ok()?)? else {
                return None;
            };
            (self.date, self.micros) = (*date, micros);
        }
        let micros = self.micros + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
        Some(Raw::Clock { micros, offset: None, date_only: false })
    }
}

/// `.123456` in microseconds, nothing as 0; `None` for anything else.
fn fraction(text: &[u8]) -> Option<i64> {
    let Some((b'.', digits)) = text.split_first() else { return text.is_empty().then_some(0) };
    if digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let place = |(n, digit): (usize, &u8)| i64::from(digit - b'0') * 10_i64.pow(5 - n as u32);
    Some(digits.iter().take(6).enumerate().map(place).sum())
}

#[cfg(test)]
mod tests {
    use super::super::zone::Zone;
    use super::*;

    fn utc(text: &str) -> Option<String> {
        Zone::new(None).settle(read(text)?, Order::DayFirst).map(|settled| settled.ts.to_string())
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
            ("1706692500.0", "2024-01-31 09:15:00"),
            ("1706692500.5", "2024-01-31 09:15:00.500"),
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
        let verdict = |texts: &[&str]| {
            let mut said = DayMonth::default();
            texts.iter().filter_map(|text| read(text)).for_each(|stamp| said.add(stamp));
            said.verdict()
        };
        assert_eq!(verdict(&["01/02/2024", "13/02/2024"]), Verdict::Decided(Order::DayFirst));
        assert_eq!(verdict(&["01/02/2024", "01/13/2024"]), Verdict::Decided(Order::MonthFirst));
        assert_eq!(verdict(&["01/02/2024"]), Verdict::Undecided);
        assert_eq!(verdict(&["13/02/2024", "01/13/2024"]), Verdict::Contradictory);
        assert_eq!(verdict(&["2024-01-02"]), Verdict::NotNeeded);
    }

    #[test]
    fn the_quick_path_reads_what_the_full_one_reads() {
        let mut reader = StampReader::default();
        for text in [
            "2024-01-31 09:15:00",
            "2024-01-31T09:16",
            "2021-12-31 23:01:00.000000",
            "2021-12-31 23:01:00.12",
            "2021-12-31 23:01:00.1234567",
            "2021-12-31 23:01:00.",
            "2021-12-31 23:01:00.12Z",
            "2024-01-31 24:00:00",
            "2024-02-30 09:15:00",
            "31-01-2024 09:15:00",
            "01/02/2024 09:15:00",
            "2024-01-31 09:1x:00",
            "2024/01/31 09:15:00",
            "2024-01-31 09:15:60",
            "+024-01-31 09:15:00",
        ] {
            assert_eq!(reader.read(text.as_bytes()), read(text), "{text}");
        }
    }
}
