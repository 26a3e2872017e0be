//! Kernels: incremental indicators with one `update` a bar, the same code in batch and live.

pub mod sma;

pub use sma::Sma;
