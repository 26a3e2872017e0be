//! How a file fits onto what is stored: splices, revisions and what goes stale, exchanges and their sessions, Parquet,
//! files that turn out otherwise than their head suggests.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use workstation::dataset::{self, DatasetError, DatasetSpec, FeatureSchema};
use workstation::domain::{Interval, Silent};
use workstation::features::{self, FeatureSet};
use workstation::ingest::{self, Adjustment, FileOutcome, FileReport, Kind, Options, StampIs};
use workstation::labels::{self, TripleBarrier};
use workstation::store::Store;
use workstation::store::series::SeriesFilter;

use crate::shared::{ingest_all, now, number, shared};

/// Writes a file, ingests it, gives the outcome.
fn try_text(store: &Store, name: &str, text: &str, options: &Options) -> FileOutcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    ingest::run(store, &[path], options, now(), &Silent).unwrap().remove(0)
}

fn put(store: &Store, name: &str, text: &str, options: &Options) -> FileReport {
    try_text(store, name, text, options).stored().unwrap()
}

fn refusal(store: &Store, name: &str, text: &str, options: &Options) -> String {
    let refused = try_text(store, name, text, options).stored().unwrap_err();
    format!("{refused}")
}

/// Daily bars from `first` January 2024 on with closes `price * 1.001^n`.
fn daily(first: usize, days: usize, price: f64) -> String {
    let mut text = String::from("date,open,high,low,close,volume\n");
    for day in first..first + days {
        let close = price * 1.001_f64.powi(day as i32);
        let date = workstation::domain::time::date_of(19_723 + day as i32 - 1);
        let _ = writeln!(text, "{date},{close},{},{},{close},100", close * 1.01, close * 0.99);
    }
    text
}

#[test]
fn raw_prices_are_not_spliced_onto_adjusted_ones() {
    let store = Store::in_memory().unwrap();
    let plain = Options::default();
    put(&store, "X.csv", &daily(1, 60, 200.0), &plain);
    for (first, days) in [(1, 60), (31, 60)] {
        let refused = refusal(&store, "X.csv", &daily(first, days, 100.0), &plain);
        assert!(refused.contains("0.5000 times"), "{refused}");
        assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE close < 190"), 0);
    }
    let told = Options { adjustment: Some(Adjustment::Split), ..Options::default() };
    let report = put(&store, "X.csv", &daily(1, 60, 100.0), &told);
    assert_eq!((report.inserted, report.updated), (0, 60));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE adjustment = 'split' AND close < 190"), 60);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars_revisions WHERE adjustment = 'raw'"), 60);
    // Told of a part only, the rest stays as it was, and that is said.
    let raw = Options { adjustment: Some(Adjustment::Raw), ..Options::default() };
    let part = put(&store, "X.csv", &daily(51, 20, 200.0), &raw);
    assert_eq!((part.inserted, part.updated), (10, 10));
    assert!(part.warnings.iter().any(|warning| warning.contains("mixes adjustments (raw, split)")), "{part:?}");
}

#[test]
fn a_step_at_the_seam_is_a_warning_and_small_differences_are_revisions() {
    let store = Store::in_memory().unwrap();
    let plain = Options::default();
    put(&store, "X.csv", &daily(31, 30, 200.0), &plain);
    let after = put(&store, "X.csv", &daily(61, 30, 100.0), &plain);
    assert!(after.inserted == 30 && after.warnings[0].contains("prices step by -50 %"), "{after:?}");
    let before = put(&store, "X.csv", &daily(1, 30, 400.0), &plain);
    assert!(before.inserted == 30 && before.warnings[0].contains("prices step by -50 %"), "{before:?}");
    let nudged = put(&store, "X.csv", &daily(31, 30, 202.0), &plain);
    assert_eq!((nudged.updated, nudged.warnings.len()), (30, 0));
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars"), 90);
}

