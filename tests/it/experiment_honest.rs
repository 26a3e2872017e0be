//! What the luck of a search counts: its own trials and others', distinct ones once, everything ever tried on its days; and that
//! deleting takes nothing of it back.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use workstation::experiments::run::Ended;

use crate::experiment::{SMA, change, rows, search, store};
use crate::luck_store::json;

/// Few combinations, tried at random, nothing stopped early.
fn few() -> String {
    let from = SMA.find("[pruner]").unwrap();
    let to = SMA.find("[budget]").unwrap();
    format!("{}[sampler]\nkind = \"random\"\n{}", &SMA[..from], &SMA[to..])
        .replace("int = [2, 20]", "choice = [3, 5]")
        .replace("int = [5, 60]", "choice = [12, 25]")
        .replace("account.stop_loss = { choice = [0, 0.05] }\n", "")
        .replace("n_trades = { min = 5 }", "n_trades = { min = 1 }")
}

fn measure(db: &Path, name: &str, measure: &str) -> Option<f64> {
    let sql = format!(
        "SELECT value FROM experiment_luck JOIN experiments USING (experiment_id) WHERE name = '{name}' AND measure = '{measure}'"
    );
    rows(db, &sql)[0]["value"].as_f64()
}

fn one(db: &Path, sql: &str) -> Value {
    rows(db, sql)[0]["n"].clone()
}

/// What trials came to, without ids and times.
fn trials(db: &Path) -> Vec<Value> {
    rows(
        db,
        "SELECT t.trial, t.state, t.params, t.scores::VARCHAR AS scores, t.repeat_of, r.seed, \
         (SELECT md5(string_agg((session_date, \"return\")::VARCHAR, '' ORDER BY session_date)) FROM run_returns d WHERE d.run_id = t.run_id) AS returns, \
         (SELECT md5(string_agg((split, step, key, value)::VARCHAR, '' ORDER BY split, step, key)) FROM run_metrics m WHERE m.run_id = t.run_id) AS metrics, \
         (SELECT count(*) FROM run_params p WHERE p.run_id = t.run_id) AS settings \
         FROM trials t JOIN runs r USING (run_id) ORDER BY t.trial",
    )
}

#[test]
fn a_repeated_combination_is_evaluated_once_and_counts_once() {
    let (folder, db) = store();
    let (spec, out) = (folder.path().join("few.toml"), folder.path().join("out"));
    std::fs::write(&spec, few()).unwrap();
    let outcome =
        json(&db, &["experiment", "run", spec.to_str().unwrap(), "--max-trials", "20", "--out", out.to_str().unwrap()]);
    let all = trials(&db);
    let (repeats, first): (Vec<&Value>, Vec<&Value>) = all[1..].iter().partition(|trial| !trial["repeat_of"].is_null());
    let distinct: BTreeSet<String> = all[1..].iter().map(|trial| trial["params"].to_string()).collect();
    assert_eq!((all.len(), first.len()), (21, distinct.len()));
    assert_eq!(outcome["n_repeated"].as_u64(), Some(repeats.len() as u64));
    assert!(distinct.len() <= 4 && !repeats.is_empty());
    for trial in repeats {
        let source = &all[trial["repeat_of"].as_i64().unwrap() as usize];
        assert!(source["repeat_of"].is_null());
        for part in ["state", "params", "scores", "returns", "metrics", "settings"] {
            assert_eq!(trial[part], source[part], "{part} of {trial}");
        }
    }
    let summary = &rows(
        &db,
        "SELECT n_trials, n_distinct, n_trials_counted, n_tries_counted, n_trials_here FROM experiment_summary",
    )[0];
    let count = |column: &str| summary[column].as_i64().unwrap() as usize;
    assert_eq!((count("n_trials"), count("n_distinct")), (20, distinct.len()));
    assert_eq!(
        (count("n_tries_counted"), count("n_trials_counted"), count("n_trials_here")),
        (20, distinct.len(), distinct.len())
    );
    let ranked = "SELECT count(*) AS n FROM experiment_trials WHERE rank IS NOT NULL";
    assert_eq!(one(&db, ranked).as_i64().unwrap() as usize, distinct.len());
    // At any number of workers, in more trials or fewer.
    let (_other, again) = store();
    search(&again, &few(), 1, Some(13)).unwrap();
    assert_eq!(trials(&again), all[..14]);
    // A repetition is a run like any other.
    let run = one(&db, "SELECT min(run_id) AS n FROM trials WHERE repeat_of IS NOT NULL");
    let replayed = json(&db, &["replay", run.as_str().unwrap()]);
    assert!(!replayed.to_string().contains("differs"), "{replayed}");
}

