//! Records of a text file with their line numbers and raw text: gzip, BOM, CRLF, CR, quotes over lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::IngestError;
use crate::domain::Progress;

/// Longest record accepted, in bytes; a longer one means that the file is not a table of bars.
const MAX_RECORD: usize = 1 << 20;

/// A text file read record by record.
pub struct Lines<'a> {
    file: &'a Path,
    input: Box<dyn BufRead + 'a>,
    newline: u8,
    delimiter: u8,
    next_line: u64,
    /// Lines read ahead for a quote that did not close, given out again before further ones.
    ahead: std::collections::VecDeque<(u64, Vec<u8>)>,
}

/// Most lines that one quoted field may run over: past them the quote is a stray one, of its own line only.
const MAX_JOINED: usize = 4;

/// One record: where it starts and its text without the line end.
#[derive(Debug, Default)]
pub struct Record {
    /// Line of its first byte, 1 is the first.
    pub line: u64,
    /// Bytes as they stand in the file.
    pub raw: Vec<u8>,
}

/// Counts bytes taken from disk, for progress.
struct Counted<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let taken = self.file.read(buffer)?;
        self.progress.advance(taken as u64);
        Ok(taken)
    }
}

impl<'a> Lines<'a> {
    /// Opens a file and looks at its first bytes: text or not, line ends, delimiter.
    ///
    /// # Errors
    /// Refusals for empty, binary and UTF-16 files; faults of the file system.
    pub fn open(file: &'a Path, progress: &'a dyn Progress) -> Result<Self, IngestError> {
        let fault = |error| IngestError::io(file, error);
        let mut disk = BufReader::with_capacity(1 << 18, Counted { file: File::open(file).map_err(fault)?, progress });
        let zipped = disk.fill_buf().map_err(fault)?.starts_with(&[0x1f, 0x8b]);
        let mut input: Box<dyn BufRead + 'a> = if zipped {
            Box::new(BufReader::with_capacity(1 << 18, MultiGzDecoder::new(disk)))
        } else {
            Box::new(disk)
        };
        let head = input.fill_buf().map_err(|error| unreadable(file, &error, 1))?;
        let head = &head[..head.len().min(1 << 16)];
        check_text(file, head)?;
        let skip = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let newline = if !head.contains(&b'\n') && head.contains(&b'\r') { b'\r' } else { b'\n' };
        let first = head[skip..].split(|byte| *byte == newline).find(|line| !line.trim_ascii().is_empty());
        let delimiter = first.map_or(b',', guess_delimiter);
        input.consume(skip);
        Ok(Self { file, input, newline, delimiter, next_line: 1, ahead: std::collections::VecDeque::new() })
    }

    /// The field separator found in the first line.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Reads the next record that isn't blank into `record`; `false` at the end.
    ///
    /// # Errors
    /// A record over 1 MiB, damaged gzip data, a failing disk.
    pub fn next(&mut self, record: &mut Record) -> Result<bool, IngestError> {
        loop {
            let Some((line, raw)) = self.line_at(0)? else { return Ok(false) };
            (record.line, record.raw) = (*line, raw.clone());
            let lines = self.join_quoted(&mut record.raw)?;
            self.ahead.drain(..lines);
            if !record.raw.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The line `n` after the last one given out, read ahead when needed; `None` past the end.
    fn line_at(&mut self, n: usize) -> Result<Option<&(u64, Vec<u8>)>, IngestError> {
        while self.ahead.len() <= n {
            let (line, mut raw) = (self.next_line, Vec::new());
            if !self.append_line(&mut raw)? {
                return Ok(None);
            }
            self.ahead.push_back((line, raw));
        }
        Ok(self.ahead.get(n))
    }

    /// Joins following lines to one with an open quote, when the quote closes soon; returns the lines taken in all.
    fn join_quoted(&mut self, raw: &mut Vec<u8>) -> Result<usize, IngestError> {
        let open = |text: &[u8]| text.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        if !open(raw) {
            return Ok(1);
        }
        let mut joined = raw.clone();
        for n in 1..=MAX_JOINED {
            let Some((_, next)) = self.line_at(n)? else { break };
            joined.push(b'\n');
            joined.extend_from_slice(next);
            if !open(&joined) {
                *raw = joined;
                return Ok(n + 1);
            }
        }
        Ok(1)
    }

    fn append_line(&mut self, raw: &mut Vec<u8>) -> Result<bool, IngestError> {
        let before = raw.len();
        loop {
            let buffer = self.input.fill_buf().map_err(|error| unreadable(self.file, &error, self.next_line))?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == self.newline);
            raw.extend_from_slice(&buffer[..end.unwrap_or(buffer.len())]);
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.input.consume(used);
            if raw.len() > MAX_RECORD {
                return Err(IngestError::refused(
                    self.file,
                    Some(self.next_line),
                    "a record longer than 1 MiB",
                    "check for an unclosed quote or missing line ends",
                ));
            }
            if end.is_some() {
                self.next_line += 1;
                if raw.last() == Some(&b'\r') {
                    raw.pop();
                }
                return Ok(true);
            }
        }
        Ok(raw.len() > before)
    }
}

