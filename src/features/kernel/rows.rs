//! The catalogue: every kernel, one row each.

use super::Input;
use super::catalogue::{KernelInfo, Param, Reads, Values};
use super::step::{Running, Step, Stepped};
use crate::features::record::Memory;
use crate::indicators::{
    Ad, Adosc, Adx, Adxr, Apo, Aroon, Atr, Beta, Bollinger, BollingerBandwidth, Bop, Cci, Cmo, Correl, Dema, Dx, Ema,
    Highest, Kama, LinearRegression, Lowest, Macd, Mfi, Midpoint, Midprice, MinusDi, MinusDm, Mom, Natr, Obv,
    OpeningRange, Parkinson, PercentileRank, PlusDi, PlusDm, Ppo, Quantile, Rank, RealisedVolatility, Ret, Roc, Rsi,
    Sar, SessionVwap, Sma, Stddev, Stoch, StochRsi, Stochf, Sum, T3, Tema, Trange, Trima, Trix, Ultosc, Var,
    VolumeRatio, Willr, Wma, Zscore,
};

/// Most bars a session has.
const DAY: usize = 1_500;

fn kernel<K: Step + 'static>(input: Input, against: Input, kernel: K) -> Box<dyn Running> {
    Box::new(Stepped { input, against, kernel })
}

/// Bars after which an exponential average of n bars has forgotten all but 1e-8 of what came before.
fn forgets(n: f64) -> usize {
    decay(1.0 - 2.0 / (n + 1.0))
}

/// The same for Wilder's smoothing over n bars.
fn wilder_forgets(n: f64) -> usize {
    decay(1.0 - 1.0 / n)
}

fn decay(kept: f64) -> usize {
    if kept <= 0.0 { 1 } else { ((1e-8_f64).ln() / kept.ln()).ceil() as usize }
}

fn n(v: &Values) -> usize {
    v[0] as usize
}

fn longest(v: &Values) -> usize {
    v[0].max(v[1]).max(v[2]) as usize
}

fn any(_: &Values) -> Result<(), String> {
    Ok(())
}

fn fast_below_slow(v: &Values) -> Result<(), String> {
    if v[0] < v[1] { Ok(()) } else { Err(format!("fast = {} must be below slow = {}", v[0], v[1])) }
}

const N: &[Param] = &[Param::Period("n")];
const N2: &[Param] = &[Param::Period2("n")];
const FAST_SLOW: &[Param] = &[Param::Period("fast"), Param::Period("slow")];
const WIDTH: Param = Param::Number { name: "width", min: 1e-6, max: 1e6 };
const SHARE: Param = Param::Number { name: "q", min: 0.0, max: 1.0 };
const V_FACTOR: Param = Param::Number { name: "v", min: 0.0, max: 1.0 };
const VALUE: &[&str] = &["value"];
const K_D: &[&str] = &["k", "d"];

/// A row from its parts: name, about, source, what it reads, parameters, outputs, warm-up, memory, check, start.
macro_rules! row {
    ($name:literal, $about:literal, $source:literal, $reads:ident, $params:expr, $outputs:expr,
     $warmup:expr, $memory:expr, $check:expr, |$v:pat_param| $start:expr) => {
        KernelInfo {
            name: $name,
            about: $about,
            source: $source,
            reads: Reads::$reads,
            params: $params,
            outputs: $outputs,
            warmup: $warmup,
            memory: $memory,
            check: $check,
            start: |x, y, $v| kernel(x, y, $start),
        }
    };
}

