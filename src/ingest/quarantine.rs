//! Refused rows on their way into `bars_rejected`.

use std::collections::BTreeMap;

use super::discover::Source;
use super::reject::Reason;
use crate::domain::{Interval, Ts};
use crate::sql;
use crate::store::{Columns, Store, StoreError, params};

/// Rows a batch.
const BATCH: usize = 20_000;

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Line in the file, 1 is the first.
    pub line: u64,
    /// Symbol, when known.
    pub symbol: Option<String>,
    /// The row as it stood in the file, cut at 1000 characters.
    pub raw: String,
    /// Reason code.
    pub reason: Reason,
    /// What exactly was wrong.
    pub detail: String,
}

/// The refused rows of one file.
pub struct Quarantine<'a> {
    store: &'a Store,
    ingest_id: String,
    file: String,
    now: Ts,
    dry_run: bool,
    waiting: Vec<Reject>,
    reasons: BTreeMap<&'static str, usize>,
}

impl<'a> Quarantine<'a> {
    /// None yet.
    #[must_use]
    pub fn new(store: &'a Store, ingest_id: String, source: &Source, now: Ts, dry_run: bool) -> Self {
        let file = source.path.display().to_string();
        Self { store, ingest_id, file, now, dry_run, waiting: Vec::new(), reasons: BTreeMap::new() }
    }

    /// Key of the file's row in `ingest_log`.
    #[must_use]
    pub fn ingest_id(&self) -> &str {
        &self.ingest_id
    }

    /// Rows by reason code.
    #[must_use]
    pub const fn reasons(&self) -> &BTreeMap<&'static str, usize> {
        &self.reasons
    }

    /// Files one more.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn add(&mut self, reject: Reject, interval: Interval) -> Result<(), StoreError> {
        *self.reasons.entry(reject.reason.code()).or_default() += 1;
        if !self.dry_run {
            self.waiting.push(reject);
        }
        if self.waiting.len() >= BATCH { self.flush(interval) } else { Ok(()) }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn flush(&mut self, interval: Interval) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.waiting);
        let n = rows.len();
        Columns::new()
            .text("ingest_id", std::iter::repeat_n(&self.ingest_id, n))
            .text("file", std::iter::repeat_n(&self.file, n))
            .i64("line", rows.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX)))
            .text_opt("symbol", rows.iter().map(|reject| reject.symbol.as_deref()))
            .text("interval", std::iter::repeat_n(interval.as_str(), n))
            .text("raw", rows.iter().map(|reject| &reject.raw))
            .text("reason", rows.iter().map(|reject| reject.reason.code()))
            .text("detail", rows.iter().map(|reject| &reject.detail))
            .ts("rejected_at", std::iter::repeat_n(self.now, n))
            .append_to(self.store, "bars_rejected")
    }

    /// Takes the file's rows out again: the same file told them before.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn forget(&mut self) -> Result<(), StoreError> {
        self.waiting.clear();
        self.store.conn().execute(sql!("ingest/forget_rejects"), params![self.ingest_id])?;
        Ok(())
    }
}
