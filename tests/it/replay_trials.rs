//! `ws replay` and `ws explain` of experiments on a SYNTHETIC store: every trial, however it ended, made again to the last
//! digit, also after its bars were replaced; what was altered is found; the test period is looked at again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::luck_store::{json, number, refusal, rows, text, ws};
use crate::replay::{changed_bars, checked, differs, explain, replay, reproduced, write};

const CROSS: &str = r#"
name = "cross"
strategy = "sma_cross"
keep = 2
[space]
fast = { int = [3, 20] }
slow = { int = [15, 60], step = 5 }
account.commission = { float = [1e-5, 0.003], log = true }
account.stop_loss = { choice = [0, 0.05, "0.1"] }
[baseline]
fast = 5
slow = 20
[account]
capital = 50000
[objective]
maximise = "sharpe"
[constraints]
n_trades = { min = 10 }
[validation]
scheme = "walk_forward"
train = 120
valid = 40
test = 0.2
[pruner]
n_startup_trials = 4
[budget]
trials = 24
"#;

const LEARNED: &str = r#"
name = "learned"
model = "logistic"
keep = 2
[data]
lookback = 4
[strategy_params]
max_holding = 6
[space]
alpha = { float = [1, 10000], log = true }
strategy.threshold = { float = [0.2, 0.5] }
[objective]
maximise = "turnover"
[validation]
scheme = "walk_forward"
train = 160
valid = 60
test = 0.2
[pruner]
n_startup_trials = 4
[budget]
trials = 16
"#;

/// The fast average is never below the slow one: no trial can be run.
const DOOMED: &str = r#"
name = "doomed"
strategy = "sma_cross"
[space]
fast = { int = [60, 90] }
slow = { int = [20, 40] }
[baseline]
fast = 5
slow = 20
[sampler]
kind = "random"
[budget]
trials = 2
"#;

/// A copy of a store with the three of them.
fn store() -> (TempDir, PathBuf) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("t.duckdb");
        json(&db, &["simulate", "--symbols", "3", "--days", "500", "--interval", "1d", "--seed", "23"]);
        json(&db, &["features", "build"]);
        json(&db, &["labels", "build"]);
        for (name, spec) in [("cross", CROSS), ("learned", LEARNED), ("doomed", DOOMED)] {
            let file = folder.path().join(format!("{name}.toml"));
            std::fs::write(&file, spec).unwrap();
            let out = folder.path().join(name);
            let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
            let ended = ws(&db, &["experiment", "run", file, "--workers", "2", "--out", out]);
            // A search without a winner has not given what was asked for.
            assert_eq!(ended.status.code(), Some(i32::from(name == "doomed")), "{name}: {}", text(&ended.stderr));
        }
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("t.duckdb");
    std::fs::copy(made.path().join("t.duckdb"), &db).unwrap();
    (folder, db)
}

fn experiment(db: &Path, name: &str) -> Value {
    rows(db, &format!("SELECT * FROM experiment_summary WHERE name = '{name}'"))[0].clone()
}

/// Trials of an experiment: run, state, rows kept.
fn trials(db: &Path, name: &str) -> Vec<(String, String, f64)> {
    let sql = format!("SELECT run_id, state, n_kept FROM experiment_trials WHERE name = '{name}' ORDER BY trial");
    let word = |value: &Value| value.as_str().unwrap().to_string();
    rows(db, &sql).iter().map(|row| (word(&row["run_id"]), word(&row["state"]), number(&row["n_kept"]))).collect()
}

#[test]
fn every_trial_is_reproduced_to_the_last_digit() {
    let (_folder, db) = store();
    let mut states = BTreeSet::new();
    for (name, n, kept) in [("cross", 25, 3), ("learned", 17, 3), ("doomed", 3, 1)] {
        let all = trials(&db, name);
        assert_eq!(all.len(), n);
        assert_eq!(all.iter().filter(|(_, _, rows)| *rows > 0.0).count(), kept, "{name}: {all:?}");
        for (run, state, rows_kept) in &all {
            let answer = reproduced(&db, run);
            let whats = checked(&answer);
            for what in ["settings", "data fingerprint", "state", "searched", "scores", "steps", "violation", "metrics"]
            {
                assert!(whats.contains(&what), "{what}: {answer:#}");
            }
            assert_eq!(whats.contains(&"error"), state == "failed", "{answer:#}");
            assert_eq!(whats.contains(&"equity"), *rows_kept > 0.0, "{answer:#}");
            assert_eq!(whats.contains(&"run_returns"), state != "failed", "{answer:#}");
            let is_learned = *rows_kept > 0.0 && name == "learned";
            for what in ["weights of folds", "predictions"] {
                assert_eq!(whats.contains(&what), is_learned, "{what}: {answer:#}");
            }
            states.insert((name, state.clone()));
        }
    }
    for (name, state) in [
        ("cross", "finished"),
        ("cross", "pruned"),
        ("learned", "finished"),
        ("learned", "pruned"),
        ("doomed", "failed"),
    ] {
        assert!(states.contains(&(name, state.to_string())), "no {name} {state}: {states:?}");
    }
    // By its given name as well.
    assert_eq!(reproduced(&db, "cross/7")["run_id"], trials(&db, "cross")[7].0.as_str());
    let told = text(&ws(&db, &["replay", "cross/1"]).stdout);
    assert!(told.contains("reproduced exactly") && told.contains("scores"), "{told}");
}