/// The kernels, by family.
#[rustfmt::skip]
pub const KERNELS: &[KernelInfo] = &[
    row!("sma", "Simple moving average", "TA-Lib SMA", One, N, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any,
        |v| Sma::new(n(v))),
    row!("ema", "Exponential moving average, seeded by a simple one", "TA-Lib EMA", One, N, VALUE, |v| n(v) - 1, |v|
        Memory::Decaying(n(v) + forgets(v[0])), any, |v| Ema::new(n(v))),
    row!("wma", "Linearly weighted moving average", "TA-Lib WMA", One, N, VALUE, |v| n(v) - 1, |v|
        Memory::Finite(n(v)), any, |v| Wma::new(n(v))),
    row!("dema", "Double exponential moving average", "TA-Lib DEMA", One, N, VALUE, |v| 2 * n(v) - 2, |v|
        Memory::Decaying(2 * (n(v) + forgets(v[0]))), any, |v| Dema::new(n(v))),
    row!("tema", "Triple exponential moving average", "TA-Lib TEMA", One, N, VALUE, |v| 3 * n(v) - 3, |v|
        Memory::Decaying(3 * (n(v) + forgets(v[0]))), any, |v| Tema::new(n(v))),
    row!("trima", "Triangular moving average", "TA-Lib TRIMA", One, N, VALUE, |v| n(v) - 1, |v|
        Memory::Finite(n(v)), any, |v| Trima::new(n(v))),
    row!("kama", "Kaufman's adaptive moving average, 2 to 30 bars", "TA-Lib KAMA", One, N2, VALUE, |v| n(v), |v|
        Memory::Decaying(n(v) + decay(1.0 - (2.0_f64 / 31.0).powi(2))), any, |v| Kama::new(n(v))),
    row!("t3", "Tillson's moving average", "TA-Lib T3", One, &[Param::Period("n"), V_FACTOR], VALUE, |v| 6 * n(v) -
        6, |v| Memory::Decaying(6 * (n(v) + forgets(v[0]))), any, |v| T3::new(n(v), v[1])),
    row!("bollinger", "Bollinger bands: mean and population deviations", "TA-Lib BBANDS", One, &[Param::Period("n"),
        WIDTH], &["upper", "middle", "lower"], |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| Bollinger::new(n(v),
        v[1])),
    row!("bollinger_bandwidth", "Width of Bollinger bands over their middle", "TA-Lib BBANDS", One,
        &[Param::Period("n"), WIDTH], VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v|
        BollingerBandwidth::new(n(v), v[1])),
    row!("highest", "Highest value of n bars", "TA-Lib MAX", One, N, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)),
        any, |v| Highest::new(n(v))),
    row!("lowest", "Lowest value of n bars", "TA-Lib MIN", One, N, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)),
        any, |v| Lowest::new(n(v))),
    row!("sum", "Sum of n bars", "TA-Lib SUM", One, N, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| {
        Sum::new(n(v))
    }),
    row!("midpoint", "Middle between the highest and lowest value of n bars", "TA-Lib MIDPOINT", One, N, VALUE, |v|
        n(v) - 1, |v| Memory::Finite(n(v)), any, |v| Midpoint::new(n(v))),
    row!("midprice", "Middle between the highest high and the lowest low of n bars", "TA-Lib MIDPRICE", Bar, N,
        VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| Midprice::new(n(v))),
    row!("aroon", "Aroon: how long ago the extremes of n bars were", "TA-Lib AROON, AROONOSC", Bar, N, &["up",
        "down", "oscillator"], |v| n(v), |v| Memory::Finite(n(v) + 1), any, |v| Aroon::new(n(v))),
    row!("willr", "Williams' %R", "TA-Lib WILLR", Bar, N, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| {
        Willr::new(n(v))
    }),
    row!("percentile_rank", "Share of n bars that are not above the newest", "weak percentile rank", One, N, VALUE,
        |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| PercentileRank::new(n(v))),
    row!("rank", "Rank of the newest of n bars, ties in the middle, as a share", "mean percentile rank", One, N,
        VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| Rank::new(n(v))),
    row!("quantile", "Quantile of n bars, linear between values", "Hyndman and Fan 1996, type 7", One,
        &[Param::Period("n"), SHARE], VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| {
        Quantile::new(n(v), v[1])
    }),
    row!("ret", "Simple return over n bars", "TA-Lib ROCP", One, N, VALUE, |v| n(v), |v| Memory::Finite(n(v) + 1),
        any, |v| Ret::new(n(v))),
    row!("roc", "Simple return over n bars in percent", "TA-Lib ROC", One, N, VALUE, |v| n(v), |v|
        Memory::Finite(n(v) + 1), any, |v| Roc::new(n(v))),
    row!("mom", "Change over n bars", "TA-Lib MOM", One, N, VALUE, |v| n(v), |v| Memory::Finite(n(v) + 1), any, |v| {
        Mom::new(n(v))
    }),
    row!("macd", "Moving average convergence/divergence", "TA-Lib MACD", One, &[Param::Period("fast"),
        Param::Period("slow"), Param::Period("signal")], &["line", "signal", "hist"], |v| (v[1] + v[2]) as usize -
        2, |v| Memory::Decaying((v[1] + v[2]) as usize + forgets(v[1]) + forgets(v[2])), fast_below_slow, |v|
        Macd::new(n(v), v[1] as usize, v[2] as usize)),
    row!("apo", "Distance of two exponential averages", "TA-Lib APO", One, FAST_SLOW, VALUE, |v| v[1] as usize - 1,
        |v| Memory::Decaying(v[1] as usize + forgets(v[1])), fast_below_slow, |v| Apo::new(n(v), v[1] as usize)),
    row!("ppo", "Distance of two exponential averages in percent", "TA-Lib PPO", One, FAST_SLOW, VALUE, |v| v[1] as
        usize - 1, |v| Memory::Decaying(v[1] as usize + forgets(v[1])), fast_below_slow, |v| Ppo::new(n(v), v[1] as
        usize)),
    row!("trix", "Change of a triple exponential average in percent", "TA-Lib TRIX", One, N, VALUE, |v| 3 * n(v) -
        2, |v| Memory::Decaying(3 * (n(v) + forgets(v[0]))), any, |v| Trix::new(n(v))),
    row!("rsi", "Relative strength index, Wilder", "TA-Lib RSI", One, N2, VALUE, |v| n(v), |v| Memory::Decaying(n(v)
        + wilder_forgets(v[0])), any, |v| Rsi::new(n(v))),
    row!("cmo", "Chande's momentum oscillator, Wilder's smoothing", "TA-Lib CMO", One, N2, VALUE, |v| n(v), |v|
        Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| Cmo::new(n(v))),
    row!("stochrsi", "Fast stochastic of the relative strength index", "TA-Lib STOCHRSI", One,
        &[Param::Period2("n"), Param::Period("k"), Param::Period("d")], K_D, |v| (v[0] + v[1] + v[2]) as usize - 2,
        |v| Memory::Decaying((v[0] + v[1] + v[2]) as usize + 2 * wilder_forgets(v[0])), any, |v| StochRsi::new(n(v),
        v[1] as usize, v[2] as usize)),
    row!("stoch", "Slow stochastic oscillator", "TA-Lib STOCH", Bar, &[Param::Period("n"), Param::Period("k"),
        Param::Period("d")], K_D, |v| (v[0] + v[1] + v[2]) as usize - 3, |v| Memory::Finite((v[0] + v[1] + v[2]) as
        usize - 2), any, |v| Stoch::new(n(v), v[1] as usize, v[2] as usize)),
    row!("stochf", "Fast stochastic oscillator", "TA-Lib STOCHF", Bar, &[Param::Period("n"), Param::Period("d")],
        K_D, |v| (v[0] + v[1]) as usize - 2, |v| Memory::Finite((v[0] + v[1]) as usize - 1), any, |v|
        Stochf::new(n(v), v[1] as usize)),
    row!("cci", "Commodity channel index", "TA-Lib CCI", Bar, N2, VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)),
        any, |v| Cci::new(n(v))),
    row!("ultosc", "Ultimate oscillator over three periods", "TA-Lib ULTOSC", Bar, &[Param::Period("short"),
        Param::Period("middle"), Param::Period("long")], VALUE, |v| longest(v), |v| Memory::Finite(longest(v) + 1),
        any, |v| Ultosc::new(n(v), v[1] as usize, v[2] as usize)),
    row!("bop", "Balance of power: body over range", "TA-Lib BOP", Bar, &[], VALUE, |_| 0, |_| Memory::Finite(1),
        any, |_| Bop::new()),
    row!("mfi", "Money flow index", "TA-Lib MFI", Bar, N2, VALUE, |v| n(v), |v| Memory::Finite(n(v) + 1), any, |v| {
        Mfi::new(n(v))
    }),
    row!("plus_dm", "Upward directional movement, Wilder", "TA-Lib PLUS_DM", Bar, N, VALUE, |v| (n(v) - 1).max(1),
        |v| Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| PlusDm::new(n(v))),
    row!("minus_dm", "Downward directional movement, Wilder", "TA-Lib MINUS_DM", Bar, N, VALUE, |v| (n(v) -
        1).max(1), |v| Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| MinusDm::new(n(v))),
    row!("plus_di", "Upward directional indicator, Wilder", "TA-Lib PLUS_DI", Bar, N2, VALUE, |v| n(v), |v|
        Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| PlusDi::new(n(v))),
    row!("minus_di", "Downward directional indicator, Wilder", "TA-Lib MINUS_DI", Bar, N2, VALUE, |v| n(v), |v|
        Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| MinusDi::new(n(v))),
    row!("dx", "Directional index", "TA-Lib DX", Bar, N2, VALUE, |v| n(v), |v| Memory::Decaying(n(v) +
        wilder_forgets(v[0])), any, |v| Dx::new(n(v))),
    row!("adx", "Average directional index, Wilder", "TA-Lib ADX", Bar, N2, VALUE, |v| 2 * n(v) - 1, |v|
        Memory::Decaying(2 * (n(v) + wilder_forgets(v[0]))), any, |v| Adx::new(n(v))),
    row!("adxr", "Mean of the average directional index now and n - 1 bars ago", "TA-Lib ADXR", Bar, N2, VALUE, |v|
        3 * n(v) - 2, |v| Memory::Decaying(3 * n(v) + 2 * wilder_forgets(v[0])), any, |v| Adxr::new(n(v))),
    row!("sar", "Parabolic stop and reverse", "TA-Lib SAR", Bar, &[ Param::Number { name: "acceleration", min: 1e-6,
        max: 10.0 }, Param::Number { name: "maximum", min: 1e-6, max: 10.0 } ], VALUE, |_| 1, |_| Memory::Anchored,
        any, |v| Sar::new(v[0], v[1])),
    row!("trange", "True range", "TA-Lib TRANGE", Bar, &[], VALUE, |_| 1, |_| Memory::Finite(2), any, |_| Trange::new(
    )),
    row!("atr", "Average true range, Wilder", "TA-Lib ATR", Bar, N, VALUE, |v| n(v), |v| Memory::Decaying(n(v) +
        wilder_forgets(v[0])), any, |v| Atr::new(n(v))),
    row!("natr", "Average true range in percent of the close", "TA-Lib NATR", Bar, N2, VALUE, |v| n(v), |v|
        Memory::Decaying(n(v) + wilder_forgets(v[0])), any, |v| Natr::new(n(v))),
    row!("var", "Population variance of n bars", "TA-Lib VAR", One, N, VALUE, |v| n(v) - 1, |v|
        Memory::Finite(n(v)), any, |v| Var::new(n(v))),
    row!("stddev", "Population standard deviation of n bars", "TA-Lib STDDEV", One, N, VALUE, |v| n(v) - 1, |v|
        Memory::Finite(n(v)), any, |v| Stddev::new(n(v))),
    row!("zscore", "Distance from the mean of n bars in population deviations", "(x - mean) / deviation", One, N,
        VALUE, |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v| Zscore::new(n(v))),
    row!("realised_volatility", "Root mean square of n log returns, a bar", "sqrt(mean(r^2))", One, N, VALUE, |v|
        n(v), |v| Memory::Finite(n(v) + 1), any, |v| RealisedVolatility::new(n(v))),
    row!("parkinson", "Volatility from highs and lows of n bars, a bar", "Parkinson 1980", Bar, N, VALUE, |v| n(v) -
        1, |v| Memory::Finite(n(v)), any, |v| Parkinson::new(n(v))),
    row!("linearreg", "Line fitted to n bars", "TA-Lib LINEARREG, _SLOPE, _INTERCEPT, _ANGLE, TSF", One, N2,
        &["value", "slope", "intercept", "angle", "forecast"], |v| n(v) - 1, |v| Memory::Finite(n(v)), any, |v|
        LinearRegression::new(n(v))),
    row!("correl", "Correlation of two columns over n bars", "TA-Lib CORREL", Two, N, VALUE, |v| n(v) - 1, |v|
        Memory::Finite(n(v)), any, |v| Correl::new(n(v))),
    row!("beta", "Regression of the returns of one column on another's, n returns", "TA-Lib BETA", Two, N, VALUE,
        |v| n(v), |v| Memory::Finite(n(v) + 1), any, |v| Beta::new(n(v))),
    row!("obv", "On-balance volume", "TA-Lib OBV", Bar, &[], VALUE, |_| 0, |_| Memory::Anchored, any, |_| Obv::new()),
    row!("ad", "Accumulation/distribution line", "TA-Lib AD", Bar, &[], VALUE, |_| 0, |_| Memory::Anchored, any, |_|
        Ad::new()),
    row!("adosc", "Distance of two exponential averages of the accumulation/distribution line", "TA-Lib ADOSC", Bar,
        FAST_SLOW, VALUE, |v| v[0].max(v[1]) as usize - 1, |v| Memory::Decaying(v[0].max(v[1]) as usize +
        forgets(v[0].max(v[1]))), any, |v| Adosc::new(n(v), v[1] as usize)),
    row!("volume_ratio", "Value over the mean of the n bars before it", "x / mean of prior n", One, N, VALUE, |v|
        n(v), |v| Memory::Finite(n(v) + 1), any, |v| VolumeRatio::new(n(v))),
    row!("session_vwap", "Volume-weighted average price since the session began", "sum(price * volume) /
        sum(volume)", Bar, &[], VALUE, |_| 0, |_| Memory::Finite(DAY), any, |_| SessionVwap::new()),
    row!("opening_range", "High and low of the session's first n bars, and the close's place between them", "Crabel
        1990", Bar, N, &["high", "low", "position"], |_| 0, |_| Memory::Finite(DAY), any, |v|
        OpeningRange::new(n(v))),
];
