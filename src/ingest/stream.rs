//! Files as streams of blocks: one thread reads, the pool parses, blocks come out in file order.
//!
//! A stream reads ahead a few pieces and then waits, so that several files can be begun at once in bounded memory.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::block::{self, Block, Format};
use super::discover::Source;
use super::header;
use super::parquet;
use super::records::{Records, split};
use super::text::{Piece, Text};
use super::{IngestError, Kind, Options};
use crate::domain::fingerprint::sha256_file;
use crate::store::external::Scanner;

/// Blocks that wait for the consumer.
const AHEAD: usize = 4;

type Parsed = Result<Block, IngestError>;
/// Each block comes through its own channel, and the channels in file order.
type Queue = SyncSender<Receiver<Parsed>>;

/// The blocks of one file.
pub struct Stream {
    blocks: Receiver<Receiver<Parsed>>,
}

impl Stream {
    /// Starts reading a file; errors come with the first block.
    #[must_use]
    pub fn open(source: &Source, options: &Options, scanner: Option<Scanner>) -> Self {
        let (queue, blocks) = sync_channel(AHEAD);
        let (source, options) = (source.clone(), options.clone());
        std::thread::spawn(move || {
            let read = match (options.kind, scanner) {
                (Kind::Parquet, Some(scanner)) => {
                    parquet::read(&source, &options, &scanner, |block| send(&queue, Ok(block)))
                }
                _ => read_text(&source, &options, &queue),
            };
            if let Err(error) = read {
                send(&queue, Err(error));
            }
        });
        Self { blocks }
    }

    /// The next block in file order; `None` at the end.
    ///
    /// # Errors
    /// Refusals of the file's shape and faults of the file system; nothing follows them.
    pub fn next(&self) -> Result<Option<Block>, IngestError> {
        // Both channels close only when there is nothing more to say.
        let Ok(parsed) = self.blocks.recv() else { return Ok(None) };
        parsed.recv().map_or(Ok(None), |block| block.map(Some))
    }
}

/// Puts a finished block into the queue; `false` when nobody listens any more.
fn send(queue: &Queue, parsed: Parsed) -> bool {
    let (sender, receiver) = sync_channel(1);
    sender.send(parsed).is_ok() && queue.send(receiver).is_ok()
}

fn read_text(source: &Source, options: &Options, queue: &Queue) -> Result<(), IngestError> {
    let mut text = Text::open(&source.path)?;
    let Some(mut piece) = text.next()? else { return Ok(()) };
    let format = std::sync::Arc::new(header_of(&mut piece, &text, source, options)?);
    let mut next = Some(piece);
    while let Some(piece) = next {
        let (sender, receiver) = sync_channel(1);
        let format = std::sync::Arc::clone(&format);
        rayon::spawn(move || {
            // Nobody listens when the file was given up.
            let _ = sender.send(block::parse(piece, &format));
        });
        if queue.send(receiver).is_err() {
            return Ok(());
        }
        next = text.next()?;
    }
    Ok(())
}

/// Reads the header off the first piece, which then starts with the first data row.
fn header_of(piece: &mut Piece, text: &Text, source: &Source, options: &Options) -> Result<Format, IngestError> {
    let mut records = Records::new(&piece.bytes, text.newline(), piece.line);
    let Some(record) = records.next() else {
        return Err(IngestError::refused(&source.path, None, "the file is empty", "nothing to ingest"));
    };
    let mut fields: Vec<Cow<'_, [u8]>> = Vec::new();
    split(record.raw, text.delimiter(), &mut fields);
    let names: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    let layout = header::layout(&source.path, Some(record.line), &names)?;
    if layout.symbol.is_none() {
        symbol_of(source, options)?;
    }
    let (_, end) = records.span();
    let lines = memchr::memchr_iter(text.newline(), &piece.bytes[..end]).count() as u64;
    piece.bytes.drain(..end);
    piece.line += lines;
    Ok(Format {
        file: source.path.clone(),
        delimiter: text.delimiter(),
        newline: text.newline(),
        layout,
        symbol: options.symbol.clone(),
        fallback: source.symbol.clone(),
        date_format: options.date_format.clone(),
    })
}

/// The symbol of a file without a symbol column.
///
/// # Errors
/// The refusal of a file that has none at all.
pub fn symbol_of(source: &Source, options: &Options) -> Result<crate::domain::Symbol, IngestError> {
    options.symbol.as_ref().or(source.symbol.as_ref()).cloned().ok_or_else(|| {
        let hint = "pass --symbol NAME, or name the file SYMBOL_INTERVAL.csv";
        IngestError::refused(&source.path, None, "no symbol column, and the file name is not a symbol", hint)
    })
}

/// SHA-256 and size of a file, taken beside the parsing.
pub struct Hash(JoinHandle<std::io::Result<(String, u64)>>, PathBuf);

impl Hash {
    /// Starts reading.
    #[must_use]
    pub fn of(path: PathBuf) -> Self {
        let file = path.clone();
        Self(std::thread::spawn(move || sha256_file(&file)), path)
    }

    /// Waits for the result.
    ///
    /// # Errors
    /// Faults of the file system.
    pub fn finish(self) -> Result<(String, u64), IngestError> {
        let ended = self.0.join().unwrap_or_else(|_| Err(std::io::Error::other("reading was broken off")));
        ended.map_err(|error| IngestError::io(&self.1, error))
    }
}
