//! Writing the rows of many series: read, stepped, staged, inserted, in bounded memory.
//!
//! Rows that look at nothing but their own bar and kernels stream: every thread of DuckDB reads and steps the next
//! series itself and writes its rows, and no thread waits for another. Windows need their series whole: then one thread
//! reads and steps the next chunk of series while the script writes the last one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::build::{key, script_fault};
use super::error::{FeatureError, Result};
use super::inputs::Inputs;
use super::set::FeatureSet;
use super::staged::{self, Rows, Stage};
use super::state::{Key, State};
use super::stepping::Plan;
use crate::domain::{Bars, Progress, Ts};
use crate::store::bars::{Coverage, coverage};
use crate::store::columns::ROW_GROUP;
use crate::store::{Store, insert_pulled, series};

/// Bars staged at once for sets with windows: two row groups, so that each writing thread gets whole ones.
pub(super) const CHUNK_BARS: i64 = 2 * ROW_GROUP as i64;

/// Series with their kernels stepped, and what else their rows need.
struct Loaded {
    rows: Vec<Rows>,
    inputs: Inputs,
    states: Vec<(Key, State)>,
}

/// Reads, steps and writes every bar of the series; their states in order.
pub(super) fn all(
    store: &Store,
    set: &FeatureSet,
    stage: Stage,
    series: &[Coverage],
    progress: &dyn Progress,
) -> Result<Vec<(Key, State)>> {
    let streams = stage == Stage::Table || set.expressions().all(|(_, expression)| !expression.has_windows());
    let most = if streams { ROW_GROUP as i64 } else { CHUNK_BARS };
    let chunks = series::chunks_by(series, most, weights(store, set, series)?);
    if streams { stream(store, set, stage, &chunks, progress) } else { in_chunks(store, set, stage, &chunks, progress) }
}

/// Chunk after chunk, read and stepped on a thread of its own.
fn in_chunks(
    store: &Store,
    set: &FeatureSet,
    stage: Stage,
    chunks: &[&[Coverage]],
    progress: &dyn Progress,
) -> Result<Vec<(Key, State)>> {
    let reader = store.reader()?;
    let mut states = Vec::new();
    std::thread::scope(|scope| {
        // Handed over from hand to hand: one chunk is read while another is written, and no third one waits.
        let (sender, loaded) = sync_channel::<Result<Loaded>>(0);
        scope.spawn(move || {
            for chunk in chunks {
                let outcome = load(&reader, set, chunk);
                let failed = outcome.is_err();
                // A closed channel means that writing failed; there is nothing more to load.
                if sender.send(outcome).is_err() || failed {
                    break;
                }
            }
        });
        for (chunk, loaded) in chunks.iter().zip(loaded) {
            let Loaded { rows, inputs, states: stood } = loaded?;
            staged::put(store, set, stage, rows, &inputs)?;
            states.extend(stood);
            progress.advance(bars(chunk));
        }
        Ok(states)
    })
}

/// One statement that asks for chunk after chunk, on as many threads as DuckDB writes with.
fn stream(
    store: &Store,
    set: &FeatureSet,
    stage: Stage,
    chunks: &[&[Coverage]],
    progress: &dyn Progress,
) -> Result<Vec<(Key, State)>> {
    let states = Arc::new(Mutex::new(Vec::with_capacity(chunks.len())));
    let shape = staged::columns(set, Vec::new(), &Inputs::default());
    let owned: Vec<Vec<Coverage>> = chunks.iter().map(|chunk| chunk.to_vec()).collect();
    let store_again = Mutex::new(store.reader()?);
    let (wanted, done) = (set.clone(), Arc::clone(&states));
    let (told, advanced) = channel();
    let at = AtomicUsize::new(0);
    let next = move || {
        let number = at.fetch_add(1, Ordering::Relaxed);
        let chunk = owned.get(number)?;
        // A connection is for one thread at a time; another one costs next to nothing.
        let reader = locked(&store_again).reader();
        let loaded = reader.map_err(FeatureError::from).and_then(|reader| load(&reader, &wanted, chunk));
        Some(loaded.map(|loaded| {
            locked(&done).push((number, loaded.states));
            // Nobody listens any more when the statement has failed elsewhere.
            told.send(bars(chunk)).ok();
            staged::columns(&wanted, loaded.rows, &loaded.inputs)
        }))
    };
    let name = set.name().to_string();
    let fault = move |error| script_fault(&name, error);
    std::thread::scope(|scope| {
        scope.spawn(|| advanced.into_iter().for_each(|bars| progress.advance(bars)));
        insert_pulled(store, &staged::insert(set, stage, PULLED), shape, next, fault)
    })?;
    let mut states = std::mem::take(&mut *locked(&states));
    states.sort_by_key(|(number, _)| *number);
    Ok(states.into_iter().flat_map(|(_, states)| states).collect())
}

/// Where a streaming statement finds its rows.
const PULLED: &str = "SELECT * FROM pulled($1)";

/// A panic while the lock is held leaves a whole value behind.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bars(chunk: &[Coverage]) -> u64 {
    chunk.iter().map(|found| found.bars.unsigned_abs()).sum()
}

/// Bars that each series needs in memory: its own and those it is joined with.
fn weights(store: &Store, set: &FeatureSet, series: &[Coverage]) -> Result<Vec<i64>> {
    if set.joins().is_empty() {
        return Ok(series.iter().map(|found| found.bars).collect());
    }
    let bars: HashMap<Key, i64> = coverage(store)?.iter().map(|found| (key(found), found.bars)).collect();
    let joined = |found: &Coverage| -> i64 {
        let others = set.joins().iter().map(|join| join.of(&found.symbol, found.interval));
        others.filter_map(|other| bars.get(&other)).sum()
    };
    Ok(series.iter().map(|found| found.bars + joined(found)).collect())
}

fn load(reader: &Store, set: &FeatureSet, chunk: &[Coverage]) -> Result<Loaded> {
    let loaded = series::load(reader, chunk)?;
    let keys: Vec<Key> = chunk.iter().map(key).collect();
    let inputs = Inputs::load(reader.conn(), set, &keys, &vec![Ts(i64::MIN); keys.len()])?;
    let plan = Plan::new(set);
    let stepped: Vec<(Rows, State)> = loaded.into_par_iter().map(|bars| step(&plan, bars)).collect::<Result<_>>()?;
    let (rows, states): (Vec<Rows>, Vec<State>) = stepped.into_iter().unzip();
    Ok(Loaded { rows, inputs, states: keys.into_iter().zip(states).collect() })
}

fn step(plan: &Plan, bars: Bars) -> Result<(Rows, State)> {
    let mut running = plan.start();
    let mut kernels = plan.columns(bars.len());
    plan.run(&mut running, &bars, 0, &mut kernels);
    let state = State {
        bars: bars.len() as i64,
        last_ts: bars.ts.last().copied().unwrap_or(Ts(i64::MIN)),
        last_close_ts: bars.close_ts.last().copied().unwrap_or(Ts(i64::MIN)),
        inputs: String::new(),
        state: plan.save(&running)?,
    };
    Ok((Rows { bars, first: 0, fresh: 0, kernels }, state))
}
