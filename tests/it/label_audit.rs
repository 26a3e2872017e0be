//! Label sets as users build, list and audit them: kinds by flags, figures by a second count, rules that catch what was
//! tampered with, pages and sheets.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use workstation::domain::fingerprint::sha256;
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::labels::{
    self, AuditPlan, AuditReport, Bounded, FixedHorizon, LabelError, LabelRow, LabelSpec, Periods, TripleBarrier,
    Volatility,
};
use workstation::store::series::SeriesFilter;
use workstation::store::{Store, duckdb};

use crate::market;
use crate::shared::{ingest_all, now, number, shared};

fn ws(db: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("ws").unwrap().env_remove("WS_DB").arg("--db").arg(db).args(args).output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const BARRIERS: TripleBarrier = TripleBarrier { take_profit: 0.03, stop_loss: 0.03, horizon: 8 };

/// Two real series with labels of one kind.
fn built(spec: &LabelSpec) -> (Store, [Bars; 2]) {
    let series = [market::goog(), market::reliance()];
    let store = market::store_of(&[&series[0], &series[1]]);
    labels::build(&store, spec, &SeriesFilter::default(), now(), &Silent).unwrap();
    (store, series)
}

fn plan(spec: &LabelSpec) -> AuditPlan {
    AuditPlan { label_set: spec.name(), interval: Interval::D1, symbols: vec![], per_split: 40, seed: 1 }
}

fn periods() -> Periods {
    let at = |text: &str| Ts::parse(text).unwrap();
    [(at("2005-01-03"), at("2006-06-30")), (at("2006-07-03"), at("2010-06-30")), (at("2010-07-01"), at("2030-01-01"))]
}

fn audit(store: &Store, spec: &LabelSpec) -> AuditReport {
    labels::audit(store, &plan(spec), &periods()).unwrap()
}

/// Names of the rules that are broken.
fn broken(report: &AuditReport) -> Vec<&str> {
    report.checks.iter().filter(|check| check.violations > 0).map(|check| check.name).collect()
}

#[test]
fn an_untouched_set_of_any_kind_breaks_no_rule() {
    let bounded = LabelSpec::TripleBarrier(Bounded { barriers: BARRIERS, session_bounded: true });
    let scaled = Volatility::default().into();
    for spec in [BARRIERS.into(), bounded, scaled, FixedHorizon::default().into()] {
        let (store, _) = built(&spec);
        let report = audit(&store, &spec);
        assert_eq!((broken(&report), report.violations()), (vec![], 0), "{}", spec.name());
        assert_eq!((report.checks.len(), report.samples.len(), report.spec), (9, 120, spec));
        assert!(report.notes.is_empty() && !report.is_synthetic);
        assert!(report.checks.iter().all(|check| check.checked > 100), "every rule was held against something");
    }
}

#[test]
fn whatever_is_tampered_with_is_caught_by_its_rule() {
    let spec = LabelSpec::from(BARRIERS);
    let one = "symbol = 'GOOG' AND ts = (SELECT min(ts) FROM labels WHERE symbol = 'GOOG')";
    let cases = [
        ("unique", format!("INSERT INTO labels SELECT * FROM labels WHERE {one}")),
        ("has_bar", format!("DELETE FROM bars WHERE {one}")),
        ("entry_is_next_bar", format!("UPDATE labels SET entry_ts = entry_ts + INTERVAL 1 HOUR WHERE {one}")),
        ("entry_after_close", format!("UPDATE bars SET close_ts = close_ts + INTERVAL 9 DAY WHERE {one}")),
        ("exit_after_entry", format!("UPDATE labels SET exit_ts = entry_ts - INTERVAL 1 DAY WHERE {one}")),
        ("all_or_nothing", format!("UPDATE labels SET forward_return = NULL WHERE {one}")),
        ("all_or_nothing", "UPDATE labels SET weight = 0.5 WHERE label IS NULL".to_string()),
        ("weight_range", format!("UPDATE labels SET weight = 0 WHERE {one}")),
        ("weight_range", format!("UPDATE labels SET weight = 1.01 WHERE {one}")),
        ("recomputed", "UPDATE labels SET label = 1 - label".to_string()),
        ("recomputed", "UPDATE labels SET weight = weight / 2".to_string()),
        ("recomputed", "UPDATE labels SET barrier = 'session' WHERE barrier = 'horizon'".to_string()),
        ("recomputed", "UPDATE labels SET forward_return = forward_return * 1.0001".to_string()),
        ("recomputed", "UPDATE labels SET side = 1".to_string()),
        ("recomputed", "UPDATE bars SET high = high * 1.5".to_string()),
        ("within_barriers", "UPDATE labels SET forward_return = forward_return * 3".to_string()),
    ];
    let (store, _) = built(&spec);
    for (rule, tamper) in cases {
        store.conn().execute_batch(&format!("BEGIN; {tamper}")).unwrap();
        let report = audit(&store, &spec);
        assert!(broken(&report).contains(&rule), "{tamper}: {:?}", broken(&report));
        if rule == "recomputed" {
            assert!(
                report
                    .samples
                    .iter()
                    .any(|sample| sample.faults[..].first().is_some_and(|told| told.contains("computed again")))
            );
        }
        store.conn().execute_batch("ROLLBACK").unwrap();
    }
}

#[test]
fn figures_by_split_are_those_of_a_second_count() {
    let spec = LabelSpec::from(BARRIERS);
    let (store, series) = built(&spec);
    let report = audit(&store, &spec);
    let rows: Vec<(LabelRow, &Bars)> =
        series.iter().flat_map(|bars| spec.label(bars).into_iter().map(move |row| (row, bars))).collect();
    for (n, (figures, (from, to))) in report.splits.iter().zip(periods()).enumerate() {
        assert_eq!(figures.split, labels::SPLITS[n]);
        let inside: Vec<_> = rows.iter().filter(|(row, _)| from <= row.ts && row.ts <= to).collect();
        let reaches = |row: &LabelRow| n < 2 && row.exit_ts.is_some_and(|exit| exit >= periods()[n + 1].0);
        let kept: Vec<_> = inside.iter().filter(|(row, _)| row.label.is_some() && !reaches(row)).collect();
        assert_eq!(figures.n_rows as usize, inside.len());
        assert_eq!(figures.n_null as usize, inside.iter().filter(|(row, _)| row.label.is_none()).count());
        assert_eq!(figures.n_purged as usize, inside.iter().filter(|(row, _)| reaches(row)).count());
        assert_eq!(figures.n as usize, kept.len());
        let ended = |name: &str| kept.iter().filter(|(row, _)| row.barrier.unwrap().as_str() == name).count() as i64;
        assert_eq!(
            [figures.take_profit, figures.stop_loss, figures.horizon, figures.session],
            ["take_profit", "stop_loss", "horizon", "session"].map(ended)
        );
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let close = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-9, "{a:?} is not {b}");
        close(figures.base_rate, mean(kept.iter().map(|(row, _)| f64::from(row.label.unwrap())).collect()));
        close(figures.mean_weight, mean(kept.iter().map(|(row, _)| row.weight.unwrap()).collect()));
        let mut returns: Vec<f64> = kept.iter().map(|(row, _)| row.forward_return.unwrap()).collect();
        close(figures.mean_return, mean(returns.clone()));
        returns.sort_by(f64::total_cmp);
        let middle = returns.len() / 2;
        let even = returns.len().is_multiple_of(2);
        close(
            figures.median_return,
            if even { (returns[middle - 1] + returns[middle]) / 2.0 } else { returns[middle] },
        );
        let index = |bars: &Bars, ts: Option<Ts>| bars.ts.binary_search(&ts.unwrap()).unwrap() as f64;
        close(
            figures.mean_bars_held,
            mean(kept.iter().map(|(row, bars)| index(bars, row.exit_ts) - index(bars, row.entry_ts)).collect()),
        );
    }
    assert!(report.splits[0].n_purged > 0 && report.splits[2].n_null > 0, "both occur");
}

