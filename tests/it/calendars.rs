//! The calendars against real files, the `exchange_calendars` package (`tests/peers/calendars_peer.py`) and known days.

use std::collections::{BTreeMap, BTreeSet};

use workstation::domain::fingerprint::sha256;
use workstation::domain::time::{date_of, day_number};
use workstation::domain::{Calendar, Session, SessionKind, Ts};
use workstation::store::{Store, calendars};

use crate::shared::shared;

fn calendar(name: &str) -> Calendar {
    calendars::load(&Store::in_memory().unwrap(), name).unwrap().unwrap()
}

fn day(text: &str) -> i32 {
    day_number(text.parse().unwrap())
}

/// `HH:MM-HH:MM kind` in UTC; `closed` without a session.
fn hours(calendar: &Calendar, date: &str) -> String {
    calendar.on(day(date)).map_or("closed".into(), |session| {
        let time = |ts: Ts| ts.naive().format("%H:%M").to_string();
        format!("{}-{} {:?}", time(session.open), time(session.close), session.kind)
    })
}

#[test]
fn known_days_have_their_hours() {
    let nse = calendar("NSE");
    for (date, expected) in [
        ("2020-01-31", "03:45-10:00 Regular"),
        // Saturdays with trading: the budget, and the Diwali hour.
        ("2020-02-01", "03:45-10:00 Special"),
        ("2020-11-14", "12:45-13:45 Special"),
        ("2020-02-08", "closed"),
        ("2020-11-16", "closed"),
        ("2013-11-14", "03:45-10:00 Regular"),
        ("2013-11-15", "closed"),
        // A fault: prolonged to 17:00.
        ("2021-02-24", "03:45-11:30 Special"),
        ("2024-01-20", "03:45-10:00 Special"),
        ("2024-01-22", "closed"),
        ("2024-03-02", "03:45-07:00 Special"),
        ("2024-05-18", "03:45-07:10 Special"),
        // Hours before and after the changes of 2010.
        ("2009-12-31", "04:25-10:00 Regular"),
        ("2010-10-15", "03:30-10:00 Regular"),
        ("2010-10-18", "03:45-10:00 Regular"),
    ] {
        assert_eq!(hours(&nse, date), expected, "NSE {date}");
    }
    let xnys = calendar("XNYS");
    for (date, expected) in [
        // Daylight saving starts on 2024-03-10 and ends on 2024-11-03.
        ("2024-03-08", "14:30-21:00 Regular"),
        ("2024-03-11", "13:30-20:00 Regular"),
        ("2024-11-01", "13:30-20:00 Regular"),
        ("2024-11-04", "14:30-21:00 Regular"),
        // Until 2006 it started in April.
        ("2006-03-31", "14:30-21:00 Regular"),
        ("2006-04-03", "13:30-20:00 Regular"),
        ("2024-07-03", "13:30-17:00 HalfDay"),
        ("2024-11-29", "14:30-18:00 HalfDay"),
        ("2024-07-04", "closed"),
        ("2001-09-12", "closed"),
        ("2024-03-09", "closed"),
    ] {
        assert_eq!(hours(&xnys, date), expected, "XNYS {date}");
    }
    let fx = calendar("FX");
    for (date, expected) in [
        ("2024-01-06", "closed"),
        ("2024-01-07", "22:00-00:00 HalfDay"),
        ("2024-07-07", "21:00-00:00 HalfDay"),
        ("2024-01-10", "00:00-00:00 Regular"),
        ("2024-01-12", "00:00-22:00 HalfDay"),
        ("2024-07-12", "00:00-21:00 HalfDay"),
        ("2017-12-24", "closed"),
        ("2017-12-25", "22:00-00:00 HalfDay"),
        ("2018-01-01", "22:00-00:00 HalfDay"),
        ("2019-12-31", "00:00-22:00 HalfDay"),
    ] {
        assert_eq!(hours(&fx, date), expected, "FX {date}");
    }
    assert_eq!(hours(&calendar("24x7"), "2024-01-07"), "00:00-00:00 Regular");
}

#[test]
fn sessions_agree_with_the_exchange_calendars_package() {
    let golden = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden/calendars.json"));
    let golden: serde_json::Value = serde_json::from_str(&golden.unwrap()).unwrap();
    let with_times = |session: &Session| {
        let (open, close) = (session.open.naive().format("%H:%M"), session.close.naive().format("%H:%M"));
        format!("{} {open} {close}", date_of(session.date))
    };
    let dates = |session: &Session| date_of(session.date).to_string();
    let regular = |session: &Session| session.kind == SessionKind::Regular;
    check(&golden["XNYS"], &calendar("XNYS"), with_times, |_| true);
    check(&golden["NSE_regular_dates"], &calendar("NSE"), dates, regular);
}

fn check(
    golden: &serde_json::Value,
    calendar: &Calendar,
    line: impl Fn(&Session) -> String,
    keep: impl Fn(&Session) -> bool,
) {
    let mut years: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for session in calendar.sessions().iter().filter(|session| keep(session)) {
        let year = date_of(session.date).format("%Y").to_string();
        years.entry(year).or_default().push(line(session));
    }
    assert_eq!(years.len(), golden.as_object().unwrap().len(), "{}: as many years", calendar.name());
    for (year, lines) in years {
        assert_eq!(lines.len() as u64, golden[&year][0].as_u64().unwrap(), "{} {year}: number", calendar.name());
        assert_eq!(sha256(lines.join("\n").as_bytes()), golden[&year][1], "{} {year}: dates, times", calendar.name());
    }
}

