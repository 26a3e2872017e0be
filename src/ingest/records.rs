//! Records of a piece of text: line ends, blank lines, quotes that run over lines, fields.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memrchr};

/// Most lines that one quoted field may run over: past them the quote is a stray one, of its own line only.
const MAX_JOINED: usize = 4;

/// One record: where it starts and its text without the line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Line of its first byte, 1 is the first.
    pub line: u64,
    /// Bytes as they stand in the file.
    pub raw: &'a [u8],
}

/// Walks over the records of a text that ends with a record's end.
pub struct Records<'a> {
    bytes: &'a [u8],
    newline: u8,
    /// Whether there is any quote at all; without one a record is a line.
    quotes: bool,
    /// Start of the record given out last.
    last: usize,
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    /// Records of `bytes`, whose first line has the number `line`.
    #[must_use]
    pub fn new(bytes: &'a [u8], newline: u8, line: u64) -> Self {
        Self { bytes, newline, quotes: memchr(b'"', bytes).is_some(), last: 0, at: 0, line }
    }

    /// Where the record given out last stands in the text.
    #[must_use]
    pub const fn span(&self) -> (usize, usize) {
        (self.last, self.at)
    }

    /// End of the line at `from` without its line end, and start of the next line.
    fn line_end(&self, from: usize) -> (usize, usize) {
        match memchr(self.newline, &self.bytes[from..]) {
            Some(length) => (from + length, from + length + 1),
            None => (self.bytes.len(), self.bytes.len()),
        }
    }

    /// End and next start of a record whose first line ends at `end` with a quote still open.
    fn join(&self, end: usize, next: usize) -> (usize, usize, u64) {
        let mut from = next;
        for lines in 0..MAX_JOINED {
            if from >= self.bytes.len() {
                break;
            }
            let (stop, after) = self.line_end(from);
            if open(&self.bytes[from..stop]) {
                return (stop, after, lines as u64 + 2);
            }
            from = after;
        }
        (end, next, 1)
    }
}

/// Whether a text has an odd number of quotes.
fn open(text: &[u8]) -> bool {
    memchr_iter(b'"', text).count() % 2 == 1
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        while self.at < self.bytes.len() {
            let (start, line) = (self.at, self.line);
            let (mut end, mut next) = self.line_end(start);
            let mut lines = 1;
            if self.quotes && open(&self.bytes[start..end]) {
                (end, next, lines) = self.join(end, next);
            }
            (self.last, self.at, self.line) = (start, next, line + lines);
            let raw = &self.bytes[start..end];
            let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
            if !raw.trim_ascii().is_empty() {
                return Some(Record { line, raw });
            }
        }
        None
    }
}

/// How much of a text that goes on can be given out: up to the end of its last complete record.
///
/// A record with an open quote is complete once the quote closes, or once enough lines follow to call it stray.
#[must_use]
pub fn complete(bytes: &[u8], newline: u8) -> usize {
    let whole = memrchr(newline, bytes).map_or(0, |at| at + 1);
    let mut records = Records::new(&bytes[..whole], newline, 1);
    if !records.quotes {
        return whole;
    }
    while records.next().is_some() {
        let (start, end) = records.span();
        if open(&bytes[start..end]) && lines_within(&bytes[start..whole], newline) <= MAX_JOINED {
            return start;
        }
    }
    whole
}

/// Lines of a text, counted no further than needed.
fn lines_within(bytes: &[u8], newline: u8) -> usize {
    memchr_iter(newline, bytes).take(MAX_JOINED + 1).count()
}

/// Splits a record into fields, trimmed; quotes are removed and doubled quotes halved.
pub fn split<'a>(raw: &'a [u8], delimiter: u8, fields: &mut Vec<Cow<'a, [u8]>>) {
    fields.clear();
    if memchr(b'"', raw).is_some() {
        return split_quoted(raw, delimiter, fields);
    }
    let mut start = 0;
    for at in memchr_iter(delimiter, raw) {
        fields.push(Cow::Borrowed(raw[start..at].trim_ascii()));
        start = at + 1;
    }
    fields.push(Cow::Borrowed(raw[start..].trim_ascii()));
}

fn split_quoted(raw: &[u8], delimiter: u8, fields: &mut Vec<Cow<'_, [u8]>>) {
    let (mut field, mut quoted, mut bytes) = (Vec::new(), false, raw.iter().peekable());
    let trimmed = |field: &[u8]| Cow::Owned(field.trim_ascii().to_vec());
    while let Some(&byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&&b'"') => {
                bytes.next();
                field.push(b'"');
            }
            b'"' => quoted = !quoted,
            _ if byte == delimiter && !quoted => {
                fields.push(trimmed(&field));
                field.clear();
            }
            _ => field.push(byte),
        }
    }
    fields.push(trimmed(&field));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(bytes: &[u8], newline: u8) -> Vec<(u64, String)> {
        let text = |record: Record| (record.line, String::from_utf8_lossy(record.raw).into_owned());
        Records::new(bytes, newline, 1).map(text).collect()
    }

    #[test]
    fn line_ends_and_quotes_keep_their_line_numbers() {
        assert_eq!(records(b"a,b\n1,2\n\n3,4", b'\n'), [(1, "a,b".into()), (2, "1,2".into()), (4, "3,4".into())]);
        assert_eq!(records(b"a,b\r\n1,2\r\n", b'\n'), [(1, "a,b".into()), (2, "1,2".into())]);
        assert_eq!(records(b"a,b\r1,2\r", b'\r'), [(1, "a,b".into()), (2, "1,2".into())]);
        assert_eq!(records(b"a,\"x\ny\"\n1,2\n", b'\n'), [(1, "a,\"x\ny\"".into()), (3, "1,2".into())]);
        // A stray quote is of its own line only.
        let stray = format!("a,\"x\n{}", "1,2\n".repeat(9));
        assert_eq!(records(stray.as_bytes(), b'\n').len(), 10);
    }

    #[test]
    fn fields_are_unquoted_and_trimmed() {
        let mut fields = Vec::new();
        split(b"a, \"b,\"\"c\"\" \",", b',', &mut fields);
        let text: Vec<_> = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        assert_eq!(text, ["a", "b,\"c\"", ""]);
    }

    proptest! {
        /// Cutting a text anywhere into pieces gives the records of the whole.
        #[test]
        fn pieces_give_the_same_records(text in "[a,\"\n\r]{0,200}", cuts in prop::collection::vec(0usize..200, 0..6)) {
            let bytes = text.as_bytes();
            let whole = records(bytes, b'\n');
            let (mut pieces, mut carry, mut line) = (Vec::new(), Vec::new(), 1);
            let mut bounds: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
            bounds.extend([0, bytes.len()]);
            bounds.sort_unstable();
            for pair in bounds.windows(2) {
                carry.extend_from_slice(&bytes[pair[0]..pair[1]]);
                let end = if pair[1] == bytes.len() { carry.len() } else { complete(&carry, b'\n') };
                let piece: Vec<u8> = carry.drain(..end).collect();
                let text = |record: Record| (record.line, String::from_utf8_lossy(record.raw).into_owned());
                pieces.extend(Records::new(&piece, b'\n', line).map(text));
                line += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
            prop_assert_eq!(pieces, whole);
        }
    }
}
