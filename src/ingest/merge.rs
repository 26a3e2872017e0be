//! The end of a file: repeats, the seam with what is stored, revisions, staleness, registration, log.
//!
//! Everything happens in the transaction of the file; an error leaves the store as it was.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::IngestError;
use super::changes::{Changed, add_changes, apply, compare, spans};
use super::discover::Source;
use super::judge::Verdict;
use super::load::{Job, scanner};
use super::quarantine::{Quarantine, Reject};
use super::reject::Reason;
use super::stage::{Mode, Seam};
use super::stream::Stream;
use crate::domain::{Interval, Symbol, Ts};
use crate::sql;
use crate::store::calendars::Exchange;
use crate::store::stale::{self, Change};
use crate::store::{Store, StoreError, duckdb, params};

/// A file is refused when the closes it shares with stored bars are off by more than this in the median.
const SPLICE: f64 = 0.03;
/// A step between stored and new prices that is worth a warning where no stamp is shared.
const JUMP: f64 = 0.2;
/// From this share of rows on, repeats with other prices mean several symbols without a symbol column.
const MIXED_SHARE: f64 = 0.2;
/// Fewer repeats than this are single mistakes.
const MIXED_ROWS: usize = 10;

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

/// A file whose rows are all written or staged.
pub struct Ending<'a> {
    /// Store, options, time, progress.
    pub job: &'a Job<'a>,
    /// The file.
    pub source: &'a Source,
    /// What was found out about it.
    pub verdict: Verdict,
    /// Whether its rows are in `bars` or staged.
    pub mode: Mode,
    /// Its refused rows.
    pub quarantine: Quarantine<'a>,
    /// The exchange that the user named.
    pub exchange: Option<&'a Exchange>,
    /// SHA-256 of its bytes.
    pub sha256: &'a str,
    /// Its size.
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    inserted: i64,
    updated: i64,
    unchanged: i64,
}

/// Merges what is staged and writes registration, quarantine and log, or with a dry run only counts.
///
/// # Errors
/// Refusals (prices that don't fit onto the stored ones, several symbols in one series); faults of the store.
pub fn finish(mut ending: Ending<'_>) -> Result<FileReport, IngestError> {
    let counts = match ending.mode {
        Mode::Append => ending.appended(),
        Mode::Merge => ending.merge()?,
    };
    if ending.verdict.holidays > 0 {
        let n = ending.verdict.holidays;
        ending.verdict.warnings.push(format!("{n} daily bars stand on dates that are no sessions of their calendar"));
    }
    if !ending.job.options.dry_run {
        ending.record(counts)?;
    }
    ending.job.store.conn().execute_batch(sql!("ingest/drop_staging")).map_err(StoreError::from)?;
    Ok(ending.report(counts))
}

