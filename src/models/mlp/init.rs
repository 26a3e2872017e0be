//! Seeded initial weights.
//!
//! Hidden layers: He uniform, `U(±√(6 / fan_in))`; head: `U(±1/√fan_in)`; embeddings: `U(±0.1)`; biases and the
//! unknown asset 0; batch normalisation starts as the identity.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::network::{Part, Shape};
use crate::models::weights::Weights;

/// Independent random streams of one seed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Init = 0,
    Shuffle = 1,
    Dropout = 2,
}

impl Stream {
    pub(super) fn rng(self, seed: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(self as u64);
        rng
    }
}

/// Weights to start from.
pub(super) fn weights(shape: &Shape, seed: u64) -> Weights {
    let mut rng = Stream::Init.rng(seed);
    let mut weights = Weights::default();
    for tensor in shape.tensors() {
        let len: usize = tensor.dims.iter().product();
        let fan_in = tensor.dims.last().copied().unwrap_or(1) as f32;
        let mut uniform =
            |bound: f32| -> Vec<f32> { (0..len).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect() };
        let values = match tensor.part {
            Part::Embedding => {
                let mut values = uniform(0.1);
                values[..tensor.dims[1]].fill(0.0);
                values
            }
            Part::HiddenWeight => uniform((6.0 / fan_in).sqrt()),
            Part::HeadWeight => uniform(fan_in.sqrt().recip()),
            Part::Bias | Part::RunningMean => vec![0.0; len],
            Part::NormWeight | Part::RunningVariance => vec![1.0; len],
        };
        weights.put_f32(&tensor.name, &tensor.dims, &values);
    }
    weights
}
