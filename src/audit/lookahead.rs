//! The look-ahead audit.
//!
//! For each of many cuts, everything that became known after it is altered, and the rows known by it must be the same
//! as before, to 1e-9 of their size. Four kinds of alteration take turns: other values, half of the rows gone, all of
//! them gone, further rows among them. For labels there is a second half: bars known by the cut are altered, and what
//! is decided from there on must enter where it did.
//!
//! A statement may speak at few bars only: half of its cuts are made at the closes of bars that it speaks about. It must
//! give the same rows each time, and it reads the sample alone: files and other databases are closed to it, and so is the
//! catalogue, by which it could tell a sample from a store. A strategy's statement must give on the sample what it gives on
//! the store, or it rests on something that is not altered. Twenty cuts are a sample all the same: what looks a few bars
//! ahead in one month of many years can pass between them.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::error::AuditError;
use super::sample::Sample;
use super::subject::Subject;
use crate::domain::{Progress, Ts};
use crate::store::frame::Frame;
use crate::store::series::SeriesFilter;
use crate::store::{Store, StoreError, params};

/// What to audit on.
#[derive(Debug, Clone)]
pub struct Options {
    /// Random cuts.
    pub cuts: usize,
    /// Seed of sample and cuts.
    pub seed: u64,
    /// Which series may be sampled.
    pub filter: SeriesFilter,
    /// Bars of each; `None` is what the warm-up needs and 300 more.
    pub bars: Option<usize>,
    /// Whether the sample is every series of the store with as many bars as fit, at least `bars` of each: for statements,
    /// which may read any of them. What they give there must be what they give on the store.
    pub everything: bool,
}

/// The outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Lookahead {
    /// Cuts made.
    pub cuts: usize,
    /// Values compared.
    pub compared: u64,
    /// Columns that saw ahead; empty when none did.
    pub alarms: Vec<Alarm>,
    /// Series of the sample.
    pub series: Vec<String>,
    /// Inputs that were altered.
    pub altered: Vec<&'static str>,
}

/// A column that saw ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// Column, `(rows)` when a row itself came or went.
    pub column: String,
    /// Cuts at which it did.
    pub cuts: usize,
    /// First case: instrument.
    pub symbol: String,
    /// First case: bar length.
    pub interval: String,
    /// First case: UTC start of the bar.
    pub ts: String,
    /// First case: UTC time after which everything was altered.
    pub cut: String,
    /// Value before the alteration; `None` is NULL.
    pub before: Option<f64>,
    /// Value after it; `None` is NULL.
    pub after: Option<f64>,
    /// Inputs that alone make the difference.
    pub because_of: Vec<&'static str>,
}

/// An input that is altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Bars,
    Sentiment,
    Actions,
    Universe,
    Past,
}

const FUTURE: [Part; 4] = [Part::Bars, Part::Sentiment, Part::Actions, Part::Universe];

impl Part {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bars => "later bars",
            Self::Sentiment => "later sentiment",
            Self::Actions => "later corporate actions",
            Self::Universe => "later memberships",
            Self::Past => "bars before the decision",
        }
    }
}

/// A time after which (or up to which) inputs are altered.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: i64,
    kind: i64,
    seed: i64,
}

