//! User SQL at every door: what is hostile is refused and leaves the store as it was, what analysts ask runs.
//!
//! `sql/hostile.txt` and `sql/legitimate.txt` hold a statement a line; what nests deep is made here.

use std::path::Path;

use workstation::domain::Ts;
use workstation::features::FeatureSet;
use workstation::store::frame::Frame;
use workstation::store::guard::{Files, Statement};
use workstation::store::{Store, query, signals};

/// The statements of a file; `\uXXXX`, `\n`, `\r` and `\\` are their characters.
fn statements(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(unescaped).collect()
}

fn unescaped(line: &str) -> String {
    let mut found = String::new();
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => match rest.next() {
                Some('n') => found.push('\n'),
                Some('r') => found.push('\r'),
                Some('u') => {
                    let code: String = rest.by_ref().take(4).collect();
                    found.extend(char::from_u32(u32::from_str_radix(&code, 16).unwrap()));
                }
                Some('\\') => found.push('\\'),
                Some(other) => found.extend(['\\', other]),
                None => found.push('\\'),
            },
            letter => found.push(letter),
        }
    }
    found
}

/// Statements and expressions that nest deeper than any hand writes.
fn deep() -> Vec<String> {
    let nested = |open: &str, core: &str, close: &str, n: usize| open.repeat(n) + core + &close.repeat(n);
    let mut found = Vec::new();
    for n in [300, 3_000, 6_000] {
        found.push(format!("SELECT {}", nested("(", "1", ")", n)));
        found.push(format!("SELECT {}", nested("-", "1", "", n).replace("--", "- -")));
        found.push(format!("SELECT {}", nested("abs(", "1", ")", n)));
        found.push(nested("(", "SELECT 1", ")", n));
        found.push(format!("SELECT 1{}", " + 1".repeat(n)));
        found.push(format!("SELECT NULL::INT{}", "[]".repeat(n)));
    }
    for n in [300, 1_500] {
        found.push(nested("SELECT * FROM (", "SELECT 1", ")", n));
        found.push(nested("WITH a AS (", "SELECT 1", ") SELECT 1", n));
        found.push(format!("SELECT {}", nested("CASE WHEN true THEN ", "1", " END", n)));
        found.push(format!("SELECT NULL::{}", nested("STRUCT(a ", "INT", ")", n)));
    }
    found.push("SELECT 1 -- ".to_string() + &"x".repeat(70_000));
    found
}

/// Two symbols with four bars.
fn store(path: &Path) -> Store {
    let store = Store::open(path, Ts(0)).unwrap();
    let bars = "INSERT INTO bars SELECT s, '1h', t, t + INTERVAL 1 HOUR, CAST(t AS DATE), 1, 2, 0.5, 1.5, 10, NULL, 'raw', 'synthetic', t
                FROM (VALUES ('A'), ('B')) AS symbols(s), range(TIMESTAMP '2024-01-02', TIMESTAMP '2024-01-02 04:00', INTERVAL 1 HOUR) AS hours(t)";
    store.conn().execute_batch(bars).unwrap();
    store
}

/// Names, settings and rows: whatever a statement could have left behind.
fn digest(store: &Store) -> String {
    let text = |sql: &str| -> String { store.conn().query_row(sql, [], |row| row.get(0)).unwrap() };
    let names = "SELECT string_agg(table_name, ',' ORDER BY table_name) FROM duckdb_tables()";
    let mut found = text(names);
    for table in found.clone().split(',') {
        found += &text(&format!("SELECT count(*) || ':' || coalesce(bit_xor(hash(t)), 0) FROM \"{table}\" AS t"));
    }
    found += &text("SELECT count(*) || ':' || bit_xor(hash(sql)) FROM duckdb_views()");
    found += &text("SELECT count(*) || '' FROM duckdb_functions() WHERE NOT internal");
    found += &text("SELECT current_setting('memory_limit') || current_setting('search_path')");
    found
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.ends_with(".wal"));
    names.sort();
    names
}

#[test]
fn the_corpora_are_large_and_without_repetition() {
    for (text, least) in [(include_str!("../sql/hostile.txt"), 200), (include_str!("../sql/legitimate.txt"), 60)] {
        let all = statements(text);
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert!(distinct.len() >= least && distinct.len() == all.len(), "{} of {}", distinct.len(), all.len());
    }
}

