//! Indicators as kernels: the inputs each takes from a bar, and its outputs as numbers.
//!
//! One definition for batch and live: [`Running::run`] steps a whole series, [`Running::step`] one bar, through the
//! same `update`. A kernel's state can be saved and resumed exactly.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Input;
use crate::domain::{Bar, Bars};
use crate::indicators::{
    Ad, Adosc, Adx, Adxr, Apo, Aroon, Atr, Beta, Bollinger, BollingerBandwidth, Bop, Cci, Cmo, Correl, Dema, Dx, Ema,
    Highest, Kama, LinearRegression, Lowest, Macd, Mfi, Midpoint, Midprice, MinusDi, MinusDm, Mom, Natr, Obv,
    OpeningRange, Parkinson, PercentileRank, PlusDi, PlusDm, Ppo, Quantile, Rank, RealisedVolatility, Ret, Roc, Rsi,
    Sar, SessionVwap, Sma, Stddev, Stoch, StochRsi, Stochf, Sum, T3, Tema, Trange, Trima, Trix, Ultosc, Var,
    VolumeRatio, Willr, Wma, Zscore,
};

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
    Wma: |k, _, x, _| one(k.update(x));
    Dema: |k, _, x, _| one(k.update(x));
    Tema: |k, _, x, _| one(k.update(x));
    Trima: |k, _, x, _| one(k.update(x));
    Kama: |k, _, x, _| one(k.update(x));
    T3: |k, _, x, _| one(k.update(x));
    Bollinger: |k, _, x, _| several(k.update(x).map(|v| [v.upper, v.middle, v.lower]));
    BollingerBandwidth: |k, _, x, _| one(k.update(x));
    Highest: |k, _, x, _| one(k.update(x));
    Lowest: |k, _, x, _| one(k.update(x));
    Sum: |k, _, x, _| one(k.update(x));
    Midpoint: |k, _, x, _| one(k.update(x));
    Midprice: |k, b, _, _| one(k.update(b.high, b.low));
    Aroon: |k, b, _, _| several(k.update(b.high, b.low).map(|v| [v.up, v.down, v.oscillator]));
    Willr: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    PercentileRank: |k, _, x, _| one(k.update(x));
    Rank: |k, _, x, _| one(k.update(x));
    Quantile: |k, _, x, _| one(k.update(x));
    Ret: |k, _, x, _| one(k.update(x));
    Roc: |k, _, x, _| one(k.update(x));
    Mom: |k, _, x, _| one(k.update(x));
    Macd: |k, _, x, _| several(k.update(x).map(|v| [v.line, v.signal, v.hist]));
    Apo: |k, _, x, _| one(k.update(x));
    Ppo: |k, _, x, _| one(k.update(x));
    Trix: |k, _, x, _| one(k.update(x));
    Rsi: |k, _, x, _| one(k.update(x));
    Cmo: |k, _, x, _| one(k.update(x));
    StochRsi: |k, _, x, _| several(k.update(x).map(|v| [v.k, v.d]));
    Stoch: |k, b, _, _| several(k.update(b.high, b.low, b.close).map(|v| [v.k, v.d]));
    Stochf: |k, b, _, _| several(k.update(b.high, b.low, b.close).map(|v| [v.k, v.d]));
    Cci: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Ultosc: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Bop: |k, b, _, _| one(k.update(b.open, b.high, b.low, b.close));
    Mfi: |k, b, _, _| one(k.update(b.high, b.low, b.close, b.volume));
    PlusDm: |k, b, _, _| one(k.update(b.high, b.low));
    MinusDm: |k, b, _, _| one(k.update(b.high, b.low));
    PlusDi: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    MinusDi: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Dx: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Adx: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Adxr: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Sar: |k, b, _, _| one(k.update(b.high, b.low));
    Trange: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Atr: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Natr: |k, b, _, _| one(k.update(b.high, b.low, b.close));
    Var: |k, _, x, _| one(k.update(x));
    Stddev: |k, _, x, _| one(k.update(x));
    Zscore: |k, _, x, _| one(k.update(x));
    RealisedVolatility: |k, _, x, _| one(k.update(x));
    Parkinson: |k, b, _, _| one(k.update(b.high, b.low));
    LinearRegression: |k, _, x, _| {
        several(k.update(x).map(|v| [v.value, v.slope, v.intercept, v.angle, v.forecast]))
    };
    Correl: |k, _, x, y| one(k.update(x, y));
    Beta: |k, _, x, y| one(k.update(x, y));
    Obv: |k, b, _, _| one(k.update(b.close, b.volume));
    Ad: |k, b, _, _| one(k.update(b.high, b.low, b.close, b.volume));
    Adosc: |k, b, _, _| one(k.update(b.high, b.low, b.close, b.volume));
    VolumeRatio: |k, _, x, _| one(k.update(x));
    SessionVwap: |k, b, _, _| one(k.update(b.session_date, b.high, b.low, b.close, b.volume, b.vwap));
    OpeningRange: |k, b, _, _| {
        let range = k.update(b.session_date, b.high, b.low, b.close);
        several(range.map(|v| [v.high, v.low, v.position.unwrap_or(f64::NAN)]))
    };
}
