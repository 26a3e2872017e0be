//! `ws replay` and `ws explain` on a SYNTHETIC store: every kind made again to the last digit, also after its bars were
//! replaced; what was altered, deleted or built anew is told; nothing is ever written.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use workstation::domain::Ts;
use workstation::domain::fingerprint::sha256_file;
use workstation::store::Store;

use crate::luck_store::{json, number, refusal, rows, text, ws};

const BREAKOUT: &str = "SELECT symbol, ts, CASE WHEN close >= max(close) OVER up THEN 'LONG' ELSE 'FLAT' END AS direction
FROM bars WHERE interval = '1d'
WINDOW up AS (PARTITION BY symbol ORDER BY ts ROWS 19 PRECEDING), down AS (PARTITION BY symbol ORDER BY ts ROWS 9 PRECEDING)
QUALIFY count(*) OVER up = 20 AND (close >= max(close) OVER up OR close <= min(close) OVER down)";

/// A copy of a store with a run of every kind: `two` (two strategies), `late`, `asked` (a model), `given` and `fed` (statements over bars and over features),
/// the training runs of `logit` and `net`, an evaluation, a campaign.
fn store() -> (TempDir, PathBuf) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("r.duckdb");
        json(&db, &["simulate", "--symbols", "3", "--days", "500", "--interval", "1d", "--seed", "23"]);
        json(&db, &["features", "build"]);
        json(&db, &["labels", "build"]);
        json(&db, &["train", "--kind", "logistic", "--name", "logit"]);
        json(&db, &["train", "--kind", "mlp", "-p", "epochs=2", "-p", "hidden=[8]", "--seed", "7", "--name", "net"]);
        json(&db, &["evaluate", "--model", "logit"]);
        let two = ["backtest", "--strategy", "sma_cross,swing", "-p", "sma_cross.fast=4", "--capital", "50000"];
        json(&db, &[&two[..], &["--costs", "per-share:0.005,min=1", "--name", "two"]].concat());
        let late = ["backtest", "--strategy", "sma_cross", "--symbols", "SYN001,SYN002", "--name", "late"];
        json(&db, &[&late[..], &["--from", &day(&db, 120), "--to", &day(&db, 30)]].concat());
        json(&db, &["backtest", "--model", "logit", "-p", "threshold=0.2", "--sentiment-gate", "--name", "asked"]);
        let file = folder.path().join("breakout.sql");
        std::fs::write(&file, BREAKOUT).unwrap();
        json(&db, &["backtest", "--signals", file.to_str().unwrap(), "--name", "given"]);
        let fed = folder.path().join("fed.sql");
        let sql =
            "SELECT symbol, ts, CASE WHEN rsi_14 > 50 THEN 'LONG' ELSE 'FLAT' END AS direction FROM features_core23";
        std::fs::write(&fed, sql).unwrap();
        json(&db, &["backtest", "--signals", fed.to_str().unwrap(), "--name", "fed"]);
        let out = folder.path().join("out").display().to_string();
        json(&db, &["campaign", "--strategy", "sma_cross", "--out", &out]);
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("r.duckdb");
    std::fs::copy(made.path().join("r.duckdb"), &db).unwrap();
    (folder, db)
}

/// The day so many days before the last bar.
fn day(db: &Path, before: i64) -> String {
    let found = rows(db, &format!("SELECT CAST(max(ts) - INTERVAL {before} DAY AS DATE) AS day FROM bars"));
    found[0]["day"].as_str().unwrap().to_string()
}

pub fn write(db: &Path, sql: &str) {
    Store::open(db, Ts(0)).unwrap().conn().execute_batch(sql).unwrap();
}

pub fn run_id(db: &Path, name: &str, kind: &str) -> String {
    let sql = format!(
        "SELECT run_id FROM runs WHERE kind = '{kind}' AND ('{name}' = '' OR name = '{name}') ORDER BY started_at"
    );
    rows(db, &sql)[0]["run_id"].as_str().unwrap().to_string()
}

/// The answer and its exit status; nothing may have been written.
pub fn replay(db: &Path, run: &str, more: &[&str]) -> (i32, Value) {
    let before = sha256_file(db).unwrap();
    let output = ws(db, &[&["replay", run, "--json"], more].concat());
    assert_eq!(sha256_file(db).unwrap(), before, "the store was changed");
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    (output.status.code().unwrap(), answer)
}

