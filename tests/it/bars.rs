//! Derived bars: hand-computed sessions, laws, pandas (`tests/peers/bars_peer.py`), and what must be refused.

use std::path::PathBuf;

use workstation::domain::{Interval, Silent, Symbol};
use workstation::ingest::derive::{self, AdjustJob, AdjustKind, Derived, Naming, Outcome, ResampleJob};
use workstation::ingest::{IngestError, actions, universe};
use workstation::report::quality;
use workstation::store::{Store, named};

use crate::shared::{ingest_all, now, number, shared};

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn execute(store: &Store, sql: &str) {
    store.conn().execute_batch(sql).unwrap();
}

/// An instrument of a calendar, and bars `(ts, open, high, low, close, volume, vwap)` on the UTC date.
fn with_bars(store: &Store, name: &str, calendar: &str, interval: &str, minutes: i64, rows: &str) {
    execute(
        store,
        &format!(
            "INSERT INTO instruments (symbol, exchange, calendar, currency, tick_size, asset_id, first_seen_at)
                 SELECT '{name}', 'X', {calendar}, 'INR', 0.05, 0, TIMESTAMP '2024-01-01';
             INSERT INTO bars SELECT '{name}', '{interval}', ts, ts + to_minutes({minutes}), CAST(ts AS DATE), o, h, l, c, v, w,
                 'raw', 'csv', TIMESTAMP '2024-02-01' FROM (VALUES {rows}) AS t(ts, o, h, l, c, v, w)"
        ),
    );
}

fn job(name: &str, from: Option<Interval>, to: Interval) -> ResampleJob {
    ResampleJob { symbols: vec![symbol(name)], from, to, replace: false }
}

fn resample(store: &Store, job: &ResampleJob) -> Outcome {
    derive::resample(store, job, now(), &Silent).unwrap().remove(0)
}

fn stored(outcome: Outcome) -> Derived {
    match outcome {
        Outcome::Stored(derived) => derived,
        Outcome::Refused { reason, .. } => panic!("refused: {reason}"),
    }
}

fn refusal(outcome: Outcome) -> String {
    match outcome {
        Outcome::Refused { reason, hint, .. } => format!("{reason} | {hint}"),
        Outcome::Stored(derived) => panic!("stored {derived:?}"),
    }
}

/// Every bar of a series as one text.
fn listed(store: &Store, name: &str, interval: &str) -> String {
    number::<Option<String>>(
        store,
        &format!(
            "SELECT string_agg(concat_ws(' ', strftime(ts, '%d_%H:%M'), strftime(close_ts, '%d_%H:%M'), session_date, open, high,
                 low, close, coalesce(volume::VARCHAR, '-'), coalesce(vwap::VARCHAR, '-'), adjustment, source), chr(10) ORDER BY ts)
             FROM bars WHERE symbol = '{name}' AND interval = '{interval}'"
        ),
    )
    .unwrap_or_default()
}