#[test]
fn own_trials_and_those_of_others_are_judged_and_the_worse_counts() {
    let (_folder, db) = store();
    search(&db, &few().replace("name = \"sma\"", "name = \"first\""), 2, Some(8)).unwrap();
    assert_eq!((measure(&db, "first", "spa_p_union"), measure(&db, "first", "pbo_union")), (None, None));
    assert_eq!(measure(&db, "first", "spa_p"), measure(&db, "first", "spa_p_own"));
    // Another search has a splendid trial on the same days.
    change(
        &db,
        "INSERT INTO tries SELECT * REPLACE ('splendid' AS run_id, 'other' AS experiment_id, 'splendid' AS identity, \
         list_transform(days, lambda day, i: 0.004 + 0.001 * (i % 3)) AS returns) FROM tries WHERE returns IS NOT NULL LIMIT 1",
    );
    search(&db, &few().replace("choice = [3, 5]", "choice = [4, 6]"), 2, Some(8)).unwrap();
    let of = |name: &str| measure(&db, "sma", name).unwrap();
    assert!(
        of("spa_p_union") < 0.01 && of("spa_p_own") > of("spa_p_union"),
        "{} {}",
        of("spa_p_own"),
        of("spa_p_union")
    );
    for (worse, own, union) in [
        ("spa_p", "spa_p_own", "spa_p_union"),
        ("pbo", "pbo_own", "pbo_union"),
        ("reality_check_p", "reality_check_p_own", "reality_check_p_union"),
    ] {
        assert_eq!(of(worse), of(own).max(of(union)), "{worse}");
    }
    assert!(
        of("pbo_union") < 0.01 && of("pbo") == of("pbo_own"),
        "a trial of another search makes no choice of this one sound"
    );
    // Splits are those of its own trials.
    assert_eq!(one(&db, "SELECT count(*) AS n FROM experiment_splits WHERE trial < 1"), 0);
}

