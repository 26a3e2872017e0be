//! The network against numpy: forward, statistics and the whole backward pass of a tiny one.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use serde::Deserialize;

use super::network::{Network, Shape};
use super::training::{Dropout, WeightedLoss, class_weights, clip, learning_rate};
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
    let found = network.forward(&windows, &assets, None).unwrap().to_vec1::<f32>().unwrap();
    assert_all_close(&found, &golden.log_odds_eval, "log-odds");
}

#[test]
fn training_step_equals_numpy() {
    let golden: Golden = golden("mlp_forward.json");
    let (windows, assets) = golden.inputs();
    let network = golden.network();
    let log_odds = network.forward(&windows, &assets, Some(&mut Dropout::new(0.0, 1))).unwrap();
    let values = log_odds.to_vec1::<f32>().unwrap();
    assert_all_close(&values, &golden.log_odds_train, "log-odds in training");
    let after = network.weights().unwrap();
    for (name, expected) in &golden.running_after_train {
        assert_all_close(&after.f32(name, &[expected.len()]).unwrap(), expected, name);
    }
    let loss = WeightedLoss::of(&golden.labels, &values, golden.class_weights);
    assert_close(loss.sum / loss.weight, golden.loss_train, 1e-5, "loss");
    let pull = Tensor::from_vec(loss.gradient, values.len(), &Device::Cpu).unwrap();
    let gradients = (log_odds * pull).unwrap().sum_all().unwrap().backward().unwrap();
    assert_eq!(golden.gradients.len(), 9);
    for (name, expected) in &golden.gradients {
        let found = gradients.get(network.var(name)).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert_all_close(&found, expected, name);
    }
}

#[test]
fn clipping_bounds_the_common_norm() {
    let golden: Golden = golden("mlp_forward.json");
    let (windows, assets) = golden.inputs();
    let network = golden.network();
    let vars: Vec<_> = golden.gradients.keys().map(|name| network.var(name).clone()).collect();
    let backward = || network.forward(&windows, &assets, None).unwrap().sum_all().unwrap().backward().unwrap();
    let norm = |gradients: &candle_core::backprop::GradStore| -> f64 {
        let squares = vars.iter().map(|var| gradients.get(var).unwrap().sqr().unwrap().sum_all().unwrap());
        squares.map(|square| f64::from(square.to_scalar::<f32>().unwrap())).sum::<f64>().sqrt()
    };
    let mut gradients = backward();
    let free = norm(&gradients);
    clip(&mut gradients, &vars, free * 2.0).unwrap();
    assert_close(norm(&gradients), free, 1e-9, "a small gradient is left alone");
    clip(&mut gradients, &vars, free / 4.0).unwrap();
    assert_close(norm(&gradients), free / 4.0, 1e-6, "a large one is scaled down");
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
