//! Cells through threads: read and simulated on several, stored from one.
//!
//! Every thread takes the next cell, reads it over a connection of its own and simulates it; recorded cells wait in a
//! channel of [`WAITING`] places for the calling thread, which alone writes. At most `jobs` + [`WAITING`] + 1 recorded
//! cells are in memory, however many there are.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::Cell;
use super::held::{Gauge, Held};
use crate::backtest::record::{self, Simulated};
use crate::backtest::{BacktestError, Config};
use crate::domain::{Progress, Silent, Ts};
use crate::store::campaigns::{self, CellState};
use crate::store::{Store, runs};

/// Recorded cells that wait to be stored while another one is.
const WAITING: usize = 1;

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
    _held: Held<'a>,
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
        let mut ended = Ended::default();
        for made in receiver {
            if keep(store, campaign, made)? {
                ended.finished += 1;
            } else {
                ended.failed += 1;
            }
            progress.advance(1);
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
        let began = (campaign.clock)();
        let held = gauge.hold();
        let result = make(reader, campaign, cell);
        let seconds = ((campaign.clock)().0 - began.0) as f64 / 1e6;
        if sender.send(Made { cell, began, seconds, result, _held: held }).is_err() {
            return;
        }
    }
}

fn make(reader: &Store, campaign: &Campaign<'_>, cell: &Cell) -> Result<Simulated<'static>, String> {
    let config = (campaign.config_of)(reader, cell)?;
    let prepared = record::prepare(reader, Cow::Owned(config), &Silent);
    let simulated = prepared.and_then(|prepared| prepared.simulate(&Silent));
    simulated.map_err(|error| error.to_string())
}

/// Stores a cell with its run, or why there is none; says whether it finished.
fn keep(store: &Store, campaign: &Campaign<'_>, made: Made<'_>) -> Result<bool, BacktestError> {
    let Made { cell, began, seconds, result, _held } = made;
    let end = |state: CellState| campaigns::end(store, campaign.campaign_id, cell.number, &state, seconds);
    let stored = result.and_then(|simulated| {
        let stored = store.transaction(|| {
            let run_id = runs::insert(store, simulated.new_run(), began)?;
            simulated.write(store, &run_id, (campaign.clock)())?;
            end(CellState::Finished(run_id)).map_err(BacktestError::from)
        });
        stored.map_err(|error| error.to_string())
    });
    match stored {
        Ok(()) => Ok(true),
        Err(error) => {
            end(CellState::Failed(error))?;
            Ok(false)
        }
    }
}
