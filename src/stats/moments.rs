//! Moments, correlation and quantiles of a sample.
//!
//! Mean `m = sum x / n`; sample deviation `sqrt(sum (x - m)^2 / (n - 1))`; skewness `m3 / m2^1.5` and excess kurtosis
//! `m4 / m2^2 - 3` of the central moments `mk = sum (x - m)^k / n` (both 0 for a normal distribution). In two passes, so
//! that a large mean costs no digits. Quantiles are linear between order statistics (type 7 of Hyndman and Fan 1996, the
//! default of numpy, R and DuckDB's `quantile_cont`).

use serde::Serialize;

/// A sample deviation up to this is rounding of equal values: there is no variance (as `run_performance` judges).
pub const LEAST_DEVIATION: f64 = 1e-12;

/// Moments of a sample; what needs variance or more values is unknown without.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moments {
    /// Values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation; unknown for one value or without variance.
    pub deviation: Option<f64>,
    /// Skewness; negative when the large values are losses.
    pub skewness: Option<f64>,
    /// Excess kurtosis; above 0 when the tails are fatter than normal.
    pub kurtosis: Option<f64>,
}

/// Moments of a sample; `None` when it is empty or holds what is no finite number.
#[must_use]
pub fn moments(values: &[f64]) -> Option<Moments> {
    let n = values.len() as f64;
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mean = mean(values);
    let central = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / n;
    let second = central(2);
    let deviation = (second * n / (n - 1.0)).sqrt();
    let deviation = (values.len() > 1 && deviation > LEAST_DEVIATION && deviation.is_finite()).then_some(deviation);
    let shape = |power: i32, normal: f64| {
        let ratio = central(power) / second.powf(f64::from(power) / 2.0) - normal;
        deviation.and(ratio.is_finite().then_some(ratio))
    };
    Some(Moments { n: values.len(), mean, deviation, skewness: shape(3, 0.0), kurtosis: shape(4, 3.0) })
}

/// The mean, corrected once for rounding; NaN when there is no value.
pub(super) fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let rough = values.iter().sum::<f64>() / n;
    rough + values.iter().map(|value| value - rough).sum::<f64>() / n
}

/// Pearson's correlation of two series of one length; `None` without variance in both.
#[must_use]
pub fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let (left, right) = (moments(a)?, moments(b)?);
    let scale = left.deviation? * right.deviation? * (a.len() as f64 - 1.0);
    let product: f64 = a.iter().zip(b).map(|(x, y)| (x - left.mean) * (y - right.mean)).sum();
    let found = product / scale;
    found.is_finite().then(|| found.clamp(-1.0, 1.0))
}

/// The quantile at `p` of ascending values; `None` when there is none.
#[must_use]
pub fn quantile(ascending: &[f64], p: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    let share = at - low as f64;
    // One of the two may be infinite only when both are the same.
    if share == 0.0 || ascending[low] == ascending[high] {
        return Some(ascending[low]);
    }
    let (low, high) = (ascending[low], ascending[high]);
    // This form never falls as the share rises, whatever the rounding; the other one is for a range beyond all numbers.
    let range = high - low;
    let between = if range.is_finite() { low + range * share } else { low * (1.0 - share) + high * share };
    Some(between.max(low).min(high))
}
