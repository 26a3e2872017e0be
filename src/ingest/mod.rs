//! The outside world into tables: CSV files of bars, checked row by row, one transaction a file.
//!
//! `discover` finds the files and what their names say, `lines` reads records with their place in the file,
//! `header` maps vendor column names, `stamp` reads time stamps, `parse` turns a file into rows and rejects,
//! `infer` finds the interval and its grid, `merge` writes. A bad row is quarantined with a reason and never
//! costs the good ones; a file of the wrong shape is refused whole.

pub mod discover;
mod error;
mod header;
mod infer;
mod lines;
mod merge;
mod parse;
mod reject;
mod stamp;
pub mod synthetic;

use std::path::PathBuf;

pub use error::{IngestError, Refusal};
pub use merge::FileReport;
pub use reject::Reason;

use crate::domain::{Interval, Progress, Symbol, Ts};
use crate::store::Store;

/// What the user said about the files; everything left open is inferred.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Symbol of every row; beats a symbol column, which beats the file name.
    pub symbol: Option<Symbol>,
    /// Bar length; beats the file name, which beats the modal spacing.
    pub interval: Option<Interval>,
    /// Zone of stamps that carry no offset; UTC when not given.
    pub tz: Option<chrono_tz::Tz>,
    /// strftime pattern of the stamps.
    pub date_format: Option<String>,
    /// What `bars.source` says; `csv` when not given.
    pub source: Option<String>,
    /// Read and check, write nothing.
    pub dry_run: bool,
}

/// What became of one file.
#[derive(Debug)]
pub enum FileOutcome {
    /// Its good rows are stored.
    Stored(FileReport),
    /// It was refused whole; the store is as before.
    Refused(Refusal),
}

/// Ingests files, directories and globs in path order; a refused file does not stop the others.
///
/// # Errors
/// No file at all, an unreadable path, or a fault of the store; refusals are outcomes.
pub fn run(
    store: &Store,
    paths: &[PathBuf],
    options: &Options,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Vec<FileOutcome>, IngestError> {
    let sources = discover::discover(paths)?;
    let mut outcomes = Vec::with_capacity(sources.len());
    for source in &sources {
        let label = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        progress.start(&label, std::fs::metadata(&source.path).map_or(0, |meta| meta.len()));
        let outcome = match parse::parse_file(source, options, progress) {
            Ok(parsed) => FileOutcome::Stored(merge::merge(
                store,
                &parsed,
                options.source.as_deref().unwrap_or("csv"),
                options.dry_run,
                now,
            )?),
            Err(IngestError::Refused(refusal)) => FileOutcome::Refused(refusal),
            Err(fault) => return Err(fault),
        };
        progress.finish();
        outcomes.push(outcome);
    }
    Ok(outcomes)
}
