//! The layers: built from named tensors, run forward, read back.

use candle_core::backprop::GradStore;
use candle_core::{Device, Module, Tensor, Var};
use candle_nn::{BatchNorm, Linear, ModuleT};

use super::training::Dropout;
use crate::models::Result;
use crate::models::spec::MlpSpec;
use crate::models::weights::Weights;

/// Sizes of a network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    width: usize,
    assets: usize,
    embedding_dim: usize,
    hidden: Vec<usize>,
    batch_norm: bool,
}

/// What a tensor is for: decides how it starts and whether it decays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Embedding,
    HiddenWeight,
    HeadWeight,
    Bias,
    NormWeight,
    RunningMean,
    RunningVariance,
}

/// A tensor that a network of some shape has.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) dims: Vec<usize>,
    pub(super) part: Part,
}

impl Shape {
    pub(super) fn new(spec: &MlpSpec, width: usize, assets: usize) -> Self {
        let MlpSpec { embedding_dim, batch_norm, .. } = *spec;
        Self { width, assets, embedding_dim, hidden: spec.hidden.clone(), batch_norm }
    }

    /// Every tensor, in a fixed order.
    pub(super) fn tensors(&self) -> Vec<Named> {
        let named = |name: String, dims: Vec<usize>, part| Named { name, dims, part };
        let mut all = vec![named("embedding".into(), vec![self.assets + 1, self.embedding_dim], Part::Embedding)];
        let mut fan_in = self.width + self.embedding_dim;
        for (layer, &out) in self.hidden.iter().enumerate() {
            all.push(named(format!("hidden.{layer}.weight"), vec![out, fan_in], Part::HiddenWeight));
            if self.batch_norm {
                all.push(named(format!("hidden.{layer}.norm.weight"), vec![out], Part::NormWeight));
                all.push(named(format!("hidden.{layer}.norm.bias"), vec![out], Part::Bias));
                all.push(named(format!("hidden.{layer}.norm.running_mean"), vec![out], Part::RunningMean));
                all.push(named(format!("hidden.{layer}.norm.running_var"), vec![out], Part::RunningVariance));
            } else {
                all.push(named(format!("hidden.{layer}.bias"), vec![out], Part::Bias));
            }
            fan_in = out;
        }
        all.push(named("head.weight".into(), vec![1, fan_in], Part::HeadWeight));
        all.push(named("head.bias".into(), vec![1], Part::Bias));
        all
    }
}

/// Batch normalisation's guard against dividing by zero.
const NORM_EPSILON: f64 = 1e-5;

struct Layer {
    linear: Linear,
    norm: Option<BatchNorm>,
}

/// What a forward pass in training leaves for the way back.
pub(super) struct Pass {
    /// Log-odds `[n]`.
    pub(super) log_odds: Tensor,
    /// Product of the first layer, where candle's graph begins.
    first: Var,
    input: Tensor,
    assets: Tensor,
}

/// A network in memory; its trainable tensors are variables.
pub(super) struct Network {
    shape: Shape,
    embedding: Var,
    layers: Vec<Layer>,
    head: Linear,
    /// Every tensor with its name; running statistics are variables too, but no gradient reaches them.
    vars: Vec<(Named, Var)>,
}

impl Network {
    /// Builds the layers from weights of this shape.
    pub(super) fn new(shape: &Shape, weights: &Weights) -> Result<Self> {
        let mut vars = Vec::new();
        for named in shape.tensors() {
            let values = weights.f32(&named.name, &named.dims)?;
            let var = Var::from_vec(values, named.dims.as_slice(), &Device::Cpu)?;
            vars.push((named, var));
        }
        // `shape.tensors` fixes the order, so the layers take them one after the other.
        let mut rest = vars.iter().map(|(_, var)| var.clone());
        let mut next = || rest.next().ok_or_else(|| candle_core::Error::Msg("a layer has no tensor left".into()));
        let embedding = next()?;
        let mut layers = Vec::new();
        for &out in &shape.hidden {
            let weight = next()?.as_tensor().clone();
            layers.push(if shape.batch_norm {
                let (gain, bias, mean, variance) = (next()?, next()?, next()?, next()?);
                let tensor = |var: &Var| var.as_tensor().clone();
                let norm =
                    BatchNorm::new(out, tensor(&mean), tensor(&variance), tensor(&gain), tensor(&bias), NORM_EPSILON)?;
                Layer { linear: Linear::new(weight, None), norm: Some(norm) }
            } else {
                Layer { linear: Linear::new(weight, Some(next()?.as_tensor().clone())), norm: None }
            });
        }
        let head = Linear::new(next()?.as_tensor().clone(), Some(next()?.as_tensor().clone()));
        Ok(Self { shape: shape.clone(), embedding, layers, head, vars })
    }

