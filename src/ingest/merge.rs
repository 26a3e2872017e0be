//! Writing a judged file: bars, revisions, quarantine and log in one transaction.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::parse::Parsed;
use crate::domain::id::new_id;
use crate::domain::{Interval, Ts};
use crate::sql;
use crate::store::{Columns, Store, StoreError, params};

/// What a file brought.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Symbols in it.
    pub symbols: Vec<String>,
    /// Bar length.
    pub interval: Interval,
    /// Data rows in the file.
    pub rows_read: u64,
    /// New bars.
    pub inserted: i64,
    /// Bars replaced by different values (the old ones are kept as revisions).
    pub updated: i64,
    /// Bars that were already stored just so.
    pub unchanged: i64,
    /// Quarantined rows.
    pub rejected: usize,
    /// Quarantined rows by reason code, sorted.
    pub reasons: Vec<(String, usize)>,
    /// Notes that refuse nothing.
    pub warnings: Vec<String>,
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
}

/// Merges a file into the store, or with `dry_run` only counts what would change.
///
/// Uniqueness of (symbol, interval, ts) is kept by the merge: new bars are inserted, different ones replace the
/// stored row, which moves to `bars_revisions`. Re-ingesting a file that changes nothing writes nothing.
///
/// # Errors
/// Faults of the store; then nothing of the file is stored.
pub fn merge(store: &Store, parsed: &Parsed, source: &str, dry_run: bool, now: Ts) -> Result<FileReport, StoreError> {
    stage(store, parsed)?;
    let result = if dry_run { count(store) } else { store.transaction(|| write(store, parsed, source, now)) };
    let cleared = store.conn().execute_batch(sql!("ingest/drop_staging"));
    let (inserted, updated, unchanged) = result?;
    cleared?;
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reject in &parsed.rejects {
        *reasons.entry(reject.reason.code()).or_default() += 1;
    }
    Ok(FileReport {
        path: parsed.path.clone(),
        symbols: parsed.symbols.iter().map(ToString::to_string).collect(),
        interval: parsed.interval,
        rows_read: parsed.rows_read,
        inserted,
        updated,
        unchanged,
        rejected: parsed.rejects.len(),
        reasons: reasons.into_iter().map(|(code, n)| (code.to_string(), n)).collect(),
        warnings: parsed.warnings.clone(),
        dry_run,
    })
}

/// Rows a batch: bounds the memory of one append.
const BATCH: usize = 200_000;

fn stage(store: &Store, parsed: &Parsed) -> Result<(), StoreError> {
    store.conn().execute_batch(sql!("ingest/create_staging"))?;
    for rows in parsed.rows.chunks(BATCH) {
        Columns::new()
            .text("symbol", rows.iter().map(|row| parsed.symbols[row.symbol].as_str()))
            .text("interval", std::iter::repeat_n(parsed.interval.as_str(), rows.len()))
            .ts("ts", rows.iter().map(|row| row.ts))
            .ts("close_ts", rows.iter().map(|row| row.close_ts))
            .date("session_date", rows.iter().map(|row| row.session_date))
            .f64("open", rows.iter().map(|row| row.values.open))
            .f64("high", rows.iter().map(|row| row.values.high))
            .f64("low", rows.iter().map(|row| row.values.low))
            .f64("close", rows.iter().map(|row| row.values.close))
            .f64("volume", rows.iter().map(|row| row.values.volume.unwrap_or(f64::NAN)))
            .f64("vwap", rows.iter().map(|row| row.values.vwap.unwrap_or(f64::NAN)))
            .append_to(store, "staged_bars")?;
    }
    Ok(())
}

/// (inserted, updated, unchanged) if the staged rows were merged.
fn count(store: &Store) -> Result<(i64, i64, i64), StoreError> {
    Ok(store.conn().query_row(sql!("ingest/count_changes"), [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

fn write(store: &Store, parsed: &Parsed, source: &str, now: Ts) -> Result<(i64, i64, i64), StoreError> {
    let (inserted, updated, unchanged) = count(store)?;
    let conn = store.conn();
    if inserted + updated > 0 {
        for symbol in &parsed.symbols {
            conn.execute(sql!("ingest/register_instrument"), params![symbol.as_str(), now.0])?;
        }
        replace_bars(store, source, now)?;
    }
    let file = parsed.path.display().to_string();
    let seen: i64 = conn.query_row(sql!("ingest/seen"), params![file, parsed.sha256], |row| row.get(0))?;
    if inserted + updated > 0 || seen == 0 {
        log(store, parsed, &file, (inserted, updated, unchanged), now)?;
    }
    Ok((inserted, updated, unchanged))
}

/// Moves the staged rows into `bars`; replaced ones go to `bars_revisions`. Within the caller's transaction.
pub(super) fn replace_bars(store: &Store, source: &str, now: Ts) -> Result<(), StoreError> {
    store.conn().execute(sql!("ingest/keep_revisions"), params![now.0])?;
    store.conn().execute(sql!("ingest/delete_replaced"), [])?;
    store.conn().execute(sql!("ingest/insert_new"), params![source, now.0])?;
    Ok(())
}

fn log(
    store: &Store,
    parsed: &Parsed,
    file: &str,
    (inserted, updated, unchanged): (i64, i64, i64),
    now: Ts,
) -> Result<(), StoreError> {
    let ingest_id = new_id("in", now);
    let symbols: Vec<&str> = parsed.symbols.iter().map(crate::domain::Symbol::as_str).collect();
    let rejected = parsed.rejects.len();
    store.conn().execute(
        sql!("ingest/log"),
        params![
            ingest_id,
            file,
            parsed.sha256,
            i64::try_from(parsed.bytes).unwrap_or(i64::MAX),
            symbols.join("\n"),
            parsed.interval.as_str(),
            i64::try_from(parsed.rows_read).unwrap_or(i64::MAX),
            inserted,
            updated,
            unchanged,
            i64::try_from(rejected).unwrap_or(i64::MAX),
            now.0,
        ],
    )?;
    Columns::new()
        .text("ingest_id", std::iter::repeat_n(&ingest_id, rejected))
        .text("file", std::iter::repeat_n(file, rejected))
        .i64("line", parsed.rejects.iter().map(|reject| i64::try_from(reject.line).unwrap_or(i64::MAX)))
        .text_opt("symbol", parsed.rejects.iter().map(|reject| reject.symbol.as_deref()))
        .text("interval", std::iter::repeat_n(parsed.interval.as_str(), rejected))
        .text("raw", parsed.rejects.iter().map(|reject| &reject.raw))
        .text("reason", parsed.rejects.iter().map(|reject| reject.reason.code()))
        .text("detail", parsed.rejects.iter().map(|reject| &reject.detail))
        .ts("rejected_at", std::iter::repeat_n(now, rejected))
        .append_to(store, "bars_rejected")
}