#[test]
fn a_sample_is_random_repeatable_and_within_its_split() {
    let spec = LabelSpec::from(BARRIERS);
    let (store, _) = built(&spec);
    let drawn = |seed: u64| {
        let report = labels::audit(&store, &AuditPlan { seed, ..plan(&spec) }, &periods()).unwrap();
        report.samples.iter().map(|sample| (sample.bars.symbol.clone(), sample.row.ts)).collect::<Vec<_>>()
    };
    let first = drawn(1);
    assert_eq!(first, drawn(1));
    let second = drawn(2);
    let shared = first.iter().filter(|key| second.contains(key)).count();
    assert!(shared < 40, "{shared} of 120 are the same with another seed");
    let report = audit(&store, &spec);
    for sample in &report.samples {
        let n = labels::SPLITS.iter().position(|split| *split == sample.split).unwrap();
        let (from, to) = periods()[n];
        assert!(from <= sample.row.ts && sample.row.ts <= to);
        assert!(n == 2 || sample.row.exit_ts.unwrap() < periods()[n + 1].0, "a purged label was drawn");
        assert_eq!(sample.bars.ts[sample.decision], sample.row.ts);
        assert_eq!(Some(sample.bars.ts[sample.exit]), sample.row.exit_ts);
        assert_eq!(sample.bars.open[sample.decision + 1], sample.entry_price);
        let (take, stop) = sample.barriers.unwrap();
        assert!((take / sample.entry_price - 1.03).abs() < 1e-12 && (stop / sample.entry_price - 0.97).abs() < 1e-12);
        assert!(sample.bars.low[sample.exit] <= sample.exit_price * (1.0 + 1e-12));
        assert!(sample.bars.high[sample.exit] >= sample.exit_price * (1.0 - 1e-12));
    }
    let none = labels::audit(&store, &AuditPlan { per_split: 0, ..plan(&spec) }, &periods()).unwrap();
    assert!(none.samples.is_empty() && none.violations() == 0);
}

