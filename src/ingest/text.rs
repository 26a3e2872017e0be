//! A text file in pieces of whole records: gzip, BOM, LF, CRLF and CR, the delimiter, damaged data.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use memchr::memchr_iter;

use super::IngestError;
use super::records::complete;

/// Bytes of a piece; what is read ahead is a few of these.
const PIECE: usize = 1 << 20;
/// Longest record accepted, in bytes; a longer one means that the file is not a table of bars.
pub const MAX_RECORD: usize = 1 << 20;

/// A text file read piece by piece.
pub struct Text {
    file: PathBuf,
    input: Box<dyn Read + Send>,
    /// Bytes taken from disk so far, before unpacking.
    taken: Arc<AtomicU64>,
    reported: u64,
    newline: u8,
    delimiter: u8,
    line: u64,
    carry: Vec<u8>,
    ended: bool,
}

/// Some whole records.
#[derive(Debug)]
pub struct Piece {
    /// Their text.
    pub bytes: Vec<u8>,
    /// Number of the first line in it.
    pub line: u64,
    /// Bytes on disk that it took, for progress.
    pub taken: u64,
}

struct Counted<R>(R, Arc<AtomicU64>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let taken = self.0.read(buffer)?;
        self.1.fetch_add(taken as u64, Ordering::Relaxed);
        Ok(taken)
    }
}

impl Text {
    /// Opens a file and looks at its first bytes: text or not, line ends, delimiter.
    ///
    /// # Errors
    /// Refusals for empty, binary and UTF-16 files; faults of the file system.
    pub fn open(file: &Path) -> Result<Self, IngestError> {
        let disk = File::open(file).map_err(|error| IngestError::io(file, error))?;
        Self::read(file, disk)
    }

    /// As [`Text::open`], with the bytes of `file` from anywhere.
    ///
    /// # Errors
    /// As [`Text::open`].
    pub fn read(file: &Path, bytes: impl Read + Send + 'static) -> Result<Self, IngestError> {
        let fault = |error| IngestError::io(file, error);
        let taken = Arc::new(AtomicU64::new(0));
        let mut disk = Counted(bytes, Arc::clone(&taken));
        let mut magic = Vec::new();
        (&mut disk).take(2).read_to_end(&mut magic).map_err(fault)?;
        let zipped = magic == [0x1f, 0x8b];
        let whole = Cursor::new(magic).chain(disk);
        let mut input: Box<dyn Read + Send> =
            if zipped { Box::new(MultiGzDecoder::new(std::io::BufReader::new(whole))) } else { Box::new(whole) };
        let mut carry = Vec::with_capacity(PIECE + PIECE / 8);
        (&mut input).take(1 << 16).read_to_end(&mut carry).map_err(|error| unreadable(file, &error, 1))?;
        check_text(file, &carry)?;
        if carry.starts_with(&[0xef, 0xbb, 0xbf]) {
            carry.drain(..3);
        }
        let newline = if !carry.contains(&b'\n') && carry.contains(&b'\r') { b'\r' } else { b'\n' };
        let first = carry.split(|byte| *byte == newline).find(|line| !line.trim_ascii().is_empty());
        let delimiter = first.map_or(b',', guess_delimiter);
        let file = file.to_path_buf();
        Ok(Self { file, input, taken, reported: 0, newline, delimiter, line: 1, carry, ended: false })
    }

    /// The field separator found in the first line.
    #[must_use]
    pub const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The byte that ends a line: LF, or CR in files without LF.
    #[must_use]
    pub const fn newline(&self) -> u8 {
        self.newline
    }