pub fn reproduced(db: &Path, run: &str) -> Value {
    let (status, answer) = replay(db, run, &[]);
    assert_eq!((status, &answer["reproduced"]), (0, &Value::Bool(true)), "{answer:#}");
    assert!(answer["reasons"].as_array().unwrap().is_empty(), "{answer:#}");
    answer
}

pub fn differs(db: &Path, run: &str) -> String {
    let (status, answer) = replay(db, run, &[]);
    assert_eq!((status, &answer["reproduced"]), (1, &Value::Bool(false)), "{answer:#}");
    let reasons: Vec<&str> = answer["reasons"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect();
    assert!(!reasons.is_empty());
    reasons.join("\n")
}

pub fn checked(answer: &Value) -> Vec<&str> {
    answer["checks"].as_array().unwrap().iter().map(|check| check["what"].as_str().unwrap()).collect()
}

/// Bars of a symbol as a file, closes of a period moved a little, each by its own share.
pub fn changed_bars(db: &Path, folder: &TempDir, symbol: &str, factor: f64) -> String {
    let path = folder.path().join(format!("{symbol}.csv"));
    let close = format!("close * ({factor} + 0.01 * sin(epoch(ts) / 86400))");
    let sql = format!(
        "COPY (SELECT symbol, strftime(ts, '%Y-%m-%d') AS date, open, greatest(high, {close}) AS high,
                      least(low, {close}) AS low, {close} AS close, volume
               FROM bars WHERE symbol = '{symbol}' ORDER BY ts OFFSET 200 LIMIT 100) TO '{}' (HEADER)",
        path.display()
    );
    write(db, &sql);
    path.display().to_string()
}

#[test]
fn every_kind_is_reproduced_to_the_last_digit() {
    let (_folder, db) = store();
    let backtest = reproduced(&db, "two");
    for what in ["settings", "data fingerprint", "metrics", "run_returns", "equity", "orders", "fills", "trades"] {
        assert!(checked(&backtest).contains(&what), "{what}: {backtest:#}");
    }
    assert_eq!(backtest["code_version"]["stored"], backtest["code_version"]["now"]);
    reproduced(&db, "late");
    assert!(checked(&reproduced(&db, "asked")).contains(&"predictions"));
    reproduced(&db, "given");
    reproduced(&db, "fed");
    for (name, checks) in [("logit", ["weights", "metrics"]), ("net", ["weights", "predictions"])] {
        let answer = reproduced(&db, &run_id(&db, name, "train"));
        assert!(checks.iter().all(|what| checked(&answer).contains(what)), "{answer:#}");
    }
    reproduced(&db, &run_id(&db, "", "evaluate"));
    let cell = rows(&db, "SELECT run_id FROM campaign_cells")[0]["run_id"].as_str().unwrap().to_string();
    reproduced(&db, &cell);
    let told = text(&ws(&db, &["replay", "two"]).stdout);
    assert!(told.contains("reproduced exactly") && told.contains("fingerprint"), "{told}");
}

#[test]
fn replaced_bars_come_back_from_their_revisions() {
    let (folder, db) = store();
    let file = changed_bars(&db, &folder, "SYN002", 1.01);
    let ingested = json(&db, &["ingest", "csv", &file, "--interval", "1d"]);
    assert_eq!(rows(&db, "SELECT count(*) AS n FROM bars_revisions")[0]["n"], 100, "{ingested:#}");
    for run in ["two", "late", "given", "asked", "fed"] {
        let answer = reproduced(&db, run);
        assert!(answer["changes"].to_string().contains("bars of SYN002: 100 replaced since"), "{answer:#}");
    }
    // A run on the new bars is another one, and reproduced as well.
    json(&db, &["backtest", "--strategy", "sma_cross", "--name", "after"]);
    let after = reproduced(&db, "after");
    assert!(!after["changes"].to_string().contains("bars of SYN002"), "{after:#}");
    // Features and labels that follow the new bars are built anew from the old ones.
    for run in [run_id(&db, "logit", "train"), run_id(&db, "", "evaluate")] {
        reproduced(&db, &run);
    }
    json(&db, &["features", "build"]);
    json(&db, &["labels", "build"]);
    for run in [run_id(&db, "logit", "train"), run_id(&db, "", "evaluate"), "asked".to_string(), "fed".to_string()] {
        let answer = reproduced(&db, &run);
        assert!(answer["changes"].to_string().contains("built anew from the bars as they were"), "{answer:#}");
    }
}

