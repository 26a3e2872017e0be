//! What a set reads besides the bars themselves: sentiment, other series, membership, each as of a time.

use std::collections::HashMap;

use duckdb::arrow::array::AsArray;
use duckdb::arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};

use super::asof::newest_known;
use super::error::Result;
use super::set::FeatureSet;
use super::state::joined;
use crate::domain::{Bars, Interval, Symbol, Ts};
use crate::store::arrow::record_batch::RecordBatch;
use crate::store::bars::Coverage;
use crate::store::duckdb::{self, Connection};
use crate::store::{StoreError, params, series};

/// Everything a set reads besides the bars being built, for some series.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    snapshots: HashMap<Symbol, Scores>,
    others: HashMap<(Symbol, Interval), Bars>,
    /// Days of membership, first and last; `None` when every symbol is a member.
    members: Option<HashMap<Symbol, Vec<(i32, i32)>>>,
}

#[derive(Debug, Default)]
struct Scores {
    known: Vec<Ts>,
    score: Vec<f64>,
}

impl Inputs {
    /// Loads what rows closing at or after `since` need, one time a series.
    pub(super) fn load(conn: &Connection, set: &FeatureSet, keys: &[(Symbol, Interval)], since: &[Ts]) -> Result<Self> {
        let snapshots = if set.reads_sentiment() { snapshots(conn, keys, since)? } else { HashMap::new() };
        Self { snapshots, ..Self::default() }.with_others(conn, set, keys, since)
    }

    /// The same, with the scores that were heard so far.
    pub(super) fn load_heard(
        conn: &Connection,
        set: &FeatureSet,
        keys: &[(Symbol, Interval)],
        since: &[Ts],
        heard: &Heard,
    ) -> Result<Self> {
        let snapshots = if set.reads_sentiment() { heard.scores(conn)? } else { HashMap::new() };
        Self { snapshots, ..Self::default() }.with_others(conn, set, keys, since)
    }

    fn with_others(
        mut self,
        conn: &Connection,
        set: &FeatureSet,
        keys: &[(Symbol, Interval)],
        since: &[Ts],
    ) -> Result<Self> {
        let mut wanted: Vec<((Symbol, Interval), Ts)> = Vec::new();
        for (_, join, _) in set.joined_columns() {
            for ((symbol, interval), since) in keys.iter().zip(since) {
                let other = join.of(symbol, *interval);
                match wanted.iter_mut().find(|(known, _)| *known == other) {
                    Some((_, known)) => *known = (*known).min(*since),
                    None => wanted.push((other, *since)),
                }
            }
        }
        self.others = others(conn, wanted)?;
        if let Some(universe) = set.universe().filter(|_| set.is_across()) {
            self.members = Some(members(conn, universe)?);
        }
        Ok(self)
    }

    /// The newest score known at each bar's close.
    pub(super) fn sentiment(&self, bars: &Bars) -> Vec<f64> {
        let Some(scores) = self.snapshots.get(&bars.symbol) else { return vec![f64::NAN; bars.len()] };
        newest_known(&bars.close_ts, &scores.known)
            .map(|(_, index)| index.map_or(f64::NAN, |index| scores.score[index]))
            .collect()
    }

    /// Another series.
    pub(super) fn other(&self, key: &(Symbol, Interval)) -> Option<&Bars> {
        self.others.get(key)
    }

    /// Whether the symbol was a member on each bar's trading day.
    pub(super) fn is_member<'a>(&'a self, bars: &'a Bars) -> impl Iterator<Item = bool> + 'a {
        let spans = self.members.as_ref().map(|members| members.get(&bars.symbol).map_or(&[][..], Vec::as_slice));
        bars.session_date
            .iter()
            .map(move |day| spans.is_none_or(|spans| spans.iter().any(|(from, to)| (from..=to).contains(&day))))
    }
}

/// Scores since a time, for someone who asks again and again: what was known before is read once.
#[derive(Debug)]
pub(super) struct Heard {
    since: Ts,
    /// The newest snapshot at or before that time.
    before: HashMap<Symbol, Snapshot>,
}

