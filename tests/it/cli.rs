//! The program as users run it: exit status, where output goes, what bad input leaves behind.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::shared::shared;

/// Runs `ws --db <db> args..`.
fn ws(db: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("ws").unwrap().env_remove("WS_DB").arg("--db").arg(db).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

#[test]
fn reading_commands_on_a_missing_store_are_refused_and_create_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("none.duckdb");
    for args in [&["sql", "SELECT 1"][..], &["query", "coverage"]] {
        let output = ws(&db, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(text(&output.stderr).contains("no store at") && text(&output.stderr).contains("next:"));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn ingest_prints_a_table_or_one_json_document() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    let goog = shared("data/real/GOOG_1d.csv");
    let output = ws(&db, &["ingest", "csv", goog.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("2148"));
    let again = json(&ws(&db, &["ingest", "csv", goog.to_str().unwrap(), "--json"]));
    assert_eq!(again["files"][0]["rows_unchanged"], 2148);
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "nothing here\n").unwrap();
    let mixed = ws(&db, &["--json", "ingest", "csv", bad.to_str().unwrap(), goog.to_str().unwrap()]);
    assert_eq!(mixed.status.code(), Some(1), "one file was refused");
    let files = json(&mixed)["files"].as_array().unwrap().clone();
    assert!(
        files.iter().any(|file| file["status"] == "refused") && files.iter().any(|file| file["status"] == "stored")
    );
}

#[test]
fn sql_has_four_formats_and_only_reads() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["init"]).status.code(), Some(0));
    let select = "SELECT 1 AS one, 'a,b' AS text, NULL AS nothing";
    assert!(text(&ws(&db, &["sql", select]).stdout).contains("NULL"));
    assert_eq!(text(&ws(&db, &["sql", select, "--format", "csv"]).stdout), "one,text,nothing\n1,\"a,b\",\n");
    assert_eq!(json(&ws(&db, &["sql", select, "--format", "json"]))[0]["one"], 1);
    assert_eq!(json(&ws(&db, &["sql", select, "--json"]))[0]["text"], "a,b");
    let parquet = ws(&db, &["sql", select, "--format", "parquet"]);
    assert!(parquet.stdout.starts_with(b"PAR1") && parquet.stdout.ends_with(b"PAR1"));
    for refused in ["DROP TABLE bars", "SELECT 1; SELECT 2", "SELECT nothing_there", "", "DELETE FROM bars"] {
        let output = ws(&db, &["sql", refused]);
        assert_eq!(output.status.code(), Some(1), "{refused}");
        assert!(text(&output.stderr).starts_with("error: "), "{refused}");
    }
}

