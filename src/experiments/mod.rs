//! Experiments: searches over parameters, validated honestly, with the odds that the winner is luck.
//!
//! [`Spec`](crate::experiments::Spec) is a TOML file; [`Study`](crate::experiments::Study) is one on a store, with dated
//! windows and a judge of single trials. Where suggestions or stops depend on earlier trials, these come in generations of
//! eight (`GENERATION`): what is suggested depends on earlier generations only, so that a search is the same at any number
//! of workers and after any kill. Where nothing depends on them, workers never wait for each other. Every trial is a run;
//! what is left untouched until the end is looked at once, by the winner.
//!
//! Not for: samplers and pruners (`search`), the statistics of luck (`stats`); both are pure and know no store.

pub mod apply;
mod error;
pub mod export;
pub mod measures;
pub mod run;
pub mod spec;
pub mod study;
pub mod thresholds;
pub mod windows;

pub use error::ExperimentError;
pub use spec::{Spec, SpecError};
pub use study::Study;

/// Trials of a generation of a search that learns from the trials before it.
pub const GENERATION: usize = 8;
