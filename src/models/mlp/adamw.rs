//! AdamW with clipping by the common norm, one pass over each variable.
//!
//! ```text
//! g ← g · min(1, clip / ‖all g‖)
//! m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²        β₁ = 0.9, β₂ = 0.999, ε = 1e−8
//! θ ← θ (1 − rate · decay) − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
//! ```
//!
//! Loshchilov and Hutter, *Decoupled weight decay regularization* (2019). candle-nn's optimiser gives the same numbers
//! (a test holds this one to it) in some fifteen passes with a temporary each, and candle 0.11 hands tensors of 65 536
//! values and more to threads that wait for each other spinning: on a machine with other work to do, training took
//! several times longer with it.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use crate::models::Result;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// The optimiser's memory of some variables.
pub(super) struct AdamW {
    slots: Vec<Slot>,
    /// Largest norm of all gradients together.
    clip_norm: f64,
    steps: i32,
}

struct Slot {
    var: Var,
    decay: f32,
    values: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl AdamW {
    /// Optimises variables, each with its weight decay.
    pub(super) fn new(vars: impl IntoIterator<Item = (Var, f64)>, clip_norm: f64) -> Result<Self> {
        let slot = |(var, decay): (Var, f64)| -> Result<Slot> {
            let values = flat(var.as_tensor())?;
            let zeros = vec![0.0; values.len()];
            Ok(Slot { var, decay: decay as f32, values, first: zeros.clone(), second: zeros })
        };
        Ok(Self { slots: vars.into_iter().map(slot).collect::<Result<_>>()?, clip_norm, steps: 0 })
    }

    /// Moves every variable that has a gradient by one step.
    pub(super) fn step(&mut self, gradients: &GradStore, rate: f64) -> Result<()> {
        self.steps += 1;
        let found = self.slots.iter().map(|slot| gradients.get(&slot.var).map(flat).transpose());
        let found: Vec<Option<Vec<f32>>> = found.collect::<Result<_>>()?;
        let squares: f64 = found.iter().flatten().flatten().map(|g| f64::from(*g) * f64::from(*g)).sum();
        let shrink = if squares.sqrt() > self.clip_norm { (self.clip_norm / squares.sqrt()) as f32 } else { 1.0 };
        for (slot, gradient) in self.slots.iter_mut().zip(found) {
            if let Some(gradient) = gradient {
                slot.step(&gradient, shrink, rate as f32, self.steps);
                slot.var.set(&Tensor::from_slice(&slot.values, slot.var.shape(), &Device::Cpu)?)?;
            }
        }
        Ok(())
    }
}

impl Slot {
    fn step(&mut self, gradient: &[f32], shrink: f32, rate: f32, steps: i32) {
        let (first_bias, second_bias) = (1.0 - BETA_1.powi(steps), 1.0 - BETA_2.powi(steps));
        let keep = 1.0 - rate * self.decay;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((value, (first, second)), gradient) in self.values.iter_mut().zip(moments).zip(gradient) {
            let gradient = gradient * shrink;
            *first = BETA_1 * *first + (1.0 - BETA_1) * gradient;
            *second = BETA_2 * *second + (1.0 - BETA_2) * gradient * gradient;
            *value = *value * keep - rate * (*first / first_bias) / ((*second / second_bias).sqrt() + EPSILON);
        }
    }
}

fn flat(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.flatten_all()?.to_vec1::<f32>()?)
}