fn unreadable(file: &Path, error: &std::io::Error, line: u64) -> IngestError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
        return IngestError::refused(file, Some(line), format!("damaged gzip data ({error})"), "fetch the file again");
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

/// Splits a record into fields; quotes are removed and doubled quotes halved.
pub fn split(raw: &[u8], delimiter: u8, fields: &mut Vec<String>) {
    fields.clear();
    let (mut field, mut quoted, mut bytes) = (Vec::new(), false, raw.iter().peekable());
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&&b'"') => {
                bytes.next();
                field.push(b'"');
            }
            b'"' => quoted = !quoted,
            _ if byte == delimiter && !quoted => {
                fields.push(String::from_utf8_lossy(&field).into_owned());
                field.clear();
            }
            _ => field.push(byte),
        }
    }
    fields.push(String::from_utf8_lossy(&field).into_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Silent;

    fn records(bytes: &[u8]) -> Result<Vec<(u64, String)>, IngestError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut lines = Lines::open(&path, &Silent)?;
        let (mut record, mut found) = (Record::default(), Vec::new());
        while lines.next(&mut record)? {
            found.push((record.line, String::from_utf8_lossy(&record.raw).into_owned()));
        }
        Ok(found)
    }

    #[test]
    fn line_ends_bom_and_quotes_keep_their_line_numbers() {
        let lf = records(b"\xef\xbb\xbfa,b\n1,2\n\n3,4").unwrap();
        assert_eq!(lf, [(1, "a,b".into()), (2, "1,2".into()), (4, "3,4".into())]);
        assert_eq!(records(b"a,b\r\n1,2\r\n").unwrap(), [(1, "a,b".into()), (2, "1,2".into())]);
        assert_eq!(records(b"a,b\r1,2\r").unwrap(), [(1, "a,b".into()), (2, "1,2".into())]);
        let quoted = records(b"a,\"x\ny\"\n1,2\n").unwrap();
        assert_eq!(quoted, [(1, "a,\"x\ny\"".into()), (3, "1,2".into())]);
    }

    #[test]
    fn wrong_shapes_are_refused() {
        for bytes in [&b""[..], b" \n\n", b"\xff\xfea\0", b"PK\x03\x04\0\0", &[0x1f, 0x8b, 8, 0, 1, 2, 3]] {
            assert!(matches!(records(bytes), Err(IngestError::Refused(_))), "{bytes:?}");
        }
        let long = [b"a,b\n".to_vec(), vec![b'x'; MAX_RECORD + 10]].concat();
        assert!(records(&long).unwrap_err().to_string().contains("x.csv:2"));
    }

    #[test]
    fn fields_are_unquoted() {
        let mut fields = Vec::new();
        split(b"a,\"b,\"\"c\"\"\",", b',', &mut fields);
        assert_eq!(fields, ["a", "b,\"c\"", ""]);
        assert_eq!(guess_delimiter(b"a;b;c,d"), b';');
        assert_eq!(guess_delimiter(b"abc"), b',');
    }
}