#[test]
fn later_bars_are_left_out() {
    let (folder, db) = store();
    let path = folder.path().join("SYN001.csv");
    let last = "SELECT max(ts) FROM bars";
    write(
        &db,
        &format!(
            "COPY (SELECT 'SYN001' AS symbol, strftime(ts + INTERVAL 7 DAY, '%Y-%m-%d') AS date, open, high, low, close, volume
             FROM bars WHERE symbol = 'SYN001' AND ts > ({last}) - INTERVAL 7 DAY ORDER BY ts) TO '{}' (HEADER)",
            path.display()
        ),
    );
    let before = number(&rows(&db, "SELECT count(*) AS n FROM bars")[0]["n"]);
    json(&db, &["ingest", "csv", path.to_str().unwrap(), "--interval", "1d"]);
    assert!(number(&rows(&db, "SELECT count(*) AS n FROM bars")[0]["n"]) > before);
    reproduced(&db, "two");
    reproduced(&db, "asked");
    reproduced(&db, &run_id(&db, "logit", "train"));
}

#[test]
fn what_came_in_beside_the_bars_is_left_out() {
    let (_folder, db) = store();
    write(
        &db,
        "INSERT INTO corporate_actions (symbol, ex_date, split, source, added_at)
         SELECT 'SYN001', CAST(ts AS DATE), 2, 'csv', TIMESTAMP '2999-01-01' FROM bars ORDER BY ts LIMIT 1 OFFSET 900;
         INSERT INTO sentiment_snapshots (symbol, known_ts, date, provider, score, confidence, fetched_at)
         SELECT symbol, close_ts, session_date, 'synthetic', -1, 1, TIMESTAMP '2999-01-01' FROM bars",
    );
    let two = reproduced(&db, "two");
    assert!(
        two["changes"].to_string().contains("corporate actions: 1 added or corrected since, taken as they were"),
        "{two:#}"
    );
    let asked = reproduced(&db, "asked");
    assert!(asked["changes"].to_string().contains("sentiment: 1500 scores fetched since, left out"), "{asked:#}");
    // Known before the run, they would have mattered.
    write(&db, "UPDATE corporate_actions SET added_at = TIMESTAMP '2000-01-01'");
    assert!(differs(&db, "two").contains("equity"));
    write(&db, "UPDATE sentiment_snapshots SET fetched_at = TIMESTAMP '2000-01-01'");
    assert!(differs(&db, "asked").contains("is sentiment gate"));
}

#[test]
fn a_corrected_split_is_read_as_it_was() {
    let (folder, db) = store();
    let found =
        rows(&db, "SELECT CAST(ts AS DATE) AS day FROM bars WHERE symbol = 'SYN001' ORDER BY ts LIMIT 1 OFFSET 250");
    let ex_date = found[0]["day"].as_str().unwrap();
    let path = folder.path().join("actions.csv");
    let register = |ratio: &str| {
        std::fs::write(&path, format!("symbol,ex_date,split\nSYN001,{ex_date},{ratio}\n")).unwrap();
        json(&db, &["ingest", "actions", path.to_str().unwrap()]);
    };
    register("2");
    json(&db, &["backtest", "--strategy", "sma_cross", "--symbols", "SYN001", "--name", "split"]);
    register("0.25");
    let again = reproduced(&db, "split");
    assert!(again["changes"].to_string().contains("1 added or corrected since, taken as they were"), "{again:#}");
    // Without the split of then it is another run.
    write(&db, "DELETE FROM corporate_actions_revisions");
    assert!(differs(&db, "split").contains("equity"));
}

