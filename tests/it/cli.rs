//! The program as users run it: exit status, where output goes, what bad input leaves behind.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::shared::shared;

/// Runs `ws --db <db> args..`.
fn ws(db: &Path, args: &[&str]) -> Output {
    Command::cargo_bin("ws").unwrap().env_remove("WS_DB").arg("--db").arg(db).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

#[test]
fn reading_commands_on_a_missing_store_are_refused_and_create_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("none.duckdb");
    for args in [&["sql", "SELECT 1"][..], &["query", "coverage"]] {
        let output = ws(&db, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(text(&output.stderr).contains("no store at") && text(&output.stderr).contains("next:"));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn ingest_prints_a_table_or_one_json_document() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    let goog = shared("data/real/GOOG_1d.csv");
    let output = ws(&db, &["ingest", "csv", goog.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("2148"));
    let again = json(&ws(&db, &["ingest", "csv", goog.to_str().unwrap(), "--json"]));
    assert_eq!(again["files"][0]["rows_unchanged"], 2148);
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "nothing here\n").unwrap();
    let mixed = ws(&db, &["--json", "ingest", "csv", bad.to_str().unwrap(), goog.to_str().unwrap()]);
    assert_eq!(mixed.status.code(), Some(1), "one file was refused");
    let files = json(&mixed)["files"].as_array().unwrap().clone();
    assert!(
        files.iter().any(|file| file["status"] == "refused") && files.iter().any(|file| file["status"] == "stored")
    );
}

#[test]
fn sql_has_four_formats_and_only_reads() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["init"]).status.code(), Some(0));
    let select = "SELECT 1 AS one, 'a,b' AS text, NULL AS nothing";
    assert!(text(&ws(&db, &["sql", select]).stdout).contains("NULL"));
    assert_eq!(text(&ws(&db, &["sql", select, "--format", "csv"]).stdout), "one,text,nothing\n1,\"a,b\",\n");
    assert_eq!(json(&ws(&db, &["sql", select, "--format", "json"]))[0]["one"], 1);
    assert_eq!(json(&ws(&db, &["sql", select, "--json"]))[0]["text"], "a,b");
    let parquet = ws(&db, &["sql", select, "--format", "parquet"]);
    assert!(parquet.stdout.starts_with(b"PAR1") && parquet.stdout.ends_with(b"PAR1"));
    for refused in ["DROP TABLE bars", "SELECT 1; SELECT 2", "SELECT nothing_there", "", "DELETE FROM bars"] {
        let output = ws(&db, &["sql", refused]);
        assert_eq!(output.status.code(), Some(1), "{refused}");
        assert!(text(&output.stderr).starts_with("error: "), "{refused}");
    }
}

#[test]
fn named_queries_list_run_and_suggest() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    assert_eq!(ws(&db, &["init"]).status.code(), Some(0));
    let list = json(&ws(&db, &["query", "--json"]));
    let queries = list.as_array().unwrap();
    assert!(queries.len() >= 10, "at least ten named queries");
    for query in queries {
        let mut args = vec!["query".to_string(), query["name"].as_str().unwrap().to_string()];
        for param in query["params"].as_array().unwrap().iter().filter(|param| param["required"] == true) {
            args.extend(["--param".into(), format!("{}=none", param["name"].as_str().unwrap())]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = ws(&db, &args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    }
    let name = queries[0]["name"].as_str().unwrap();
    let typo = ws(&db, &["query", &name[..name.len() - 1]]);
    assert_eq!(typo.status.code(), Some(1));
    assert!(text(&typo.stderr).contains(name));
}

#[test]
fn arguments_help_completions_and_manual() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("a.duckdb");
    for bad in [
        &["nonsense"][..],
        &["ingest", "csv", "x.csv", "--interval", "7m"],
        &["sql"],
        &["ingest", "csv", "x.csv", "--symbol", "a;b"],
    ] {
        assert_eq!(ws(&db, bad).status.code(), Some(2), "{bad:?}");
    }
    assert!(!db.exists());
    assert!(text(&ws(&db, &["help"]).stdout).contains("Exit status"));
    assert!(text(&ws(&db, &["completions", "bash"]).stdout).contains("_ws"));
    assert!(text(&ws(&db, &["man", "ingest", "csv"]).stdout).contains(".TH"));
    assert_eq!(ws(&db, &["doctor"]).status.code(), Some(0));
}
