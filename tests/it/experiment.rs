//! Searches over parameters: the same at any number of workers and after a kill, judged as backtests are, blind to the
//! test period.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use workstation::domain::{Silent, Ts};
use workstation::experiments::run::{self, Ended, Options, Outcome};
use workstation::experiments::{ExperimentError, Spec, Study};
use workstation::store::{Store, experiments, query};

use crate::luck_store::{json, text, ws};

/// Three SYNTHETIC symbols, 420 days, with features and labels.
pub fn store() -> (TempDir, PathBuf) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("e.duckdb");
        json(&db, &["simulate", "--symbols", "3", "--days", "420", "--interval", "1d", "--seed", "3"]);
        json(&db, &["features", "build"]);
        json(&db, &["labels", "build"]);
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("e.duckdb");
    std::fs::copy(made.path().join("e.duckdb"), &db).unwrap();
    (folder, db)
}

pub const SMA: &str = r#"
name = "sma"
strategy = "sma_cross"
seed = 11
keep = 3
[data]
interval = "1d"
[space]
fast = { int = [2, 20] }
slow = { int = [5, 60] }
account.stop_loss = { choice = [0, 0.05] }
[baseline]
fast = 5
slow = 20
[constraints]
n_trades = { min = 5 }
[validation]
scheme = "walk_forward"
train = 100
valid = 40
test = 0.2
[pruner]
kind = "median"
n_startup_trials = 6
[budget]
trials = 40
"#;

pub const LOGIT: &str = r#"
name = "logit"
model = "logistic"
seed = 5
keep = 2
[data]
interval = "1d"
lookback = 4
[params]
max_iterations = 30
[space]
alpha = { float = [1, 1000], log = true }
strategy.threshold = { float = [0.2, 0.5] }
[validation]
scheme = "walk_forward"
train = 150
valid = 60
test = 0.2
[sampler]
kind = "random"
[budget]
trials = 5
"#;

pub fn rows(db: &Path, sql: &str) -> Vec<Value> {
    query::run(&Store::open_read_only(db).unwrap(), sql, &[]).unwrap().json_rows()
}

pub fn change(db: &Path, sql: &str) {
    Store::open(db, Ts(0)).unwrap().conn().execute_batch(sql).unwrap();
}

fn options(workers: usize, max_trials: Option<u64>) -> Options<'static> {
    Options { workers, max_trials, clock: &|| Ts(1_700_000_000_000_000), progress: &Silent }
}

pub fn search(db: &Path, spec: &str, workers: usize, max_trials: Option<u64>) -> Result<Outcome, ExperimentError> {
    let store = Store::open(db, Ts(0)).unwrap();
    let study = Study::plan(&store, Spec::parse("spec.toml", spec)?, &Silent)?;
    run::run(&store, &study, &options(workers, max_trials))
}

pub fn resume(db: &Path, name: &str) -> Result<Outcome, ExperimentError> {
    let store = Store::open(db, Ts(0)).unwrap();
    let found = experiments::find(&store, name).unwrap().unwrap();
    let study = Study::plan(&store, Spec::parse("spec.toml", &found.spec)?, &Silent)?;
    run::resume(&store, &study, &options(2, None), &found)
}

/// Everything that trials came to, without ids and times.
fn left(db: &Path) -> Vec<Value> {
    let sql = "SELECT t.trial, t.state, t.params, t.scores::VARCHAR AS scores, t.violation, t.steps::VARCHAR AS steps, t.n_kept, t.error, r.seed, \
               (SELECT list((split, step, key, value)::VARCHAR ORDER BY split, step, key) FROM run_metrics m WHERE m.run_id = t.run_id) AS metrics, \
               (SELECT list((session_date, \"return\")::VARCHAR ORDER BY session_date) FROM run_returns d WHERE d.run_id = t.run_id) AS returns, \
               (SELECT list((key, value)::VARCHAR ORDER BY key) FROM run_params p WHERE p.run_id = t.run_id) AS settings, \
               (SELECT md5(string_agg((ts, equity, cash)::VARCHAR, '' ORDER BY ts)) FROM equity q WHERE q.run_id = t.run_id) AS accounts \
               FROM trials t JOIN runs r USING (run_id) ORDER BY t.trial";
    let luck = "SELECT measure, value::VARCHAR AS value, detail FROM experiment_luck ORDER BY ALL";
    let choice = "SELECT path, session_date, trial, \"return\"::VARCHAR AS r FROM experiment_paths ORDER BY ALL";
    [sql, luck, choice].iter().flat_map(|sql| rows(db, sql)).collect()
}

