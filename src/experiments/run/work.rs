//! Trials of a generation through threads: judged on several, stored from the calling one.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Search, record};
use crate::domain::Ts;
use crate::experiments::ExperimentError;
use crate::experiments::study::{Judged, Prune, Study};
use crate::search::{Assignment, Observed, TrialState};
use crate::stats::Stream;
use crate::store::experiments;

/// How long a trial that has ended waits for others of its generation: a transaction takes as long as many short trials.
const WAIT: Duration = Duration::from_millis(100);

/// A trial that has ended, not yet stored.
pub(super) struct Ran<'a> {
    pub trial: i64,
    pub assignment: &'a Assignment,
    pub seed: u64,
    pub times: (Ts, Ts),
    pub seconds: f64,
    pub result: Result<Judged, String>,
}

/// Threads for trials.
pub(super) fn pool(workers: usize) -> Result<rayon::ThreadPool, ExperimentError> {
    let jobs = workers.max(1);
    let built = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    built.map_err(|error| ExperimentError::Threads { jobs, reason: error.to_string() })
}

/// The seed of a trial.
pub(super) fn seed_of(study_seed: u64, trial: i64) -> u64 {
    Stream::new(study_seed, trial.unsigned_abs()).seed()
}

/// Ended trials that wait to be stored, a thread: a store that is slow holds the threads up rather than filling memory.
const WAITING: usize = 4;

/// Trials that threads take one after the other, until there is none left or it is time to stop.
struct Queue<'a> {
    trials: &'a [(i64, Assignment)],
    stop: &'a (dyn Fn() -> bool + Sync),
    /// The next one, and whether no more may be taken. Under one lock, so that those taken are the first ones.
    next: Mutex<(usize, bool)>,
}

impl<'a> Queue<'a> {
    fn take(&self) -> Option<&'a (i64, Assignment)> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.1 = next.1 || (self.stop)();
        let taken = if next.1 { None } else { self.trials.get(next.0) };
        next.0 += usize::from(taken.is_some());
        taken
    }

    fn close(&self) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
    }
}

/// Judges trials and stores each as it ends; returns what they came to, in any order. Once `stop` says so no further trial is
/// begun: those judged are the first ones.
pub(super) fn generation(
    search: &Search<'_>,
    (pool, stop): (&rayon::ThreadPool, &(dyn Fn() -> bool + Sync)),
    trials: &[(i64, Assignment)],
    history: &[Observed],
) -> Result<Vec<Observed>, ExperimentError> {
    let threads = pool.current_num_threads().min(trials.len());
    let (sender, receiver) = sync_channel(threads.max(1) * WAITING);
    let (study, clock) = (search.study, search.options.clock);
    let (spec, direction) = (&study.spec, study.spec.objectives[0].direction);
    let queue = Queue { trials, stop, next: Mutex::new((0, false)) };
    pool.in_place_scope(|scope| {
        let queue = &queue;
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move |_| {
                while let Some((trial, assignment)) = queue.take() {
                    // The baseline is measured to its end.
                    let prune = |steps: &[f64]| *trial > 0 && spec.pruner.is_pruned(steps, history, direction);
                    let ran = judge((study, clock), (*trial, seed_of(spec.seed, *trial)), assignment, &prune);
                    // The receiver is gone only after a fault of the store, which is told there.
                    if sender.send(ran).is_err() {
                        queue.close();
                    }
                }
            });
        }
        drop(sender);
        let receiver = receiver;
        let (mut found, mut ended) = (Vec::with_capacity(trials.len()), Vec::new());
        let mut stored = Instant::now();
        loop {
            match receiver.recv_timeout(WAIT) {
                Ok(ran) => ended.push(ran),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if stored.elapsed() >= WAIT {
                store(search, &mut ended, &mut found, history)?;
                stored = Instant::now();
            }
        }
        store(search, &mut ended, &mut found, history)?;
        Ok(found)
    })
}

/// Stores trials that have ended, in one transaction.
fn store(
    search: &Search<'_>,
    ended: &mut Vec<Ran<'_>>,
    found: &mut Vec<Observed>,
    history: &[Observed],
) -> Result<(), ExperimentError> {
    if ended.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = ended.iter().map(|ran| record::row(search.study, &search.experiment_id, ran)).collect();
    search.store.transaction(|| experiments::insert_trials(search.store, &search.trial_run, &rows))?;
    for ran in ended.drain(..) {
        search.options.progress.advance(u64::from(ran.trial > 0));
        found.push(observed(search, &ran));
    }
    search.tell(found, history);
    Ok(())
}

/// Judges one trial; one that breaks off has failed.
pub(super) fn judge<'a>(
    (study, clock): (&Study, &(dyn Fn() -> Ts + Sync)),
    (trial, seed): (i64, u64),
    assignment: &'a Assignment,
    prune: Prune<'_>,
) -> Ran<'a> {
    let (from, begun) = (clock(), Instant::now());
    let judged = std::panic::catch_unwind(AssertUnwindSafe(|| study.judge(assignment, seed, prune)));
    let result = judged.unwrap_or_else(|_| Err("the trial broke off unexpectedly".into()));
    Ran { trial, assignment, seed, times: (from, clock()), seconds: begun.elapsed().as_secs_f64(), result }
}

/// A trial as samplers and pruners see it.
fn observed(search: &Search<'_>, ran: &Ran<'_>) -> Observed {
    let study = search.study;
    let unknown = || vec![f64::NAN; study.spec.objectives.len()];
    let (state, values, intermediate, violation) = match &ran.result {
        Ok(judged) => {
            let state = match judged.is_pruned {
                true => TrialState::Pruned { step: judged.steps.len().saturating_sub(1) },
                false => TrialState::Finished,
            };
            (state, study.scores(&judged.judged_by), judged.steps.clone(), study.violation(&judged.judged_by))
        }
        Err(_) => (TrialState::Failed, unknown(), Vec::new(), 0.0),
    };
    let id = (ran.trial - 1).max(0).unsigned_abs();
    Observed { id, assignment: ran.assignment.clone(), state, values, intermediate, violation }
}

impl Search<'_> {
    /// Tells the watcher the best so far.
    fn tell(&self, found: &[Observed], history: &[Observed]) {
        let Some(objective) = self.study.spec.objectives.first() else { return };
        let finished =
            history.iter().chain(found).filter(|trial| trial.state == TrialState::Finished && trial.feasible());
        let losses = finished.filter_map(|trial| trial.values.first()).filter(|value| !value.is_nan());
        let best = losses.min_by(|a, b| objective.direction.loss(**a).total_cmp(&objective.direction.loss(**b)));
        if let Some(best) = best {
            self.options.progress.note(&format!("best {} {best:.4}", objective.metric));
        }
    }
}