impl Heard {
    /// Nobody's scores yet; rows may close at or after `since`.
    pub(super) fn new(since: Ts) -> Self {
        Self { since, before: HashMap::new() }
    }

    /// Whether rows closing at a time can do with these.
    pub(super) fn covers(&self, close: Ts) -> bool {
        close >= self.since
    }

    /// Reads what was known of some symbols before.
    pub(super) fn know(&mut self, conn: &Connection, symbols: &[Symbol]) -> Result<()> {
        // The bar length plays no part.
        let keys: Vec<(Symbol, Interval)> = symbols.iter().map(|symbol| (symbol.clone(), Interval::D1)).collect();
        for (symbol, rows) in snapshot_rows(conn, &keys, &vec![self.since; keys.len()])? {
            let before = rows.into_iter().filter(|row| row.known <= self.since);
            if let Some(newest) = in_order(before.collect()).pop() {
                self.before.insert(symbol, newest);
            }
        }
        Ok(())
    }

    fn scores(&self, conn: &Connection) -> Result<HashMap<Symbol, Scores>> {
        let mut rows: HashMap<Symbol, Vec<Snapshot>> = HashMap::new();
        for (symbol, snapshot) in &self.before {
            rows.entry(symbol.clone()).or_default().push(snapshot.clone());
        }
        let mut statement = conn.prepare_cached(crate::sql!("features/snapshots_since")).map_err(StoreError::from)?;
        for batch in statement.stream_arrow(params![self.since.0]).map_err(StoreError::from)? {
            let batch = batch.map_err(StoreError::from)?;
            let symbols = batch.column(0).as_string::<i32>();
            for (snapshot, symbol) in snapshots_of(&batch).zip(symbols) {
                let Some(Ok(symbol)) = symbol.map(str::parse) else { continue };
                rows.entry(symbol).or_default().push(snapshot);
            }
        }
        Ok(rows.into_iter().map(|(symbol, rows)| (symbol, one_a_time(rows))).collect())
    }
}

/// Scores by symbol, ascending: one a time, of several providers the most confident one, then the first by name.
fn snapshots(conn: &Connection, keys: &[(Symbol, Interval)], since: &[Ts]) -> Result<HashMap<Symbol, Scores>> {
    let rows = snapshot_rows(conn, keys, since)?;
    Ok(rows.into_iter().map(|(symbol, rows)| (symbol, one_a_time(rows))).collect())
}

/// Snapshots by symbol, in any order: those after a time, and the newest before it.
fn snapshot_rows(conn: &Connection, keys: &[(Symbol, Interval)], since: &[Ts]) -> Result<Vec<(Symbol, Vec<Snapshot>)>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut first: Vec<(&Symbol, Ts)> = Vec::new();
    for ((symbol, _), since) in keys.iter().zip(since) {
        match first.last_mut() {
            Some((known, ts)) if *known == symbol => *ts = (*ts).min(*since),
            _ => first.push((symbol, *since)),
        }
    }
    let symbols: Vec<&str> = first.iter().map(|(symbol, _)| symbol.as_str()).collect();
    let times: Vec<String> = first.iter().map(|(_, ts)| ts.0.to_string()).collect();
    let mut statement = conn.prepare(crate::sql!("features/snapshots")).map_err(StoreError::from)?;
    let mut rows: Vec<Vec<Snapshot>> = (0..first.len()).map(|_| Vec::new()).collect();
    let keys = params![symbols.join("\n"), times.join("\n"), first.len() as i64];
    for batch in statement.stream_arrow(keys).map_err(StoreError::from)? {
        let batch = batch.map_err(StoreError::from)?;
        let at = batch.column(0).as_primitive::<Int64Type>();
        for (snapshot, at) in snapshots_of(&batch).zip(at.values()) {
            rows[*at as usize].push(snapshot);
        }
    }
    Ok(first.iter().map(|(symbol, _)| (*symbol).clone()).zip(rows).collect())
}

#[derive(Debug, Clone)]
struct Snapshot {
    known: Ts,
    score: f64,
    confidence: f64,
    provider: Box<str>,
    fetched: i64,
}