/// Tuesday 2024-01-02 and Wednesday at the NSE, half-hourly with gaps (09:15 IST is 03:45 UTC, 15:30 is 10:00).
const NSE_ROWS: &str = "
    (TIMESTAMP '2024-01-02 03:45', 10.0, 12.0, 9.0, 11.0, 100.0, 10.0), (TIMESTAMP '2024-01-02 04:15', 11.0, 15.0, 11.0, 14.0, 300.0, 14.0),
    (TIMESTAMP '2024-01-02 04:45', 14.0, 14.0, 13.0, 13.0, 0.0, NULL), (TIMESTAMP '2024-01-02 09:45', 13.0, 13.5, 12.5, 13.25, NULL, 13.0),
    (TIMESTAMP '2024-01-03 03:15', 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    (TIMESTAMP '2024-01-03 03:45', 13.0, 14.0, 12.0, 12.5, 10.0, NULL), (TIMESTAMP '2024-01-03 04:15', 12.5, 13.0, 12.0, 12.0, 20.0, 12.5),
    (TIMESTAMP '2024-01-03 04:45', 12.0, 12.5, 11.0, 11.5, 30.0, 12.0)";

#[test]
fn sessions_anchor_the_bars_and_growing_ones_wait() {
    let store = Store::in_memory().unwrap();
    with_bars(&store, "INFY", "'NSE'", "30m", 30, NSE_ROWS);
    let hours = stored(resample(&store, &job("INFY", None, Interval::H1)));
    assert_eq!((hours.from, hours.source_bars, hours.inserted), (Interval::M30, 8, 4));
    assert!(hours.warnings[0].contains("1 30m bars lie outside every session of NSE"), "{:?}", hours.warnings);
    // 09:15; 10:15 with a part that traded nothing and has no vwap, so none; the short 15:15-15:30; and 09:15 again. The
    // bar from 10:15 of the 3rd ends at 11:15, and 10:45 is all that is known: it waits.
    assert_eq!(
        listed(&store, "INFY", "1h"),
        "02_03:45 02_04:45 2024-01-02 10.0 15.0 9.0 14.0 400.0 13.0 raw resample\n\
         02_04:45 02_05:45 2024-01-02 14.0 14.0 13.0 13.0 0.0 - raw resample\n\
         02_09:45 02_10:00 2024-01-02 13.0 13.5 12.5 13.25 - - raw resample\n\
         03_03:45 03_04:45 2024-01-03 13.0 14.0 12.0 12.0 30.0 - raw resample"
    );
    // The day of the 2nd is known at its close; one unknown volume makes it unknown. The 3rd is still growing.
    stored(resample(&store, &job("INFY", None, Interval::D1)));
    assert_eq!(listed(&store, "INFY", "1d"), "02_00:00 02_10:00 2024-01-02 10.0 15.0 9.0 13.25 - - raw resample");

    // Nothing new: nothing changes. More bars: the waiting bar comes, the others stay.
    let again = stored(resample(&store, &job("INFY", None, Interval::H1)));
    assert_eq!((again.inserted, again.updated, again.removed, again.unchanged), (0, 0, 0, 4));
    execute(
        &store,
        "INSERT INTO bars SELECT symbol, interval, TIMESTAMP '2024-01-03 05:15', TIMESTAMP '2024-01-03 05:45', session_date,
             11.5, 12, 11, 12, 5, 11.5, adjustment, source, ingested_at FROM bars WHERE ts = '2024-01-03 04:45' AND interval = '30m';
         UPDATE bars SET close = 12.75 WHERE interval = '30m' AND ts = '2024-01-03 04:15'",
    );
    let more = stored(resample(&store, &job("INFY", None, Interval::H1)));
    assert_eq!((more.inserted, more.updated, more.unchanged), (1, 1, 3));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars_revisions WHERE close = 12 AND interval = '1h'"), 1);
}

#[test]
fn without_a_calendar_days_are_utc_and_a_half_day_ends_early_with_one() {
    let store = Store::in_memory().unwrap();
    let rows = "(TIMESTAMP '2024-01-02 23:59', 1.0, 1.0, 1.0, 1.0, 1.0, NULL), (TIMESTAMP '2024-01-03 00:00', 2.0, 3.0, 2.0, 3.0, 1.5, NULL),
                (TIMESTAMP '2024-01-03 23:59', 4.0, 4.0, 4.0, 4.0, 1.0, NULL), (TIMESTAMP '2024-01-04 00:00', 9.0, 9.0, 9.0, 9.0, 1.0, NULL)";
    with_bars(&store, "BTC", "NULL", "1m", 1, rows);
    stored(resample(&store, &job("BTC", None, Interval::D1)));
    assert_eq!(
        listed(&store, "BTC", "1d"),
        "02_00:00 03_00:00 2024-01-02 1.0 1.0 1.0 1.0 1.0 - raw resample\n\
         03_00:00 04_00:00 2024-01-03 2.0 4.0 2.0 4.0 2.5 - raw resample"
    );
    // 2024-07-03 closed at 13:00 New York, 17:00 UTC.
    let rows = "(TIMESTAMP '2024-07-03 16:30', 5.0, 5.0, 5.0, 5.0, 1.0, NULL), (TIMESTAMP '2024-07-03 16:45', 6.0, 6.0, 6.0, 6.0, 1.0, NULL)";
    with_bars(&store, "GOOG", "'XNYS'", "15m", 15, rows);
    stored(resample(&store, &job("GOOG", None, Interval::H1)));
    assert_eq!(listed(&store, "GOOG", "1h"), "03_16:30 03_17:00 2024-07-03 5.0 6.0 5.0 6.0 2.0 - raw resample");
}

#[test]
fn bars_of_another_source_are_not_overwritten_unless_asked() {
    let store = Store::in_memory().unwrap();
    with_bars(&store, "INFY", "'NSE'", "30m", 30, NSE_ROWS);
    // The first hour as derived, the short last one differently, and a bar where nothing is derived.
    execute(
        &store,
        "INSERT INTO bars VALUES
             ('INFY', '1h', TIMESTAMP '2024-01-02 03:45', TIMESTAMP '2024-01-02 04:45', DATE '2024-01-02', 10, 15, 9, 14, 400, NULL, 'raw', 'csv', TIMESTAMP '2024-02-01'),
             ('INFY', '1h', TIMESTAMP '2024-01-02 07:45', TIMESTAMP '2024-01-02 08:45', DATE '2024-01-02', 10, 15, 9, 14, 400, NULL, 'raw', 'csv', TIMESTAMP '2024-02-01')",
    );
    let first = stored(resample(&store, &job("INFY", Some(Interval::M30), Interval::H1)));
    assert_eq!(
        (first.inserted, first.updated, first.removed, first.unchanged),
        (3, 0, 0, 1),
        "equal bars stay as they are"
    );
    execute(&store, "UPDATE bars SET source = 'csv', high = 99 WHERE interval = '1h' AND ts = '2024-01-02 09:45'");
    let reason = refusal(resample(&store, &job("INFY", Some(Interval::M30), Interval::H1)));
    assert!(
        reason.contains("1 stored 1h bars of INFY came from elsewhere and differ, the first at 2024-01-02 09:45:00"),
        "{reason}"
    );
    let replaced = ResampleJob { replace: true, ..job("INFY", Some(Interval::M30), Interval::H1) };
    assert_eq!(stored(resample(&store, &replaced)).updated, 1);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars_revisions WHERE high = 99"), 1);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE interval = '1h' AND ts = '2024-01-02 07:45'"), 1);

    execute(&store, "UPDATE bars SET adjustment = 'split' WHERE interval = '30m' AND ts = '2024-01-02 03:45'");
    let reason = refusal(resample(&store, &job("INFY", Some(Interval::M30), Interval::D1)));
    assert!(reason.contains("mix adjustments: raw, split"), "{reason}");
    assert!(refusal(resample(&store, &job("NOBODY", None, Interval::D1))).contains("no shorter bars"));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE interval = '1d'"), 0);
}

