//! Named tensors of a model, to and from safetensors bytes.
//!
//! Numbers that must survive to the last bit (scaler, calibration, threshold) are kept here as 64-bit tensors, not
//! in the manifest: JSON parsers may round.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors, View};

use super::{ModelError, Result};
use crate::dataset::{Scaler, Scaling};
use crate::features::Role;

/// One tensor.
#[derive(Debug, Clone, PartialEq)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    /// Little-endian, row-major.
    bytes: Vec<u8>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Tensors by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights(BTreeMap<String, Tensor>);

impl Weights {
    /// Adds a 32-bit tensor.
    pub fn put_f32(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.insert(name.to_string(), Tensor { dtype: Dtype::F32, shape: shape.to_vec(), bytes });
    }

    /// Adds a 64-bit vector.
    pub fn put_f64(&mut self, name: &str, values: &[f64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.insert(name.to_string(), Tensor { dtype: Dtype::F64, shape: vec![values.len()], bytes });
    }

    /// Adds a scaler's statistics.
    pub fn put_scaler(&mut self, scaler: &Scaler) {
        self.put_f64("scaler.mean", scaler.mean());
        self.put_f64("scaler.std", scaler.std());
    }

    /// The scaler that [`Weights::put_scaler`] added.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn scaler(&self, scaling: Scaling, roles: Vec<Role>) -> Result<Scaler> {
        let (mean, std) = (self.f64("scaler.mean", roles.len())?, self.f64("scaler.std", roles.len())?);
        Ok(Scaler::from_parts(scaling, roles, mean, std))
    }

    /// A 32-bit tensor of exactly this shape.
    ///
    /// # Errors
    /// Missing, of another type or shape, or not all finite.
    pub fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.find(name, Dtype::F32)?;
        if tensor.shape != shape {
            return Err(fault(name, format!("has shape {:?}, the specification needs {shape:?}", tensor.shape)));
        }
        let values: Vec<f32> = tensor.bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(fault(name, "holds values that are no numbers".into()))
        }
    }

    /// A 64-bit vector of exactly this length.
    ///
    /// # Errors
    /// Missing, of another type or length, or not all finite.
    pub fn f64(&self, name: &str, len: usize) -> Result<Vec<f64>> {
        let values = self.f64_any(name)?;
        if values.len() == len {
            Ok(values)
        } else {
            Err(fault(name, format!("has {} values, {len} are needed", values.len())))
        }
    }

    /// A 64-bit vector of any length.
    ///
    /// # Errors
    /// Missing, of another type, or not all finite.
    pub fn f64_any(&self, name: &str) -> Result<Vec<f64>> {
        let tensor = self.find(name, Dtype::F64)?;
        let values: Vec<f64> = tensor.bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(fault(name, "holds values that are no numbers".into()))
        }
    }

    fn find(&self, name: &str, dtype: Dtype) -> Result<&Tensor> {
        let tensor = self.0.get(name).ok_or_else(|| fault(name, "is missing".into()))?;
        if tensor.dtype == dtype {
            Ok(tensor)
        } else {
            Err(fault(name, format!("is {:?}, not {dtype:?}", tensor.dtype)))
        }
    }

    /// As safetensors; equal tensors give equal bytes.
    ///
    /// # Errors
    /// Only names that no format takes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(safetensors::serialize(self.0.iter(), None)?)
    }

    /// From safetensors.
    ///
    /// # Errors
    /// Bytes that are no safetensors.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let found = SafeTensors::deserialize(bytes)?;
        let tensor = |view: safetensors::tensor::TensorView<'_>| Tensor {
            dtype: view.dtype(),
            shape: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        };
        Ok(Self(found.tensors().into_iter().map(|(name, view)| (name, tensor(view))).collect()))
    }
}

fn fault(name: &str, reason: String) -> ModelError {
    ModelError::Weights { tensor: name.to_string(), reason }
}
