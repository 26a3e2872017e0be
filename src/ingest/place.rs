//! Settled rows: UTC start, the time at which a bar was known, and its trading day.
//!
//! Without a calendar an intraday bar is known an interval after its start and belongs to the UTC date. With one, a
//! bar outside the session is refused, the last bar of a session ends with it, and a daily bar is known at the
//! close. Dates that the calendar does not speak of are not checked.

use std::sync::Arc;

use chrono::TimeZone;
use chrono_tz::Tz;

use super::infer;
use super::plan::Plan;
use super::reject::Reason;
use super::stamp::{Order, Raw};
use super::zone::{Settled, Zone};
use crate::domain::{Calendar, Interval, Session, Ts};

/// Which end of a bar its stamp is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StampIs {
    /// The start, as it is stored.
    #[default]
    Start,
    /// The end.
    End,
}

/// Where a row stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// UTC start.
    pub ts: Ts,
    /// UTC time at which it was complete.
    pub close_ts: Ts,
    /// Trading day, since 1970-01-01.
    pub session_date: i32,
}

/// Settles the rows of one symbol, in file order.
#[derive(Debug)]
pub struct Track {
    zone: Zone,
    calendar: Option<Arc<Calendar>>,
    stamp: StampIs,
    last: Option<Ts>,
    descending: Option<bool>,
    session: Option<Session>,
    /// Daily bars on dates that are no session.
    pub holidays: usize,
}

impl Track {
    /// Rows without an offset are in `tz`, else in the zone of the calendar, else in UTC.
    #[must_use]
    pub fn new(tz: Option<Tz>, calendar: Option<Arc<Calendar>>, stamp: StampIs) -> Self {
        let zone = tz.or(calendar.as_ref().map(|calendar| calendar.zone()));
        Self { zone: Zone::new(zone), calendar, stamp, last: None, descending: None, session: None, holidays: 0 }
    }

    /// Settles a stamp; of a local time that occurs twice, the neighbours decide which it is.
    pub fn settle(&mut self, raw: Raw, order: Order) -> Option<Settled> {
        let mut settled = self.zone.settle(raw, order)?;
        if let (Some(again), Some(last)) = (settled.again, self.last) {
            let passed = match self.descending {
                Some(true) => again < last,
                Some(false) => settled.ts <= last && last < again,
                // The second row of all: the nearer one.
                None => (again.0 - last.0).abs() < (settled.ts.0 - last.0).abs(),
            };
            if passed {
                settled.ts = again;
            }
        }
        if let Some(last) = self.last
            && last != settled.ts
        {
            self.descending = Some(settled.ts < last);
        }
        self.last = Some(settled.ts);
        Some(settled)
    }

    /// Places a settled row on the file's grid and in its session.
    ///
    /// # Errors
    /// Reason code and detail of a row that has no place.
    pub fn place(&mut self, settled: &Settled, plan: &Plan) -> Result<Place, (Reason, String)> {
        if plan.interval == Interval::D1 { Ok(self.place_day(settled)) } else { self.place_intraday(settled, plan) }
    }

    fn place_day(&mut self, settled: &Settled) -> Place {
        let ends = self.stamp == StampIs::End && !settled.date_only;
        let session_date = if ends { settled.wall.plus(-1).day() } else { settled.wall.day() };
        let ts = Ts::from_day(session_date);
        let known = self.calendar.as_ref().filter(|calendar| calendar.covers(session_date));
        let session = known.and_then(|calendar| calendar.on(session_date));
        if known.is_some() && session.is_none() {
            self.holidays += 1;
        }
        let close_ts = session.map_or(ts.plus(Interval::D1.micros()), |session| session.close);
        Place { ts, close_ts, session_date }
    }

    fn place_intraday(&mut self, settled: &Settled, plan: &Plan) -> Result<Place, (Reason, String)> {
        let interval = plan.interval;
        let off_grid = || (Reason::OffGrid, format!("{} is off the {interval} grid", settled.ts));
        let start = match self.stamp {
            StampIs::Start => infer::snap(settled.ts, interval, plan.phase),
            StampIs::End => self.start_of(settled.ts, plan),
        };
        let ts = start.ok_or_else(off_grid)?;
        let end = ts.plus(interval.micros());
        let Some(calendar) = self.calendar.clone() else {
            return Ok(Place { ts, close_ts: end, session_date: ts.day() });
        };
        let local = calendar.zone().from_utc_datetime(&ts.naive()).naive_local();
        let day = Ts::from_naive(local).day();
        match self.session_at(&calendar, ts) {
            Some(session) => Ok(Place { ts, close_ts: end.min(session.close), session_date: session.date }),
            None if calendar.covers(day) => {
                Err((Reason::OutsideSession, format!("{ts} UTC is outside the sessions of {}", calendar.name())))
            }
            None => Ok(Place { ts, close_ts: end, session_date: day }),
        }
    }