#[test]
fn backtests_and_campaigns_on_half_of_the_days_count_and_deleting_takes_nothing_back() {
    let (folder, db) = store();
    let last = one(&db, "SELECT (max(ts)::DATE - 40)::VARCHAR AS n FROM bars").as_str().unwrap().to_string();
    let run = |more: &[&str]| json(&db, &[&["backtest", "--strategy", "sma_cross"], more].concat());
    run(&["-p", "fast=7", "-p", "slow=31"]);
    run(&["-p", "fast=7", "-p", "slow=31", "--to", &last]);
    run(&["-p", "fast=8", "-p", "slow=31", "--symbols", "SYN001"]);
    // Only the end, which is not among the days that are developed on.
    run(&["-p", "fast=9", "-p", "slow=31", "--from", &last]);
    let out = folder.path().join("campaign");
    json(&db, &["campaign", "--strategy", "sma_cross", "--out", out.to_str().unwrap()]);
    let cells = one(&db, "SELECT count(*) AS n FROM tries WHERE kind = 'campaign'").as_i64().unwrap();
    assert!(cells >= 3, "{cells}");
    search(&db, &few(), 2, Some(8)).unwrap();
    let own = one(&db, "SELECT n_distinct AS n FROM experiment_summary").as_i64().unwrap();
    let n = |name: &str| measure(&db, "sma", name).unwrap() as i64;
    // Twice the same over almost the same days is one.
    assert_eq!((n("n_tries"), n("n_trials")), (8 + 3 + cells, own + 2 + cells));
    assert!(n("test_backtests") >= 3, "{}", n("test_backtests"));
    // A backtest of what a trial was is the same try.
    let params = one(&db, "SELECT params AS n FROM trials WHERE trial = 1 ");
    let params: Value = serde_json::from_str(params.as_str().unwrap()).unwrap();
    let (fast, slow) = (format!("fast={}", params["fast"]), format!("slow={}", params["slow"]));
    let same = run(&["-p", &fast, "-p", &slow]);
    let identities = format!(
        "SELECT count(DISTINCT identity) AS n FROM tries WHERE run_id = '{}' OR run_id = (SELECT run_id FROM trials WHERE trial = 1)",
        same["run_id"].as_str().unwrap()
    );
    assert_eq!(one(&db, &identities), 1);

    // All gone but the ledgers.
    change(
        &db,
        "DELETE FROM runs; DELETE FROM trials; DELETE FROM experiments; DELETE FROM run_params; DELETE FROM run_returns; \
         DELETE FROM run_metrics; DELETE FROM campaign_cells; DELETE FROM experiment_luck",
    );
    search(&db, &few().replace("choice = [3, 5]", "choice = [4, 6]").replace("seed = 11", "seed = 12"), 2, Some(8))
        .unwrap();
    let now = one(&db, "SELECT n_distinct AS n FROM experiment_summary").as_i64().unwrap();
    assert_eq!((n("n_tries"), n("n_trials")), (8 + 8 + 4 + cells, now + own + 2 + cells));
    assert_eq!(n("test_looks"), 2, "that its test period was looked at is not forgotten");
    assert!(measure(&db, "sma", "spa_p_union").is_some(), "nor what the trials on these days returned");
    let verdict = &rows(&db, "SELECT passes_untouched, reason FROM experiment_verdict")[0];
    assert_eq!(verdict["passes_untouched"], false);
    assert!(verdict["reason"].as_str().unwrap().contains("looked at this test period: 1"), "{verdict}");
}

#[test]
fn a_time_budget_leaves_the_first_trials_of_a_search_that_does_not_learn() {
    let (_folder, db) = store();
    let spec = few()
        .replace("choice = [3, 5]", "int = [2, 20]")
        .replace("choice = [12, 25]", "int = [21, 60]")
        .replace("trials = 40", "trials = 3000\nminutes = 0.004");
    let outcome = search(&db, &spec, 2, None).unwrap();
    let numbers = rows(&db, "SELECT count(*) AS n, max(trial) AS last, min(trial) AS first FROM trials");
    let n = numbers[0]["n"].as_i64().unwrap();
    assert_eq!((numbers[0]["first"].as_i64(), numbers[0]["last"].as_i64()), (Some(0), Some(n - 1)), "{outcome:?}");
    assert!(matches!(outcome.ended, Ended::Time | Ended::Trials));
    let (_other, again) = store();
    search(&again, &spec.replace("\nminutes = 0.004", ""), 2, Some(n as u64 - 1)).unwrap();
    assert_eq!(trials(&db), trials(&again));
}

#[test]
fn a_grid_is_tried_to_its_end_at_any_number_of_workers() {
    let grid = few().replace("kind = \"random\"", "kind = \"grid\"").replace("choice = [3, 5]", "int = [2, 6]");
    let found = [1, 3].map(|workers| {
        let (_folder, db) = store();
        let outcome = search(&db, &grid, workers, None).unwrap();
        assert_eq!((outcome.ended, outcome.counts.repeated), (Ended::Exhausted, 0));
        trials(&db)
    });
    assert_eq!(found[0].len(), 1 + 10);
    assert_eq!(found[0], found[1]);
}
