//! Is a trial worth going on with? Decided by its reports so far against those of trials of earlier generations.
//!
//! - `Median` (Golovin et al. 2017, the median stopping rule): stops a trial whose best report so far is worse than the
//!   median of what the earlier finished trials reported at the same point. Never before `n_startup_trials` of those have
//!   finished nor on the first `n_warmup_steps` reports.
//! - `SuccessiveHalving` (Jamieson and Talwalkar 2016; asynchronously, Li et al. 2020): rung `k` is reached with report
//!   number `min_resource · reduction_factor^(min_early_stopping_rate + k)`, counted from 1. There a trial goes on only if
//!   its report is among the best `1 / reduction_factor` of all reports at that rung, its own included; of fewer than
//!   `reduction_factor` reports only the best goes on. A trial without earlier company at a rung goes on.
//!
//! A report that is unknown (NaN) is no evidence for going on: where a decision is due, a trial without a known report
//! (median) or with an unknown one at its rung (halving) stops. Failed trials are no standard for others.

use serde::{Deserialize, Serialize};

use super::observed::{Direction, Observed, TrialState};

/// A rule by which trials are stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pruner {
    /// Every trial runs to its end.
    None,
    /// Stops what is worse than the median.
    Median {
        /// Finished trials before any is stopped; 5 is usual.
        n_startup_trials: usize,
        /// Reports of each trial that it is never stopped by.
        n_warmup_steps: usize,
    },
    /// Keeps one in `reduction_factor` at each rung.
    SuccessiveHalving {
        /// Reports up to the first rung, 1 or more (0 is taken for 1).
        min_resource: usize,
        /// One in how many goes on, 2 or more (less is taken for 2); 4 is usual.
        reduction_factor: usize,
        /// Rungs left out at the start.
        min_early_stopping_rate: usize,
    },
}

impl Pruner {
    /// Whether a trial that has made the reports `so_far` should stop now. `earlier` has trials of earlier generations.
    #[must_use]
    pub fn is_pruned(&self, so_far: &[f64], earlier: &[Observed], direction: Direction) -> bool {
        match *self {
            Self::None => false,
            Self::Median { n_startup_trials, n_warmup_steps } => {
                so_far.len() > n_warmup_steps && below_median(so_far, earlier, n_startup_trials, direction)
            }
            Self::SuccessiveHalving { min_resource, reduction_factor, min_early_stopping_rate } => {
                let factor = reduction_factor.max(2);
                let mut rung = at_rate(min_resource.max(1), factor, min_early_stopping_rate);
                while rung.is_some_and(|reports| reports < so_far.len()) {
                    rung = rung.and_then(|reports| reports.checked_mul(factor));
                }
                rung == Some(so_far.len()) && !promoted(so_far, earlier, factor, direction)
            }
        }
    }
}

fn at_rate(resource: usize, factor: usize, rate: usize) -> Option<usize> {
    factor.checked_pow(u32::try_from(rate).ok()?)?.checked_mul(resource)
}

fn below_median(so_far: &[f64], earlier: &[Observed], startup: usize, direction: Direction) -> bool {
    let finished = || earlier.iter().filter(|trial| trial.state == TrialState::Finished);
    let count = finished().count();
    let Some(step) = so_far.len().checked_sub(1) else { return false };
    if count == 0 || count < startup {
        return false;
    }
    // `f64::min` passes over NaN.
    let best = so_far.iter().fold(f64::NAN, |best, value| best.min(direction.loss(*value)));
    if best.is_nan() {
        return true;
    }
    let there = finished().filter_map(|trial| trial.intermediate.get(step));
    let mut losses: Vec<f64> = there.map(|value| direction.loss(*value)).filter(|loss| !loss.is_nan()).collect();
    losses.sort_by(f64::total_cmp);
    let middle = losses.len() / 2;
    let median = match losses.len() {
        0 => return false,
        n if n % 2 == 1 => losses[middle],
        _ => f64::midpoint(losses[middle - 1], losses[middle]),
    };
    best > median
}

fn promoted(so_far: &[f64], earlier: &[Observed], factor: usize, direction: Direction) -> bool {
    let at = so_far.len() - 1;
    let own = direction.loss(so_far[at]);
    if own.is_nan() {
        return false;
    }
    let company = earlier.iter().filter(|trial| trial.state != TrialState::Failed);
    let reports = company.filter_map(|trial| trial.intermediate.get(at)).map(|value| direction.loss(*value));
    let mut losses: Vec<f64> = reports.filter(|loss| !loss.is_nan()).collect();
    losses.push(own);
    losses.sort_by(f64::total_cmp);
    own <= losses[(losses.len() / factor).max(1) - 1]
}
