//! Real vendor files as they are, and files that must be refused or quarantined without losing the good rows.

use std::path::{Path, PathBuf};

use workstation::domain::{Interval, Silent};
use workstation::ingest::{self, FileOutcome, FileReport, Options, Refusal};
use workstation::store::Store;

use crate::shared::{ingest_all, now, number, shared};

#[test]
fn every_real_file_goes_in_as_it_is_and_twice_changes_nothing() {
    let store = Store::in_memory().unwrap();
    let expected = [
        ("ABB", Interval::D1, 382),
        ("BTC-PERP", Interval::M1, 45_031),
        ("EURUSD", Interval::H1, 5_000),
        ("GOOG", Interval::D1, 2_148),
        ("ICICIBANK", Interval::D1, 385),
        ("INFY", Interval::D1, 385),
        ("RELIANCE", Interval::D1, 385),
    ];
    let mut found: Vec<(String, Interval, i64)> = ingest_all(&store, &shared("data/real"))
        .into_iter()
        .map(|file| {
            assert_eq!((file.updated, file.unchanged, file.rejected), (0, 0, 0), "{}", file.path.display());
            (file.symbols[0].clone(), file.interval, file.inserted)
        })
        .collect();
    found.sort();
    assert_eq!(found, expected.map(|(symbol, interval, n)| (symbol.to_string(), interval, n)));
    // The close of an NSE file is its Close, not the Last beside it.
    let close: f64 = number(&store, "SELECT close FROM bars WHERE symbol = 'INFY' AND ts = '2020-01-01'");
    assert!((close - 736.85).abs() < 1e-12);
    for again in ingest_all(&store, &shared("data/real")) {
        assert_eq!((again.inserted, again.updated), (0, 0));
    }
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM ingest_log"), 7);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars_revisions"), 0);
}

/// Writes a file, ingests it, gives the outcome.
fn try_file(store: &Store, name: &str, bytes: &[u8], options: &Options) -> FileOutcome {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    ingest::run(store, &[path], options, now(), &Silent).unwrap().remove(0)
}

fn stored(store: &Store, name: &str, text: &str) -> FileReport {
    try_file(store, name, text.as_bytes(), &Options::default()).stored().unwrap()
}

