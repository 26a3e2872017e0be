//! Kernels by name: the indicators a set may ask for, with typed parameters.
//!
//! [`KernelSpec`] is what a set says, checked against the [`catalogue`]; [`Running`] is one at some bar of a series. A
//! new indicator is a struct in [`crate::indicators`], a line in `step.rs` and a row in `rows.rs`.

mod catalogue;
mod input;
mod rows;
mod spec;
mod step;

pub use catalogue::{KernelInfo, Param, Reads};
pub use input::Input;
pub use rows::KERNELS;
pub use spec::KernelSpec;
pub use step::{MAX_OUTPUTS, Outputs, Running, StateError};
