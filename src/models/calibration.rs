//! From uncalibrated log-odds to probabilities, fitted on validation samples only.
//!
//! - *Platt*: `p = 1 / (1 + e^−(slope·z + intercept))`, the maximum likelihood fit with Platt's smoothed targets
//!   `(n₊+1)/(n₊+2)` and `1/(n₋+2)`, found by Newton's method with backtracking (Lin, Lin and Weng, *A note on Platt's
//!   probabilistic outputs for support vector machines*, 2007).
//! - *Isotonic*: the non-decreasing step fit of least squares by pooling adjacent violators, linear between its
//!   points and constant outside them. Needs many samples; gives ties, and probabilities of exactly 0 or 1.

use serde::{Deserialize, Serialize};

use super::objective::{sigmoid, softplus};
use super::weights::Weights;
use super::{ModelError, Result};

/// Which calibration to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalibrationMethod {
    /// A logistic curve: two parameters.
    #[default]
    Platt,
    /// A non-decreasing step function.
    Isotonic,
}

/// A fitted calibration.
#[derive(Debug, Clone, PartialEq)]
pub enum Calibration {
    /// `sigmoid(slope · z + intercept)`.
    Platt {
        /// Factor of the log-odds; not positive when the scores rank validation backwards.
        slope: f64,
        /// Added to it.
        intercept: f64,
    },
    /// Points of a non-decreasing function.
    Isotonic {
        /// Log-odds, ascending.
        x: Vec<f64>,
        /// Probabilities at them.
        y: Vec<f64>,
    },
}

impl Calibration {
    /// Fits labels to log-odds; both classes must be there.
    #[must_use]
    pub fn fit(method: CalibrationMethod, labels: &[bool], log_odds: &[f64]) -> Self {
        match method {
            CalibrationMethod::Platt => fit_platt(labels, log_odds),
            CalibrationMethod::Isotonic => fit_isotonic(labels, log_odds),
        }
    }

    /// The method it was fitted by.
    #[must_use]
    pub fn method(&self) -> CalibrationMethod {
        match self {
            Self::Platt { .. } => CalibrationMethod::Platt,
            Self::Isotonic { .. } => CalibrationMethod::Isotonic,
        }
    }

    /// The probability of label 1 at uncalibrated log-odds.
    #[must_use]
    pub fn probability(&self, log_odds: f64) -> f64 {
        match self {
            Self::Platt { slope, intercept } => sigmoid(slope * log_odds + intercept),
            Self::Isotonic { x, y } => interpolate(x, y, log_odds),
        }
    }

    /// Adds its numbers to the weights, where they keep every bit.
    pub fn save(&self, weights: &mut Weights) {
        match self {
            Self::Platt { slope, intercept } => weights.put_f64("calibration.platt", &[*slope, *intercept]),
            Self::Isotonic { x, y } => {
                weights.put_f64("calibration.x", x);
                weights.put_f64("calibration.y", y);
            }
        }
    }

    /// Reads what [`Calibration::save`] wrote.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn restore(method: CalibrationMethod, weights: &Weights) -> Result<Self> {
        match method {
            CalibrationMethod::Platt => {
                let parameters = weights.f64("calibration.platt", 2)?;
                Ok(Self::Platt { slope: parameters[0], intercept: parameters[1] })
            }
            CalibrationMethod::Isotonic => {
                let x = weights.f64_any("calibration.x")?;
                let y = weights.f64("calibration.y", x.len())?;
                if x.is_empty() || !x.is_sorted() {
                    let reason = "must be ascending and not empty".to_string();
                    return Err(ModelError::Weights { tensor: "calibration.x".into(), reason });
                }
                Ok(Self::Isotonic { x, y })
            }
        }
    }
}

/// Newton iterations at most; ten are usual.
const MAX_ITERATIONS: usize = 100;
/// Keeps the Hessian positive definite when the scores are nearly constant.
const RIDGE: f64 = 1e-12;

