//! Normal probabilities of intervals, and normal numbers between bounds.

use crate::stats::{Stream, normal_cdf};

/// Less is no probability worth telling from none.
pub(super) const LEAST_LN: f64 = -700.0;

/// An interval so narrow has the density of its middle all over, to nine digits.
const NARROW: f64 = 1e-4;

/// `ln(2π) / 2`.
pub(super) const LN_ROOT_TAU: f64 = 0.918_938_533_204_672_7;

/// ln of the normal probability between `a` and `b`, `a <= b`; at least `LEAST_LN`.
pub(super) fn ln_mass(a: f64, b: f64) -> f64 {
    let middle = f64::midpoint(a, b);
    if (b - a) * middle.abs().max(1.0) < NARROW {
        // Tails that are nearly the same leave no digits for their difference.
        return ((b - a).ln() - 0.5 * middle * middle - LN_ROOT_TAU).max(LEAST_LN);
    }
    // An interval on the right is its mirror image on the left.
    let (a, b) = if a > 0.0 { (-b, -a) } else { (a, b) };
    let mass = if b <= 0.0 {
        // The part that the far end leaves of the near one; so far out that both are 0 it is NaN, and the least is taken.
        let near = normal_cdf(b);
        near.ln() + (-normal_cdf(a) / near).ln_1p()
    } else {
        (-normal_cdf(a) - normal_cdf(-b)).ln_1p()
    };
    mass.max(LEAST_LN)
}

/// A normal number around `mean` that lies between two bounds, both included.
pub(super) fn draw_between(stream: &mut Stream, mean: f64, deviation: f64, low: f64, high: f64) -> f64 {
    // The mean lies inside and the deviation is at most the distance of the bounds, so two draws in three fall inside at
    // worst from the middle and one in three from an end.
    for _ in 0..100 {
        let radius = (-2.0 * stream.positive().ln()).sqrt();
        let value = mean + deviation * radius * (std::f64::consts::TAU * stream.positive()).cos();
        if (low..=high).contains(&value) {
            return value;
        }
    }
    mean.clamp(low, high)
}
