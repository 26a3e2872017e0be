//! What a set reads besides the bars themselves: sentiment, other series, membership, each as of a time.

use std::collections::HashMap;

use duckdb::arrow::array::AsArray;
use duckdb::arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};

use super::asof::newest_known;
use super::error::Result;
use super::set::FeatureSet;
use crate::domain::{Bars, Interval, Symbol, Ts};
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
        let mut inputs = Self::default();
        if set.reads_sentiment() {
            inputs.snapshots = snapshots(conn, keys, since)?;
        }
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
        inputs.others = others(conn, wanted)?;
        if let Some(universe) = set.universe().filter(|_| set.is_across()) {
            inputs.members = Some(members(conn, universe)?);
        }
        Ok(inputs)
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

/// Scores by symbol, ascending: one a time, of several providers the most confident one, then the first by name.
fn snapshots(conn: &Connection, keys: &[(Symbol, Interval)], since: &[Ts]) -> Result<HashMap<Symbol, Scores>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
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
        let [known, fetched] = [1, 5].map(|column| batch.column(column).as_primitive::<TimestampMicrosecondType>());
        let [score, confidence] = [2, 3].map(|column| batch.column(column).as_primitive::<Float64Type>());
        let provider = batch.column(4).as_string::<i32>();
        for row in 0..batch.num_rows() {
            rows[at.value(row) as usize].push(Snapshot {
                known: Ts(known.value(row)),
                score: score.value(row),
                confidence: confidence.value(row),
                provider: provider.value(row).into(),
                fetched: fetched.value(row),
            });
        }
    }
    Ok(first.iter().map(|(symbol, _)| (*symbol).clone()).zip(rows.into_iter().map(one_a_time)).collect())
}

struct Snapshot {
    known: Ts,
    score: f64,
    confidence: f64,
    provider: Box<str>,
    fetched: i64,
}

fn one_a_time(mut rows: Vec<Snapshot>) -> Scores {
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
    Scores { known: rows.iter().map(|row| row.known).collect(), score: rows.iter().map(|row| row.score).collect() }
}

fn others(conn: &Connection, wanted: Vec<((Symbol, Interval), Ts)>) -> Result<HashMap<(Symbol, Interval), Bars>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let mut floor = conn.prepare(crate::sql!("features/known_start")).map_err(StoreError::from)?;
    let (mut series, mut from) = (Vec::new(), Vec::new());
    for ((symbol, interval), since) in wanted {
        let first = match since.0 {
            i64::MIN => i64::MIN,
            us => floor
                .query_row(params![symbol.as_str(), interval.to_string(), us], |row| row.get(0))
                .map_err(StoreError::from)?,
        };
        series.push(Coverage { symbol, interval, bars: 0, first: Ts(first), last: Ts(first) });
        from.push(Ts(first));
    }
    let loaded = series::load_with(conn, &series, &from)?;
    Ok(loaded.into_iter().map(|bars| ((bars.symbol.clone(), bars.interval), bars)).collect())
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