impl Ending<'_> {
    fn appended(&mut self) -> Counts {
        for Seam { symbol, stored, open } in std::mem::take(&mut self.verdict.fit.seams) {
            self.warn_of_jump(&symbol, open / stored.close);
        }
        Counts { inserted: i64::try_from(self.verdict.fit.taken).unwrap_or(i64::MAX), ..Counts::default() }
    }

    fn warn_of_jump(&mut self, symbol: &str, ratio: f64) {
        if (ratio - 1.0).abs() > JUMP {
            let percent = (ratio - 1.0) * 100.0;
            self.verdict.warnings.push(format!(
                "{symbol}: prices step by {percent:+.0} % where the file meets the stored bars; a split, or another adjustment?"
            ));
        }
    }

    fn merge(&mut self) -> Result<Counts, IngestError> {
        if self.verdict.fit.disordered {
            self.drop_repeats()?;
        }
        let (job, interval) = (self.job, self.verdict.plan.interval.as_str());
        let (store, options, adjustment) = (job.store, job.options, job.options.adjustment());
        store.conn().execute_batch(sql!("ingest/create_ratios")).map_err(StoreError::from)?;
        let staged: i64 = query(store, sql!("ingest/count_staged"))?;
        let mut changes: BTreeMap<String, Changed> = BTreeMap::new();
        for span in spans(store, staged)? {
            compare(store, interval, adjustment, span)?;
            let changed = add_changes(store, &mut changes)?;
            if changed && !options.dry_run {
                apply(store, interval, adjustment, options.source(), job.now)?;
            }
        }
        self.check_seams()?;
        let inserted = changes.values().map(|change| change.inserted).sum();
        let updated = changes.values().map(|change| change.updated).sum();
        if !options.dry_run {
            self.mark_stale(&changes)?;
        }
        Ok(Counts { inserted, updated, unchanged: staged - inserted - updated })
    }

    /// Quarantines rows that a later one of the file replaces.
    fn drop_repeats(&mut self) -> Result<(), IngestError> {
        let store = self.job.store;
        let repeats = repeats(store)?;
        if repeats.is_empty() {
            return Ok(());
        }
        self.refuse_mixed(&repeats)?;
        let texts = self.texts(&repeats)?;
        for repeat in repeats {
            let detail = format!("line {} has the same symbol and stamp and is kept", repeat.kept);
            let raw = texts.get(&repeat.line).cloned().unwrap_or_default();
            let reject =
                Reject { line: repeat.line, symbol: Some(repeat.symbol), raw, reason: Reason::Duplicate, detail };
            self.quarantine.add(reject, self.verdict.plan.interval)?;
        }
        store.conn().execute(sql!("ingest/drop_repeats"), []).map_err(StoreError::from)?;
        Ok(())
    }

    /// Two instruments in one series would make every second return an invention.
    fn refuse_mixed(&self, repeats: &[Repeat]) -> Result<(), IngestError> {
        let mut steps: Vec<f64> = repeats.iter().map(|repeat| (repeat.close / repeat.kept_close).ln().abs()).collect();
        steps.sort_by(f64::total_cmp);
        let share = repeats.len() as f64 / self.verdict.fit.taken.max(1) as f64;
        if repeats.len() < MIXED_ROWS || share < MIXED_SHARE || steps[steps.len() / 2] < SPLICE {
            return Ok(());
        }
        let (n, first) = (repeats.len(), &repeats[0]);
        let reason = format!("{n} stamps repeat with other prices: several symbols without a symbol column?");
        let hint = "split the file, or give it a symbol column";
        Err(IngestError::refused(&self.source.path, Some(first.line), reason, hint))
    }

    /// The text of some rows, read from the file again: keeping every row's text would cost far more.
    fn texts(&self, repeats: &[Repeat]) -> Result<HashMap<u64, String>, IngestError> {
        let mut texts: HashMap<u64, String> = repeats.iter().map(|repeat| (repeat.line, String::new())).collect();
        let blocks = Stream::open(self.source, self.job.options, scanner(self.job)?);
        while let Some(block) = blocks.next()? {
            for row in &block.rows {
                if let Some(text) = texts.get_mut(&row.line) {
                    *text = block.text(row);
                }
            }
        }
        Ok(texts)
    }

    /// Splicing raw onto adjusted prices invents returns: refused, unless `--adjustment` says what the file is.
    fn check_seams(&mut self) -> Result<(), IngestError> {
        for seam in seams(self.job.store, self.verdict.plan.interval)? {
            let Some(ratio) = seam.ratio.filter(|_| seam.shared > 0) else {
                for jump in [seam.before, seam.after].into_iter().flatten() {
                    self.warn_of_jump(&seam.symbol, jump);
                }
                continue;
            };
            if (ratio - 1.0).abs() <= SPLICE {
                continue;
            }
            let (symbol, shared) = (&seam.symbol, seam.shared);
            let found = format!(
                "{symbol}: closes on {shared} shared stamps are {ratio:.4} times the stored ones in the median; raw and adjusted prices must not be mixed"
            );
            if self.job.options.adjustment.is_none() {
                let hint = "pass --adjustment raw|split|total if these prices shall replace the stored ones, or store them under another --symbol";
                return Err(IngestError::refused(&self.source.path, None, found, hint));
            }
            self.verdict.warnings.push(format!("{found}; replaced as --adjustment says"));
        }
        Ok(())
    }

    fn mark_stale(&mut self, changes: &BTreeMap<String, Changed>) -> Result<(), IngestError> {
        let file = self.source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (symbol, Changed { from, inserted, updated }) in changes {
            let reason = format!("{file}: {updated} bars changed, {inserted} came in");
            let change =
                Change { symbol, interval: self.verdict.plan.interval.as_str(), from: Ts(*from), reason: &reason };
            let marked = stale::mark(self.job.store, &change, self.job.now)?;
            if !marked.is_empty() {
                let list = marked.join(", ");
                self.verdict.warnings.push(format!("{symbol}: stale from {} on: {list}; build again", Ts(*from)));
            }
        }
        Ok(())
    }

    fn record(&mut self, counts: Counts) -> Result<(), IngestError> {
        let store = self.job.store;
        let changed = counts.inserted + counts.updated > 0;
        if changed {
            self.register()?;
            self.warn_of_mixtures()?;
        }
        let seen: i64 = store
            .conn()
            .query_row(sql!("ingest/seen"), params![self.sha256], |row| row.get(0))
            .map_err(StoreError::from)?;
        if !changed && seen > 0 {
            return Ok(self.quarantine.forget()?);
        }
        self.quarantine.flush(self.verdict.plan.interval)?;
        Ok(self.log(counts)?)
    }

    fn register(&self) -> Result<(), StoreError> {
        let exchange = self.exchange;
        let code = exchange.map(|exchange| exchange.code.as_str());
        let calendar = exchange.map(|exchange| exchange.calendar.as_str());
        let currency = exchange.and_then(|exchange| exchange.currency.as_deref());
        let conn = self.job.store.conn();
        for symbol in &self.verdict.symbols {
            let symbol = symbol.as_str();
            let now = self.job.now.0;
            conn.execute(sql!("ingest/register_instrument"), params![symbol, now, code, calendar, currency])?;
            if exchange.is_some() {
                conn.execute(sql!("ingest/complete_instrument"), params![symbol, code, calendar, currency])?;
            }
        }
        Ok(())
    }

    /// One series should be adjusted one way; where it isn't, that is said.
    fn warn_of_mixtures(&mut self) -> Result<(), StoreError> {
        if self.job.options.adjustment.is_none() {
            return Ok(());
        }
        for symbol in self.verdict.symbols.clone() {
            let values = params![symbol.as_str(), self.verdict.plan.interval.as_str()];
            let kinds: Option<String> =
                self.job.store.conn().query_row(sql!("ingest/adjustments"), values, |row| row.get(0))?;
            if let Some(kinds) = kinds.filter(|kinds| kinds.contains(',')) {
                self.verdict.warnings.push(format!(
                    "{symbol}: the series now mixes adjustments ({kinds}); returns across the change are not real"
                ));
            }
        }
        Ok(())
    }

    fn log(&self, counts: Counts) -> Result<(), StoreError> {
        let symbols: Vec<&str> = self.verdict.symbols.iter().map(Symbol::as_str).collect();
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.job.store.conn().execute(
            sql!("ingest/log"),
            params![
                self.quarantine.ingest_id(),
                self.source.path.display().to_string(),
                self.sha256,
                count(self.bytes),
                symbols.join("\n"),
                self.verdict.plan.interval.as_str(),
                count(self.verdict.rows_read),
                counts.inserted,
                counts.updated,
                counts.unchanged,
                count(self.quarantine.reasons().values().sum::<usize>() as u64),
                self.job.now.0,
            ],
        )?;
        Ok(())
    }

    fn report(self, counts: Counts) -> FileReport {
        let reasons = self.quarantine.reasons();
        FileReport {
            path: self.source.path.clone(),
            symbols: self.verdict.symbols.iter().map(ToString::to_string).collect(),
            interval: self.verdict.plan.interval,
            rows_read: self.verdict.rows_read,
            inserted: counts.inserted,
            updated: counts.updated,
            unchanged: counts.unchanged,
            rejected: reasons.values().sum(),
            reasons: reasons.iter().map(|(code, n)| ((*code).to_string(), *n)).collect(),
            warnings: self.verdict.warnings,
            dry_run: self.job.options.dry_run,
        }
    }
}

