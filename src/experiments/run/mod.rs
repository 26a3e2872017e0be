//! A search carried out: begun as a run, its trials judged on several threads and stored from one, its winner looked at.
//!
//! Trials come in generations of [`GENERATION`](crate::experiments::GENERATION) where one depends on those before it: what is
//! suggested, and whether a trial is stopped early, depends on earlier generations only. Where nothing does (grid and random
//! search without a pruner) generations are as wide as memory allows, and a time budget ends them at once. Every trial has a
//! seed of its own: results are the same at any number of workers.
//!
//! A combination of a strategy that was evaluated before is not evaluated again: the trial has the results of the earlier one
//! and counts once with it. Models are fitted anew, with the seed of the trial. A trial is stored whole, in a transaction, when it ends; a kill loses those under way, and going on repeats
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

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use super::ExperimentError;
use super::study::Study;
use crate::domain::{Progress, Ts};
use crate::search::{Assignment, Observed, TrialState};
use crate::store::experiments::{self, RepeatRow, TrialRun, Tried};
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
    /// Of all these, repetitions of a combination that was evaluated before.
    pub repeated: usize,
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
            work::generation(self, (&pool, &|| false), &[(0, self.study.baseline())], &[])?;
        }
        let (begun, mut history) = (Instant::now(), Vec::<Observed>::new());
        let (mut suggester, mut repeats) = (Suggester::new(self.study), Repeats::default());
        let is_late = || self.study.spec.budget.minutes.is_some_and(|most| begun.elapsed().as_secs_f64() > most * 60.0);
        let ended = loop {
            let first = history.len() as u64;
            if most.is_some_and(|most| first >= most) {
                break Ended::Trials;
            }
            if first >= stored && is_late() {
                break Ended::Time;
            }
            let mut suggested = suggester.generation(first, &history);
            let is_last = suggested.len() < suggester.width();
            suggested
                .truncate(most.map_or(suggester.width(), |most| (most - first).min(suggester.width() as u64) as usize));
            let asked = first + suggested.len() as u64;
            // A generation that others depend on is completed.
            let stop: &(dyn Fn() -> bool + Sync) = if suggest::learns(self.study) { &|| false } else { &is_late };
            self.one_generation((&pool, stop), first, suggested, (&mut known, &mut repeats), &mut history)?;
            if (history.len() as u64) < asked {
                break Ended::Time;
            }
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
            repeated: repeats.count,
        };
        let outcome = Outcome { experiment_id: self.experiment_id.clone(), counts, done_before, winner: None, ended };
        Ok((outcome, history))
    }

    /// Trials at most, by budget and flag.
    fn most_trials(&self) -> Option<u64> {
        [self.study.spec.budget.trials, self.options.max_trials].into_iter().flatten().min()
    }

    /// Judges what is not stored yet of a generation and adds all of it to the history, unless `stop` ends it before: then
    /// the first ones of it.
    fn one_generation(
        &self,
        (pool, stop): (&rayon::ThreadPool, &(dyn Fn() -> bool + Sync)),
        first: u64,
        suggested: Vec<Assignment>,
        (known, repeats): (&mut BTreeMap<i64, Tried>, &mut Repeats),
        history: &mut Vec<Observed>,
    ) -> Result<(), ExperimentError> {
        let (mut stored, mut missing, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
        for (trial, assignment) in (first as i64 + 1..).zip(suggested) {
            let earlier = self.study.model.is_none().then(|| repeats.earlier(trial, &assignment)).flatten();
            match (known.remove(&trial), earlier) {
                (Some(tried), _) => stored.push((tried, assignment)),
                (None, Some(earlier)) => repeated.push((trial, earlier, assignment)),
                (None, None) => missing.push((trial, assignment)),
            }
        }
        let mut found = work::generation(self, (pool, stop), &missing, history)?;
        // Where the time was up, what comes after the first trial that was not judged is left for another time.
        let end = missing.get(found.len()).map_or(i64::MAX, |(trial, _)| *trial);
        for (tried, assignment) in stored.into_iter().filter(|(tried, _)| tried.trial < end) {
            repeats.count += usize::from(tried.repeat_of.is_some());
            found.push(record::observed(self.study, &tried, assignment)?);
            self.options.progress.advance(1);
        }
        repeated.retain(|(trial, ..)| *trial < end);
        found.extend(self.repeat(&repeated, &found, history)?);
        repeats.count += repeated.len();
        found.sort_by_key(|observed| observed.id);
        history.append(&mut found);
        Ok(())
    }

    /// Stores trials of combinations that were evaluated before, and gives them the results of those.
    fn repeat(
        &self,
        repeated: &[(i64, i64, Assignment)],
        found: &[Observed],
        history: &[Observed],
    ) -> Result<Vec<Observed>, ExperimentError> {
        if repeated.is_empty() {
            return Ok(Vec::new());
        }
        let row = |(trial, earlier, _): &(i64, i64, Assignment)| RepeatRow {
            trial: *trial,
            run_id: record::run_id(&self.experiment_id, *trial),
            repeat_of: *earlier,
            source_run_id: record::run_id(&self.experiment_id, *earlier),
            seed: work::seed_of(self.study.spec.seed, *trial).cast_signed(),
            at: self.now(),
        };
        let rows: Vec<RepeatRow> = repeated.iter().map(row).collect();
        self.store.transaction(|| experiments::insert_repeats(self.store, &self.trial_run, &rows))?;
        self.options.progress.advance(rows.len() as u64);
        let id = |trial: i64| (trial - 1).max(0).unsigned_abs();
        let known: BTreeMap<u64, &Observed> = history.iter().chain(found).map(|trial| (trial.id, trial)).collect();
        let again = |(trial, earlier, _): &(i64, i64, Assignment)| {
            known.get(&id(*earlier)).map(|source| Observed { id: id(*trial), ..(*source).clone() })
        };
        Ok(repeated.iter().filter_map(again).collect())
    }

    fn now(&self) -> Ts {
        (self.options.clock)()
    }
}

/// Combinations that were suggested, each with the trial that was the first to have it.
#[derive(Default)]
struct Repeats {
    first: HashMap<String, i64>,
    /// Trials that repeat another.
    count: usize,
}

impl Repeats {
    /// The earlier trial of a combination; the first one of it is remembered.
    fn earlier(&mut self, trial: i64, assignment: &Assignment) -> Option<i64> {
        match self.first.entry(record::params_json(assignment)) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(new) => {
                new.insert(trial);
                None
            }
        }
    }
}