#[test]
fn hostile_statements_are_refused_at_every_door_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("store.duckdb"));
    let (before, held) = (digest(&store), files(folder.path()));
    let here = files(Path::new("."));
    // The door of expressions is open to what is none of these.
    FeatureSet::parse("given", &set_of("close - open")).unwrap();
    for sql in statements(include_str!("../sql/hostile.txt")).into_iter().chain(deep()) {
        let shown: String = sql.chars().take(120).collect();
        let told = query::run(&store, &sql, &[]).map(|table| table.len());
        let deep_only = sql.len() > 250 || !is_hostile(&sql);
        match told {
            Err(error) => assert!(!error.to_string().is_empty(), "{shown}"),
            // What merely nests may be read to its end.
            Ok(rows) => assert!(deep_only && rows <= 1, "'{shown}' ran"),
        }
        if !deep_only {
            assert!(signals::read(&store, &sql).is_err(), "signals: {shown}");
            assert!(Frame::of_query(&store, &sql).is_err(), "audit: {shown}");
            assert!(FeatureSet::parse("given", &set_of(&sql)).is_err(), "expression: {shown}");
        }
    }
    assert_eq!(digest(&store), before);
    assert_eq!((files(folder.path()), files(Path::new("."))), (held, here));
}

/// Whether a text is of the file.
fn is_hostile(sql: &str) -> bool {
    statements(include_str!("../sql/hostile.txt")).iter().any(|hostile| hostile == sql)
}

/// A feature set of one expression.
fn set_of(expression: &str) -> String {
    let definition = toml::Table::from_iter([("expression".to_string(), expression.into())]);
    let texts = [("name", "x"), ("unit", "currency"), ("role", "price"), ("about", "x"), ("source", "bars")];
    let mut feature: toml::Table = texts.map(|(key, value)| (key.to_string(), value.into())).into_iter().collect();
    feature.insert("definition".into(), definition.into());
    let mut set: toml::Table = texts[..1].iter().map(|(key, value)| ((*key).to_string(), (*value).into())).collect();
    set.insert("about".into(), "x".into());
    set.insert("feature".into(), toml::Value::Array(vec![feature.into()]));
    set.to_string()
}

#[test]
fn leave_to_read_files_is_no_leave_to_write() {
    let reads =
        ["read_csv", "read_json", "read_parquet", "parquet_", "glob", "read_text", "read_blob", "'x.csv'", "'s3://"];
    let writes = statements(include_str!("../sql/hostile.txt"));
    let kept: Vec<&String> = writes.iter().filter(|sql| Statement::reading(sql, Files::Read).is_ok()).collect();
    for sql in &kept {
        let reads_a_file = sql.contains(['\'', '"']) || reads.iter().any(|word| sql.contains(word));
        let changes =
            ["DROP", "DELETE", "INSERT", "UPDATE", "COPY", "CREATE", "ATTACH", "EXPORT", "SET ", "MERGE", "CALL"];
        assert!(reads_a_file && !changes.iter().any(|word| sql.contains(word)), "{sql}");
    }
    assert!(kept.len() >= 5, "{kept:?}");
}

#[test]
fn what_analysts_ask_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.duckdb");
    drop(store(&path));
    let store = Store::open_read_only(&path).unwrap();
    let mut refused = Vec::new();
    for sql in statements(include_str!("../sql/legitimate.txt")) {
        // A DuckDB without ICU has neither zones nor a current date.
        match query::run(&store, &sql, &[]) {
            Err(error) if !error.to_string().contains("icu") => refused.push(format!("{sql}: {error}")),
            _ => {}
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn a_stamp_with_an_offset_is_the_instant_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("store.duckdb"));
    for ts in ["'2024-01-02 13:30:00+05:30'", "'2024-01-02T08:00:00Z'", "TIMESTAMPTZ '2024-01-02 13:30:00+05:30'"] {
        let read = signals::read(&store, &format!("SELECT 'A' AS symbol, {ts} AS ts, 'LONG' AS direction")).unwrap();
        assert_eq!(read[0].ts, Ts::parse("2024-01-02 08:00").unwrap(), "{ts}");
    }
}
