//! Cells through threads: read and simulated on several, stored from one.
//!
//! Every thread takes the next cell, reads it over a connection of its own and simulates it; recorded cells wait in a
//! channel of [`WAITING`] places for the calling thread, which alone writes. At most `jobs` + [`WAITING`] + 1 recorded
//! cells are in memory, however many there are.
//!
//! Whatever waits is stored in one transaction, up to [`BATCH`] cells: the metrics of many runs take hardly longer than
//! those of one. Cells that take long are stored one by one, so that little is lost when the program is stopped.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::Cell;
use super::held::{Gauge, Held};
use crate::backtest::record::{self, Simulated};
use crate::backtest::{BacktestError, Config};
use crate::domain::{Progress, Silent, Ts};
use crate::store::campaigns::{self, CellState};
use crate::store::{Store, runs, tries};

/// Recorded cells that wait to be stored while another one is.
const WAITING: usize = 1;
/// Cells of a transaction, at most.
const BATCH: usize = 32;

/// A stored campaign that is to be carried out.
pub struct Campaign<'a> {
    /// Its run.
    pub campaign_id: &'a str,
    /// Threads that read and simulate.
    pub jobs: usize,
    /// What a cell is asked to do, or why it can't be; called on the thread that simulates it.
    pub config_of: &'a (dyn Fn(&Store, &Cell) -> Result<Config, String> + Sync),
    /// The clock, which stamps the runs.
    pub clock: &'a (dyn Fn() -> Ts + Sync),
}

/// How a campaign ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ended {
    /// Cells stored.
    pub finished: usize,
    /// Cells that could not be done.
    pub failed: usize,
    /// The most recorded cells that were in memory at once.
    pub most_held: usize,
}

/// What a thread made of a cell.
struct Made<'a> {
    cell: &'a Cell,
    began: Ts,
    seconds: f64,
    result: Result<Simulated<'static>, String>,
    _held: Option<Held<'a>>,
}

/// Carries out cells of a stored campaign, in any order; progress counts cells.
///
/// # Errors
/// Faults of the store that are not those of a cell: what was stored before stays, the other cells are left pending.
pub(super) fn execute(
    store: &Store,
    campaign: &Campaign<'_>,
    cells: &[Cell],
    progress: &dyn Progress,
) -> Result<Ended, BacktestError> {
    let jobs = campaign.jobs.clamp(1, cells.len().max(1));
    let readers = (0..jobs).map(|_| store.reader().map(|reader| Mutex::new(Some(reader))));
    let readers = readers.collect::<Result<Vec<_>, _>>()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(|error| BacktestError::Threads { jobs, reason: error.to_string() })?;
    let (gauge, next) = (Gauge::default(), AtomicUsize::new(0));
    let (sender, receiver) = sync_channel(WAITING);
    progress.start("campaign", cells.len() as u64);
    let ended = pool.in_place_scope(|scope| {
        let (gauge, next) = (&gauge, &next);
        // Once on every thread of the pool. The last one to end drops the sender, which ends the loop below.
        scope.spawn_broadcast(move |_, thread| {
            let reader = readers.get(thread.index()).and_then(|slot| slot.lock().ok()?.take());
            if let Some(reader) = reader {
                work(&reader, campaign, cells, next, gauge, &sender);
            }
        });
        // Dropped with this closure: after a fault the threads find nobody to send to, and end.
        let receiver = receiver;
        let mut ended = Ended::default();
        while let Ok(first) = receiver.recv() {
            let (finished, failed) = keep(store, campaign, first, &receiver)?;
            ended.finished += finished;
            ended.failed += failed;
            progress.advance((finished + failed) as u64);
        }
        Ok::<Ended, BacktestError>(ended)
    })?;
    progress.finish();
    Ok(Ended { most_held: gauge.most(), ..ended })
}