/// Minutes with gaps, unknown volumes and vwaps, of several sessions; synthetic.
fn random_minutes(store: &Store, seed: i64, calendar: &str) {
    execute(
        store,
        &format!(
            "INSERT INTO instruments (symbol, exchange, calendar, asset_id, first_seen_at)
                 SELECT 'R', 'SYNTHETIC', {calendar}, 0, TIMESTAMP '2024-01-01';
             INSERT INTO bars
             SELECT 'R', '1m', ts, ts + INTERVAL 1 MINUTE, CAST(ts AS DATE), p, p + 1 + r, p - 1 - r, p + r - 0.5,
                 CASE WHEN h % 97 <> 3 THEN (h // 7) % 5 END, CASE WHEN h % 89 <> 5 THEN p + r / 2 END, 'raw', 'synthetic',
                 TIMESTAMP '2024-02-01'
             FROM (SELECT ts, h, 100 + (h // 13) % 50 AS p, (h // 17) % 100 / 100 AS r
                   FROM (SELECT ts, CAST(hash(ts, {seed}) // 4096 AS BIGINT) AS h
                         FROM generate_series(TIMESTAMP '2024-01-02 03:45', TIMESTAMP '2024-01-04 06:10', INTERVAL 1 MINUTE) AS t(ts))
                   WHERE h % 4 > 0)"
        ),
    );
}

#[test]
fn resampling_in_steps_equals_resampling_at_once() {
    for (seed, calendar) in [(1, "'NSE'"), (2, "NULL"), (3, "'24x7'"), (4, "'XNYS'")] {
        let (steps, once) = (Store::in_memory().unwrap(), Store::in_memory().unwrap());
        for store in [&steps, &once] {
            random_minutes(store, seed, calendar);
        }
        for target in [Interval::H1, Interval::D1] {
            for (from, to) in [(Interval::M1, Interval::M5), (Interval::M5, Interval::M30), (Interval::M30, target)] {
                stored(resample(&steps, &job("R", Some(from), to)));
            }
            stored(resample(&once, &job("R", Some(Interval::M1), target)));
            let rounded = |store: &Store| {
                number::<Option<String>>(
                    store,
                    &format!(
                        "SELECT string_agg(concat_ws(' ', ts, close_ts, session_date, open, high, low, close,
                             coalesce(volume::VARCHAR, '-'), coalesce(round(vwap, 9)::VARCHAR, '-'), source), chr(10) ORDER BY ts)
                         FROM bars WHERE interval = '{target}'"
                    ),
                )
            };
            let expected = rounded(&once);
            assert_eq!(rounded(&steps), expected, "{calendar} {target}");
            assert!(expected.is_some_and(|text| text.contains(" synthetic_resample")), "synthetic stays labelled");
        }
    }
}

/// Asserts that a series is what pandas made: number, sums of columns, first and last bar.
fn assert_golden(store: &Store, golden: &serde_json::Value, name: &str, interval: &str, what: &str) {
    let expected = &golden[what];
    let place = format!("FROM bars WHERE symbol = '{name}' AND interval = '{interval}'");
    assert_eq!(number::<i64>(store, &format!("SELECT count(*) {place}")), expected["n"].as_i64().unwrap(), "{what}");
    let close = |found: f64, expected: &serde_json::Value, what: &str| {
        let expected = expected.as_f64().unwrap();
        assert!((found - expected).abs() <= 1e-8 * expected.abs(), "{what}: {found} is not {expected}");
    };
    for (n, column) in ["open", "high", "low", "close", "volume"].iter().enumerate() {
        close(
            number(store, &format!("SELECT sum({column}) {place}")),
            &expected["sums"][n],
            &format!("{what} sum {column}"),
        );
        for (key, order) in [("first", "ts"), ("last", "ts DESC")] {
            let value: f64 = number(store, &format!("SELECT {column} {place} ORDER BY {order} LIMIT 1"));
            close(value, &expected[key][n + 1], &format!("{what} {key} {column}"));
        }
    }
    for (key, order) in [("first", "ts"), ("last", "ts DESC")] {
        let ts: String = number(store, &format!("SELECT CAST(ts AS VARCHAR) {place} ORDER BY {order} LIMIT 1"));
        assert_eq!(ts, expected[key][0].as_str().unwrap(), "{what} {key}");
    }
}

fn golden() -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/golden/bars.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn real_minutes_resample_as_pandas_does() {
    let golden = golden();
    for (kind, targets) in
        [("utc", [Interval::M5, Interval::H1, Interval::D1]), ("nse", [Interval::M15, Interval::H1, Interval::D1])]
    {
        let store = Store::in_memory().unwrap();
        ingest_all(&store, &shared("data/real/BTC-PERP_1m.csv.gz"));
        if kind == "nse" {
            execute(&store, "UPDATE instruments SET calendar = 'NSE'");
        }
        for to in targets {
            stored(resample(&store, &job("BTC-PERP", None, to)));
            assert_golden(&store, &golden, "BTC-PERP", to.as_str(), &format!("btc_{kind}_{to}"));
        }
    }
}

fn actions_file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("actions.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn adjust(store: &Store, name: &str, kind: AdjustKind) -> Outcome {
    let naming = Naming::Suffix(format!(".{}", kind.as_str()));
    let job = AdjustJob { series: vec![(symbol(name), Interval::D1)], kind, naming };
    derive::adjust(store, &job, now(), &Silent).unwrap().remove(0)
}

#[test]
fn adjusted_bars_follow_the_actions() {
    let store = Store::in_memory().unwrap();
    let rows = "(TIMESTAMP '2024-01-02', 100.0, 110.0, 90.0, 100.0, 10.0, 100.0), (TIMESTAMP '2024-01-03', 50.0, 55.0, 45.0, 50.0, 20.0, NULL),
                (TIMESTAMP '2024-01-04', 40.0, 44.0, 36.0, 40.0, NULL, NULL)";
    with_bars(&store, "ACME", "'NSE'", "1d", 1440, rows);
    assert!(refusal(adjust(&store, "ACME", AdjustKind::Total)).contains("no corporate actions of ACME are known"));
    // A 2-for-1 split on the 3rd; on the 4th 5 a share against a close of 50: factor 0.9. The others touch no bar.
    let (_folder, path) = actions_file(
        "ex_date,symbol,dividend,split\n2024-01-03,ACME,,2\n2024-01-04,ACME,5,\n2023-12-01,ACME,1,\n2024-01-05,ACME,,10\n",
    );
    let report = actions::run(&store, &path, now()).unwrap();
    assert_eq!((report.rows_read, report.inserted), (4, 4));
    assert_eq!(actions::run(&store, &path, now()).unwrap().unchanged, 4);
    stored(adjust(&store, "ACME", AdjustKind::Split));
    assert_eq!(
        listed(&store, "ACME.split", "1d"),
        "02_00:00 03_00:00 2024-01-02 50.0 55.0 45.0 50.0 20.0 50.0 split adjust\n\
         03_00:00 04_00:00 2024-01-03 50.0 55.0 45.0 50.0 20.0 - split adjust\n\
         04_00:00 05_00:00 2024-01-04 40.0 44.0 36.0 40.0 - - split adjust"
    );
    let total = stored(adjust(&store, "ACME", AdjustKind::Total));
    assert_eq!((total.inserted, total.symbol.as_str()), (3, "ACME.total"));
    assert_eq!(
        listed(&store, "ACME.total", "1d"),
        "02_00:00 03_00:00 2024-01-02 45.0 49.5 40.5 45.0 20.0 45.0 total adjust\n\
         03_00:00 04_00:00 2024-01-03 45.0 49.5 40.5 45.0 20.0 - total adjust\n\
         04_00:00 05_00:00 2024-01-04 40.0 44.0 36.0 40.0 - - total adjust"
    );
    let like = "SELECT exchange || calendar || currency || coalesce(tick_size::VARCHAR, '-') FROM instruments WHERE symbol = 'ACME.total'";
    assert_eq!(number::<String>(&store, like), "XNSEINR-");
    // A corrected dividend: changed bars are replaced and kept, the raw ones never.
    let (_folder, path) = actions_file("symbol,ex_date,dividend\nACME,2024-01-04,10\n");
    assert_eq!(actions::run(&store, &path, now()).unwrap().updated, 1);
    // What was adjusted by the old one is stale until it is derived again.
    let stale = "SELECT coalesce(string_agg(symbol, ',' ORDER BY symbol), '') FROM stale_marks WHERE kind = 'bars' AND name = 'adjust'";
    assert_eq!(number::<String>(&store, stale), "ACME.split,ACME.total");
    let again = stored(adjust(&store, "ACME", AdjustKind::Total));
    assert_eq!(number::<String>(&store, stale), "ACME.split");
    assert_eq!((again.inserted, again.updated, again.unchanged), (0, 2, 1));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars_revisions WHERE symbol = 'ACME.total'"), 2);
    assert_eq!(number::<f64>(&store, "SELECT close FROM bars WHERE symbol = 'ACME.total' AND ts = '2024-01-03'"), 40.0);
    assert_eq!(number::<f64>(&store, "SELECT sum(close) FROM bars WHERE symbol = 'ACME'"), 190.0);

    let adjusted = refusal(adjust(&store, "ACME.split", AdjustKind::Total));
    assert!(adjusted.contains("bars of ACME.split are split; only raw bars"), "{adjusted}");
    let (_folder, path) = actions_file("symbol,ex_date,dividend\nACME,2024-01-04,50\n");
    actions::run(&store, &path, now()).unwrap();
    let large = refusal(adjust(&store, "ACME", AdjustKind::Total));
    assert!(large.contains("the dividend of ACME on 2024-01-04 is not below the close before it"), "{large}");
}

#[test]
fn real_daily_bars_adjust_as_pandas_does() {
    let store = Store::in_memory().unwrap();
    ingest_all(&store, &shared("data/real/GOOG_1d.csv"));
    let (_folder, path) = actions_file(
        "symbol,ex_date,split,dividend\nGOOG,2004-08-01,,1\nGOOG,2005-06-15,2,\nGOOG,2006-03-01,0.5,3\nGOOG,2008-02-15,,1.25\n\
         GOOG,2010-07-19,3,\nGOOG,2011-11-11,,7.5\nGOOG,2030-01-01,10,\n",
    );
    assert_eq!(actions::run(&store, &path, now()).unwrap().inserted, 8);
    for kind in [AdjustKind::Split, AdjustKind::Total] {
        stored(adjust(&store, "GOOG", kind));
        let name = format!("GOOG.{}", kind.as_str());
        assert_golden(&store, &golden(), &name, "1d", &format!("goog_{}", kind.as_str()));
    }
}

fn told(result: Result<actions::Report, IngestError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn mistakes_in_reference_files_are_told_with_their_line() {
    let store = Store::in_memory().unwrap();
    for (text, expected) in [
        ("symbol,ex_date,split\nA,2024-01-03,2\nA,2024-02-30,2\n", "actions.csv:3: ex_date '2024-02-30' is no date"),
        ("symbol,ex_date,split\nA,2024-01-03,0\n", "actions.csv:2: split '0' is no number above 0"),
        ("symbol,ex_date,split\nA,2024-01-03,nan\n", "actions.csv:2: split 'nan' is no number above 0"),
        ("symbol,ex_date,split\nA,2024-01-03,\n", "actions.csv:2: has neither a split nor a dividend"),
        ("symbol,ex_date,split\nA,2024-01-03,1\n", "actions.csv:2: a split of 1 changes nothing"),
        (
            "symbol,ex_date,split\nA,2024-01-03,2\nA,2024-01-03,3\n",
            "actions.csv:3: an earlier row has another split of a",
        ),
        ("symbol,ex_date,split\n,2024-01-03,2\n", "actions.csv:2: symbol is empty"),
        ("symbol,ex_date,split\nA B,2024-01-03,2\n", "actions.csv:2: 'A B' is not a symbol"),
        ("symbol,ex_date,split\nA,2024-01-03\n", "actions.csv:2: 2 fields where the header has 3"),
        ("symbol,date,split\nA,2024-01-03,2\n", "actions.csv:1: column 'date' is unknown"),
        ("symbol,split\nA,2\n", "actions.csv:1: column 'ex_date' is missing"),
        ("symbol,ex_date,split\n", "has no rows"),
    ] {
        let (_folder, path) = actions_file(text);
        let message = told(actions::run(&store, &path, now()));
        assert!(message.contains(expected), "{message}");
    }
    for (text, expected) in [
        ("name,symbol,from,to\nn,A,2024-01-03,2024-01-02\n", "actions.csv:2: to lies before from"),
        ("name,symbol,from,to\n!,A,2024-01-03,\n", "actions.csv:2: '!' is no name"),
        (
            "name,symbol,from,to\nn,A,2024-01-03,\nn,B,2024-01-03,\nn,A,2025-01-01,\n",
            "actions.csv:4: overlaps another period of A in n",
        ),
    ] {
        let (_folder, path) = actions_file(text);
        let message = told(universe::run(&store, &path, now()));
        assert!(message.contains(expected), "{message}");
    }
    assert_eq!(
        number::<i64>(&store, "SELECT (SELECT count(*) FROM corporate_actions) + (SELECT count(*) FROM universe)"),
        0
    );
}

#[test]
fn memberships_merge_and_can_be_ended_later() {
    let store = Store::in_memory().unwrap();
    let (_folder, path) =
        actions_file("name,symbol,from,to\nn,A,2020-01-01,2021-12-31\nn,A,2023-01-01,\nn,B,2020-01-01,\n");
    assert_eq!(universe::run(&store, &path, now()).unwrap().inserted, 3);
    assert_eq!(universe::run(&store, &path, now()).unwrap().unchanged, 3);
    let (_folder, path) = actions_file("name,symbol,from,to\nn,B,2020-01-01,2022-06-30\n");
    assert_eq!(universe::run(&store, &path, now()).unwrap().updated, 1);
    assert_eq!(
        number::<String>(&store, "SELECT CAST(\"to\" AS VARCHAR) FROM universe WHERE symbol = 'B'"),
        "2022-06-30"
    );
    let (_folder, path) = actions_file("name,symbol,from,to\nn,A,2021-12-31,2022-01-31\n");
    let message = told(universe::run(&store, &path, now()));
    assert!(message.contains("overlaps a stored one"), "{message}");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM universe"), 3, "a refused file leaves nothing");
}

/// ABB of the real files, a series with a hole, and one without a calendar.
fn quality_store(path: &std::path::Path) -> Store {
    let store = Store::open(path, now()).unwrap();
    ingest_all(&store, &shared("data/real/nse_1d/ABB.csv"));
    execute(&store, "UPDATE instruments SET exchange = 'NSE', calendar = 'NSE'");
    with_bars(&store, "INFY", "'NSE'", "30m", 30, NSE_ROWS);
    with_bars(&store, "ODD", "NULL", "30m", 30, NSE_ROWS);
    execute(&store, "UPDATE bars SET source = 'synthetic' WHERE symbol = 'ODD'");
    execute(
        &store,
        "INSERT INTO bars_rejected VALUES ('i', 'a.csv', 3, 'INFY', '30m', 'x', 'unparsable', NULL, TIMESTAMP '2024-02-01'),
             ('i', 'a.csv', 4, 'INFY', '30m', 'x', 'off_grid', NULL, TIMESTAMP '2024-02-01'),
             ('i', 'a.csv', 5, 'INFY', '30m', 'x', 'off_grid', NULL, TIMESTAMP '2024-02-01');
         INSERT INTO stale_marks VALUES ('bars', 'resample', 'INFY', '30m', TIMESTAMP '2024-01-02 03:45', 'r', TIMESTAMP '2024-02-01')",
    );
    store
}

#[test]
fn quality_tells_what_is_missing_and_what_was_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = quality_store(&folder.path().join("a.duckdb"));
    let found = quality::read(&store, &[], None).unwrap();
    let series = |name: &str| found.series.iter().find(|series| series.symbol == name).unwrap();
    let abb = series("ABB");
    assert_eq!((abb.n_bars, abb.n_gaps, abb.n_missing_sessions, abb.n_outside), (382, 1, Some(1), Some(0)));
    assert!((abb.coverage.unwrap() - 382.0 / 383.0).abs() < 1e-12);
    let gap = found.gaps.iter().find(|gap| gap.symbol == "ABB").unwrap();
    assert_eq!(
        (gap.from.to_string(), gap.to.to_string()),
        ("2020-06-29 00:00:00".into(), "2020-07-01 00:00:00".into())
    );
    // A session has 13 bars. The 2nd: 9 of them missing between 04:45 and 09:45. The 3rd: the bar at 03:15 is outside.
    let infy = series("INFY");
    assert_eq!((infy.n_gaps, infy.n_missing_bars, infy.n_missing_sessions, infy.n_outside), (1, 9, Some(0), Some(1)));
    assert_eq!(infy.coverage, Some(7.0 / 16.0), "13 of the 2nd and 3 of the 3rd are expected");
    assert_eq!((infy.n_rejected, infy.reasons.as_str()), (3, "off_grid 2, unparsable 1"));
    assert_eq!((infy.adjustments.as_str(), infy.stale.as_str()), ("raw", "resample from 2024-01-02 03:45"));
    let odd = series("ODD");
    assert_eq!((odd.coverage, odd.n_outside, odd.n_missing_sessions, odd.is_synthetic), (None, None, None, true));
    assert_eq!(found.warnings(), ["1 of 3 series hold SYNTHETIC bars"]);

    let one = quality::read(&store, &[symbol("INFY")], Some(Interval::M30)).unwrap();
    assert_eq!((one.series.len(), one.gaps.len(), one.months.len()), (1, 1, 1));
    let error = quality::read(&store, &[symbol("INFY"), symbol("NOBODY")], None).unwrap_err();
    assert!(error.to_string().contains("no bars for NOBODY"), "{error}");
}

#[test]
fn the_quality_page_stands_alone_and_pictures_differ_by_theme() {
    let folder = tempfile::tempdir().unwrap();
    let store = quality_store(&folder.path().join("a.duckdb"));
    execute(
        &store,
        "UPDATE instruments SET symbol = '<b>ODD' WHERE symbol = 'ODD'; UPDATE bars SET symbol = '<b>ODD' WHERE symbol = 'ODD'",
    );
    let found = quality::read(&store, &[], None).unwrap();
    let written = quality::write(&store, &found, &folder.path().join("out"), now()).unwrap();
    let page = std::fs::read_to_string(&written.html).unwrap();
    for needle in
        ["Share of expected bars present", "99.74 %", "2020-06-29 00:00", "off_grid 2", "SYNTHETIC", "43.75 %"]
    {
        assert!(page.contains(needle), "{needle}");
    }
    assert!(
        !page.contains("<b>ODD") && !page.contains("http:") && !page.contains("https:") && !page.contains("<script"),
        "names stay text"
    );
    let pictures: Vec<Vec<u8>> = written.pngs.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(pictures.len() == 2 && pictures[0] != pictures[1]);
    assert!(pictures.iter().all(|bytes| bytes.starts_with(b"\x89PNG") && bytes.len() > 5_000));
}

#[test]
fn a_universe_of_survivors_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let store = quality_store(&folder.path().join("a.duckdb"));
    let warnings = |store: &Store| quality::read(store, &[], None).unwrap().warnings().join("\n");
    assert!(!warnings(&store).contains("survivorship"), "no universe, nothing to say");
    let (_file, path) =
        actions_file("name,symbol,from,to\nnifty,ABB,2020-01-01,\nnifty,INFY,2020-01-01,\nlone,ABB,2020-01-01,\n");
    universe::run(&store, &path, now()).unwrap();
    let text = warnings(&store);
    assert!(text.contains("survivorship: universe nifty (2 symbols stored)") && !text.contains("lone"), "{text}");
    let flagged = |store: &Store, symbols: &str| -> bool {
        execute(
            store,
            &format!(
                "DELETE FROM runs; INSERT INTO runs (run_id, kind, mode, status, started_at, code_version, symbols) VALUES
                     ('r', 'backtest', 'backtest', 'finished', TIMESTAMP '2024-01-02', '0', {symbols})"
            ),
        );
        workstation::report::html(store, &["r"], now()).unwrap().contains("SURVIVORSHIP")
    };
    assert!(flagged(&store, "['ABB', 'INFY']"));
    assert!(!flagged(&store, "['ABB', 'ODD']") && !flagged(&store, "['ABB']"));
    // One name that left, and the universe knows more than survivors.
    let (_file, path) = actions_file("name,symbol,from,to\nnifty,GONE,2020-01-01,2021-01-01\n");
    universe::run(&store, &path, now()).unwrap();
    assert!(!warnings(&store).contains("survivorship") && !flagged(&store, "['ABB', 'INFY']"));
    let members = |as_of: Option<&str>| {
        let as_of = as_of.map(|day| ("as_of".to_string(), day.to_string()));
        let args: Vec<(String, String)> =
            [("name".to_string(), "nifty".to_string())].into_iter().chain(as_of).collect();
        named::run(&store, &named::find("universe_members").unwrap(), &args).unwrap().len()
    };
    assert_eq!((members(None), members(Some("2020-06-01")), members(Some("2019-06-01"))), (2, 3, 0));
}