#[test]
fn a_set_is_recorded_once_and_explained_by_its_record() {
    let spec = LabelSpec::from(Volatility::default());
    let (store, _) = built(&spec);
    let later = Ts::parse("2027-01-01").unwrap();
    labels::build(&store, &spec, &SeriesFilter::default(), later, &Silent).unwrap();
    let sets = labels::sets(&store).unwrap();
    assert_eq!(sets.len(), 1);
    assert_eq!((sets[0].kind.as_deref(), sets[0].n_series), (Some("volatility"), 2));
    assert_eq!(sets[0].created_at.as_deref(), Some("2026-11-20 12:00:00"), "the first build");
    assert_eq!(labels::spec_of(&store, &spec.name()).unwrap(), spec);
    let unknown = labels::spec_of(&store, "vol_9_9_9_w9").unwrap_err();
    assert!(unknown.is_refusal());
    assert_eq!(unknown.to_string(), "no label set 'vol_9_9_9_w9'; the store has vol_2_1_8_w20");
    for (edit, told) in [
        ("UPDATE label_sets SET spec = replace(spec::VARCHAR, '20', '30')", "its record describes vol_2_1_8_w30"),
        ("UPDATE label_sets SET spec = '{\"kind\":\"magic\"}'", "its record is unreadable"),
        ("DELETE FROM label_sets", "it has no record"),
    ] {
        store.conn().execute_batch(edit).unwrap();
        let refused = labels::spec_of(&store, &spec.name()).unwrap_err();
        assert!(matches!(refused, LabelError::Spec { .. }) && refused.to_string().contains(told), "{refused}");
    }
}

/// A store as programs wrote it before a migration, with the bars and labels of another.
fn written_before(version: u32, path: &Path, newer: &Path) {
    let old = duckdb::Connection::open(path).unwrap();
    old.execute_batch(
        "CREATE TABLE schema_migrations (version INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL,
                                         applied_at TIMESTAMP NOT NULL)",
    )
    .unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names.iter().map(|name| name.to_str().unwrap()) {
        let number: u32 = name.split('_').next().unwrap().parse().unwrap();
        if number < version {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            old.execute_batch(&text).unwrap();
            let record = "INSERT INTO schema_migrations VALUES (?, ?, ?, TIMESTAMP '2026-01-01')";
            old.execute(record, duckdb::params![number, name, sha256(text.as_bytes())]).unwrap();
        }
    }
    old.execute_batch(&format!("ATTACH '{}' AS newer (READ_ONLY)", newer.display())).unwrap();
    for table in ["bars", "instruments", "labels"] {
        let columns = "SELECT string_agg(column_name, ', ') FROM duckdb_columns()
                       WHERE table_name = ? AND database_name = current_database()";
        let columns: String = old.query_row(columns, [table], |row| row.get(0)).unwrap();
        old.execute_batch(&format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM newer.{table}")).unwrap();
    }
}

