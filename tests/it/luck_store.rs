//! A small SYNTHETIC store with runs to judge, made once by the program itself.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// Runs `ws --db <db> args..`.
pub fn ws(db: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("ws").unwrap().env_remove("WS_DB").arg("--db").arg(db).args(args).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The JSON of a command that must have worked.
pub fn json(db: &Path, args: &[&str]) -> Value {
    let output = ws(db, &[args, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

/// What a refused command said; it must have printed nothing else.
pub fn refusal(db: &Path, args: &[&str]) -> String {
    let output = ws(db, args);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {told}");
    assert!(told.starts_with("error: ") && !told.contains("panicked") && output.stdout.is_empty(), "{args:?}: {told}");
    told
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// `SELECT ..` as rows.
pub fn rows(db: &Path, sql: &str) -> Vec<Value> {
    json(db, &["sql", sql]).as_array().unwrap().clone()
}

/// A copy of the store, with runs quick, slow, twin (as quick), late (as quick, the last half year), brief (two weeks) and
/// middle (two months, a few trades).
pub fn store() -> (TempDir, PathBuf) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("luck.duckdb");
        json(&db, &["simulate", "--symbols", "3", "--days", "420", "--interval", "1d", "--seed", "5"]);
        let last = rows(&db, "SELECT max(ts)::DATE AS last FROM bars")[0]["last"].as_str().unwrap().to_string();
        let before = |days: u64| {
            let last = chrono::NaiveDate::parse_from_str(&last, "%Y-%m-%d").unwrap();
            (last - chrono::Days::new(days)).to_string()
        };
        let run = |name: &str, fast: &str, slow: &str, more: &[&str]| {
            let (fast, slow) = (format!("fast={fast}"), format!("slow={slow}"));
            let flags = ["backtest", "--strategy", "sma_cross", "--param", &fast, "--param", &slow, "--name", name];
            json(&db, &[&flags, more].concat());
        };
        run("quick", "3", "8", &[]);
        run("slow", "10", "30", &[]);
        run("twin", "3", "8", &[]);
        run("late", "3", "8", &["--from", &before(180)]);
        run("brief", "2", "4", &["--from", &before(14)]);
        run("middle", "5", "15", &["--from", &before(200), "--to", &before(140)]);
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("luck.duckdb");
    std::fs::copy(made.path().join("luck.duckdb"), &db).unwrap();
    (folder, db)
}

/// A page loads nothing and runs nothing; pictures are PNGs, light and dark.
pub fn looks_right(answer: &Value, pictures: usize) -> String {
    let page = std::fs::read_to_string(answer["html"].as_str().unwrap()).unwrap();
    for word in ["http://", "https://", "<script", "src=", "url("] {
        assert!(!page.contains(word), "the page has {word}");
    }
    assert!(page.contains("SYNTHETIC DATA") && !page.contains("NaN"));
    let pngs = answer["pngs"].as_array().unwrap();
    assert_eq!(pngs.len(), 2 * pictures);
    for png in pngs {
        let bytes = std::fs::read(png.as_str().unwrap()).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 10_000, "{png}");
    }
    assert_eq!(pngs.iter().filter(|png| png.as_str().unwrap().ends_with("_dark.png")).count(), pictures);
    page
}