    /// Values of a window.
    pub(super) fn width(&self) -> usize {
        self.shape.width
    }

    /// Log-odds `[n]` of windows `[n, width]` and asset rows `[n]`.
    pub(super) fn forward(&self, windows: &Tensor, assets: &Tensor) -> Result<Tensor> {
        let first = self.first_product(&self.input(windows, assets)?)?;
        self.after_first(&first, None)
    }

    /// The same in training: masks are drawn, batch statistics are used and followed.
    pub(super) fn forward_training(&self, windows: &Tensor, assets: &Tensor, dropout: &mut Dropout) -> Result<Pass> {
        let input = self.input(windows, assets)?;
        let first = Var::from_tensor(&self.first_product(&input)?)?;
        let log_odds = self.after_first(first.as_tensor(), Some(dropout))?;
        Ok(Pass { log_odds, first, input, assets: assets.clone() })
    }

    /// Gradients of `sum(pull · log_odds)` by variable.
    ///
    /// candle goes back to the first product; its factors are done here, because candle would also work out the
    /// gradient of the windows, a third of the whole pass, which nobody needs.
    pub(super) fn backward(&self, pass: &Pass, pull: Tensor) -> Result<GradStore> {
        let mut gradients = (&pass.log_odds * pull)?.sum_all()?.backward()?;
        let Some(product) = gradients.remove(pass.first.as_tensor()) else { return Ok(gradients) };
        let linear = &self.layers[0].linear;
        let of_embedded = linear.weight().narrow(1, self.shape.width, self.shape.embedding_dim)?;
        let embedded = product.matmul(&of_embedded.detach())?;
        let embedding = self.embedding.as_tensor();
        gradients.insert(embedding, embedding.zeros_like()?.index_add(&pass.assets, &embedded, 0)?);
        gradients.insert(linear.weight(), product.t()?.matmul(&pass.input)?);
        if let Some(bias) = linear.bias() {
            gradients.insert(bias, product.sum(0)?);
        }
        Ok(gradients)
    }

    /// Windows beside the embeddings of their assets, `[n, width + embedding_dim]`.
    fn input(&self, windows: &Tensor, assets: &Tensor) -> Result<Tensor> {
        let embedded = self.embedding.as_detached_tensor().index_select(assets, 0)?;
        Ok(Tensor::cat(&[windows, &embedded], 1)?)
    }

    fn first_product(&self, input: &Tensor) -> Result<Tensor> {
        let linear = &self.layers[0].linear;
        let detached = Linear::new(linear.weight().detach(), linear.bias().map(Tensor::detach));
        Ok(detached.forward(input)?)
    }

    fn after_first(&self, first: &Tensor, mut dropout: Option<&mut Dropout>) -> Result<Tensor> {
        let mut hidden = first.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                hidden = layer.linear.forward(&hidden)?;
            }
            if let Some(norm) = &layer.norm {
                hidden = norm.forward_t(&hidden, dropout.is_some())?;
            }
            hidden = hidden.relu()?;
            if let Some(dropout) = dropout.as_deref_mut() {
                hidden = dropout.apply(&hidden)?;
            }
        }
        Ok(self.head.forward(&hidden)?.squeeze(1)?)
    }

    /// A variable by name.
    #[cfg(test)]
    pub(super) fn var(&self, name: &str) -> &Var {
        &self.vars.iter().find(|(named, _)| named.name == name).unwrap().1
    }

    /// Trainable variables with their decay: only weight matrices decay.
    pub(super) fn trainable(&self, weight_decay: f64) -> Vec<(Var, f64)> {
        let decay = |part| match part {
            Part::HiddenWeight | Part::HeadWeight => Some(weight_decay),
            Part::Embedding | Part::Bias | Part::NormWeight => Some(0.0),
            Part::RunningMean | Part::RunningVariance => None,
        };
        self.vars.iter().filter_map(|(named, var)| Some((var.clone(), decay(named.part)?))).collect()
    }

    /// Gives the unknown asset the mean of the learned embeddings.
    pub(super) fn average_unknown_asset(&self) -> Result<()> {
        let known = self.embedding.as_tensor().narrow(0, 1, self.shape.assets)?;
        let unknown = known.mean_keepdim(0)?;
        self.embedding.set(&Tensor::cat(&[&unknown, &known], 0)?)?;
        Ok(())
    }

    /// Every tensor as stored.
    pub(super) fn weights(&self) -> Result<Weights> {
        let mut weights = Weights::default();
        for (named, var) in &self.vars {
            weights.put_f32(&named.name, &named.dims, &var.as_tensor().flatten_all()?.to_vec1::<f32>()?);
        }
        Ok(weights)
    }
}