fn refused(bytes: &[u8]) -> Refusal {
    let store = Store::in_memory().unwrap();
    let outcome = try_file(&store, "X.csv", bytes, &Options::default());
    for table in ["bars", "instruments", "ingest_log", "bars_rejected"] {
        assert_eq!(number::<i64>(&store, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    match outcome {
        FileOutcome::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

const HEADER: &str = "date,open,high,low,close,volume\n";

#[test]
fn each_bad_row_is_quarantined_with_its_place_and_reason() {
    let store = Store::in_memory().unwrap();
    let rows = [
        ("2024-01-01,1,2,0.5,1,10", ""),
        ("not a date,1,2,0.5,1,10", "unparsable"),
        ("2024-01-02,1,2,0.5", "unparsable"),
        ("2024-01-03,x,2,0.5,1,10", "unparsable"),
        ("2024-01-04,NaN,2,0.5,1,10", "non_finite"),
        ("2024-01-05,1,inf,0.5,1,10", "non_finite"),
        ("2024-01-06,1,2,-0.5,1,10", "non_positive_price"),
        ("2024-01-07,1,1.5,0.5,1.6,10", "high_below_body"),
        ("2024-01-08,1,2,1.1,1.2,10", "low_above_body"),
        ("2024-01-09,1,2,0.5,1,-1", "negative_volume"),
        ("2024-01-10,1,2,0.5,1.1,10", "duplicate"),
        ("2024-01-10,1,2,0.5,1.2,", ""),
        ("2024-01-11,1e309,2,0.5,1,1", "non_finite"),
    ];
    let text = HEADER.to_string() + &rows.map(|(row, _)| row).join("\n");
    let report = stored(&store, "X.csv", &text);
    assert_eq!((report.rows_read, report.inserted, report.rejected), (13, 2, 11));
    for (n, (row, reason)) in rows.iter().enumerate().filter(|(_, (_, reason))| !reason.is_empty()) {
        let sql = format!("SELECT reason || '|' || raw FROM bars_rejected WHERE line = {}", n + 2);
        assert_eq!(number::<String>(&store, &sql), format!("{reason}|{row}"));
    }
    let kept: (f64, Option<f64>) = store
        .conn()
        .query_row("SELECT close, volume FROM bars WHERE ts = '2024-01-10'", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(kept, (1.2, None), "the last duplicate stays and its missing volume is NULL");
}

#[test]
fn a_stray_quote_or_separator_costs_its_own_row_only() {
    let store = Store::in_memory().unwrap();
    let mut text = HEADER.to_string();
    for day in 1..=20 {
        let row = match day {
            3 => format!("2024-01-{day:02},1,2,0.5,1,\"10\n"),
            7 => format!("2024-01-{day:02},1,200,1,95,1,100,500\n"),
            _ => format!("2024-01-{day:02},1,2,0.5,1,10\n"),
        };
        text.push_str(&row);
    }
    let report = stored(&store, "X.csv", &text);
    assert_eq!((report.rows_read, report.inserted, report.rejected), (20, 19, 1));
    assert_eq!(number::<i64>(&store, "SELECT line FROM bars_rejected"), 8);
}

#[test]
fn files_of_the_wrong_shape_are_refused_whole_with_the_next_step() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEADER.as_bytes(), "no row"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not text"),
        (b"date,open,high,low,volume\n2024-01-01,1,2,0.5,9\n", "close (close/c)"),
        (b"just some words\nin a file\n", "header"),
        (b"date,open,high,low,close\nx,1,2,0.5,1\ny,1,2,0.5,1\n", "none of 2 rows"),
        (b"date,open,high,low,close\n01/02/2024,1,2,0.5,1\n02/02/2024,1,2,0.5,1\n", "day/month or month/day"),
        (b"date,open,high,low,close\n2024-01-01 09:15,1,2,0.5,1\n", "does not tell the interval"),
    ];
    for (bytes, expected) in cases {
        let refusal = refused(bytes);
        assert!(refusal.to_string().contains(expected) && !refusal.hint.is_empty(), "{refusal} lacks '{expected}'");
    }
}

#[test]
fn day_and_month_are_decided_by_the_whole_file_or_by_the_flag() {
    let store = Store::in_memory().unwrap();
    stored(&store, "X.csv", "date,open,high,low,close\n01/02/2024,1,2,0.5,1\n13/02/2024,1,2,0.5,1\n");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE ts = '2024-02-01'"), 1);
    let options = Options { date_format: Some("%m/%d/%Y".into()), ..Options::default() };
    let text = b"date,open,high,low,close\n01/02/2024,1,2,0.5,1\n01/03/2024,1,2,0.5,1\n";
    assert!(matches!(try_file(&store, "Y.csv", text, &options), FileOutcome::Stored(_)));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE symbol = 'Y' AND ts = '2024-01-03'"), 1);
}

#[test]
fn a_changed_bar_is_replaced_and_kept_as_a_revision() {
    let store = Store::in_memory().unwrap();
    let first = "2024-01-01,1,2,0.5,1,10\n2024-01-02,1,2,0.5,1,10\n";
    stored(&store, "X.csv", &(HEADER.to_string() + first));
    let report = stored(
        &store,
        "X.csv",
        &(HEADER.to_string() + &first.replace("0.5,1,10\n2024-01-02", "0.5,1.01,10\n2024-01-02")),
    );
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 1, 1));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars"), 2);
    let old: f64 = number(&store, "SELECT close FROM bars_revisions WHERE replaced_at IS NOT NULL");
    assert!((old - 1.0).abs() < 1e-12);
}

#[test]
fn a_symbol_column_may_hold_several_and_a_hostile_name_is_only_a_rejected_row() {
    let store = Store::in_memory().unwrap();
    let text = "ticker,date,o,h,l,c\nA,2024-01-01,1,2,0.5,1\nB,2024-01-01,1,2,0.5,1\nA,2024-01-02,1,2,0.5,1\n\"x'; DROP TABLE bars; --\",2024-01-02,1,2,0.5,1\n";
    let report = stored(&store, "many.csv", text);
    assert_eq!((report.symbols, report.inserted, report.rejected), (vec!["A".to_string(), "B".into()], 3, 1));
    assert_eq!(number::<i64>(&store, "SELECT count(DISTINCT asset_id) FROM instruments"), 2);
}

#[test]
fn intraday_stamps_off_the_grid_are_quarantined_and_jitter_is_snapped() {
    let store = Store::in_memory().unwrap();
    let text = "time,open,high,low,close\n2024-01-01 09:15:00,1,2,0.5,1\n2024-01-01 10:15:03,1,2,0.5,1\n2024-01-01 11:15:00,1,2,0.5,1\n2024-01-01 11:45:00,1,2,0.5,1\n2024-01-01 12:15:00,1,2,0.5,1\n2024-01-01 13:15:00,1,2,0.5,1\n";
    let report = stored(&store, "X_1h.csv", text);
    assert_eq!((report.inserted, report.rejected), (5, 1));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE ts = '2024-01-01 10:15:00'"), 1);
    assert_eq!(number::<String>(&store, "SELECT reason FROM bars_rejected"), "off_grid");
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let store = Store::in_memory().unwrap();
    let options = Options { dry_run: true, ..Options::default() };
    let outcomes = ingest::run(&store, &[shared("data/real/GOOG_1d.csv")], &options, now(), &Silent).unwrap();
    assert!(matches!(&outcomes[0], FileOutcome::Stored(report) if report.inserted == 2148));
    assert_eq!(number::<i64>(&store, "SELECT (SELECT count(*) FROM bars) + (SELECT count(*) FROM ingest_log)"), 0);
}

#[test]
fn unreadable_paths_are_faults_that_name_the_path() {
    let store = Store::in_memory().unwrap();
    let missing = ingest::run(&store, &[Path::new("nowhere/x.csv").into()], &Options::default(), now(), &Silent);
    assert!(missing.unwrap_err().to_string().contains("nowhere/x.csv: no such file or folder"));
    // A device must not be waited for.
    let device = ingest::run(&store, &[Path::new("/dev/null").into()], &Options::default(), now(), &Silent);
    assert!(device.unwrap_err().to_string().contains("not a regular file"));
}
