//! Experiments outside the store: what the files tell is what the tables hold, and hand-computed intervals and thresholds.

use std::path::Path;

use serde_json::{Value, json};
use workstation::backtest;
use workstation::domain::Interval;
use workstation::experiments::apply;
use workstation::experiments::export::{self, Exported, Format};
use workstation::experiments::thresholds;
use workstation::store::Store;

use crate::luck_store;
use crate::shared::now;

fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store.conn().execute_batch(include_str!("experiment_fixture.sql")).unwrap();
    store.transaction(|| thresholds::settle(&store, "exp-1")).unwrap();
    store
}

fn exported(format: Format) -> (tempfile::TempDir, Exported) {
    let folder = tempfile::tempdir().unwrap();
    let found = export::export(&store(), "sma", folder.path(), format, false, now()).unwrap();
    (folder, found)
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn document(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&text(folder, name)).unwrap()
}

#[test]
fn configurations_are_ranked_and_whole() {
    let (folder, found) = exported(Format::Files);
    assert_eq!((found.experiment_id.as_str(), found.n_trials, found.files.len()), ("exp-1", 5, 6));
    let configs = document(folder.path(), "configs.json");
    let ranked: Vec<_> =
        configs["configurations"].as_array().unwrap().iter().map(|trial| (&trial["rank"], &trial["trial"])).collect();
    assert_eq!(
        json!(ranked),
        json!([[1, 2], [null, 5], [null, 1]]),
        "what is unknown or misses a constraint has no rank"
    );
    let winner = &configs["configurations"][0];
    assert_eq!(winner["searched"], json!({ "fast": 5, "account.stop_loss": 0.01 }));
    assert_eq!(winner["scores"], json!({ "sharpe": 2.0, "max_drawdown": -0.2 }));
    assert_eq!(configs["configurations"][1]["scores"]["sharpe"], Value::Null);
    assert_eq!((&winner["fixed"]["param.slow"], &winner["fixed"]["commission"]), (&json!("20"), &json!("0.002")));
    assert!(winner["fixed"].get("param.fast").is_none() && winner["fixed"].get("stop_loss").is_none());
    assert_eq!(configs["baseline"]["fixed"]["stop_loss"], "0.01", "not searched by the baseline");
    assert_eq!(configs["objectives"][1], json!({ "metric": "max_drawdown", "direction": "maximise" }));
}

