//! Building only what is new, with the same result as building everything.
//!
//! Each series is judged by what its rows were made of (see [`super::state`]): where nothing of it changed, kernels
//! resume from their saved states and only the bars that came since are stepped; the script sees as many earlier bars,
//! with their stored kernel values, as its windows reach back. Where something did change, also long ago, the series is
//! built anew. Sets that compare symbols are judged as a whole: their rows from the first new instant on are computed
//! afresh for every symbol.

use std::collections::{HashMap, HashSet};

use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
use rayon::prelude::*;

use super::build::{self, BuildReport, SeriesBuilt, key, save_states};
use super::error::Result;
use super::inputs::Inputs;
use super::script;
use super::set::FeatureSet;
use super::staged::{self, Rows, Stage};
use super::state::{self, Key, State};
use super::stepping::Plan;
use crate::domain::{Bars, Interval, Progress, Ts};
use crate::store::bars::Coverage;
use crate::store::duckdb;
use crate::store::series::{self, SeriesFilter};
use crate::store::{Store, StoreError, params, stale};

/// Bars and series of one step: an increment is mostly few bars of many series.
const CHUNK_SERIES: usize = 2_000;

/// Builds what the chosen series lack, in one transaction; the rows equal those of [`build::build`].
///
/// # Errors
/// As [`build::build`]; nothing is written then.
pub fn increment(
    store: &Store,
    set: &FeatureSet,
    filter: &SeriesFilter,
    now: Ts,
    progress: &dyn Progress,
) -> Result<BuildReport> {
    let series = build::chosen(store, set, filter)?;
    store.with_memory_limit(|| {
        store.transaction(|| {
            let recreated = build::drop_outdated(store, set)?;
            let judged = judge(store, set, filter, series)?;
            let mut done = build::remove_gone(store, set, filter)?;
            let anew: Vec<Coverage> = judged.anew.iter().map(|(found, _)| found.clone()).collect();
            if !anew.is_empty() {
                build::rebuild(store, set, &anew, now, progress)?;
            }
            done.extend(judged.anew.iter().map(|(found, why)| SeriesBuilt::new(found, found.bars, why.as_str())));
            done.extend(append(store, set, judged.append, now, progress)?);
            done.extend(judged.same.iter().map(|found| SeriesBuilt::new(found, 0, "unchanged")));
            done.sort_by(|a, b| (&a.symbol, &a.interval).cmp(&(&b.symbol, &b.interval)));
            Ok(build::report(set, done, recreated))
        })
    })
}

/// What to do with each series.
#[derive(Default)]
struct Judged {
    anew: Vec<(Coverage, String)>,
    append: Vec<Append>,
    same: Vec<Coverage>,
}

/// A series whose rows go on where they stopped.
struct Append {
    found: Coverage,
    state: State,
    /// Start of the first bar whose row is written; later than the last one built, unless symbols are compared.
    fresh: Ts,
}

fn judge(store: &Store, set: &FeatureSet, filter: &SeriesFilter, series: Vec<Coverage>) -> Result<Judged> {
    let mut states = state::load(store, set)?;
    let known: Vec<(Key, Ts)> =
        series.iter().filter_map(|found| Some((key(found), states.get(&key(found))?.last_close_ts))).collect();
    let prints = state::fingerprints(store, set, &known)?;
    let prints: HashMap<Key, String> = known.into_iter().map(|(key, _)| key).zip(prints).collect();
    let rows = build::rows_stored(store, set)?;
    let plan = Plan::new(set);
    let marks: HashSet<(String, String)> = (stale::list(store)?.into_iter())
        .filter(|mark| mark.kind == "features" && mark.name == set.name())
        .map(|mark| (mark.symbol, mark.interval))
        .collect();
    let mut judged = Judged::default();
    for found in series {
        let key = key(&found);
        let marked = marks.contains(&(found.symbol.to_string(), found.interval.to_string()));
        let state = states.remove(&key);
        let why = match &state {
            None if rows.contains_key(&key) => Some("built anew: its rows have no saved state"),
            None => Some("built"),
            Some(_) if marked => Some("built anew: earlier bars changed"),
            Some(state) if rows.get(&key).copied() != Some(state.bars) => {
                Some("built anew: its rows are not those of its state")
            }
            Some(state) if plan.resume(&state.state).is_err() => Some("built anew: its saved state was damaged"),
            Some(state) if prints.get(&key) != Some(&state.inputs) => Some("built anew: what it was made of changed"),
            Some(state) if state::bars_in(&state.inputs) != Some(state.bars) => Some("built anew: bars were left out"),
            Some(_) => None,
        };
        match (why, state) {
            (None, Some(state)) if found.last > state.last_ts => {
                let fresh = Ts(state.last_ts.0 + 1);
                judged.append.push(Append { found, state, fresh });
            }
            (None, Some(state)) if set.is_across() => judged.append.push(Append { found, state, fresh: Ts(i64::MAX) }),
            (None, _) => judged.same.push(found),
            (Some(why), _) => judged.anew.push((found, why.to_string())),
        }
    }
    if set.is_across() { compare_all(store, set, filter, judged) } else { Ok(judged) }
}

