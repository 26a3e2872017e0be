//! The made-up calendar: Mondays to Fridays, 09:00 to 16:00 UTC, with holidays and half days.

use chrono::{Datelike, Weekday};

use crate::domain::time::date_of;
use crate::domain::{Session, SessionKind, Ts};

/// Minutes after midnight UTC at which sessions open and close, and at which half days close.
const HOURS: (i64, i64, i64) = (9 * 60, 16 * 60, 12 * 60 + 30);

/// `days` sessions from a day on.
///
/// 1 January, 1 May, the last Monday of August and 25 December are holidays, 24 December is a half day.
pub fn synthetic(start_day: i32, days: usize) -> Vec<Session> {
    (start_day..).filter_map(session).take(days).collect()
}

fn session(day: i32) -> Option<Session> {
    let date = date_of(day);
    let (month, of_month) = (date.month(), date.day());
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let last_august_monday = month == 8 && of_month > 24 && date.weekday() == Weekday::Mon;
    if weekend || last_august_monday || matches!((month, of_month), (1 | 5, 1) | (12, 25)) {
        return None;
    }
    let half = (month, of_month) == (12, 24);
    let at = |minutes: i64| Ts::from_day(day).plus(minutes * 60_000_000);
    let close = at(if half { HOURS.2 } else { HOURS.1 });
    let kind = if half { SessionKind::HalfDay } else { SessionKind::Regular };
    Some(Session { date: day, open: at(HOURS.0), close, kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::day_number;

    #[test]
    fn weekends_and_holidays_have_no_session_and_half_days_a_short_one() {
        let day = |text: &str| day_number(text.parse().unwrap());
        let year: Vec<Session> = synthetic(day("2024-01-01"), 258);
        assert_eq!(year[0].date, day("2024-01-02"));
        assert_eq!(year.last().map(|session| session.date), Some(day("2024-12-31")));
        let half = year.iter().find(|session| session.date == day("2024-12-24")).unwrap();
        assert_eq!((half.kind, (half.close.0 - half.open.0) / 60_000_000), (SessionKind::HalfDay, 210));
        assert!(year.iter().all(|session| session.date != day("2024-08-26")));
    }
}