#[test]
fn named_queries_list_run_and_suggest() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["init"]).status.code(), Some(0));
    let list = json(&ws(&db, &["query", "--json"]));
    let queries = list.as_array().unwrap();
    assert!(queries.len() >= 10, "at least ten named queries");
    for query in queries {
        let mut args = vec!["query".to_string(), query["name"].as_str().unwrap().to_string()];
        for param in query["params"].as_array().unwrap().iter().filter(|param| param["required"] == true) {
            args.extend(["--param".into(), format!("{}=none", param["name"].as_str().unwrap())]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = ws(&db, &args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    }
    let name = queries[0]["name"].as_str().unwrap();
    let typo = ws(&db, &["query", &name[..name.len() - 1]]);
    assert_eq!(typo.status.code(), Some(1));
    assert!(text(&typo.stderr).contains(name));
}

#[test]
fn arguments_help_completions_and_manual() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    for bad in [
        &["nonsense"][..],
        &["ingest", "csv", "x.csv", "--interval", "7m"],
        &["sql"],
        &["ingest", "csv", "x.csv", "--symbol", "a;b"],
    ] {
        assert_eq!(ws(&db, bad).status.code(), Some(2), "{bad:?}");
    }
    assert!(!db.exists());
    assert!(text(&ws(&db, &["help"]).stdout).contains("Exit status"));
    assert!(text(&ws(&db, &["completions", "bash"]).stdout).contains("_ws"));
    assert!(text(&ws(&db, &["man", "ingest", "csv"]).stdout).contains(".TH"));
    assert_eq!(ws(&db, &["doctor"]).status.code(), Some(0));
}

#[test]
fn a_store_in_use_is_refused_with_the_process_that_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    let held = workstation::store::Store::open(&db, crate::shared::now()).unwrap();
    for args in [&["sql", "SELECT 1"][..], &["init"]] {
        let output = ws(&db, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let told = text(&output.stderr);
        assert!(told.contains(&format!("(PID {})", std::process::id())) && told.lines().count() == 2, "{told}");
    }
    drop(held);
    assert_eq!(ws(&db, &["sql", "SELECT 1"]).status.code(), Some(0));
}

/// Everything in the store that a refused command must not have changed.
fn contents(db: &Path) -> serde_json::Value {
    json(&ws(db, &["query", "store_size", "--json"]))
}

#[test]
fn unknown_names_are_refused_with_one_clear_line_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["ingest", "csv", shared("data/real/GOOG_1d.csv").to_str().unwrap()]).status.code(), Some(0));
    let before = contents(&db);
    let cases: [(&[&str], &str); 13] = [
        (&["backtest", "--strategy", "sma_cros"], "did you mean 'sma_cross'"),
        (&["backtest", "--strategy", "sma_cross", "--param", "fastt=3"], "did you mean 'fast'"),
        (&["backtest", "--strategy", "sma_cross", "--param", "fast=x"], "fast"),
        (&["backtest", "--strategy", "sma_cross", "--symbols", "NOPE"], "NOPE"),
        (&["backtest", "--strategy", "sma_cross", "--capital", "nan"], "capital"),
        (&["backtest", "--strategy", "sma_cross", "--from", "2030-01-01"], "no 1d bars"),
        (&["backtest", "--model", "nothing"], "unknown model 'nothing'"),
        (&["features", "build", "--set", "nope"], "core23"),
        (&["features", "build", "--symbols", "NOPE"], "NOPE"),
        (&["labels", "build", "--take-profit", "-1"], "take_profit"),
        (&["train", "--kind", "logistic"], "no labels"),
        (&["evaluate", "--model", "nothing"], "unknown model 'nothing'"),
        (&["report", "nothing", "--out", "never"], "unknown run 'nothing'"),
    ];
    for (args, expected) in cases {
        let output = ws(&db, args);
        let told = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{args:?}");
        assert!(told.starts_with("error: ") && told.contains(expected), "{args:?}: {told}");
        assert!(output.stdout.is_empty() && !told.contains("panicked"), "{args:?}");
    }
    assert_eq!(contents(&db), before);
    assert!(!Path::new("never").exists());
}

#[test]
fn the_reference_backtest_runs_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["ingest", "csv", shared("data/real").to_str().unwrap()]).status.code(), Some(0));
    let flags = "backtest --strategy sma_cross --param fast=10 --param slow=20 --sizing units:100 --commission 0.001 \
                 --slippage-bps 0 --capital 100000 --symbols GOOG --interval 1d --json";
    let run = json(&ws(&db, &flags.split_whitespace().collect::<Vec<_>>()));
    assert_eq!(run["n_trades"], 94);
    let golden: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(shared("golden/trades_sma_10_20_GOOG_1d.json")).unwrap())
            .unwrap();
    let drawdown = golden["Max. Drawdown [%]"].as_f64().unwrap() / 100.0;
    assert!((run["metrics"]["max_drawdown"].as_f64().unwrap() - drawdown).abs() < 1e-9);
    assert!(
        (run["metrics"]["win_rate"].as_f64().unwrap() - golden["Win Rate [%]"].as_f64().unwrap() / 100.0).abs() < 1e-9
    );
    let id = run["run_id"].as_str().unwrap();
    let trades = json(&ws(&db, &["sql", "SELECT count(*) AS n FROM trades", "--json"]));
    assert_eq!(trades[0]["n"], 94);
    let out = folder.path().join("report");
    let report = json(&ws(&db, &["report", id, "--out", out.to_str().unwrap(), "--json"]));
    assert!(Path::new(report["html"].as_str().unwrap()).exists());
    assert!(report["pngs"].as_array().unwrap().len() >= 4);
}