#[test]
fn what_was_built_from_a_changed_bar_is_stale_until_it_is_built_again() {
    let store = Store::in_memory().unwrap();
    ingest_all(&store, &shared("data/real/GOOG_1d.csv"));
    let (set, barriers) = (FeatureSet::load("core23").unwrap(), TripleBarrier::default());
    let filter = SeriesFilter::default();
    let build = || {
        features::build(&store, &set, &filter, now(), &Silent).unwrap();
        labels::build(&store, &barriers.into(), &filter, now(), &Silent).unwrap();
    };
    build();
    let spec = DatasetSpec {
        schema: FeatureSchema::from(&set),
        label_set: barriers.name(),
        interval: Interval::D1,
        symbols: vec![],
        lookback: 24,
        from: None,
        to: None,
    };
    assert!(dataset::load(&store, &spec).is_ok());
    let text = std::fs::read_to_string(shared("data/real/GOOG_1d.csv")).unwrap();
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let mut fields: Vec<String> = lines[1000].split(',').map(String::from).collect();
    let (date, volume) = (fields[0].clone(), fields.len() - 1);
    fields[volume] = "1".into();
    lines[1000] = fields.join(",");
    let report = put(&store, "GOOG_1d.csv", &lines.join("\n"), &Options::default());
    assert_eq!(report.updated, 1);
    assert!(report.warnings.iter().any(|warning| warning.contains("core23")), "{report:?}");
    assert_eq!(
        number::<String>(&store, "SELECT CAST(from_ts AS VARCHAR) FROM stale_marks WHERE kind = 'features'"),
        format!("{date} 00:00:00")
    );
    let label_from =
        "SELECT count(*) FROM stale_marks m WHERE kind = 'labels' AND from_ts = (SELECT min(ts) FROM labels
        WHERE exit_ts >= (SELECT from_ts FROM stale_marks WHERE kind = 'features'))";
    assert_eq!(number::<i64>(&store, label_from), 1);
    assert!(matches!(dataset::load(&store, &spec), Err(DatasetError::Stale { .. })));
    // Samples before the change are as good as ever.
    let early = DatasetSpec { to: workstation::domain::Ts::parse("2007-01-01"), ..spec.clone() };
    assert!(dataset::load(&store, &early).is_ok());
    build();
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM stale_marks"), 0);
    assert!(dataset::load(&store, &spec).is_ok());
}

#[test]
fn an_exchange_gives_zone_sessions_and_closing_times() {
    let store = Store::in_memory().unwrap();
    let nse = Options { exchange: Some("NSE".into()), ..Options::default() };
    // 2024-01-26 was a holiday; 2020-02-01 a Saturday with trading.
    let text = "time,open,high,low,close\n2020-02-01 09:15,1,2,0.5,1\n2024-01-25 08:15,1,2,0.5,1\n2024-01-25 09:15,1,2,0.5,1\n2024-01-25 10:15,1,2,0.5,1\n2024-01-25 15:15,1,2,0.5,1\n2024-01-26 09:15,1,2,0.5,1\n";
    let report = put(&store, "TCS_1h.csv", text, &nse);
    assert_eq!((report.inserted, report.reasons), (4, vec![("outside_session".to_string(), 2)]));
    let row = "SELECT ts || ' ' || close_ts || ' ' || session_date FROM bars ORDER BY ts DESC LIMIT 1";
    assert_eq!(number::<String>(&store, row), "2024-01-25 09:45:00 2024-01-25 10:00:00 2024-01-25");
    let registered = "SELECT exchange || ' ' || calendar || ' ' || currency FROM instruments";
    assert_eq!(number::<String>(&store, registered), "NSE NSE INR");
    // The instrument remembers: the same rows without the flag are the same bars.
    let again = put(&store, "TCS_1h.csv", text, &Options::default());
    assert_eq!((again.inserted, again.unchanged, again.rejected), (0, 4, 2));
    let refused = refusal(&store, "TCS_1h.csv", text, &Options { exchange: Some("XNYS".into()), ..Options::default() });
    assert!(refused.contains("registered at NSE"), "{refused}");
    let unknown = Options { exchange: Some("XNYZ".into()), ..Options::default() };
    let error = ingest::run(&store, &[shared("data/real/GOOG_1d.csv")], &unknown, now(), &Silent).unwrap_err();
    assert!(error.to_string().contains("XNYS"), "{error}");
}

