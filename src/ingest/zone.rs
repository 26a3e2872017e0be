//! From wall clocks to UTC: the file's zone, daylight saving, and local times that occur twice or never.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::stamp::{Order, Raw};
use crate::domain::Ts;

/// A settled stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// UTC instant; of a local time that occurs twice the first.
    pub ts: Ts,
    /// The second instant, where clocks go back over this local time.
    pub again: Option<Ts>,
    /// Wall clock: in the file's zone, else in the offset of the text.
    pub wall: Ts,
    /// Whether the text was a date without a time.
    pub date_only: bool,
}

const HOUR: i64 = 3_600_000_000;

/// The zone of stamps without an offset; UTC when there is none. Remembers the offset of the hour it saw last.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: Option<Tz>,
    /// Wall-clock hour (its number since 1970) and its offset, when the whole hour has just one.
    hour: Option<(i64, i64)>,
}

impl Zone {
    /// A zone, or UTC.
    #[must_use]
    pub const fn new(zone: Option<Tz>) -> Self {
        Self { zone, hour: None }
    }

    /// Settles a stamp in the file's day/month order; `None` for a date or local time that does not exist.
    pub fn settle(&mut self, raw: Raw, order: Order) -> Option<Settled> {
        let (micros, offset, date_only) = clock(raw, order)?;
        let wall = Ts(micros);
        let Some(zone) = self.zone else {
            let local = wall.plus(offset.unwrap_or(0));
            return Some(Settled { ts: wall, again: None, wall: local, date_only });
        };
        if offset.is_some() {
            let local = zone.from_utc_datetime(&wall.naive()).naive_local();
            return Some(Settled { ts: wall, again: None, wall: Ts::from_naive(local), date_only });
        }
        let found = self.local(zone, wall);
        let (ts, again) = match found {
            Some(found) => found,
            // A date names a day, also where its midnight is skipped.
            None if date_only => (wall, None),
            None => return None,
        };
        Some(Settled { ts, again, wall, date_only })
    }

    /// The one or two instants of a wall clock.
    fn local(&mut self, zone: Tz, wall: Ts) -> Option<(Ts, Option<Ts>)> {
        let hour = wall.0.div_euclid(HOUR);
        if let Some((known, offset)) = self.hour
            && known == hour
        {
            return Some((wall.plus(-offset), None));
        }
        let offset = |at: Ts| {
            let found = zone.from_local_datetime(&at.naive()).single()?;
            Some(at.0 - found.timestamp_micros())
        };
        let (first, last) = (offset(Ts(hour * HOUR)), offset(Ts(hour * HOUR + HOUR - 1)));
        if let (Some(first), Some(last)) = (first, last)
            && first == last
        {
            self.hour = Some((hour, first));
            return Some((wall.plus(-first), None));
        }
        let found = zone.from_local_datetime(&wall.naive());
        let (first, last) = (found.earliest()?.timestamp_micros(), found.latest()?.timestamp_micros());
        Some((Ts(first), (last != first).then_some(Ts(last))))
    }
}

/// Microseconds, offset and whether it is a date alone.
fn clock(raw: Raw, order: Order) -> Option<(i64, Option<i64>, bool)> {
    match raw {
        Raw::Clock { micros, offset, date_only } => Some((micros, offset, date_only)),
        Raw::TwoWays { a, b, year, clock, date_only } => {
            let (day, month) = if order == Order::DayFirst { (a, b) } else { (b, a) };
            let date = NaiveDate::from_ymd_opt(year, month, day)?;
            Some((Ts::from_naive(date.and_time(NaiveTime::MIN)).0 + clock, None, date_only))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stamp::read;
    use super::*;

    fn at(zone: Option<Tz>, text: &str) -> Option<Settled> {
        Zone::new(zone).settle(read(text).unwrap(), Order::DayFirst)
    }

    #[test]
    fn zones_follow_daylight_saving() {
        let zone = Some(chrono_tz::America::New_York);
        let utc = |text: &str| at(zone, text).map(|settled| settled.ts.to_string());
        assert_eq!(utc("2024-01-02 09:30").as_deref(), Some("2024-01-02 14:30:00"));
        assert_eq!(utc("2024-07-02 09:30").as_deref(), Some("2024-07-02 13:30:00"));
        assert_eq!(utc("2024-03-10 02:30"), None, "this local time does not exist");
        let twice = at(zone, "2024-11-03 01:30").unwrap();
        assert_eq!(twice.ts.to_string(), "2024-11-03 05:30:00");
        assert_eq!(twice.again.unwrap().to_string(), "2024-11-03 06:30:00");
    }

    #[test]
    fn the_day_is_that_of_the_wall_clock() {
        let day = |zone, text: &str| crate::domain::time::date_of(at(zone, text).unwrap().wall.day()).to_string();
        assert_eq!(day(None, "2024-01-02T00:00:00+05:30"), "2024-01-02", "midnight of the text's own offset");
        assert_eq!(day(Some(chrono_tz::Asia::Kolkata), "2024-01-01T18:30:00Z"), "2024-01-02");
        assert_eq!(day(None, "2024-01-02T05:00:00Z"), "2024-01-02");
    }

    #[test]
    fn the_remembered_hour_changes_nothing() {
        let mut zone = Zone::new(Some(chrono_tz::Australia::Lord_Howe));
        for minute in 0..6 * 60 {
            let text = format!("2024-04-07 {:02}:{:02}", minute / 60, minute % 60);
            let fresh = at(Some(chrono_tz::Australia::Lord_Howe), &text);
            assert_eq!(zone.settle(read(&text).unwrap(), Order::DayFirst), fresh, "{text}");
        }
    }
}