/// Where symbols are compared, one that is built anew changes every other; a new bar only what is from its close on.
fn compare_all(store: &Store, set: &FeatureSet, filter: &SeriesFilter, judged: Judged) -> Result<Judged> {
    let mut whole: HashSet<Interval> = judged.anew.iter().map(|(found, _)| found.interval).collect();
    whole.extend(build::gone(store, set, filter)?.into_iter().map(|(_, interval)| interval));
    let mut done = Judged { anew: judged.anew, ..Judged::default() };
    let mut rest = Vec::new();
    for append in judged.append {
        if whole.contains(&append.found.interval) {
            done.anew.push((append.found, "built anew: its peers changed".into()));
        } else {
            rest.push(append);
        }
    }
    if rest.is_empty() {
        return Ok(done);
    }
    // The first instant at which any symbol has a new bar, by interval.
    let (symbols, intervals) = state::joined(rest.iter().map(|append| key(&append.found)).collect::<Vec<_>>().iter());
    let times: Vec<String> = rest.iter().map(|append| append.state.last_ts.0.to_string()).collect();
    let mut statement = store.conn().prepare(crate::sql!("features/first_fresh")).map_err(StoreError::from)?;
    let mut rows = statement.query(params![symbols, intervals, times.join("\n")]).map_err(StoreError::from)?;
    let mut fresh: HashMap<String, i64> = HashMap::new();
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        fresh.insert(row.get(0).map_err(StoreError::from)?, row.get(1).map_err(StoreError::from)?);
    }
    drop(rows);
    for mut append in rest {
        match fresh.get(append.found.interval.as_str()) {
            None => done.same.push(append.found),
            Some(close) => {
                append.fresh = first_closing(store, &append.found, Ts(*close))?;
                done.append.push(append);
            }
        }
    }
    Ok(done)
}

/// Start of the first bar of a series that closes at or after a time; past all bars when there is none.
fn first_closing(store: &Store, found: &Coverage, close: Ts) -> Result<Ts> {
    let values = params![found.symbol.as_str(), found.interval.as_str(), close.0];
    let first: Option<i64> = store
        .conn()
        .query_row(crate::sql!("features/first_closing"), values, |row| row.get(0))
        .map_err(StoreError::from)?;
    Ok(Ts(first.unwrap_or(i64::MAX)))
}

/// Writes the rows that are new, from the saved states on.
fn append(
    store: &Store,
    set: &FeatureSet,
    appends: Vec<Append>,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Vec<SeriesBuilt>> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    progress.start("new rows", appends.len() as u64);
    let stage = Stage::of(set);
    staged::start(store, set, stage)?;
    let (mut done, mut states) = (Vec::new(), Vec::new());
    for chunk in appends.chunks(CHUNK_SERIES) {
        let rows = resume(store, set, chunk, &mut states)?;
        for (append, rows) in chunk.iter().zip(&rows) {
            let written = rows.bars.len().saturating_sub(rows.fresh) as i64;
            done.push(SeriesBuilt::new(&append.found, written, "appended"));
        }
        if set.is_across() {
            delete_from(store, set, chunk)?;
        }
        let keys: Vec<Key> = chunk.iter().map(|append| key(&append.found)).collect();
        let since = |rows: &Rows| rows.bars.close_ts.first().copied().unwrap_or(Ts(i64::MAX));
        let since: Vec<Ts> = rows.iter().map(since).collect();
        let inputs = Inputs::load(store.conn(), set, &keys, &since)?;
        staged::put(store, set, stage, rows, &inputs)?;
        progress.advance(chunk.len() as u64);
    }
    staged::finish(store, set, stage)?;
    save_states(store, set, states, now)?;
    build::register(store, set, now)?;
    progress.finish();
    Ok(done)
}

fn delete_from(store: &Store, set: &FeatureSet, chunk: &[Append]) -> Result<()> {
    let (symbols, intervals) = state::joined(chunk.iter().map(|append| key(&append.found)).collect::<Vec<_>>().iter());
    let times: Vec<String> = chunk.iter().map(|append| append.fresh.0.to_string()).collect();
    let values = params![symbols, intervals, times.join("\n")];
    store.conn().execute(&script::delete_from(set), values).map_err(StoreError::from)?;
    Ok(())
}

