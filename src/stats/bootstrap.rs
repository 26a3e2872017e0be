//! The mean of a dependent series with an interval and a probability, by the stationary bootstrap.
//!
//! The interval holds the middle 95 % of the means of the resamples (percentile method). The probability is two-sided:
//! the share of resamples whose mean lies at least as far from the mean of the series as that lies from 0, the series
//! itself counted in, `(1 + k) / (1 + B)`, so that it is never 0 (Davison and Hinkley 1997, section 4.2).

use rayon::prelude::*;
use serde::Serialize;

use super::error::{StatsError, checked};
use super::moments::{mean, quantile};
use super::random::Stream;
use super::resample::{Method, Resampler};

/// A mean, judged by resampling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanInterval {
    /// Mean of the series.
    pub mean: f64,
    /// Standard error: the deviation of the means of the resamples.
    pub error: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Two-sided probability of a mean this far from 0 were the true one 0.
    pub p: f64,
    /// Mean length of the blocks.
    pub block_length: f64,
    /// Resamples drawn.
    pub resamples: usize,
}

/// The mean of `values` by `resamples` draws in blocks of mean length `length`.
///
/// # Errors
/// Fewer than two values, values that are not finite, a block that does not fit, no resample.
pub fn mean_interval(values: &[f64], length: f64, resamples: usize, seed: u64) -> Result<MeanInterval, StatsError> {
    checked(values, 2)?;
    if resamples == 0 {
        return Err(StatsError::NoResamples);
    }
    let resampler = Resampler::new(Method::Block, values.len(), length)?;
    let draw = |drawn: &mut Vec<f64>, number: usize| {
        resampler.draw(values, &mut Stream::new(seed, number as u64), drawn);
        mean(drawn)
    };
    let mut means: Vec<f64> = (0..resamples).into_par_iter().map_init(Vec::new, draw).collect();
    let centre = mean(values);
    let far = means.iter().filter(|found| (**found - centre).abs() >= centre.abs()).count();
    let average = mean(&means);
    let spread = means.iter().map(|found| (found - average).powi(2)).sum::<f64>() / resamples as f64;
    means.sort_unstable_by(f64::total_cmp);
    let at = |p: f64| quantile(&means, p).unwrap_or(centre);
    Ok(MeanInterval {
        mean: centre,
        error: spread.sqrt(),
        low: at(0.025),
        high: at(0.975),
        p: (1 + far) as f64 / (1 + resamples) as f64,
        block_length: length,
        resamples,
    })
}
