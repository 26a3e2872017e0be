//! SQL strategies as a newcomer writes them: `ws backtest --signals FILE.sql`.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::shared::shared;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let goog = shared("data/real/GOOG_1d.csv");
        assert!(place.ws(&["ingest", "csv", goog.to_str().unwrap()]).status.success());
        place
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_string()
    }

    fn ws(&self, args: &[&str]) -> Output {
        let db = self.path("a.duckdb");
        Command::cargo_bin("ws").unwrap().env_remove("WS_DB").args(["--db", &db]).args(args).output().unwrap()
    }

    fn backtest(&self, sql: &str, flags: &[&str]) -> Output {
        let file = self.path("mine.sql");
        std::fs::write(&file, sql).unwrap();
        self.ws(&[&["backtest", "--json", "--signals", &file], flags].concat())
    }

    fn count(&self, table: &str) -> i64 {
        let rows = self.ws(&["sql", &format!("SELECT count(*) AS n FROM {table}"), "--json"]);
        json(&rows)[0]["n"].as_i64().unwrap()
    }

    /// Text of the report of a run.
    fn report(&self, run: &serde_json::Value) -> String {
        let out = self.path("report");
        let told = json(&self.ws(&["report", run["run_id"].as_str().unwrap(), "--out", &out, "--json"]));
        std::fs::read_to_string(Path::new(told["html"].as_str().unwrap())).unwrap()
    }
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// Long after three falls in a row, flat after a rise; `next` looks where it should not when it is `lead`.
fn falls(next: &str) -> String {
    format!(
        "-- three falls in a row
         SELECT symbol, ts, CASE WHEN close < {next}(close, 1) OVER w AND lag(close, 1) OVER w < lag(close, 2) OVER w
                                  AND lag(close, 2) OVER w < lag(close, 3) OVER w THEN 'long' ELSE 'FLAT' END AS direction,
                0.5 AS confidence
         FROM bars WINDOW w AS (PARTITION BY symbol, interval ORDER BY ts) QUALIFY lag(close, 3) OVER w IS NOT NULL;"
    )
}

