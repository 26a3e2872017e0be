//! `ws campaign` on a SYNTHETIC store: cells are single backtests, whatever the threads; failures, kills and resumes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use workstation::backtest::Config;
use workstation::backtest::campaign::{self, Campaign, Cell, Cut, Ended, Group, Subject, lay_out};
use workstation::domain::{Interval, Silent, Symbol, Ts};
use workstation::store::campaigns::{self, CellState};
use workstation::store::runs::NewRun;
use workstation::store::{Store, query};

use crate::luck_store::{json, looks_right, number, refusal, rows, text, ws};
use crate::shared::study;

/// A copy of a store with four symbols of daily bars, SYN004 with a hole in 2024, and a model of all four.
fn store() -> (TempDir, PathBuf) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("c.duckdb");
        json(&db, &["simulate", "--symbols", "4", "--days", "700", "--interval", "1d", "--seed", "11"]);
        json(&db, &["features", "build"]);
        json(&db, &["labels", "build"]);
        json(&db, &["train", "--kind", "logistic", "--name", "logit"]);
        write(
            &db,
            "DELETE FROM bars WHERE symbol = 'SYN004' AND ts BETWEEN TIMESTAMP '2024-02-01' AND TIMESTAMP '2024-12-31'",
        );
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("c.duckdb");
    std::fs::copy(made.path().join("c.duckdb"), &db).unwrap();
    (folder, db)
}

fn write(db: &Path, sql: &str) {
    Store::open(db, Ts(0)).unwrap().conn().execute_batch(sql).unwrap();
}

fn out(folder: &TempDir) -> String {
    folder.path().join("out").display().to_string()
}

/// The JSON of a campaign that may have failed cells.
fn campaign(db: &Path, folder: &TempDir, args: &[&str]) -> (i32, Value) {
    let output = ws(db, &[&["campaign", "--json", "--out", &out(folder)], args].concat());
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    (output.status.code().unwrap(), answer)
}

/// Tables that a run fills, each with its columns that differ between two runs of the same: ids, clocks.
const TABLES: [(&str, &str); 10] = [
    ("runs", "run_id, name, started_at, ended_at"),
    ("run_params", "run_id"),
    ("run_metrics", "run_id"),
    ("run_returns", "run_id"),
    ("equity", "run_id"),
    ("orders", "run_id"),
    ("fills", "run_id"),
    ("trades", "run_id"),
    ("prediction_traces", "run_id, trace_id"),
    ("predictions", "run_id, latency_ms"),
];

/// What every backtest left behind: rows of each table and their hash, whatever their order.
fn left(db: &Path) -> BTreeMap<String, Vec<String>> {
    let store = Store::open_read_only(db).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, own) in TABLES {
        let sql = format!(
            "SELECT run_id, count(*) AS n, CAST(bit_xor(hash(*COLUMNS(* EXCLUDE ({own})))) AS VARCHAR) AS h FROM {table}
             WHERE run_id IN (SELECT run_id FROM runs WHERE kind = 'backtest') GROUP BY run_id"
        );
        for row in query::run(&store, &sql, &[]).unwrap().json_rows() {
            let told = format!("{table}: {} rows, {}", row["n"], row["h"]);
            found.entry(row["run_id"].as_str().unwrap().into()).or_default().push(told);
        }
    }
    found
}

fn cells(db: &Path) -> Vec<Value> {
    let store = Store::open_read_only(db).unwrap();
    query::run(&store, "SELECT * FROM campaign_results ORDER BY campaign_id, cell", &[]).unwrap().json_rows()
}

/// By cell: what became of it, and what its backtest left behind.
fn by_cell(db: &Path) -> Vec<(Value, Value, Vec<String>)> {
    let mut left = left(db);
    let own = |cell: &Value, left: &mut BTreeMap<String, Vec<String>>| {
        cell["run_id"].as_str().map(|run| left.remove(run).unwrap()).unwrap_or_default()
    };
    cells(db).into_iter().map(|cell| (cell["cell"].clone(), cell["error"].clone(), own(&cell, &mut left))).collect()
}

