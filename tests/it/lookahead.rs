//! The look-ahead audit: planted leaks are caught at every cut that can show them, clean subjects raise nothing.

use workstation::audit::{self, Alarm, Lookahead, Options, Subject};
use workstation::domain::{Interval, Silent, Ts};
use workstation::features::FeatureSet;
use workstation::labels::{LabelSpec, TripleBarrier};
use workstation::store::Store;
use workstation::store::series::SeriesFilter;

use crate::feature_world::{self, RICH, alone, walk};
use crate::shared::study;
use crate::{feature_sets, market};

fn options(cuts: usize) -> Options {
    Options { cuts, seed: 7, filter: SeriesFilter::default(), bars: None, everything: false }
}

fn audit(store: &Store, subject: &Subject, cuts: usize) -> Lookahead {
    audit::lookahead(store, subject, &options(cuts), &Silent).unwrap()
}

fn set(text: &str) -> Subject {
    Subject::Features(Box::new(FeatureSet::parse("test", text).unwrap()))
}

fn query(sql: &str) -> Subject {
    Subject::Query { name: "planted".into(), sql: sql.into(), sets: Vec::new() }
}

fn columns(outcome: &Lookahead) -> Vec<&str> {
    outcome.alarms.iter().map(|alarm| alarm.column.as_str()).collect()
}

const SERIES: &str = "PARTITION BY symbol, interval ORDER BY ts";

#[test]
fn clean_sets_raise_no_alarm_over_two_hundred_cuts_in_full() {
    let store = feature_world::store(70);
    let built_in = FeatureSet::known().map(|name| Subject::Features(Box::new(FeatureSet::load(name).unwrap())));
    let others = [set(RICH), set(&alone()), set(feature_sets::WINDOWED)];
    let (all, fewer) = (study(40, 200), study(16, 60));
    for (subject, cuts) in built_in.map(|subject| (subject, all)).chain(others.map(|subject| (subject, fewer))) {
        let outcome = audit(&store, &subject, cuts);
        assert_eq!(outcome.alarms, Vec::<Alarm>::new(), "{}", subject.name());
        assert_eq!(outcome.cuts, cuts);
        assert!(outcome.compared > cuts as u64 * 2_000, "{}: {} values", subject.name(), outcome.compared);
        assert_eq!(outcome.altered.len(), 4);
    }
}

#[test]
fn every_planted_leak_is_caught() {
    let store = feature_world::store(70);
    // name, the columns of a query over bars b, the part of the world it peeks at
    let leaks = [
        ("a centred window", format!("SELECT symbol, interval, ts, avg(close) OVER ({SERIES} ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) AS leak FROM bars"), "later bars"),
        ("the next bar", format!("SELECT symbol, interval, ts, lead(close) OVER ({SERIES}) AS leak FROM bars"), "later bars"),
        ("a whole-series z-score", "SELECT symbol, interval, ts, (close - avg(close) OVER (PARTITION BY symbol, interval)) / stddev_samp(close) OVER (PARTITION BY symbol, interval) AS leak FROM bars".to_string(), "later bars"),
        ("a whole-series rank", "SELECT symbol, interval, ts, percent_rank() OVER (PARTITION BY symbol, interval ORDER BY close) AS leak FROM bars".to_string(), "later bars"),
        ("an unlagged join of days", "SELECT h.symbol, h.interval, h.ts, d.close AS leak FROM bars h JOIN bars d ON d.symbol = h.symbol AND d.interval = '1d' AND d.session_date = h.session_date WHERE h.interval = '1h'".to_string(), "later bars"),
        ("an unlagged as-of join", "SELECT h.symbol, h.interval, h.ts, d.close AS leak FROM bars h ASOF JOIN (FROM bars WHERE interval = '1d') d ON d.symbol = h.symbol AND h.ts >= d.ts WHERE h.interval = '1h'".to_string(), "later bars"),
        ("another symbol's later bar", "SELECT b.symbol, b.interval, b.ts, m.next AS leak FROM bars b JOIN (SELECT ts, interval, lead(close) OVER (PARTITION BY interval ORDER BY ts) AS next FROM bars WHERE symbol = 'AAA') m USING (interval, ts)".to_string(), "later bars"),
        ("a backward fill", format!("SELECT symbol, interval, ts, first_value(CASE WHEN hour(ts) % 3 = 0 THEN close END IGNORE NULLS) OVER ({SERIES} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS leak FROM bars"), "later bars"),
        ("the day's sentiment", "SELECT b.symbol, b.interval, b.ts, max(s.score) AS leak FROM bars b JOIN sentiment_snapshots s ON s.symbol = b.symbol AND s.date = b.session_date GROUP BY ALL".to_string(), "later sentiment"),
        ("sentiment a little early", "SELECT b.symbol, b.interval, b.ts, s.score AS leak FROM bars b ASOF JOIN sentiment_snapshots s ON s.symbol = b.symbol AND b.close_ts + INTERVAL 1 MINUTE >= s.known_ts".to_string(), "later sentiment"),
        ("future membership", "SELECT b.symbol, b.interval, b.ts, (SELECT count(*) FROM universe u WHERE u.symbol = b.symbol AND u.\"to\" IS NULL) AS leak FROM bars b".to_string(), "later memberships"),
        ("who ever belonged", "SELECT b.symbol, b.interval, b.ts, (SELECT count(*) FROM universe u WHERE u.\"from\" > b.session_date) AS leak FROM bars b".to_string(), "later memberships"),
        ("a price adjusted by later splits", "SELECT b.symbol, b.interval, b.ts, b.close / coalesce((SELECT product(a.split) FROM corporate_actions a WHERE a.symbol = b.symbol AND a.ex_date > b.session_date), 1) AS leak FROM bars b".to_string(), "later corporate actions"),
        ("whether there is a later bar", "SELECT symbol, interval, ts, count(*) OVER (PARTITION BY symbol, interval) AS leak FROM bars".to_string(), "later bars"),
        ("a row only before a rise", format!("SELECT * FROM (SELECT symbol, interval, ts, close, lead(close) OVER ({SERIES}) AS next FROM bars) WHERE next > close"), "later bars"),
    ];
    for (name, sql, because_of) in leaks {
        let outcome = audit(&store, &query(&sql), study(16, 40));
        assert!(!outcome.alarms.is_empty(), "{name} was not caught");
        for alarm in &outcome.alarms {
            assert!(alarm.because_of.contains(&because_of), "{name}: {alarm:?}");
            assert!(alarm.cuts > 0 && alarm.cut >= alarm.ts, "{name}: {alarm:?}");
        }
    }
}

