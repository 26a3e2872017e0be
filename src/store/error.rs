//! What can go wrong with the store, in one clear line each.

use std::path::{Path, PathBuf};

/// Failure of a store operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A reading command on a file that isn't there.
    #[error("no store at {}", .0.display())]
    Missing(PathBuf),
    /// Another process holds the file.
    #[error("{} is in use by {holder}", .path.display())]
    Locked {
        /// The store.
        path: PathBuf,
        /// Process name and number, as far as known.
        holder: String,
    },
    /// Not a DuckDB file, or a damaged one.
    #[error("{} is not a usable DuckDB file: {detail}", .path.display())]
    Corrupt {
        /// The store.
        path: PathBuf,
        /// DuckDB's first line.
        detail: String,
    },
    /// Written by a later version of this program.
    #[error("{} has schema version {found}; this ws knows versions up to {known}", .path.display())]
    Newer {
        /// The store.
        path: PathBuf,
        /// Version in the file.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// Older than this program, and opened for reading only.
    #[error("{} has schema version {found}; this ws needs {known}", .path.display())]
    Older {
        /// The store.
        path: PathBuf,
        /// Version in the file.
        found: i64,
        /// Version needed.
        known: i64,
    },
    /// A DuckDB file that some other program made.
    #[error("{} is a DuckDB file, but not a ws store", .0.display())]
    Foreign(PathBuf),
    /// An applied migration differs from the one this program carries.
    #[error("migration {name} was changed after it was applied to {}", .path.display())]
    Checksum {
        /// The store.
        path: PathBuf,
        /// Migration file.
        name: String,
    },
    /// A view file that can't be used.
    #[error("view {name}: {reason}")]
    View {
        /// File stem.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A calendar file that can't be used.
    #[error("calendar {name}: {reason}")]
    Calendar {
        /// File stem.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An exchange nobody told us about.
    #[error("unknown exchange '{code}'; known are {known}")]
    UnknownExchange {
        /// Code as given.
        code: String,
        /// Every known code.
        known: String,
    },
    /// A word that names no run.
    #[error("unknown run '{given}'; {}", newest_runs(.newest))]
    UnknownRun {
        /// As given.
        given: String,
        /// The newest runs there are.
        newest: Vec<String>,
    },
    /// A word that several runs answer to.
    #[error("'{given}' is the name or the beginning of several runs: {}", .found.join(", "))]
    SeveralRuns {
        /// As given.
        given: String,
        /// The newest of them.
        found: Vec<String>,
    },
    /// A query the user wrote, refused or failed.
    #[error("{0}")]
    Query(String),
    /// The file system said no.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// Anything else DuckDB reports.
    #[error("DuckDB: {}", first_line(.0))]
    Duckdb(#[from] duckdb::Error),
    /// Columns that don't fit together.
    #[error("columns of '{table}' do not fit: {source}")]
    Arrow {
        /// Target table.
        table: String,
        /// Cause.
        source: duckdb::arrow::error::ArrowError,
    },
}

impl StoreError {
    /// The next step for whoever meets this error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing(_) => {
                "create it with 'ws init', fill it with 'ws demo' or 'ws ingest csv PATH..', or name another with --db"
                    .into()
            }
            Self::Locked { .. } => "close the other program, or work on a copy of the file (--db COPY)".into(),
            Self::Corrupt { .. } => "check --db, or restore the file from a backup".into(),
            Self::Newer { .. } => "upgrade ws, or name another store with --db".into(),
            Self::Older { .. } => "run 'ws init' once to migrate it".into(),
            Self::Foreign(_) => "name another file with --db; 'ws init --db NEW.duckdb' makes a fresh store".into(),
            Self::UnknownExchange { .. } => {
                "use one of these, or leave the exchange out: then no session is checked and the trading day is the UTC date"
                    .into()
            }
            Self::UnknownRun { .. } => "list runs with 'ws query runs'".into(),
            Self::SeveralRuns { .. } => "name one by its id".into(),
            Self::Checksum { .. } => "use the version of ws that wrote the store".into(),
            _ => return None,
        })
    }

    /// Whether the request was refused (as opposed to something having broken).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Missing(_)
                | Self::Query(_)
                | Self::Foreign(_)
                | Self::UnknownExchange { .. }
                | Self::UnknownRun { .. }
                | Self::SeveralRuns { .. }
        )
    }

    /// Tells an opening failure apart by DuckDB's message.
    pub(super) fn from_open(path: &Path, error: &duckdb::Error) -> Self {
        let text = error.to_string();
        if text.contains("Could not set lock") || text.contains("Conflicting lock") {
            return Self::Locked { path: path.to_path_buf(), holder: lock_holder(&text) };
        }
        Self::Corrupt { path: path.to_path_buf(), detail: first_line(error) }
    }
}

fn newest_runs(newest: &[String]) -> String {
    if newest.is_empty() {
        "the store has none yet; 'ws backtest' makes one".to_string()
    } else {
        format!("newest: {}", newest.join(", "))
    }
}

/// Finds `/usr/bin/python3.11 (PID 4242)` in DuckDB's lock message and shortens it to `python3.11 (PID 4242)`.
fn lock_holder(text: &str) -> String {
    let Some((_, rest)) = text.split_once("held in ") else { return "another process".into() };
    let Some((program, after)) = rest.split_once(" (PID ") else { return "another process".into() };
    let pid: String = after.chars().take_while(char::is_ascii_digit).collect();
    let name = program.rsplit('/').next().unwrap_or(program);
    format!("{name} (PID {pid})")
}

fn first_line(error: &duckdb::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default().trim();
    line.trim_end_matches(':').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_message_names_the_process() {
        let text = "IO Error: Could not set lock on file \"/x/a.duckdb\": Conflicting lock is held in /usr/bin/python3.11 (PID 4242). See also";
        assert_eq!(lock_holder(text), "python3.11 (PID 4242)");
        assert_eq!(lock_holder("IO Error: Could not set lock on file"), "another process");
    }
}
