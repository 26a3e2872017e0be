//! Reading small reference tables: CSV with a header, strict, every mistake told with its line.

use std::path::Path;

use chrono::NaiveDate;

use super::IngestError;
use crate::domain::time::day_number;
use crate::domain::{Symbol, shown};

/// What a reference file brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Data rows in the file.
    pub rows_read: usize,
    /// New rows.
    pub inserted: i64,
    /// Rows replaced by different values.
    pub updated: i64,
    /// Rows that were already stored just so.
    pub unchanged: i64,
}

/// The rows of a file by column.
pub struct Rows<'a> {
    path: &'a Path,
    columns: &'static [&'static str],
    hint: &'static str,
    order: Vec<Option<usize>>,
    records: Vec<csv::StringRecord>,
}

/// One row.
pub struct Row<'a> {
    rows: &'a Rows<'a>,
    record: &'a csv::StringRecord,
    /// Line in the file, 1 is the header's.
    pub line: u64,
}

impl<'a> Rows<'a> {
    /// Reads a file whose header names these columns, the first `needed` of which must be there.
    ///
    /// # Errors
    /// An unreadable file; unknown, doubled or missing columns; rows of another length; no rows at all.
    pub fn read(
        path: &'a Path,
        columns: &'static [&'static str],
        needed: usize,
        hint: &'static str,
    ) -> Result<Self, IngestError> {
        let refused = |line: Option<u64>, reason: String| IngestError::refused(path, line, reason, hint);
        let file = std::fs::File::open(path).map_err(|source| IngestError::io(path, source))?;
        if !file.metadata().map_err(|source| IngestError::io(path, source))?.is_file() {
            return Err(refused(None, "is not a file".into()));
        }
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
        let fault = |error: csv::Error| {
            let line = error.position().map(csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Io(source) => IngestError::io(path, source),
                csv::ErrorKind::Utf8 { .. } => refused(line, "is not UTF-8 text".into()),
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    refused(line, format!("{len} fields where the header has {expected_len}"))
                }
                other => refused(line, format!("is no CSV: {other:?}")),
            }
        };
        let header = reader.headers().map_err(fault)?.clone();
        let mut order = vec![None; columns.len()];
        for (n, name) in header.iter().enumerate() {
            let name = name.trim_start_matches('\u{feff}').to_ascii_lowercase();
            let at = columns.iter().position(|column| *column == name);
            let Some(at) = at.filter(|at| order[*at].is_none()) else {
                return Err(refused(Some(1), format!("column '{}' is unknown or told twice", shown(&name))));
            };
            order[at] = Some(n);
        }
        if let Some(missing) = (0..needed).find(|at| order[*at].is_none()) {
            return Err(refused(Some(1), format!("column '{}' is missing", columns[missing])));
        }
        let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(fault)?;
        if records.is_empty() {
            return Err(refused(None, "has no rows".into()));
        }
        Ok(Self { path, columns, hint, order, records })
    }

    /// Every row in file order.
    pub fn iter(&'a self) -> impl Iterator<Item = Row<'a>> {
        let line = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::line);
        self.records.iter().map(move |record| Row { rows: self, record, line: line(record) })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// A refusal that names the file.
    pub fn refusal(&self, line: Option<u64>, reason: impl Into<String>) -> IngestError {
        IngestError::refused(self.path, line, reason, self.hint)
    }
}

impl Row<'_> {
    /// The text of a column by its place among the columns; `None` when it is empty or not in the file.
    pub fn text(&self, column: usize) -> Option<&str> {
        let at = self.rows.order.get(column).copied().flatten()?;
        self.record.get(at).filter(|text| !text.is_empty())
    }

    fn needed(&self, column: usize) -> Result<&str, IngestError> {
        self.text(column).ok_or_else(|| self.refusal(format!("{} is empty", self.rows.columns[column])))
    }

    /// A symbol.
    pub fn symbol(&self, column: usize) -> Result<Symbol, IngestError> {
        self.needed(column)?.parse().map_err(|error| self.refusal(format!("{error}")))
    }

    /// A date as days since 1970-01-01, or `None` for an empty field.
    pub fn date_opt(&self, column: usize) -> Result<Option<i32>, IngestError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        let name = self.rows.columns[column];
        let fault = || self.refusal(format!("{name} '{}' is no date such as 2024-01-31", shown(text)));
        Ok(Some(day_number(date.ok_or_else(fault)?)))
    }

    /// A date as days since 1970-01-01.
    pub fn date(&self, column: usize) -> Result<i32, IngestError> {
        self.needed(column)?;
        let empty = || self.refusal(format!("{} is empty", self.rows.columns[column]));
        self.date_opt(column)?.ok_or_else(empty)
    }

    /// A finite number above 0, or `None` for an empty field.
    pub fn positive(&self, column: usize) -> Result<Option<f64>, IngestError> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0);
        let name = self.rows.columns[column];
        let fault = || self.refusal(format!("{name} '{}' is no number above 0", shown(text)));
        value.map(Some).ok_or_else(fault)
    }

    /// A refusal that names file and line.
    pub fn refusal(&self, reason: impl Into<String>) -> IngestError {
        self.rows.refusal(Some(self.line), reason)
    }
}
