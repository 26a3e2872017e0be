//! `ws sql`, and how `ws query` prints too.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;

use crate::cli::output::result_grid;
use crate::cli::{Ctx, Failure, Output};
use crate::store::{Store, Table, query};

/// Run one reading SQL statement against the store
///
/// The store is opened read-only. 'SHOW TABLES' lists tables and views, 'DESCRIBE bars' the columns.
#[derive(Debug, clap::Args)]
pub struct SqlArgs {
    /// The statement; '-' reads it from standard input
    #[arg(value_name = "SQL")]
    statement: String,
    #[command(flatten)]
    shape: Shape,
}

/// How a result is printed.
#[derive(Debug, Clone, clap::Args)]
pub struct Shape {
    /// Format of the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write to a file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned text
    Table,
    /// RFC 4180 with a header line
    Csv,
    /// An array of objects
    Json,
    /// Apache Parquet (zstd)
    Parquet,
}

pub fn run(args: &SqlArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let statement = match args.statement.as_str() {
        "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| Failure::fault(format!("reading stdin: {error}")))?;
            text
        }
        text => text.to_string(),
    };
    let store = ctx.open_read_only()?;
    answer(&store, &statement, &[], &args.shape)
}

/// Runs a statement and shapes its result.
pub fn answer(store: &Store, statement: &str, values: &[Option<String>], shape: &Shape) -> Result<Output, Failure> {
    if shape.format == Format::Parquet {
        return parquet(store, statement, values, shape);
    }
    let table = query::run(store, statement, values)?;
    let rows = Value::Array(table.json_rows());
    let text = match shape.format {
        Format::Table => result_grid(&table)?,
        Format::Json => serde_json::to_string_pretty(&rows).map_err(|error| Failure::fault(error.to_string()))?,
        Format::Csv | Format::Parquet => csv(&table)?,
    };
    match &shape.out {
        Some(path) => {
            std::fs::write(path, text + "\n")
                .map_err(|error| Failure::fault(format!("{}: {error}", path.display())))?;
            Ok(written(path, table.len()))
        }
        None if shape.format == Format::Csv => Ok(Output::new(text, rows)),
        None => Ok(Output::new(text, rows)),
    }
}

fn csv(table: &Table) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    table.write_csv(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_string())
}

fn written(path: &std::path::Path, rows: usize) -> Output {
    Output::new(format!("{rows} rows written to {}", path.display()), serde_json::json!({ "path": path, "rows": rows }))
}

fn parquet(store: &Store, statement: &str, values: &[Option<String>], shape: &Shape) -> Result<Output, Failure> {
    if let Some(path) = &shape.out {
        query::to_parquet(store, statement, values, path)?;
        return Ok(Output::new(format!("written to {}", path.display()), serde_json::json!({ "path": path })));
    }
    if std::io::stdout().is_terminal() {
        return Err(Failure::refused("Parquet is binary and stdout is a terminal").hint("add --out FILE, or redirect"));
    }
    let fault = |error: std::io::Error| Failure::fault(format!("temporary Parquet file: {error}"));
    let path = std::env::temp_dir().join(format!("ws-{}.parquet", std::process::id()));
    query::to_parquet(store, statement, values, &path)?;
    let bytes = std::fs::read(&path).map_err(fault);
    std::fs::remove_file(&path).map_err(fault)?;
    Ok(Output::raw(bytes?))
}
