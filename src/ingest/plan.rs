//! What only the file as a whole decides: day/month order, interval, and the grid that stamps stand on.
//!
//! Facts are gathered row by row. A plan is made of the head of a file and is checked against the facts of all of
//! it at the end: where they disagree the file is read again, so that the result never depends on the head alone.

use std::collections::BTreeMap;

use super::infer;
use super::stamp::{DayMonth, Order, Raw, Verdict};
use super::zone::Settled;
use super::{IngestError, Options};
use crate::domain::time::DAY_MICROS;
use crate::domain::{Interval, Ts};
use crate::ingest::discover::Source;

/// Stamps kept to measure distances in time order; past that many, file order is taken for it.
const KEPT: usize = 8_000_000;

/// The decisions about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Day/month order of two-way dates.
    pub order: Order,
    /// Bar length.
    pub interval: Interval,
    /// Position of stamps within the interval, in microseconds; 0 for daily bars.
    pub phase: i64,
}

/// What the stamps of a file say, refused rows included.
#[derive(Debug, Default)]
pub struct Facts {
    days: DayMonth,
    /// Stamps of each symbol, until [`KEPT`] in all.
    series: Vec<Vec<Ts>>,
    kept: usize,
    /// Distances between neighbours in file order, in microseconds.
    distances: BTreeMap<i64, usize>,
    /// The distance met last and how often in a row: mostly it is the same again.
    run: (i64, usize),
    last: Vec<Option<Ts>>,
    /// Rows by their second within the hour.
    seconds: Vec<usize>,
    timed: bool,
    stamps: usize,
    with_offset: usize,
    without_offset: usize,
    /// Stamps in an hour that occurs twice.
    pub twice: usize,
}

impl Facts {
    /// Takes note of a stamp as written.
    pub fn add_raw(&mut self, raw: Raw) {
        self.days.add(raw);
        match raw {
            Raw::Clock { offset: Some(_), .. } => self.with_offset += 1,
            Raw::Clock { date_only: false, .. } => self.without_offset += 1,
            _ => {}
        }
    }

    /// Takes note of a settled stamp of the symbol number `symbol`.
    pub fn add(&mut self, symbol: usize, settled: &Settled) {
        if self.last.len() <= symbol {
            self.last.resize(symbol + 1, None);
            self.series.resize(symbol + 1, Vec::new());
        }
        // Dates are counted in days, whatever daylight saving does to their midnights.
        let at = if settled.date_only { settled.wall } else { settled.ts };
        self.stamps += 1;
        self.timed |= !settled.date_only;
        self.seconds.resize(3600, 0);
        // A position within the hour is at least 0 and below 3600 s.
        self.seconds[(infer::position(settled.ts) / 1_000_000) as usize] += 1;
        if self.kept < KEPT {
            self.series[symbol].push(at);
            self.kept += 1;
        }
        if let Some(last) = self.last[symbol].replace(at)
            && last != at
        {
            self.count((at.0 - last.0).abs());
        }
    }

    fn count(&mut self, distance: i64) {
        if self.run.0 == distance {
            self.run.1 += 1;
            return;
        }
        let (before, times) = std::mem::replace(&mut self.run, (distance, 1));
        if times > 0 {
            *self.distances.entry(infer::rounded(before)).or_default() += times;
        }
    }

    /// The day/month order; `None` when no stamp says which.
    ///
    /// # Errors
    /// The refusal of a file whose rows contradict each other.
    pub fn order(&self, source: &Source) -> Result<Option<Order>, IngestError> {
        match self.days.verdict() {
            Verdict::NotNeeded => Ok(Some(Order::DayFirst)),
            Verdict::Decided(order) => Ok(Some(order)),
            Verdict::Undecided => Ok(None),
            Verdict::Contradictory => Err(refused(source, "some dates are day/month and others month/day", ORDER_HINT)),
        }
    }