    /// The start of a bar that ends at `end`: the session's last bar may be shorter than the others.
    fn start_of(&mut self, end: Ts, plan: &Plan) -> Option<Ts> {
        let calendar = self.calendar.clone();
        let session = calendar.and_then(|calendar| self.session_at(&calendar, end.plus(-infer::TOLERANCE - 1)));
        if let Some(close) = session.map(|session| session.close)
            && (end.0 - close.0).abs() <= infer::TOLERANCE
        {
            return Some(infer::before(close, plan.interval, plan.phase));
        }
        infer::snap(end.plus(-plan.interval.micros()), plan.interval, plan.phase)
    }

    /// The session of an instant; neighbours mostly share one.
    fn session_at(&mut self, calendar: &Calendar, ts: Ts) -> Option<Session> {
        if self.session.is_none_or(|session| ts < session.open || session.close <= ts) {
            self.session = calendar.at(ts).copied();
        }
        self.session
    }
}

#[cfg(test)]
mod tests {
    use super::super::stamp::read;
    use super::*;
    use crate::domain::SessionKind;
    use crate::domain::time::day_number;

    fn nse() -> Arc<Calendar> {
        let day = day_number("2024-01-02".parse().unwrap());
        let at = |clock: &str| Ts::parse(&format!("2024-01-02 {clock}")).unwrap();
        let session = Session { date: day, open: at("03:45"), close: at("10:00"), kind: SessionKind::Regular };
        Arc::new(Calendar::new("NSE".into(), chrono_tz::Asia::Kolkata, day - 9, day + 9, vec![session]))
    }

    fn placed(track: &mut Track, text: &str, plan: Plan) -> Result<Place, Reason> {
        let settled = track.settle(read(text).unwrap(), Order::DayFirst).unwrap();
        track.place(&settled, &plan).map_err(|(reason, _)| reason)
    }

    const HOURLY: Plan = Plan { order: Order::DayFirst, interval: Interval::H1, phase: 15 * 60_000_000 * 3 };

    #[test]
    fn the_last_bar_of_a_session_ends_with_it() {
        for (stamp, text) in [(StampIs::Start, "2024-01-02 15:15"), (StampIs::End, "2024-01-02 15:30")] {
            let place = placed(&mut Track::new(None, Some(nse()), stamp), text, HOURLY).unwrap();
            assert_eq!(
                (place.ts.to_string(), place.close_ts.to_string()),
                ("2024-01-02 09:45:00".into(), "2024-01-02 10:00:00".into())
            );
        }
        let mut track = Track::new(None, Some(nse()), StampIs::End);
        assert_eq!(placed(&mut track, "2024-01-02 10:15", HOURLY).unwrap().ts.to_string(), "2024-01-02 03:45:00");
    }

    #[test]
    fn outside_the_session_is_refused_only_where_the_calendar_speaks() {
        let mut track = Track::new(None, Some(nse()), StampIs::Start);
        assert_eq!(placed(&mut track, "2024-01-02 08:15", HOURLY), Err(Reason::OutsideSession));
        assert_eq!(placed(&mut track, "2024-01-03 10:15", HOURLY), Err(Reason::OutsideSession));
        assert!(placed(&mut track, "2025-01-03 10:15", HOURLY).is_ok());
        let plan = Plan { interval: Interval::D1, phase: 0, ..HOURLY };
        let day = placed(&mut track, "2024-01-02", plan).unwrap();
        assert_eq!(
            (day.ts.to_string(), day.close_ts.to_string()),
            ("2024-01-02 00:00:00".into(), "2024-01-02 10:00:00".into())
        );
        placed(&mut track, "2024-01-04", plan).unwrap();
        assert_eq!(track.holidays, 1);
    }

    #[test]
    fn the_order_of_rows_tells_times_that_occur_twice_apart() {
        let zone = Some(chrono_tz::America::New_York);
        let texts = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"].map(|clock| format!("2024-11-03 {clock}"));
        let utc = |track: &mut Track, text: &String| track.settle(read(text).unwrap(), Order::DayFirst).unwrap().ts;
        let mut track = Track::new(zone, None, StampIs::Start);
        let up: Vec<Ts> = texts.iter().map(|text| utc(&mut track, text)).collect();
        assert!(up.windows(2).all(|pair| pair[1].0 - pair[0].0 == 30 * 60_000_000), "{up:?}");
        let mut track = Track::new(zone, None, StampIs::Start);
        let mut down: Vec<Ts> = texts.iter().rev().map(|text| utc(&mut track, text)).collect();
        down.reverse();
        assert_eq!(down, up);
    }
}