#[test]
fn workers_change_nothing() {
    for spec in [SMA, LOGIT] {
        let results: Vec<Vec<Value>> = [1, 2, 4]
            .map(|workers| {
                let (_folder, db) = store();
                let outcome = search(&db, spec, workers, None).unwrap();
                assert!(outcome.winner.is_some());
                left(&db)
            })
            .into();
        assert!(results[0].len() > 60, "trials, luck and choice: {}", results[0].len());
        assert_eq!(results[0], results[1]);
        assert_eq!(results[0], results[2]);
    }
}

#[test]
fn kept_trials_are_what_the_views_say() {
    let (_folder, db) = store();
    let outcome = search(&db, SMA, 2, None).unwrap();
    assert_eq!(outcome.ended, Ended::Trials);
    assert!(outcome.counts.pruned > 0 && outcome.counts.finished + outcome.counts.pruned == 40, "{outcome:?}");
    search(&db, LOGIT, 2, None).unwrap();
    // Of combinatorial paths the first is the account that is kept.
    let crossed = LOGIT
        .replace("scheme = \"walk_forward\"\ntrain = 150\nvalid = 60", "scheme = \"cpcv\"\nfolds = 4\ntest_folds = 2");
    search(&db, &crossed.replace("name = \"logit\"", "name = \"crossed\""), 2, Some(3)).unwrap();
    // Every metric that a view has, too: unpivoted, joined by name, compared.
    let differences = "WITH of_views AS (
            SELECT run_id, key, value FROM (SELECT run_id, CAST(COLUMNS(['total_return', 'cagr', 'volatility', 'sharpe', 'sortino', 'calmar', 'max_drawdown', 'exposure', 'n_trades', 'win_rate', 'profit_factor', 'avg_win', 'avg_loss', 'expectancy', 'avg_holding_minutes', 'turnover', 'cost_drag', 'benchmark_return', 'beta', 'information_ratio', 'excess_return', 'benchmark_sharpe', 'benchmark_max_drawdown', 'n_days']) AS DOUBLE)
                FROM run_performance SEMI JOIN trials USING (run_id)) UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE run_id)))
            UNION ALL
            SELECT run_id, key, value FROM (SELECT run_id, CAST(COLUMNS(['accuracy', 'precision_long', 'recall_long', 'f1_long', 'precision_short', 'recall_short', 'f1_short', 'hit_ratio']) AS DOUBLE)
                FROM classification_report SEMI JOIN trials USING (run_id)) UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE run_id)))
            UNION ALL
            SELECT run_id, key, value FROM (SELECT run_id, CAST(COLUMNS(['roc_auc', 'pr_auc', 'log_loss', 'brier', 'base_rate', 'precision', 'recall', 'f1']) AS DOUBLE)
                FROM classifier_metrics SEMI JOIN trials USING (run_id)) UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE run_id))))
        SELECT t.trial, v.key, v.value AS in_view, m.value AS stored
        FROM of_views v JOIN trials t USING (run_id) JOIN run_metrics m ON m.run_id = v.run_id AND m.key = v.key AND m.split = 'valid' AND m.step = 0
        WHERE t.n_kept > 0";
    let found = rows(&db, differences);
    assert!(found.len() > 7 * 30, "{}", found.len());
    for row in &found {
        let (view, stored) = (row["in_view"].as_f64(), row["stored"].as_f64());
        let is_same = match (view, stored) {
            (Some(view), Some(stored)) => (view - stored).abs() <= 1e-9 * stored.abs().max(1.0),
            (view, stored) => view == stored,
        };
        assert!(is_same, "{row}");
    }
    let composite = "SELECT max(abs(c.value - (0.4 * greatest(0, least(1, s.value / 3)) + 0.3 * p.value + 0.2 * h.value + 0.1 * w.value))) AS off
        FROM run_metrics c JOIN run_metrics s ON s.run_id = c.run_id AND s.key = 'sharpe' AND s.split = 'valid' AND s.step = c.step
        JOIN run_metrics p ON p.run_id = c.run_id AND p.key = 'precision_long' AND p.split = 'valid' AND p.step = c.step
        JOIN run_metrics h ON h.run_id = c.run_id AND h.key = 'hit_ratio' AND h.split = 'valid' AND h.step = c.step
        JOIN run_metrics w ON w.run_id = c.run_id AND w.key = 'win_rate' AND w.split = 'valid' AND w.step = c.step
        WHERE c.key = 'composite'";
    assert!(rows(&db, composite)[0]["off"].as_f64().unwrap() < 1e-12);
    // Daily returns are those of the recorded account.
    let returns = "SELECT count(*) AS n, max(abs(r.\"return\" - d.daily_return)) AS off FROM run_returns r JOIN (
            SELECT run_id, session_date, last / coalesce(lag(last) OVER (PARTITION BY run_id ORDER BY session_date), 100000) - 1 AS daily_return
            FROM (SELECT run_id, session_date, arg_max(equity, ts) AS last FROM equity GROUP BY ALL)) d USING (run_id, session_date)
        JOIN trials t USING (run_id)";
    let row = &rows(&db, returns)[0];
    assert!(row["n"].as_i64().unwrap() > 1000 && row["off"].as_f64().unwrap() < 1e-12, "{row}");
}

