//! Technical indicators as kernels: one struct each, stepped one bar at a time.
//!
//! A kernel is the only definition of its indicator: batch builds step it over a stored series, a live engine over
//! arriving bars, so both give the same numbers. `update` takes the newest bar's inputs and answers with the value
//! as of that bar, or `None` while the value is unknown.
//!
//! Conventions are TA-Lib's (seeding of averages, alignment of MACD's two averages, Wilder's smoothing, a zero
//! range or denominator gives 0), checked against its output in `tests/it/features.rs` and, kernel by kernel, against
//! the golden numbers of `tests/peers/kernels.py`. The state of every kernel can be saved and read back, and goes on
//! exactly where it stopped; it may hold NaN, so the format must know it.
//!
//! | kernel | first value at bar | memory |
//! |---|---|---|
//! | [`Sma`] n | n − 1 | finite, n bars |
//! | [`Ema`] n | n − 1 | decaying |
//! | [`Wma`] n | n − 1 | finite, n bars |
//! | [`Dema`] n | 2n − 2 | decaying |
//! | [`Tema`] n | 3n − 3 | decaying |
//! | [`Trima`] n | n − 1 | finite, n bars |
//! | [`Kama`] n | n | decaying |
//! | [`T3`] n, v | 6n − 6 | decaying |
//! | [`Bollinger`] n, width | n − 1 | finite, n bars |
//! | [`BollingerBandwidth`] n, width | n − 1 | finite, n bars |
//! | [`Highest`] n | n − 1 | finite, n bars |
//! | [`Lowest`] n | n − 1 | finite, n bars |
//! | [`Sum`] n | n − 1 | finite, n bars |
//! | [`Midpoint`] n | n − 1 | finite, n bars |
//! | [`Midprice`] n | n − 1 | finite, n bars |
//! | [`Aroon`] n | n | finite, n + 1 bars |
//! | [`Willr`] n | n − 1 | finite, n bars |
//! | [`PercentileRank`] n | n − 1 | finite, n bars |
//! | [`Rank`] n | n − 1 | finite, n bars |
//! | [`Quantile`] n, q | n − 1 | finite, n bars |
//! | [`Ret`] n | n | finite, n + 1 bars |
//! | [`Roc`] n | n | finite, n + 1 bars |
//! | [`Mom`] n | n | finite, n + 1 bars |
//! | [`Macd`] fast, slow, signal | slow + signal − 2 | decaying |
//! | [`Apo`] fast, slow | slow − 1 | decaying |
//! | [`Ppo`] fast, slow | slow − 1 | decaying |
//! | [`Trix`] n | 3n − 2 | decaying |
//! | [`Rsi`] n | n | decaying |
//! | [`Cmo`] n | n | decaying |
//! | [`StochRsi`] n, k, d | n + k + d − 2 | decaying |
//! | [`Stoch`] n, k, d | n + k + d − 3 | finite, n + k + d − 2 bars |
//! | [`Stochf`] n, d | n + d − 2 | finite, n + d − 1 bars |
//! | [`Cci`] n | n − 1 | finite, n bars |
//! | [`Ultosc`] short, middle, long | long | finite, long + 1 bars |
//! | [`Bop`] | 0 | finite, 1 bar |
//! | [`Mfi`] n | n | finite, n + 1 bars |
//! | [`PlusDm`] n | n − 1, at least 1 | decaying |
//! | [`MinusDm`] n | n − 1, at least 1 | decaying |
//! | [`PlusDi`] n | n | decaying |
//! | [`MinusDi`] n | n | decaying |
//! | [`Dx`] n | n | decaying |
//! | [`Adx`] n | 2n − 1 | decaying |
//! | [`Adxr`] n | 3n − 2 | decaying |
//! | [`Sar`] acceleration, maximum | 1 | decaying |
//! | [`Trange`] | 1 | finite, 2 bars |
//! | [`Atr`] n | n | decaying |
//! | [`Natr`] n | n | decaying |
//! | [`Var`] n | n − 1 | finite, n bars |
//! | [`Stddev`] n | n − 1 | finite, n bars |
//! | [`Zscore`] n | n − 1 | finite, n bars |
//! | [`RealisedVolatility`], [`ReturnDeviation`] n | n | finite, n + 1 bars |
//! | [`Parkinson`] n | n − 1 | finite, n bars |
//! | [`LinearRegression`] n | n − 1 | finite, n bars |
//! | [`Correl`] n | n − 1 | finite, n bars |
//! | [`Beta`] n | n | finite, n + 1 bars |
//! | [`Obv`] | 0 | anchored: depends on its first bar |
//! | [`Ad`] | 0 | anchored: depends on its first bar |
//! | [`Adosc`] fast, slow | max(fast, slow) − 1 | decaying |
//! | [`VolumeRatio`] n | n | finite, n + 1 bars |
//! | [`SessionVwap`] | the session's first with volume | finite: the session |
//! | [`OpeningRange`] n | the session's bar n − 1 | finite: the session |
//!
//! *Unknown input.* An input that is not finite makes a kernel answer `None` and forget: it warms up again on what
//! follows, so that no answer ever rests on an unknown value and a window is unknown exactly while an unknown value
//! is in it. Exceptions are the sums [`Obv`] and [`Ad`], which have nothing to warm up on again, and [`SessionVwap`]
//! and [`OpeningRange`], which wait for the next session. Periods below 1 count as 1; nothing panics.
//!
//! ```
//! use workstation::indicators::Sma;
//! let mut sma = Sma::new(2);
//! assert_eq!(sma.update(1.0), None);
//! assert_eq!(sma.update(2.0), Some(1.5));
//! assert_eq!(sma.update(f64::NAN), None);
//! ```
//!
//! Not for: reading bars or writing rows; `features` steps kernels over stored bars.
//!
//! [`Ad`]: crate::indicators::Ad
//! [`Adosc`]: crate::indicators::Adosc
//! [`Adx`]: crate::indicators::Adx
//! [`Adxr`]: crate::indicators::Adxr
//! [`Apo`]: crate::indicators::Apo
//! [`Aroon`]: crate::indicators::Aroon
//! [`Atr`]: crate::indicators::Atr
//! [`Beta`]: crate::indicators::Beta
//! [`Bollinger`]: crate::indicators::Bollinger
//! [`BollingerBandwidth`]: crate::indicators::BollingerBandwidth
//! [`Bop`]: crate::indicators::Bop
//! [`Cci`]: crate::indicators::Cci
//! [`Cmo`]: crate::indicators::Cmo
//! [`Correl`]: crate::indicators::Correl
//! [`Dema`]: crate::indicators::Dema
//! [`Dx`]: crate::indicators::Dx
//! [`Ema`]: crate::indicators::Ema
//! [`Highest`]: crate::indicators::Highest
//! [`Kama`]: crate::indicators::Kama
//! [`LinearRegression`]: crate::indicators::LinearRegression
//! [`Lowest`]: crate::indicators::Lowest
//! [`Macd`]: crate::indicators::Macd
//! [`Mfi`]: crate::indicators::Mfi
//! [`Midpoint`]: crate::indicators::Midpoint
//! [`Midprice`]: crate::indicators::Midprice
//! [`MinusDi`]: crate::indicators::MinusDi
//! [`MinusDm`]: crate::indicators::MinusDm
//! [`Mom`]: crate::indicators::Mom
//! [`Natr`]: crate::indicators::Natr
//! [`Obv`]: crate::indicators::Obv
//! [`OpeningRange`]: crate::indicators::OpeningRange
//! [`Parkinson`]: crate::indicators::Parkinson
//! [`PercentileRank`]: crate::indicators::PercentileRank
//! [`PlusDi`]: crate::indicators::PlusDi
//! [`PlusDm`]: crate::indicators::PlusDm
//! [`Ppo`]: crate::indicators::Ppo
//! [`Quantile`]: crate::indicators::Quantile
//! [`Rank`]: crate::indicators::Rank
//! [`RealisedVolatility`]: crate::indicators::RealisedVolatility
//! [`ReturnDeviation`]: crate::indicators::ReturnDeviation
//! [`Ret`]: crate::indicators::Ret
//! [`Roc`]: crate::indicators::Roc
//! [`Rsi`]: crate::indicators::Rsi
//! [`Sar`]: crate::indicators::Sar
//! [`SessionVwap`]: crate::indicators::SessionVwap
//! [`Sma`]: crate::indicators::Sma
//! [`Stddev`]: crate::indicators::Stddev
//! [`Stoch`]: crate::indicators::Stoch
//! [`StochRsi`]: crate::indicators::StochRsi
//! [`Stochf`]: crate::indicators::Stochf
//! [`Sum`]: crate::indicators::Sum
//! [`T3`]: crate::indicators::T3
//! [`Tema`]: crate::indicators::Tema
//! [`Trange`]: crate::indicators::Trange
//! [`Trima`]: crate::indicators::Trima
//! [`Trix`]: crate::indicators::Trix
//! [`Ultosc`]: crate::indicators::Ultosc
//! [`Var`]: crate::indicators::Var
//! [`VolumeRatio`]: crate::indicators::VolumeRatio
//! [`Willr`]: crate::indicators::Willr
//! [`Wma`]: crate::indicators::Wma
//! [`Zscore`]: crate::indicators::Zscore

