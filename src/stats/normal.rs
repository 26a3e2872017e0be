//! The standard normal distribution, to about 13 digits on both tails; the only one in the house.
//!
//! `Phi(z) = erfc(-z / sqrt(2)) / 2` with the complementary error function of `libm`, which is good to the last digit
//! however far out. The quantile starts from the rational approximation 26.2.23 of Abramowitz and Stegun and is refined
//! by Halley's method.

use std::f64::consts::FRAC_1_SQRT_2;

/// `1 / sqrt(2 pi)`.
const PEAK: f64 = 0.398_942_280_401_432_7;

/// Density at `z`.
fn density(z: f64) -> f64 {
    PEAK * (-0.5 * z * z).exp()
}

/// Probability of a standard normal value up to `z`; NaN for NaN, and 0 from about 38 deviations below.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The value that the share `p` of the standard normal distribution stays below; NaN unless `0 < p < 1`.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return f64::NAN;
    }
    // By symmetry only the lower side is searched, where probabilities keep their digits.
    let tail = p.min(1.0 - p);
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = (above / below - t).min(0.0);
    // Good to 3 digits at the start, and each step triples their number.
    for _ in 0..4 {
        let step = (normal_cdf(z) - tail) / density(z);
        if step.is_finite() {
            z -= step / (1.0 + 0.5 * z * step);
        }
    }
    if p > 0.5 { -z } else { z }
}