#[test]
fn results_are_a_table_of_every_trial() {
    let (folder, _) = exported(Format::Files);
    let mut reader = csv::Reader::from_path(folder.path().join("ranked_results.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let cell = |row: usize, name: &str| rows[row].get(header.iter().position(|own| own == name).unwrap()).unwrap();
    let trials: Vec<&str> = (0..rows.len()).map(|row| cell(row, "trial")).collect();
    assert_eq!(trials, ["2", "5", "1", "3", "4", "0"]);
    assert_eq!((cell(0, "score.sharpe"), cell(0, "param.fast"), cell(0, "zeta")), ("2", "5", "9"));
    assert_eq!((cell(1, "sharpe"), cell(1, "score.sharpe"), cell(1, "max_drawdown")), ("", "", "-0.4"));
    assert_eq!((cell(5, "is_baseline"), cell(5, "rank"), cell(5, "sharpe")), ("true", "", "1"));
    assert_eq!((cell(3, "state"), cell(3, "score.sharpe"), cell(3, "sharpe")), ("pruned", "0.5", ""));
    assert_eq!(cell(4, "error"), "fast, \"slow\" and\nmore");
    let baseline = document(folder.path(), "baseline_metrics.json");
    assert_eq!(baseline["validation"]["win_rate"], 0.4);
    assert_eq!(baseline["test"], json!({ "sharpe": 0.5, "n_trades": 55.0 }));
    assert_eq!((&baseline["run_id"], &baseline["test_run_id"]), (&json!("t0"), &json!("bt-base")));
}

/// The cells of a row of a table.
fn row<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let line =
        page.lines().find(|line| line.starts_with(&format!("| {name} |"))).unwrap_or_else(|| panic!("{name}: {page}"));
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn accuracy_has_intervals_that_can_be_computed_by_hand() {
    let (folder, _) = exported(Format::Files);
    let page = text(folder.path(), "accuracy_report.md");
    // Wilson for 3 of 4: (0.75 + 0.480182 +- 1.959964 sqrt(0.1875 / 4 + 0.060023)) / 1.960365 (z^2 / 2n = 0.480182).
    assert_eq!(row(&page, "precision of longs")[2], "75.00 % [30.06 %, 95.44 %]");
    assert_eq!(row(&page, "recall of longs")[2], "75.00 % [30.06 %, 95.44 %]");
    assert_eq!(row(&page, "win rate")[2], "75.00 % [30.06 %, 95.44 %]");
    // F1 from 3 of the 5 cases called or being LONG: [0.2307, 0.8824], as 2 j / (1 + j).
    assert_eq!(row(&page, "F1 of longs")[2], "75.00 % [37.49 %, 93.75 %]");
    // The hit ratio stored is not the 3 of 4 that the traces make: no interval.
    assert_eq!(row(&page, "hit ratio")[2], "60.00 %");
    assert_eq!(row(&page, "Sharpe ratio")[2], "2.0000");
    // 0.02 and -0.01 in turn: mean 0.005, deviation 0.015 sqrt(100 / 99), so 5.2650 a year; skewness 0, kurtosis 1, so that
    // V = 1 / 99 and the interval is +- 1.959964 sqrt(252 / 99).
    assert_eq!(row(&page, "Sharpe ratio")[4], "5.2650 [2.1380, 8.3920]");
    assert_eq!(row(&page, "trades"), ["trades", "60", "4", "55", "51"]);
    for part in [
        "- winner, validation: 4 trades, **below 50: too few to judge**",
        "- baseline, test: 55 trades, at least 50",
        "fell: 2.0000 to 0.2500 (p = 0.0300: more than chance explains",
        "- Winner: trial 2 (account.stop_loss = 0.01, fast = 5), run t2",
        "looked at once, 2026-01-01 11:00:00 UTC",
        "M&M (1d)",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert_eq!(row(&page, "spa_p")[1..], ["-", "too few trials"]);
    assert!(!page.contains("NaN") && !page.contains("undefined") && !page.contains("SYNTHETIC"));
}

#[test]
fn the_plan_says_no_when_it_could_be_luck() {
    let (folder, found) = exported(Format::Files);
    let plan = text(folder.path(), "deployment_plan.md");
    for part in [
        "## Do not promote",
        "The winner is overfit: the best trial of some days is no better than the others on other days. Deflated Sharpe 0.620 is below 0.95; PBO 0.550 is above 0.20;",
        "The winner made 4 trades on validation; below 50 nothing is judged.",
        "changes no production setting",
        "10 sessions in a row",
        "3 days in a row",
        "150 % of the baseline's",
        "20 % of the capital",
        "| Paper | Risk manager | | | |",
        "| Full | Head of trading | | | |",
    ] {
        assert!(plan.contains(part), "{part} is not in {plan}");
    }
    assert_eq!(found.obstacles.len(), 2);
    let thresholds = plan.split("## Thresholds").nth(1).unwrap();
    assert_eq!(row(thresholds, "sharpe")[1..], ["at least", "1.0000", "2.0000", "1.8000", "1.5300"]);
    assert_eq!(row(thresholds, "precision_long")[1..], ["at least", "50.00 %", "75.00 %", "70.00 %", "59.50 %"]);
    assert_eq!(row(thresholds, "win_rate")[1..], ["at least", "40.00 %", "75.00 %", "38.00 %", "32.30 %"]);
    assert_eq!(row(thresholds, "max_drawdown")[1..], ["at least", "-10.00 %", "-20.00 %", "-15.00 %", "-15.00 %"]);
    assert_eq!(row(thresholds, "latency_ms")[1..], ["at most", "-", "-", "200.0", "235.3"]);
    assert_eq!(row(thresholds, "n_trades")[1..], ["at least", "60", "4", "50", "-"]);
}

#[test]
fn signed_plans_and_foreign_files_stay() {
    let (folder, _) = exported(Format::Files);
    let again = |force| export::export(&store(), "exp-1", folder.path(), Format::Files, force, now());
    again(false).unwrap();
    std::fs::write(folder.path().join("deployment_plan.md"), "signed").unwrap();
    let refused = again(false).unwrap_err();
    assert!(
        refused.is_refusal() && refused.to_string().contains("deployment_plan.md is there and was changed"),
        "{refused}"
    );
    assert_eq!(text(folder.path(), "deployment_plan.md"), "signed");
    again(true).unwrap();
    assert!(text(folder.path(), "deployment_plan.md").contains("Deployment plan of sma"));
    let unknown = export::export(&store(), "none", folder.path(), Format::Files, false, now()).unwrap_err();
    assert!(unknown.is_refusal() && unknown.to_string() == "there is no experiment 'none'", "{unknown}");
}

#[test]
fn an_unfinished_experiment_can_be_exported_too() {
    let store = store();
    store
        .conn()
        .execute_batch(
            "UPDATE experiments SET winner_trial = NULL, test_run_id = NULL, baseline_test_run_id = NULL, tested_at = NULL;
             DELETE FROM experiment_luck; DELETE FROM experiment_thresholds; DELETE FROM trials WHERE trial = 0;",
        )
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Files, Format::Mlflow] {
        let out = folder.path().join(format!("{format:?}"));
        export::export(&store, "exp-1", &out, format, false, now()).unwrap();
    }
    let plan = text(&folder.path().join("Files"), "deployment_plan.md");
    assert!(
        plan.contains("No trial has won: there is nothing to deploy.") && plan.contains("None are stored"),
        "{plan}"
    );
    let page = text(&folder.path().join("Files"), "accuracy_report.md");
    assert!(
        page.contains("Luck has not been measured.")
            && page.contains("Verdict: **cannot be told**. There is no winner."),
        "{page}"
    );
    let refused = apply::configuration(&store, "sma", Path::new("x.toml"), now()).unwrap_err();
    assert_eq!(refused.to_string(), "no trial of sma has won");
}

#[test]
fn mlflow_is_told_every_run_with_what_is_known() {
    let (folder, _) = exported(Format::Mlflow);
    let told = document(folder.path(), "mlflow.json");
    let runs = told["runs"].as_array().unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run["run_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["exp-1", "t0", "t1", "t2", "t3", "t4", "t5", "bt-base", "bt-best"]);
    let run = |id: &str| runs.iter().find(|run| run["run_id"] == id).unwrap();
    assert_eq!((&run("exp-1")["parent_run_id"], &run("bt-best")["parent_run_id"]), (&Value::Null, &json!("exp-1")));
    assert_eq!(
        (&run("t3")["status"], &run("t4")["status"], &run("t5")["status"]),
        (&json!("KILLED"), &json!("FAILED"), &json!("FINISHED"))
    );
    let metrics = |id: &str, key: &str| -> Vec<(i64, f64)> {
        let all = run(id)["metrics"].as_array().unwrap().iter().filter(|point| point["key"] == key);
        all.map(|point| (point["step"].as_i64().unwrap(), point["value"].as_f64().unwrap())).collect()
    };
    assert_eq!(metrics("t2", "valid/sharpe"), [(0, 2.0), (1, 1.5), (2, 2.5)]);
    assert!(
        metrics("t2", "valid/sortino").is_empty() && metrics("t5", "valid/sharpe").is_empty(),
        "unknown is left out"
    );
    assert_eq!(metrics("t5", "steps/sharpe"), [(2, 1.0)]);
    assert_eq!((metrics("exp-1", "luck/pbo"), metrics("exp-1", "luck/spa_p").len()), (vec![(0, 0.55)], 0));
    let parent = run("exp-1");
    assert_eq!(parent["params"]["long"].as_str().unwrap().len(), 6000);
    assert_eq!((&parent["tags"]["ws.shortened"], &parent["params"]["a_b"]), (&json!("long"), &json!("")));
    assert_eq!((&run("t2")["tags"]["ws.role"], &run("t2")["tags"]["ws.rank"]), (&json!("winner"), &json!("1")));
    assert_eq!(
        (&run("t0")["tags"]["ws.role"], &run("t2")["start_time"]),
        (&json!("baseline"), &json!(1_767_261_720_000_i64))
    );
    assert_eq!(run("exp-1")["end_time"], json!(1_767_265_200_000_i64));
    for artifact in parent["artifacts"].as_array().unwrap() {
        assert!(folder.path().join(artifact.as_str().unwrap()).is_file());
    }
    assert_eq!(text(folder.path(), "artifacts/spec.toml"), "name = \"sma\"");
    assert!(folder.path().join("load_into_mlflow.py").is_file());
}

#[test]
fn the_winner_becomes_a_file_that_repeats_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("the winner.toml");
    let applied = apply::write(&store(), "sma", &path, false, now()).unwrap();
    let name = path.display().to_string();
    let words: Vec<&str> = applied.words.iter().map(String::as_str).collect();
    assert_eq!(
        words,
        [
            "ws",
            "--config",
            &name,
            "backtest",
            "--strategy=sma_cross",
            "--symbols=M&M",
            "--interval=1d",
            "--from=2025-01-01 00:00:00",
            "--to=2025-06-01 00:00:00",
            "--param=fast=5",
            "--param=slow=20"
        ]
    );
    assert!(applied.command.contains("'--symbols=M&M' --interval=1d"), "{}", applied.command);
    let file = std::fs::read_to_string(&path).unwrap();
    assert!(
        file.contains("# DO NOT PROMOTE: The winner is overfit: the best trial of some days")
            && file.contains(&applied.command),
        "{file}"
    );
    let config = workstation::config::Config::load(&path).unwrap();
    let mut told = backtest::Config::new("sma_cross", vec!["M&M".parse().unwrap()], Interval::D1);
    config.backtest.apply(&mut told).unwrap();
    let text = |name: &str| backtest::Config::setting(name).unwrap().text(&told).unwrap();
    let names = ["capital", "commission", "slippage_bps", "risk_free_rate", "stop_loss", "direction"];
    assert_eq!(names.map(text), ["100000", "0.002", "3", "0", "0.01", "long"]);
    let refused = apply::write(&store(), "sma", &path, false, now()).unwrap_err();
    assert!(refused.is_refusal() && refused.to_string().contains("would be overwritten"), "{refused}");
    apply::write(&store(), "sma", &path, true, now()).unwrap();
}

/// Searches a SYNTHETIC market through the program, and gives the folder, the store and the name of the experiment.
fn searched(spec: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("x.duckdb");
    luck_store::json(&db, &["simulate", "--symbols", "3", "--days", "420", "--interval", "1d", "--seed", "5"]);
    let file = folder.path().join("spec.toml");
    std::fs::write(&file, spec).unwrap();
    let out = folder.path().join("page");
    luck_store::json(&db, &["experiment", "run", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    (folder, db)
}

/// The command in the winner's file must come to the metrics and settings of the run on the test period.
fn repeats(folder: &Path, db: &Path, name: &str) {
    let path = folder.join("winner.toml");
    let applied = apply::write(&Store::open_read_only(db).unwrap(), name, &path, false, now()).unwrap();
    let words: Vec<&str> = applied.words[1..].iter().map(String::as_str).collect();
    let again = luck_store::json(db, &words)["run_id"].as_str().unwrap().to_string();
    for (table, least) in [("run_metrics", 20), ("run_params", 20)] {
        let of = |run_id: &str| {
            let sql = format!("SELECT key, value FROM {table} WHERE run_id = '{run_id}' ORDER BY key");
            luck_store::rows(db, &sql)
        };
        let found = of(&again);
        assert!(found.len() > least, "{found:?}");
        assert_eq!(found, of(&applied.test_run_id), "{table}: {}", applied.command);
    }
}

#[test]
fn the_command_of_a_model_comes_to_the_same_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("x.duckdb");
    luck_store::json(&db, &["simulate", "--symbols", "3", "--days", "500", "--interval", "1d", "--seed", "5"]);
    luck_store::json(&db, &["features", "build"]);
    luck_store::json(&db, &["labels", "build"]);
    let spec = "name = \"fit\"\nmodel = \"logistic\"\nkeep = 1\n[data]\nlookback = 5\n[strategy_params]\nthreshold = 0.3\n\
                [space]\nalpha = { float = [1, 100], log = true }\n[validation]\nscheme = \"holdout\"\n\
                [sampler]\nkind = \"random\"\n[budget]\ntrials = 2\n";
    let file = folder.path().join("spec.toml");
    std::fs::write(&file, spec).unwrap();
    let out = folder.path().join("page");
    luck_store::json(&db, &["experiment", "run", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    repeats(folder.path(), &db, "fit");
    let file = std::fs::read_to_string(folder.path().join("winner.toml")).unwrap();
    assert!(file.contains("--model=") && !file.contains("--strategy=") && file.contains("# model       "), "{file}");
}

#[test]
fn the_command_in_the_file_comes_to_the_same_metrics() {
    let spec = "name = \"cross\"\nstrategy = \"sma_cross\"\nkeep = 2\n[account]\ncommission = 0.0005\nborrow_rate = 0.01\n\
                [space]\nfast = { int = [2, 6] }\nslow = { int = [8, 20] }\naccount.stop_loss = { choice = [0, 0.05] }\n\
                [validation]\nscheme = \"holdout\"\n[sampler]\nkind = \"random\"\n[budget]\ntrials = 8\n";
    let (folder, db) = searched(spec);
    let out = folder.path().join("export");
    let answer = luck_store::json(&db, &["experiment", "export", "cross", "--out", out.to_str().unwrap()]);
    assert_eq!((answer["files"].as_array().unwrap().len(), &answer["n_trials"]), (6, &json!(8)));
    let plan = text(&out, "deployment_plan.md");
    assert!(plan.contains("Do not promote") && plan.contains("The data is SYNTHETIC"), "{plan}");
    assert!(row(plan.split("## Thresholds").nth(1).unwrap(), "sharpe")[4].parse::<f64>().is_ok(), "{plan}");
    // A share of the accuracy report is the winner's stored metric, with an interval from its traces around it.
    let page = text(&out, "accuracy_report.md");
    for name in ["Sharpe ratio", "hit ratio", "win rate"] {
        assert!(row(&page, name)[1..].iter().all(|cell| cell.contains('[')), "{name} has intervals in {page}");
    }
    let configs = document(&out, "configs.json");
    assert!(configs["configurations"][0]["searched"]["fast"].is_i64(), "{configs}");
    let trial = configs["configurations"][0]["trial"].as_i64().unwrap();
    let sql = format!("SELECT scores[1]::VARCHAR AS score FROM trials WHERE trial = {trial}");
    let stored: f64 = luck_store::rows(&db, &sql)[0]["score"].as_str().unwrap().parse().unwrap();
    let told =
        text(&out, "ranked_results.csv").lines().nth(1).unwrap().split(',').nth(6).unwrap().parse::<f64>().unwrap();
    assert_eq!(told.to_bits(), stored.to_bits());
    repeats(folder.path(), &db, "cross");
    let refused = luck_store::refusal(&db, &["experiment", "export", "crosss", "--out", out.to_str().unwrap()]);
    assert!(refused.contains("did you mean 'cross'?"), "{refused}");
}
