//! `ws montecarlo` on a SYNTHETIC store: what is kept, told and drawn; determinism; refusals.

use std::path::Path;

use serde_json::Value;

use crate::luck_store::{json, looks_right, number, refusal, rows, store, text, ws};

const KEPT: &str = "SELECT * EXCLUDE (montecarlo_id, made_at) FROM montecarlo ORDER BY ALL";

/// A metric of a method in the answer.
fn metric<'a>(answer: &'a Value, method: &str, name: &str) -> &'a Value {
    let methods = answer["sources"][0]["methods"].as_array().unwrap();
    let found = methods.iter().find(|found| found["method"] == method).unwrap();
    found["metrics"].as_array().unwrap().iter().find(|found| found["metric"] == name).unwrap()
}

fn close(a: &Value, b: &Value) -> bool {
    (number(a) - number(b)).abs() < 1e-9
}

#[test]
fn paths_are_kept_told_and_drawn() {
    let (folder, db) = store();
    let out = folder.path().join("mc");
    let answer = json(&db, &["montecarlo", "quick", "--paths", "600", "--out", out.to_str().unwrap()]);
    let kept = rows(
        &db,
        "SELECT m.*, p.total_return, p.cagr, p.sharpe, p.max_drawdown AS at_bars FROM montecarlo m
                          JOIN run_performance p USING (run_id) WHERE p.name = 'quick' ORDER BY method, metric",
    );
    assert_eq!(kept.len(), 12, "three methods, four metrics");
    for row in &kept {
        let told = metric(&answer, row["method"].as_str().unwrap(), row["metric"].as_str().unwrap());
        assert!(close(&told["low"], &row["p2_5"]) && close(&told["high"], &row["p97_5"]), "{row}");
        assert!(close(&told["observed"], &row["observed"]));
        assert!(number(&row["p2_5"]) <= number(&row["p50"]) && number(&row["p50"]) <= number(&row["p97_5"]));
        assert_eq!((&row["paths"], &row["seed"], &row["source"]), (&600.into(), &1.into(), &"returns".into()));
        assert_eq!(row["block_length"].is_null(), row["method"] != "block");
        // What the run did, measured from its days, is what the view says.
        match row["metric"].as_str().unwrap() {
            "max_drawdown" => assert!(number(&row["observed"]) >= number(&row["at_bars"]) - 1e-12),
            name => assert!(close(&row["observed"], &row[name]), "{row}"),
        }
        let is_fixed = row["method"] == "shuffle" && row["metric"] != "max_drawdown";
        assert_eq!(row["share_below"].is_null(), is_fixed);
        assert_eq!(row["p2_5"] == row["p97_5"], is_fixed, "{row}");
    }
    let loss = number(&metric(&answer, "bootstrap", "total_return")["share_negative"]);
    assert!((0.0..=1.0).contains(&loss));
    assert_eq!(answer["badges"][0], "SYNTHETIC DATA");
    let page = looks_right(&answer, 3);
    assert!(page.contains(kept[0]["montecarlo_id"].as_str().unwrap()) && page.contains("only the drawdown varies"));
    let named = json(&db, &["query", "montecarlo", "--param", &format!("run={}", answer["run_id"].as_str().unwrap())]);
    assert_eq!(named.as_array().unwrap().len(), 12);
}

#[test]
fn the_same_seed_gives_the_same_rows_at_any_number_of_threads() {
    let with = |threads: &str, seed: &str| {
        let (folder, db) = store();
        let out = folder.path().join("mc");
        let mut command = assert_cmd::Command::cargo_bin("ws").unwrap();
        command.env("RAYON_NUM_THREADS", threads).arg("--db").arg(&db);
        command.args(["montecarlo", "slow", "--paths", "700", "--of", "returns,trades", "--seed", seed, "--out"]);
        let output = command.arg(&out).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("SYNTHETIC DATA"), "{}", text(&output.stdout));
        let picture = std::fs::read(out.join("montecarlo_fan_light.png")).unwrap();
        (rows(&db, KEPT), picture)
    };
    let one = with("1", "7");
    assert_eq!(one.0.len(), 24);
    assert!(one == with("2", "7") && one == with("4", "7"));
    assert!(one.0 != with("2", "8").0);
}

#[test]
fn trades_multiply_to_what_they_made() {
    let (folder, db) = store();
    let out = folder.path().join("mc");
    let flags =
        ["montecarlo", "quick", "--of", "trades", "--method", "block", "--block", "3", "--paths", "200", "--out"];
    let answer = json(&db, &[&flags[..], &[out.to_str().unwrap()]].concat());
    let made = rows(
        &db,
        "SELECT sum(pnl) / 100000 AS made, count(*) AS n FROM trades JOIN runs USING (run_id) WHERE name = 'quick'",
    );
    let total = metric(&answer, "block", "total_return");
    assert!(close(&total["observed"], &made[0]["made"]), "{total}");
    assert_eq!(answer["sources"][0]["observations"], made[0]["n"]);
    assert_eq!(answer["sources"][0]["methods"][0]["block_length"], 3.0);
    assert!(out.join("montecarlo_trades_fan_dark.png").exists());
}

#[test]
fn what_can_not_be_judged_is_refused_before_anything_is_written() {
    let (folder, db) = store();
    let out = folder.path().join("never");
    let told = |args: &[&str]| refusal(&db, &[&["montecarlo", "--out", out.to_str().unwrap()], args].concat());
    assert!(told(&["nothing"]).contains("unknown run 'nothing'; newest: backtest-"));
    assert!(told(&["backtest"]).contains("several runs"));
    let brief = told(&["brief"]);
    assert!(brief.contains("at least 20 are needed") && brief.contains("next: "), "{brief}");
    assert!(told(&["middle", "--of", "trades"]).contains("trades; at least 20"));
    assert!(told(&["quick", "--block", "5000"]).contains("a mean block of 5000 does not fit 420 observations"));
    assert!(!out.exists() && rows(&db, KEPT).is_empty());
    for wrong in [["--method", "magic"], ["--of", "hopes"], ["--paths", "5"], ["--block", "0"]] {
        assert_eq!(ws(&db, &["montecarlo", "quick", wrong[0], wrong[1]]).status.code(), Some(2), "{wrong:?}");
    }
    let missing = folder.path().join("none.duckdb");
    assert!(refusal(&missing, &["montecarlo"]).contains("no store at"));
    assert!(!missing.exists());
    assert_eq!(ws(&missing, &["init"]).status.code(), Some(0));
    assert!(refusal(&missing, &["montecarlo"]).contains("no backtest to resample"));
}

#[test]
fn a_folder_that_can_not_be_written_keeps_no_row() {
    let (folder, db) = store();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let output = ws(&db, &["montecarlo", "quick", "--paths", "100", "--out", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("name a writable folder"));
    assert!(rows(&db, KEPT).is_empty() && Path::new(&file).is_file());
}
