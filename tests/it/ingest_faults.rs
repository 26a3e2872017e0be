//! What may happen to an ingest from outside: a kill at any instant, a disk that is full, bytes at random.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::CommandCargoExt as _;
use proptest::prelude::*;
use workstation::domain::{Silent, Ts};
use workstation::ingest::{self, FileOutcome, Options};
use workstation::store::Store;

use crate::shared::{now, number, study};

/// Instants at which an ingest is killed.
const KILLS: u32 = 60;
/// Rows of each file.
const ROWS: i64 = 60_000;

fn write_minutes(path: &Path, seed: i64) {
    let mut text = String::from("time,open,high,low,close,volume\n");
    for row in 0..ROWS {
        let ts = Ts(1_577_836_800_000_000 + row * 60_000_000);
        let close = 100.0 + ((row * 7919 + seed) % 1000) as f64 / 100.0;
        let _ = writeln!(text, "{ts},{close},{},{},{close},{row}", close + 1.0, close - 1.0);
    }
    std::fs::write(path, text).unwrap();
}

fn ingest(db: &Path, folder: &Path) -> Command {
    let mut command = Command::cargo_bin("ws").unwrap();
    command.env_remove("WS_DB").args(["ingest", "csv"]).arg(folder).arg("--db").arg(db);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_kill_at_any_instant_leaves_whole_files_or_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    for (n, name) in ["A_1m.csv", "B_1m.csv", "C_1m.csv"].into_iter().enumerate() {
        write_minutes(&files.join(name), n as i64);
    }
    let fresh = folder.path().join("fresh.duckdb");
    Store::open(&fresh, now()).unwrap();
    let start = |n: u32| {
        let db = folder.path().join(format!("{n}.duckdb"));
        std::fs::copy(&fresh, &db).unwrap();
        (ingest(&db, &files).spawn().unwrap(), db)
    };
    let began = Instant::now();
    let kills = study(12, KILLS as usize) as u32;
    let (mut whole, db) = start(kills);
    assert!(whole.wait().unwrap().success());
    let (took, mut partly) = (began.elapsed(), 0);
    assert_eq!(whole_files(&db), 3);
    for n in 0..kills {
        let (mut child, db) = start(n);
        std::thread::sleep(took.mul_f64(f64::from(n) / f64::from(kills)));
        child.kill().unwrap();
        child.wait().unwrap();
        partly += i32::from((1..3).contains(&whole_files(&db)));
        std::fs::remove_file(&db).unwrap();
    }
    assert!(partly > 0, "no kill came between two files: the test has lost its grip");
}

/// Opens a store for writing, finds each file wholly there or wholly absent, and counts those that are there.
fn whole_files(db: &Path) -> i64 {
    let store = Store::open(db, now()).unwrap();
    let parts = "SELECT count(*) FROM (SELECT symbol, count(*) AS n FROM bars GROUP BY symbol) WHERE n <> 60000";
    assert_eq!(number::<i64>(&store, parts), 0);
    let files: i64 = number(&store, "SELECT count(DISTINCT symbol) FROM bars");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM ingest_log"), files);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM instruments"), files);
    files
}

#[test]
fn a_full_disk_is_a_fault_that_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let db = folder.path().join("s.duckdb");
    write_minutes(&files.join("A_1m.csv"), 0);
    assert!(ingest(&db, &files).status().unwrap().success());
    let size = std::fs::metadata(&db).unwrap().len();
    std::fs::remove_file(files.join("A_1m.csv")).unwrap();
    for name in ["B_1m.csv", "C_1m.csv"] {
        write_minutes(&files.join(name), 1);
    }
    // No file may grow past a little more than the store has now: what a full disk does, by the shell's own limit.
    let blocks = size / 512 + 500;
    let program = assert_cmd::cargo::cargo_bin("ws");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script])
        .arg(program)
        .args(["ingest", "csv", "--json"])
        .arg(&files)
        .arg("--db")
        .arg(&db)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["files"][0]["status"], "failed", "{said}");
    assert_eq!(said["files"][1]["status"], "not tried", "{said}");
    assert_eq!(whole_files(&db), 1);
    assert!(ingest(&db, &files).status().unwrap().success());
    assert_eq!(whole_files(&db), 3);
}

#[test]
fn a_garbled_file_never_takes_the_program_down() {
    let began = Instant::now();
    let store = Store::in_memory().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("X.csv");
    let piece = prop_oneof![
        4 => "[0-9]{4}-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-5][0-9])?",
        4 => "-?[0-9]{1,4}(\\.[0-9]{1,3})?",
        1 => "[\"\\r\\n;\\t ]",
        1 => "NaN|inf|1e308|-0|date|close",
        1 => "\\PC{0,6}",
    ];
    let row = prop::collection::vec(piece, 0..8).prop_map(|fields| fields.join(","));
    let text = prop::collection::vec(row, 0..40).prop_map(|rows| rows.join("\n"));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    runner
        .run(&(text, any::<bool>()), |(text, headed)| {
            let head = if headed { "date,open,high,low,close,volume\n" } else { "" };
            std::fs::write(&path, format!("{head}{text}")).unwrap();
            let before: i64 = number(&store, "SELECT count(*) FROM bars");
            let outcome = ingest::run(&store, std::slice::from_ref(&path), &Options::default(), now(), &Silent);
            let grown = number::<i64>(&store, "SELECT count(*) FROM bars") - before;
            match outcome.unwrap().remove(0) {
                FileOutcome::Stored(report) => {
                    let kept = report.inserted + report.updated + report.unchanged;
                    prop_assert_eq!(report.rows_read as i64, kept + report.rejected as i64);
                    prop_assert_eq!(grown, report.inserted);
                }
                FileOutcome::Refused(refusal) => {
                    prop_assert!(!refusal.hint.is_empty());
                    prop_assert_eq!(grown, 0);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            Ok(())
        })
        .unwrap();
    assert!(began.elapsed() < Duration::from_secs(600));
}
