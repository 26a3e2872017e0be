//! The training loop: shuffled batches, weighted log-loss, clipped AdamW, early stopping at the best epoch.

use candle_core::{Device, Tensor};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::adamw::AdamW;
use super::init::Stream;
use super::{MlpModel, Network, Shape};
use crate::dataset::{Train, Valid};
use crate::domain::{Progress, Silent};
use crate::models::learner::{Epoch, Fitted, Model};
use crate::models::objective::{average_precision, log_loss, sigmoid, softplus};
use crate::models::spec::{ClassWeights, MlpSpec, Schedule};
use crate::models::{ModelError, Result};

/// Share of the highest learning rate at which the cosine ends.
const LAST_RATE: f64 = 0.01;

/// Draws dropout masks.
pub(super) struct Dropout {
    rng: ChaCha8Rng,
    share: f32,
}

impl Dropout {
    pub(super) fn new(share: f64, seed: u64) -> Self {
        Self { rng: Stream::Dropout.rng(seed), share: share as f32 }
    }

    /// Silences a share of the values and scales up the others, so that the expected sum stays.
    pub(super) fn apply(&mut self, hidden: &Tensor) -> Result<Tensor> {
        if self.share == 0.0 {
            return Ok(hidden.clone());
        }
        let kept = 1.0 / (1.0 - self.share);
        let mask: Vec<f32> =
            (0..hidden.elem_count()).map(|_| if self.rng.random::<f32>() < self.share { 0.0 } else { kept }).collect();
        Ok((hidden * Tensor::from_vec(mask, hidden.shape(), &Device::Cpu)?)?)
    }
}

pub(super) fn fit(
    spec: &MlpSpec,
    train: &Train<'_>,
    valid: &Valid<'_>,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Fitted> {
    let mut trainer = Trainer::new(spec, train, seed)?;
    let labels = valid.labels();
    let mut curve: Vec<Epoch> = Vec::new();
    // (gain, epoch, weights)
    let mut best: Option<(f64, usize, _)> = None;
    progress.start("training mlp", spec.epochs as u64);
    for epoch in 1..=spec.epochs {
        let train_loss = trainer.epoch()?;
        let log_odds = trainer.model.predict(valid, &Silent)?;
        let gain = spec.early_stop.gain(&labels, &log_odds);
        if !train_loss.is_finite() || !gain.is_finite() {
            return Err(ModelError::Diverged(epoch));
        }
        curve.push(Epoch {
            epoch,
            train_loss,
            valid_loss: log_loss(&labels, &log_odds),
            valid_pr_auc: average_precision(&labels, &log_odds).unwrap_or(f64::NAN),
            learning_rate: trainer.rate,
        });
        progress.advance(1);
        if best.as_ref().is_none_or(|(highest, _, _)| gain > *highest) {
            best = Some((gain, epoch, trainer.model.network.weights()?));
        }
        if best.as_ref().is_some_and(|(_, at, _)| epoch - at >= spec.patience) {
            break;
        }
    }
    progress.finish();
    let (_, best_epoch, weights) = best.ok_or(ModelError::Diverged(0))?;
    let MlpModel { scaler, assets, network } = trainer.model;
    let network = Network::new(&Shape::new(spec, network.width(), assets.len()), &weights)?;
    network.average_unknown_asset()?;
    Ok(Fitted { model: Box::new(MlpModel { scaler, assets, network }), curve, best_epoch })
}

/// A model being trained.
struct Trainer<'a> {
    spec: &'a MlpSpec,
    train: &'a Train<'a>,
    labels: Vec<bool>,
    /// Embedding row by series.
    rows: Vec<u32>,
    /// Weights of label 0 and 1.
    class_weights: [f64; 2],
    model: MlpModel,
    optimizer: AdamW,
    order: Vec<usize>,
    shuffle: ChaCha8Rng,
    dropout: Dropout,
    steps: usize,
    /// Learning rate of the newest step.
    rate: f64,
}