/// Audits a subject on a sample of a store.
///
/// # Errors
/// A subject that does not run, a store without enough bars, faults of DuckDB.
pub fn lookahead(
    store: &Store,
    subject: &Subject,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Lookahead, AuditError> {
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let sample = Sample::take(store, subject, options, &mut random)?;
    sample.adjust()?;
    let times = sample.close_times()?;
    if times.len() < 10 {
        let name = subject.name();
        return Err(AuditError::TooLittle(format!(
            "{} bars are too few to audit {name} on; 10 are needed",
            times.len()
        )));
    }
    let before = first_rows(&sample, subject)?;
    if options.everything {
        same_as_stored(store, &sample, subject, &before, times[times.len() / 2])?;
    }
    let entries = subject.entries(&sample.store)?;
    let mut found = Found::default();
    progress.start("cuts", options.cuts as u64);
    let spoken = spoken(subject, &before);
    for n in 0..options.cuts {
        // Not within the first tenth, where hardly anything is known yet; half of the cuts fall between bars.
        let at = times[random.random_range(times.len() / 10..times.len())];
        let between = if n % 2 == 0 { 0 } else { random.random_range(1..30_000_000) };
        let seed = random.random_range(0..i64::MAX / 2);
        let mut cut = Cut { at: at + between, kind: (n % 4) as i64, seed };
        if n % 2 == 0 && !spoken.is_empty() {
            cut.at = spoken[random.random_range(0..spoken.len())];
            cut.kind = random.random_range(0..4);
        }
        audit_cut(&sample, subject, &before, cut, &FUTURE, &mut found)?;
        if let Some(entries) = &entries {
            audit_entries(&sample, subject, entries, cut, &mut found)?;
        }
        progress.advance(1);
    }
    progress.finish();
    sample.restore()?;
    if let Subject::Labels(spec) = subject {
        early_entries(store, &spec.name(), &mut found)?;
    }
    let mut altered: Vec<&'static str> = FUTURE.map(Part::as_str).to_vec();
    altered.extend(entries.map(|_| Part::Past.as_str()));
    let alarms = found.alarms.into_values().collect();
    Ok(Lookahead { cuts: options.cuts, compared: found.compared, alarms, series: sample.series, altered })
}

/// The rows of the unaltered sample. What a statement reads must be the sample's, which alone is altered, and must not
/// change of itself.
fn first_rows(sample: &Sample, subject: &Subject) -> Result<Frame, AuditError> {
    let Subject::Query { .. } = subject else { return subject.rows(&sample.store) };
    if let Some(word) = subject.introspects()? {
        let reason = format!("it asks about the database itself ('{word}')");
        return Err(AuditError::Outside { name: subject.name(), reason });
    }
    sample.close_doors()?;
    let before = subject.rows(&sample.store).map_err(|error| AuditError::of_statement(subject.name(), error))?;
    let again = subject.rows(&sample.store)?;
    match compare(&before, &again, |_| true).1.first() {
        Some(difference) => Err(AuditError::Unsteady { name: subject.name(), column: difference.column.clone() }),
        None => Ok(before),
    }
}

/// A statement must say on the sample what it says on the store, once its windows are full: else it reads something that
/// the sample lacks, and altering the sample proves nothing.
fn same_as_stored(
    store: &Store,
    sample: &Sample,
    subject: &Subject,
    before: &Frame,
    since: i64,
) -> Result<(), AuditError> {
    let Subject::Query { sql, .. } = subject else { return Ok(()) };
    let mut stored = Frame::of_query(store, sql)?;
    stored.retain(|(symbol, interval, _)| sample.has(symbol, interval));
    match compare(&stored, before, |known| known.is_some_and(|known| known >= since)).1.first() {
        None => Ok(()),
        Some(Difference { column, key: (symbol, _, ts), .. }) => Err(AuditError::Lacks {
            name: subject.name(),
            symbol: symbol.clone(),
            ts: Ts(*ts).to_string(),
            column: column.clone(),
        }),
    }
}

/// When rows of a statement became known: it says something at few bars, and half of the cuts are made right there.
fn spoken(subject: &Subject, rows: &Frame) -> Vec<i64> {
    let Subject::Query { .. } = subject else { return Vec::new() };
    let mut times: Vec<i64> = rows.known.iter().copied().flatten().collect();
    times.sort_unstable();
    times.dedup();
    times
}

#[derive(Default)]
struct Found {
    compared: u64,
    alarms: BTreeMap<String, Alarm>,
}

/// Alters the parts, computes again and compares what was known by the cut.
fn audit_cut(
    sample: &Sample,
    subject: &Subject,
    before: &Frame,
    cut: Cut,
    parts: &[Part],
    found: &mut Found,
) -> Result<(), AuditError> {
    alter(sample, cut, parts)?;
    let after = subject.rows(&sample.store)?;
    let known = |known: Option<i64>| known.is_some_and(|known| known <= cut.at);
    let (compared, differing) = compare(before, &after, known);
    found.compared += compared;
    for difference in differing {
        if let Some(alarm) = found.alarms.get_mut(&difference.column) {
            alarm.cuts += 1;
            continue;
        }
        let mut because_of = Vec::new();
        for part in parts {
            alter(sample, cut, &[*part])?;
            let alone = subject.rows(&sample.store)?;
            if compare(before, &alone, known).1.iter().any(|other| other.column == difference.column) {
                because_of.push(part.as_str());
            }
        }
        found.alarms.insert(difference.column.clone(), difference.alarm(cut, because_of));
    }
    Ok(())
}

/// Alters bars up to the cut and compares what is decided at the cut or after it.
fn audit_entries(
    sample: &Sample,
    subject: &Subject,
    before: &Frame,
    cut: Cut,
    found: &mut Found,
) -> Result<(), AuditError> {
    sample.restore()?;
    sample.alter(crate::sql!("audit/clear_bars"), crate::sql!("audit/alter_past"), params![cut.at, cut.seed])?;
    let Some(after) = subject.entries(&sample.store)? else { return Ok(()) };
    // The cut's own bar is the last that is altered: a decision at its close enters later.
    let (compared, differing) = compare(before, &after, |known| known.is_some_and(|known| known >= cut.at));
    found.compared += compared;
    for difference in differing {
        let column = format!("{} (past)", difference.column);
        let mut alarm = difference.alarm(cut, vec![Part::Past.as_str()]);
        alarm.column.clone_from(&column);
        found.alarms.entry(column).and_modify(|alarm| alarm.cuts += 1).or_insert(alarm);
    }
    Ok(())
}

/// No stored label enters before its decision was known.
fn early_entries(store: &Store, set: &str, found: &mut Found) -> Result<(), AuditError> {
    let early: i64 = store
        .conn()
        .query_row(crate::sql!("audit/early_entries"), params![set], |row| row.get(0))
        .map_err(StoreError::from)?;
    if early > 0 {
        let column = "entry_ts (stored)".to_string();
        let blank = || String::from("-");
        let alarm = Alarm {
            column: column.clone(),
            cuts: 0,
            symbol: format!("{early} rows"),
            interval: blank(),
            ts: blank(),
            cut: blank(),
            before: None,
            after: None,
            because_of: vec!["an entry that is not the next bar's start"],
        };
        found.alarms.insert(column, alarm);
    }
    Ok(())
}

fn alter(sample: &Sample, cut: Cut, parts: &[Part]) -> Result<(), AuditError> {
    // Altering everything leaves nothing to restore.
    if parts.len() < FUTURE.len() {
        sample.restore()?;
    }
    for part in parts {
        let values = params![cut.at, cut.seed];
        match part {
            Part::Bars => {
                let values = params![cut.at, cut.kind, cut.seed];
                sample.alter(crate::sql!("audit/clear_bars"), crate::sql!("audit/alter_bars"), values)?;
            }
            Part::Sentiment => {
                sample.alter(crate::sql!("audit/clear_sentiment"), crate::sql!("audit/alter_sentiment"), values)?;
            }
            Part::Actions => {
                sample.alter(crate::sql!("audit/clear_actions"), crate::sql!("audit/alter_actions"), values)?;
            }
            Part::Universe => {
                sample.alter(crate::sql!("audit/clear_universe"), crate::sql!("audit/alter_universe"), values)?;
            }
            Part::Past => {}
        }
    }
    sample.adjust()
}

/// A value that changed.
struct Difference {
    column: String,
    key: (String, String, i64),
    before: f64,
    after: f64,
}

impl Difference {
    fn alarm(&self, cut: Cut, because_of: Vec<&'static str>) -> Alarm {
        let (symbol, interval, ts) = self.key.clone();
        let number = |value: f64| (!value.is_nan()).then_some(value);
        Alarm {
            column: self.column.clone(),
            cuts: 1,
            symbol,
            interval,
            ts: Ts(ts).to_string(),
            cut: Ts(cut.at).to_string(),
            before: number(self.before),
            after: number(self.after),
            because_of,
        }
    }
}

/// The first difference of each column among the rows that count, and the number of values compared.
fn compare(before: &Frame, after: &Frame, counts: impl Fn(Option<i64>) -> bool) -> (u64, Vec<Difference>) {
    let rows =
        |frame: &Frame| -> Vec<usize> { (0..frame.keys.len()).filter(|row| counts(frame.known[*row])).collect() };
    let (old, new) = (rows(before), rows(after));
    let mut differing = Vec::new();
    let gone = old.iter().zip(&new).find(|(old, new)| before.keys[**old] != after.keys[**new]).map(|(old, _)| *old);
    let gone = gone.or_else(|| old.get(new.len()).copied()).map(|row| &before.keys[row]);
    let key = gone.or_else(|| new.get(old.len()).map(|row| &after.keys[*row]));
    if let Some(key) = key {
        let (before, after) = (old.len() as f64, new.len() as f64);
        differing.push(Difference { column: "(rows)".into(), key: key.clone(), before, after });
        return (old.len() as u64, differing);
    }
    for (name, (x, y)) in before.names.iter().zip(before.columns.iter().zip(&after.columns)) {
        let differs = |(old, new): &(&usize, &usize)| !same(x[**old], y[**new]);
        if let Some((old, new)) = old.iter().zip(&new).find(differs) {
            let key = before.keys[*old].clone();
            differing.push(Difference { column: name.clone(), key, before: x[*old], after: y[*new] });
        }
    }
    ((old.len() * before.names.len()) as u64, differing)
}

fn same(x: f64, y: f64) -> bool {
    (x.is_nan() && y.is_nan()) || x == y || (x - y).abs() <= 1e-9 * x.abs().max(y.abs())
}
