//! The rules of a calendar file as sessions in UTC.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::file::{CalendarFile, Continuous, Days, Trading};
use super::{Result, StoreError};
use crate::domain::time::{DAY_MICROS, day_number};
use crate::domain::{Session, SessionKind, Ts};

/// Every session from the first to the last date, ascending.
///
/// # Errors
/// [`StoreError::Calendar`] when a local time does not exist (skipped by daylight saving), a session closes before it
/// opens, or no hours are told for a date.
pub fn sessions(file: &CalendarFile) -> Result<Vec<Session>> {
    let fault = |reason: String| StoreError::Calendar { name: file.calendar.clone(), reason };
    match &file.trading {
        Trading::Days(days) => daily(file, days).map_err(fault),
        Trading::Continuous(continuous) => {
            let open = open_spans(file, continuous).map_err(fault)?;
            Ok(cut_into_days(&open, day_number(file.first_date), day_number(file.last_date)))
        }
    }
}

fn daily(file: &CalendarFile, days: &Days) -> std::result::Result<Vec<Session>, String> {
    let mut found = Vec::new();
    for date in file.first_date.iter_days().take_while(|date| *date <= file.last_date) {
        let (open, close, kind) = if let Some((open, close)) = days.special.get(&date) {
            (*open, *close, SessionKind::Special)
        } else if date.weekday().number_from_monday() > 5 || days.holidays.contains(&date) {
            continue;
        } else {
            let hours = days.hours.iter().rfind(|(from, ..)| *from <= date);
            let (_, open, close) = *hours.ok_or_else(|| format!("no hours are told for {date}"))?;
            let half = days.half_days.get(&date);
            (open, *half.unwrap_or(&close), if half.is_some() { SessionKind::HalfDay } else { SessionKind::Regular })
        };
        let (open, close) = (instant(file.zone, date.and_time(open))?, instant(file.zone, date.and_time(close))?);
        if close <= open {
            return Err(format!("the session of {date} closes before it opens"));
        }
        found.push(Session { date: day_number(date), open, close, kind });
    }
    Ok(found)
}

/// A local time in UTC; the earlier one where the clock is set back.
fn instant(zone: Tz, at: NaiveDateTime) -> std::result::Result<Ts, String> {
    let found = zone.from_local_datetime(&at).earliest();
    Ok(Ts::from_naive(found.ok_or_else(|| format!("{at} does not exist in {zone}"))?.naive_utc()))
}

type Span = (Ts, Ts);

/// The spans in which a continuous market is open, a week around the range included, ascending.
fn open_spans(file: &CalendarFile, continuous: &Continuous) -> std::result::Result<Vec<Span>, String> {
    let (first, last) = (file.first_date - Duration::days(7), file.last_date + Duration::days(7));
    let local = |date: NaiveDate, at: NaiveTime| instant(continuous.zone, date.and_time(at));
    let mut open = Vec::new();
    match continuous.week {
        None => open.push((Ts::from_day(day_number(first)), Ts::from_day(day_number(last)))),
        Some(((opens_on, opens), (closes_on, closes))) => {
            for date in first.iter_days().take_while(|date| *date <= last).filter(|date| date.weekday() == opens_on) {
                let days = closes_on.days_since(opens_on);
                open.push((local(date, opens)?, local(date + Duration::days(i64::from(days)), closes)?));
            }
        }
    }
    for year in first.year()..=last.year() {
        for ((from_month, from_day, from), (to_month, to_day, to)) in &continuous.closed {
            // A closure whose end comes earlier in the year than its start lasts into the next one.
            let to_year = if (to_month, to_day) < (from_month, from_day) { year + 1 } else { year };
            let (Some(start), Some(end)) = (
                NaiveDate::from_ymd_opt(year, *from_month, *from_day),
                NaiveDate::from_ymd_opt(to_year, *to_month, *to_day),
            ) else {
                continue;
            };
            open = without(&open, (local(start, *from)?, local(end, *to)?));
        }
    }
    Ok(open)
}

/// What is left of ascending spans without one.
fn without(spans: &[Span], (from, to): Span) -> Vec<Span> {
    spans
        .iter()
        .flat_map(|&(start, end)| [(start, end.min(from)), (start.max(to), end)])
        .filter(|(start, end)| start < end)
        .collect()
}

/// One session a UTC day that is open at all: from the first to the last open instant of the day.
fn cut_into_days(open: &[Span], first: i32, last: i32) -> Vec<Session> {
    let mut found = Vec::new();
    let mut next = 0;
    for date in first..=last {
        let (start, end) = (Ts::from_day(date), Ts::from_day(date + 1));
        while open.get(next).is_some_and(|span| span.1 <= start) {
            next += 1;
        }
        let today = open[next..].iter().take_while(|span| span.0 < end);
        let Some((from, to)) = today.copied().reduce(|a, b| (a.0, b.1)) else { continue };
        let (open, close) = (from.max(start), to.min(end));
        let kind = if close.0 - open.0 == DAY_MICROS { SessionKind::Regular } else { SessionKind::HalfDay };
        found.push(Session { date, open, close, kind });
    }
    found
}
