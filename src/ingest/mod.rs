//! The outside world into tables: CSV and Parquet files of bars, checked row by row, one transaction a file.
//!
//! `discover` finds the files and what their names say; `text` reads pieces of whole `records`, `header` maps vendor
//! column names, `block` turns a piece into rows (`parquet` does the same for Parquet), `stream` runs that in
//! threads ahead of `judge`, which settles time (`stamp`, `zone`, `plan`, `infer`), places rows in sessions (`place`,
//! `calendars`) and collects them (`stage`); `load` writes them and the `quarantine`, `merge` ends the file with
//! what `changes` finds. A bad row is quarantined with a reason and never costs the good ones; a file of the wrong shape
//! is refused whole. `actions` and `universe` read reference data, `derive` makes bars of stored bars.
//!
//! Not for: making markets up beyond `synthetic`, or judging a history as a whole (`ws bars quality`).

pub mod actions;
mod block;
mod calendars;
mod changes;
pub mod derive;
pub mod discover;
mod error;
mod header;
mod infer;
mod judge;
mod load;
mod merge;
mod parquet;
mod place;
mod plan;
mod quarantine;
mod records;
mod reference;
mod reject;
mod stage;
mod stamp;
mod stream;
pub mod synthetic;
mod text;
pub mod universe;
mod zone;

use std::collections::VecDeque;
use std::path::PathBuf;

pub use error::{IngestError, Refusal};
pub use merge::FileReport;
pub use place::StampIs;
pub use reject::Reason;

use crate::domain::{Interval, Progress, Symbol, Ts};
use crate::store::Store;
use calendars::Calendars;
use discover::Source;
use load::Job;
use stream::{Hash, Stream};

/// Format of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Text, plain or gzip.
    #[default]
    Csv,
    /// Parquet.
    Parquet,
}

impl Kind {
    /// What `bars.source` says of its rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// How prices account for splits and dividends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Adjustment {
    /// As traded.
    #[default]
    Raw,
    /// For splits.
    Split,
    /// For splits and dividends.
    Total,
}

impl Adjustment {
    /// What `bars.adjustment` says.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Split => "split",
            Self::Total => "total",
        }
    }
}

/// What the user said about the files; everything left open is inferred.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Format.
    pub kind: Kind,
    /// Symbol of every row; beats a symbol column, which beats the file name.
    pub symbol: Option<Symbol>,
    /// Bar length; beats the file name, which beats the modal spacing.
    pub interval: Option<Interval>,
    /// Zone of stamps that carry no offset; else the exchange's, else UTC.
    pub tz: Option<chrono_tz::Tz>,
    /// strftime pattern of the stamps.
    pub date_format: Option<String>,
    /// Exchange of the symbols: their calendar, zone and currency.
    pub exchange: Option<String>,
    /// Which end of a bar its stamp is.
    pub stamp: StampIs,
    /// How prices are adjusted; raw when not given. Given, prices that don't fit onto the stored ones replace them.
    pub adjustment: Option<Adjustment>,
    /// What `bars.source` says; the format when not given.
    pub source: Option<String>,
    /// Read and check, write nothing.
    pub dry_run: bool,
}

impl Options {
    fn adjustment(&self) -> Adjustment {
        self.adjustment.unwrap_or_default()
    }

    fn source(&self) -> &str {
        self.source.as_deref().unwrap_or(self.kind.as_str())
    }
}

/// What became of one file.
#[derive(Debug)]
pub enum FileOutcome {
    /// Its good rows are stored.
    Stored(FileReport),
    /// It was refused whole; the store is as before.
    Refused(Refusal),
    /// It could not be read, or the store failed; nothing of it is stored.
    Failed {
        /// The file.
        path: PathBuf,
        /// What happened.
        error: IngestError,
    },
    /// Not tried: the store failed at an earlier file.
    Skipped(PathBuf),
}

impl FileOutcome {
    /// The report of a file that has to be stored.
    ///
    /// # Errors
    /// Why it is not.
    pub fn stored(self) -> Result<FileReport, IngestError> {
        match self {
            Self::Stored(report) => Ok(report),
            Self::Refused(refusal) => Err(IngestError::Refused(refusal)),
            Self::Failed { error, .. } => Err(error),
            Self::Skipped(path) => Err(IngestError::io(&path, std::io::Error::other("not tried"))),
        }
    }
}

/// Files begun at once: while one is written, the next ones are read and parsed.
const FILES_AHEAD: usize = 2;

/// Ingests files, directories and globs in path order; a refused or unreadable file does not stop the others.
///
/// # Errors
/// No file at all, a path that isn't there, an unknown exchange. What befalls a single file is its outcome.
pub fn run(
    store: &Store,
    paths: &[PathBuf],
    options: &Options,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Vec<FileOutcome>, IngestError> {
    let sources = discover::discover(paths, options.kind)?;
    let mut calendars = Calendars::new(options.exchange.as_deref())?;
    let job = Job { store, options, now, progress };
    let label = match sources.as_slice() {
        [one] => one.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        many => format!("{} files", many.len()),
    };
    let size = |source: &Source| std::fs::metadata(&source.path).map_or(0, |meta| meta.len());
    progress.start(&label, sources.iter().map(size).sum());
    let outcomes = store.with_memory_limit(|| each_file(&job, &sources, &mut calendars));
    progress.finish();
    Ok(outcomes?)
}

fn each_file(
    job: &Job<'_>,
    sources: &[Source],
    calendars: &mut Calendars,
) -> Result<Vec<FileOutcome>, crate::store::StoreError> {
    let mut outcomes = Vec::with_capacity(sources.len());
    let (mut begun, mut next) = (VecDeque::new(), 0);
    for (n, source) in sources.iter().enumerate() {
        while next < sources.len() && next < n + FILES_AHEAD {
            begun.push_back(begin(job, &sources[next]));
            next += 1;
        }
        let Some(begun) = begun.pop_front() else { break };
        let loaded = begun.and_then(|(blocks, hash)| load::load(job, source, calendars, blocks, hash));
        let broken = matches!(loaded, Err(IngestError::Store(_)));
        outcomes.push(match loaded {
            Ok(report) => FileOutcome::Stored(report),
            Err(IngestError::Refused(refusal)) => FileOutcome::Refused(refusal),
            Err(error) => FileOutcome::Failed { path: source.path.clone(), error },
        });
        if broken {
            // A store that failed once fails again; what is left is named, so that it can be taken up later.
            outcomes.extend(sources[n + 1..].iter().map(|source| FileOutcome::Skipped(source.path.clone())));
            break;
        }
    }
    Ok(outcomes)
}

fn begin(job: &Job<'_>, source: &Source) -> Result<(Stream, Hash), IngestError> {
    let scanner = load::scanner(job)?;
    Ok((Stream::open(source, job.options, scanner), Hash::of(source.path.clone())))
}
