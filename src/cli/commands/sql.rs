//! `ws sql`, and how `ws query` prints too.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::json;

use crate::cli::output::{SHOWN, head_grid};
use crate::cli::{Ctx, Failure, Output};
use crate::store::guard::{Files, Statement};
use crate::store::{Store, StoreError, output};

/// Run one reading SQL statement against the store
///
/// The store is opened read-only, without files or network. 'SHOW TABLES' lists tables and views, 'DESCRIBE bars' the
/// columns. Results of any size are written as they come.
#[derive(Debug, clap::Args)]
pub struct SqlArgs {
    /// The statement; '-' reads it from standard input
    // A statement may begin with a comment: '-- ..'.
    #[arg(value_name = "SQL", allow_hyphen_values = true)]
    statement: String,
    /// Let the statement read files: FROM 'other.csv', read_parquet(..)
    #[arg(long)]
    allow_files: bool,
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
    let files = if args.allow_files { Files::Read } else { Files::Refused };
    let store = ctx.open_read_only()?;
    answer(&store, &statement, &[], files, &args.shape, ctx)
}

/// Runs a statement on a store opened for it and writes its result.
pub fn answer(
    store: &Store,
    sql: &str,
    values: &[Option<String>],
    files: Files,
    shape: &Shape,
    ctx: &Ctx,
) -> Result<Output, Failure> {
    let statement = Statement::reading(sql, files)?;
    if shape.format == Format::Parquet {
        return parquet(store, &statement, values, files, shape);
    }
    close(store, files, None)?;
    // With --json and no other format, the rows are the document.
    let format = if ctx.json && shape.format == Format::Table { Format::Json } else { shape.format };
    match &shape.out {
        Some(path) => into_file(path, |part| {
            let mut out = BufWriter::new(File::create(part)?);
            let rows = write(store, &statement, values, format, &mut out)?;
            out.flush()?;
            Ok(rows)
        }),
        None => {
            let mut out = BufWriter::new(Watched { out: std::io::stdout().lock(), is_gone: false });
            let written = write(store, &statement, values, format, &mut out);
            let flushed = out.flush();
            // A reader that has seen enough is no failure.
            if out.get_ref().is_gone {
                return Ok(Output::raw(Vec::new()));
            }
            written?;
            flushed.map_err(|error| Failure::fault(format!("writing to stdout: {error}")))?;
            Ok(Output::raw(Vec::new()))
        }
    }
}

/// A writer that remembers whether its reader went away.
struct Watched<W> {
    out: W,
    is_gone: bool,
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes);
        self.is_gone |= written.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// Closes what the statement has no leave for.
fn close(store: &Store, files: Files, but: Option<&Path>) -> Result<(), StoreError> {
    match (files, but) {
        (Files::Read, _) => store.lock_settings(),
        (Files::Refused, Some(path)) => store.close_doors_but(path),
        (Files::Refused, None) => store.close_doors(),
    }
}

fn write(
    store: &Store,
    statement: &Statement,
    values: &[Option<String>],
    format: Format,
    out: &mut dyn Write,
) -> Result<u64, StoreError> {
    match format {
        Format::Csv => output::csv(store, statement, values, out),
        Format::Json => output::json(store, statement, values, out),
        Format::Table | Format::Parquet => {
            let (table, rows) = output::head(store, statement, values, SHOWN)?;
            let text = head_grid(&table, rows)?;
            writeln!(out, "{text}").map_err(|error| StoreError::Query(format!("writing the result: {error}")))?;
            Ok(rows)
        }
    }
}

/// Why a result is not in its file.
enum Unwritten {
    Io(std::io::Error),
    Store(StoreError),
}

impl From<std::io::Error> for Unwritten {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Writes beside a file and takes its place when all is written.
fn into_file(path: &Path, fill: impl FnOnce(&Path) -> Result<u64, Unwritten>) -> Result<Output, Failure> {
    let part = part_of(path)?;
    let filled = fill(&part).and_then(|rows| Ok(std::fs::rename(&part, path).map(|()| rows)?));
    let rows = filled.map_err(|error| {
        // Nothing half written stays; that there may be nothing is no second failure.
        let _ = std::fs::remove_file(&part);
        match error {
            Unwritten::Io(error) => Failure::fault(format!("{}: {error}", path.display())),
            Unwritten::Store(error) => error.into(),
        }
    })?;
    let text = format!("{rows} rows written to {}", path.display());
    Ok(Output::new(text, json!({ "path": path, "rows": rows })))
}

/// A new file beside another, by its full path.
fn part_of(path: &Path) -> Result<PathBuf, Failure> {
    let fault = |error: std::io::Error| Failure::fault(format!("{}: {error}", path.display()));
    let name = path.file_name().ok_or_else(|| Failure::refused(format!("{} names no file", path.display())))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::canonicalize(parent).map_err(fault)?;
    Ok(folder.join(format!(".{}.{}.part", name.to_string_lossy(), std::process::id())))
}

fn parquet(
    store: &Store,
    statement: &Statement,
    values: &[Option<String>],
    files: Files,
    shape: &Shape,
) -> Result<Output, Failure> {
    if let Some(path) = &shape.out {
        return into_file(path, |part| {
            close(store, files, Some(part))?;
            Ok(output::parquet(store, statement, values, part)?)
        });
    }
    if std::io::stdout().is_terminal() {
        return Err(Failure::refused("Parquet is binary and stdout is a terminal").hint("add --out FILE, or redirect"));
    }
    let fault = |error: std::io::Error| Failure::fault(format!("temporary Parquet file: {error}"));
    let path = part_of(&std::env::temp_dir().join("ws.parquet"))?;
    let written = close(store, files, Some(&path)).and_then(|()| output::parquet(store, statement, values, &path));
    let copied = written.map_err(Failure::from).and_then(|_| {
        let copied = File::open(&path).and_then(|mut file| std::io::copy(&mut file, &mut std::io::stdout().lock()));
        copied.map_err(fault)
    });
    // A statement that failed may have left no file.
    let _ = std::fs::remove_file(&path);
    copied.map(|_| Output::raw(Vec::new()))
}
