//! How much could be luck? Tests, intervals and resampled paths of returns, pure: numbers in, numbers out.
//!
//! Everything here is a function of its arguments: no store, no clock, and randomness only from a seed. A resample is
//! drawn from a stream of its own number (`Stream`), so results are the same at any number of threads.
//!
//! | question | answer |
//! |---|---|
//! | do two series of returns differ? | `difference`: Welch's t, the paired t, a block bootstrap of the mean |
//! | several at once? | `holm` |
//! | how long do returns remember? | `block_length` (Politis and White 2004, corrected 2009) |
//! | how sure is a Sharpe ratio, and is the fall from validation to test more than chance? | `probabilistic_sharpe`, `minimum_track_record`, `sharpe_error`, `sharpe_gap` |
//! | how sure is a share? | `wilson` |
//! | what of the best of many trials is skill? | `deflated_sharpe`; `overfit`: PBO by CSCV; `superior`: reality check, SPA |
//! | what else could this run have come to? | `simulate`: bootstrap, block bootstrap, shuffle |
//!
//! Returns are fractions; a deviation below `LEAST_DEVIATION` is rounding, and what would be divided by it is unknown.

mod bands;
mod beta;
mod block_length;
mod bootstrap;
mod deflated;
mod difference;
mod error;
mod holm;
mod moments;
mod normal;
mod overfit;
mod pairing;
mod paths;
mod random;
mod resample;
mod sharpe;
mod simulate;
mod student;
mod superior;
mod ttest;
mod wilson;

pub use bands::{BAND_PATHS, Bands, LEVELS};
pub use beta::{ln_gamma, regularized_beta};
pub use block_length::block_length;
pub use bootstrap::{MeanInterval, mean_interval};
pub use deflated::{Deflated, deflated_sharpe, expected_maximum_sharpe};
pub use difference::{Difference, Resampling, difference};
pub use error::StatsError;
pub use holm::holm;
pub use moments::{LEAST_DEVIATION, Moments, correlation, moments, quantile};
pub use normal::{normal_cdf, normal_quantile};
pub use overfit::{OVERFIT_BLOCKS, Overfit, overfit};
pub use pairing::{Dated, Paired, pair};
pub use paths::{PathScale, PathStats, growth_curve, path_stats, trade_returns};
pub use random::Stream;
pub use resample::{Method, Resampler};
pub use sharpe::{SharpeGap, minimum_track_record, probabilistic_sharpe, sharpe, sharpe_error, sharpe_gap};
pub use simulate::{LEAST_OBSERVATIONS, Plan, Simulation, Spread, simulate};
pub use student::{cdf, quantile as student_quantile, two_sided};
pub use superior::{Superior, superior, superior_of};
pub use ttest::{TTest, paired, welch};
pub use wilson::wilson;

#[cfg(test)]
mod tests;