#[test]
fn sets_older_than_their_records_stay_readable() {
    let folder = tempfile::tempdir().unwrap();
    let (path, newer) = (folder.path().join("old.duckdb"), folder.path().join("new.duckdb"));
    let store = Store::open(&newer, now()).unwrap();
    ingest_all(&store, &shared("data/real/GOOG_1d.csv"));
    let spec = LabelSpec::from(BARRIERS);
    labels::build(&store, &spec, &SeriesFilter::default(), now(), &Silent).unwrap();
    drop(store);
    written_before(6, &path, &newer);
    let store = Store::open(&path, now()).unwrap();
    assert_eq!(number::<i64>(&store, "SELECT count(label) FROM labels WHERE weight IS NULL AND side IS NULL"), 2139);
    assert_eq!(labels::spec_of(&store, "tb_3_3_8").unwrap(), spec);
    let report = audit(&store, &spec);
    assert_eq!(broken(&report), Vec::<&str>::new());
    assert!(report.notes[0].starts_with("2139 labels have no weight"), "{:?}", report.notes);
    let sets = labels::sets(&store).unwrap();
    assert_eq!((sets[0].kind.as_deref(), sets[0].n_complete, sets[0].mean_weight), (None, 2139, None));
}

#[test]
fn a_late_bar_makes_the_end_of_its_session_stale() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("X.csv");
    let line = |day: u32, hour: u32| format!("2024-01-{day:02} {hour:02}:00,100,101,99,100,5\n");
    let rows = |hours: &[(u32, u32)]| hours.iter().map(|(day, hour)| line(*day, *hour)).collect::<String>();
    let put = |text: String| std::fs::write(&path, format!("time,open,high,low,close,volume\n{text}")).unwrap();
    let store = Store::in_memory().unwrap();
    put(rows(&[(2, 9), (2, 10), (2, 11), (3, 9), (3, 10), (3, 11)]));
    ingest_all(&store, &path);
    let bounded = LabelSpec::TripleBarrier(Bounded { barriers: BARRIERS, session_bounded: true });
    for spec in [bounded, BARRIERS.into()] {
        labels::build(&store, &spec, &SeriesFilter::default(), now(), &Silent).unwrap();
    }
    let marks = "SELECT string_agg(name, ' ' ORDER BY name) FROM stale_marks WHERE kind = 'labels'";
    assert_eq!(number::<Option<String>>(&store, marks), None);
    put(rows(&[(2, 12), (2, 13)]));
    ingest_all(&store, &path);
    // The other set has no label that was complete by then.
    assert_eq!(number::<Option<String>>(&store, marks).as_deref(), Some("tb_3_3_8_session"));
}

fn goog_in(folder: &Path) -> std::path::PathBuf {
    let db = folder.join("a.duckdb");
    let goog = shared("data/real/GOOG_1d.csv");
    assert_eq!(ws(&db, &["ingest", "csv", goog.to_str().unwrap()]).status.code(), Some(0));
    db
}

#[test]
fn every_kind_is_built_by_its_flags_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let db = goog_in(folder.path());
    let built = |args: &[&str]| json(&ws(&db, &[&["labels", "build", "--json"], args].concat()));
    assert_eq!(built(&[])["label_set"], "tb_5_2_8");
    let sweep = built(&["--take-profit", "0.03,0.035,0.04"]);
    let names: Vec<&str> =
        sweep["label_sets"].as_array().unwrap().iter().map(|set| set["label_set"].as_str().unwrap()).collect();
    assert_eq!(names, ["tb_3_2_8", "tb_3.5_2_8", "tb_4_2_8"]);
    assert_eq!(built(&["--kind", "volatility", "--vol-window", "50"])["label_set"], "vol_2_1_8_w50");
    assert_eq!(built(&["--session-bounded"])["label_set"], "tb_5_2_8_session");
    assert_eq!(built(&["--kind", "fixed-horizon", "--threshold", "-0.01", "--horizon", "5"])["label_set"], "fh_5_-1");
    assert_eq!(built(&["--kind", "meta"])["label_set"], "meta_10_20_tb_5_2_8");
    let meta = built(&[
        "--kind",
        "meta",
        "--fast",
        "5",
        "--barriers",
        "volatility",
        "--stop-loss",
        "1.5",
        "--session-bounded",
    ]);
    assert_eq!(meta["label_set"], "meta_5_20_vol_2_1.5_8_w20_session");
    assert!(
        meta["series"][0]["session"].as_i64().unwrap() > 0 && meta["series"][0]["mean_weight"].as_f64().unwrap() <= 1.0
    );
    let list = json(&ws(&db, &["labels", "list", "--json"]));
    let listed = list["label_sets"].as_array().unwrap();
    assert_eq!(listed.len(), 9);
    assert!(listed.iter().all(|set| set["rows"] == 2148 && set["spec"]["kind"] == set["kind"]));
    assert!(text(&ws(&db, &["labels", "list"]).stdout).contains("meta_5_20_vol_2_1.5_8_w20_session"));
    for (bad, exit, told) in [
        (&["--kind", "fixed-horizon", "--take-profit", "0.1"][..], 2, "--take-profit is for kinds with barriers"),
        (&["--kind", "fixed-horizon", "--session-bounded"], 2, "--session-bounded is for kinds with barriers"),
        (&["--vol-window", "20"], 2, "--vol-window is for --kind volatility"),
        (&["--kind", "meta", "--vol-window", "20"], 2, "--vol-window is for"),
        (&["--threshold", "0.1"], 2, "--threshold is for --kind fixed-horizon"),
        (&["--fast", "3"], 2, "--fast is for --kind meta"),
        (&["--take-profit", "0.03,0.03"], 2, "tb_3_2_8 is asked for twice"),
        (&["--take-profit", "0.03,0"], 1, "take_profit = 0"),
        (&["--kind", "meta", "--fast", "20"], 1, "fast = 20"),
    ] {
        let output = ws(&db, &[&["labels", "build"], bad].concat());
        assert_eq!(output.status.code(), Some(exit), "{bad:?}");
        assert!(text(&output.stderr).contains(told), "{bad:?}: {}", text(&output.stderr));
    }
    assert_eq!(json(&ws(&db, &["labels", "list", "--json"])), list, "nothing was written");
}

