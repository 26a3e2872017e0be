//! The Sharpe ratio of a winner, less what the best of so many trials would show without skill.
//!
//! Bailey and López de Prado (2014), "The deflated Sharpe ratio". Of `N` independent trials without skill whose Sharpe
//! ratios have the variance `V`, the largest is expected to be (`g` is Euler's constant)
//!
//! ```text
//! SR0 = sqrt(V) ((1 - g) Phi^-1(1 - 1 / N) + g Phi^-1(1 - 1 / (N e)))
//! ```
//!
//! and the deflated Sharpe ratio is the probability that the true ratio is above that: the probabilistic one with `SR0`
//! for a benchmark. All ratios are per period, not annualised, as in [`super::sharpe()`]; so is the deviation `sqrt(V)`.
//! Trials that resemble each other count as fewer: taking each for one of its own errs on the careful side for `N`, while
//! their smaller `V` errs on the other.

use std::f64::consts::E;

use serde::Serialize;

use super::moments::moments;
use super::normal::normal_quantile;
use super::sharpe::{probabilistic_sharpe, ratio};

/// Euler's constant.
const EULER: f64 = 0.577_215_664_901_532_9;

/// The largest Sharpe ratio to expect from `n_trials` trials without skill, per period if `variance` is.
///
/// `variance` is that of the ratios of all trials. 0 for one trial, which nothing was chosen from; `None` for none, and
/// for a variance that is negative or no finite number.
#[must_use]
pub fn expected_maximum_sharpe(n_trials: u64, variance: f64) -> Option<f64> {
    if n_trials == 0 || !variance.is_finite() || variance < 0.0 {
        return None;
    }
    if n_trials == 1 {
        return Some(0.0);
    }
    // Phi^-1(1 - x) = -Phi^-1(x), which keeps its digits for many trials.
    let share = (n_trials as f64).recip();
    Some(-variance.sqrt() * ((1.0 - EULER) * normal_quantile(share) + EULER * normal_quantile(share / E)))
}

/// What is left of a winner's Sharpe ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Deflated {
    /// Observations.
    pub n: usize,
    /// Sharpe ratio of the returns, per period.
    pub sharpe: f64,
    /// Skewness of the returns.
    pub skewness: f64,
    /// Excess kurtosis of the returns.
    pub kurtosis: f64,
    /// Trials it was chosen from.
    pub n_trials: u64,
    /// Variance of their Sharpe ratios.
    pub variance: f64,
    /// The largest ratio to expect of so many without skill, per period.
    pub benchmark: f64,
    /// The deflated Sharpe ratio: probability that the true ratio is above `benchmark`.
    pub probability: f64,
    /// Probability that the true ratio is above 0, as if this had been the only trial.
    pub psr_zero: f64,
}

/// Deflates the Sharpe ratio of `returns`, chosen from `n_trials` trials whose ratios have the `variance`.
///
/// `None` for fewer than two returns or without variance, without a trial, and for moments that no distribution has.
#[must_use]
pub fn deflated_sharpe(returns: &[f64], n_trials: u64, variance: f64) -> Option<Deflated> {
    let found = moments(returns)?;
    let (sharpe, skewness, kurtosis) = (ratio(&found)?, found.skewness?, found.kurtosis?);
    let benchmark = expected_maximum_sharpe(n_trials, variance)?;
    let above = |level: f64| probabilistic_sharpe(sharpe, level, found.n, skewness, kurtosis);
    Some(Deflated {
        n: found.n,
        sharpe,
        skewness,
        kurtosis,
        n_trials,
        variance,
        benchmark,
        probability: above(benchmark)?,
        psr_zero: above(0.0)?,
    })
}
