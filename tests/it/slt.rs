//! Runs every `tests/sql/*.slt` over a fresh store: the views on rows worked out by hand.
//!
//! Doubles are compared after rounding to eight decimals, everything else as its text; NULL is `NULL`.

use std::path::{Path, PathBuf};

use sqllogictest::{DB, DBOutput, DefaultColumnType, Record, Runner, parse_file};
use workstation::store::{Store, query};

/// A failed statement, in DuckDB's words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(String);

struct Fresh(Store);

impl DB for Fresh {
    type Error = Failed;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Failed> {
        if !sql.trim_start().to_uppercase().starts_with("SELECT") {
            self.0.conn().execute_batch(sql).map_err(|error| Failed(error.to_string()))?;
            return Ok(DBOutput::StatementComplete(0));
        }
        let table = query::run(&self.0, sql, &[]).map_err(|error| Failed(error.to_string()))?;
        let rows = table.text_rows().map_err(|error| Failed(error.to_string()))?;
        let shown = rows
            .into_iter()
            .map(|row| row.into_iter().zip(&table.numeric).map(|(cell, &numeric)| show(cell, numeric)).collect())
            .collect();
        Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any; table.columns.len()], rows: shown })
    }

    fn engine_name(&self) -> &str {
        "duckdb"
    }
}

/// `0.30000000000000004` as `0.3`, `-0.0` as `0`; whole numbers and text as they are.
fn show(cell: Option<String>, numeric: bool) -> String {
    let Some(text) = cell else { return "NULL".into() };
    match text.parse::<f64>() {
        Ok(value) if numeric && text.contains(['.', 'e', 'E']) => {
            let rounded = format!("{value:.8}");
            let short = rounded.trim_end_matches('0').trim_end_matches('.');
            if short == "-0" { "0".into() } else { short.into() }
        }
        _ => text,
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|found| found == "slt")).collect();
    files.sort();
    files
}

#[test]
fn views_agree_with_rows_worked_out_by_hand() {
    let files = files();
    assert!(files.len() >= 10, "only {} files in tests/sql", files.len());
    let mut failures = Vec::new();
    for file in files {
        let records = parse_file::<DefaultColumnType>(&file).unwrap();
        let queries = records.iter().filter(|record| matches!(record, Record::Query { .. })).count();
        if queries == 0 {
            failures.push(format!("{} asks nothing", file.display()));
        }
        let mut runner =
            Runner::new(|| async { Ok(Fresh(Store::in_memory().map_err(|error| Failed(error.to_string()))?)) });
        if let Err(error) = runner.run_file(&file) {
            failures.push(error.to_string());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn a_wrong_expectation_fails() {
    let mut runner =
        Runner::new(|| async { Ok(Fresh(Store::in_memory().map_err(|error| Failed(error.to_string()))?)) });
    assert!(runner.run_script("query R\nSELECT 0.1::DOUBLE + 0.2::DOUBLE\n----\n0.3\n").is_ok());
    assert!(runner.run_script("query R\nSELECT 0.1::DOUBLE + 0.2::DOUBLE\n----\n0.30000001\n").is_err());
    assert!(runner.run_script("query R\nSELECT NULL::DOUBLE\n----\n0\n").is_err());
}
