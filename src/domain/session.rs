//! Trading sessions of a calendar: when an exchange is open, and to which trading day an instant belongs.

use chrono_tz::Tz;

use super::Ts;

/// What sort of session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// The usual hours.
    Regular,
    /// Closes early.
    HalfDay,
    /// Outside the usual days or hours: a Saturday with trading, an evening session.
    Special,
}

/// One session: `open <= ts < close`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Trading day, since 1970-01-01.
    pub date: i32,
    /// UTC time of the open.
    pub open: Ts,
    /// UTC time of the close, the first instant outside.
    pub close: Ts,
    /// What sort it is.
    pub kind: SessionKind,
}

/// The sessions of one exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    name: String,
    zone: Tz,
    first_date: i32,
    last_date: i32,
    sessions: Vec<Session>,
}

impl Calendar {
    /// A calendar of sessions (sorted here) that speaks of the dates from `first_date` to `last_date`.
    #[must_use]
    pub fn new(name: String, zone: Tz, first_date: i32, last_date: i32, mut sessions: Vec<Session>) -> Self {
        sessions.sort_unstable_by_key(|session| session.open);
        Self { name, zone, first_date, last_date, sessions }
    }

    /// Its key, for example `NSE`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Time zone of the exchange.
    #[must_use]
    pub const fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it says anything about a date; where it doesn't, nothing is known to be closed.
    #[must_use]
    pub const fn covers(&self, date: i32) -> bool {
        self.first_date <= date && date <= self.last_date
    }

    /// First and last date it speaks of.
    #[must_use]
    pub const fn span(&self) -> (i32, i32) {
        (self.first_date, self.last_date)
    }

    /// Every session, ascending.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The session of a trading day.
    #[must_use]
    pub fn on(&self, date: i32) -> Option<&Session> {
        let at = self.sessions.partition_point(|session| session.date < date);
        self.sessions.get(at).filter(|session| session.date == date)
    }

    /// The session that an instant falls into.
    #[must_use]
    pub fn at(&self, ts: Ts) -> Option<&Session> {
        let at = self.sessions.partition_point(|session| session.close <= ts);
        self.sessions.get(at).filter(|session| session.open <= ts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_dates_find_their_session() {
        let session = |date: i32, from: i64, to: i64| Session {
            date,
            open: Ts(Ts::from_day(date).0 + from),
            close: Ts(Ts::from_day(date).0 + to),
            kind: SessionKind::Regular,
        };
        let calendar = Calendar::new("X".into(), Tz::UTC, 10, 13, vec![session(12, 5, 9), session(10, 5, 9)]);
        assert_eq!(calendar.on(12).map(|found| found.date), Some(12));
        assert_eq!(calendar.on(11), None);
        assert_eq!(calendar.at(Ts(Ts::from_day(12).0 + 5)).map(|found| found.date), Some(12));
        assert_eq!(calendar.at(Ts(Ts::from_day(12).0 + 9)), None, "the close is outside");
        assert_eq!(calendar.at(Ts(Ts::from_day(11).0 + 6)), None);
        assert!(calendar.covers(11) && !calendar.covers(14));
    }
}
