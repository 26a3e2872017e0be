//! `ws compare` on a SYNTHETIC store: numbers worked out again from the tables, verdicts, refusals.

use serde_json::Value;

use crate::luck_store::{json, looks_right, number, refusal, rows, store, text, ws};

/// Daily returns of two runs on common days, by SQL.
const DIFFERENCES: &str = "
    SELECT avg(a.\"return\" - b.\"return\") AS mean, stddev_samp(a.\"return\" - b.\"return\") AS deviation, count(*) AS n,
           corr(a.\"return\", b.\"return\") AS correlation,
           (avg(a.\"return\") - avg(b.\"return\")) / sqrt((var_samp(a.\"return\") + var_samp(b.\"return\")) / count(*)) AS welch
    FROM run_returns a JOIN run_returns b USING (session_date)
    WHERE a.run_id = (SELECT run_id FROM runs WHERE name = '$1') AND b.run_id = (SELECT run_id FROM runs WHERE name = '$2')";

fn difference(db: &std::path::Path, run: &str, baseline: &str) -> Value {
    rows(db, &DIFFERENCES.replace("$1", run).replace("$2", baseline)).remove(0)
}

#[track_caller]
fn close(ours: &Value, theirs: f64) {
    assert!((number(ours) - theirs).abs() < 1e-9 * theirs.abs().max(1e-3), "{ours} beside {theirs}");
}

#[test]
fn differences_are_those_of_the_tables() {
    let (folder, db) = store();
    let out = folder.path().join("cmp");
    let answer = json(&db, &["compare", "slow", "quick", "--resamples", "2000", "--out", out.to_str().unwrap()]);
    let (pair, sql) = (&answer["pairs"][0], difference(&db, "quick", "slow"));
    let found = &pair["difference"];
    close(&found["mean"], number(&sql["mean"]));
    close(&found["deviation"], number(&sql["deviation"]));
    close(&found["correlation"], number(&sql["correlation"]));
    close(&found["welch"]["t"], number(&sql["welch"]));
    let n = number(&sql["n"]);
    close(&found["paired"]["t"], number(&sql["mean"]) / number(&sql["deviation"]) * n.sqrt());
    close(&found["paired"]["df"], n - 1.0);
    close(&pair["annual_difference"], number(&sql["mean"]) * number(&pair["periods_per_year"]));
    let bootstrap = &found["bootstrap"];
    assert!(number(&bootstrap["low"]) < number(&found["mean"]) && number(&found["mean"]) < number(&bootstrap["high"]));
    assert_eq!(bootstrap["p"], pair["adjusted_p"]["bootstrap"], "one comparison needs no adjustment");
    let p = number(&bootstrap["p"]);
    let verdict = pair["verdict"].as_str().unwrap();
    let expected = if p < 0.05 { "more than luck explains" } else { "not distinguishable from luck at 5 %" };
    assert!(verdict.contains(expected) && verdict.starts_with("quick made "), "{verdict}");
    let metrics = rows(&db, "SELECT total_return, n_trades FROM run_performance WHERE name = 'slow'");
    assert_eq!(answer["runs"][0]["metrics"]["total_return"], metrics[0]["total_return"]);
    let page = looks_right(&answer, 1);
    assert!(page.contains("Quick made ") && page.contains("run_performance"), "verdict and metrics");
}

#[test]
fn only_common_days_count_and_the_others_are_told() {
    let (_folder, db) = store();
    let answer = json(&db, &["compare", "late", "--baseline", "quick", "--resamples", "500"]);
    let (pair, sql) = (&answer["pairs"][0], difference(&db, "late", "quick"));
    assert_eq!(pair["common_days"], sql["n"]);
    assert_eq!(pair["days_only_run"], 0);
    assert_eq!(number(&pair["days_only_baseline"]), 420.0 - number(&sql["n"]));
    assert!(answer["html"].is_null() && answer["pngs"].as_array().unwrap().is_empty());
    let few = json(&db, &["compare", "quick", "brief"]);
    assert!(few["pairs"][0]["difference"].is_null(), "ten days are not judged");
    assert!(few["pairs"][0]["verdict"].as_str().unwrap().contains("20 are needed"));
    assert!(few["runs"][1]["metrics"]["total_return"].is_number());
}

#[test]
fn several_runs_are_adjusted_for_their_number() {
    let (_folder, db) = store();
    let answer = json(&db, &["compare", "quick", "slow", "twin", "middle", "--resamples", "500"]);
    let pairs = answer["pairs"].as_array().unwrap();
    assert_eq!((pairs.len(), &answer["baseline"]), (3, &answer["runs"][0]["run_id"]));
    for kind in ["bootstrap", "welch", "paired"] {
        let mut known: Vec<(f64, f64)> = pairs
            .iter()
            .filter_map(|pair| Some((pair["difference"][kind]["p"].as_f64()?, pair["adjusted_p"][kind].as_f64()?)))
            .collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(
            !known.is_empty() && (known[0].1 - (known[0].0 * known.len() as f64).min(1.0)).abs() < 1e-12,
            "{kind} {known:?}"
        );
    }
    // The twin did the same: there is nothing to test.
    assert!(pairs[1]["verdict"].as_str().unwrap().contains("same return as quick on each of 420 common days"));
    assert!(pairs[1]["difference"]["bootstrap"].is_null() && pairs[1]["difference"]["mean"] == 0.0);
    let human = ws(&db, &["compare", "quick", "slow", "twin", "--resamples", "500"]);
    let told = text(&human.stdout);
    for word in
        ["adjusted p, block bootstrap", "common days", "against quick", "SYNTHETIC DATA", "max_drawdown", "Welch's t"]
    {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(!told.contains("NaN"), "{told}");
}

#[test]
fn comparing_only_reads_and_refuses_what_it_can_not_compare() {
    let (folder, db) = store();
    let before = std::fs::read(&db).unwrap();
    assert!(refusal(&db, &["compare", "quick"]).contains("one run alone"));
    assert!(refusal(&db, &["compare", "quick", "quick"]).contains("named twice"));
    assert!(refusal(&db, &["compare", "quick", "--baseline", "quick"]).contains("one run alone"));
    assert!(refusal(&db, &["compare", "quick", "nothing"]).contains("unknown run 'nothing'"));
    assert!(refusal(&db, &["compare", "quick", "slow", "--block", "999"]).contains("does not fit 420"));
    let same = json(&db, &["compare", "slow", "quick", "--baseline", "quick", "--resamples", "200"]);
    assert_eq!(same["pairs"].as_array().unwrap().len(), 1, "a baseline may be named among the runs");
    let again = json(&db, &["compare", "slow", "quick", "--baseline", "quick", "--resamples", "200"]);
    assert_eq!(same, again);
    assert!(std::fs::read(&db).unwrap() == before, "the store is as it was");
    let missing = folder.path().join("none.duckdb");
    assert!(refusal(&missing, &["compare", "a", "b"]).contains("no store at") && !missing.exists());
}