fn query(store: &Store, sql: &str) -> Result<i64, StoreError> {
    Ok(store.conn().query_row(sql, [], |row| row.get(0))?)
}

/// A row that a later one of the same file replaces.
struct Repeat {
    symbol: String,
    line: u64,
    kept: i64,
    close: f64,
    kept_close: f64,
}

fn repeats(store: &Store) -> Result<Vec<Repeat>, StoreError> {
    let mut statement = store.conn().prepare(sql!("ingest/repeats"))?;
    let rows = statement.query_map([], |row| {
        let line: i64 = row.get(1)?;
        Ok(Repeat {
            symbol: row.get(0)?,
            line: u64::try_from(line).unwrap_or(0),
            kept: row.get(2)?,
            close: row.get(3)?,
            kept_close: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, duckdb::Error>>()?)
}

/// How a symbol's rows fit onto its stored bars.
struct Fit {
    symbol: String,
    shared: i64,
    ratio: Option<f64>,
    before: Option<f64>,
    after: Option<f64>,
}

fn seams(store: &Store, interval: Interval) -> Result<Vec<Fit>, StoreError> {
    let mut statement = store.conn().prepare(sql!("ingest/seams"))?;
    let rows = statement.query_map(params![interval.as_str()], |row| {
        Ok(Fit {
            symbol: row.get(0)?,
            shared: row.get(1)?,
            ratio: row.get(2)?,
            before: row.get(3)?,
            after: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, duckdb::Error>>()?)
}
