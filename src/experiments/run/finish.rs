//! The end of a search: the winner, its one look at the test period, and how much of it could be luck.
//!
//! The winner is the feasible finished trial with the best objective, the first of equals; with several objectives the
//! member of the Pareto front that is best by the first one. Nothing that comes after it was chosen has a say in it.
//! Repetitions of a combination are not looked at: the trial that evaluated it stands for them.
//!
//! Whatever takes long, fits and simulations above all, happens before rows are written. Kept accounts are stored one by
//! one; what a kill left of them is not made again.

use std::collections::BTreeSet;

use super::walk::Choice;
use super::work::seed_of;
use super::{Search, account, luck, test_period, walk};
use crate::experiments::{ExperimentError, thresholds};
use crate::search::{Assignment, Direction, Importance, Observed, TrialState, importance, pareto_front};
use crate::store::experiments;
use crate::store::{Columns, params, runs, tries};

impl Search<'_> {
    /// Chooses, keeps, looks at the test period and stores what luck could have done; returns the winner.
    pub(super) fn finish(&self, history: &[Observed]) -> Result<Option<i64>, ExperimentError> {
        let stored = experiments::trials(self.store, &self.experiment_id)?;
        let repeats: BTreeSet<u64> =
            stored.iter().filter(|tried| tried.repeat_of.is_some()).map(|tried| id_of(tried.trial)).collect();
        let kept: BTreeSet<i64> = stored.iter().filter(|tried| tried.n_kept > 0).map(|tried| tried.trial).collect();
        let history: Vec<Observed> = history.iter().filter(|trial| !repeats.contains(&trial.id)).cloned().collect();
        let ranked = self.rank(&history);
        let winner = ranked.first();
        let returns = experiments::returns(self.store, &self.experiment_id)?;
        let choice = walk::choose(self.study, &returns);
        // That the test period is looked at is known before it is: a kill in between takes nothing back.
        if let Some(winner) = winner {
            let trial = winner.id.cast_signed() + 1;
            let looked = params![self.experiment_id, trial, self.now().0];
            self.store.transaction(|| {
                self.store.conn().execute(crate::sql!("experiments/look"), looked)?;
                tries::look(self.store, &self.experiment_id, self.now())
            })?;
        }
        let tested = winner.map(|winner| test_period::look(self, winner)).transpose()?;
        let feasible = ranked.iter().map(|trial| trial.id.cast_signed() + 1).collect();
        let measures = luck::measure(self, (winner, &feasible), &returns, tested.as_ref(), &choice)?;
        self.keep_accounts(&ranked, &kept)?;
        let importances = self.importances(&history);
        self.store.transaction(|| {
            measures.store(self)?;
            self.keep_choice(&choice)?;
            self.keep_importance(&importances)?;
            let winner = winner.map(|winner| winner.id.cast_signed() + 1);
            let of = |run: fn(&test_period::Tested) -> Option<&String>| tested.as_ref().and_then(run).cloned();
            self.store.conn().execute(
                crate::sql!("experiments/finish_experiment"),
                params![
                    self.experiment_id,
                    winner,
                    of(|tested| Some(&tested.run_id)),
                    of(|tested| tested.baseline_run_id.as_ref()),
                    of(|tested| tested.model_id.as_ref())
                ],
            )?;
            thresholds::settle(self.store, &self.experiment_id)?;
            runs::finish(self.store, &self.experiment_id, self.now())?;
            Ok::<(), ExperimentError>(())
        })?;
        Ok(winner.map(|winner| winner.id.cast_signed() + 1))
    }

    /// Keeps the accounts of the baseline and of the best trials that are not kept yet.
    fn keep_accounts(&self, ranked: &[Observed], kept: &BTreeSet<i64>) -> Result<(), ExperimentError> {
        let progress = self.options.progress;
        let best = ranked.iter().take(self.study.spec.keep);
        let best = best.map(|trial| (trial.id.cast_signed() + 1, trial.assignment.clone()));
        let all: Vec<(i64, Assignment)> = std::iter::once((0, self.study.baseline())).chain(best).collect();
        progress.start("keep", all.len() as u64);
        for (trial, assignment) in all.iter().filter(|(trial, _)| !kept.contains(trial)) {
            self.keep_rows(*trial, assignment)?;
            progress.advance(1);
        }
        progress.finish();
        Ok(())
    }

    /// Feasible finished trials, the winner first.
    fn rank(&self, history: &[Observed]) -> Vec<Observed> {
        let objectives = self.study.spec.directions();
        let is_candidate = |trial: &&Observed| {
            trial.state == TrialState::Finished && trial.feasible() && trial.values.iter().all(|value| !value.is_nan())
        };
        let mut best: Vec<Observed> = history.iter().filter(is_candidate).cloned().collect();
        let front = match objectives.as_slice() {
            [_] => Vec::new(),
            several => front_of(&best, several),
        };
        // A front comes before the rest; the sort is stable, so that the first of equals stays first.
        let rank = |trial: &Observed| (!front.contains(&trial.id), objectives[0].loss(trial.values[0]));
        best.sort_by(|a, b| {
            let ((a_out, a_loss), (b_out, b_loss)) = (rank(a), rank(b));
            a_out.cmp(&b_out).then(a_loss.total_cmp(&b_loss))
        });
        best
    }

    fn keep_rows(&self, trial: i64, assignment: &Assignment) -> Result<(), ExperimentError> {
        let seed = seed_of(self.study.spec.seed, trial);
        account::keep(self.store, self.study, &self.trial_run, (trial, seed), assignment, self.now())
    }

    fn keep_choice(&self, choice: &[Choice]) -> Result<(), ExperimentError> {
        let days = || choice.iter().flat_map(|path| path.days.iter().map(move |day| (path.path, day)));
        Columns::new()
            .text("experiment_id", days().map(|_| &self.experiment_id))
            .i64("path", days().map(|(path, _)| path))
            .date("session_date", days().map(|(_, (day, _, _))| *day))
            .i64("trial", days().map(|(_, (_, trial, _))| *trial))
            .f64("return", days().map(|(_, (_, _, value))| *value))
            .append_to(self.store, "experiment_paths")?;
        Ok(())
    }

    /// Which parameters moved each objective that varies.
    fn importances(&self, all: &[Observed]) -> Vec<(&str, Importance)> {
        let spec = &self.study.spec;
        let objectives = spec.objectives.iter().enumerate();
        let found = objectives.filter_map(|(at, objective)| {
            Some((objective.metric.as_str(), importance(&spec.searched.space, all, at, spec.seed)?))
        });
        found.collect()
    }

    fn keep_importance(&self, found: &[(&str, Importance)]) -> Result<(), ExperimentError> {
        for (metric, found) in found {
            let params = &found.parameters;
            Columns::new()
                .text("experiment_id", params.iter().map(|_| &self.experiment_id))
                .text("objective", params.iter().map(|_| metric))
                .text("param", params.iter().map(|param| &param.name))
                .f64("importance", params.iter().map(|param| param.fall))
                .f64("deviation", params.iter().map(|param| param.std))
                .f64("share", params.iter().map(|param| param.share.unwrap_or(f64::NAN)))
                .f64("forest_r2", params.iter().map(|_| found.r2))
                .append_to(self.store, "experiment_importance")?;
        }
        Ok(())
    }
}

/// The number of a trial among samplers, from 0.
fn id_of(trial: i64) -> u64 {
    (trial - 1).max(0).unsigned_abs()
}

fn front_of(best: &[Observed], directions: &[Direction]) -> Vec<u64> {
    let values: Vec<Vec<f64>> = best.iter().map(|trial| trial.values.clone()).collect();
    pareto_front(&values, directions).into_iter().map(|at| best[at].id).collect()
}