#[test]
fn the_same_queries_done_right_raise_nothing() {
    let store = feature_world::store(70);
    let clean = [
        format!("SELECT symbol, interval, ts, avg(close) OVER ({SERIES} ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS x FROM bars"),
        format!("SELECT symbol, interval, ts, (close - avg(close) OVER w) / stddev_samp(close) OVER w AS x FROM bars WINDOW w AS ({SERIES})"),
        "SELECT h.symbol, h.interval, h.ts, d.close AS x FROM bars h ASOF JOIN (FROM bars WHERE interval = '1d') d ON d.symbol = h.symbol AND h.close_ts >= d.close_ts WHERE h.interval = '1h'".into(),
        "SELECT b.symbol, b.interval, b.ts, s.score AS x FROM bars b ASOF JOIN sentiment_snapshots s ON s.symbol = b.symbol AND b.close_ts >= s.known_ts".into(),
        "SELECT b.symbol, b.interval, b.ts, (SELECT count(*) FROM universe u WHERE u.symbol = b.symbol AND b.session_date BETWEEN u.\"from\" AND coalesce(u.\"to\", b.session_date)) AS x FROM bars b".into(),
        "SELECT b.symbol, b.interval, b.ts, b.close * coalesce((SELECT product(a.split) FROM corporate_actions a WHERE a.symbol = b.symbol AND a.ex_date <= b.session_date), 1) AS x FROM bars b".into(),
    ];
    for sql in clean {
        let cuts = study(16, 60);
        let outcome = audit(&store, &query(&sql), cuts);
        assert_eq!(outcome.alarms, Vec::<Alarm>::new(), "{sql}");
        assert!(outcome.compared > cuts as u64 * 80, "{sql}: {}", outcome.compared);
    }
}

#[test]
fn levels_of_an_adjusted_series_see_later_splits_and_its_returns_do_not() {
    let store = Store::in_memory().unwrap();
    market::append(&store, &walk("AAA", Interval::D1, 0, 300, 1));
    store
        .conn()
        .execute_batch(
            "INSERT INTO corporate_actions SELECT 'AAA', min(session_date) + 200, 2, NULL, 'test', min(ts) FROM bars;
             INSERT INTO instruments (symbol, asset_id, first_seen_at) SELECT 'AAA', 1, min(ts) FROM bars",
        )
        .unwrap();
    let job = workstation::ingest::derive::AdjustJob {
        series: vec![("AAA".parse().unwrap(), Interval::D1)],
        kind: workstation::ingest::derive::AdjustKind::Split,
        naming: workstation::ingest::derive::Naming::Suffix(".split".into()),
    };
    workstation::ingest::derive::adjust(&store, &job, Ts(0), &Silent).unwrap();
    let two = r#"
        name = "two"
        about = ""
        [[feature]]
        name = "level"
        definition = { kernel = "sma", input = "close", n = 3 }
        unit = "currency"
        role = "price"
        [[feature]]
        name = "change"
        definition = { expression = "round(close / lag(close, 1) - 1, 9)" }
        unit = "fraction"
        role = "return"
    "#;
    let only = |symbol: &str| Options {
        filter: SeriesFilter { symbols: vec![symbol.parse().unwrap()], interval: None },
        ..options(40)
    };
    let adjusted = audit::lookahead(&store, &set(two), &only("AAA.split"), &Silent).unwrap();
    assert_eq!(columns(&adjusted), ["level"], "{:?}", adjusted.alarms);
    assert_eq!(adjusted.alarms[0].because_of, ["later corporate actions"]);
    let raw = audit::lookahead(&store, &set(two), &only("AAA"), &Silent).unwrap();
    assert_eq!(raw.alarms, Vec::<Alarm>::new());
}