#[test]
fn what_was_deleted_or_altered_is_told() {
    let (_folder, db) = store();
    write(&db, "DELETE FROM bars WHERE ts = (SELECT ts FROM bars ORDER BY ts LIMIT 1 OFFSET 300)");
    let told = differs(&db, "two");
    assert!(
        told.contains("1 bar times of the run have no bar any more") && told.contains("data fingerprint"),
        "{told}"
    );

    let (_folder, db) = store();
    write(&db, "UPDATE bars SET close = close * 1.001 WHERE symbol = 'SYN001'");
    let told = differs(&db, "two");
    assert!(told.contains("altered or deleted without a revision"), "{told}");

    let (_folder, db) = store();
    write(&db, "DELETE FROM bars WHERE symbol = 'SYN002'");
    let told = differs(&db, "late");
    assert!(told.contains("it can't be made again") && told.contains("bars of SYN002: there are none left"), "{told}");
}

#[test]
fn tampered_rows_are_found() {
    for (sql, wanted) in [
        ("UPDATE run_metrics SET value = value * 1.0001 WHERE key = 'sharpe'", "metrics: backtest sharpe is "),
        ("UPDATE trades SET pnl = pnl + 0.000001 WHERE trade_id = 3", "trades; row 3 differs first: pnl "),
        ("DELETE FROM equity WHERE ts = (SELECT max(ts) FROM equity)", "equity: "),
        ("DELETE FROM run_metrics WHERE key = 'sharpe'", "sharpe is missing stored"),
        ("UPDATE run_params SET value = '60000' WHERE key = 'capital'", "equity; row 1 differs first"),
    ] {
        let (_folder, db) = store();
        write(&db, sql);
        let told = differs(&db, "two");
        assert!(told.contains(wanted), "{sql}: {told}");
        assert!(told.contains("the rows it left behind were altered"), "{sql}: {told}");
    }
    let (_folder, db) = store();
    write(&db, "UPDATE runs SET code_version = '0.0.1' WHERE name = 'two'");
    let (status, answer) = replay(&db, "two", &[]);
    assert_eq!(status, 0, "another version that does the same");
    assert_eq!(answer["code_version"]["stored"], "0.0.1");
    assert!(answer["changes"][0].as_str().unwrap().starts_with("code: ws 0.0.1 made it"), "{answer:#}");
    write(&db, "UPDATE trades SET exit_reason = 'signals'");
    assert!(differs(&db, "two").starts_with("code: ws 0.0.1 made it"));
    write(&db, "UPDATE run_params SET key = 'captial' WHERE key = 'capital'");
    assert!(differs(&db, "two").contains("unknown setting 'captial'; did you mean 'capital'?"));
}

#[test]
fn altered_models_and_features_are_told() {
    let (_folder, db) = store();
    write(&db, "UPDATE models SET weights = encode('x') WHERE name = 'logit'");
    let told = differs(&db, "asked");
    assert!(told.contains("weights do not match their SHA-256"), "{told}");

    let (_folder, db) = store();
    let column = rows(&db, "SELECT columns[1] AS c FROM feature_sets")[0]["c"].as_str().unwrap().to_string();
    write(&db, &format!("UPDATE features_core23 SET {column} = {column} * 1.5 + 0.01"));
    let told = differs(&db, "asked");
    assert!(told.contains("its features or its weights are not those the run had"), "{told}");
    let told = differs(&db, &run_id(&db, "logit", "train"));
    assert!(told.contains("data fingerprint") && told.contains("weights"), "{told}");

    let (_folder, db) = store();
    write(&db, "DROP TABLE features_core23");
    assert!(differs(&db, "asked").contains("it can't be made again"));
}

#[test]
fn a_statement_is_the_one_kept_or_the_same() {
    let (folder, db) = store();
    let file = |name: &str, sql: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, sql).unwrap();
        path.display().to_string()
    };
    let (same, other) = (file("same.sql", BREAKOUT), file("other.sql", &BREAKOUT.replace("19", "20")));
    assert_eq!(rows(&db, "SELECT name FROM artifacts ORDER BY name")[0]["name"], "breakout.sql");
    assert_eq!(replay(&db, "given", &["--signals", &same]).0, 0);
    let told = refusal(&db, &["replay", "given", "--signals", &other]);
    assert!(told.contains("is not the one of run"), "{told}");
    write(&db, "DELETE FROM artifacts");
    let told = refusal(&db, &["replay", "given"]);
    assert!(told.contains("breakout.sql") && told.contains("bring it: --signals FILE.sql"), "{told}");
    assert_eq!(replay(&db, "given", &["--signals", &same]).0, 0);
    let told = refusal(&db, &["replay", "two", "--signals", &same]);
    assert!(told.contains("has no statement behind it"), "{told}");
    write(&db, "DELETE FROM run_params WHERE key = 'signals'");
    assert!(refusal(&db, &["replay", "given"]).contains("given by a program"));
    assert_eq!(ws(&db, &["replay", "given", "--signals", "/nowhere.sql"]).status.code(), Some(2));
}