#[test]
fn stamps_at_the_end_of_bars_give_the_same_bars() {
    let (start, end) = (Store::in_memory().unwrap(), Store::in_memory().unwrap());
    let nse = Options { exchange: Some("NSE".into()), ..Options::default() };
    let rows = |clocks: &[&str]| {
        clocks.iter().fold("time,open,high,low,close\n".to_string(), |text, clock| {
            text + &format!("2024-01-25 {clock},1,2,0.5,1\n")
        })
    };
    put(&start, "TCS_1h.csv", &rows(&["09:15", "10:15", "11:15", "12:15", "13:15", "14:15", "15:15"]), &nse);
    let ends = Options { stamp: StampIs::End, ..nse };
    put(&end, "TCS_1h.csv", &rows(&["10:15", "11:15", "12:15", "13:15", "14:15", "15:15", "15:30"]), &ends);
    let bars = "SELECT string_agg(ts || ' ' || close_ts, ', ' ORDER BY ts) FROM bars";
    assert_eq!(number::<String>(&start, bars), number::<String>(&end, bars));
    assert_eq!(number::<i64>(&end, "SELECT count(*) FROM bars"), 7);
}

fn copy(store: &Store, sql: &str, path: &Path) {
    let text = format!("COPY ({sql}) TO '{}' (FORMAT parquet)", path.display());
    store.conn().execute_batch(&text).unwrap();
}

#[test]
fn parquet_gives_the_bars_that_text_gives() {
    let csv = Store::in_memory().unwrap();
    ingest_all(&csv, &shared("data/real"));
    let folder = tempfile::tempdir().unwrap();
    let values = "ts, open, high, low, close, volume";
    for (name, sql) in [
        ("GOOG.parquet", format!("SELECT CAST(ts AS DATE) AS Date, {values} FROM bars WHERE symbol = 'GOOG'").replace(" ts,", "")),
        ("BTC-PERP_1m.parquet", format!("SELECT {values} FROM bars WHERE symbol = 'BTC-PERP' ORDER BY ts")),
        ("hours.parquet", "SELECT symbol AS Ticker, CAST(ts AS VARCHAR) AS time, open AS O, high AS H, low AS L, close AS C, volume AS V FROM bars WHERE interval = '1h'".into()),
        ("nse.parquet", format!("SELECT symbol AS name, {values} FROM bars WHERE interval = '1d' AND symbol <> 'GOOG' ORDER BY ts, symbol").replace("ts,", "ts AT TIME ZONE 'UTC' AS timestamp,").replace("ORDER BY ts AT TIME ZONE 'UTC' AS timestamp,", "ORDER BY ts,").replace(" AT TIME ZONE 'UTC'", "")),
    ] {
        copy(&csv, &sql, &folder.path().join(name));
    }
    let store = Store::in_memory().unwrap();
    let options = Options { kind: Kind::Parquet, ..Options::default() };
    let run = || ingest::run(&store, &[folder.path().to_path_buf()], &options, now(), &Silent).unwrap();
    for outcome in run() {
        assert_eq!(outcome.stored().unwrap().rejected, 0);
    }
    let sum = "SELECT string_agg(line, '|' ORDER BY line) FROM (SELECT symbol || interval || count(*) || md5(string_agg(
        ts || close_ts || session_date || open || high || low || close || coalesce(volume, -1), ',' ORDER BY ts)) AS line
        FROM bars GROUP BY symbol, interval)";
    assert_eq!(number::<String>(&store, sum), number::<String>(&csv, sum));
    assert_eq!(number::<String>(&store, "SELECT DISTINCT source FROM bars"), "parquet");
    for outcome in run() {
        let report = outcome.stored().unwrap();
        assert_eq!((report.inserted, report.updated), (0, 0));
    }
}

