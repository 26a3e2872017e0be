//! Scores of a ranking that training itself needs: early stopping and the threshold.
//!
//! Reported metrics are views in the store; these three exist because a fit can't ask the store every epoch. They
//! follow scikit-learn's definitions, to which a test pins them:
//!
//! - average precision (PR-AUC): `Σ (R_k − R_{k−1}) · P_k` over distinct scores, highest first, ties taken together;
//! - F1: `2·tp / (2·tp + fp + fn)` of `score ≥ threshold`;
//! - log-loss of log-odds `z`: `mean(ln(1 + e^z) − y·z)`.

use serde::{Deserialize, Serialize};

/// What early stopping watches on the validation samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Average precision, higher is better.
    #[default]
    PrAuc,
    /// F1 at its best threshold, higher is better.
    F1,
    /// Log-loss, lower is better.
    LogLoss,
}

impl Objective {
    /// The value to maximise.
    #[must_use]
    pub fn gain(self, labels: &[bool], log_odds: &[f64]) -> f64 {
        match self {
            Self::PrAuc => average_precision(labels, log_odds).unwrap_or(f64::NAN),
            Self::F1 => best_threshold(labels, log_odds).map_or(f64::NAN, |best| best.f1),
            Self::LogLoss => -log_loss(labels, log_odds),
        }
    }
}

/// A threshold and the F1 it reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Positive at or above.
    pub value: f64,
    /// F1 of that decision.
    pub f1: f64,
}

/// True and false positives of every distinct score used as threshold, highest first: `(score, tp, fp)`.
fn sweep(labels: &[bool], scores: &[f64]) -> Vec<(f64, f64, f64)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut points: Vec<(f64, f64, f64)> = Vec::new();
    let (mut tp, mut fp) = (0.0, 0.0);
    for at in order {
        if labels[at] {
            tp += 1.0;
        } else {
            fp += 1.0;
        }
        match points.last_mut() {
            Some(last) if last.0 == scores[at] => *last = (scores[at], tp, fp),
            _ => points.push((scores[at], tp, fp)),
        }
    }
    points
}

/// Area under the precision-recall steps; `None` without a positive label.
#[must_use]
pub fn average_precision(labels: &[bool], scores: &[f64]) -> Option<f64> {
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let mut recall = 0.0;
    let mut area = 0.0;
    for (_, tp, fp) in sweep(labels, scores) {
        area += (tp / positives - recall) * (tp / (tp + fp));
        recall = tp / positives;
    }
    (positives > 0.0).then_some(area)
}

/// Area under the ROC curve, ties counted half; `None` with a single label.
#[must_use]
pub fn roc_auc(labels: &[bool], scores: &[f64]) -> Option<f64> {
    let points = sweep(labels, scores);
    let (_, positives, negatives) = *points.last()?;
    let (mut area, mut before) = (0.0, (0.0, 0.0));
    for (_, tp, fp) in points {
        area += (fp - before.1) * (tp + before.0) / 2.0;
        before = (tp, fp);
    }
    (positives > 0.0 && negatives > 0.0).then(|| area / (positives * negatives))
}

/// F1 of `score ≥ threshold`; `None` when there is neither a positive label nor a positive decision.
#[must_use]
pub fn f1(labels: &[bool], scores: &[f64], threshold: f64) -> Option<f64> {
    let mut counts = [0.0; 3];
    for (label, score) in labels.iter().zip(scores) {
        match (*label, *score >= threshold) {
            (true, true) => counts[0] += 1.0,
            (false, true) => counts[1] += 1.0,
            (true, false) => counts[2] += 1.0,
            (false, false) => {}
        }
    }
    let [tp, fp, missed] = counts;
    (tp + fp + missed > 0.0).then(|| 2.0 * tp / (2.0 * tp + fp + missed))
}

/// The score that as threshold gives the best F1, the highest of several; `None` without a positive label.
#[must_use]
pub fn best_threshold(labels: &[bool], scores: &[f64]) -> Option<Threshold> {
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let mut best: Option<Threshold> = None;
    for (value, tp, fp) in sweep(labels, scores) {
        let f1 = 2.0 * tp / (positives + tp + fp);
        if best.is_none_or(|best| f1 > best.f1) {
            best = Some(Threshold { value, f1 });
        }
    }
    best.filter(|_| positives > 0.0)
}

/// Mean negative log-likelihood of labels under log-odds.
#[must_use]
pub fn log_loss(labels: &[bool], log_odds: &[f64]) -> f64 {
    let sum: f64 = labels.iter().zip(log_odds).map(|(label, z)| softplus(*z) - if *label { *z } else { 0.0 }).sum();
    sum / labels.len() as f64
}

/// `ln(1 + e^z)` without overflow.
#[must_use]
pub fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// `1 / (1 + e^−z)` without overflow.
#[must_use]
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + (-z).exp())
    } else {
        let e = z.exp();
        e / (1.0 + e)
    }
}