#[test]
fn the_commands_refuse_report_and_create_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    let ws = |args: &[&str]| {
        let output = assert_cmd::Command::cargo_bin("ws")
            .unwrap()
            .env_remove("WS_DB")
            .arg("--db")
            .arg(&db)
            .args(args)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(ws(&["bars", "quality"]).0, 1);
    assert!(!db.exists(), "a reading command creates nothing");
    drop(quality_store(&db));
    let (code, out, _) = ws(&["bars", "quality", "--gaps", "--months", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, document["series"].as_array().unwrap().len(), document["gaps"][0]["n_missing_bars"].as_i64()),
        (0, 3, Some(1))
    );
    assert!(document["months"].as_array().unwrap().len() > 18);
    let (code, out, err) =
        ws(&["bars", "quality", "--symbols", "ABB", "--out", folder.path().join("out").to_str().unwrap()]);
    assert!(code == 0 && out.contains("99.74 %") && out.contains("bar_coverage_dark.png"), "{out}{err}");

    assert_eq!(ws(&["bars", "resample", "--to", "1m"]).0, 2);
    assert_eq!(ws(&["bars", "resample", "--to", "5m", "--from", "1h"]).0, 2);
    let (code, out, err) = ws(&["bars", "resample", "--to", "1h", "--symbols", "INFY,NOBODY"]);
    assert!(code == 1 && err.contains("NOBODY"), "{out}{err}");
    let (code, out, err) = ws(&["bars", "resample", "--to", "1h", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, document["series"][0]["inserted"].as_i64(), err.as_str()), (0, Some(4), ""));
    let (code, out, _) = ws(&["bars", "adjust", "--kind", "total", "--symbols", "ABB"]);
    assert!(
        code == 1 && out.contains("no corporate actions of ABB are known") && out.contains("ws ingest actions"),
        "{out}"
    );
    let file = folder.path().join("actions.csv");
    std::fs::write(&file, "symbol,ex_date,dividend\nABB,2021-05-04,5\n").unwrap();
    let (code, out, err) = ws(&["ingest", "actions", file.to_str().unwrap()]);
    assert!(code == 0 && out.contains("1 inserted"), "{out}{err}");
    let (code, out, err) = ws(&["bars", "adjust", "--kind", "total", "--symbols", "ABB", "--as", "ABB_TR"]);
    assert!(code == 0 && out.contains("ABB_TR") && out.contains("382"), "{out}{err}");
    std::fs::write(&file, "symbol,ex_date,dividend\nABB,2021-05-04,x\n").unwrap();
    let (code, _, err) = ws(&["ingest", "actions", file.to_str().unwrap()]);
    assert!(code == 1 && err.contains("actions.csv:2: dividend 'x' is no number above 0"), "{err}");
}