#[test]
fn what_can_not_be_replayed_is_refused() {
    let (folder, db) = store();
    assert!(refusal(&db, &["replay", "nothing-like-it"]).contains("unknown run 'nothing-like-it'"));
    assert!(refusal(&db, &["replay", &run_id(&db, "", "campaign")]).contains("replay its cells one by one"));
    write(&db, "UPDATE runs SET status = 'failed', error = 'the disk was full' WHERE name = 'two'");
    let told = refusal(&db, &["replay", "two"]);
    assert!(told.contains("left nothing to reproduce: the disk was full"), "{told}");
    write(&db, "UPDATE runs SET status = 'finished', kind = 'dream' WHERE name = 'two'");
    assert!(refusal(&db, &["replay", "two"]).contains("of a kind that this ws can't make again"));
    assert_eq!(json(&db, &["explain", "two"])["kind"], "dream");
    let missing = folder.path().join("none.duckdb");
    assert!(refusal(&missing, &["replay", "two"]).contains("no store at") && !missing.exists());
    assert!(refusal(&missing, &["explain", "two"]).contains("no store at") && !missing.exists());
    assert!(refusal(&db, &["explain", "nothing-like-it"]).contains("unknown run"));
}

pub fn explain(db: &Path, run: &str) -> Value {
    let before = sha256_file(db).unwrap();
    let answer = json(db, &["explain", run]);
    assert_eq!(sha256_file(db).unwrap(), before, "the store was changed");
    answer
}

#[test]
fn a_story_has_the_facts() {
    let (_folder, db) = store();
    let story = explain(&db, "asked");
    let stored = rows(&db, "SELECT * FROM runs WHERE name = 'asked'");
    for key in ["run_id", "kind", "status", "code_version", "strategy", "interval"] {
        assert_eq!(story[key], stored[0][key], "{key}");
    }
    let trained = run_id(&db, "logit", "train");
    assert_eq!(story["ancestors"][0]["run_id"], trained.as_str());
    assert_eq!(
        (&story["data"]["is_synthetic"], &story["data"]["fingerprint"]),
        (&Value::Bool(true), &stored[0]["data_fingerprint"])
    );
    let series = story["data"]["series"].as_array().unwrap();
    let bars = rows(
        &db,
        "SELECT count(*) AS n FROM bars JOIN run_params p ON p.key = 'from' JOIN runs r ON r.run_id = p.run_id AND r.name = 'asked'
         WHERE ts >= CAST(p.value AS TIMESTAMP)",
    );
    assert_eq!((series.len(), &story["data"]["bars"]), (3, &bars[0]["n"]));
    assert_eq!(
        (&story["feature_set"]["name"], &story["feature_set"]["hash"]),
        (&Value::from("core23"), &stored[0]["feature_set_hash"])
    );
    assert_eq!(story["audits"][0]["passed"], Value::Null);
    assert_eq!(story["model"]["run_id"], trained.as_str());
    assert!(story["model"]["manifest"]["threshold"].is_number());
    let marks = story["marks"].to_string();
    assert!(marks.contains("SYNTHETIC") && marks.contains("NOT AUDITED: features core23"), "{marks}");
    let chosen: Vec<&str> = story["params"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|parameter| parameter["chosen"] == true)
        .map(|parameter| parameter["key"].as_str().unwrap())
        .collect();
    assert_eq!(chosen, ["from", "param.threshold", "sentiment_gate"]);
    let sharpe = rows(&db, "SELECT sharpe FROM run_performance JOIN runs USING (run_id) WHERE runs.name = 'asked'");
    assert!((number(&story["metrics"]["backtest"]["sharpe"]) - number(&sharpe[0]["sharpe"])).abs() < 1e-12);
    assert_eq!((&story["tried"]["trials"], &story["tried"]["backtests"]), (&Value::from(0), &Value::from(7)));
    assert!(story["changes"].as_array().unwrap().is_empty(), "{story:#}");
    assert!(story["next"].to_string().contains("ws replay backtest-"));
}

