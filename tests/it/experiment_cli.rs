//! `ws experiment` as users run it: what is refused before anything runs, what is told, and what earlier searches change.

use std::path::Path;

use serde_json::Value;
use workstation::experiments::Spec;

use crate::experiment::{LOGIT, SMA, change, rows, search, store};
use crate::luck_store::{json, text, ws};

#[test]
fn what_can_not_be_searched_is_refused_before_anything_runs() {
    let (folder, db) = store();
    let before = std::fs::read(&db).unwrap();
    let told = |spec: &str| {
        let file = folder.path().join("bad.toml");
        std::fs::write(&file, spec).unwrap();
        let output = ws(&db, &["experiment", "run", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    for (from, to, expected) in [
        ("fast = { int = [2, 20] }", "fats = { int = [2, 20] }", "baseline 'fast' is not in [space]"),
        ("fast = { int = [2, 20] }", "fast = { int = [2, 20] }\nfats = { int = [2, 20] }", "bad.toml:10: 'fats'"),
        ("int = [2, 20]", "int = [0, 20]", "bad.toml:9: 'fast'"),
        ("account.stop_loss", "account.stop_lost", "bad.toml:11:"),
        ("account.stop_loss = { choice = [0, 0.05] }", "account.warmup = { int = [1, 5] }", "can't be searched"),
        ("\"sma_cross\"", "\"sma_crss\"", "did you mean 'sma_cross'"),
        ("\"sma_cross\"", "\"model\"", "can't be searched by itself"),
        ("[validation]", "[params]\nfast = 4\n[validation]", "fixed in [params] and searched in [space]"),
        ("[validation]", "[strategy_params]\nthreshold = 0.5\n[validation]", "unknown key 'strategy_params'"),
        ("test = 0.2", "test = 0.2\nembargo = 5", "embargo is for models"),
        ("int = [2, 20]", "float = [2, 20]", "bad.toml:9: 'fast'"),
        ("train = 100", "train = 1000", "does not fit into the"),
        ("test = 0.2", "test = 2099-01-01", "0 for the test"),
        ("interval = \"1d\"", "interval = \"1h\"", "there are no 1h bars"),
        ("interval = \"1d\"", "interval = \"1d\"\nsymbols = [\"SYN01\"]", "did you mean 'SYN001'"),
        ("slow = 20\n", "slow = 3\n", "the baseline can't be run"),
        ("[validation]", "[account]\ncapitol = 5\n[validation]", "capitol"),
    ] {
        let message = told(&SMA.replacen(from, to, 1));
        assert!(message.contains(expected) && message.contains("bad.toml:"), "{to}: {message}");
    }
    assert!(told(&LOGIT.replace("alpha =", "alhpa =")).contains("alhpa"));
    assert!(
        told(&LOGIT.replace("float = [1, 1000]", "float = [0.0000001, 1]").replace("alpha = ", "max_iterations = "))
            .contains("bad.toml:")
    );
    assert!(
        told(&LOGIT.replace("train = 150", "train = 12").replace("valid = 60", "valid = 6"))
            .contains("fold 1: train has")
    );
    assert_eq!(std::fs::read(&db).unwrap(), before, "nothing was written");
    let missing = folder.path().join("none.duckdb");
    let file = folder.path().join("bad.toml");
    std::fs::write(&file, SMA).unwrap();
    assert_ne!(ws(&missing, &["experiment", "run", file.to_str().unwrap()]).status.code(), Some(0));
    assert!(!missing.exists());
    let dry = json(&db, &["experiment", "run", file.to_str().unwrap(), "--dry-run"]);
    assert_eq!((&dry["trials"], dry["folds"].as_array().unwrap().len()), (&40.into(), 6));
    assert_eq!(std::fs::read(&db).unwrap(), before, "a dry run writes nothing");
}

#[test]
fn the_command_line_tells_the_whole_story() {
    let (folder, db) = store();
    let (spec, out) = (folder.path().join("sma.toml"), folder.path().join("out"));
    std::fs::write(&spec, SMA).unwrap();
    let out = out.to_str().unwrap();
    let done = json(&db, &["experiment", "run", spec.to_str().unwrap(), "--max-trials", "12", "--out", out]);
    assert_eq!(
        (done["n_finished"].as_i64().unwrap() + done["n_pruned"].as_i64().unwrap(), &done["ended"]),
        (12, &"all trials were run".into())
    );
    assert!(Path::new(done["html"].as_str().unwrap()).exists() && done["run_id"].is_string());
    search(&db, &SMA.replace("seed = 11", "seed = 12").replace("name = \"sma\"", "name = \"second\""), 2, Some(8))
        .unwrap();
    let listed = json(&db, &["experiment", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let shown = json(&db, &["experiment", "show", "second"]);
    assert_eq!(shown["summary"]["n_trials_counted"].as_f64(), Some(20.0), "those of the first experiment count");
    assert_eq!(shown["summary"]["test_looks"].as_f64(), Some(2.0));
    let compared = json(&db, &["experiment", "compare", "sma", "second"]);
    assert_eq!(compared["experiments"].as_array().unwrap().len(), 2);
    let file = folder.path().join("winner.toml");
    let best = json(&db, &["experiment", "best", "sma", "--apply", file.to_str().unwrap()]);
    assert!(file.exists() && best["command"].as_str().unwrap().starts_with("ws "), "{best}");
    let thresholds = "SELECT count(*) AS n FROM experiment_thresholds t JOIN experiments e USING (experiment_id) WHERE e.name = 'sma'";
    assert!(rows(&db, thresholds)[0]["n"].as_i64().unwrap() > 3);
    let page = ws(&db, &["experiment", "list"]);
    assert!(text(&page.stdout).contains("second"));
    let example = ws(&db, &["experiment", "example", "model"]);
    assert!(Spec::parse("example.toml", &text(&example.stdout)).is_ok());
}

/// One measure of an experiment.
fn measure(db: &Path, name: &str, measure: &str) -> f64 {
    let sql = format!(
        "SELECT value FROM experiment_luck JOIN experiments USING (experiment_id) WHERE name = '{name}' AND measure = '{measure}'"
    );
    rows(db, &sql)[0]["value"].as_f64().unwrap()
}

#[test]
fn a_narrow_search_after_a_wide_one_is_no_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("noise.duckdb");
    json(&db, &["simulate", "--symbols", "2", "--days", "500", "--interval", "1d", "--seed", "302", "--drift", "0"]);
    let wide = SMA
        .replace("name = \"sma\"", "name = \"wide\"")
        .replace("[pruner]\nkind = \"median\"\nn_startup_trials = 6\n", "[sampler]\nkind = \"random\"\n");
    search(&db, &wide, 2, Some(60)).unwrap();
    let best = rows(&db, "SELECT params FROM trials JOIN experiments USING (experiment_id) WHERE trial = winner_trial");
    let params: Value = serde_json::from_str(best[0]["params"].as_str().unwrap()).unwrap();
    let (fast, slow) = (params["fast"].as_i64().unwrap(), params["slow"].as_i64().unwrap());
    let narrow = wide
        .replace("name = \"wide\"", "name = \"narrow\"")
        .replace("int = [2, 20]", &format!("int = [{fast}, {fast}]"))
        .replace("int = [5, 60]", &format!("int = [{slow}, {}]", slow + 2))
        .replace("kind = \"random\"", "kind = \"grid\"");
    search(&db, &narrow, 2, None).unwrap();
    assert!(measure(&db, "narrow", "n_trials") > measure(&db, "wide", "n_trials"));
    let variance = |name| measure(&db, name, "trial_sharpe_variance");
    assert!(variance("narrow") > 0.9 * variance("wide"), "{} and {}", variance("narrow"), variance("wide"));
    assert!(measure(&db, "narrow", "deflated_sharpe") <= measure(&db, "wide", "deflated_sharpe") + 0.02);
    assert!(
        measure(&db, "narrow", "spa_p") > 0.5 * measure(&db, "wide", "spa_p"),
        "its tests see the wide trials, too"
    );
}

#[test]
fn a_test_period_that_was_searched_is_not_untouched() {
    let (_folder, db) = store();
    search(&db, &SMA.replace("name = \"sma\"", "name = \"first\""), 2, Some(8)).unwrap();
    assert_eq!(measure(&db, "first", "test_searched"), 0.0);
    // The second leaves more for its test: days that the first has searched.
    search(&db, &SMA.replace("test = 0.2", "test = 0.4"), 2, Some(4)).unwrap();
    assert_eq!((measure(&db, "sma", "test_searched"), measure(&db, "sma", "test_looks")), (8.0, 2.0));
    let verdict = rows(&db, "SELECT passes_untouched, reason FROM experiment_verdict WHERE name = 'sma'");
    assert_eq!(verdict[0]["passes_untouched"], false);
    let reason = verdict[0]["reason"].as_str().unwrap();
    assert!(reason.contains("8 earlier trials were developed on days"), "{reason}");
    assert!(reason.contains("other experiments have looked at this test period: 1"), "{reason}");
}

/// Takes back what the end of a search stores besides the trials.
const UNMEASURED: &str = "DELETE FROM experiment_luck; DELETE FROM experiment_paths; DELETE FROM experiment_splits; \
    DELETE FROM experiment_importance; DELETE FROM equity; DELETE FROM trades; DELETE FROM orders; DELETE FROM fills; \
    DELETE FROM prediction_traces";

#[test]
fn going_on_with_fewer_trials_forgets_none() {
    let (_folder, db) = store();
    search(&db, SMA, 2, Some(24)).unwrap();
    let before = rows(&db, "SELECT winner_trial FROM experiments");
    let as_new = "UPDATE experiments SET winner_trial = NULL, tested_at = NULL; UPDATE runs SET status = 'running' WHERE kind = 'experiment'";
    change(&db, &format!("{as_new}; {UNMEASURED}"));
    let output = ws(
        &db,
        &["experiment", "resume", "sma", "--max-trials", "3", "--out", db.with_extension("out").to_str().unwrap()],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(rows(&db, "SELECT winner_trial FROM experiments"), before);
    // Stopped after its look at the test: it ends with the trials it has, whatever the budget would allow.
    change(&db, &format!("UPDATE runs SET status = 'running' WHERE kind = 'experiment'; {UNMEASURED}"));
    let output = ws(&db, &["experiment", "resume", "sma", "--out", db.with_extension("out").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(rows(&db, "SELECT max(trial) AS n FROM trials")[0]["n"], 24);
    let tests = "SELECT count(*) AS n FROM runs WHERE kind = 'backtest'";
    assert_eq!(rows(&db, tests)[0]["n"], 2, "what was seen of the test is not looked at again");
}