#[test]
fn bad_rows_of_parquet_are_quarantined_and_bad_files_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_memory().unwrap();
    let rows = "VALUES (TIMESTAMP '2024-01-01', CAST(1 AS DOUBLE), 2, 0.5, CAST(1 AS DOUBLE)), ('infinity', 1, 2, 0.5, 1), ('2024-01-02', CAST('NaN' AS DOUBLE), 2, 0.5, 1),
        ('2024-01-03', 1, 2, NULL, 1), ('2024-01-04', 1, 2, 0.5, 1), ('2024-01-04', 1, 2, 0.5, 1.5), (NULL, 1, 2, 0.5, 1)";
    copy(&store, &format!("SELECT * FROM ({rows}) t(date, open, high, low, close)"), &folder.path().join("X.parquet"));
    copy(&store, "SELECT 1 AS a", &folder.path().join("Y.parquet"));
    std::fs::write(folder.path().join("Z.parquet"), "date,open\n").unwrap();
    let options = Options { kind: Kind::Parquet, ..Options::default() };
    let mut outcomes = ingest::run(&store, &[folder.path().to_path_buf()], &options, now(), &Silent).unwrap();
    assert_eq!(outcomes.len(), 3);
    let refused = |outcome: FileOutcome| outcome.stored().unwrap_err().to_string();
    assert!(refused(outcomes.remove(2)).contains("not a readable Parquet file"));
    assert!(refused(outcomes.remove(1)).contains("no column"));
    let report = outcomes.remove(0).stored().unwrap();
    let reasons: Vec<(&str, usize)> = report.reasons.iter().map(|(code, n)| (code.as_str(), *n)).collect();
    assert_eq!(reasons, [("duplicate", 1), ("non_finite", 1), ("unparsable", 3)]);
    assert_eq!((report.rows_read, report.inserted), (7, 2));
    assert_eq!(number::<f64>(&store, "SELECT close FROM bars WHERE ts = '2024-01-04'"), 1.5);
}

/// Minute rows from 2020 on in the given pattern of stamps.
fn minutes(n: usize, stamp: impl Fn(usize) -> String) -> String {
    let mut text = String::from("time,open,high,low,close\n");
    for row in 0..n {
        let _ = writeln!(text, "{},1,2,0.5,{}", stamp(row), 1.0 + (row % 7) as f64 / 10.0);
    }
    text
}

/// A minute stamp, day first, with the day's number counted from 2020-01-01.
fn day_first(row: usize) -> String {
    let ts = workstation::domain::Ts(1_577_836_800_000_000 + row as i64 * 60_000_000);
    ts.naive().format("%d/%m/%Y %H:%M").to_string()
}

#[test]
fn what_the_head_of_a_long_file_suggests_is_checked_against_all_of_it() {
    let n = 150_000;
    // Within the first 100 000 rows all days are written so that either order reads them: 1 to 12 of each month.
    let row_of = |row: usize| {
        let (day, minute) = (row / 1440, row % 1440);
        if row < 120_000 { ((day / 12) * 31 + day % 12) * 1440 + minute } else { 400 * 1440 + row - 120_000 }
    };
    let text = minutes(n, |row| {
        let (months, rest) = (row_of(row) / (31 * 1440), row_of(row) % (31 * 1440));
        let (year, month) = (2010 + months / 12, months % 12 + 1);
        format!("{:02}/{month:02}/{year} {:02}:{:02}", rest / 1440 % 31 + 1, rest % 1440 / 60, rest % 60)
    });
    let store = Store::in_memory().unwrap();
    let report = put(&store, "X_1m.csv", &text, &Options::default());
    assert_eq!(report.inserted as usize + report.rejected, n, "{report:?}");
    assert!(report.rejected <= 1440, "only days that do not exist: {report:?}");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars WHERE ts = '2010-02-01 00:00:00'"), 1, "day first");
}

#[test]
fn a_late_repeat_or_step_back_turns_an_append_into_a_merge_without_a_trace() {
    let n = 130_000;
    let text = minutes(n, |row| day_first(if row == n - 1 { 5 } else { row }));
    let store = Store::in_memory().unwrap();
    let report = put(&store, "X.csv", &text, &Options::default());
    assert_eq!((report.interval, report.rows_read, report.inserted), (Interval::M1, n as u64, n as i64 - 1));
    assert_eq!(report.reasons, [("duplicate".to_string(), 1)]);
    assert_eq!(number::<i64>(&store, "SELECT count(*) - count(DISTINCT ts) FROM bars"), 0);
    let raw = number::<String>(&store, "SELECT line || '|' || raw FROM bars_rejected");
    assert!(raw.starts_with("7|01/01/2020 00:05,1,2,0.5,"), "{raw}");
}