    /// The plan of a file with these stamps, and what a reader should know of it.
    ///
    /// # Errors
    /// Refusals: no interval follows, or not the given one.
    pub fn plan(
        &self,
        source: &Source,
        options: &Options,
        order: Order,
        warnings: &mut Vec<String>,
    ) -> Result<Plan, IngestError> {
        if self.with_offset > 0 && self.without_offset > 0 {
            let zone = options.tz.map_or("UTC or the exchange's zone".to_string(), |zone| zone.to_string());
            let (some, others) = (self.with_offset, self.without_offset);
            warnings.push(format!("{some} stamps have an offset, {others} have none and were read as {zone}"));
        }
        if self.twice > 0 {
            let n = self.twice;
            warnings.push(format!("{n} local times occur twice (clocks going back); the order of rows tells which"));
        }
        let interval = self.interval(source, options, warnings)?;
        let phase = if interval == Interval::D1 { 0 } else { infer::phase(&self.seconds, interval) };
        Ok(Plan { order, interval, phase })
    }

    /// The most frequent distance between neighbours in time, in microseconds.
    fn spacing(&self) -> Option<i64> {
        if self.kept < KEPT {
            infer::modal_spacing(self.series.iter().cloned())
        } else {
            let mut counts = self.distances.clone();
            *counts.entry(infer::rounded(self.run.0)).or_default() += self.run.1;
            infer::mode(&counts)
        }
    }

    fn interval(
        &self,
        source: &Source,
        options: &Options,
        warnings: &mut Vec<String>,
    ) -> Result<Interval, IngestError> {
        let (spacing, said) = (self.spacing(), options.interval.or(source.interval));
        match (said, spacing) {
            (Some(said), Some(spacing)) => {
                let found = spacing_text(spacing);
                if spacing + infer::TOLERANCE < said.micros() {
                    let reason = format!("rows are {found} apart, which is less than the interval {said}");
                    return Err(refused(source, reason, "pass --interval with the true bar length"));
                }
                if spacing > said.micros() + infer::TOLERANCE && said != Interval::D1 {
                    warnings.push(format!("rows are mostly {found} apart, though the interval is {said}"));
                }
                Ok(said)
            }
            (Some(said), None) => Ok(said),
            (None, None) if !self.timed => Ok(Interval::D1),
            (None, None) => Err(refused(source, "one stamp does not tell the interval", INTERVAL_HINT)),
            (None, Some(spacing)) => match infer::interval_of(spacing) {
                Some(interval) => Ok(interval),
                // A handful of dates has no mode worth the name; many regular ones may be weekly or monthly bars.
                None if !self.timed && self.stamps < 10 => {
                    let (n, apart) = (self.stamps, spacing_text(spacing));
                    warnings.push(format!("{n} dates, {apart} apart, taken as daily bars"));
                    Ok(Interval::D1)
                }
                None => {
                    let reason = format!("rows are mostly {} apart, which is no known interval", spacing_text(spacing));
                    Err(refused(source, reason, INTERVAL_HINT))
                }
            },
        }
    }
}

const INTERVAL_HINT: &str = "pass --interval 1m|5m|15m|30m|1h|1d";
const ORDER_HINT: &str = "say which: --date-format '%d/%m/%Y' or --date-format '%m/%d/%Y' (add %H:%M:%S for times)";

/// The refusal of a file in which nothing decides between day/month and month/day.
pub fn undecided(source: &Source) -> IngestError {
    refused(source, "dates could be day/month or month/day, no field is above 12", ORDER_HINT)
}

fn refused(source: &Source, reason: impl Into<String>, hint: &str) -> IngestError {
    IngestError::refused(&source.path, None, reason, hint)
}

fn spacing_text(spacing: i64) -> String {
    match infer::interval_of(spacing) {
        Some(interval) => interval.to_string(),
        None if spacing % DAY_MICROS == 0 => format!("{} days", spacing / DAY_MICROS),
        None => format!("{} s", spacing / 1_000_000),
    }
}
