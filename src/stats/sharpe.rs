//! How sure is a Sharpe ratio?
//!
//! All ratios here are **per period, not annualised**: the mean of the returns divided by their sample deviation (daily
//! returns give daily ratios; a yearly one is divided by `sqrt(periods per year)` first). Returns are fractions in excess
//! of whatever the ratio is meant to be above.
//!
//! Mertens (2002): whatever the distribution of independent returns, the estimate has about the variance
//!
//! ```text
//! V(SR) = (1 - g3 SR + (g4 - 1) / 4 SR^2) / (n - 1)        g3 skewness, g4 kurtosis (3 for a normal distribution)
//! ```
//!
//! of which Lo's (2002) `(1 + SR^2 / 2) / n` is the normal case. Bailey and López de Prado (2012), "The Sharpe ratio
//! efficient frontier", make two answers of it. The probabilistic Sharpe ratio is the probability that the true ratio is
//! above a benchmark; the minimum track record is how many observations it takes until that reaches a confidence:
//!
//! ```text
//! PSR    = Phi((SR - SR*) / sqrt(V(SR)))
//! MinTRL = 1 + (1 - g3 SR + (g4 - 1) / 4 SR^2) (Phi^-1(confidence) / (SR - SR*))^2
//! ```
//!
//! Moments are those of [`moments`]: the deviation with `n - 1`, skewness and kurtosis without correction for bias.
//! purgedcv divides by the deviation with `n` and corrects both shapes, skfolio divides by `n - 1` and corrects neither;
//! given the same moments all agree.

use serde::Serialize;

use super::moments::{Moments, moments};
use super::normal::{normal_cdf, normal_quantile};

/// The Sharpe ratio of returns, per period; `None` for fewer than two or without variance.
#[must_use]
pub fn sharpe(returns: &[f64]) -> Option<f64> {
    ratio(&moments(returns)?)
}

/// The same from moments.
pub(super) fn ratio(moments: &Moments) -> Option<f64> {
    let found = moments.mean / moments.deviation?;
    found.is_finite().then_some(found)
}

/// `(n - 1) V(SR)`; `None` where the moments allow none, such as a skewness that no distribution of that kurtosis has.
fn spread(observed: f64, skewness: f64, kurtosis_excess: f64) -> Option<f64> {
    let found = 1.0 - skewness * observed + (kurtosis_excess + 2.0) / 4.0 * observed * observed;
    (found > 0.0 && found.is_finite()).then_some(found)
}

/// Probability that the true Sharpe ratio is above `benchmark`, having observed `observed` in `n` returns.
///
/// Both per period; `kurtosis_excess` is 0 for a normal distribution. `None` for fewer than two returns and for moments
/// that no distribution has.
#[must_use]
pub fn probabilistic_sharpe(
    observed: f64,
    benchmark: f64,
    n: usize,
    skewness: f64,
    kurtosis_excess: f64,
) -> Option<f64> {
    let spread = spread(observed, skewness, kurtosis_excess)?;
    let z = (observed - benchmark) * (n.checked_sub(1)? as f64 / spread).sqrt();
    (n > 1 && !z.is_nan()).then(|| normal_cdf(z))
}

/// Observations it takes until the true Sharpe ratio is above `benchmark` with probability `confidence`, should the
/// moments stay what they are. A count still to be rounded up, at least 2.
///
/// `None` where `observed` is not above `benchmark` (no track record is long enough), for a confidence that is not between
/// 0 and 1, and for moments that no distribution has.
#[must_use]
pub fn minimum_track_record(
    observed: f64,
    benchmark: f64,
    skewness: f64,
    kurtosis_excess: f64,
    confidence: f64,
) -> Option<f64> {
    if observed.partial_cmp(&benchmark) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    // Up to a half, any record that is above will do.
    let z = normal_quantile(confidence).max(0.0);
    let found = 1.0 + spread(observed, skewness, kurtosis_excess)? * (z / (observed - benchmark)).powi(2);
    (confidence > 0.0 && confidence < 1.0 && found.is_finite()).then(|| found.max(2.0))
}

/// How far a Sharpe ratio fell from one stretch of time to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SharpeGap {
    /// Ratio of the earlier returns, per period.
    pub validation: f64,
    /// Ratio of the later returns, per period.
    pub test: f64,
    /// `validation - test`; above 0 when the later one is worse.
    pub gap: f64,
    /// Standard error of the gap.
    pub error: f64,
    /// `gap / error`.
    pub z: f64,
    /// Two-sided probability of a gap at least as wide, were the true ratios the same.
    pub p: f64,
}

/// The gap between the Sharpe ratios of validation and of the test that nothing was chosen by.
///
/// ```text
/// z = (SR_validation - SR_test) / sqrt(V(SR_validation) + V(SR_test))      p = 2 Phi(-|z|)
/// ```
///
/// with Mertens' variances; the two stretches must not overlap, and are taken for independent. A winner of many trials is
/// expected to fall: that its gap is significant says that its validation was flattered, not that markets changed.
/// `None` where either has fewer than two returns, no variance, or moments that no distribution has.
#[must_use]
pub fn sharpe_gap(validation: &[f64], test: &[f64]) -> Option<SharpeGap> {
    let ((before, first), (after, second)) = (judged(validation)?, judged(test)?);
    let (gap, error) = (before - after, (first + second).sqrt());
    let z = gap / error;
    let p = 2.0 * normal_cdf(-z.abs());
    z.is_finite().then_some(SharpeGap { validation: before, test: after, gap, error, z, p })
}

/// The Sharpe ratio of returns and its standard error `sqrt(V(SR))`, both per period.
///
/// `None` for fewer than two returns, without variance, and for moments that no distribution has.
#[must_use]
pub fn sharpe_error(returns: &[f64]) -> Option<(f64, f64)> {
    let (ratio, variance) = judged(returns)?;
    Some((ratio, variance.sqrt()))
}

/// A Sharpe ratio and its variance.
fn judged(returns: &[f64]) -> Option<(f64, f64)> {
    let found = moments(returns)?;
    let ratio = ratio(&found)?;
    Some((ratio, spread(ratio, found.skewness?, found.kurtosis?)? / (found.n as f64 - 1.0)))
}
