//! The standard normal distribution, to about 14 digits on both tails.
//!
//! Near 0, `Phi(z) = 1/2 + phi(z) (z + z^3 / 3 + z^5 / (3 5) + ..)` (DLMF 7.6.2); further out the tail is the density times
//! the continued fraction `1 / (z + 1 / (z + 2 / (z + 3 / (z + ..))))` (Abramowitz and Stegun 26.2.14), evaluated from the
//! back. The quantile starts from the rational approximation 26.2.23 of the same and is refined by Halley's method.

/// From here on a tail is its continued fraction: nearer to 0 that converges slowly, further out the series cancels.
const TAIL_FROM: f64 = 2.0;
/// Depth of the continued fraction; at [`TAIL_FROM`] it takes about 100 to reach the last digit.
const DEPTH: u32 = 100;
/// `1 / sqrt(2 pi)`.
const PEAK: f64 = 0.398_942_280_401_432_7;

/// Density at `z`.
fn density(z: f64) -> f64 {
    PEAK * (-0.5 * z * z).exp()
}

/// Probability of a standard normal value up to `z`; NaN for NaN.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    let far = z.abs();
    if far < TAIL_FROM {
        let (mut term, mut sum, mut odd) = (z, z, 1.0);
        while term.abs() > f64::EPSILON * 0.01 * sum.abs() {
            odd += 2.0;
            term *= z * z / odd;
            sum += term;
        }
        return 0.5 + density(z) * sum;
    }
    let fraction = (1..=DEPTH).rev().fold(far, |rest, step| far + f64::from(step) / rest);
    // Beyond all numbers the density is 0, and so is the tail.
    let tail = density(far) / fraction;
    if z > 0.0 { 1.0 - tail } else { tail }
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
