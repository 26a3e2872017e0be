//! How much of the winner could be luck: every measure with what it rests on.
//!
//! Sharpe ratios are daily unless said otherwise, over the risk-free rate. The number of trials is that of everything
//! distinct that was ever tried on these days, pruned trials, backtests and cells of campaigns included; the spread of their
//! ratios is that of the finished trials of this experiment, or of all on the same days where that is wider.
//!
//! The probability of overfitting and the tests of superior ability are taken twice: over the trials of this experiment that
//! could have won, and over these together with those of earlier experiments on the same days. Alone, a narrow search after a
//! wide one would look clean; together only, a good trial of another search would make this one look sound. What is
//! gated is the worse of both.

use std::collections::{BTreeMap, BTreeSet};

use super::Search;
use super::test_period::Tested;
use super::walk::{Choice, Returns};
use crate::experiments::ExperimentError;
use crate::search::{Observed, Pruner, Sampler};
use crate::stats::{
    OVERFIT_BLOCKS, Overfit, Superior, deflated_sharpe, minimum_track_record, moments, overfit, sharpe, sharpe_gap,
    superior,
};
use crate::store::{Columns, returns as stored, tries};

/// Resamples of the reality check.
const RESAMPLES: usize = 1_000;
/// Trials of earlier experiments that are judged with these, the best by Sharpe ratio: bounds time and memory.
const MOST_OTHERS: usize = 1_000;
/// Confidence of the minimum track record.
const CONFIDENCE: f64 = 0.95;

/// Measures by name, in order, and the combinations behind the probability of overfitting.
pub(super) struct Luck {
    measures: Vec<(&'static str, Option<f64>, String)>,
    splits: Option<(Overfit, Vec<i64>)>,
}

/// What is judged.
struct Judge<'a> {
    search: &'a Search<'a>,
    /// Trials in the order of `columns`.
    trials: Vec<i64>,
    /// Daily returns over the risk-free rate, one column a finished trial.
    columns: Vec<Vec<f64>>,
    /// Those that could have won, with their trials.
    own: Vec<Vec<f64>>,
    own_trials: Vec<i64>,
    /// The same and those of earlier experiments on the same days; empty when there are none.
    union: Vec<Vec<f64>>,
    /// Those of the baseline.
    baseline: Option<Vec<f64>>,
    /// Square root of the days of a year.
    yearly: f64,
    measures: Vec<(&'static str, Option<f64>, String)>,
}

/// Measures everything; what can't be told is unknown.
pub(super) fn measure(
    search: &Search<'_>,
    (winner, feasible): (Option<&Observed>, &BTreeSet<i64>),
    returns: &Returns,
    tested: Option<&Tested>,
    choice: &[Choice],
) -> Result<Luck, ExperimentError> {
    let mut judge = Judge::new(search, returns, feasible)?;
    let winner = winner.and_then(|winner| judge.column(winner.id.cast_signed() + 1));
    judge.deflate(winner.as_deref())?;
    let splits = judge.overfit();
    judge.reality(winner.as_deref());
    judge.test(winner.as_deref(), tested)?;
    judge.walk(choice);
    Ok(Luck { measures: judge.measures, splits })
}

impl<'a> Judge<'a> {
    fn new(search: &'a Search<'a>, returns: &Returns, feasible: &BTreeSet<i64>) -> Result<Self, ExperimentError> {
        let base = &search.study.base;
        let periods = f64::from(search.study.market().periods_per_year());
        let free = base.risk_free_rate / periods;
        let mut days: Vec<i32> = returns.iter().flat_map(|(_, returns)| returns.iter().map(|(day, _)| *day)).collect();
        days.sort_unstable();
        days.dedup();
        // A day without a return is one after ruin: nothing moves any more.
        let column = |own: &[(i32, f64)]| -> Vec<f64> {
            let known: BTreeMap<i32, f64> = own.iter().copied().collect();
            days.iter().map(|day| known.get(day).map_or(0.0, |value| value - free)).collect()
        };
        let baseline = returns.iter().find(|(trial, _)| *trial == 0).map(|(_, own)| column(own));
        let (trials, columns): (Vec<i64>, Vec<Vec<f64>>) =
            returns.iter().filter(|(trial, _)| *trial > 0).map(|(trial, own)| (*trial, column(own))).unzip();
        let could_win = |trial: &i64| feasible.contains(trial);
        let own = trials.iter().zip(&columns).filter(|(trial, _)| could_win(trial));
        let (own_trials, own): (Vec<i64>, Vec<Vec<f64>>) = own.map(|(trial, column)| (*trial, column.clone())).unzip();
        let others = tries::returns_of_others(search.store, &search.experiment_id, &days, MOST_OTHERS)?;
        let others = others.into_iter().map(|other| other.into_iter().map(|value| value - free).collect());
        let mut union: Vec<Vec<f64>> = others.collect();
        if !union.is_empty() {
            union.splice(0..0, own.iter().cloned());
        }
        let yearly = periods.sqrt();
        Ok(Self { search, columns, trials, own, own_trials, union, baseline, yearly, measures: Vec::new() })
    }

