//! One file into the store, in one transaction: judged in one thread, written in this one.
//!
//! A file whose rows come in time order after everything stored is appended as it is read. Any other file is staged
//! whole and merged. A file that turns out otherwise than its head suggests is begun again, and nothing of the first
//! try remains.

use std::sync::mpsc::{Receiver, sync_channel};

use super::calendars::Calendars;
use super::discover::Source;
use super::judge::{Halt, Judge, Known, Message, Verdict};
use super::merge::{self, FileReport};
use super::quarantine::Quarantine;
use super::stream::{Hash, Stream};
use super::{IngestError, Kind, Options};
use crate::domain::id::new_id;
use crate::domain::{Progress, Ts};
use crate::sql;
use crate::store::external::Scanner;
use crate::store::{Store, StoreError};

/// What stays the same over the files of a command.
pub struct Job<'a> {
    /// The store.
    pub store: &'a Store,
    /// What the user said.
    pub options: &'a Options,
    /// Time of the write.
    pub now: Ts,
    /// Where progress goes.
    pub progress: &'a dyn Progress,
}

/// Why a try ended; either way the transaction is rolled back.
enum Stop {
    Again(Known),
    /// A dry run, which ends here on purpose.
    Counted(Box<FileReport>),
    Failed(IngestError),
}

impl From<IngestError> for Stop {
    fn from(error: IngestError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Reads, judges and stores one file; on any error nothing of it is stored.
///
/// # Errors
/// [`IngestError::Refused`] for a file of the wrong shape, faults of the file system and the store.
pub fn load(
    job: &Job<'_>,
    source: &Source,
    calendars: &mut Calendars,
    first: Stream,
    hash: Hash,
) -> Result<FileReport, IngestError> {
    let (mut known, mut stream, mut hash) = (Known::default(), Some(first), Some(hash));
    let mut digest = (String::new(), 0);
    loop {
        let blocks = match stream.take() {
            Some(blocks) => blocks,
            None => Stream::open(source, job.options, scanner(job)?),
        };
        let tried = job.store.transaction(|| {
            let mut quarantine =
                Quarantine::new(job.store, new_id("in", job.now), source, job.now, job.options.dry_run);
            let verdict = read(job, source, calendars, blocks, known, &mut quarantine)?;
            if let Some(hash) = hash.take() {
                digest = hash.finish()?;
            }
            let ending = merge::Ending {
                job,
                source,
                verdict,
                mode: known.mode,
                quarantine,
                exchange: calendars.exchange(),
                sha256: &digest.0,
                bytes: digest.1,
            };
            let report = merge::finish(ending)?;
            if job.options.dry_run { Err(Stop::Counted(Box::new(report))) } else { Ok(report) }
        });
        match tried {
            Ok(report) => return Ok(report),
            Err(Stop::Counted(report)) => return Ok(*report),
            Err(Stop::Again(better)) => known = better,
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
}

/// A second connection for formats that DuckDB reads.
pub fn scanner(job: &Job<'_>) -> Result<Option<Scanner>, IngestError> {
    let needed = job.options.kind == Kind::Parquet;
    Ok(if needed { Some(Scanner::new(job.store)?) } else { None })
}

/// Judges the file in another thread and writes what comes of it.
fn read(
    job: &Job<'_>,
    source: &Source,
    calendars: &mut Calendars,
    blocks: Stream,
    known: Known,
    quarantine: &mut Quarantine<'_>,
) -> Result<Verdict, Stop> {
    job.store.conn().execute_batch(sql!("ingest/create_staging")).map_err(StoreError::from)?;
    let (reader, options) = (job.store.reader()?, job.options);
    std::thread::scope(|scope| {
        // One batch waits while another is written: more would only take memory.
        let (writer, messages) = sync_channel(1);
        let judge = scope.spawn(move || {
            Judge::new(source, options, calendars, reader, known, writer).map_err(Halt::from)?.read(&blocks)
        });
        let written = write(job, messages, known, quarantine);
        let judged =
            judge.join().map_err(|_| IngestError::io(&source.path, std::io::Error::other("judging broke off")))?;
        written?;
        judged.map_err(|halt| match halt {
            Halt::Again(better) => Stop::Again(better),
            Halt::Failed(error) => Stop::Failed(error),
            Halt::Deserted => Stop::Failed(IngestError::io(&source.path, std::io::Error::other("writing broke off"))),
        })
    })
}

fn write(
    job: &Job<'_>,
    messages: Receiver<Message>,
    known: Known,
    quarantine: &mut Quarantine<'_>,
) -> Result<(), StoreError> {
    // A dry run of rows that are simply new only counts them.
    let counted_only = job.options.dry_run && known.mode == super::stage::Mode::Append;
    for message in messages {
        match message {
            Message::Read { taken, rows } => {
                job.progress.advance(taken);
                job.progress.rows(rows);
            }
            Message::Rows(batch) if !counted_only => batch.write(job.store, known.mode, job.options, job.now)?,
            Message::Rows(_) => {}
            Message::Refused(refused, interval) => {
                for reject in refused {
                    quarantine.add(reject, interval)?;
                }
            }
        }
    }
    Ok(())
}
