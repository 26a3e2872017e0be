//! Judging a file's blocks in file order, in a thread of its own beside the one that writes.
//!
//! Stamps are settled, the plan is made of the head and checked against the whole, rows are placed and collected into
//! batches. What the head suggests may turn out wrong; then the file is begun again with what is known by then.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::SyncSender;

use super::block::{Block, Row};
use super::calendars::Calendars;
use super::discover::Source;
use super::place::Track;
use super::plan::{Facts, Plan, undecided};
use super::quarantine::Reject;
use super::reject::Reason;
use super::stage::{Batch, Fit, Mode, Stage, Surprise};
use super::stamp::Order;
use super::stream::Stream;
use super::zone::Settled;
use super::{IngestError, Options};
use crate::domain::{Interval, Symbol};
use crate::store::{Store, StoreError};

/// Rows from which the first plan is made; files up to this size are planned whole.
const HEAD: usize = 100_000;

/// What the writer is told, in order.
pub enum Message {
    /// Bytes on disk and rows that a block took, for progress.
    Read {
        /// Bytes on disk.
        taken: u64,
        /// Data rows.
        rows: u64,
    },
    /// Good rows.
    Rows(Batch),
    /// Refused rows.
    Refused(Vec<Reject>, Interval),
}

/// What an earlier try found out about a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    order: Option<Order>,
    plan: Option<Plan>,
    /// How rows get into the store.
    pub mode: Mode,
}

/// Why judging ended before the end of the file.
pub enum Halt {
    /// Begin again, knowing more.
    Again(Known),
    /// The file or the store is at fault.
    Failed(IngestError),
    /// The writer has stopped listening; it knows why.
    Deserted,
}