#[test]
fn a_trial_is_the_backtest_that_users_would_run() {
    let (_folder, db) = store();
    search(&db, SMA, 2, Some(8)).unwrap();
    let trial = &rows(
        &db,
        "SELECT t.run_id, t.params, e.test_from::VARCHAR AS until FROM trials t JOIN experiments e USING (experiment_id) WHERE t.state = 'finished' AND t.trial > 0 ORDER BY t.trial LIMIT 1",
    )[0];
    let params: Value = serde_json::from_str(trial["params"].as_str().unwrap()).unwrap();
    let (fast, slow, stop) = (
        format!("fast={}", params["fast"]),
        format!("slow={}", params["slow"]),
        params["account.stop_loss"].to_string(),
    );
    let until = trial["until"].as_str().unwrap().to_string();
    let run = json(
        &db,
        &["backtest", "--strategy", "sma_cross", "-p", &fast, "-p", &slow, "--stop-loss", &stop, "--to", &until],
    );
    let both = format!(
        "SELECT a.key, a.value::VARCHAR AS one, b.value::VARCHAR AS other FROM run_metrics a JOIN run_metrics b ON a.key = b.key \
         WHERE a.run_id = '{}' AND b.run_id = '{}' AND a.split = 'valid' AND abs(a.value - b.value) > 1e-9 * greatest(1, abs(b.value))",
        trial["run_id"].as_str().unwrap(),
        run["run_id"].as_str().unwrap()
    );
    assert_eq!(rows(&db, &both), Vec::<Value>::new());
}

