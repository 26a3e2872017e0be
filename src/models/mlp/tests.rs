//! The network against numpy: forward, statistics and the whole backward pass of a tiny one.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor};
use candle_nn::{Optimizer, ParamsAdamW};
use serde::Deserialize;

use super::adamw::AdamW;
use super::network::{Network, Shape};
use super::training::{Dropout, WeightedLoss, class_weights, learning_rate};
use crate::models::spec::{ClassWeights, MlpSpec, Schedule};
use crate::models::tests::golden::{assert_close, golden};
use crate::models::weights::Weights;

#[derive(Deserialize)]
struct Golden {
    width: usize,
    assets: usize,
    embedding_dim: usize,
    hidden: Vec<usize>,
    tensors: BTreeMap<String, Named>,
    windows: Vec<f32>,
    rows: Vec<u32>,
    labels: Vec<bool>,
    class_weights: [f64; 2],
    log_odds_eval: Vec<f64>,
    log_odds_train: Vec<f64>,
    loss_train: f64,
    running_after_train: BTreeMap<String, Vec<f64>>,
    gradients: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Named {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Golden {
    fn network(&self) -> Network {
        let spec = MlpSpec { hidden: self.hidden.clone(), embedding_dim: self.embedding_dim, ..MlpSpec::default() };
        let mut weights = Weights::default();
        for (name, tensor) in &self.tensors {
            weights.put_f32(name, &tensor.shape, &tensor.values);
        }
        Network::new(&Shape::new(&spec, self.width, self.assets), &weights).unwrap()
    }

    fn inputs(&self) -> (Tensor, Tensor) {
        let windows = Tensor::from_slice(&self.windows, (self.rows.len(), self.width), &Device::Cpu).unwrap();
        (windows, Tensor::from_slice(&self.rows, self.rows.len(), &Device::Cpu).unwrap())
    }
}

fn assert_all_close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert_close(f64::from(*found), *expected, 1e-5, what);
    }
}

#[test]
fn forward_equals_numpy() {
    let golden: Golden = golden("mlp_forward.json");
    let (windows, assets) = golden.inputs();
    let network = golden.network();
    let found = network.forward(&windows, &assets).unwrap().to_vec1::<f32>().unwrap();
    assert_all_close(&found, &golden.log_odds_eval, "log-odds");
}

#[test]
fn training_step_equals_numpy() {
    let golden: Golden = golden("mlp_forward.json");
    let (windows, assets) = golden.inputs();
    let network = golden.network();
    let pass = network.forward_training(&windows, &assets, &mut Dropout::new(0.0, 1)).unwrap();
    let values = pass.log_odds.to_vec1::<f32>().unwrap();
    assert_all_close(&values, &golden.log_odds_train, "log-odds in training");
    let after = network.weights().unwrap();
    for (name, expected) in &golden.running_after_train {
        assert_all_close(&after.f32(name, &[expected.len()]).unwrap(), expected, name);
    }
    let loss = WeightedLoss::of(&golden.labels, &values, golden.class_weights);
    assert_close(loss.sum / loss.weight, golden.loss_train, 1e-5, "loss");
    let pull = Tensor::from_vec(loss.gradient, values.len(), &Device::Cpu).unwrap();
    let gradients = network.backward(&pass, pull).unwrap();
    assert_eq!(golden.gradients.len(), 9);
    for (name, expected) in &golden.gradients {
        let found = gradients.get(network.var(name)).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_all_close(&found, expected, name);
    }
}

/// Gradients of `scale · sum(log_odds²) / 2`.
fn gradients(golden: &Golden, network: &Network, scale: f64) -> GradStore {
    let (windows, assets) = golden.inputs();
    let pass = network.forward_training(&windows, &assets, &mut Dropout::new(0.0, 1)).unwrap();
    let pull = (&pass.log_odds * scale).unwrap().detach();
    network.backward(&pass, pull).unwrap()
}

/// Moves the golden network by `steps` and returns its weights.
fn moved(golden: &Golden, mut step: impl FnMut(&GradStore), network: &Network, steps: usize) -> Weights {
    for _ in 0..steps {
        step(&gradients(golden, network, 1.0));
    }
    network.weights().unwrap()
}

