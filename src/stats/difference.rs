//! Do two series of daily returns differ in their mean? Three answers that trust the data differently.
//!
//! Welch's t takes the series for independent of each other, which two strategies on one market are not: it finds too
//! little. The paired t takes each day's difference, and the days for independent. The block bootstrap of the mean
//! difference takes neither for granted and is the one to judge by.

use serde::Serialize;

use super::block_length::block_length;
use super::bootstrap::{MeanInterval, mean_interval};
use super::error::{StatsError, checked};
use super::moments::{correlation, moments};
use super::ttest::{TTest, paired, welch};

/// How the differences are resampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Mean block length; `None` finds it from the differences.
    pub block: Option<f64>,
    /// Resamples.
    pub resamples: usize,
    /// Seed.
    pub seed: u64,
}

/// The daily difference of two series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Days.
    pub n: usize,
    /// Mean daily difference, a fraction.
    pub mean: f64,
    /// Sample deviation of the daily difference; unknown when it never varies.
    pub deviation: Option<f64>,
    /// Correlation of the two; unknown without variance in both.
    pub correlation: Option<f64>,
    /// Welch's test; unknown without variance.
    pub welch: Option<TTest>,
    /// Paired test; unknown when the difference never varies.
    pub paired: Option<TTest>,
    /// Block bootstrap; unknown when the difference never varies.
    pub bootstrap: Option<MeanInterval>,
}

/// Judges `a - b`, day by day.
///
/// # Errors
/// Series of different lengths, fewer than two days, returns that are not finite, a block that does not fit.
pub fn difference(a: &[f64], b: &[f64], resampling: &Resampling) -> Result<Difference, StatsError> {
    if a.len() != b.len() {
        return Err(StatsError::Unpaired { left: a.len(), right: b.len() });
    }
    checked(a, 2)?;
    checked(b, 2)?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
    checked(&differences, 2)?;
    let found = moments(&differences).ok_or(StatsError::TooFew { found: a.len(), needed: 2 })?;
    let length = resampling.block.unwrap_or_else(|| block_length(&differences));
    // Checked above all else: a wrong block is told even when nothing is to be resampled.
    let bootstrap = mean_interval(&differences, length, resampling.resamples, resampling.seed)?;
    Ok(Difference {
        n: a.len(),
        mean: found.mean,
        deviation: found.deviation,
        correlation: correlation(a, b),
        welch: welch(a, b),
        paired: paired(a, b),
        bootstrap: found.deviation.map(|_| bootstrap),
    })
}