#[test]
fn every_cell_is_the_backtest_that_would_have_run_alone() {
    let (folder, db) = store();
    let flags = [
        "--capital",
        "50000",
        "--commission",
        "0.0005",
        "-p",
        "sma_cross.fast=4",
        "-p",
        "threshold=0.1",
        "-p",
        "rsi_pullback=60",
        "-p",
        "shorts=1",
        "--from",
        "2024-03-04",
    ];
    let asked = [
        "trend",
        "--strategy",
        "sma_cross,swing",
        "--model",
        "logit",
        "--periods",
        "year",
        "--symbols",
        "SYN001,SYN002",
    ];
    let (code, answer) = campaign(&db, &folder, &[&asked[..], &flags].concat());
    assert_eq!((code, &answer["failed"]), (0, &Value::from(0)), "{answer}");
    let all = cells(&db);
    // Sums over many runs at once may differ from sums over one in their last bits.
    let differing = "SELECT count(*) AS n FROM campaign_results c JOIN run_performance p USING (run_id)
        WHERE c.n_trades IS DISTINCT FROM p.n_trades
           OR coalesce(abs(c.total_return - p.total_return) < 1e-12, false) = (p.total_return IS NULL)
           OR coalesce(abs(c.sharpe - p.sharpe) < 1e-12, false) = (p.sharpe IS NULL)
           OR coalesce(abs(c.max_drawdown - p.max_drawdown) < 1e-12, false) = (p.max_drawdown IS NULL)
           OR coalesce(abs(c.benchmark_return - p.benchmark_return) < 1e-12, false) = (p.benchmark_return IS NULL)
           OR coalesce(abs(c.cost_drag - p.cost_drag) < 1e-12, false) = (p.cost_drag IS NULL)";
    assert_eq!(rows(&db, differing)[0]["n"], 0, "what is shown is what run_performance says");
    let subjects: BTreeSet<&str> = all.iter().map(|cell| cell["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects.into_iter().collect::<Vec<_>>(), ["logit@1", "sma_cross", "swing"]);
    assert_eq!(all.len(), answer["cells"].as_u64().unwrap() as usize);
    assert!(all.iter().any(|cell| number(&cell["n_trades"]) > 3.0));
    // First and last of each subject.
    for subject in ["sma_cross", "swing", "logit@1"] {
        let own: Vec<&Value> = all.iter().filter(|cell| cell["subject"] == subject).collect();
        assert!(own.len() >= 2, "{subject}: {}", own.len());
        let mut tables = 0;
        for cell in [own[0], own[own.len() - 1]] {
            let of = |key: &str| cell[key].as_str().unwrap();
            let (who, params): ([&str; 2], &[&str]) = match subject {
                "sma_cross" => (["--strategy", subject], &["-p", "fast=4"]),
                "swing" => (["--strategy", subject], &["-p", "rsi_pullback=60", "-p", "shorts=1"]),
                _ => (["--model", "logit"], &["-p", "threshold=0.1"]),
            };
            let period = ["--symbols", of("symbols"), "--from", of("period_from"), "--to", of("period_to")];
            let money = ["--capital", "50000", "--commission", "0.0005"];
            let alone = json(&db, &[&["backtest"], &who[..], params, &period, &money].concat());
            let left = left(&db);
            let (ours, its) = (&left[of("run_id")], &left[alone["run_id"].as_str().unwrap()]);
            tables = tables.max(ours.len());
            assert_eq!(ours, its, "{cell}");
            let printed = number(&alone["metrics"]["total_return"]);
            assert!((number(&cell["total_return"]) - printed).abs() < 1e-12);
            let name = rows(&db, &format!("SELECT name FROM runs WHERE run_id = '{}'", of("run_id")));
            assert_eq!(name[0]["name"], format!("trend/{}", cell["cell"]));
        }
        // Orders, fills and trades too, and what a model said.
        assert!(tables >= if subject == "logit@1" { 10 } else { 8 }, "{subject}: {tables} tables");
    }
}

#[test]
fn one_account_holds_all_symbols_when_they_are_together() {
    let (folder, db) = store();
    let (code, answer) =
        campaign(&db, &folder, &["--strategy", "sma_cross", "--together", "--periods", "2", "--from", "2025-01-06"]);
    assert_eq!((code, &answer["cells"]), (0, &Value::from(2)));
    let all = cells(&db);
    assert!(all.iter().all(|cell| cell["symbols"] == "SYN001, SYN002, SYN003, SYN004" && cell["n_symbols"] == 4));
    let (from, to) = (all[1]["period_from"].as_str().unwrap(), all[1]["period_to"].as_str().unwrap());
    assert_eq!(all[0]["period_to"], from);
    let alone = json(&db, &["backtest", "--strategy", "sma_cross", "--from", from, "--to", to]);
    let left = left(&db);
    assert_eq!(left[all[1]["run_id"].as_str().unwrap()], left[alone["run_id"].as_str().unwrap()]);
    assert_eq!(answer["pngs"].as_array().unwrap().len(), 4, "by period, and every cell");
}

#[test]
fn threads_change_nothing_and_little_is_in_memory() {
    let found = |jobs: &str| {
        let (folder, db) = store();
        let asked = ["--strategy", "sma_cross,swing", "--model", "logit", "--periods", "quarter", "--jobs", jobs];
        let (_, answer) = campaign(&db, &folder, &asked);
        let most = number(&answer["most_in_memory"]);
        let jobs: f64 = jobs.parse().unwrap();
        assert!(most >= 1.0 && most <= jobs + 2.0, "{most} cells in memory with {jobs} threads");
        let found = by_cell(&db);
        assert!(found.len() > 60, "{}", found.len());
        let finished = found.iter().filter(|(_, error, _)| error.is_null()).count();
        assert!(finished < found.len() && found.iter().filter(|(.., left)| left.len() >= 5).count() == finished);
        found
    };
    let one = found("1");
    // Two threads beside one and four are for the full study.
    for jobs in ["4", "2"].into_iter().take(study(1, 2)) {
        assert_eq!(one, found(jobs), "{jobs} threads");
    }
}

#[test]
fn a_failed_cell_is_kept_with_its_reason_and_done_again_on_resume() {
    let (folder, db) = store();
    let asked = ["gaps", "--strategy", "sma_cross", "--periods", "year", "--from", "2024-03-04"];
    let (code, answer) = campaign(&db, &folder, &asked);
    assert_eq!(
        (code, &answer["failed"], &answer["cells"], &answer["finished"]),
        (1, &1.into(), &12.into(), &11.into()),
        "{answer}"
    );
    let failure = &answer["failures"][0];
    assert_eq!(
        (&failure["symbols"], &failure["period"], &failure["subject"]),
        (&"SYN004".into(), &"2024".into(), &"sma_cross".into())
    );
    assert!(failure["error"].as_str().unwrap().contains("no 1d bars of 'SYN004' in the period"), "{failure}");
    let id = answer["run_id"].as_str().unwrap();
    let run = &rows(&db, "SELECT status, error FROM runs WHERE kind = 'campaign'")[0];
    assert_eq!((&run["status"], &run["error"]), (&"failed".into(), &"1 of 12 cells are not finished".into()));
    let page = looks_right(&answer, 3);
    for word in ["Failed cells", "in the period", "1 of 12 cells failed", "Campaign gaps", "Subjects", "Periods"] {
        assert!(page.contains(word), "{word}");
    }
    let told = ws(&db, &["campaign", "--resume", "gaps", "--out", &out(&folder)]);
    let text = text(&told.stdout);
    assert_eq!(told.status.code(), Some(1), "{text}");
    for word in ["12 cells, 11 finished (11 of them before), 1 failed", "SYNTHETIC DATA", "--resume", "why"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("NaN"), "{text}");
    let before = left(&db);
    write(
        &db,
        "INSERT INTO bars SELECT * REPLACE ('SYN004' AS symbol) FROM bars WHERE symbol = 'SYN001' AND ts BETWEEN TIMESTAMP '2024-02-01' AND TIMESTAMP '2024-12-31'",
    );
    let (code, answer) = campaign(&db, &folder, &["--resume", &id[..id.len() - 2]]);
    assert_eq!((code, &answer["finished"], &answer["done_before"]), (0, &12.into(), &11.into()));
    let after = left(&db);
    assert!(after.len() == 12 && before.iter().all(|(run, left)| after[run] == *left), "what was stored stays");
    assert_eq!(
        rows(&db, "SELECT status, error FROM runs WHERE kind = 'campaign'")[0],
        serde_json::json!({"status": "finished", "error": null})
    );
    let (code, answer) = campaign(&db, &folder, &["--resume", "gaps"]);
    assert_eq!((code, &answer["done_before"], left(&db).len()), (0, &12.into(), 12), "nothing is left to do");
}

#[test]
fn a_killed_campaign_keeps_what_was_stored_and_ends_as_if_it_had_not_been() {
    let (folder, _) = store();
    let asked = [
        "campaign",
        "long",
        "--strategy",
        "sma_cross,swing",
        "--periods",
        "month",
        "--symbols",
        "SYN001,SYN002,SYN003",
        "--jobs",
        "2",
    ];
    let whole = {
        let (_other, db) = store();
        let status = ws(&db, &[&asked[..], &["--out", &out(&folder)]].concat());
        assert_eq!(status.status.code(), Some(0), "{}", text(&status.stderr));
        by_cell(&db)
    };
    // A kill lands where it lands: too early and nothing is stored yet, too late and everything is. What holds is looked
    // at wherever it landed; only one in the middle ends the search for one.
    let (mut wait_for, mut in_the_middle) = (250_000, false);
    for _ in 0..12 {
        let (_other, db) = store();
        let finished = killed(&db, &[&asked[..], &["--out", &out(&folder)]].concat(), wait_for);
        check_left_over(&db, &folder, finished, &whole);
        in_the_middle = finished > 0 && finished < whole.len();
        match finished {
            0 => wait_for *= 2,
            _ if in_the_middle => break,
            _ => wait_for /= 2,
        }
    }
    assert!(in_the_middle, "no kill landed between the first and the last cell");
}

/// Begins a campaign and kills it when its log has so many bytes; returns how many cells are stored then.
fn killed(db: &Path, asked: &[&str], wait_for: u64) -> usize {
    let wal = db.with_extension("duckdb.wal");
    let mut child = Command::new(env!("CARGO_BIN_EXE_ws"))
        .arg("--db")
        .arg(db)
        .args(asked)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::fs::metadata(&wal).map_or(0, |wal| wal.len()) < wait_for && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().unwrap();
    cells_after_kill(db).iter().filter(|cell| cell["status"] == "finished").count()
}

/// Nothing half stored is left, and going on ends as a campaign that was never stopped.
fn check_left_over(db: &Path, folder: &TempDir, finished: usize, whole: &[(Value, Value, Vec<String>)]) {
    let stray = "SELECT count(*) AS n FROM runs WHERE kind = 'backtest' AND (status <> 'finished' OR run_id NOT IN (SELECT run_id FROM campaign_cells WHERE run_id IS NOT NULL))";
    assert_eq!(rows(db, stray)[0]["n"], 0, "a run without its cell");
    if finished == 0 && cells(db).is_empty() {
        return;
    }
    let (code, answer) = campaign(db, folder, &["--resume", "long"]);
    assert_eq!((code, &answer["done_before"]), (0, &Value::from(finished)));
    assert_eq!(by_cell(db), whole);
}

/// A killed program leaves a log that only a writing open takes in.
fn cells_after_kill(db: &Path) -> Vec<Value> {
    drop(Store::open(db, Ts(0)).unwrap());
    cells(db)
}

#[test]
fn resuming_refuses_what_is_not_the_same_campaign() {
    let (folder, db) = store();
    let asked = ["--strategy", "sma_cross", "--periods", "2", "--symbols", "SYN001", "-p", "fast=3"];
    let (code, answer) = campaign(&db, &folder, &[&["small"], &asked[..]].concat());
    assert_eq!(code, 0, "{answer}");
    let before = std::fs::read(&db).unwrap();
    let resume = ["campaign", "--resume", "small"];
    let told = refusal(
        &db,
        &[
            &resume[..],
            &["--strategy", "sma_cross", "--periods", "3", "-p", "fast=4", "--capital", "5", "--warmup", "9"],
        ]
        .concat(),
    );
    for word in [
        "asked for something else",
        "capital was 100000, is 5",
        "warmup was 500, is 9",
        "param.fast was 3, is 4",
        "periods was 2, is 3",
        "leave the other flags out",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(!told.contains("symbols"), "what was not given again is not different: {told}");
    assert!(
        refusal(&db, &[&resume[..], &asked, &["--symbols", "SYN002"]].concat())
            .contains("symbols was SYN001, is SYN001,SYN002")
    );
    assert!(refusal(&db, &["campaign", "--resume", "nothing"]).contains("unknown run 'nothing'"));
    assert!(refusal(&db, &["campaign", "--resume", "small/1"]).contains("is no campaign"));
    assert!(std::fs::read(&db).unwrap() == before, "the store is as it was");
    let (code, answer) = campaign(&db, &folder, &[&["--resume", "small"], &asked[..]].concat());
    assert_eq!((code, &answer["done_before"]), (0, &2.into()));
    // A new series does not change what was asked.
    write(&db, "INSERT INTO bars SELECT * REPLACE ('SYN009' AS symbol) FROM bars WHERE symbol = 'SYN001'");
    assert_eq!(campaign(&db, &folder, &["--resume", "small"]).0, 0);
}

#[test]
fn a_dry_run_lists_the_cells_and_writes_nothing() {
    let (folder, db) = store();
    let before = std::fs::read(&db).unwrap();
    let asked = ["campaign", "--strategy", "sma_cross", "--model", "logit", "--periods", "quarter", "--dry-run"];
    let answer = json(&db, &asked);
    let listed = answer["cells"].as_array().unwrap();
    assert_eq!(answer["n_cells"], listed.len());
    let unseen = rows(&db, "SELECT manifest->>'test_start' AS t FROM models")[0]["t"].clone();
    let own: Vec<&Value> = listed.iter().filter(|cell| cell["subject"] == "logit@1").collect();
    let first = own.iter().map(|cell| cell["from"].as_str().unwrap()).min().unwrap();
    assert!(!own.is_empty() && own.len() < listed.len() - own.len(), "the model has fewer periods");
    assert_eq!(first, unseen.as_str().unwrap(), "a model begins where it has seen nothing");
    assert!(!answer["left_out"].as_array().unwrap().is_empty());
    let told = text(&ws(&db, &asked).stdout);
    assert!(told.contains("nothing was done") && told.contains("the first bar it has not seen"), "{told}");
    let all = json(&db, &[&asked[..], &["--in-sample"]].concat());
    assert!(number(&all["n_cells"]) > number(&answer["n_cells"]) && all["left_out"].as_array().unwrap().is_empty());
    assert!(std::fs::read(&db).unwrap() == before, "the store is as it was");
    // A symbol that begins late has no cells before, and one with a hole has a cell that will fail.
    write(&db, "DELETE FROM bars WHERE symbol = 'SYN003' AND ts < TIMESTAMP '2025-01-01'");
    let asked = ["campaign", "--strategy", "sma_cross", "--periods", "quarter", "--to", "2025-04-01", "--dry-run"];
    let answer = json(&db, &asked);
    let left_out = answer["left_out"].as_array().unwrap();
    assert_eq!((left_out.len(), &answer["n_cells"]), (4, &Value::from(16)), "{answer}");
    assert!(left_out.iter().all(|row| row["why"] == "no bars" && row["symbols"] == serde_json::json!(["SYN003"])));
    let told = text(&ws(&db, &asked).stdout);
    assert!(told.contains("4 more cells were left out"), "{told}");
    let missing = folder.path().join("none.duckdb");
    for more in [&["--dry-run"][..], &[]] {
        let told = refusal(&missing, &[&["campaign", "--strategy", "sma_cross"], more].concat());
        assert!(told.contains("no store at") && !missing.exists(), "{told}");
    }
}

#[test]
fn in_sample_campaigns_are_marked() {
    let (folder, db) = store();
    let asked = ["--model", "logit", "--in-sample", "--symbols", "SYN001", "-p", "threshold=0.3"];
    let (code, answer) = campaign(&db, &folder, &asked);
    assert_eq!(code, 0, "{answer}");
    let badges = answer["badges"].to_string();
    assert!(
        badges.contains("IN-SAMPLE") && badges.contains("SYNTHETIC DATA") && badges.contains("AUDITED"),
        "{badges}"
    );
}

#[test]
fn what_can_not_be_a_campaign_is_refused_before_anything_is_stored() {
    let (_folder, db) = store();
    let before = std::fs::read(&db).unwrap();
    let cases: [(&[&str], i32, &str); 14] = [
        (&[], 2, "give --strategy, --model or both"),
        (&["--strategy", "model"], 2, "name models with --model"),
        (&["--strategy", "signals"], 2, "runs alone"),
        (&["--strategy", "sma_cros"], 2, "sma_cross"),
        (&["--strategy", "swing,swing"], 2, "given twice"),
        (&["--model", "logit,logit@1"], 2, "named twice"),
        (&["--model", "nobody"], 1, "unknown model 'nobody'"),
        (&["--model", "logit", "--interval", "1h"], 1, "reads 1d bars, not 1h"),
        (&["--model", "logit", "--to", "2024-02-01"], 1, "has seen every bar"),
        (&["--strategy", "sma_cross", "--symbols", "SYN001,NONE"], 1, "NONE"),
        (&["--strategy", "sma_cross", "--from", "2030-01-01"], 1, "no period from"),
        (&["--strategy", "sma_cross,swing", "-p", "fast=3"], 2, "ambiguous"),
        (&["--strategy", "sma_cross", "-p", "fast=30"], 2, "below slow"),
        (&["--strategy", "sma_cross", "--halt", "NONE,2024-01-01,2024-01-02"], 2, "not in the campaign"),
    ];
    for (args, code, wanted) in cases {
        let output = ws(&db, &[&["campaign"], args].concat());
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
        assert!(told.contains(wanted) && !told.contains("panicked"), "{args:?}: {told}");
    }
    for periods in ["weeks", "0", "-3"] {
        assert_eq!(ws(&db, &["campaign", "--strategy", "swing", "--periods", periods]).status.code(), Some(2));
    }
    assert!(std::fs::read(&db).unwrap() == before, "the store is as it was");
}

/// A campaign of the library on a store in memory, of `cells` cells with these configurations.
fn run_in(
    store: &Store,
    jobs: usize,
    n: usize,
    config_of: &(dyn Fn(&Store, &Cell) -> Result<Config, String> + Sync),
) -> (String, Ended) {
    let subject = Subject { name: "sma_cross".into(), model_id: None, not_before: None };
    let periods = Cut::Parts(n as u32).periods(Ts::from_day(0), Ts::from_day(n as i32 * 10));
    let cells = lay_out(&[subject], &[only_a()], &periods).cells;
    assert_eq!(cells.len(), n);
    let run = NewRun { kind: "campaign", mode: "backtest", ..NewRun::default() };
    let id = campaign::begin(store, &run, &cells, Ts(0)).unwrap();
    let clock = || Ts(5_000_000);
    let asked = Campaign { campaign_id: &id, jobs, config_of, clock: &clock };
    let ended = campaign::carry_out(store, &asked, &cells, &Silent).unwrap();
    (id, ended)
}

fn only_a() -> Group {
    Group { symbols: vec!["A".parse().unwrap()], first: Ts(0), last: Ts(i64::MAX) }
}

fn store_of_days(days: i64) -> Store {
    let store = Store::in_memory().unwrap();
    let sql = format!(
        "INSERT INTO bars SELECT 'A', '1d', d, d + INTERVAL 1 DAY, d::DATE, 100, 102 + sin(epoch(d)), 97, 100 + sin(epoch(d)), 1000, NULL,
                'raw', 'synthetic', TIMESTAMP '2024-01-01'
         FROM (SELECT TIMESTAMP '1970-01-01' + to_days(CAST(i AS INTEGER)) AS d FROM range({days}) AS r(i))"
    );
    store.conn().execute_batch(&sql).unwrap();
    store
}

fn config(cell: &Cell) -> Config {
    let symbols: Vec<Symbol> = cell.symbols.clone();
    let params = [("fast", "2"), ("slow", "3")].map(|(name, value)| (name.to_string(), value.to_string()));
    Config {
        from: Some(cell.period.from),
        to: Some(cell.period.to),
        name: format!("cell {}", cell.number),
        params: params.into(),
        ..Config::new("sma_cross", symbols, Interval::D1)
    }
}

#[test]
fn a_cell_that_can_not_be_stored_takes_no_other_with_it() {
    let store = store_of_days(700);
    // Two cells under one name: the second breaks the transaction that it shares with its neighbours.
    store.conn().execute_batch("CREATE UNIQUE INDEX one_name ON runs (name)").unwrap();
    let twin = |_: &Store, cell: &Cell| match cell.number {
        7 => Err("no opinion".to_string()),
        41 => Ok(Config { name: "cell 40".into(), ..config(cell) }),
        _ => Ok(config(cell)),
    };
    let (id, ended) = run_in(&store, 2, 70, &twin);
    assert_eq!((ended.finished, ended.failed), (68, 2));
    assert!(ended.most_held <= 4, "{ended:?}");
    let failed: Vec<(i64, String)> = {
        let sql = "SELECT cell, error FROM campaign_cells WHERE campaign_id = ? AND status = 'failed' ORDER BY cell";
        let mut statement = store.conn().prepare(sql).unwrap();
        let found = statement.query_map([&id], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        found.map(Result::unwrap).collect()
    };
    assert_eq!(failed.len(), 2);
    assert_eq!(failed[0], (7, "no opinion".into()));
    // Which of the twins came first is up to the threads.
    assert!([40, 41].contains(&failed[1].0) && failed[1].1.contains("cell 40"), "{failed:?}");
    let count = |sql: &str| -> i64 { store.conn().query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count("SELECT count(*) FROM runs WHERE kind = 'backtest' AND status = 'finished'"), 68);
    assert_eq!(count("SELECT count(DISTINCT run_id) FROM equity"), 68);
    assert_eq!(count("SELECT count(*) FROM run_metrics"), 68 * 36);
    assert_eq!(count("SELECT count(*) FROM runs WHERE kind = 'campaign' AND status = 'failed'"), 1);
}

#[test]
fn memory_holds_a_few_cells_however_many_there_are() {
    let store = store_of_days(3000);
    let plain = |_: &Store, cell: &Cell| Ok(config(cell));
    let many = study(60, 300);
    for (jobs, cells) in [(1, many), (3, many), (8, 4)] {
        let (_, ended) = run_in(&store, jobs, cells, &plain);
        assert_eq!((ended.finished, ended.failed), (cells, 0));
        assert!(ended.most_held <= jobs.min(cells) + 2, "{ended:?} with {jobs} threads");
    }
}

#[test]
fn a_fault_of_the_store_ends_a_campaign_instead_of_hanging() {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let store = store_of_days(600);
        let breaking = |reader: &Store, cell: &Cell| {
            if cell.number == 20 {
                reader.conn().execute_batch("ALTER TABLE campaign_cells RENAME TO gone").unwrap();
            }
            Ok(config(cell))
        };
        let periods = Cut::Parts(60).periods(Ts::from_day(0), Ts::from_day(600));
        let subject = Subject { name: "sma_cross".into(), model_id: None, not_before: None };
        let cells = lay_out(&[subject], &[only_a()], &periods).cells;
        let run = NewRun { kind: "campaign", mode: "backtest", ..NewRun::default() };
        let id = campaign::begin(&store, &run, &cells, Ts(0)).unwrap();
        let asked = Campaign { campaign_id: &id, jobs: 3, config_of: &breaking, clock: &|| Ts(5_000_000) };
        let told = campaign::carry_out(&store, &asked, &cells, &Silent).map_err(|error| error.to_string());
        let status = "SELECT status || ': ' || error FROM runs WHERE kind = 'campaign'";
        let status: String = store.conn().query_row(status, [], |row| row.get(0)).unwrap();
        sender.send((told, status)).unwrap();
    });
    let (told, status) = receiver.recv_timeout(Duration::from_secs(60)).expect("it hangs");
    let error = told.unwrap_err();
    assert!(error.contains("campaign_cells"), "{error}");
    assert_eq!(status, format!("failed: {error}"));
}

#[test]
fn a_campaign_too_large_to_compare_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("c.duckdb");
    json(&db, &["simulate", "--symbols", "150", "--days", "800", "--interval", "1d", "--seed", "2"]);
    let told = refusal(&db, &["campaign", "--strategy", "sma_cross", "--periods", "800"]);
    assert!(told.contains("1 subjects x 150 symbols x 800 periods are 120000 cells"), "{told}");
    assert_eq!(json(&db, &["campaign", "--strategy", "sma_cross", "--periods", "8", "--dry-run"])["n_cells"], 1200);
}

#[test]
fn a_cell_that_panics_fails_alone() {
    let store = store_of_days(40);
    let breaking = |_: &Store, cell: &Cell| {
        assert!(cell.number != 2, "cell {} hit a wall", cell.number);
        Ok(config(cell))
    };
    let (id, ended) = run_in(&store, 2, 4, &breaking);
    assert_eq!((ended.finished, ended.failed), (3, 1));
    let cells = campaigns::cells(&store, &id).unwrap();
    for cell in &cells {
        match &cell.state {
            CellState::Failed(why) => {
                assert_eq!((cell.cell, why.as_str()), (2, "the cell broke off unexpectedly: cell 2 hit a wall"));
            }
            state => assert!(matches!(state, CellState::Finished(_)) && cell.cell != 2, "{state:?}"),
        }
    }
    let ended = "SELECT count(*) FROM runs WHERE kind = 'backtest' AND status = 'finished' AND ended_at >= started_at";
    let finished: i64 = store.conn().query_row(ended, [], |row| row.get(0)).unwrap();
    assert_eq!(finished, 3);
}

#[test]
fn named_windows_are_periods_and_judge_models() {
    let (folder, db) = store();
    let file = folder.path().join("windows.toml");
    let named = "[windows]\nspring = { from = \"2025-03-01\", to = \"2025-06-01\" }\nsummer = { from = \"2025-06-01\", to = \"2025-09-01\" }\n\
                past = { from = \"1990-01-01\", to = \"1991-01-01\" }\n";
    std::fs::write(&file, named).unwrap();
    let config = file.display().to_string();
    let asked = ["--strategy", "sma_cross", "--symbols", "SYN001", "--config", &config, "--window", "summer,spring"];
    let (code, answer) = campaign(&db, &folder, &asked);
    assert_eq!((code, &answer["cells"]), (0, &Value::from(2)), "{answer}");
    let id = answer["run_id"].as_str().unwrap();
    let store = Store::open_read_only(&db).unwrap();
    let periods: String = store
        .conn()
        .query_row("SELECT value FROM run_params WHERE key = 'periods' AND run_id = ?", [id], |row| row.get(0))
        .unwrap();
    let dated = "summer=2025-06-01 00:00:00..2025-09-01 00:00:00,spring=2025-03-01 00:00:00..2025-06-01 00:00:00";
    assert_eq!(periods, dated);
    // Each cell is the backtest of its window, to the last metric.
    let cells =
        query::run(&store, "SELECT period, run_id FROM campaign_cells ORDER BY period", &[]).unwrap().json_rows();
    drop(store);
    let flags = ["backtest", "--strategy", "sma_cross", "--symbols", "SYN001"];
    let alone = json(&db, &[&flags[..], &["--from", "2025-03-01", "--to", "2025-06-01"]].concat());
    assert_eq!((cells[0]["period"].as_str(), cells[1]["period"].as_str()), (Some("spring"), Some("summer")));
    let equity = |run: &Value| -> f64 {
        let sql = "SELECT arg_max(equity, ts) FROM equity WHERE run_id = ?";
        Store::open_read_only(&db).unwrap().conn().query_row(sql, [run.as_str().unwrap()], |row| row.get(0)).unwrap()
    };
    assert_eq!(equity(&cells[0]["run_id"]), equity(&alone["run_id"]));
    let told = |args: &[&str]| text(&ws(&db, args).stderr);
    let unknown = told(&[&["campaign"], &asked[..6], &["--window", "sumer"]].concat());
    assert!(unknown.contains("unknown window 'sumer'; did you mean 'summer'?"), "{unknown}");
    let none = told(&["campaign", "--strategy", "sma_cross", "--window", "summer"]);
    assert!(none.contains("no window is named yet") && none.contains("[windows] summer = {"), "{none}");
    let empty = told(&[&["campaign"], &asked[..6], &["--window", "past"]].concat());
    assert!(empty.contains("window past (1990-01-01 00:00:00..1991-01-01 00:00:00) has no bars"), "{empty}");
    let both = told(&[&["campaign"], &asked[..], &["--periods", "year"]].concat());
    assert!(both.contains("cannot be used with"), "{both}");
    // A model is judged on a window that it has not seen, and on no other.
    let seen = told(&["evaluate", "--config", &config, "--window", "past"]);
    assert!(
        seen.contains("window past begins at 1990-01-01 00:00:00") && seen.contains("has seen bars up to"),
        "{seen}"
    );
    assert!(told(&["evaluate", "--config", &config, "--window", "smmer"]).contains("did you mean 'summer'?"));
    // The store's hole came after its features and labels.
    json(&db, &["features", "build"]);
    json(&db, &["labels", "build"]);
    let unseen = unseen_from(&Store::open_read_only(&db).unwrap());
    std::fs::write(&file, format!("[windows]\nlate = {{ from = \"{unseen}\", to = \"2100-01-01\" }}\n")).unwrap();
    let judged = json(&db, &["evaluate", "--config", &config, "--window", "late"]);
    assert_eq!(judged["window"], "late");
    assert!(judged["windows"].as_u64().unwrap() > 10, "{judged}");
    let again = json(&db, &["replay", judged["run_id"].as_str().unwrap()]);
    assert_eq!(again["reproduced"], true, "{again}");
}

/// First day that the model has not seen.
fn unseen_from(store: &Store) -> String {
    let sql = "SELECT CAST(CAST(manifest->>'test_start' AS TIMESTAMP) AS VARCHAR) FROM models";
    store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
}
