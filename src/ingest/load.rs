//! One file into the store, in one transaction: blocks are judged in file order and written as they come.
//!
//! A file whose rows come in time order after everything stored is appended as it is read. Any other file is staged
//! whole and merged. What the head of the file suggests (interval, grid, order, mode) is checked against the rest;
//! a file that turns out otherwise is begun again with what is known by then, and nothing of the first try remains.

use std::collections::{HashMap, HashSet};

use super::block::{Block, Row};
use super::calendars::Calendars;
use super::discover::Source;
use super::merge;
use super::place::Track;
use super::plan::{Facts, Plan, undecided};
use super::quarantine::{Quarantine, Reject};
use super::reject::Reason;
use super::stage::{Mode, Stage, Surprise};
use super::stamp::Order;
use super::stream::{Hash, Stream};
use super::zone::Settled;
use super::{FileReport, IngestError, Options};
use crate::domain::id::new_id;
use crate::domain::{Progress, Symbol, Ts};
use crate::store::external::Scanner;
use crate::store::{Store, StoreError};

/// Rows from which the first plan is made; files up to this size are planned whole.
const HEAD: usize = 100_000;

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

/// What an earlier try found out about a file.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    order: Option<Order>,
    plan: Option<Plan>,
    mode: Mode,
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
    let mut digest = None;
    loop {
        let blocks = match stream.take() {
            Some(blocks) => blocks,
            None => Stream::open(source, job.options, scanner(job)?),
        };
        let tried = job.store.transaction(|| {
            let mut attempt = Attempt::new(job, source, calendars, known)?;
            let plan = attempt.read(&blocks)?;
            if let Some(hash) = hash.take() {
                digest = Some(hash.finish()?);
            }
            let (sha256, bytes) = digest.clone().unwrap_or_default();
            let report = attempt.finish(plan, &sha256, bytes)?;
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
    let needed = job.options.kind == super::Kind::Parquet;
    Ok(if needed { Some(Scanner::new(job.store)?) } else { None })
}

/// One try at a file.
struct Attempt<'a> {
    job: &'a Job<'a>,
    source: &'a Source,
    calendars: &'a mut Calendars,
    known: Known,
    facts: Facts,
    symbols: Vec<Symbol>,
    index: HashMap<Symbol, usize>,
    tracks: Vec<Track>,
    overruled: HashSet<String>,
    stage: Stage<'a>,
    quarantine: Quarantine<'a>,
    rows_read: u64,
    /// Whether any row could be read at all, be it good or bad.
    readable: bool,
    first_refused: Option<(u64, String)>,
    warnings: Vec<String>,
}

/// A block whose stamps are settled.
struct Judged {
    block: Block,
    /// Global number of each of the block's symbols.
    symbols: Vec<usize>,
    settled: Vec<Option<Settled>>,
}

impl<'a> Attempt<'a> {
    fn new(
        job: &'a Job<'a>,
        source: &'a Source,
        calendars: &'a mut Calendars,
        known: Known,
    ) -> Result<Self, StoreError> {
        let ingest_id = new_id("in", job.now);
        Ok(Self {
            job,
            source,
            calendars,
            known,
            facts: Facts::default(),
            symbols: Vec::new(),
            index: HashMap::new(),
            tracks: Vec::new(),
            overruled: HashSet::new(),
            stage: Stage::new(job.store, known.mode, job.options, job.now)?,
            quarantine: Quarantine::new(job.store, ingest_id, source, job.now, job.options.dry_run),
            rows_read: 0,
            readable: false,
            first_refused: None,
            warnings: Vec::new(),
        })
    }

    /// Reads the whole file; the plan it was placed by, which is that of all its rows.
    fn read(&mut self, blocks: &Stream) -> Result<Plan, Stop> {
        let (mut head, mut rows, mut ended) = (Vec::new(), 0, false);
        while (rows < HEAD || (!self.readable && rows < 10 * HEAD)) && !ended {
            match blocks.next()? {
                Some(block) => {
                    self.take(&block)?;
                    rows += block.rows_read as usize;
                    head.push(block);
                }
                None => ended = true,
            }
        }
        self.refuse_unreadable()?;
        let order = self.order(blocks, ended)?;
        let mut judged = Vec::with_capacity(head.len());
        for block in head {
            judged.push(self.settle(block, order)?);
        }
        let plan = match self.known.plan {
            Some(plan) => plan,
            None => self.facts.plan(self.source, self.job.options, order, &mut Vec::new())?,
        };
        for block in judged {
            self.place(block, &plan)?;
        }
        while let Some(block) = blocks.next()? {
            self.take(&block)?;
            let judged = self.settle(block, order)?;
            self.place(judged, &plan)?;
        }
        // A later contradiction in day and month shows only now.
        self.facts.order(self.source)?;
        let whole = self.facts.plan(self.source, self.job.options, order, &mut self.warnings)?;
        if whole != plan {
            return Err(Stop::Again(Known { plan: Some(whole), order: Some(order), ..self.known }));
        }
        Ok(plan)
    }

    /// Counts a block and notes what its stamps say as they stand.
    fn take(&mut self, block: &Block) -> Result<(), Stop> {
        self.job.progress.advance(block.taken);
        self.job.progress.rows(block.rows_read);
        self.rows_read += block.rows_read;
        self.overruled.extend(block.overruled.iter().cloned());
        if self.overruled.len() > 1 {
            let mut names: Vec<&str> = self.overruled.iter().map(String::as_str).take(4).collect();
            names.sort_unstable();
            let list = names.join(", ");
            let reason = format!("the symbol column holds several symbols ({list}, ..), --symbol would merge them");
            return Err(IngestError::refused(&self.source.path, None, reason, "leave --symbol out").into());
        }
        if !self.readable {
            let bad = |reason| reason != Reason::Unparsable;
            self.readable = block.rows.iter().any(|row| row.good) || block.refused.iter().any(|row| bad(row.reason));
            if self.first_refused.is_none() {
                self.first_refused = block.refused.first().map(|first| (first.line, first.detail.clone()));
            }
        }
        block.rows.iter().for_each(|row| self.facts.add_raw(row.stamp));
        Ok(())
    }

    /// The day/month order; where the head leaves it open, the rest of the file is looked through for it.
    fn order(&mut self, blocks: &Stream, ended: bool) -> Result<Order, Stop> {
        if let Some(order) = self.known.order {
            return Ok(order);
        }
        if let Some(order) = self.facts.order(self.source)? {
            return Ok(order);
        }
        if !ended {
            while let Some(block) = blocks.next()? {
                self.take(&block)?;
            }
        }
        let order = self.facts.order(self.source)?.ok_or_else(|| undecided(self.source))?;
        if ended { Ok(order) } else { Err(Stop::Again(Known { order: Some(order), ..self.known })) }
    }

    fn settle(&mut self, block: Block, order: Order) -> Result<Judged, Stop> {
        let mut symbols = Vec::with_capacity(block.symbols.len());
        for symbol in &block.symbols {
            symbols.push(self.number(symbol)?);
        }
        let mut settled = Vec::with_capacity(block.rows.len());
        for row in &block.rows {
            let symbol = symbols[row.symbol as usize];
            let at = self.tracks[symbol].settle(row.stamp, order);
            if let Some(at) = &at {
                self.facts.add(symbol, at);
            }
            settled.push(at);
        }
        Ok(Judged { block, symbols, settled })
    }

    /// The number of a symbol in this file; a new one gets its track.
    fn number(&mut self, symbol: &Symbol) -> Result<usize, Stop> {
        if let Some(known) = self.index.get(symbol) {
            return Ok(*known);
        }
        let options = self.job.options;
        let calendar = self.calendars.of(self.job.store, self.source, symbol)?;
        self.tracks.push(Track::new(options.tz, calendar, options.stamp));
        self.symbols.push(symbol.clone());
        self.index.insert(symbol.clone(), self.symbols.len() - 1);
        Ok(self.symbols.len() - 1)
    }

    fn place(&mut self, judged: Judged, plan: &Plan) -> Result<(), Stop> {
        let Judged { block, symbols, settled } = judged;
        for refused in &block.refused {
            let symbol = refused.symbol.map(|at| self.symbols[symbols[at as usize]].to_string());
            self.quarantine.add(
                Reject {
                    line: refused.line,
                    symbol,
                    raw: refused.raw.clone(),
                    reason: refused.reason,
                    detail: refused.detail.clone(),
                },
                plan.interval,
            )?;
        }
        for (row, at) in block.rows.iter().zip(settled).filter(|(row, _)| row.good) {
            let symbol = symbols[row.symbol as usize];
            let placed = match at {
                Some(at) => self.tracks[symbol].place(&at, plan),
                None => Err((Reason::Unparsable, "the date or local time does not exist".to_string())),
            };
            match placed {
                Ok(place) => {
                    let name = &self.symbols[symbol];
                    let pushed = self.stage.push(symbol, name, row.line, place, &row.values, plan.interval);
                    pushed.map_err(|surprise| self.begin_again(surprise, plan))?;
                }
                Err((reason, detail)) => self.refuse(&block, row, symbol, reason, detail, plan)?,
            }
        }
        Ok(())
    }

    fn refuse(
        &mut self,
        block: &Block,
        row: &Row,
        symbol: usize,
        reason: Reason,
        detail: String,
        plan: &Plan,
    ) -> Result<(), StoreError> {
        let symbol = Some(self.symbols[symbol].to_string());
        self.quarantine.add(Reject { line: row.line, symbol, raw: block.text(row), reason, detail }, plan.interval)
    }

    fn begin_again(&self, surprise: Surprise, plan: &Plan) -> Stop {
        match surprise {
            Surprise::NotAppendable => Stop::Again(Known { mode: Mode::Merge, order: Some(plan.order), plan: None }),
            Surprise::Fault(error) => Stop::Failed(error.into()),
        }
    }

    /// Refuses a file without rows, or without a single one that can be read.
    fn refuse_unreadable(&self) -> Result<(), IngestError> {
        let path = &self.source.path;
        match (&self.first_refused, self.readable) {
            (_, true) => Ok(()),
            (None, _) => {
                let hint = "nothing to ingest; check the download";
                Err(IngestError::refused(path, None, "there is a header but no row", hint))
            }
            (Some((line, detail)), _) => Err(IngestError::refused(
                path,
                Some(*line),
                format!("none of {} rows can be read; the first: {detail}", self.rows_read),
                "check the columns, or pass --date-format for unusual stamps",
            )),
        }
    }

    fn finish(mut self, plan: Plan, sha256: &str, bytes: u64) -> Result<FileReport, Stop> {
        merge::finish(merge::Ending {
            job: self.job,
            source: self.source,
            symbols: &self.symbols,
            stage: &mut self.stage,
            quarantine: &mut self.quarantine,
            calendars: self.calendars,
            holidays: self.tracks.iter().map(|track| track.holidays).sum(),
            plan,
            sha256,
            bytes,
            rows_read: self.rows_read,
            warnings: self.warnings,
        })
        .map_err(Stop::from)
    }
}
