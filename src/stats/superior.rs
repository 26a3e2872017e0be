//! Does the best of several strategies beat the benchmark, given that it is the best of several?
//!
//! `d` is a strategy's return minus the benchmark's, `m` its mean over `n` days, higher is better. The hypothesis is that no
//! strategy is better than the benchmark. With resamples `*` of the days, the same for all strategies, by the stationary
//! bootstrap (Politis and Romano 1994):
//!
//! ```text
//! White (2000), reality check      V = max sqrt(n) m            V* = max sqrt(n) (m* - m)
//! Hansen (2005), SPA               T = max(0, max sqrt(n) m / w)   T* = max(0, max sqrt(n) (m* - g) / w)
//! w^2 = C(0) + 2 sum K(i) C(i)     K(i) = (1 - i / n) (1 - 1 / b)^i + (i / n) (1 - 1 / b)^(n - i),   i = 1 .. n - 1
//! ```
//!
//! where `C(i)` is the autocovariance of `d` and `b` the mean length of blocks; `w^2` is the variance of `sqrt(n) m*` that
//! more and more resamples would come to. What is taken for the true mean of a strategy is its `m` less `g`:
//!
//! | p | g | so that |
//! |---|---|---|
//! | lower | `max(m, 0)` | strategies below the benchmark count as they are, hardly ever as the best |
//! | consistent | `m`, or 0 where `m < -w sqrt(2 ln ln n / n)` | those far below don't dilute the others |
//! | upper | `m` | every strategy is taken to be as good as the benchmark |
//!
//! A probability is `(1 + k) / (1 + B)` for the `k` of `B` resamples that come to at least as much as the days themselves; so
//! it is never 0, and 1 where no strategy beats the benchmark (Davison and Hinkley 1997, section 4.2). arch's `SPA` (and its
//! `RealityCheck`, the same class) divides nothing by `w`, which it needs for `consistent` only: its `upper` is White's
//! check, and it is Hansen's test on columns that were divided by `w` before. It counts `k / B`.

use rayon::prelude::*;
use serde::Serialize;

use super::block_length::block_length;
use super::moments::{LEAST_DEVIATION, mean, quantile};
use super::random::Stream;
use super::resample::{Method, Resampler};
use super::simulate::LEAST_OBSERVATIONS;

/// What resampling says about the best of several strategies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Superior {
    /// Strategies judged: those whose excess return varies.
    pub n_strategies: usize,
    /// Days.
    pub n: usize,
    /// Resamples drawn.
    pub n_resamples: usize,
    /// Mean length of their blocks.
    pub block_length: f64,
    /// Hansen's statistic; 0 where no strategy beats the benchmark.
    pub statistic: f64,
    /// Column with the largest mean by its standard error, from 0.
    pub best_column: usize,
    /// White's statistic: the largest mean excess return times `sqrt(n)`.
    pub reality_check_statistic: f64,
    /// Column with the largest mean, from 0.
    pub reality_check_column: usize,
    /// White's probability of a statistic as large, were no strategy better than the benchmark.
    pub reality_check_p: f64,
    /// Hansen's, bounded from below.
    pub spa_lower: f64,
    /// Hansen's, which is right for many days.
    pub spa_consistent: f64,
    /// Hansen's, bounded from above.
    pub spa_upper: f64,
}

/// Judges the best of several columns of excess returns, by resamples drawn from `seed`.
///
/// `block` is the mean length of blocks; without one it is the median of what each column by itself asks for
/// ([`block_length`]). Columns without variance are left out. `None` where none is left, for fewer than
/// [`LEAST_OBSERVATIONS`] days, columns of different lengths or with what is no finite number, a block that does not
/// fit, and without resamples.
#[must_use]
pub fn superior(excess: &[Vec<f64>], block: Option<f64>, n_resamples: usize, seed: u64) -> Option<Superior> {
    let study = Study::of(excess, block)?;
    let resampler = Resampler::new(Method::Block, study.n, study.block).ok()?;
    let days: Vec<u32> = (0..study.n as u32).collect();
    study.judge(n_resamples, |number, drawn| resampler.draw(&days, &mut Stream::new(seed, number as u64), drawn))
}

/// [`superior`] by given resamples, each a list of as many days, from 0, as there are.
#[must_use]
pub fn superior_of(excess: &[Vec<f64>], block: f64, resamples: &[Vec<u32>]) -> Option<Superior> {
    let study = Study::of(excess, Some(block))?;
    let is_day = |day: &u32| (*day as usize) < study.n;
    if !resamples.iter().all(|days| days.len() == study.n && days.iter().all(is_day)) {
        return None;
    }
    study.judge(resamples.len(), |number, drawn| drawn.clone_from(&resamples[number]))
}

/// A strategy, ready to be resampled.
struct Strategy {
    column: usize,
    /// `w`: deviation of `sqrt(n)` times a resampled mean.
    deviation: f64,
    /// `sqrt(n) m / w`.
    statistic: f64,
    /// `(d - m) / (w sqrt(n))`: the sum over resampled days is `sqrt(n) (m* - m) / w`.
    scaled: Vec<f64>,
}

struct Study {
    n: usize,
    block: f64,
    strategies: Vec<Strategy>,
}

/// The largest of each kind over all strategies: White's, then Hansen's lower, consistent and upper.
type Largest = [f64; 4];

