//! Meta labels from end to end, on a SYNTHETIC store: bars without a bet end no data, what is traded has the side of the
//! primary rule's bet, short where that is short, and reports and replays say the same.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::luck_store::{json, rows, text, ws};
use crate::replay::{reproduced, run_id};

const SET: &str = "meta_5_15_vol_1_1_6_w20";

/// A store with a model of meta labels, evaluated and traded.
fn store() -> &'static PathBuf {
    static MADE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, db) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("meta.duckdb");
        json(&db, &["simulate", "--symbols", "2", "--days", "500", "--interval", "1d", "--seed", "31"]);
        json(&db, &["features", "build"]);
        let labels = ["labels", "build", "--kind", "meta", "--fast", "5", "--slow", "15", "--barriers", "volatility"];
        json(&db, &[&labels[..], &["--take-profit", "1", "--stop-loss", "1", "--horizon", "6"]].concat());
        // The primary rule bets on nearly every bar: some bars without a bet in the middle of each series.
        let store = workstation::store::Store::open(&db, workstation::domain::Ts(0)).unwrap();
        let gaps = "UPDATE labels SET label = NULL, forward_return = NULL, exit_ts = NULL, barrier = NULL, side = NULL, weight = NULL
                    WHERE dayofmonth(ts) BETWEEN 10 AND 12";
        store.conn().execute_batch(gaps).unwrap();
        drop(store);
        json(&db, &["train", "--kind", "logistic", "--name", "judge", "--labels", SET]);
        json(&db, &["evaluate", "--model", "judge"]);
        json(&db, &["backtest", "--model", "judge", "-p", "threshold=0.4", "--name", "bets"]);
        (folder, db)
    });
    db
}

fn one(sql: &str) -> Value {
    let sql = sql
        .replace("@bets", &format!("'{}'", run_id(store(), "bets", "backtest")))
        .replace("@asked", &format!("'{}'", run_id(store(), "", "evaluate")))
        .replace("@set", &format!("'{SET}'"));
    let found = rows(store(), &sql);
    assert_eq!(found.len(), 1, "{sql}");
    found[0].clone()
}

fn count(sql: &str) -> i64 {
    one(sql)["n"].as_i64().unwrap()
}

#[test]
fn bars_without_a_bet_end_no_data() {
    // Every bet of the test period whose end is known is judged, in the days before the gaps and after them.
    let judged = count("SELECT count(*) AS n FROM predictions WHERE run_id = @asked AND label IS NOT NULL");
    let known = count(
        "SELECT count(*) AS n FROM labels WHERE label_set = @set AND label IS NOT NULL
         AND ts BETWEEN (SELECT min(ts) FROM predictions WHERE run_id = @asked)
                    AND (SELECT max(ts) FROM predictions WHERE run_id = @asked)",
    );
    assert_eq!(judged, known);
    let months = "SELECT count(DISTINCT date_trunc('month', ts)) AS n FROM predictions WHERE run_id = @asked";
    assert!(count(months) > 2, "a gap ends the data");
    // Nothing is asked where there is no bet.
    let asked = "SELECT count(*) AS n FROM predictions WHERE dayofmonth(ts) BETWEEN 10 AND 12";
    assert_eq!(count(asked), 0);
}

#[test]
fn what_is_traded_has_the_side_of_the_bet() {
    let sides = "SELECT count(*) AS n, count(*) FILTER (t.side = 'SHORT') AS shorts, count(*) FILTER (t.side = 'LONG') AS longs,
                        count(*) FILTER (t.side = CASE l.side WHEN -1 THEN 'SHORT' WHEN 1 THEN 'LONG' END) AS agreed
                 FROM trades AS t
                 JOIN labels AS l ON l.label_set = @set AND l.symbol = t.symbol AND l.entry_ts = t.entry_ts
                 WHERE t.run_id = @bets";
    let found = one(sides);
    let of = |name: &str| found[name].as_i64().unwrap();
    assert!(of("shorts") > 5 && of("longs") > 5, "{found}");
    assert_eq!(of("agreed"), of("n"), "{found}");
    assert_eq!(of("n"), count("SELECT count(*) AS n FROM trades WHERE run_id = @bets"));
    // A short is opened by selling, and its trace predicts a fall.
    let sold = "SELECT count(*) AS n FROM trades AS t JOIN fills AS f ON f.run_id = t.run_id AND f.symbol = t.symbol
                AND f.ts = t.entry_ts AND f.side = 'SELL' WHERE t.run_id = @bets AND t.side = 'SHORT'";
    assert!(count(sold) >= of("shorts"));
    let traces = "SELECT count(*) AS n FROM prediction_traces WHERE run_id = @bets AND predicted_direction = 'SHORT'";
    assert_eq!(count(traces), of("shorts"));
    // Every call has the verdict of its side, in back-tests and evaluations.
    let verdicts = "SELECT count(*) AS n FROM predictions AS p JOIN labels AS l ON l.label_set = @set AND l.symbol = p.symbol AND l.ts = p.ts
                    WHERE p.side IS DISTINCT FROM l.side OR p.ml_verdict IS DISTINCT FROM
                          CASE WHEN p.probability < p.threshold THEN 'NOOP' WHEN l.side < 0 THEN 'SHORT' ELSE 'LONG' END";
    assert_eq!(count(verdicts), 0);
    assert!(count("SELECT count(*) AS n FROM predictions WHERE side = -1 AND run_id = @asked") > 10);
}

#[test]
fn evaluations_tell_the_sides_apart() {
    let cells = "SELECT CAST(sum(n) AS BIGINT) AS n, CAST(sum(n) FILTER (actual = 'SHORT') AS BIGINT) AS shorts
                 FROM confusion_matrix WHERE run_id = @asked AND source = 'predictions'";
    let found = one(cells);
    let counted = |sql: &str| count(&format!("SELECT count(*) AS n FROM predictions WHERE run_id = @asked AND {sql}"));
    assert_eq!(found["n"].as_i64().unwrap(), counted("label IS NOT NULL"));
    assert_eq!(found["shorts"].as_i64().unwrap(), counted("label = 1 AND side = -1"));
}

#[test]
fn replays_know_the_bets() {
    for (name, kind) in [("judge", "train"), ("", "evaluate"), ("bets", "backtest")] {
        reproduced(store(), &run_id(store(), name, kind));
    }
}

#[test]
fn a_threshold_for_shorts_is_refused_beside_bets_with_sides() {
    // A copy: a backtest writes, and the other tests read meanwhile.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.duckdb");
    std::fs::copy(store(), &copy).unwrap();
    let asked = ["backtest", "--model", "judge", "-p", "short_threshold=0.2", "-p", "threshold=0.5"];
    let output = ws(&copy, &asked);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "parameters that do not go together: {told}");
    assert!(told.contains("short_threshold is for models whose labels are always long"), "{told}");
}
