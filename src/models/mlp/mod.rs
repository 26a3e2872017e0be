//! A multi-layer perceptron over windows with an asset embedding, on candle.
//!
//! ```text
//! h₀ = [scaled window (lookback × features) | embedding(asset)]
//! hᵢ = dropout(relu(norm(Wᵢ hᵢ₋₁)))          batch normalisation, else a bias
//! z  = w · h + b                              log-odds of label 1
//! ```
//!
//! Shapes: inputs `[n, lookback × features]` f32 and asset indices `[n]`; output `[n]`. Asset index 0 is the unknown
//! asset: symbols the model was not trained on get the mean of the learned embeddings.
//!
//! candle's CPU generator can't be seeded, so initial weights, shuffles and dropout masks come from ChaCha8, each from
//! a stream of its own. Sums run in a fixed order; equal samples and seed give equal bits on one machine.

mod adamw;
mod init;
mod network;
mod training;

#[cfg(test)]
mod tests;

use candle_core::{Device, Tensor};

use self::network::{Network, Shape};
use super::Result;
use super::learner::{Fitted, Learner, Model};
use super::spec::{InputShape, MlpSpec};
use super::weights::Weights;
use crate::dataset::{Dataset, Samples, Scaler, Train, Valid};
use crate::domain::Progress;

/// Windows multiplied at once when predicting. Always this many, the last ones repeated when there are fewer: the
/// order in which a matrix product sums depends on its size, and a prediction must not depend on how many others
/// are asked for.
const BLOCK: usize = 64;

/// Fits [`MlpModel`].
pub(super) struct MlpLearner(MlpSpec);

impl MlpLearner {
    pub(super) fn new(spec: MlpSpec) -> Self {
        Self(spec)
    }
}

impl Learner for MlpLearner {
    fn fit(&self, train: &Train<'_>, valid: &Valid<'_>, seed: u64, progress: &dyn Progress) -> Result<Fitted> {
        training::fit(&self.0, train, valid, seed, progress)
    }
}

/// Scaler, assets and layers.
pub(super) struct MlpModel {
    scaler: Scaler,
    /// Symbols trained on, in embedding order.
    assets: Vec<String>,
    network: Network,
}

impl MlpModel {
    /// An untrained model.
    fn new(spec: &MlpSpec, train: &Train<'_>, seed: u64) -> Result<Self> {
        let scaler = Scaler::fit(train, spec.scaling);
        let assets: Vec<String> = train.series().iter().map(|series| series.symbol.to_string()).collect();
        let width = train.dataset().lookback * train.dataset().schema.width();
        let shape = Shape::new(spec, width, assets.len());
        let network = Network::new(&shape, &init::weights(&shape, seed))?;
        Ok(Self { scaler, assets, network })
    }

    pub(super) fn restore(spec: &MlpSpec, input: InputShape, weights: &Weights) -> Result<Self> {
        let shape = Shape::new(spec, input.width, input.assets.len());
        Ok(Self { scaler: input.scaler, network: Network::new(&shape, weights)?, assets: input.assets })
    }

    /// The embedding row of each series of a dataset.
    fn asset_rows(&self, dataset: &Dataset) -> Vec<u32> {
        let row = |symbol: &str| self.assets.iter().position(|known| known == symbol).map_or(0, |at| at as u32 + 1);
        dataset.series.iter().map(|series| row(series.symbol.as_str())).collect()
    }

    /// Scaled windows and embedding rows of some samples, as tensors.
    fn inputs(&self, samples: &Samples<'_>, rows: &[u32], positions: &[usize]) -> Result<(Tensor, Tensor)> {
        let mut values = Vec::with_capacity(positions.len() * self.network.width());
        self.scaler.gather(samples, positions.iter().copied(), &mut values);
        let assets: Vec<u32> = positions.iter().map(|&at| rows[samples.at(at).series as usize]).collect();
        let windows = Tensor::from_vec(values, (positions.len(), self.network.width()), &Device::Cpu)?;
        Ok((windows, Tensor::from_vec(assets, positions.len(), &Device::Cpu)?))
    }
}

impl Model for MlpModel {
    fn predict(&self, samples: &Samples<'_>, progress: &dyn Progress) -> Result<Vec<f64>> {
        progress.start("predicting", samples.len() as u64);
        let rows = self.asset_rows(samples.dataset());
        let mut log_odds = Vec::with_capacity(samples.len());
        for first in (0..samples.len()).step_by(BLOCK) {
            let wanted = BLOCK.min(samples.len() - first);
            let positions: [usize; BLOCK] = std::array::from_fn(|at| first + at.min(wanted - 1));
            let (windows, assets) = self.inputs(samples, &rows, &positions)?;
            let found = self.network.forward(&windows, &assets)?.to_vec1::<f32>()?;
            log_odds.extend(found.into_iter().take(wanted).map(f64::from));
            progress.advance(wanted as u64);
        }
        progress.finish();
        Ok(log_odds)
    }

    fn save(&self) -> Result<Weights> {
        let mut weights = self.network.weights()?;
        weights.put_scaler(&self.scaler);
        Ok(weights)
    }
}