#[test]
fn a_statement_that_looks_back_trades_audited() {
    let place = Place::new();
    let output = place.backtest(&falls("lag"), &["--sizing", "units:100,by=confidence"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let run = json(&output);
    assert!(run["n_trades"].as_i64().unwrap() > 50, "{run}");
    assert_eq!(place.count("audits WHERE passed AND kind = 'lookahead' AND subject = 'query' AND cuts = 20"), 1);
    let kept = "run_params p JOIN audits a ON a.audit_id = p.value JOIN run_params s ON s.run_id = p.run_id AND s.key = \
                'signals_sha256' AND s.value = a.version WHERE p.key = 'audit'";
    assert_eq!(place.count(kept), 1);
    assert_eq!(place.count("trades WHERE size = 50 AND strategy = 'signals'"), run["n_trades"].as_i64().unwrap());
    // The position follows the direction told at the close before.
    let held = "trades t JOIN bars b ON b.ts = t.entry_ts ASOF JOIN bars p ON p.symbol = b.symbol AND p.ts < b.ts WHERE t.entry_ts > p.ts";
    assert_eq!(place.count(held), run["n_trades"].as_i64().unwrap());
    let page = place.report(&run);
    assert!(page.contains("AUDITED · NO LOOK-AHEAD") && !page.contains("<strong>UNAUDITED"), "badges");
}

#[test]
fn a_statement_that_sees_ahead_is_refused_with_its_first_case() {
    let place = Place::new();
    let output = place.backtest(&falls("lead"), &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = json(&output)["error"]["message"].as_str().unwrap().to_string();
    assert!(message.starts_with("mine.sql sees ahead: about GOOG at 20"), "{message}");
    assert!(message.contains("direction was") && message.contains("(later bars)"), "{message}");
    assert_eq!(place.count("runs"), 0);
    let unaudited = place.backtest(&falls("lead"), &["--no-audit"]);
    assert_eq!(unaudited.status.code(), Some(0), "{unaudited:?}");
    let run = json(&unaudited);
    assert!(run["warnings"][0].as_str().unwrap().starts_with("UNAUDITED"), "{run}");
    assert!(place.report(&run).contains("<strong>UNAUDITED</strong>"));
}

#[test]
fn features_are_built_anew_for_the_audit() {
    let place = Place::new();
    assert!(place.ws(&["features", "build"]).status.success());
    let sql =
        "SELECT symbol, ts, if(rsi_14 < 40, 'LONG', 'FLAT') AS direction FROM features_core23 WHERE rsi_14 IS NOT NULL";
    let output = place.backtest(sql, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(place.count("audits WHERE passed AND compared > 1000") == 1);
}

#[test]
fn what_an_audit_cannot_see_into_is_refused() {
    let place = Place::new();
    assert!(place.ws(&["labels", "build"]).status.success());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/real/GOOG_1d.csv");
    let if_rises =
        |rest: &str| format!("SELECT b.symbol, b.ts, if({rest}, 'LONG', 'FLAT') AS direction FROM bars AS b");
    let cases = [
        // The future from a file, from labels that an audit does not have, from a store it does not alter.
        (
            format!(
                "SELECT 'GOOG' AS symbol, column0 AS ts, if(lead(column4) OVER (ORDER BY column0) > column4, 'LONG', 'FLAT') AS
                 direction FROM read_csv('{file}', header = false, skip = 1)"
            ),
            "read_csv() reads files",
        ),
        (
            format!("{} LEFT JOIN labels AS l USING (symbol, interval, ts)", if_rises("l.forward_return > 0")),
            "differs from the store's",
        ),
        (
            if_rises(
                "EXISTS (FROM duckdb_tables() WHERE table_name = 'audit_bars') OR lead(close) OVER (ORDER BY ts) > close",
            ),
            "asks about the database itself ('duckdb_tables')",
        ),
        (
            if_rises("current_setting('enable_external_access') AND lead(close) OVER (ORDER BY ts) > close"),
            "function 'current_setting' is not among those known to read only",
        ),
        (
            if_rises("current_database() = 'memory' OR lead(close) OVER (ORDER BY ts) > close"),
            "asks about the database itself ('current_database')",
        ),
        (
            if_rises("'audit_bars' IN (SELECT name FROM (SHOW TABLES)) OR lead(close) OVER (ORDER BY ts) > close"),
            "asks about the database itself ('show tables')",
        ),
        (if_rises("random() < 0.5"), "gives other rows each time"),
        // It speaks at few bars, and peeks at three closes ahead.
        (
            "SELECT symbol, ts, 'LONG' AS direction FROM bars WINDOW w AS (PARTITION BY symbol ORDER BY ts)
             QUALIFY close <= min(close) OVER (w ROWS 59 PRECEDING) AND lead(close, 3) OVER w > 1.02 * close"
                .to_string(),
            "sees ahead",
        ),
    ];
    for (sql, wanted) in &cases {
        let output = place.backtest(sql, &[]);
        assert_eq!(output.status.code(), Some(1), "{sql}: {output:?}");
        let message = json(&output)["error"]["message"].as_str().unwrap().to_string();
        assert!(message.contains(wanted), "{sql}: {message}");
    }
    assert_eq!(place.count("runs WHERE kind = 'backtest'"), 0);
}

#[test]
fn wrong_statements_are_told_what_is_wrong() {
    let place = Place::new();
    let cases = [
        ("SELECT symbol, ts FROM bars", "column 'direction' is missing; the statement gives symbol, ts"),
        ("SELECT symbol, ts, 'UP' AS direction, 1 AS confidence FROM bars", "'UP' is none of LONG, SHORT, FLAT"),
        ("SELECT symbol, ts, 'LONG' AS direction, 1 AS confidense FROM bars", "did you mean 'confidence'?"),
        ("SELECT 'NOPE' AS symbol, ts, 'LONG' AS direction FROM bars LIMIT 1", "no 1d bars for NOPE"),
        (
            "SELECT symbol, ts + INTERVAL 1 HOUR AS ts, 'LONG' AS direction FROM bars",
            "none of its rows names the start",
        ),
        (
            "SELECT symbol, ts, 'LONG' AS direction, 3 AS confidence FROM bars LIMIT 1",
            "confidence 3 is not between 0 and 1",
        ),
        ("SELECT symbol, ts, NULL AS direction FROM bars LIMIT 1", "has no direction (NULL)"),
        ("SELECT symbol, ts, 'LONG' AS direction FROM bars WHERE false", "gives no row"),
        ("SELECT symbol, 'soon' AS ts, 'LONG' AS direction FROM bars", "soon"),
        ("DELETE FROM bars", "'DELETE' is refused"),
        (
            "SELECT symbol, ts, 'LONG' AS direction FROM (SELECT * FROM bars UNION ALL SELECT * FROM bars)",
            "two signals about 'GOOG'",
        ),
    ];
    for (sql, wanted) in cases {
        let output = place.backtest(sql, &[]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{sql}: {output:?}");
        let message = json(&output)["error"]["message"].as_str().unwrap().to_string();
        assert!(message.contains(wanted), "{sql}: {message}");
    }
    assert_eq!(place.count("runs") + place.count("audits WHERE passed AND compared > 0"), 0);
    let stray =
        place.backtest("SELECT symbol, ts + INTERVAL 1 HOUR AS ts, 'LONG' AS direction FROM bars", &["--no-audit"]);
    assert!(json(&stray)["warnings"].to_string().contains("2148 signals lie outside the traded bars"), "{stray:?}");
    let missing = place.ws(&["backtest", "--signals", "none.sql"]);
    assert_eq!(missing.status.code(), Some(2));
}
