//! The standard normal distribution, the one of this program, on `statrs`: about 13 digits on both tails, as far as numbers reach.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use statrs::function::erf::{erfc, erfc_inv};

/// Probability of a standard normal value beyond `z`; NaN for NaN.
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z * FRAC_1_SQRT_2)
}

/// Probability of a standard normal value up to `z`; NaN for NaN.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    normal_tail(-z)
}

/// The value that the share `p` of the standard normal distribution stays below; NaN unless `0 < p < 1`.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    -SQRT_2 * erfc_inv(2.0 * p)
}