#[test]
fn a_story_tells_what_to_beware_of() {
    let (folder, db) = store();
    let parent = explain(&db, &run_id(&db, "logit", "train"));
    assert_eq!(
        parent["children"],
        serde_json::json!([
            { "kind": "backtest", "status": "finished", "n": 1 }, { "kind": "evaluate", "status": "finished", "n": 1 }
        ])
    );
    assert_eq!(parent["label_set"], parent["model"]["manifest"]["label_set"]);
    let cell = rows(&db, "SELECT run_id, campaign_id FROM campaign_cells")[0].clone();
    assert_eq!(explain(&db, cell["run_id"].as_str().unwrap())["cell_of"]["campaign"], cell["campaign_id"]);
    let campaign = explain(&db, cell["campaign_id"].as_str().unwrap());
    assert_eq!(campaign["children"][0]["kind"], "cell", "{campaign:#}");
    let given = explain(&db, "given");
    assert_eq!(
        (&given["artifacts"][0]["name"], &given["audits"][0]["passed"]),
        (&Value::from("breakout.sql"), &Value::Bool(true))
    );

    json(&db, &["backtest", "--model", "logit", "--in-sample", "--name", "seen"]);
    let file = folder.path().join("s.sql");
    std::fs::write(&file, BREAKOUT).unwrap();
    json(&db, &["backtest", "--signals", file.to_str().unwrap(), "--no-audit", "--name", "blind"]);
    reproduced(&db, "seen");
    reproduced(&db, "blind");
    assert!(explain(&db, "seen")["marks"].to_string().contains("IN-SAMPLE"));
    assert!(explain(&db, "blind")["marks"].to_string().contains("UNAUDITED"));
    let path = changed_bars(&db, &folder, "SYN001", 1.005);
    json(&db, &["ingest", "csv", &path, "--interval", "1d"]);
    write(
        &db,
        "INSERT INTO runs SELECT * REPLACE ('e' AS run_id, 'experiment' AS kind, 'e' AS name) FROM runs WHERE name = 'two';
         INSERT INTO experiments BY NAME
         SELECT 'e' AS experiment_id, 'e' AS name, 'strategy' AS subject, '' AS spec, '' AS spec_sha256, ['sharpe'] AS objectives,
                ['maximise'] AS directions, 'random' AS sampler, 'none' AS pruner, 'holdout' AS scheme, 1 AS n_dimensions,
                min(ts) AS dev_from, max(ts) AS test_from, max(ts) AS test_to FROM bars;
         INSERT INTO trials (experiment_id, trial, run_id, state, params, scores, violation, steps, n_kept, seconds)
         SELECT 'e', number, 'e-t', state, '{}', [], 0, [], 0, 0
         FROM (VALUES (0, 'finished'), (1, 'pruned'), (2, 'failed')) AS tried (number, state);
         INSERT INTO tries BY NAME
         SELECT 'e-t' AS run_id, 'trial' AS kind, 'e' AS experiment_id, r.started_at AS tried_at, r.symbols, r.interval,
                CAST(e.dev_from AS DATE) AS from_day, CAST(e.test_from AS DATE) AS to_day, 'x' AS identity
         FROM experiments AS e JOIN runs AS r ON r.run_id = e.experiment_id",
    );
    let story = explain(&db, "two");
    assert_eq!(story["data"]["series"][0]["replaced_since"], 100, "{story:#}");
    assert_eq!(story["tried"]["trials"], 1);
    assert!(story["marks"].to_string().contains("SEARCHED: 1 trials"), "{story:#}");
    let told = text(&ws(&db, &["explain", "two"]).stdout);
    for wanted in [
        "before believing it",
        "SYNTHETIC",
        "what it was made of",
        "asked for",
        "per-share:0.005,min=1",
        "changed since",
        "ws replay ",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert!(!told.contains("NaN") && !told.contains("null"), "{told}");
}