    /// The next whole records; `None` at the end.
    ///
    /// # Errors
    /// A record over 1 MiB, damaged gzip data, a failing disk.
    pub fn next(&mut self) -> Result<Option<Piece>, IngestError> {
        let mut bytes = std::mem::take(&mut self.carry);
        let end = loop {
            if !self.ended {
                let missing = PIECE.saturating_sub(bytes.len()).max(PIECE / 2) as u64;
                let before = bytes.len();
                (&mut self.input)
                    .take(missing)
                    .read_to_end(&mut bytes)
                    .map_err(|error| unreadable(&self.file, &error, self.line))?;
                self.ended = ((bytes.len() - before) as u64) < missing;
            }
            if self.ended {
                break bytes.len();
            }
            let end = complete(&bytes, self.newline);
            if end > 0 {
                break end;
            }
            if bytes.len() > MAX_RECORD {
                return Err(too_long(&self.file, self.line));
            }
        };
        if end == 0 {
            return Ok(None);
        }
        self.carry.reserve(PIECE + PIECE / 8);
        self.carry.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        let line = self.line;
        self.line += memchr_iter(self.newline, &bytes).count() as u64;
        let taken = self.taken.load(Ordering::Relaxed);
        let piece = Piece { bytes, line, taken: taken - self.reported };
        self.reported = taken;
        Ok(Some(piece))
    }
}

/// The refusal of a line that can't be a record.
pub fn too_long(file: &Path, line: u64) -> IngestError {
    let hint = "check for an unclosed quote or missing line ends";
    IngestError::refused(file, Some(line), "a record longer than 1 MiB", hint)
}

fn unreadable(file: &Path, error: &std::io::Error, line: u64) -> IngestError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
        let reason = format!("damaged gzip data ({error})");
        return IngestError::refused(file, Some(line), reason, "download the file again");
    }
    IngestError::io(file, std::io::Error::new(error.kind(), error.to_string()))
}

fn check_text(file: &Path, head: &[u8]) -> Result<(), IngestError> {
    let refuse = |reason: &str, hint: &str| Err(IngestError::refused(file, None, reason, hint));
    if head.trim_ascii().is_empty() {
        return refuse("the file is empty", "nothing to ingest; check the download");
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return refuse("the text is UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW.csv");
    }
    if head.starts_with(b"PAR1") {
        return refuse("the file is Parquet, not text", "use 'ws ingest parquet FILE'");
    }
    let control = |byte: &u8| *byte == 0 || (*byte < 0x20 && !b"\t\r\n\x0c".contains(byte));
    if head.iter().any(control) {
        return refuse("the file is not text", "CSV or gzipped CSV is needed");
    }
    Ok(())
}

fn guess_delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // On a tie the earlier one in this list: a comma.
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(bytes: &[u8]) -> Result<Vec<Piece>, IngestError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, bytes).unwrap();
        let (mut text, mut found) = (Text::open(&path)?, Vec::new());
        while let Some(piece) = text.next()? {
            found.push(piece);
        }
        Ok(found)
    }

    #[test]
    fn pieces_make_up_the_file_and_keep_line_numbers() {
        let row = "2024-01-01 00:00:00,1,2,0.5,1\n";
        let text = row.repeat(200_000);
        let found = pieces(text.as_bytes()).unwrap();
        assert!(found.len() > 3, "{}", found.len());
        let mut line = 1;
        for piece in &found {
            assert!(piece.bytes.ends_with(b"\n") && piece.line == line);
            line += (piece.bytes.len() / row.len()) as u64;
        }
        assert_eq!(found.iter().map(|piece| piece.taken).sum::<u64>(), text.len() as u64);
    }

    #[test]
    fn wrong_shapes_are_refused() {
        for bytes in [&b""[..], b" \n\n", b"\xff\xfea\0", b"PK\x03\x04\0\0", b"PAR1", &[0x1f, 0x8b, 8, 0, 1, 2, 3]] {
            assert!(matches!(pieces(bytes), Err(IngestError::Refused(_))), "{bytes:?}");
        }
        let long = [b"a,b\n".to_vec(), vec![b'x'; 3 * MAX_RECORD]].concat();
        assert!(pieces(&long).unwrap_err().to_string().contains("x.csv:2"));
        assert_eq!(guess_delimiter(b"a;b;c,d"), b';');
        assert_eq!(guess_delimiter(b"abc"), b',');
    }
}
