//! Making windows of different instruments comparable, with statistics of training samples only.
//!
//! Two steps. First each value `x` is put in relation to its own window by the [`Role`] of its feature (skipped for
//! [`Scaling::Standard`]):
//!
//! | role | becomes |
//! |---|---|
//! | price | `x / last close − 1` |
//! | spread | `x / last close` |
//! | volume | `x / mean over the window − 1` |
//! | flow | `(x − last x) / mean absolute step over the window` |
//! | bounded, return | `x` |
//!
//! Then each feature `j` is standardised:
//! `z = (v − mean_j) / std_j`, with mean and population standard deviation over all rows of all training windows
//! (a feature that is constant but for rounding keeps `std = 1`), and bounded to ±[`Scaler::CLIP`] so that a rare outlier
//! can't drown the rest of a sample.
//!
//! A window without any volume has no volume to relate to: its volume and flow features become 0 ("as usual")
//! before standardising.

use serde::{Deserialize, Serialize};

use super::{Samples, Train, Window};
use crate::features::Role;

/// Which first step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// By role, relative to the window.
    #[default]
    Role,
    /// None: a plain standard scaler on raw values.
    Standard,
}

/// A fitted scaler.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler {
    scaling: Scaling,
    roles: Vec<Role>,
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Scaler {
    /// Largest magnitude of a scaled value.
    pub const CLIP: f64 = 10.0;

    /// Learns mean and deviation of each feature from the training windows.
    #[must_use]
    pub fn fit(train: &Train<'_>, scaling: Scaling) -> Self {
        let roles = train.dataset().schema.roles();
        let width = roles.len();
        let mut scaler = Self { scaling, roles, mean: vec![0.0; width], std: vec![1.0; width] };
        let count = (train.len() * train.dataset().lookback).max(1) as f64;
        scaler.mean = scaler.sum_over(train, |value, _| value).iter().map(|sum| sum / count).collect();
        let squares = scaler.sum_over(train, |value, mean| (value - mean) * (value - mean));
        let moments = squares.iter().map(|sum| sum / count).zip(&scaler.mean).zip(&scaler.roles);
        scaler.std =
            moments.map(|((variance, mean), role)| spread(variance, mean + taken(scaling, *role), count)).collect();
        scaler
    }

    /// A scaler from its stored parts.
    #[must_use]
    pub fn from_parts(scaling: Scaling, roles: Vec<Role>, mean: Vec<f64>, std: Vec<f64>) -> Self {
        Self { scaling, roles, mean, std }
    }

    /// Means by feature.
    #[must_use]
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Standard deviations by feature.
    #[must_use]
    pub fn std(&self) -> &[f64] {
        &self.std
    }

    /// Appends the scaled windows of the samples at `positions` to `out`: row-major `[positions, lookback × features]`.
    pub fn gather(&self, samples: &Samples<'_>, positions: impl IntoIterator<Item = usize>, out: &mut Vec<f32>) {
        let mut window = Vec::new();
        for position in positions {
            self.relate(samples.dataset().window(samples.at(position)), &mut window);
            for row in window.chunks_exact(self.roles.len()) {
                let scaled = row.iter().zip(self.mean.iter().zip(&self.std));
                out.extend(
                    scaled.map(|(value, (mean, std))| ((value - mean) / std).clamp(-Self::CLIP, Self::CLIP) as f32),
                );
            }
        }
    }

    /// Sums `term(value, mean)` by feature over all related training windows, always in the same order.
    fn sum_over(&self, train: &Train<'_>, term: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.roles.len()];
        let mut window = Vec::new();
        for sample in train.iter() {
            self.relate(train.dataset().window(sample), &mut window);
            for row in window.chunks_exact(sums.len()) {
                for (sum, (value, mean)) in sums.iter_mut().zip(row.iter().zip(&self.mean)) {
                    *sum += term(*value, *mean);
                }
            }
        }
        sums
    }

    /// The first step: copies a window into `out` and relates it to itself.
    fn relate(&self, window: Window<'_>, out: &mut Vec<f64>) {
        out.clear();
        out.extend_from_slice(window.values);
        if self.scaling == Scaling::Standard {
            return;
        }
        let width = self.roles.len();
        for (at, role) in self.roles.iter().enumerate() {
            let column = out.iter_mut().skip(at).step_by(width);
            match role {
                Role::Price => column.for_each(|value| *value = *value / window.last_close - 1.0),
                Role::Spread => column.for_each(|value| *value /= window.last_close),
                Role::Volume => relate_volume(out, at, width),
                Role::Flow => relate_flow(out, at, width),
                Role::Bounded | Role::Return => {}
            }
        }
    }
}