mod ad;
mod adx;
mod aroon;
mod atr;
mod bollinger;
mod bop;
mod cci;
mod changes;
mod cmo;
mod correl;
mod deviation;
mod directional;
mod ema;
mod ema_chain;
mod extreme;
mod highest;
mod kama;
mod macd;
mod mfi;
mod midpoint;
mod mom;
mod movement;
mod natr;
mod obv;
mod opening_range;
mod percentile_rank;
mod quantile;
mod price_oscillator;
mod regression;
mod ret;
mod rounding;
mod rsi;
mod sar;
mod session_vwap;
mod sma;
mod stoch;
mod stoch_rsi;
mod sum;
mod trima;
mod trix;
mod typical_price;
mod ultosc;
mod volatility;
mod volume_ratio;
mod willr;
mod window;
mod wma;

pub use ad::{Ad, Adosc};
pub use adx::{Adx, Adxr};
pub use aroon::{Aroon, AroonValue};
pub use atr::Atr;
pub use bollinger::{Bollinger, BollingerBandwidth, BollingerValue};
pub use bop::Bop;
pub use cci::Cci;
pub use cmo::Cmo;
pub use correl::{Beta, Correl};
pub use deviation::{Stddev, Var, Zscore};
pub use directional::{Dx, MinusDi, MinusDm, PlusDi, PlusDm};
pub use ema::Ema;
pub use ema_chain::{Dema, T3, Tema};
pub use highest::{Highest, Lowest};
pub use kama::Kama;
pub use macd::{Macd, MacdValue};
pub use mfi::Mfi;
pub use midpoint::{Midpoint, Midprice};
pub use mom::Mom;
pub use natr::{Natr, Trange};
pub use obv::Obv;
pub use opening_range::{OpeningRange, OpeningRangeValue};
pub use percentile_rank::{PercentileRank, Rank};
pub use price_oscillator::{Apo, Ppo};
pub use quantile::Quantile;
pub use regression::{LinearRegression, LinearRegressionValue};
pub use ret::{Ret, Roc};
pub use rsi::Rsi;
pub use sar::Sar;
pub use session_vwap::SessionVwap;
pub use sma::Sma;
pub use stoch::{Stoch, StochValue, Stochf};
pub use stoch_rsi::StochRsi;
pub use sum::Sum;
pub use trima::Trima;
pub use trix::Trix;
pub use ultosc::Ultosc;
pub use volatility::{Parkinson, RealisedVolatility, ReturnDeviation};
pub use volume_ratio::VolumeRatio;
pub use willr::Willr;
pub use wma::Wma;