impl From<IngestError> for Halt {
    fn from(error: IngestError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What is known at the end of a file.
pub struct Verdict {
    /// The decisions about the whole file.
    pub plan: Plan,
    /// Symbols in order of appearance.
    pub symbols: Vec<Symbol>,
    /// How its rows stood to each other and to the stored ones.
    pub fit: Fit,
    /// Data rows.
    pub rows_read: u64,
    /// Daily bars on dates that are no session.
    pub holidays: usize,
    /// Notes that refuse nothing.
    pub warnings: Vec<String>,
}

/// One try at a file.
pub struct Judge<'a> {
    source: &'a Source,
    options: &'a Options,
    calendars: &'a mut Calendars,
    /// Only read.
    store: Store,
    known: Known,
    writer: SyncSender<Message>,
    facts: Facts,
    symbols: Vec<Symbol>,
    index: HashMap<Symbol, usize>,
    tracks: Vec<Track>,
    overruled: HashSet<String>,
    stage: Stage,
    refused: Vec<Reject>,
    rows_read: u64,
    /// Whether any row could be read at all, be it good or bad.
    readable: bool,
    first_refused: Option<(u64, String)>,
}

/// A block whose stamps are settled.
struct Settling {
    block: Block,
    /// Number in the file of each of the block's symbols.
    symbols: Vec<usize>,
    settled: Vec<Option<Settled>>,
}

impl<'a> Judge<'a> {
    /// A judge of one file; `store` is a connection of its own.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn new(
        source: &'a Source,
        options: &'a Options,
        calendars: &'a mut Calendars,
        store: Store,
        known: Known,
        writer: SyncSender<Message>,
    ) -> Result<Self, StoreError> {
        let stage = Stage::new(store.reader()?, known.mode);
        Ok(Self {
            source,
            options,
            calendars,
            store,
            known,
            writer,
            facts: Facts::default(),
            symbols: Vec::new(),
            index: HashMap::new(),
            tracks: Vec::new(),
            overruled: HashSet::new(),
            stage,
            refused: Vec::new(),
            rows_read: 0,
            readable: false,
            first_refused: None,
        })
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// [`Halt`]; nothing that was told to the writer then counts.
    pub fn read(mut self, blocks: &Stream) -> Result<Verdict, Halt> {
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
        let mut settled = Vec::with_capacity(head.len());
        for block in head {
            settled.push(self.settle(block, order)?);
        }
        let plan = match self.known.plan {
            Some(plan) => plan,
            None => self.facts.plan(self.source, self.options, order, &mut Vec::new())?,
        };
        for block in settled {
            self.place(block, &plan)?;
        }
        while let Some(block) = blocks.next()? {
            self.take(&block)?;
            let settled = self.settle(block, order)?;
            self.place(settled, &plan)?;
        }
        self.end(plan, order)
    }

    /// Checks the plan against the whole file.
    fn end(mut self, plan: Plan, order: Order) -> Result<Verdict, Halt> {
        // A contradiction in day and month may show late.
        self.facts.order(self.source)?;
        let mut warnings = Vec::new();
        let whole = self.facts.plan(self.source, self.options, order, &mut warnings)?;
        if whole != plan {
            return Err(Halt::Again(Known { plan: Some(whole), order: Some(order), ..self.known }));
        }
        if let Some(batch) = self.stage.batch(plan.interval) {
            self.tell(Message::Rows(batch))?;
        }
        Ok(Verdict {
            plan,
            symbols: self.symbols,
            fit: std::mem::take(&mut self.stage.fit),
            rows_read: self.rows_read,
            holidays: self.tracks.iter().map(|track| track.holidays).sum(),
            warnings,
        })
    }

    fn tell(&self, message: Message) -> Result<(), Halt> {
        self.writer.send(message).map_err(|_| Halt::Deserted)
    }

    /// Counts a block and notes what its stamps say as they stand.
    fn take(&mut self, block: &Block) -> Result<(), Halt> {
        self.tell(Message::Read { taken: block.taken, rows: block.rows_read })?;
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
    fn order(&mut self, blocks: &Stream, ended: bool) -> Result<Order, Halt> {
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
        if ended { Ok(order) } else { Err(Halt::Again(Known { order: Some(order), ..self.known })) }
    }

    fn settle(&mut self, block: Block, order: Order) -> Result<Settling, Halt> {
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
        Ok(Settling { block, symbols, settled })
    }

    /// The number of a symbol in this file; a new one gets its track.
    fn number(&mut self, symbol: &Symbol) -> Result<usize, Halt> {
        if let Some(known) = self.index.get(symbol) {
            return Ok(*known);
        }
        let calendar = self.calendars.of(&self.store, self.source, symbol)?;
        self.tracks.push(Track::new(self.options.tz, calendar, self.options.stamp));
        self.symbols.push(symbol.clone());
        self.index.insert(symbol.clone(), self.symbols.len() - 1);
        Ok(self.symbols.len() - 1)
    }

    fn place(&mut self, settling: Settling, plan: &Plan) -> Result<(), Halt> {
        let Settling { mut block, symbols, settled } = settling;
        for refused in std::mem::take(&mut block.refused) {
            let symbol = refused.symbol.map(|at| self.symbols[symbols[at as usize]].to_string());
            let (line, raw) = (refused.line, refused.raw);
            self.refused.push(Reject { line, symbol, raw, reason: refused.reason, detail: refused.detail });
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
                    if let Some(batch) = pushed.map_err(|surprise| self.halt(surprise, plan))? {
                        self.tell(Message::Rows(batch))?;
                    }
                }
                Err((reason, detail)) => self.refuse(&block, row, symbol, reason, detail),
            }
        }
        if self.refused.is_empty() {
            return Ok(());
        }
        let refused = std::mem::take(&mut self.refused);
        self.tell(Message::Refused(refused, plan.interval))
    }

    fn refuse(&mut self, block: &Block, row: &Row, symbol: usize, reason: Reason, detail: String) {
        let symbol = Some(self.symbols[symbol].to_string());
        self.refused.push(Reject { line: row.line, symbol, raw: block.text(row), reason, detail });
    }

    fn halt(&self, surprise: Surprise, plan: &Plan) -> Halt {
        match surprise {
            Surprise::NotAppendable => Halt::Again(Known { mode: Mode::Merge, order: Some(plan.order), plan: None }),
            Surprise::Fault(error) => Halt::Failed(error.into()),
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
}