#[test]
fn no_trial_knows_the_test_period() {
    let (_folder, db) = store();
    search(&db, SMA, 2, None).unwrap();
    let (_other, altered) = store();
    let from = rows(&db, "SELECT test_from::VARCHAR AS at FROM experiments")[0]["at"].as_str().unwrap().to_string();
    change(
        &altered,
        &format!(
            "UPDATE bars SET open = open * 3, high = high * 3, low = low * 3, close = close * 3 WHERE ts >= TIMESTAMP '{from}' AND isodow(ts) = 3"
        ),
    );
    search(&altered, SMA, 2, None).unwrap();
    let trials = |db: &Path| -> Vec<Value> { left(db).into_iter().filter(|row| row.get("state").is_some()).collect() };
    assert_eq!(trials(&db), trials(&altered));
    let test = |db: &Path| {
        rows(
            db,
            "SELECT m.value FROM run_metrics m JOIN experiments e ON m.run_id = e.test_run_id WHERE m.key = 'total_return'",
        )
    };
    assert_ne!(test(&db), test(&altered), "the winner's test is of the test period");
    let looks = "SELECT count(*) AS n, count(DISTINCT parent_run_id) AS parents FROM runs WHERE kind = 'backtest'";
    assert_eq!(
        rows(&db, looks)[0],
        serde_json::json!({"n": 2, "parents": 2}),
        "the winner and the baseline, once each"
    );
}

/// Begins a search as users do and kills it when its log has so many bytes.
fn killed(db: &Path, spec: &Path, out: &Path, wait_for: u64) -> usize {
    let wal = db.with_extension("duckdb.wal");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ws"))
        .arg("--db")
        .arg(db)
        .args(["experiment", "run"])
        .arg(spec)
        .arg("--out")
        .arg(out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::fs::metadata(&wal).map_or(0, |wal| wal.len()) < wait_for && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(300));
    }
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
    drop(Store::open(db, Ts(0)).unwrap());
    rows(db, "FROM trials").len()
}

#[test]
fn a_killed_search_goes_on_as_if_it_had_not_been() {
    let spec_text = SMA.replace("trials = 40", "trials = 160");
    let (folder, db) = store();
    let spec = folder.path().join("sma.toml");
    std::fs::write(&spec, &spec_text).unwrap();
    search(&db, &spec_text, 2, None).unwrap();
    let whole = left(&db);
    // A kill lands where it lands; what holds is looked at wherever it did, and one in the middle ends the search for one.
    let (mut wait_for, mut in_the_middle) = (400_000, false);
    for _ in 0..12 {
        let (_other, db) = store();
        let stored = killed(&db, &spec, folder.path(), wait_for);
        let strays =
            "SELECT count(*) AS n FROM runs r WHERE kind = 'trial' AND run_id NOT IN (SELECT run_id FROM trials)";
        assert_eq!(rows(&db, strays)[0]["n"], 0);
        in_the_middle = stored > 2 && stored < 160;
        if rows(&db, "FROM experiments").is_empty() {
            wait_for *= 2;
            continue;
        }
        if rows(&db, "SELECT status FROM runs WHERE kind = 'experiment'")[0]["status"] != "finished" {
            let before = rows(&db, "SELECT run_id FROM trials ORDER BY trial");
            let outcome = resume(&db, "sma").unwrap();
            assert_eq!(outcome.done_before, stored);
            let after = rows(&db, "SELECT run_id FROM trials ORDER BY trial");
            assert_eq!(after.len(), 161, "none lost, none twice");
            assert!(before.iter().all(|run| after.contains(run)));
        }
        assert_eq!(left(&db), whole);
        match stored {
            _ if in_the_middle => break,
            0..=2 => wait_for *= 2,
            _ => wait_for /= 2,
        }
    }
    assert!(in_the_middle, "no kill landed between the first and the last trial");
}