#[test]
fn two_instruments_in_one_series_are_refused() {
    let two = |row: usize| {
        let date = workstation::domain::time::date_of(19_700 + (row / 2) as i32);
        let close = if row.is_multiple_of(2) { 10.0 } else { 250.0 };
        format!("{date},{close},{close},{close},{close},1\n")
    };
    let text = (0..60).fold("date,open,high,low,close,volume\n".to_string(), |text, row| text + &two(row));
    let store = Store::in_memory().unwrap();
    let refused = refusal(&store, "X.csv", &text, &Options::default());
    assert!(refused.contains("X.csv:2") && refused.contains("several symbols without a symbol column"), "{refused}");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars"), 0);
}

#[test]
fn odd_texts_are_read_or_refused_and_never_half_read() {
    let store = Store::in_memory().unwrap();
    let options = Options::default();
    let rows = "2024-01-01,1,2,0.5,1,10\n2024-01-02,1,2,0.5,1,10\n";
    let header = "date,open,high,low,close,volume\n";
    let read = |name: &str, text: &str| {
        let report = put(&store, name, text, &options);
        (report.inserted, report.rejected)
    };
    assert_eq!(read("A.csv", &format!("\u{feff}{header}{rows}")), (2, 0), "byte order mark");
    assert_eq!(read("B.csv", &format!("{header}{rows}").replace('\n', "\r\n")), (2, 0), "CRLF");
    assert_eq!(read("C.csv", &format!("{header}{rows}").replace('\n', "\r")), (2, 0), "CR");
    assert_eq!(read("D.csv", &format!("{header}{rows}{header}{rows}")), (2, 3), "the header again, and repeats");
    assert_eq!(read("E.csv", &format!("{header}{rows}").replace(',', ";")), (2, 0), "semicolons");
    let noted = format!("note,{header}{}", rows.replace("2024", "\"two\nlines, one field\",2024"));
    assert_eq!(read("F.csv", &noted), (2, 0), "a quoted field over two lines");
    assert_eq!(read("G.csv", &format!("{header}{rows}2024-01-03,1e308,1e308,1e308,1e308,1\n")), (2, 1), "1e308");
    let zones = "time,open,high,low,close\n2024-01-01 00:00:00+05:30,1,2,0.5,1\n2024-01-01 00:00:00,1,2,0.5,1\n2024-01-01 01:00:00Z,1,2,0.5,1\n";
    let mixed = put(&store, "H.csv", zones, &options);
    assert!(mixed.warnings[0].contains("2 stamps have an offset, 1 have none and were read as UTC"), "{mixed:?}");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(header.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let folder = tempfile::tempdir().unwrap();
    let (wide, long) = (folder.path().join("I.csv"), folder.path().join("J.csv"));
    std::fs::write(&wide, utf16).unwrap();
    std::fs::write(&long, [header.as_bytes(), &vec![b'7'; 100 << 20]].concat()).unwrap();
    let refused = |path: &PathBuf| {
        let outcome = ingest::run(&store, std::slice::from_ref(path), &options, now(), &Silent).unwrap().remove(0);
        outcome.stored().unwrap_err().to_string()
    };
    assert!(refused(&wide).contains("UTF-16"));
    assert!(refused(&long).contains("J.csv:2: a record longer than 1 MiB"));
}

#[test]
fn an_unreadable_file_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("A.csv"), daily(1, 5, 10.0)).unwrap();
    std::os::unix::fs::symlink("nowhere.csv", folder.path().join("B.csv")).unwrap();
    std::fs::write(folder.path().join("C.csv"), daily(1, 5, 10.0)).unwrap();
    // A circle of links must not be walked without end.
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    let store = Store::in_memory().unwrap();
    let outcomes = ingest::run(&store, &[folder.path().into()], &Options::default(), now(), &Silent).unwrap();
    assert_eq!(outcomes.len(), 3);
    assert!(matches!(&outcomes[1], FileOutcome::Failed { path, .. } if path.ends_with("B.csv")));
    assert_eq!(number::<i64>(&store, "SELECT count(DISTINCT symbol) FROM bars"), 2);
}