#[test]
fn labels_are_settled_at_their_exit_and_enter_after_their_decision() {
    let store = feature_world::store(70);
    let specs = [
        LabelSpec::from(TripleBarrier { take_profit: 0.03, stop_loss: 0.02, horizon: 5 }),
        serde_json::from_value(serde_json::json!({ "fixed_horizon": { "horizon": 5, "threshold": 0.0 } }))
            .unwrap_or_else(|_| LabelSpec::from(workstation::labels::FixedHorizon { horizon: 5, threshold: 0.0 })),
        LabelSpec::from(workstation::labels::Volatility::default()),
    ];
    for spec in specs {
        let subject = Subject::Labels(spec);
        let cuts = study(16, 60);
        let outcome = audit(&store, &subject, cuts);
        assert_eq!(outcome.alarms, Vec::<Alarm>::new(), "{}", spec.name());
        assert_eq!(outcome.altered.last(), Some(&"bars before the decision"));
        assert!(outcome.compared > cuts as u64 * 800, "{}: {}", spec.name(), outcome.compared);
    }
    // A stored label that enters at its decision bar is told.
    let spec = LabelSpec::from(TripleBarrier { take_profit: 0.03, stop_loss: 0.02, horizon: 5 });
    workstation::labels::build(&store, &spec, &SeriesFilter::default(), Ts(0), &Silent).unwrap();
    assert_eq!(audit(&store, &Subject::Labels(spec), 4).alarms, Vec::<Alarm>::new());
    store.conn().execute_batch("UPDATE labels SET entry_ts = ts WHERE symbol = 'AAA' AND hour(ts) = 10").unwrap();
    let outcome = audit(&store, &Subject::Labels(spec), 4);
    assert_eq!(columns(&outcome), ["entry_ts (stored)"]);
}

#[test]
fn histories_of_different_length_agree_as_the_records_say() {
    let store = Store::in_memory().unwrap();
    for (n, symbol) in ["AAA", "BBB"].into_iter().enumerate() {
        market::append(&store, &walk(symbol, Interval::H1, 0, 420, n as u64));
    }
    for name in FeatureSet::known() {
        let set = FeatureSet::load(name).unwrap();
        let outcome = audit::recursive(&store, &set, &Options { cuts: 8, ..options(8) }, &Silent).unwrap();
        assert_eq!(outcome.alarms(), 0, "{name}: {:?}", outcome.features);
        for feature in &outcome.features {
            if feature.feature == "obv" {
                assert!(feature.settles.is_none() && feature.settled > 500, "{feature:?}");
                continue;
            }
            assert!(feature.compared > 0, "{feature:?}");
            let waits = feature.feature.starts_with("opening") || feature.feature == "session_vwap";
            assert!(waits || feature.first == Some(feature.warmup), "{name}: {feature:?}");
        }
        // Decaying ones really need about as long as said: the record is no empty promise.
        let macd = outcome.features.iter().find(|feature| feature.feature == "macd_line").unwrap();
        assert!(macd.settled * 3 > macd.settles.unwrap() && macd.settled <= macd.settles.unwrap(), "{macd:?}");
    }
    // A feature that counts bars from the first one is anchored, and told as such.
    let counting = set(r#"
        name = "counting"
        about = ""
        [[feature]]
        name = "age"
        definition = { expression = "bar_n" }
        unit = "bars"
        role = "flow"
    "#);
    let Subject::Features(counting) = counting else { unreachable!() };
    let outcome = audit::recursive(&store, &counting, &options(4), &Silent).unwrap();
    assert_eq!((outcome.features[0].settles, outcome.features[0].passed), (None, true));
}

#[test]
fn outcomes_are_kept() {
    let store = feature_world::store(30);
    let subject = query("SELECT symbol, interval, ts, close FROM bars");
    let outcome = audit(&store, &subject, 10);
    let kept = audit::save_lookahead(&store, &subject, &options(10), &outcome, Ts(5)).unwrap();
    let row: (String, String, bool, i64, i64) = store
        .conn()
        .query_row("SELECT audit_id, kind, passed, cuts, compared FROM audits", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .unwrap();
    assert_eq!(row, (kept.audit_id, "lookahead".into(), true, 10, outcome.compared as i64));
    let leak = query("SELECT symbol, interval, ts, max(close) OVER (PARTITION BY symbol) AS top FROM bars");
    let outcome = audit(&store, &leak, 10);
    assert!(!audit::save_lookahead(&store, &leak, &options(10), &outcome, Ts(6)).unwrap().passed);
    for refused in ["DROP TABLE bars", "SELECT symbol, ts FROM bars", "SELECT 1; SELECT 2"] {
        let error = audit::lookahead(&store, &query(refused), &options(5), &Silent).unwrap_err();
        assert!(error.is_refusal(), "{refused}: {error}");
    }
    let empty = Store::in_memory().unwrap();
    assert!(audit::lookahead(&empty, &subject, &options(5), &Silent).unwrap_err().is_refusal());
}