/// The new bars of some series behind the earlier ones their windows reach, kernels stepped from the saved states.
fn resume(store: &Store, set: &FeatureSet, chunk: &[Append], states: &mut Vec<(Key, State)>) -> Result<Vec<Rows>> {
    let series: Vec<Coverage> = chunk.iter().map(|append| append.found.clone()).collect();
    let keys: Vec<Key> = series.iter().map(key).collect();
    let fresh: Vec<Ts> = chunk.iter().map(|append| append.fresh).collect();
    let last: Vec<Ts> = series.iter().map(|found| found.last).collect();
    let mut from = context_starts(store, set, &keys, &fresh, &last)?;
    // Kernels step every bar since the last one built.
    lower(&mut from, &chunk.iter().map(|append| Ts(append.state.last_ts.0 + 1)).collect::<Vec<_>>());
    let loaded = series::load_with(store.conn(), &series, &from)?;
    let plan = Plan::new(set);
    let mut kernels: Vec<Vec<Vec<f64>>> = loaded.iter().map(|bars| plan.columns(bars.len())).collect();
    if from.iter().zip(chunk).any(|(from, append)| *from <= append.state.last_ts) {
        stored_kernels(store, set, &series, &from, &loaded, &mut kernels)?;
    }
    let stepped: Vec<(Rows, State)> = (loaded.into_par_iter().zip(kernels).zip(chunk))
        .map(|((bars, kernels), append)| resume_one(&plan, bars, kernels, append))
        .collect::<Result<_>>()?;
    let mut rows = Vec::with_capacity(chunk.len());
    for ((stepped, state), append) in stepped.into_iter().zip(chunk) {
        rows.push(stepped);
        states.push((key(&append.found), state));
    }
    Ok(rows)
}

fn resume_one(plan: &Plan, bars: Bars, mut kernels: Vec<Vec<f64>>, append: &Append) -> Result<(Rows, State)> {
    let built = bars.ts.partition_point(|ts| *ts <= append.state.last_ts);
    for column in &mut kernels {
        column.resize(built, f64::NAN);
    }
    let mut running = plan.resume(&append.state.state)?;
    plan.run(&mut running, &bars, built, &mut kernels);
    let new = (bars.len() - built) as i64;
    let state = State {
        bars: append.state.bars + new,
        last_ts: bars.ts.last().copied().unwrap_or(append.state.last_ts).max(append.state.last_ts),
        last_close_ts: bars
            .close_ts
            .last()
            .copied()
            .unwrap_or(append.state.last_close_ts)
            .max(append.state.last_close_ts),
        inputs: String::new(),
        state: plan.save(&running)?,
    };
    let fresh = bars.ts.partition_point(|ts| *ts < append.fresh);
    Ok((Rows { first: append.state.bars - built as i64, fresh, bars, kernels }, state))
}

/// For each series the start of the earliest bar its windows look at, for rows from a time on; `last` are the starts of
/// their newest bars.
fn context_starts(store: &Store, set: &FeatureSet, keys: &[Key], fresh: &[Ts], last: &[Ts]) -> Result<Vec<Ts>> {
    let mut from = fresh.to_vec();
    if set.context() == 0 {
        return Ok(from);
    }
    lower_if(&mut from, &go_back(store, set.context(), keys, fresh)?, |at| last[at] >= fresh[at]);
    // What is compared must be complete at the earliest bar that any symbol looks back at, and so on for each step
    // that compares what was compared.
    for _ in 0..set.comparisons() {
        let mut earliest: HashMap<Interval, Ts> = HashMap::new();
        // A series without bars in that time is compared with nobody, and does not take others back with it.
        for (((_, interval), ts), _) in keys.iter().zip(&from).zip(last).filter(|((_, from), last)| last >= from) {
            let slot = earliest.entry(*interval).or_insert(*ts);
            *slot = (*slot).min(*ts);
        }
        let times: Vec<Ts> = keys.iter().map(|(_, interval)| earliest.get(interval).copied()).map(latest).collect();
        let compared = |at: usize| last[at] >= times[at];
        lower_if(&mut from, &times, compared);
        lower_if(&mut from, &go_back(store, set.context(), keys, &times)?, compared);
    }
    Ok(from)
}

