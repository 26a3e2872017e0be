//! A search carried out: begun as a run, its trials judged on several threads and stored from one, its winner looked at.
//!
//! Trials come in generations of [`GENERATION`]. What one suggests depends on the generations before it,
//! whether a trial is stopped early likewise, and every trial has a seed of its own: results are the same at any number of
//! workers. A trial is stored whole, in a transaction, when it ends; a kill loses those under way, and going on repeats
//! only those.

mod account;
mod finish;
mod luck;
mod record;
mod repeat;
mod suggest;
mod test_period;
mod walk;
mod work;

use std::collections::BTreeMap;
use std::time::Instant;

use super::study::Study;
use super::{ExperimentError, GENERATION};
use crate::domain::{Progress, Ts};
use crate::search::{Observed, TrialState};
use crate::store::experiments::{self, TrialRun, Tried};
use crate::store::{Store, runs};
pub use repeat::{Repeat, repeat};
use suggest::Suggester;

/// How a search is carried out.
pub struct Options<'a> {
    /// Threads that judge trials.
    pub workers: usize,
    /// Trials at most, besides the budget of the specification.
    pub max_trials: Option<u64>,
    /// The clock, which stamps rows.
    pub clock: &'a (dyn Fn() -> Ts + Sync),
    /// Who watches.
    pub progress: &'a dyn Progress,
}

/// How a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The experiment.
    pub experiment_id: String,
    /// Trials finished, pruned and failed, of all that were ever run for it.
    pub counts: Counts,
    /// Trials that were stored before this call.
    pub done_before: usize,
    /// Trial that won, if one could.
    pub winner: Option<i64>,
    /// Why no trial was left to try.
    pub ended: Ended,
}

/// Trials by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Ran to their end.
    pub finished: usize,
    /// Were stopped early.
    pub pruned: usize,
    /// Had an error.
    pub failed: usize,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// So many trials were asked for.
    Trials,
    /// The time was up.
    Time,
    /// Every combination was tried.
    Exhausted,
}

/// A search under way.
pub(super) struct Search<'a> {
    store: &'a Store,
    study: &'a Study,
    options: &'a Options<'a>,
    experiment_id: String,
    trial_run: TrialRun,
}

/// Begins an experiment and carries it out.
///
/// # Errors
/// Faults of the store; trials that fail are recorded and the search goes on.
pub fn run(store: &Store, study: &Study, options: &Options<'_>) -> Result<Outcome, ExperimentError> {
    let experiment_id = record::begin(store, study, options)?;
    carry_out(store, study, options, experiment_id, Vec::new())
}

/// Goes on with an experiment that was stopped; the study is that of its stored specification.
///
/// # Errors
/// Data that is not what the first trials read, suggestions that are no longer the same, faults of the store.
pub fn resume(
    store: &Store,
    study: &Study,
    options: &Options<'_>,
    experiment: &experiments::Experiment,
) -> Result<Outcome, ExperimentError> {
    if study.fingerprint != experiment.data_fingerprint {
        let message = format!("experiment {} was begun on other data than the store has now", experiment.name);
        return Err(ExperimentError::refused(
            message,
            "bars, features or labels have changed since: begin a new experiment with 'ws experiment run'",
        ));
    }
    let tried = experiments::trials(store, &experiment.experiment_id)?;
    crate::store::campaigns::reopen(store, &experiment.experiment_id)?;
    // Once the test period was looked at, further trials could make another winner, and another look.
    let stored = tried.iter().map(|tried| tried.trial.max(0).unsigned_abs()).max().unwrap_or(0);
    let max_trials = if experiment.tested_at.is_some() { Some(stored) } else { options.max_trials };
    let options = Options { workers: options.workers, max_trials, clock: options.clock, progress: options.progress };
    carry_out(store, study, &options, experiment.experiment_id.clone(), tried)
}