impl Study {
    fn of(excess: &[Vec<f64>], block: Option<f64>) -> Option<Self> {
        let n = excess.first()?.len();
        let is_valid = |column: &Vec<f64>| column.len() == n && column.iter().all(|value| value.is_finite());
        if n < LEAST_OBSERVATIONS || !excess.iter().all(is_valid) {
            return None;
        }
        let block = block.map_or_else(|| typical_length(excess), Some)?;
        if !(1.0..=n as f64).contains(&block) {
            return None;
        }
        let kernel = kernel(n, block);
        let strategies: Vec<Option<Strategy>> =
            excess.par_iter().enumerate().map(|(column, values)| Strategy::of(column, values, &kernel)).collect();
        let strategies: Vec<Strategy> = strategies.into_iter().flatten().collect();
        (!strategies.is_empty()).then_some(Self { n, block, strategies })
    }

    /// Draws resamples by `draw`, which fills a list of days for a number.
    fn judge(&self, n_resamples: usize, draw: impl Fn(usize, &mut Vec<u32>) + Sync) -> Option<Superior> {
        let best =
            self.strategies.iter().reduce(|best, next| if next.statistic > best.statistic { next } else { best })?;
        let largest =
            self.strategies.iter().reduce(|best, next| if next.mean() > best.mean() { next } else { best })?;
        let (statistic, check) = (best.statistic.max(0.0), largest.mean());
        let counted = |(days, counts): &mut (Vec<u32>, Vec<f64>), number: usize| {
            draw(number, days);
            counts.clear();
            counts.resize(self.n, 0.0);
            days.iter().for_each(|day| counts[*day as usize] += 1.0);
            let found = self.largest(counts);
            [found[0] >= check, found[1] >= statistic, found[2] >= statistic, found[3] >= statistic].map(usize::from)
        };
        let add = |a: [usize; 4], b: [usize; 4]| std::array::from_fn(|at| a[at] + b[at]);
        let reached = (0..n_resamples).into_par_iter().map_init(Default::default, counted).reduce(|| [0; 4], add);
        let [check_p, lower, consistent, upper] = reached.map(|k| (1 + k) as f64 / (1 + n_resamples) as f64);
        (n_resamples > 0).then_some(Superior {
            n_strategies: self.strategies.len(),
            n: self.n,
            n_resamples,
            block_length: self.block,
            statistic,
            best_column: best.column,
            reality_check_statistic: check,
            reality_check_column: largest.column,
            reality_check_p: check_p,
            spa_lower: lower,
            spa_consistent: consistent,
            spa_upper: upper,
        })
    }

    /// Statistics of a resample that has each day as often as `counts` says.
    fn largest(&self, counts: &[f64]) -> Largest {
        let far_below = -(2.0 * (self.n as f64).ln().ln()).sqrt();
        let mut largest = [f64::NEG_INFINITY, 0.0, 0.0, 0.0];
        for strategy in &self.strategies {
            let upper = dot(counts, &strategy.scaled);
            let below = strategy.statistic.min(0.0);
            let consistent = if strategy.statistic < far_below { upper + below } else { upper };
            let found = [upper * strategy.deviation, upper + below, consistent, upper];
            largest.iter_mut().zip(found).for_each(|(most, found)| *most = most.max(found));
        }
        largest
    }
}

impl Strategy {
    /// `None` without variance.
    fn of(column: usize, values: &[f64], kernel: &[(usize, f64)]) -> Option<Self> {
        let (n, centre) = (values.len() as f64, mean(values));
        let mut scaled: Vec<f64> = values.iter().map(|value| value - centre).collect();
        let covariance = |lag: usize| dot(&scaled[..scaled.len() - lag], &scaled[lag..]) / n;
        let variance = kernel.iter().fold(covariance(0), |sum, (lag, weight)| sum + weight * covariance(*lag));
        let deviation = variance.sqrt();
        if deviation.is_nan() || deviation <= LEAST_DEVIATION || deviation.is_infinite() {
            return None;
        }
        scaled.iter_mut().for_each(|value| *value /= deviation * n.sqrt());
        Some(Self { column, deviation, statistic: n.sqrt() * centre / deviation, scaled })
    }

    /// `sqrt(n) m`.
    fn mean(&self) -> f64 {
        self.statistic * self.deviation
    }
}

/// Weights of covariances that can't change a digit of their sum.
const NEGLIGIBLE: f64 = 1e-20;

/// The lags from 1 on that matter, each with `2 K(i)`: those much longer than a block, from either end, don't.
fn kernel(n: usize, block: f64) -> Vec<(usize, f64)> {
    let stays = 1.0 - block.recip();
    let weight = |lag: usize| {
        let share = lag as f64 / n as f64;
        let (early, late) = (stays.powf(lag as f64), stays.powf((n - lag) as f64));
        (lag, 2.0 * ((1.0 - share) * early + share * late))
    };
    (1..n).map(weight).filter(|(_, weight)| *weight > NEGLIGIBLE).collect()
}

/// The median length of blocks that the columns ask for.
fn typical_length(excess: &[Vec<f64>]) -> Option<f64> {
    let mut lengths: Vec<f64> = excess.par_iter().map(|column| block_length(column)).collect();
    lengths.sort_unstable_by(f64::total_cmp);
    quantile(&lengths, 0.5)
}

/// Sum of products, in eight sums side by side so that it is fast, and always in the same order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (left, right) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    for (left, right) in left.zip(right) {
        for (sum, (a, b)) in sums.iter_mut().zip(left.iter().zip(right)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + rest
}