#[test]
fn the_test_period_is_looked_at_again() {
    let (_folder, db) = store();
    for name in ["cross", "learned"] {
        let summary = experiment(&db, name);
        for (key, role) in [("test_run_id", "test of the winner"), ("baseline_test_run_id", "test of the baseline")] {
            let run = summary[key].as_str().unwrap();
            assert!(checked(&reproduced(&db, run)).contains(&"equity"));
            let story = explain(&db, run);
            assert_eq!((&story["experiment"]["role"], &story["experiment"]["name"]), (&role.into(), &name.into()));
            assert_eq!(story["ancestors"][0]["kind"], "trial");
            assert_eq!(story["ancestors"][1]["run_id"], summary["experiment_id"]);
            assert_eq!(story["model"].is_object(), name == "learned");
            let is_told = story["marks"].to_string().contains("LUCK: the verdict on the winner of");
            assert_eq!(is_told, role == "test of the winner" && summary["is_promotable"] == false, "{story:#}");
        }
    }
}

#[test]
fn replaced_bars_change_nothing() {
    let (folder, db) = store();
    let file = changed_bars(&db, &folder, "SYN002", 1.01);
    json(&db, &["ingest", "csv", &file, "--interval", "1d"]);
    let runs = ["cross", "learned", "doomed"].map(|name| experiment(&db, name)["winner_run_id"].clone());
    for run in
        runs.iter().filter_map(Value::as_str).chain(["cross/0", "cross/9", "learned/0", "learned/12", "doomed/1"])
    {
        let answer = reproduced(&db, run);
        assert!(answer["changes"].to_string().contains("bars of SYN002: 100 replaced since"), "{answer:#}");
    }
    // Features and labels that follow the new bars are built anew from the old ones, beside another label set.
    json(&db, &["features", "build"]);
    json(&db, &["labels", "build"]);
    json(&db, &["labels", "build", "--kind", "fixed-horizon"]);
    for run in ["learned/0", "learned/3"].into_iter().chain(runs[1].as_str()) {
        let answer = reproduced(&db, run);
        assert!(answer["changes"].to_string().contains("built anew from the bars as they were"), "{answer:#}");
    }
    let tested = experiment(&db, "learned")["test_run_id"].as_str().unwrap().to_string();
    reproduced(&db, &tested);
}

#[test]
fn what_was_altered_is_found() {
    let winner = |name: &str, sql: &str| {
        let (_folder, db) = store();
        let run = experiment(&db, name)["winner_run_id"].as_str().unwrap().to_string();
        write(&db, &sql.replace("RUN", &format!("run_id = '{run}'")));
        differs(&db, &run)
    };
    for (sql, wanted) in [
        (
            "UPDATE run_metrics SET value = value * (1 + 1e-15) WHERE key = 'sharpe' AND RUN",
            "metrics: valid sharpe is ",
        ),
        ("UPDATE run_returns SET \"return\" = \"return\" + 1e-16 WHERE RUN", "run_returns; row "),
        ("UPDATE trials SET scores = [scores[1] * (1 + 1e-15)] WHERE RUN", "scores: ["),
        ("UPDATE trials SET steps = list_append(steps, 1) WHERE RUN", "steps: ["),
        ("UPDATE trials SET violation = 1e-9 WHERE RUN", "violation: 1e-09 stored"),
        ("UPDATE trials SET state = 'pruned' WHERE RUN", "state: pruned, its run finished stored, "),
        ("UPDATE trials SET n_kept = 0 WHERE RUN", "equity: "),
        ("DELETE FROM trades WHERE RUN", "trades: 0 rows stored, "),
        ("UPDATE run_params SET value = '0.0017' WHERE key = 'searched.account.commission' AND RUN", "settings: "),
        (
            "UPDATE run_params SET value = 'x' WHERE key = 'searched.fast' AND RUN",
            "'x' is no value of the searched parameter",
        ),
        ("UPDATE runs SET data_fingerprint = 'x' WHERE RUN", "data: the bars of SYN001, SYN002, SYN003"),
        ("UPDATE experiments SET spec = spec || ' '", "the stored specification of experiment-"),
    ] {
        let told = winner("cross", sql);
        assert!(told.contains(wanted), "{sql}: {told}");
    }
    for (sql, wanted) in [
        (
            "UPDATE artifacts SET bytes = encode('x') WHERE name = 'fold-1.safetensors' AND RUN",
            "weights of folds: fold-1.safetensors is ",
        ),
        ("UPDATE predictions SET probability = 0.5 WHERE RUN", "predictions; row 1 differs first"),
        (
            "UPDATE runs SET seed = seed + 1; DELETE FROM features_core23 WHERE symbol = 'SYN001'",
            "features_core23 has no 1d rows of SYN001",
        ),
    ] {
        let told = winner("learned", sql);
        assert!(told.contains(wanted), "{sql}: {told}");
    }
    let (_folder, db) = store();
    write(&db, "UPDATE trials SET error = 'the moon' WHERE state = 'failed'");
    let told = differs(&db, "doomed/1");
    assert!(told.contains("error: the moon, its run ") && told.contains("stored, strategy sma_cross"), "{told}");
}