/// Dates of a file's first column, header and time of day left out.
fn dates_of(file: &str) -> BTreeSet<i32> {
    let text = std::fs::read_to_string(shared(&format!("data/real/{}", file))).unwrap();
    text.lines().skip(1).map(|line| day(&line[..10])).collect()
}

/// (dates with bars that are no session, sessions in the range of the bars without one)
fn disagreements(calendar: &Calendar, dates: &BTreeSet<i32>) -> (Vec<String>, Vec<String>) {
    let (first, last) = (*dates.first().unwrap(), *dates.last().unwrap());
    let sessions: BTreeSet<i32> =
        calendar.sessions().iter().map(|session| session.date).filter(|date| (first..=last).contains(date)).collect();
    let told = |days: Vec<i32>| days.into_iter().map(|day| date_of(day).to_string()).collect();
    (told(dates.difference(&sessions).copied().collect()), told(sessions.difference(dates).copied().collect()))
}

#[test]
fn real_daily_files_trade_on_sessions_only() {
    let nse = calendar("NSE");
    for name in ["ABB", "ICICIBANK", "INFY", "RELIANCE"] {
        let (strange, missing) = disagreements(&nse, &dates_of(&format!("nse_1d/{name}.csv")));
        assert_eq!(strange, Vec::<String>::new(), "{name}");
        // The exchange traded on that Tuesday; the files lack it, all four.
        assert_eq!(missing, ["2020-06-30"], "{name}");
    }
    let (strange, missing) = disagreements(&calendar("XNYS"), &dates_of("GOOG_1d.csv"));
    assert_eq!((strange, missing), (vec![], vec![]));
}

#[test]
fn real_hourly_quotes_lie_inside_fx_sessions() {
    let fx = calendar("FX");
    let text = std::fs::read_to_string(shared(&format!("data/real/{}", "EURUSD_1h.csv"))).unwrap();
    let stamps: BTreeSet<Ts> = text.lines().skip(1).map(|line| Ts::parse(&line[..19]).unwrap()).collect();
    let mut strange = Vec::new();
    for ts in &stamps {
        match fx.at(*ts) {
            Some(session) => assert_eq!(session.date, ts.day(), "the trading day is the UTC date"),
            None => strange.push(ts.to_string()),
        }
    }
    // Single quotes of volume 1 in the hour that starts with the week's close.
    assert_eq!(strange, ["2017-10-06 21:00:00", "2017-10-20 21:00:00"]);
    // And they fill them: every hour of every session between the first and the last quote.
    let hour = 3_600_000_000;
    let (first, last) = (*stamps.first().unwrap(), *stamps.last().unwrap());
    let mut absent = Vec::new();
    for session in fx.sessions() {
        let mut ts = session.open;
        while ts < session.close {
            if first <= ts && ts <= last && !stamps.contains(&ts) {
                absent.push(ts.to_string());
            }
            ts = ts.plus(hour);
        }
    }
    assert_eq!(absent, Vec::<String>::new());
}

#[test]
fn a_store_knows_the_calendar_of_its_instruments() {
    let store = Store::in_memory().unwrap();
    store
        .conn()
        .execute_batch(
            "INSERT INTO instruments (symbol, calendar, asset_id, first_seen_at) VALUES
                 ('INFY', 'NSE', 0, TIMESTAMP '2024-01-01'), ('ODD', NULL, 1, TIMESTAMP '2024-01-01'),
                 ('MARS', 'XMARS', 2, TIMESTAMP '2024-01-01')",
        )
        .unwrap();
    let of = |symbol: &str| calendars::of_symbol(&store, &symbol.parse().unwrap()).unwrap();
    assert_eq!(of("INFY").unwrap().name(), "NSE");
    assert_eq!((of("ODD"), of("MARS"), of("NOBODY")), (None, None, None), "what nobody told is unknown");
    assert_eq!(calendars::load(&store, "XMARS").unwrap(), None);

    // Whatever range a calendar claims, its sessions lie in it, in order and apart.
    for name in ["NSE", "XNYS", "FX", "24x7"] {
        let calendar = calendar(name);
        assert!(
            calendar.sessions().iter().all(|session| calendar.covers(session.date) && session.open < session.close)
        );
        assert!(
            calendar.sessions().windows(2).all(|pair| pair[0].close <= pair[1].open && pair[0].date < pair[1].date)
        );
    }
}

#[test]
fn changed_calendars_reach_an_old_store_and_foreign_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ws.duckdb");
    let store = Store::open(&path, Ts(0)).unwrap();
    store
        .conn()
        .execute_batch(
            "UPDATE store_settings SET value = 'older' WHERE key = 'calendars';
             DELETE FROM sessions WHERE calendar = 'NSE' AND date > DATE '2019-12-31';
             INSERT INTO calendars VALUES ('MINE', 'UTC', 100, 'd', 's', DATE '2020-01-01', DATE '2020-12-31')",
        )
        .unwrap();
    drop(store);
    let store = Store::open(&path, Ts(0)).unwrap();
    assert_eq!(hours(&calendars::load(&store, "NSE").unwrap().unwrap(), "2020-02-01"), "03:45-10:00 Special");
    assert!(calendars::load(&store, "MINE").unwrap().is_some());
    let twice: i64 = store
        .conn()
        .query_row(
            "SELECT count(*) FROM (SELECT calendar, date FROM sessions GROUP BY ALL HAVING count(*) > 1)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(twice, 0);
}