    fn column(&self, trial: i64) -> Option<Vec<f64>> {
        self.trials.iter().position(|own| *own == trial).map(|at| self.columns[at].clone())
    }

    fn say(&mut self, measure: &'static str, value: Option<f64>, detail: impl Into<String>) {
        self.measures.push((measure, value.filter(|value| value.is_finite()), detail.into()));
    }

    /// A measure of this experiment's trials and of these with earlier ones, where less is better: the worse of both, and each.
    fn say_both(
        &mut self,
        measure: &'static str,
        [own_name, union_name]: [&'static str; 2],
        [own, union]: [Option<f64>; 2],
        meaning: &str,
    ) {
        let own_of = format!("over the {} trials of this experiment that could have won", self.own.len());
        let others = self.union.len().saturating_sub(self.own.len());
        let union_of = match others {
            0 => "no trial of an earlier experiment was on exactly these days".to_string(),
            MOST_OTHERS => format!("over these and the best {others} of earlier experiments on the same days"),
            _ => format!("over these and {others} of earlier experiments on the same days"),
        };
        self.say(measure, worse([own, union]), format!("{meaning}; the worse of own and union"));
        self.say(own_name, own, own_of);
        self.say(union_name, union, union_of);
    }

    /// Deflated and probabilistic Sharpe ratio, minimum track record.
    fn deflate(&mut self, winner: Option<&[f64]>) -> Result<(), ExperimentError> {
        let spread = |columns: &[Vec<f64>]| {
            let ratios: Vec<f64> = columns.iter().filter_map(|column| sharpe(column)).collect();
            moments(&ratios).and_then(|moments| moments.deviation).map(|deviation| deviation.powi(2))
        };
        // A narrow search after a wide one must not make its own luck look smaller.
        let variance = [spread(&self.columns), spread(&self.union)].into_iter().flatten().max_by(f64::total_cmp);
        let n_here = self.columns.len();
        let tries = tries::on_data_of(self.search.store, &self.search.experiment_id)?;
        let n_trials = tries.distinct.max(0).unsigned_abs();
        let detail = format!(
            "distinct combinations ever tried on these days, pruned ones included, of {} tries: {} trials, {} backtests, {} cells \
             of campaigns",
            tries.all, tries.trials, tries.backtests, tries.cells
        );
        self.say("n_trials", Some(n_trials as f64), detail);
        let detail = "everything tried on these days, repetitions counted";
        self.say("n_tries", Some(tries.all as f64), detail);
        self.say("n_trials_here", Some(n_here as f64), "distinct finished trials of this experiment");
        self.say(
            "trial_sharpe_variance",
            variance,
            "variance of the daily Sharpe ratios of the finished trials, or of all on the same days where that is more",
        );
        let found = winner.zip(variance).and_then(|(own, variance)| deflated_sharpe(own, n_trials.max(1), variance));
        let of = |value: fn(&crate::stats::Deflated) -> f64| found.as_ref().map(value);
        self.say("sharpe_daily", of(|found| found.sharpe), "the winner's daily Sharpe ratio");
        self.say("skewness", of(|found| found.skewness), "of its daily returns");
        self.say("kurtosis", of(|found| found.kurtosis), "excess kurtosis of its daily returns");
        let detail = format!(
            "daily Sharpe ratio that the best of {n_trials} distinct trials without any skill would be expected to show"
        );
        self.say("expected_maximum_sharpe", of(|found| found.benchmark), detail);
        let detail =
            format!("probability that the true ratio is above what the best of {n_trials} lucky trials would show");
        self.say("deflated_sharpe", of(|found| found.probability), detail);
        self.say(
            "probabilistic_sharpe",
            of(|found| found.psr_zero),
            "probability that the true ratio is above 0, had there been one trial",
        );
        let record = found.as_ref().and_then(|found| {
            minimum_track_record(found.sharpe, found.benchmark, found.skewness, found.kurtosis, CONFIDENCE)
        });
        let detail =
            "days needed to tell the winner from the luckiest trial with 95 % confidence; unknown when it is below it";
        self.say("minimum_track_record", record, detail);
        self.say("track_record", found.as_ref().map(|found| found.n as f64), "days there are");
        Ok(())
    }

    fn overfit(&mut self) -> Option<(Overfit, Vec<i64>)> {
        let found = overfit(&self.own, OVERFIT_BLOCKS);
        let union = if self.union.is_empty() { None } else { overfit(&self.union, OVERFIT_BLOCKS) };
        let of = |value: fn(&Overfit) -> f64| found.as_ref().map(value);
        let meaning = "share of splits in which the best of one half is no better than the median in the other";
        self.say_both("pbo", ["pbo_own", "pbo_union"], [of(|found| found.pbo), union.map(|found| found.pbo)], meaning);
        self.say("pbo_combinations", of(|found| found.n_combinations as f64), "splits");
        self.say("pbo_blocks", of(|found| found.n_blocks as f64), "blocks of days that splits are made of");
        self.say(
            "probability_of_loss",
            of(|found| found.probability_of_loss),
            "share of splits in which the chosen trial loses out of sample",
        );
        self.say(
            "degradation_slope",
            found.as_ref().and_then(|found| found.slope),
            "out-of-sample on in-sample Sharpe ratio of the chosen",
        );
        self.say("degradation_intercept", found.as_ref().and_then(|found| found.intercept), "of the same line");
        let trials = self.own_trials.clone();
        found.map(|found| (found, trials))
    }

    /// White's reality check and Hansen's test, against cash and against the baseline.
    fn reality(&mut self, winner: Option<&[f64]>) {
        let seed = self.search.study.spec.seed;
        let test = |columns: &[Vec<f64>]| winner.and_then(|_| superior(columns, None, RESAMPLES, seed));
        let both = [test(&self.own), if self.union.is_empty() { None } else { test(&self.union) }];
        let of = |value: fn(&Superior) -> f64| both.each_ref().map(|found| found.as_ref().map(value));
        let detail = both[0].as_ref().map_or_else(String::new, |found| {
            format!("; {} resamples of blocks of {:.1} days on average", found.n_resamples, found.block_length)
        });
        self.say_both(
            "reality_check_p",
            ["reality_check_p_own", "reality_check_p_union"],
            of(|found| found.reality_check_p),
            &format!("White: no trial beats cash{detail}"),
        );
        self.say_both(
            "spa_p",
            ["spa_p_own", "spa_p_union"],
            of(|found| found.spa_consistent),
            &format!("Hansen, consistent: no trial beats cash{detail}"),
        );
        self.say("spa_lower_p", worse(of(|found| found.spa_lower)), "Hansen, lower bound; the worse of both");
        self.say("spa_upper_p", worse(of(|found| found.spa_upper)), "Hansen, upper bound; the worse of both");
        let beyond = |columns: &[Vec<f64>]| {
            let baseline = self.baseline.as_ref()?;
            let minus = |column: &Vec<f64>| column.iter().zip(baseline).map(|(own, base)| own - base).collect();
            let excess: Vec<Vec<f64>> = columns.iter().map(minus).collect();
            superior(&excess, None, RESAMPLES, seed).map(|found| found.spa_consistent)
        };
        let both = [beyond(&self.own), if self.union.is_empty() { None } else { beyond(&self.union) }];
        let detail = "Hansen, consistent: no trial beats the baseline; the worse of both";
        self.say("baseline_spa_p", worse(both), detail);
    }

    /// Validation against the untouched test.
    fn test(&mut self, winner: Option<&[f64]>, tested: Option<&Tested>) -> Result<(), ExperimentError> {
        let validation = winner.and_then(sharpe);
        let free = self.search.study.base.risk_free_rate / self.yearly.powi(2);
        let days = tested.map(|tested| stored::daily(self.search.store, &tested.run_id)).transpose()?;
        let test: Option<Vec<f64>> = days.map(|days| days.iter().map(|(_, value)| value - free).collect());
        let ratio = test.as_deref().and_then(sharpe);
        let yearly = self.yearly;
        self.say(
            "validation_sharpe",
            validation.map(|ratio| ratio * yearly),
            "the winner's, a year, where it was chosen",
        );
        self.say("test_sharpe", ratio.map(|ratio| ratio * yearly), "the winner's, a year, on the untouched test");
        let gap = winner.zip(test.as_deref()).and_then(|(validation, test)| sharpe_gap(validation, test));
        self.say("sharpe_gap", gap.as_ref().map(|gap| gap.gap * yearly), "validation less test, a year");
        self.say("sharpe_gap_p", gap.as_ref().map(|gap| gap.p), "probability of so wide a gap if nothing had changed");
        let seen = tries::seen(self.search.store, &self.search.experiment_id)?;
        let looks = seen.looks + i64::from(tested.is_some());
        let detail = "trials of earlier experiments that were developed on days of this test period";
        self.say("test_searched", Some(seen.searched as f64), detail);
        let detail =
            "backtests and cells of campaigns on half of the days of this test period or more, before it was looked at";
        self.say("test_backtests", Some(seen.backtests as f64), detail);
        self.say(
            "test_looks",
            Some(looks as f64),
            "experiments that have looked at an overlapping test period, this one included",
        );
        Ok(())
    }

    /// What choosing was worth on days that the choice had not seen.
    fn walk(&mut self, choice: &[Choice]) {
        let free = self.search.study.base.risk_free_rate / self.yearly.powi(2);
        let ratio = |path: &Choice| {
            sharpe(&path.days.iter().map(|(_, _, value)| value - free).collect::<Vec<_>>())
                .map(|ratio| ratio * self.yearly)
        };
        let ratios: Vec<f64> = choice.iter().filter_map(ratio).collect();
        let mean = (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64);
        let detail = match ratios.len() {
            0 => "no fold has days to choose on".to_string(),
            1 => "a year, of the best trial of every training window on the days after it".to_string(),
            n => format!("a year, mean over {n} paths of the best trial of the other parts"),
        };
        let spec = &self.search.study.spec;
        let is_blind = matches!(spec.sampler, Sampler::Grid | Sampler::Random) && spec.pruner == Pruner::None;
        let suggested = "; what there was to choose from was suggested or pruned knowing all days: grid and random without a pruner are blind";
        let detail = if is_blind || ratios.is_empty() { detail } else { format!("{detail}{suggested}") };
        self.say("walk_sharpe", mean, detail);
    }
}

/// The worse of a measure of this experiment alone and with others, where less is better. What is unknown of it alone is not
/// known by the company.
fn worse([own, union]: [Option<f64>; 2]) -> Option<f64> {
    own.map(|own| union.map_or(own, |union| own.max(union)))
}

impl Luck {
    /// Stores the measures; the caller holds the transaction.
    pub(super) fn store(&self, search: &Search<'_>) -> Result<(), ExperimentError> {
        let rows = &self.measures;
        Columns::new()
            .text("experiment_id", rows.iter().map(|_| &search.experiment_id))
            .text("measure", rows.iter().map(|(measure, ..)| *measure))
            .f64("value", rows.iter().map(|(_, value, _)| value.unwrap_or(f64::NAN)))
            .text("detail", rows.iter().map(|(_, _, detail)| detail))
            .append_to(search.store, "experiment_luck")?;
        let Some((found, trials)) = &self.splits else { return Ok(()) };
        Columns::new()
            .text("experiment_id", found.logits.iter().map(|_| &search.experiment_id))
            .i64("number", 1..=found.logits.len() as i64)
            .i64("trial", found.chosen.iter().map(|at| trials[*at]))
            .f64("in_sample", found.in_sample.iter().copied())
            .f64("out_of_sample", found.out_of_sample.iter().copied())
            .f64("logit", found.logits.iter().copied())
            .append_to(search.store, "experiment_splits")?;
        Ok(())
    }
}