#[test]
fn an_audit_writes_a_page_that_needs_nothing_and_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let db = goog_in(folder.path());
    let out = folder.path().join("out");
    let args = ["labels", "audit", "--per-split", "7", "--out", out.to_str().unwrap(), "--json"];
    let refused = ws(&db, &args);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("ws labels build") && !out.exists());
    assert_eq!(ws(&db, &["labels", "build", "--kind", "meta"]).status.code(), Some(0));
    let output = ws(&db, &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = json(&output);
    assert_eq!((report["violations"].as_i64(), report["splits"].as_array().unwrap().len()), (Some(0), 3));
    assert_eq!(report["samples"].as_array().unwrap().len(), 21);
    // The same cut as for training: 15 % of the labelled times, less the embargo.
    assert!(report["periods"]["train_end"].as_str().unwrap() < report["periods"]["valid_start"].as_str().unwrap());
    let page = std::fs::read_to_string(out.join("labels.html")).unwrap();
    assert_eq!(page.matches("<figure class=\"tile").count(), 21);
    for foreign in ["http://", "https://", "<script", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("#o-stop_loss:checked ~ .tiles"));
    for sample in report["samples"].as_array().unwrap() {
        let when = &sample["ts"].as_str().unwrap()[..16];
        assert!(page.contains(&format!("GOOG · {when}")), "{when}");
    }
    for sheet in report["pngs"].as_array().unwrap() {
        let bytes = std::fs::read(sheet.as_str().unwrap()).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 20_000);
    }
    assert_eq!(report["pngs"].as_array().unwrap().len(), 6, "three splits, light and dark");
    // Two sets: which one?
    assert_eq!(ws(&db, &["labels", "build"]).status.code(), Some(0));
    let which = ws(&db, &args);
    assert_eq!(which.status.code(), Some(1));
    assert!(text(&which.stderr).contains("which labels? There are meta_10_20_tb_5_2_8 1d, tb_5_2_8 1d"));
    // A broken rule: exit status 1, and the page says which.
    let store = Store::open(&db, now()).unwrap();
    store.conn().execute_batch("UPDATE labels SET label = 1 - label WHERE label_set = 'tb_5_2_8'").unwrap();
    drop(store);
    let broken = ws(&db, &[&args[..], &["--set", "tb_5_2_8"]].concat());
    assert_eq!(broken.status.code(), Some(1), "{}", text(&broken.stderr));
    let checks = json(&broken)["checks"].as_array().unwrap().clone();
    let recomputed = checks.iter().find(|check| check["name"] == "recomputed").unwrap();
    assert_eq!((recomputed["checked"].as_i64(), recomputed["violations"].as_i64()), (Some(21), Some(21)));
    let page = std::fs::read_to_string(out.join("labels.html")).unwrap();
    assert!(page.contains("faulty") && page.contains("computed again, label is"));
    let unknown = ws(&db, &[&args[..], &["--set", "tb_5_2_8", "--symbols", "GOOG,INFY"]].concat());
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("no 1d bars for INFY"), "{}", text(&unknown.stderr));
    // Too short a history to cut.
    let short = ws(&db, &[&args[..], &["--set", "tb_5_2_8", "--embargo", "5000"]].concat());
    assert_eq!(short.status.code(), Some(1));
    assert!(text(&short.stderr).contains("too few to split"), "{}", text(&short.stderr));
}