fn fit_platt(labels: &[bool], log_odds: &[f64]) -> Calibration {
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let negatives = labels.len() as f64 - positives;
    let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
    let target = |label: bool| if label { high } else { low };
    let loss = |slope: f64, intercept: f64| -> f64 {
        let terms = labels.iter().zip(log_odds).map(|(label, z)| {
            let logit = slope * z + intercept;
            softplus(logit) - target(*label) * logit
        });
        terms.sum()
    };
    let (mut slope, mut intercept) = (0.0, ((positives + 1.0) / (negatives + 1.0)).ln());
    let mut current = loss(slope, intercept);
    for _ in 0..MAX_ITERATIONS {
        let mut gradient = [0.0; 2];
        let mut hessian = [RIDGE, 0.0, RIDGE];
        for (label, z) in labels.iter().zip(log_odds) {
            let p = sigmoid(slope * z + intercept);
            let (residual, weight) = (p - target(*label), p * (1.0 - p));
            gradient[0] += residual * z;
            gradient[1] += residual;
            hessian[0] += weight * z * z;
            hessian[1] += weight * z;
            hessian[2] += weight;
        }
        let determinant = hessian[0] * hessian[2] - hessian[1] * hessian[1];
        let step = [
            -(hessian[2] * gradient[0] - hessian[1] * gradient[1]) / determinant,
            -(hessian[0] * gradient[1] - hessian[1] * gradient[0]) / determinant,
        ];
        let descent = gradient[0] * step[0] + gradient[1] * step[1];
        // The decrement is in units of the loss: below this nothing changes that a probability would show.
        if !(descent < -1e-14) {
            break;
        }
        let Some((next, size)) =
            backtrack(current, descent, |size| loss(slope + size * step[0], intercept + size * step[1]))
        else {
            break;
        };
        slope += size * step[0];
        intercept += size * step[1];
        current = next;
    }
    Calibration::Platt { slope, intercept }
}

/// Halves the step until the loss falls enough; `None` when no step helps any more.
fn backtrack(current: f64, descent: f64, loss_at: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let sizes = (0..40).map(|halvings| 0.5_f64.powi(halvings));
    sizes.map(|size| (loss_at(size), size)).find(|(next, size)| *next < current + 1e-4 * size * descent)
}

/// A pooled block of equal fitted values.
struct Block {
    first: f64,
    last: f64,
    sum: f64,
    weight: f64,
}

fn fit_isotonic(labels: &[bool], log_odds: &[f64]) -> Calibration {
    let mut order: Vec<usize> = (0..log_odds.len()).collect();
    order.sort_by(|&a, &b| log_odds[a].total_cmp(&log_odds[b]));
    let mut blocks: Vec<Block> = Vec::new();
    for at in order {
        let (z, label) = (log_odds[at], f64::from(labels[at]));
        match blocks.last_mut() {
            // Equal scores can't get different probabilities.
            Some(last) if last.last == z => {
                last.sum += label;
                last.weight += 1.0;
            }
            _ => blocks.push(Block { first: z, last: z, sum: label, weight: 1.0 }),
        }
    }
    let mut pooled: Vec<Block> = Vec::new();
    for block in blocks {
        pooled.push(block);
        while let [.., before, last] = pooled.as_slice()
            && before.sum * last.weight >= last.sum * before.weight
        {
            let (Some(last), Some(before)) = (pooled.pop(), pooled.last_mut()) else { break };
            before.last = last.last;
            before.sum += last.sum;
            before.weight += last.weight;
        }
    }
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for block in pooled {
        let value = block.sum / block.weight;
        x.push(block.first);
        y.push(value);
        if block.last > block.first {
            x.push(block.last);
            y.push(value);
        }
    }
    Calibration::Isotonic { x, y }
}

fn interpolate(x: &[f64], y: &[f64], at: f64) -> f64 {
    let right = x.partition_point(|point| *point < at);
    match (right.checked_sub(1), x.get(right)) {
        (None, Some(_)) => y[0],
        (Some(left), None) => y[left],
        (Some(left), Some(&upper)) => y[left] + (y[right] - y[left]) * (at - x[left]) / (upper - x[left]),
        (None, None) => f64::NAN,
    }
}
