//! Technical indicators as kernels: one struct each, stepped one bar at a time.
//!
//! A kernel is the only definition of its indicator: batch builds step it over a stored series, a live engine over
//! arriving bars, so both give the same numbers. `update` takes the newest bar's inputs and answers with the value
//! as of that bar, or `None` while the value is unknown.
//!
//! Conventions are TA-Lib's (seeding of averages, alignment of MACD's two averages, Wilder's smoothing, a zero
//! range or denominator gives 0), checked against its output in `tests/it/features.rs`.
//!
//! | kernel | first value at bar | memory |
//! |---|---|---|
//! | [`Sma`] n | n − 1 | finite, n bars |
//! | [`Ema`] n | n − 1 | decaying |
//! | [`Macd`] fast, slow, signal | slow + signal − 2 | decaying |
//! | [`Rsi`] n | n | decaying |
//! | [`Stoch`] n, k, d | n + k + d − 3 | finite, n + k + d − 2 bars |
//! | [`Adx`] n | 2n − 1 | decaying |
//! | [`Atr`] n | n | decaying |
//! | [`BollingerBandwidth`] n, width | n − 1 | finite, n bars |
//! | [`Obv`] | 0 | anchored: depends on its first bar |
//! | [`Ret`] n | n | finite, n + 1 bars |
//!
//! *Unknown input.* An input that is not finite makes a kernel answer `None` and forget: it warms up again on what
//! follows, so that no answer ever rests on an unknown value and a window is unknown exactly while an unknown value
//! is in it. The one exception is [`Obv`], which has nothing to warm up on again. Periods below 1 count as 1;
//! nothing panics.
//!
//! ```
//! use workstation::indicators::Sma;
//! let mut sma = Sma::new(2);
//! assert_eq!(sma.update(1.0), None);
//! assert_eq!(sma.update(2.0), Some(1.5));
//! assert_eq!(sma.update(f64::NAN), None);
//! ```
//!
//! [`Adx`]: crate::indicators::Adx
//! [`Atr`]: crate::indicators::Atr
//! [`BollingerBandwidth`]: crate::indicators::BollingerBandwidth
//! [`Ema`]: crate::indicators::Ema
//! [`Macd`]: crate::indicators::Macd
//! [`Obv`]: crate::indicators::Obv
//! [`Ret`]: crate::indicators::Ret
//! [`Rsi`]: crate::indicators::Rsi
//! [`Sma`]: crate::indicators::Sma
//! [`Stoch`]: crate::indicators::Stoch

mod adx;
mod atr;
mod bollinger;
mod ema;
mod macd;
mod obv;
mod ret;
mod rsi;
mod sma;
mod stoch;
mod window;

pub use adx::Adx;
pub use atr::Atr;
pub use bollinger::BollingerBandwidth;
pub use ema::Ema;
pub use macd::{Macd, MacdValue};
pub use obv::Obv;
pub use ret::Ret;
pub use rsi::Rsi;
pub use sma::Sma;
pub use stoch::{Stoch, StochValue};
