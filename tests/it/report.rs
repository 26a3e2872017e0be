//! Reports of generated runs: self-contained, true to the views, safe against hostile names, whole on edge data.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use workstation::domain::Ts;
use workstation::report::{self, ReportError};
use workstation::store::Store;

use crate::shared::now;

/// The views' fixture, and an evaluation with training curves for its model.
fn store() -> Store {
    let store = Store::in_memory().unwrap();
    store.conn().execute_batch(include_str!("views_fixture.sql")).unwrap();
    store.conn().execute_batch(include_str!("report_fixture.sql")).unwrap();
    store
}

fn page_of(store: &Store, run_ids: &[&str]) -> String {
    report::html(store, run_ids, now()).unwrap()
}

/// Width, height and pixels of an RGB PNG, by the PNG specification (second edition, sections 5 and 9).
fn decode(path: &Path) -> (u32, u32, Vec<[u8; 3]>) {
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let (width, height) = (number(16), number(20));
    assert_eq!(&bytes[24..29], [8, 2, 0, 0, 0], "eight-bit RGB, not interlaced");
    let (mut packed, mut at) = (Vec::new(), 8);
    while at < bytes.len() {
        let length = number(at) as usize;
        if &bytes[at + 4..at + 8] == b"IDAT" {
            packed.extend(&bytes[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut raw).unwrap();
    let row = width as usize * 3;
    let mut above = vec![0u8; row];
    let mut pixels = Vec::new();
    for line in raw.chunks_exact(row + 1) {
        let mut out = vec![0u8; row];
        for index in 0..row {
            let left = if index < 3 { 0 } else { out[index - 3] };
            let corner = if index < 3 { 0 } else { above[index - 3] };
            let predicted = match line[0] {
                0 => 0,
                1 => left,
                2 => above[index],
                3 => ((u16::from(left) + u16::from(above[index])) / 2) as u8,
                _ => paeth(left, above[index], corner),
            };
            out[index] = line[index + 1].wrapping_add(predicted);
        }
        pixels.extend(out.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]));
        above = out;
    }
    assert_eq!(pixels.len(), (width * height) as usize);
    (width, height, pixels)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    [left, above, corner].into_iter().min_by_key(|value| (estimate - i16::from(*value)).abs()).unwrap()
}

/// Text between a label's `<dt>` or row heading and the end of its value, tags removed.
fn shown(page: &str, label: &str) -> String {
    let start = page.find(&format!(">{label}<")).unwrap_or_else(|| panic!("no {label} on the page"));
    let rest = &page[start + 1..];
    let end = rest.find("</tr>").into_iter().chain(rest.find("</div>")).min().unwrap();
    let mut text = String::new();
    let mut is_tag = false;
    for c in rest[..end].chars() {
        match c {
            '<' => is_tag = true,
            '>' => (is_tag, _) = (false, text.push(' ')),
            c if !is_tag => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = page_of(&store(), &["bt-model"]);
    for reference in ["http://", "https://", "//cdn", " src=", "<script", "<link", "@import", "url(", "<iframe"] {
        assert!(!page.contains(reference), "the page refers to {reference}");
    }
    let links = page.match_indices("href=\"").map(|(at, found)| &page[at + found.len()..]);
    assert!(links.clone().count() > 3 && links.clone().all(|link| link.starts_with('#')), "a link leaves the page");
    let targets: BTreeSet<&str> = links.map(|link| &link[1..link.find('"').unwrap()]).collect();
    for target in targets {
        assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "link to #{target}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

#[test]
fn the_page_shows_the_numbers_of_the_views() {
    let store = store();
    let page = page_of(&store, &["bt-walk"]);
    let value = |column: &str| -> f64 {
        let sql = format!("SELECT {column} FROM run_performance WHERE run_id = 'bt-walk'");
        store.conn().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    // Formatted here in another way than the report does, on numbers that need no grouping.
    let percent = |column: &str| {
        let value = value(column) * 100.0;
        let text = if value.abs() < 9.995 { format!("{value:.2}") } else { format!("{value:.1}") };
        text.replace('-', "−") + " %"
    };
    let ratio = |column: &str| format!("{:.2}", value(column)).replace('-', "−");
    let both = |a: String, b: String| format!("{a} {b}");
    assert_eq!(
        shown(&page, "Total return"),
        "Total return ".to_string() + &both(percent("total_return"), percent("benchmark_return"))
    );
    assert_eq!(
        shown(&page, "Sharpe ratio"),
        "Sharpe ratio ".to_string()
            + &both(
                format!("{} {} to {}", ratio("sharpe"), ratio("sharpe_low"), ratio("sharpe_high")),
                ratio("benchmark_sharpe")
            )
    );
    assert_eq!(
        shown(&page, "Max drawdown"),
        "Max drawdown ".to_string() + &both(percent("max_drawdown"), percent("benchmark_max_drawdown"))
    );
    assert_eq!(shown(&page, "Cost drag"), "Cost drag ".to_string() + &percent("cost_drag"));
    assert_eq!(shown(&page, "Trades"), format!("Trades {}", value("n_trades")));
    assert_eq!(shown(&page, "Exposure"), "Exposure ".to_string() + &percent("exposure"));
    assert!(page.contains("SYNTHETIC DATA"), "BBB has synthetic bars");
    assert!(!page.contains("IN-SAMPLE"));
}

/// What a browser reads of escaped text.
fn unescaped(text: &str) -> String {
    let entities = [("&#x27;", "'"), ("&#x2f;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    entities.iter().fold(text.to_string(), |text, (entity, plain)| text.replace(entity, plain))
}

#[test]
fn every_statement_on_the_page_runs_as_it_stands() {
    let store = store();
    let page = page_of(&store, &["bt-model", "bt-walk"]);
    let statements: Vec<String> =
        page.split("<pre><code>").skip(1).map(|part| unescaped(&part[..part.find("</code>").unwrap()])).collect();
    assert!(statements.len() > 15, "{} statements", statements.len());
    for statement in statements {
        let rows = store.conn().prepare(&statement).and_then(|mut prepared| {
            let mut found = prepared.query([])?;
            found.next().map(|row| row.is_some())
        });
        assert!(rows.unwrap_or_else(|error| panic!("{statement}\n{error}")), "no rows: {statement}");
    }
}

#[test]
fn a_model_backtest_brings_its_evaluation_and_its_training() {
    let page = page_of(&store(), &["bt-model"]);
    for title in [
        "Equity and drawdown",
        "Monthly returns",
        "Daily returns",
        "Traded directions",
        "Confusion matrix (test)",
        "ROC curve (test)",
        "Precision and recall (test)",
        "Threshold sweep (test)",
        "Calibration (test)",
        "Training curves",
        "Lineage and parameters",
        "First and last trades",
    ] {
        assert!(page.contains(title), "no '{title}'");
    }
    assert!(page.contains("UNAUDITED · IN-SAMPLE"));
    assert!(page.contains("ev-one") && page.contains("tr-one"));
    let figures = page.matches("<figure").count();
    assert_eq!(page.matches("role=\"img\" aria-label=\"").count(), figures, "each figure has its text");
}

#[test]
fn pictures_decode_and_differ_by_theme() {
    let folder = tempfile::tempdir().unwrap();
    let written = report::write(&store(), &["bt-model"], folder.path(), now()).unwrap();
    let page = std::fs::read_to_string(&written.html).unwrap();
    assert_eq!(written.pngs.len(), 2 * page.matches("<figure").count(), "each figure is written light and dark");
    for path in &written.pngs {
        let (width, height, pixels) = decode(path);
        assert!(width >= 800 && height >= 250, "{} is {width} x {height}", path.display());
        let is_dark = path.to_string_lossy().ends_with("_dark.png");
        let bright = pixels.iter().filter(|pixel| pixel.iter().all(|value| *value > 127)).count();
        assert_eq!(bright * 2 < pixels.len(), is_dark, "{}", path.display());
        assert!(pixels.iter().collect::<BTreeSet<_>>().len() > 30, "{} is nearly empty", path.display());
    }
}

#[test]
fn hostile_names_stay_text() {
    let (store, folder) = (store(), tempfile::tempdir().unwrap());
    let hostile = "</title><script>alert('x')</script>\"><img src=x onerror=y>";
    store
        .conn()
        .execute(
            "UPDATE runs SET name = ?1, strategy = ?1, error = ?1, status = 'failed' WHERE run_id = 'bt-walk'",
            [hostile],
        )
        .unwrap();
    store.conn().execute("INSERT INTO run_params VALUES ('bt-walk', ?1, ?1)", [hostile]).unwrap();
    store.conn().execute("UPDATE trades SET exit_reason = ?1 WHERE run_id = 'bt-walk'", [hostile]).unwrap();
    let page = page_of(&store, &["bt-walk"]);
    assert!(!page.contains("<script") && !page.contains("<img") && page.matches("</title>").count() == 1);
    assert!(page.contains("&lt;script&gt;") && page.contains("FAILED"));

    // An id from a foreign hand can't leave the folder either.
    store.conn().execute("UPDATE runs SET run_id = '../../up/\"x' WHERE run_id = 'bt-flat'", []).unwrap();
    store.conn().execute("UPDATE equity SET run_id = '../../up/\"x' WHERE run_id = 'bt-flat'", []).unwrap();
    store.conn().execute("UPDATE run_returns SET run_id = '../../up/\"x' WHERE run_id = 'bt-flat'", []).unwrap();
    let written = report::write(&store, &["../../up/\"x"], folder.path(), now()).unwrap();
    assert!(!written.pngs.is_empty() && written.pngs.iter().all(|path| path.parent() == Some(folder.path())));
}

#[test]
fn precision_is_that_of_the_threshold_traded_with() {
    let store = store();
    // Evaluated at 0.5, where two of four calls are right; traded at 0.6, where two of three are.
    let calls = "INSERT INTO runs (run_id, kind, mode, status, started_at, code_version, model_id, interval, symbols) VALUES
            ('ev-traded', 'evaluate', 'research', 'finished', TIMESTAMP '2024-03-09', '0.1.0', 'm-1', '1h', ['AAA']);
        DELETE FROM predictions WHERE run_id = 'bt-model';
        INSERT INTO predictions (run_id, split, ts, close_ts, symbol, interval, model_id, probability, threshold, label)
        SELECT 'ev-traded', 'test', TIMESTAMP '2024-01-02' + to_hours(i), TIMESTAMP '2024-01-02' + to_hours(i + 1), 'AAA', '1h', 'm-1', p, 0.5, l
        FROM (VALUES (1, 0.55, 0), (2, 0.65, 1), (3, 0.7, 1), (4, 0.9, 0), (5, 0.2, 1)) AS calls(i, p, l);
        INSERT INTO predictions (run_id, split, ts, close_ts, symbol, interval, model_id, probability, threshold)
        VALUES ('bt-model', 'backtest', TIMESTAMP '2024-02-02', TIMESTAMP '2024-02-02 01:00', 'AAA', '1h', 'm-1', 0.7, 0.6)";
    store.conn().execute_batch(calls).unwrap();
    let page = page_of(&store, &["bt-model", "ev-traded"]);
    let told = shown(&page, "Model precision at 0.600");
    assert!(told.contains("66.7 %"), "{told}");
}

#[test]
fn edge_data_makes_a_page_that_says_what_is_unknown() {
    let store = store();
    // Never traded, no variance, no benchmark.
    let page = page_of(&store, &["bt-flat"]);
    assert_eq!(shown(&page, "Sharpe ratio"), "Sharpe ratio — unknown — unknown — no benchmark");
    assert_eq!(shown(&page, "Win rate"), "Win rate — no trades");
    assert!(shown(&page, "Total return").starts_with("Total return 0.00 % —"));
    // One bar; below zero; a run that left nothing; a single class.
    store.conn().execute_batch(include_str!("report_edges.sql")).unwrap();
    for run in ["bt-once", "bt-broke", "bt-empty", "ev-single", "tr-null"] {
        let page = page_of(&store, &[run]);
        assert!(
            page.contains(run) && !page.contains("NaN") && !page.contains(">inf<") && !page.contains("inf "),
            "{run}"
        );
    }
    let page = page_of(&store, &["bt-empty"]);
    assert!(page.contains("has left no equity") && page.contains("RUNNING"));
    let page = page_of(&store, &["ev-single"]);
    assert!(shown(&page, "ROC-AUC").contains("— unknown"));
}

#[test]
fn several_runs_stand_side_by_side() {
    let page = page_of(&store(), &["bt-walk", "bt-flat", "bt-walk"]);
    assert!(page.contains("2 runs side by side") && page.contains("Beside buy and hold"));
    assert_eq!(page.matches("<section class=\"run\" id=\"s").count(), 2);
}

#[test]
fn what_cannot_be_reported_is_refused_before_anything_is_written() {
    let (store, folder) = (store(), tempfile::tempdir().unwrap());
    let out = folder.path().join("new");
    let error = report::write(&store, &["bt-walk", "bt-nope'; DROP TABLE runs; --"], &out, now()).unwrap_err();
    let text = error.to_string();
    assert!(
        error.is_refusal()
            && text.contains("unknown run 'bt-nope'")
            && text.contains("newest: cp-one, ev-one, bt-model"),
        "{text}"
    );
    assert!(matches!(report::write(&store, &[] as &[&str], &out, Ts(0)).unwrap_err(), ReportError::NoRuns));
    assert!(!out.exists());
    let empty = Store::in_memory().unwrap();
    let error = report::write(&empty, &["x"], &out, now()).unwrap_err().to_string();
    assert_eq!(error, "unknown run 'x'; the store has none yet; 'ws backtest' makes one");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = report::write(&store, &["bt-walk"], &file, now()).unwrap_err();
    assert!(!error.is_refusal() && error.to_string().contains("file") && error.hint().is_some(), "{error}");
}
