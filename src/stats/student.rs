//! Student's t distribution.
//!
//! With `df` degrees of freedom, `P(|T| >= |t|) = I_x(df / 2, 1 / 2)` at `x = df / (df + t^2)` (Abramowitz and Stegun
//! 26.5.27, 26.7.1). `df` need not be whole: Welch's test gives fractions. About 12
//! digits up to ten thousand degrees of freedom, 8 up to a thousand million.

use super::beta::regularized_beta;

/// Probability of a value at least as far from 0 as `t`, on either side; NaN unless `df` is positive.
#[must_use]
pub fn two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    // Both shares without squaring t, which may be huge or tiny.
    let ratio = t.abs() / df.sqrt();
    let (x, y) = if ratio > 1.0 {
        let inverse = ratio.recip().powi(2);
        (inverse / (1.0 + inverse), (1.0 + inverse).recip())
    } else {
        let square = ratio * ratio;
        ((1.0 + square).recip(), square / (1.0 + square))
    };
    regularized_beta(x, y, df / 2.0, 0.5)
}

/// Probability of a value up to `t`.
#[must_use]
pub fn cdf(t: f64, df: f64) -> f64 {
    let tail = two_sided(t, df) / 2.0;
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The value that the share `p` of the distribution stays below; NaN unless `0 < p < 1` and `df` is positive.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df > 0.0) {
        return f64::NAN;
    }
    // By symmetry only the side above 0 is searched, by its tail, which keeps its digits.
    let tail = 2.0 * p.min(1.0 - p);
    if tail >= 1.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, df) > tail && high < 1e300 {
        (low, high) = (high, high * 2.0);
    }
    // Halving a double's range ends when nothing lies between.
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if two_sided(middle, df) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    if p < 0.5 { -high } else { high }
}