#[test]
fn what_can_not_be_made_again_is_refused() {
    let (_folder, db) = store();
    let winner = number(&experiment(&db, "cross")["winner_trial"]);
    let told = refusal(&db, &["replay", "cross"]);
    assert!(told.contains("is many trials") && told.contains(&format!("ws replay cross/{winner}")), "{told}");
    assert!(refusal(&db, &["replay", "doomed"]).contains("replay them one by one: such as ws replay doomed/1"));
    // A search under way: what has ended can be made again.
    write(&db, "UPDATE runs SET status = 'running' WHERE kind = 'experiment'");
    assert!(refusal(&db, &["replay", "cross"]).contains("is many trials"));
    reproduced(&db, "cross/2");
    write(&db, "UPDATE runs SET status = 'running' WHERE kind = 'trial'");
    assert!(refusal(&db, &["replay", "cross/2"]).contains("is running, it left nothing to reproduce"));
    write(&db, "UPDATE runs SET status = 'finished' WHERE kind = 'trial'; DELETE FROM trials");
    assert!(refusal(&db, &["replay", "cross/2"]).contains("its trial or its experiment is not in the store"));
    assert_eq!(replay_status(&db, "nothing/1"), Some(1));
}

fn replay_status(db: &Path, run: &str) -> Option<i32> {
    ws(db, &["replay", run]).status.code()
}

#[test]
fn stories_tell_the_search_behind_a_run() {
    let (_folder, db) = store();
    let summary = experiment(&db, "cross");
    let story = explain(&db, "cross");
    let told = &story["experiment"];
    let names: Vec<&String> = told["searched"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["account.commission", "account.stop_loss", "fast", "slow"]);
    for (key, column) in [
        ("scheme", "scheme"),
        ("sampler", "sampler"),
        ("pruner", "pruner"),
        ("winner_trial", "winner_trial"),
        ("verdict", "verdict"),
        ("reason", "reason"),
        ("test_run_id", "test_run_id"),
        ("best_score", "best_score"),
    ] {
        assert_eq!(told[key], summary[column], "{key}");
    }
    for (key, column) in
        [("all", "n_trials"), ("finished", "n_finished"), ("pruned", "n_pruned"), ("failed", "n_failed")]
    {
        assert_eq!(told["trials"][key], summary[column], "{key}");
    }
    let folds = rows(
        &db,
        "SELECT count(DISTINCT fold) AS n FROM experiment_folds JOIN experiments USING (experiment_id) WHERE name = 'cross'",
    );
    assert_eq!(told["folds"], folds[0]["n"]);
    // Trials of the model search are on the same bars; those that failed are no trials of luck.
    assert_eq!((told["tries_on_data"]["trials"].as_i64(), story["tried"]["trials"].as_i64()), (Some(40), Some(40)));
    assert_eq!(told["other_test_looks"], 1);
    assert!(story["marks"].to_string().contains("SEARCHED: 40 trials"), "{story:#}");
    let text_of = |run: &str| text(&ws(&db, &["explain", run]).stdout);
    for wanted in ["could it be luck?", "walk_forward", "tried on these days", "looked at", "ws experiment show cross"]
    {
        assert!(text_of("cross").contains(wanted), "{wanted}: {}", text_of("cross"));
    }

    let winner = summary["winner_run_id"].as_str().unwrap();
    let story = explain(&db, winner);
    let place = &story["experiment"]["place"];
    assert_eq!(
        (&place["rank"], &place["is_winner"], &place["score"]),
        (&1.into(), &true.into(), &summary["best_score"])
    );
    assert!(
        story["marks"].to_string().contains("CHOSEN") && story["next"].to_string().contains("ws replay"),
        "{story:#}"
    );
    assert!(text_of(winner).contains("1 of the ") && text_of(winner).contains("and the winner"));
    let pruned = rows(&db, "SELECT run_id FROM experiment_trials WHERE state = 'pruned' AND name = 'cross' LIMIT 1");
    let pruned = pruned[0]["run_id"].as_str().unwrap();
    let story = explain(&db, pruned);
    assert!(story["marks"].to_string().contains("PRUNED: it was stopped early"), "{story:#}");
    assert_eq!(story["experiment"]["place"]["rank"], Value::Null);
    assert!(text_of("cross/0").contains("the baseline takes no part"));
    assert!(explain(&db, "doomed/1")["marks"].to_string().contains("FAILED: "));
    assert!(text_of("doomed").contains("none; the baseline has"), "{}", text_of("doomed"));
    // A model rests on features and labels, which nobody has audited here.
    let learned = explain(&db, "learned");
    assert_eq!(learned["feature_set"]["name"], "core23");
    assert_eq!(learned["audits"].as_array().unwrap().len(), 2, "{learned:#}");
    assert_eq!(replay(&db, "learned/1", &[]).0, 0);
}