#[test]
fn adamw_equals_candles() {
    let golden: Golden = golden("mlp_forward.json");
    let (ours, theirs) = (golden.network(), golden.network());
    let mut optimizer = AdamW::new(ours.trainable(0.0), 1e9).unwrap();
    let ours = moved(&golden, |gradients| optimizer.step(gradients, 0.01).unwrap(), &ours, 5);
    let vars = theirs.trainable(0.0).into_iter().map(|(var, _)| var).collect();
    let params = ParamsAdamW { lr: 0.01, weight_decay: 0.0, ..ParamsAdamW::default() };
    let mut reference = candle_nn::AdamW::new(vars, params).unwrap();
    let theirs = moved(&golden, |gradients| reference.step(gradients).unwrap(), &theirs, 5);
    for (name, tensor) in &golden.tensors {
        let (found, expected) = (ours.f32(name, &tensor.shape).unwrap(), theirs.f32(name, &tensor.shape).unwrap());
        assert_all_close(&found, &expected.iter().map(|value| f64::from(*value)).collect::<Vec<_>>(), name);
        assert_ne!(found, tensor.values, "{name} moves when it is trained");
    }
}

#[test]
fn decay_shrinks_weight_matrices_only() {
    let golden: Golden = golden("mlp_forward.json");
    let at = |decay: f64| {
        let network = golden.network();
        let mut optimizer = AdamW::new(network.trainable(decay), 1e9).unwrap();
        moved(&golden, |gradients| optimizer.step(gradients, 0.01).unwrap(), &network, 1)
    };
    let (plain, decayed) = (at(0.0), at(0.5));
    for (name, tensor) in &golden.tensors {
        let shrinks = name.contains("weight") && !name.contains("norm");
        let (plain, decayed) = (plain.f32(name, &tensor.shape).unwrap(), decayed.f32(name, &tensor.shape).unwrap());
        for ((plain, decayed), start) in plain.iter().zip(&decayed).zip(&tensor.values) {
            let expected = if shrinks { plain - 0.01 * 0.5 * start } else { *plain };
            assert_close(f64::from(*decayed), f64::from(expected), 1e-6, name);
        }
    }
}

#[test]
fn clipping_scales_all_gradients_together() {
    // Adam's direction does not change with the gradient's scale, so the second step tells: its moments mix a
    // clipped gradient with another.
    let golden: Golden = golden("mlp_forward.json");
    let after = |clip: f64, scales: [f64; 2]| {
        let network = golden.network();
        let mut optimizer = AdamW::new(network.trainable(0.0), clip).unwrap();
        for scale in scales {
            optimizer.step(&gradients(&golden, &network, scale), 0.01).unwrap();
        }
        network.weights().unwrap().f32("head.weight", &[1, 4]).unwrap()
    };
    assert_eq!(after(1e9, [1.0, 1.0]), after(1e8, [1.0, 1.0]), "small gradients are left alone");
    // Clipped to the same norm, gradients of any scale are the same.
    let expected: Vec<f64> = after(0.01, [1.0, 1.0]).iter().map(|value| f64::from(*value)).collect();
    assert_all_close(&after(0.01, [1000.0, 50.0]), &expected, "clipped");
    assert_ne!(after(1e9, [1000.0, 50.0]), after(0.01, [1000.0, 50.0]));
}

#[test]
fn dropout_silences_its_share_and_keeps_the_sum() {
    let ones = Tensor::ones((100, 100), candle_core::DType::F32, &Device::Cpu).unwrap();
    let mut dropout = Dropout::new(0.3, 5);
    let first: Vec<f32> = dropout.apply(&ones).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    let silent = first.iter().filter(|value| **value == 0.0).count() as f64 / 1e4;
    assert_close(silent, 0.3, 0.02, "share silenced");
    assert_close(first.iter().map(|value| f64::from(*value)).sum::<f64>() / 1e4, 1.0, 0.02, "mean");
    let again: Vec<f32> = Dropout::new(0.3, 5).apply(&ones).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(first, again);
    let next: Vec<f32> = dropout.apply(&ones).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert_ne!(first, next);
}

#[test]
fn classes_weigh_the_same_when_balanced() {
    assert_eq!(class_weights(ClassWeights::Equal, 10, 100), [1.0, 1.0]);
    let [negative, positive] = class_weights(ClassWeights::Balanced, 10, 100);
    assert_close(negative * 90.0, 50.0, 1e-12, "negatives");
    assert_close(positive * 10.0, 50.0, 1e-12, "positives");
}

#[test]
fn the_rate_rises_for_an_epoch_and_falls_to_a_hundredth() {
    let spec = MlpSpec { epochs: 5, learning_rate: 0.1, ..MlpSpec::default() };
    let rates: Vec<f64> = (0..50).map(|step| learning_rate(&spec, step, 10)).collect();
    assert_close(rates[0], 0.01, 1e-12, "first");
    assert_close(rates[9], 0.1, 1e-12, "highest");
    assert!(rates[9..].is_sorted_by(|a, b| a >= b));
    assert_close(learning_rate(&spec, 50, 10), 0.001, 1e-12, "last");
    let constant = MlpSpec { schedule: Schedule::Constant, ..spec };
    assert_eq!(learning_rate(&constant, 33, 10), 0.1);
}
