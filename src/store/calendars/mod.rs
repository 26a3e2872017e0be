//! Trading calendars: the files of `data/calendars/` as the tables `calendars` and `sessions`.
//!
//! A file says rules and exceptions, which a person can review: hours, holidays, half days, special sessions. Every
//! writable open turns changed files into rows, one a session; everything else, SQL included, reads those rows. A
//! calendar speaks of the dates from `first_date` to `last_date` only: other dates are unknown, not closed.

mod exchange;
mod file;
mod generate;

use std::sync::OnceLock;

use duckdb::params;

pub use exchange::{Exchange, exchange};

use super::{Columns, Result, Store, StoreError, embedded};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::time::day_number;
use crate::domain::{Calendar, Session, SessionKind, Symbol, Ts};
use file::CalendarFile;

/// A calendar file and its sessions.
type Generated = (CalendarFile, Vec<Session>);

/// Every calendar this program carries; generated once a process.
fn generated() -> Result<&'static [Generated]> {
    static ALL: OnceLock<Vec<Generated>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let files = embedded::CALENDARS.iter().filter(|(path, _)| *path != exchange::FILE);
    let all = files
        .map(|(path, text)| {
            let file = CalendarFile::read(path, text)?;
            let sessions = generate::sessions(&file)?;
            Ok((file, sessions))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(ALL.get_or_init(|| all))
}

/// Hash of every calendar file: tells whether a store's sessions are the ones this program carries.
fn fingerprint() -> String {
    let mut print = Fingerprint::new();
    for (path, text) in embedded::CALENDARS {
        print.text(path);
        print.text(text);
    }
    print.finish()
}

/// Replaces the sessions of all calendars in one transaction, unless the store already has these.
pub(super) fn refresh(store: &Store) -> Result<()> {
    let wanted = fingerprint();
    let stored: Option<String> =
        store
            .conn()
            .query_row("SELECT max(value) FROM store_settings WHERE key = 'calendars'", [], |row| row.get(0))?;
    if stored.as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    let all = generated()?;
    store.transaction(|| {
        for (file, _) in all {
            store.conn().execute("DELETE FROM calendars WHERE calendar = ?", [&file.calendar])?;
            store.conn().execute("DELETE FROM sessions WHERE calendar = ?", [&file.calendar])?;
        }
        write(store, all)?;
        store.conn().execute("DELETE FROM store_settings WHERE key = 'calendars'", [])?;
        store.conn().execute("INSERT INTO store_settings VALUES ('calendars', ?)", [wanted.as_str()])?;
        Ok(())
    })
}

fn write(store: &Store, all: &[Generated]) -> Result<()> {
    let files = || all.iter().map(|(file, _)| file);
    Columns::new()
        .text("calendar", files().map(|file| &file.calendar))
        .text("zone", files().map(|file| file.zone.name()))
        .f64("periods_per_year", files().map(|file| file.periods_per_year))
        .text("description", files().map(|file| &file.description))
        .text("source", files().map(|file| &file.source))
        .date("first_date", files().map(|file| day_number(file.first_date)))
        .date("last_date", files().map(|file| day_number(file.last_date)))
        .append_to(store, "calendars")?;
    let rows = || all.iter().flat_map(|(file, sessions)| sessions.iter().map(move |session| (file, session)));
    Columns::new()
        .text("calendar", rows().map(|(file, _)| &file.calendar))
        .date("date", rows().map(|(_, session)| session.date))
        .ts("open_ts", rows().map(|(_, session)| session.open))
        .ts("close_ts", rows().map(|(_, session)| session.close))
        .text("kind", rows().map(|(_, session)| kind_name(session.kind)))
        .append_to(store, "sessions")
}

const fn kind_name(kind: SessionKind) -> &'static str {
    match kind {
        SessionKind::Regular => "regular",
        SessionKind::HalfDay => "half_day",
        SessionKind::Special => "special",
    }
}

/// The calendar of a key such as `NSE`, as the store has it; `None` when it has none of that name.
///
/// # Errors
/// Faults of DuckDB; [`StoreError::Calendar`] for a stored zone or kind that nobody knows.
pub fn load(store: &Store, calendar: &str) -> Result<Option<Calendar>> {
    let found = store.conn().query_row(
        "SELECT zone, first_date - DATE '1970-01-01', last_date - DATE '1970-01-01' FROM calendars WHERE calendar = ?",
        [calendar],
        |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?)),
    );
    let (zone, first_date, last_date) = match found {
        Err(duckdb::Error::QueryReturnedNoRows) => return Ok(None),
        found => found?,
    };
    let fault = |what: &str, value: &str| StoreError::Calendar {
        name: calendar.to_string(),
        reason: format!("'{value}' in the store is no {what}"),
    };
    let zone = zone.parse().map_err(|_| fault("time zone", &zone))?;
    let mut statement = store.conn().prepare(
        "SELECT date - DATE '1970-01-01', epoch_us(open_ts), epoch_us(close_ts), kind FROM sessions
         WHERE calendar = ? ORDER BY open_ts",
    )?;
    let rows = statement.query_map(params![calendar], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?))
    })?;
    let mut sessions = Vec::new();
    for row in rows {
        let (date, open, close, kind) = row?;
        let kind = match kind.as_str() {
            "regular" => SessionKind::Regular,
            "half_day" => SessionKind::HalfDay,
            "special" => SessionKind::Special,
            other => return Err(fault("kind of session", other)),
        };
        sessions.push(Session { date: date as i32, open: Ts(open), close: Ts(close), kind });
    }
    Ok(Some(Calendar::new(calendar.to_string(), zone, first_date, last_date, sessions)))
}

/// The calendar of an instrument; `None` when the instrument, or its calendar, is unknown.
///
/// # Errors
/// As [`load`].
pub fn of_symbol(store: &Store, symbol: &Symbol) -> Result<Option<Calendar>> {
    let calendar: Option<String> =
        store
            .conn()
            .query_row("SELECT max(calendar) FROM instruments WHERE symbol = ?", [symbol.as_str()], |row| row.get(0))?;
    calendar.map_or(Ok(None), |calendar| load(store, &calendar))
}