#[test]
fn statements_begin_with_comments_and_json_keeps_the_order_of_columns() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert!(ws(&db, &["init"]).status.success());
    let sql = "-- why\n/* and how */ SELECT 1 AS z, {'b': 2, 'a': [3]} AS m, NULL AS a; -- done\n;";
    for args in [&["sql", sql, "--format", "json"][..], &["sql", "--format", "json", sql], &["sql", "--json", sql]] {
        let output = ws(&db, args);
        assert_eq!(
            text(&output.stdout),
            "[\n  {\"z\": 1, \"m\": {\"b\": 2, \"a\": [3]}, \"a\": null}\n]\n",
            "{output:?}"
        );
    }
    for wrong in [&["sql", "--no-such-flag", "SELECT 1"][..], &["sql", "--no-such-flag"]] {
        assert_ne!(ws(&db, wrong).status.code(), Some(0), "{wrong:?}");
    }
}

#[test]
fn files_are_read_with_leave_and_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let db = folder.path().join("a.duckdb");
    assert!(ws(&db, &["init"]).status.success());
    std::fs::write(file("x.csv"), "a,b\n1,2\n3,4\n").unwrap();
    let sql = format!("SELECT sum(b)::INT AS b FROM '{}'", file("x.csv"));
    let refused = ws(&db, &["sql", &sql]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("--allow-files"), "{refused:?}");
    let csv = |flags: &[&str]| ws(&db, &[&["sql", &sql, "--allow-files"], flags].concat());
    assert_eq!(text(&csv(&["--format", "csv"]).stdout), "b\n6\n");
    let parquet = csv(&["--format", "parquet", "--out", &file("y.parquet")]);
    assert_eq!(parquet.status.code(), Some(0), "{parquet:?}");
    let again = format!("FROM read_parquet('{}')", file("y.parquet"));
    assert_eq!(text(&ws(&db, &["sql", &again, "--allow-files", "--format", "csv"]).stdout), "b\n6\n");
    for hostile in [
        format!("COPY (SELECT 1) TO '{}'", file("z.csv")),
        format!("WITH w AS (COPY (SELECT 1) TO '{}') SELECT 1", file("z.csv")),
        format!("EXPORT DATABASE '{}'", file("z")),
        format!("ATTACH '{}' AS z", file("z.duckdb")),
        "DROP TABLE bars".into(),
    ] {
        let output = ws(&db, &["sql", &hostile, "--allow-files"]);
        assert_eq!(output.status.code(), Some(1), "{hostile}: {output:?}");
    }
    let mut names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.duckdb", "x.csv", "y.parquet"]);
}

#[test]
fn instants_with_a_zone_are_shown_in_utc_and_wrong_arguments_answer_in_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert!(ws(&db, &["init"]).status.success());
    let sql = "SELECT TIMESTAMPTZ '2024-01-31 09:15:00+05:30' AS at";
    let table = ws(&db, &["sql", sql]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("2024-01-31 03:45:00"), "{table:?}");
    let json: serde_json::Value = serde_json::from_slice(&ws(&db, &["sql", sql, "--format", "json"]).stdout).unwrap();
    assert_eq!(json[0]["at"], "2024-01-31 03:45:00", "{json}");
    let wrong = ws(&db, &["sql", "SELECT 1", "--json", "--no-such-flag"]);
    assert_eq!(wrong.status.code(), Some(2));
    let told: serde_json::Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert!(told["error"]["message"].as_str().unwrap().contains("--no-such-flag"), "{told}");
}
