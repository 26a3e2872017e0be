//! What the catalogue says of a kernel: what it is called, what it reads, its parameters, outputs, warm-up and memory.
//!
//! Warm-up is the index of the first bar with a value. Memory is finite (a number of bars), decaying (the number of
//! bars after which what came before weighs less than 1e-8) or anchored at the first bar.

use std::ops::RangeInclusive;

use super::Input;
use super::rows::KERNELS;
use super::spec::MAX_PERIOD;
use super::step::Running;
use crate::features::record::Memory;

/// Which columns a kernel reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The columns it needs of the whole bar: nothing to choose.
    Bar,
    /// One chosen column: `input`.
    One,
    /// Two chosen columns: `input` and `against`.
    Two,
}

/// A parameter of a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Param {
    /// A whole number of bars from 1 to 10 000.
    Period(&'static str),
    /// A whole number of bars from 2 to 10 000.
    Period2(&'static str),
    /// A number within bounds.
    Number {
        /// Name.
        name: &'static str,
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
}

impl Param {
    /// Name in a set.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Period(name) | Self::Period2(name) | Self::Number { name, .. } => name,
        }
    }

    /// Values it may have.
    #[must_use]
    pub const fn range(&self) -> RangeInclusive<f64> {
        match self {
            Self::Period(_) => 1.0..=MAX_PERIOD as f64,
            Self::Period2(_) => 2.0..=MAX_PERIOD as f64,
            Self::Number { min, max, .. } => *min..=*max,
        }
    }
}

/// Values of the parameters, in their order; the rest is 0.
pub(super) type Values = [f64; 4];

/// A row of the catalogue.
pub struct KernelInfo {
    /// Name in sets.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Whose definition it is.
    pub source: &'static str,
    /// Which columns it reads.
    pub reads: Reads,
    /// Its parameters, in order.
    pub params: &'static [Param],
    /// Its outputs, in order.
    pub outputs: &'static [&'static str],
    pub(super) warmup: fn(&Values) -> usize,
    pub(super) memory: fn(&Values) -> Memory,
    pub(super) check: fn(&Values) -> Result<(), String>,
    pub(super) start: fn(Input, Input, &Values) -> Box<dyn Running>,
}

impl KernelInfo {
    /// How a set asks for it: `{ kernel = "ema", input = "close", n = .. }`.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut inside = vec![format!("kernel = \"{}\"", self.name)];
        match self.reads {
            Reads::Bar => {}
            Reads::One => inside.push("input = \"close\"".into()),
            Reads::Two => inside.push("input = \"high\", against = \"low\"".into()),
        }
        inside.extend(self.params.iter().map(|param| format!("{} = ..", param.name())));
        if let [first, _, ..] = self.outputs {
            inside.push(format!("output = \"{first}\""));
        }
        format!("{{ {} }}", inside.join(", "))
    }
}

/// The row of this name.
#[must_use]
pub fn catalogue(name: &str) -> Option<&'static KernelInfo> {
    KERNELS.iter().find(|info| info.name == name)
}