/// The bars of each series, with their stored kernel values, that rows later than all of them look back at; at least
/// the newest one.
pub(super) fn tails(store: &Store, set: &FeatureSet, series: &[Coverage]) -> Result<Vec<(Bars, Vec<Vec<f64>>)>> {
    let keys: Vec<Key> = series.iter().map(key).collect();
    let mut newest: HashMap<Interval, Ts> = HashMap::new();
    for found in series {
        let slot = newest.entry(found.interval).or_insert(found.last);
        *slot = (*slot).max(found.last);
    }
    let next: Vec<Ts> = series.iter().map(|found| Ts(newest[&found.interval].0 + 1)).collect();
    let own = go_back(store, set.context(), &keys, &next)?;
    // As if every series had a bar next, but for those that ended before all that the newest ones look back at.
    let mut reach: HashMap<Interval, Ts> = HashMap::new();
    for (found, own) in series.iter().zip(&own).filter(|(found, _)| found.last == newest[&found.interval]) {
        let slot = reach.entry(found.interval).or_insert(*own);
        *slot = (*slot).min(*own);
    }
    let alive = |found: &Coverage| found.last >= reach[&found.interval];
    let last: Vec<Ts> =
        series.iter().zip(&next).map(|(found, next)| if alive(found) { *next } else { found.last }).collect();
    let mut from = context_starts(store, set, &keys, &next, &last)?;
    lower(&mut from, &own);
    lower(&mut from, &series.iter().map(|found| found.last).collect::<Vec<_>>());
    let loaded = series::load_with(store.conn(), series, &from)?;
    let plan = Plan::new(set);
    let mut kernels: Vec<Vec<Vec<f64>>> = loaded.iter().map(|bars| plan.columns(bars.len())).collect();
    stored_kernels(store, set, series, &from, &loaded, &mut kernels)?;
    for (bars, columns) in loaded.iter().zip(&mut kernels) {
        columns.iter_mut().for_each(|column| column.resize(bars.len(), f64::NAN));
    }
    Ok(loaded.into_iter().zip(kernels).collect())
}

fn lower(from: &mut [Ts], to: &[Ts]) {
    lower_if(from, to, |_| true);
}

fn lower_if(from: &mut [Ts], to: &[Ts], wanted: impl Fn(usize) -> bool) {
    for (at, (from, to)) in from.iter_mut().zip(to).enumerate() {
        if !wanted(at) {
            continue;
        }
        *from = (*from).min(*to);
    }
}

fn latest(ts: Option<Ts>) -> Ts {
    ts.unwrap_or(Ts(i64::MAX))
}

/// For each series the start of the bar that lies so many bars before a time.
fn go_back(store: &Store, bars: usize, keys: &[Key], times: &[Ts]) -> Result<Vec<Ts>> {
    let mut from = times.to_vec();
    if bars == 0 {
        return Ok(from);
    }
    let (symbols, intervals) = state::joined(keys.iter());
    let times: Vec<String> = times.iter().map(|ts| ts.0.to_string()).collect();
    let mut statement = store.conn().prepare(&script::starts_before(bars)).map_err(StoreError::from)?;
    let values = params![symbols, intervals, times.join("\n"), keys.len() as i64];
    let mut rows = statement.query(values).map_err(StoreError::from)?;
    while let Some(row) = rows.next().map_err(StoreError::from)? {
        let at: i64 = row.get(0).map_err(StoreError::from)?;
        let start: i64 = row.get(1).map_err(StoreError::from)?;
        if let Some(slot) = usize::try_from(at).ok().and_then(|at| from.get_mut(at)) {
            *slot = (*slot).min(Ts(start));
        }
    }
    Ok(from)
}

/// Fills in the kernel values that earlier builds stored, so that kernels are not stepped over old bars again.
fn stored_kernels(
    store: &Store,
    set: &FeatureSet,
    series: &[Coverage],
    from: &[Ts],
    loaded: &[Bars],
    kernels: &mut [Vec<Vec<f64>>],
) -> Result<()> {
    let Some(sql) = script::stored_kernels(set) else { return Ok(()) };
    let (symbols, intervals) = state::joined(series.iter().map(key).collect::<Vec<_>>().iter());
    let times: Vec<String> = from.iter().map(|ts| ts.0.to_string()).collect();
    let mut statement = store.conn().prepare(&sql).map_err(StoreError::from)?;
    let values = params![symbols, intervals, times.join("\n"), series.len() as i64];
    for batch in statement.stream_arrow(values).map_err(StoreError::from)? {
        let batch = batch.map_err(StoreError::from)?;
        let at = batch.column(0).as_primitive::<Int64Type>();
        let ts = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            let series = at.value(row) as usize;
            let Ok(bar) = loaded[series].ts.binary_search(&Ts(ts.value(row))) else { continue };
            for (column, values) in kernels[series].iter_mut().enumerate() {
                let stored = batch.column(column + 2).as_primitive::<Float64Type>();
                if values.len() <= bar {
                    values.resize(bar + 1, f64::NAN);
                }
                values[bar] = if stored.is_null(row) { f64::NAN } else { stored.value(row) };
            }
        }
    }
    Ok(())
}