fn carry_out(
    store: &Store,
    study: &Study,
    options: &Options<'_>,
    experiment_id: String,
    tried: Vec<Tried>,
) -> Result<Outcome, ExperimentError> {
    let trial_run = record::trial_run(study, &experiment_id);
    let search = Search { store, study, options, experiment_id, trial_run };
    let done = search.trials(tried).and_then(|(mut outcome, history)| {
        outcome.winner = search.finish(&history)?;
        Ok(outcome)
    });
    done.inspect_err(|error| {
        // The first error is the one to tell.
        let _ = runs::fail(store, &search.experiment_id, &error.to_string(), (options.clock)());
    })
}

impl Search<'_> {
    /// Tries until a budget ends it.
    fn trials(&self, tried: Vec<Tried>) -> Result<(Outcome, Vec<Observed>), ExperimentError> {
        let done_before = tried.len();
        let mut known: BTreeMap<i64, Tried> = tried.into_iter().map(|tried| (tried.trial, tried)).collect();
        // A smaller budget than at first forgets no trial that is stored.
        let stored = known.keys().max().copied().unwrap_or(0).max(0).unsigned_abs();
        let most = self.most_trials().map(|most| most.max(stored));
        let progress = self.options.progress;
        progress.start("trials", most.unwrap_or(0));
        let pool = work::pool(self.options.workers)?;
        if known.remove(&0).is_none() {
            work::generation(self, &pool, &[(0, self.study.baseline())], &[])?;
        }
        let (begun, mut history) = (Instant::now(), Vec::<Observed>::new());
        let mut suggester = Suggester::new(self.study);
        let ended = loop {
            let first = history.len() as u64;
            if most.is_some_and(|most| first >= most) {
                break Ended::Trials;
            }
            let is_late = |minutes: f64| begun.elapsed().as_secs_f64() > minutes * 60.0;
            if first >= stored && self.study.spec.budget.minutes.is_some_and(is_late) {
                break Ended::Time;
            }
            let mut suggested = suggester.generation(first, &history);
            let is_last = suggested.len() < GENERATION;
            suggested.truncate(most.map_or(GENERATION, |most| (most - first).min(GENERATION as u64) as usize));
            self.one_generation(&pool, first, suggested, &mut known, &mut history)?;
            if is_last && history.len() as u64 != most.unwrap_or(u64::MAX) {
                break Ended::Exhausted;
            }
        };
        progress.finish();
        let count = |state: fn(&TrialState) -> bool| history.iter().filter(|trial| state(&trial.state)).count();
        let counts = Counts {
            finished: count(|state| *state == TrialState::Finished),
            pruned: count(|state| matches!(state, TrialState::Pruned { .. })),
            failed: count(|state| *state == TrialState::Failed),
        };
        let outcome = Outcome { experiment_id: self.experiment_id.clone(), counts, done_before, winner: None, ended };
        Ok((outcome, history))
    }

    /// Trials at most, by budget and flag.
    fn most_trials(&self) -> Option<u64> {
        [self.study.spec.budget.trials, self.options.max_trials].into_iter().flatten().min()
    }

    /// Judges what is not stored yet of a generation and adds all of it to the history.
    fn one_generation(
        &self,
        pool: &rayon::ThreadPool,
        first: u64,
        suggested: Vec<crate::search::Assignment>,
        known: &mut BTreeMap<i64, Tried>,
        history: &mut Vec<Observed>,
    ) -> Result<(), ExperimentError> {
        let numbered: Vec<_> = (first as i64 + 1..).zip(suggested).collect();
        let (stored, missing): (Vec<_>, Vec<_>) =
            numbered.into_iter().partition(|(trial, _)| known.contains_key(trial));
        let mut found = work::generation(self, pool, &missing, history)?;
        for (trial, assignment) in stored {
            if let Some(tried) = known.remove(&trial) {
                found.push(record::observed(self.study, &tried, assignment)?);
                self.options.progress.advance(1);
            }
        }
        found.sort_by_key(|observed| observed.id);
        history.append(&mut found);
        Ok(())
    }

    fn now(&self) -> Ts {
        (self.options.clock)()
    }
}