/// What the first step took away from values of a role: rounding is relative to what they were before.
fn taken(scaling: Scaling, role: Role) -> f64 {
    let is_ratio_less_one = scaling == Scaling::Role && matches!(role, Role::Price | Role::Volume);
    if is_ratio_less_one { 1.0 } else { 0.0 }
}

/// The deviation to divide by: 1 where a variance is no more than what rounding leaves of a constant of the magnitude of
/// `mean`.
///
/// The bound is scikit-learn's: `n ε variance + (n mean ε)²`, an upper bound of the error of the two-pass variance of `n`
/// values (Chan, Golub and LeVeque 1983, eq. 1.7).
fn spread(variance: f64, mean: f64, count: f64) -> f64 {
    let bound = count * f64::EPSILON * variance + (count * mean * f64::EPSILON).powi(2);
    if variance > bound { variance.sqrt() } else { 1.0 }
}

/// `x / mean − 1` for one column of a window.
fn relate_volume(window: &mut [f64], at: usize, width: usize) {
    let rows = (window.len() / width) as f64;
    let mean = window.iter().skip(at).step_by(width).sum::<f64>() / rows;
    for value in window.iter_mut().skip(at).step_by(width) {
        *value = if mean == 0.0 { 0.0 } else { *value / mean - 1.0 };
    }
}

/// `(x − last) / mean |step|` for one column of a window.
fn relate_flow(window: &mut [f64], at: usize, width: usize) {
    let column: Vec<f64> = window.iter().skip(at).step_by(width).copied().collect();
    let last = column.last().copied().unwrap_or(f64::NAN);
    let steps: f64 = column.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    let mean = steps / (column.len() - 1).max(1) as f64;
    for value in window.iter_mut().skip(at).step_by(width) {
        *value = if mean == 0.0 { 0.0 } else { (*value - last) / mean };
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// One feature, as scikit-learn's `StandardScaler` has it: a pattern of values and how often it is repeated.
    #[derive(Deserialize)]
    struct Case {
        name: String,
        pattern: Vec<f64>,
        times: usize,
        mean: f64,
        scale: f64,
    }

    /// Mean and deviation as [`Scaler::fit`] has them, in two passes.
    fn fit(values: &[f64]) -> (f64, f64) {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        (mean, spread(variance, mean, count))
    }

    #[test]
    fn constant_is_what_scikit_learn_calls_constant() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/peers/golden/scaler.json")).unwrap();
        let near = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-9 * theirs.abs();
        for Case { name, pattern, times, mean, scale } in &cases {
            let found = fit(&pattern.repeat(*times));
            assert!(near(found.0, *mean) && near(found.1, *scale), "{name}: {found:?}, not {mean} and {scale}");
        }
        let constant = cases.iter().filter(|case| case.scale == 1.0).count();
        assert!(constant >= 5 && cases.len() - constant >= 3, "{constant} of {}", cases.len());
        // Without the bound it is rounding noise that would be divided by.
        let noise = cases.iter().filter(|case| case.scale == 1.0).filter(|case| {
            let values = case.pattern.repeat(case.times);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().any(|value| *value != mean)
        });
        assert!(noise.count() >= 3);
    }
}