/// Snapshots of a batch with columns 1 to 5: known_ts, score, confidence, provider, fetched_at.
fn snapshots_of(batch: &RecordBatch) -> impl Iterator<Item = Snapshot> + '_ {
    let [known, fetched] = [1, 5].map(|column| batch.column(column).as_primitive::<TimestampMicrosecondType>());
    let [score, confidence] = [2, 3].map(|column| batch.column(column).as_primitive::<Float64Type>());
    let provider = batch.column(4).as_string::<i32>();
    (0..batch.num_rows()).map(move |row| Snapshot {
        known: Ts(known.value(row)),
        score: score.value(row),
        confidence: confidence.value(row),
        provider: provider.value(row).into(),
        fetched: fetched.value(row),
    })
}

/// Ascending, one a time: the most confident, then the first by name, then the newest fetched.
fn in_order(mut rows: Vec<Snapshot>) -> Vec<Snapshot> {
    if !rows.is_sorted_by(|a, b| a.known < b.known) {
        rows.sort_by(|a, b| {
            (a.known.cmp(&b.known))
                .then(b.confidence.total_cmp(&a.confidence))
                .then_with(|| a.provider.cmp(&b.provider))
                .then(b.fetched.cmp(&a.fetched))
                .then(a.score.total_cmp(&b.score))
        });
        rows.dedup_by_key(|row| row.known);
    }
    rows
}

fn one_a_time(rows: Vec<Snapshot>) -> Scores {
    let rows = in_order(rows);
    Scores { known: rows.iter().map(|row| row.known).collect(), score: rows.iter().map(|row| row.score).collect() }
}

fn others(conn: &Connection, wanted: Vec<((Symbol, Interval), Ts)>) -> Result<HashMap<(Symbol, Interval), Bars>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let from = known_starts(conn, &wanted)?;
    let series: Vec<Coverage> = (wanted.into_iter().zip(&from))
        .map(|(((symbol, interval), _), first)| Coverage { symbol, interval, bars: 0, first: *first, last: *first })
        .collect();
    let loaded = series::load_with(conn, &series, &from)?;
    Ok(loaded.into_iter().map(|bars| ((bars.symbol.clone(), bars.interval), bars)).collect())
}

/// Start of the newest bar of each series that was known at its time; the time itself when none was.
fn known_starts(conn: &Connection, wanted: &[((Symbol, Interval), Ts)]) -> Result<Vec<Ts>> {
    let mut from: Vec<Ts> = wanted.iter().map(|(_, since)| *since).collect();
    if from.iter().all(|since| *since == Ts(i64::MIN)) {
        return Ok(from);
    }
    let (symbols, intervals) = joined(wanted.iter().map(|(key, _)| key));
    let times: Vec<String> = from.iter().map(|since| since.0.to_string()).collect();
    let mut statement = conn.prepare_cached(crate::sql!("features/known_starts")).map_err(StoreError::from)?;
    let values = params![symbols, intervals, times.join("\n"), wanted.len() as i64];
    let mut rows = statement.query(values).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let at: i64 = row.get(0).map_err(StoreError::from)?;
        if let Some(slot) = usize::try_from(at).ok().and_then(|at| from.get_mut(at)) {
            *slot = Ts(row.get(1).map_err(StoreError::from)?);
        }
    }
    Ok(from)
}

fn members(conn: &Connection, universe: &str) -> Result<HashMap<Symbol, Vec<(i32, i32)>>> {
    let mut statement = conn.prepare(crate::sql!("features/members")).map_err(StoreError::from)?;
    let mut rows = statement.query(params![universe]).map_err(StoreError::from)?;
    let mut members: HashMap<Symbol, Vec<(i32, i32)>> = HashMap::new();
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let symbol: String = row.get(0).map_err(StoreError::from)?;
        let from: i64 = row.get(1).map_err(StoreError::from)?;
        let to: Option<i64> = row.get(2).map_err(StoreError::from)?;
        let Ok(symbol) = symbol.parse::<Symbol>() else { continue };
        let day = |days: i64| i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX });
        members.entry(symbol).or_default().push((day(from), to.map_or(i32::MAX, day)));
    }
    Ok(members)
}
