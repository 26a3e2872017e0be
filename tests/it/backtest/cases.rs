//! Outside cases with right values (`../shared/cases/backtest`), run as their authors would: through the program.

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use workstation::labels::{Barrier, Bounded, LabelSpec, TripleBarrier};
use workstation::store::Store;
use workstation::store::bars;

use crate::shared::{ingest_all, shared};

struct Case {
    name: &'static str,
    folder: tempfile::TempDir,
}

impl Case {
    /// A store with the series of a case.
    fn new(name: &'static str, series: &[&str]) -> Self {
        let case = Self { name, folder: tempfile::tempdir().unwrap() };
        for symbol in series {
            let file = case.file(&format!("{symbol}_1d.csv"));
            let output = case.ws(&["ingest", "csv", &file]);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
        case
    }

    fn file(&self, name: &str) -> String {
        shared(&format!("cases/backtest/{}/{name}", self.name)).to_str().unwrap().to_string()
    }

    fn ws(&self, args: &[&str]) -> Output {
        let db = self.folder.path().join("a.duckdb");
        let mut command = Command::cargo_bin("ws").unwrap();
        command.env_remove("WS_DB").args(["--db", db.to_str().unwrap()]).args(args).output().unwrap()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.ws(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// Runs a backtest without costs; gives what it said.
    fn backtest(&self, args: &[&str]) -> Value {
        self.json(&[&["backtest", "--commission", "0", "--slippage-bps", "0"], args].concat())
    }

    fn rows(&self, sql: &str) -> Vec<Value> {
        self.json(&["sql", sql]).as_array().unwrap().clone()
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn exact_touches_of_brackets_fill() {
    let case = Case::new("31-exact-touch", &["TPX", "SLX", "SLY"]);
    let all_at = case.folder.path().join("slx.sql");
    std::fs::write(
        &all_at,
        "SELECT * FROM (VALUES ('SLX', TIMESTAMP '2024-01-03', 'LONG')) AS t(symbol, ts, direction)",
    )
    .unwrap();
    let slx = all_at.to_str().unwrap().to_string();
    let (tp, sl) = (case.file("tp.sql"), case.file("sl.sql"));
    for tick in [None, Some("0.01")] {
        let exit = |signals: &str, symbol: &str, level: [&str; 2]| {
            let mut args = vec!["--signals", signals, "--symbols", symbol, "--sizing", "units:10", level[0], level[1]];
            args.extend(tick.iter().flat_map(|tick| ["--tick", tick]));
            let run = case.backtest(&args);
            let id = run["run_id"].as_str().unwrap();
            let found = case.rows(&format!(
                "SELECT entry_price, exit_price, exit_reason, CAST(exit_ts AS DATE)::VARCHAR AS day FROM trades WHERE run_id = '{id}'"
            ));
            let [row] = found.as_slice() else { panic!("{found:?}") };
            let text = |name: &str| row[name].as_str().unwrap().to_string();
            (number(&row["entry_price"]), number(&row["exit_price"]), text("exit_reason"), text("day"))
        };
        let wanted = |entry: f64, exit: f64, reason: &str| (entry, exit, reason.to_string(), "2024-01-06".to_string());
        assert_eq!(exit(&tp, "TPX", ["--take-profit", "0.1"]), wanted(10.10, 11.11, "take_profit"), "{tick:?}");
        assert_eq!(exit(&sl, "SLY", ["--stop-loss", "0.02"]), wanted(14.0, 13.72, "stop_loss"), "{tick:?}");
        assert_eq!(exit(&slx, "SLX", ["--stop-loss", "0.02"]), wanted(10.0, 9.8, "stop_loss"), "{tick:?}");
    }
}

#[test]
fn exact_touches_of_barriers_make_labels() {
    let store = Store::in_memory().unwrap();
    for symbol in ["TPX", "SLX", "SLY"] {
        ingest_all(&store, &shared(&format!("cases/backtest/31-exact-touch/{symbol}_1d.csv")));
    }
    let label = |symbol: &str, take_profit: f64, session_bounded: bool| {
        let series = bars::load(&store, &symbol.parse().unwrap(), "1d".parse().unwrap(), None, None).unwrap();
        let barriers = TripleBarrier { take_profit, stop_loss: 0.02, horizon: 8 };
        // Decided on 3 January, as the signals are.
        let row = LabelSpec::TripleBarrier(Bounded { barriers, session_bounded }).label(&series)[2];
        (row.label, row.barrier, row.forward_return)
    };
    assert_eq!(label("TPX", 0.10, false), (Some(1), Some(Barrier::TakeProfit), Some(11.11 / 10.10 - 1.0)));
    assert_eq!(label("SLY", 0.10, false), (Some(0), Some(Barrier::StopLoss), Some(13.72 / 14.0 - 1.0)));
    assert_eq!(label("SLX", 0.10, false), (Some(0), Some(Barrier::StopLoss), Some(9.8 / 10.0 - 1.0)));
    assert_eq!(label("TPX", 0.10, true).1, Some(Barrier::Session), "the session of 4 January ends before");
}

#[test]
fn bid_and_ask_in_turn_cross_nothing() {
    let case = Case::new("27-bid-ask-bounce", &["BNC"]);
    let run =
        case.backtest(&["--strategy", "sma_cross", "--param", "fast=4", "--param", "slow=8", "--sizing", "units:10"]);
    assert_eq!(run["n_trades"], 0, "{run}");
    let id = run["run_id"].as_str().unwrap();
    assert_eq!(case.rows(&format!("SELECT count(*) AS n FROM orders WHERE run_id = '{id}'"))[0]["n"], 0);
}

#[test]
fn parts_of_an_exit_are_one_round_trip() {
    let case = Case::new("34-partial-exits", &["PAR"]);
    let signals = case.file("s.sql");
    let run = case.backtest(&["--signals", &signals, "--volume-cap", "0.1", "--sizing", "units:250"]);
    assert_eq!(run["n_trades"], 2, "{run}");
    let metrics = &run["metrics"];
    assert!(metrics["profit_factor"].is_null(), "{metrics}");
    assert!((number(&metrics["expectancy"]) - 125.0).abs() < 1e-9, "{metrics}");
    let id = run["run_id"].as_str().unwrap();
    let rows = case.rows(&format!(
        "SELECT size, entry_price, exit_price, pnl, exit_reason FROM trades WHERE run_id = '{id}' ORDER BY trade_id"
    ));
    let told = |row: &Value| {
        [number(&row["size"]), number(&row["entry_price"]), number(&row["exit_price"]), number(&row["pnl"])]
    };
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), [[250.0, 10.0, 10.0, 0.0], [250.0, 10.0, 11.0, 250.0]]);
    let parts = case.rows(&format!("SELECT count(*) AS n FROM fills WHERE run_id = '{id}'"));
    assert_eq!(parts[0]["n"], 8, "three in and three out, one in and one out");
    let traces = case.rows(&format!("SELECT count(*) AS n FROM prediction_traces WHERE run_id = '{id}'"));
    assert_eq!(traces[0]["n"], 2);
}

#[test]
fn case_36_a_stamp_with_an_offset_is_the_instant_it_names() {
    let case = Case::new("36-offset-ts", &[]);
    // Hours of five days; the open of each says its hour.
    let bars: String = (9..14)
        .flat_map(|day| (0..24).map(move |hour| (day, hour)))
        .map(|(day, hour)| {
            let price = 100 + hour;
            format!("2023-01-{day:02}T{hour:02}:00:00Z,{price},{}.5,{}.5,{price},1000\n", price, price - 1)
        })
        .collect();
    let csv = case.folder.path().join("PLN0_1h.csv");
    std::fs::write(&csv, format!("timestamp,open,high,low,close,volume\n{bars}")).unwrap();
    let ingested = case.ws(&["ingest", "csv", csv.to_str().unwrap()]);
    assert_eq!(ingested.status.code(), Some(0), "{ingested:?}");
    let mut told = Vec::new();
    for (file, audit) in
        [("text.sql", &["--no-audit"][..]), ("tz.sql", &["--no-audit"]), ("text.sql", &[]), ("tz.sql", &[])]
    {
        // The signals stand in the statement: an audit finds nothing in them that sees ahead.
        let run = case.backtest(&[&["--signals", &case.file(file)], audit].concat());
        let trades = format!(
            "SELECT entry_ts, entry_price, exit_ts, exit_price FROM trades WHERE run_id = '{}'",
            run["run_id"].as_str().unwrap()
        );
        told.push(case.rows(&trades));
    }
    // Known at the close of the bar of 08:00 UTC, traded at the open of the next.
    let expected = serde_json::json!([{
        "entry_ts": "2023-01-10 09:00:00", "entry_price": 109.0, "exit_ts": "2023-01-12 09:00:00", "exit_price": 109.0
    }]);
    for trades in told {
        assert_eq!(Value::Array(trades), expected);
    }
}