/// Takes cells until there is none left, or nobody to take what was made of them.
fn work<'a>(
    reader: &Store,
    campaign: &Campaign<'_>,
    cells: &'a [Cell],
    next: &AtomicUsize,
    gauge: &'a Gauge,
    sender: &SyncSender<Made<'a>>,
) {
    while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
        let held = gauge.hold();
        let made = make(reader, campaign, cell, Some(held));
        if sender.send(made).is_err() {
            return;
        }
    }
}

/// Reads and simulates a cell; one that panics has failed, and the others go on.
fn make<'a>(reader: &Store, campaign: &Campaign<'_>, cell: &'a Cell, held: Option<Held<'a>>) -> Made<'a> {
    let began = (campaign.clock)();
    let work = || {
        let config = (campaign.config_of)(reader, cell)?;
        let prepared = record::prepare(reader, Cow::Owned(config), &Silent);
        prepared.and_then(|prepared| prepared.simulate(&Silent)).map_err(|error| error.to_string())
    };
    // What it leaves behind is dropped with it: the reader only reads.
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(reason_of(panic.as_ref())));
    let seconds = ((campaign.clock)().0 - began.0) as f64 / 1e6;
    Made { cell, began, seconds, result, _held: held }
}

/// What a panic said.
fn reason_of(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the cell broke off unexpectedly: {}", said.unwrap_or("no reason given"))
}

/// Stores what waits, a transaction at a time; returns how many cells finished and how many failed.
fn keep<'a>(
    store: &Store,
    campaign: &Campaign<'_>,
    first: Made<'a>,
    receiver: &Receiver<Made<'a>>,
) -> Result<(usize, usize), BacktestError> {
    let mut taken = Vec::new();
    let waiting = std::iter::once(first).chain(receiver.try_iter());
    let stored = batch(store, campaign, waiting.take(BATCH).inspect(|made| taken.push(made.cell)));
    let Err(error) = stored else { return stored };
    if let [only] = taken.as_slice() {
        fail(store, campaign, only, &error)?;
        return Ok((0, 1));
    }
    // Nothing of the batch was stored, and one of its cells is to blame: they are done again, each by itself.
    let mut counts = (0, 0);
    for cell in taken {
        let (finished, failed) = match batch(store, campaign, std::iter::once(make(store, campaign, cell, None))) {
            Err(error) => fail(store, campaign, cell, &error).map(|()| (0, 1))?,
            Ok(counts) => counts,
        };
        counts = (counts.0 + finished, counts.1 + failed);
    }
    Ok(counts)
}

/// Stores cells in one transaction, each with its run or with why there is none.
fn batch<'a>(
    store: &Store,
    campaign: &Campaign<'_>,
    cells: impl Iterator<Item = Made<'a>>,
) -> Result<(usize, usize), BacktestError> {
    store.transaction(|| {
        let (mut run_ids, mut failed) = (Vec::new(), 0);
        for Made { cell, began, seconds, result, _held } in cells {
            let state = match result {
                Ok(simulated) => {
                    let run_id = runs::insert(store, simulated.new_run(), began)?;
                    simulated.write(store, &run_id, (campaign.clock)())?;
                    run_ids.push(run_id.clone());
                    CellState::Finished(run_id)
                }
                Err(error) => {
                    failed += 1;
                    CellState::Failed(error)
                }
            };
            campaigns::end(store, campaign.campaign_id, cell.number, &state, Some(seconds))?;
        }
        record::record_metrics(store, &run_ids)?;
        for run_id in &run_ids {
            runs::finish(store, run_id, (campaign.clock)())?;
        }
        tries::add(store, &run_ids, tries::Kind::Campaign)?;
        Ok((run_ids.len(), failed))
    })
}

/// Keeps why a cell could not be stored.
fn fail(store: &Store, campaign: &Campaign<'_>, cell: &Cell, error: &BacktestError) -> Result<(), BacktestError> {
    let state = CellState::Failed(error.to_string());
    Ok(campaigns::end(store, campaign.campaign_id, cell.number, &state, None)?)
}
