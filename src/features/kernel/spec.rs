//! What a set says of a kernel: its name, its inputs and its parameters, checked.

use std::fmt;

use super::catalogue::{KernelInfo, Param, Reads, catalogue};
use super::rows::KERNELS;
use super::step::Running;
use super::{Input, MAX_OUTPUTS};
use crate::domain::nearest;
use crate::features::record::Memory;

/// Longest period a kernel may have, in bars.
pub const MAX_PERIOD: usize = 10_000;

/// An indicator and its parameters, as a set writes it.
#[derive(Clone, Copy)]
pub struct KernelSpec {
    info: &'static KernelInfo,
    input: Input,
    against: Input,
    values: [f64; 4],
}

impl PartialEq for KernelSpec {
    fn eq(&self, other: &Self) -> bool {
        (self.info.name, self.input, self.against) == (other.info.name, other.input, other.against)
            && self.values == other.values
    }
}

impl fmt::Debug for KernelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl KernelSpec {
    /// Reads `{ kernel = "ema", input = "close", n = 12 }`, without `output`.
    ///
    /// # Errors
    /// What is wrong and what would be right, in one line.
    pub fn parse(mut table: toml::Table) -> Result<Self, String> {
        let name = table.remove("kernel").ok_or("it needs { kernel = \"..\" } or { expression = \"..\" }")?;
        let name = name.as_str().ok_or("the kernel must be a text")?;
        let info = catalogue(name).ok_or_else(|| unknown_kernel(name))?;
        let mut spec = Self { info, input: Input::Close, against: Input::Close, values: [0.0; 4] };
        if info.reads != Reads::Bar {
            spec.input = take_input(info, &mut table, "input")?;
        }
        if info.reads == Reads::Two {
            spec.against = take_input(info, &mut table, "against")?;
        }
        for (param, value) in info.params.iter().zip(&mut spec.values) {
            *value = take_number(info, param, &mut table)?;
        }
        if let Some(other) = table.keys().next() {
            let what = if matches!(other.as_str(), "input" | "against") { "reads whole bars; leave" } else { "has no" };
            return Err(format!("kernel '{name}' {what} '{other}'; write {}", info.usage()));
        }
        (info.check)(&spec.values)?;
        Ok(spec)
    }

    /// Its row in the catalogue.
    #[must_use]
    pub fn info(&self) -> &'static KernelInfo {
        self.info
    }

    /// Names of the outputs; the single output of most kernels needs no name in a set.
    #[must_use]
    pub fn outputs(&self) -> &'static [&'static str] {
        debug_assert!(self.info.outputs.len() <= MAX_OUTPUTS);
        self.info.outputs
    }

    /// Index of the first bar with a value, for a series without unknown inputs.
    #[must_use]
    pub fn warmup(&self) -> usize {
        (self.info.warmup)(&self.values)
    }

    /// How far back a value looks.
    #[must_use]
    pub fn memory(&self) -> Memory {
        (self.info.memory)(&self.values)
    }

    /// A fresh kernel at the start of a series.
    #[must_use]
    pub fn start(&self) -> Box<dyn Running> {
        (self.info.start)(self.input, self.against, &self.values)
    }
}

fn unknown_kernel(name: &str) -> String {
    let names = || KERNELS.iter().map(|info| info.name);
    match nearest(name, names()) {
        Some(near) => format!("unknown kernel '{name}'; did you mean '{near}'? 'ws features kernels' lists them"),
        None => format!("unknown kernel '{name}'; there are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

fn take_input(info: &KernelInfo, table: &mut toml::Table, key: &str) -> Result<Input, String> {
    let known = || Input::ALL.map(Input::as_str).join(", ");
    let value = table
        .remove(key)
        .ok_or_else(|| format!("kernel '{}' needs {key} = one of {}; write {}", info.name, known(), info.usage()))?;
    let name = value.as_str().ok_or_else(|| format!("{key} must be a text"))?;
    Input::named(name).ok_or_else(|| format!("unknown column '{name}' as {key}; a kernel reads one of {}", known()))
}

fn take_number(info: &KernelInfo, param: &Param, table: &mut toml::Table) -> Result<f64, String> {
    let (name, range) = (param.name(), param.range());
    let value = table.remove(name).ok_or_else(|| format!("'{}' needs {name}; write {}", info.name, info.usage()))?;
    let number = match (&value, param) {
        (toml::Value::Integer(whole), _) => *whole as f64,
        (toml::Value::Float(number), Param::Number { .. }) => *number,
        (_, Param::Period(_) | Param::Period2(_)) => {
            return Err(format!("{name} = {value} must be a whole number of bars"));
        }
        _ => return Err(format!("{name} = {value} must be a number")),
    };
    if range.contains(&number) {
        return Ok(number);
    }
    Err(format!("{name} = {value} is out of range; use {} to {}", range.start(), range.end()))
}

impl fmt::Display for KernelSpec {
    /// `macd(close, fast = 12, slow = 26, signal = 9)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut inside: Vec<String> = match self.info.reads {
            Reads::Bar => vec![],
            Reads::One => vec![self.input.to_string()],
            Reads::Two => vec![self.input.to_string(), self.against.to_string()],
        };
        let pairs = self.info.params.iter().zip(&self.values);
        inside.extend(pairs.map(|(param, value)| format!("{} = {value}", param.name())));
        write!(f, "{}({})", self.info.name, inside.join(", "))
    }
}