#[test]
fn ended_experiments_and_changed_data_are_not_resumed() {
    let (folder, db) = store();
    search(&db, SMA, 2, Some(8)).unwrap();
    let refused = ws(&db, &["experiment", "resume", "sma"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("nothing left to do"), "{}", text(&refused.stderr));
    change(
        &db,
        "UPDATE experiments SET tested_at = NULL; UPDATE runs SET status = 'running' WHERE kind = 'experiment'; UPDATE bars SET close = close * 1.0001, high = high * 1.0001 WHERE ts = (SELECT min(ts) FROM bars)",
    );
    assert!(resume(&db, "sma").unwrap_err().to_string().contains("other data"));
    let unknown = ws(&db, &["experiment", "resume", "smaa", "--out", folder.path().to_str().unwrap()]);
    assert!(
        unknown.status.code() == Some(1) && text(&unknown.stderr).contains("did you mean 'sma'"),
        "{}",
        text(&unknown.stderr)
    );
}

#[test]
fn budgets_end_a_search_and_failures_do_not() {
    let (_folder, db) = store();
    let grid = SMA
        .replace("[budget]\ntrials = 40", "[sampler]\nkind = \"grid\"\n[budget]\nminutes = 60")
        .replace("int = [2, 20]", "int = [4, 6]")
        .replace("int = [5, 60]", "int = [5, 7]");
    let outcome = search(&db, &grid, 2, None).unwrap();
    // 4..6 below 5..7: 4 < 5, 6, 7; 5 < 6, 7; 6 < 7, with two stops each.
    assert_eq!((outcome.ended, outcome.counts.finished + outcome.counts.pruned), (Ended::Exhausted, 12));
    let short = search(&db, &SMA.replace("trials = 40", "minutes = 0.0000001"), 2, None).unwrap();
    assert_eq!(short.ended, Ended::Time);
    let few = search(&db, SMA, 2, Some(5)).unwrap();
    assert_eq!((few.ended, few.counts.finished + few.counts.pruned), (Ended::Trials, 5));
    // Nothing that is asked for can be tried.
    let none = SMA
        .replace("int = [2, 20]", "int = [70, 80]")
        .replace("name = \"sma\"", "name = \"none\"")
        .replace("[pruner]\nkind = \"median\"\nn_startup_trials = 6\n", "");
    let outcome = search(&db, &none, 2, Some(6)).unwrap();
    assert_eq!((outcome.counts.failed, outcome.winner), (6, None));
    let told = rows(
        &db,
        "SELECT DISTINCT error IS NOT NULL AS has, e.winner_trial, e.tested_at FROM trials t JOIN experiments e USING (experiment_id) WHERE e.name = 'none' AND t.trial > 0",
    );
    assert_eq!(
        told,
        [serde_json::json!({"has": true, "winner_trial": null, "tested_at": null})],
        "no winner, no look at the test"
    );
    let verdict = rows(&db, "SELECT verdict, is_promotable FROM experiment_summary WHERE name = 'none'");
    assert_eq!(verdict[0]["is_promotable"], false);
}

#[test]
fn every_scheme_judges_models_and_strategies() {
    let schemes = [
        "scheme = \"holdout\"\nvalid = 0.4",
        "scheme = \"kfold\"\nfolds = 4",
        "scheme = \"cpcv\"\nfolds = 4\ntest_folds = 2",
        "scheme = \"walk_forward\"\ntrain = 150\nvalid = 60\nexpanding = true",
    ];
    for (at, scheme) in schemes.iter().enumerate() {
        for (subject, spec) in [("strategy", SMA), ("model", LOGIT)] {
            let (_folder, db) = store();
            let start = spec.find("scheme").unwrap();
            let end = spec.find("test = 0.2").unwrap();
            let spec = format!("{}{scheme}\n{}", &spec[..start], &spec[end..])
                .replace("[pruner]\nkind = \"median\"\nn_startup_trials = 6\n", "");
            let outcome = search(&db, &spec, 2, Some(4)).unwrap_or_else(|error| panic!("{scheme} {subject}: {error}"));
            assert_eq!(outcome.counts.finished, 4, "{scheme} {subject}");
            // Training and judging never overlap, and none reaches the test.
            let overlaps = "SELECT count(*) AS n FROM experiment_folds a JOIN experiment_folds b ON a.fold = b.fold AND a.part = 'train' AND b.part = 'valid' AND a.from_ts < b.to_ts AND b.from_ts < a.to_ts";
            assert_eq!(rows(&db, overlaps)[0]["n"], 0);
            assert_eq!(
                rows(
                    &db,
                    "SELECT count(*) AS n FROM experiment_folds f JOIN experiments e USING (experiment_id) WHERE f.to_ts > e.test_from"
                )[0]["n"],
                0
            );
            let folds = [1, 4, 6, 3][at];
            assert!(rows(&db, "SELECT DISTINCT fold FROM experiment_folds").len() >= folds, "{scheme}");
            let paths =
                rows(&db, "SELECT DISTINCT step FROM run_metrics m JOIN trials t USING (run_id) WHERE t.trial = 1")
                    .len();
            let expected = if at == 2 && subject == "model" { 4 } else { 1 };
            assert_eq!(paths, expected, "{scheme} {subject}: paths and their mean");
            if subject == "model" {
                let purged = rows(
                    &db,
                    "SELECT min(n_purged) AS n, min(n_samples) AS samples FROM experiment_folds WHERE part = 'train'",
                );
                assert!(
                    purged[0]["n"].as_i64().unwrap() > 0 && purged[0]["samples"].as_i64().unwrap() > 100,
                    "{scheme}: {}",
                    purged[0]
                );
                // The winner is a model that has seen nothing of the test.
                let model = rows(
                    &db,
                    "SELECT m.manifest->>'test_start' AS seen, e.test_from::VARCHAR AS test FROM experiments e JOIN models m ON m.model_id = e.model_id",
                );
                assert_eq!(model[0]["seen"].as_str().unwrap()[..10], model[0]["test"].as_str().unwrap()[..10]);
            }
        }
    }
}

#[test]
fn several_objectives_make_a_front() {
    let (_folder, db) = store();
    let spec = SMA
        .replace("[validation]", "[objective]\nmaximise = \"sharpe\"\nminimise = \"turnover\"\n[validation]")
        .replace("[pruner]\nkind = \"median\"\nn_startup_trials = 6\n", "");
    search(&db, &spec, 2, Some(24)).unwrap();
    let beaten = "WITH t AS (SELECT *, scores[1] AS a, scores[2] AS b FROM trials WHERE trial > 0 AND state = 'finished' AND violation = 0)
        SELECT v.trial, v.on_front, EXISTS (FROM t o WHERE o.a >= t.a AND o.b <= t.b AND (o.a > t.a OR o.b < t.b)) AS is_beaten
        FROM t JOIN experiment_trials v ON v.run_id = t.run_id";
    let found = rows(&db, beaten);
    assert!(
        found.iter().any(|row| row["on_front"] == true) && found.iter().all(|row| row["on_front"] != row["is_beaten"]),
        "{found:?}"
    );
    let pruned = SMA.replace("[validation]", "[objective]\nmaximise = [\"sharpe\", \"calmar\"]\n[validation]");
    assert!(search(&db, &pruned, 1, None).unwrap_err().to_string().contains("a pruner needs one objective"));
}

#[test]
fn a_market_without_a_signal_promotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for seed in ["1", "2", "3"] {
        let db = folder.path().join(format!("{seed}.duckdb"));
        json(&db, &["simulate", "--symbols", "2", "--days", "500", "--interval", "1d", "--seed", seed, "--drift", "0"]);
        search(&db, SMA, 2, None).unwrap();
        let verdict = rows(&db, "SELECT verdict, is_promotable, reason, deflated_sharpe FROM experiment_summary");
        assert_eq!(verdict[0]["is_promotable"], false, "seed {seed}: {}", verdict[0]);
        assert!(verdict[0]["deflated_sharpe"].as_f64().unwrap() < 0.95);
    }
}
