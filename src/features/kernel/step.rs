//! Indicators as kernels: the inputs each takes from a bar, and its outputs as numbers.
//!
//! One definition for batch and live: [`Running::run`] steps a whole series, [`Running::step`] one bar, through the
//! same `update`. A kernel's state can be saved and resumed exactly.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Input;
use crate::domain::{Bar, Bars};
use crate::indicators::{Adx, Atr, BollingerBandwidth, Ema, Macd, Obv, Ret, Rsi, Sma, Stoch};

/// Most outputs a kernel has.
pub const MAX_OUTPUTS: usize = 5;

/// Outputs as of a bar: NaN while unknown, and past the kernel's last output.
pub type Outputs = [f64; MAX_OUTPUTS];

const UNKNOWN: Outputs = [f64::NAN; MAX_OUTPUTS];

/// A saved state that doesn't belong to the kernel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a saved state does not fit its kernel: {0}")]
pub struct StateError(String);

/// A kernel at some bar of a series.
pub trait Running: fmt::Debug + Send {
    /// Takes the next bar and gives the outputs as of it.
    fn step(&mut self, bar: &Bar) -> Outputs;
    /// Takes the bars from `from` on and appends, for each wanted output, one value a bar to its column.
    fn run(&mut self, bars: &Bars, from: usize, wanted: &mut [(usize, &mut Vec<f64>)]);
    /// The state after the bars so far.
    ///
    /// # Errors
    /// When the state can't be written; no indicator has such a state.
    fn save(&self) -> Result<Vec<u8>, StateError>;
    /// Takes up a saved state and gives what follows it in `bytes`.
    ///
    /// # Errors
    /// Bytes that no kernel of this kind wrote.
    fn load<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], StateError>;
}

/// What makes an indicator a kernel.
pub(super) trait Step: Clone + fmt::Debug + Send + Serialize + DeserializeOwned {
    /// Feeds the bar, or the chosen inputs of it, to the indicator.
    fn take(&mut self, bar: &Bar, x: f64, y: f64) -> Outputs;
}

/// An indicator with the inputs chosen for it.
#[derive(Debug, Clone)]
pub(super) struct Stepped<K> {
    pub input: Input,
    pub against: Input,
    pub kernel: K,
}

impl<K: Step> Running for Stepped<K> {
    fn step(&mut self, bar: &Bar) -> Outputs {
        let outputs = self.kernel.take(bar, self.input.of(bar), self.against.of(bar));
        // Overflow is unknown, too.
        outputs.map(|value| if value.is_finite() { value } else { f64::NAN })
    }

    fn run(&mut self, bars: &Bars, from: usize, wanted: &mut [(usize, &mut Vec<f64>)]) {
        for bar in (from..bars.len()).filter_map(|index| bars.get(index)) {
            let outputs = self.step(&bar);
            for (output, column) in wanted.iter_mut() {
                column.push(outputs[*output]);
            }
        }
    }

    fn save(&self) -> Result<Vec<u8>, StateError> {
        postcard::to_allocvec(&self.kernel).map_err(|error| StateError(error.to_string()))
    }

    fn load<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], StateError> {
        let (kernel, rest) = postcard::take_from_bytes(bytes).map_err(|error| StateError(error.to_string()))?;
        self.kernel = kernel;
        Ok(rest)
    }
}

fn one(value: Option<f64>) -> Outputs {
    let mut outputs = UNKNOWN;
    outputs[0] = value.unwrap_or(f64::NAN);
    outputs
}

fn several<const N: usize>(values: Option<[f64; N]>) -> Outputs {
    let mut outputs = UNKNOWN;
    if let Some(values) = values {
        for (output, value) in outputs.iter_mut().zip(values) {
            *output = value;
        }
    }
    outputs
}

/// `Indicator: |kernel, bar, x, y| outputs`, one line each.
macro_rules! steps {
    ($($kernel:ty: |$k:ident, $bar:pat_param, $x:pat_param, $y:pat_param| $outputs:expr;)*) => {
        $(impl Step for $kernel {
            #[inline]
            fn take(&mut self, $bar: &Bar, $x: f64, $y: f64) -> Outputs {
                let $k = self;
                $outputs
            }
        })*
    };
}

steps! {
    Sma: |k, _, x, _| one(k.update(x));
    Ema: |k, _, x, _| one(k.update(x));
    Macd: |k, _, x, _| several(k.update(x).map(|v| [v.line, v.signal, v.hist]));
    Rsi: |k, _, x, _| one(k.update(x));
    Stoch: |k, b, _, _| several(k.update(b.high, b.low, b.close).map(|v| [v.k, v.d]));
    Adx: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Atr: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    BollingerBandwidth: |k, _, x, _| one(k.update(x));
    Obv: |k, b, _, _| one(k.update(b.close, b.volume));
    Ret: |k, _, x, _| one(k.update(x));
}