impl<'a> Trainer<'a> {
    fn new(spec: &'a MlpSpec, train: &'a Train<'a>, seed: u64) -> Result<Self> {
        let model = MlpModel::new(spec, train, seed)?;
        let optimizer = AdamW::new(model.network.trainable(spec.weight_decay), spec.clip_norm)?;
        Ok(Self {
            spec,
            train,
            labels: train.labels(),
            rows: model.asset_rows(train.dataset()),
            class_weights: class_weights(spec.class_weights, train.positives(), train.len()),
            model,
            optimizer,
            order: (0..train.len()).collect(),
            shuffle: Stream::Shuffle.rng(seed),
            dropout: Dropout::new(spec.dropout, seed),
            steps: 0,
            rate: 0.0,
        })
    }

    /// One pass over the training samples; returns the mean weighted loss.
    fn epoch(&mut self) -> Result<f64> {
        self.order.shuffle(&mut self.shuffle);
        let order = std::mem::take(&mut self.order);
        let (mut loss, mut weight) = (0.0, 0.0);
        // Batch normalisation needs two samples for a variance, so a last batch of one is left for the next shuffle.
        for batch in order.chunks(self.spec.batch_size).filter(|batch| batch.len() > 1) {
            let found = self.step(batch)?;
            loss += found.0;
            weight += found.1;
        }
        self.order = order;
        Ok(loss / weight)
    }

    /// One step; returns the summed weighted loss and the summed weights.
    fn step(&mut self, batch: &[usize]) -> Result<(f64, f64)> {
        let (windows, assets) = self.model.inputs(self.train, &self.rows, batch)?;
        let pass = self.model.network.forward_training(&windows, &assets, &mut self.dropout)?;
        let labels: Vec<bool> = batch.iter().map(|&at| self.labels[at]).collect();
        let loss = WeightedLoss::of(&labels, &pass.log_odds.to_vec1::<f32>()?, self.class_weights);
        // Its derivative with respect to each log-odds is the loss's own, computed without rounding in 32 bits.
        let pull = Tensor::from_vec(loss.gradient, labels.len(), &Device::Cpu)?;
        self.rate = learning_rate(self.spec, self.steps, self.train.len().div_ceil(self.spec.batch_size));
        self.steps += 1;
        self.optimizer.step(&self.model.network.backward(&pass, pull)?, self.rate)?;
        Ok((loss.sum, loss.weight))
    }
}

/// The rate of a step, counted from 0.
pub(super) fn learning_rate(spec: &MlpSpec, step: usize, per_epoch: usize) -> f64 {
    match spec.schedule {
        Schedule::Constant => spec.learning_rate,
        Schedule::Cosine if step < per_epoch => spec.learning_rate * (step + 1) as f64 / per_epoch as f64,
        Schedule::Cosine => {
            let done = (step - per_epoch) as f64 / (per_epoch * (spec.epochs - 1)).max(1) as f64;
            let falling = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
            spec.learning_rate * (LAST_RATE + (1.0 - LAST_RATE) * falling)
        }
    }
}

pub(super) fn class_weights(kind: ClassWeights, positives: usize, samples: usize) -> [f64; 2] {
    match kind {
        ClassWeights::Equal => [1.0, 1.0],
        ClassWeights::Balanced => {
            let half = samples as f64 / 2.0;
            [half / (samples - positives) as f64, half / positives as f64]
        }
    }
}

/// Weighted log-loss of a batch and the derivative of its weighted mean.
pub(super) struct WeightedLoss {
    pub(super) sum: f64,
    pub(super) weight: f64,
    pub(super) gradient: Vec<f32>,
}

impl WeightedLoss {
    pub(super) fn of(labels: &[bool], log_odds: &[f32], class_weights: [f64; 2]) -> Self {
        let weight_of = |label: bool| class_weights[usize::from(label)];
        let weight: f64 = labels.iter().map(|label| weight_of(*label)).sum();
        let mut loss = Self { sum: 0.0, weight, gradient: Vec::with_capacity(labels.len()) };
        for (label, z) in labels.iter().zip(log_odds) {
            let (target, z) = (f64::from(*label), f64::from(*z));
            loss.sum += weight_of(*label) * (softplus(z) - target * z);
            loss.gradient.push((weight_of(*label) * (sigmoid(z) - target) / weight) as f32);
        }
        loss
    }
}
