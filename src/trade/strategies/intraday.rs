//! With the session's own trend: above its average price and rising, or below it and falling.
//!
//! At the close of each bar, with session VWAP, EMA `ema`, SMA `sma` and RSI `rsi` of the closes:
//! - LONG: close > VWAP, close > EMA, SMA above its value one bar before, and `rsi_low` <= RSI <= `rsi_high`;
//! - SHORT, the mirror: close < VWAP, close < EMA, SMA below its value one bar before, and
//!   100 - `rsi_high` <= RSI <= 100 - `rsi_low`;
//! - flat: neither of them. Prices and averages that are equal ([`price`](crate::domain::price)) are neither above nor
//!   below each other, and nothing rises by rounding.
//!
//! When nothing is held, LONG or SHORT opens. What is held is left on reversal (the other side holds; it opens at the
//! same open) and on flat (an RSI beyond its band is flat, too). Otherwise it stays. An entry at a limit or stop that
//! still works is taken back when its side is no longer wanted. Stops, targets and the square-off at the end of the
//! session come from the account's settings.
//!
//! *Entry window.* An entry fills at the next bar's open, which is this bar's close. Where the session's hours are
//! known an entry is wanted only if that is at or after the session's open, and the bar it fills in is over
//! `guard_minutes` before the session's close: `close_ts + (close_ts - ts) + guard <= close`. On one-minute bars of
//! NSE, 09:15 to 15:30, entries fill from 09:15 to 15:28. A bar as long as the session never enters. Without hours
//! there is no window. Exits know no window.
//!
//! *Warm-up.* The first `warmup` - 1 bars of an asset decide nothing, nor does a bar at which one of the four is
//! unknown: an average that warms up, a close that is no number, volume unknown or not yet traded in the session.
//! Nothing decided means that what is held stays.
//!
//! Session VWAP is the kernel [`SessionVwap`]: Σ price · volume / Σ volume since the session began, where a bar's
//! price is its own vwap if known, else (high + low + close) / 3.
//!
//! Confidence: 0.5 + 0.5 · min(1, d / `full_distance`), d = min(|close / VWAP - 1|, |close / EMA - 1|): a half when
//! the conditions just hold, 1 from `full_distance` on.

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::domain::Bar;
use crate::domain::price::{above, below};
use crate::indicators::{Ema, Rsi, SessionVwap, Sma};
use crate::trade::event::Direction;

pub(super) const CONFIDENCE: &str =
    "0.5 + 0.5 * min(1, d / full_distance), d the smaller of |close / VWAP - 1| and |close / EMA - 1|";

pub(super) const PARAMS: &[ParamSpec] = &[
    ParamSpec::bars("ema", 50.0, 1.0, "Length of the exponential average the close is compared with"),
    ParamSpec::bars("sma", 20.0, 1.0, "Length of the simple average that must rise or fall"),
    ParamSpec::bars("rsi", 14.0, 1.0, "Length of the RSI"),
    ParamSpec::number("rsi_low", 30.0, (0.0, 100.0), "", "Smallest RSI of a long; 100 minus it the largest of a short"),
    ParamSpec::number(
        "rsi_high",
        70.0,
        (0.0, 100.0),
        "",
        "Largest RSI of a long; 100 minus it the smallest of a short; above rsi_low",
    ),
    ParamSpec::bars("warmup", 50.0, 0.0, "The bar of a series, counted from 1, that may decide first"),
    ParamSpec::whole(
        "guard_minutes",
        1.0,
        (0.0, 1440.0),
        "minutes",
        "No entry into a bar that ends later than this before the session's close",
    ),
    ParamSpec::switch("shorts", 1.0, "1 allows short positions, 0 does not"),
    ParamSpec::number(
        "full_distance",
        0.01,
        (0.0001, 1.0),
        "of the price",
        "Distance from VWAP and EMA at which confidence is 1",
    ),
];

const MINUTE_MICROS: i64 = 60_000_000;

/// Levels the readings are held against.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rules {
    rsi_low: f64,
    rsi_high: f64,
    warmup: u32,
    guard_micros: i64,
    shorts: bool,
    full_distance: f64,
}

/// The kernels of one asset.
#[derive(Debug, Clone)]
struct Kernels {
    vwap: SessionVwap,
    ema: Ema,
    sma: Sma,
    rsi: Rsi,
    sma_before: Option<f64>,
    bars: u32,
}

/// All that a decision rests on, known as of a bar.
#[derive(Debug, Clone, Copy)]
struct Reading {
    close: f64,
    vwap: f64,
    ema: f64,
    sma: f64,
    sma_before: f64,
    rsi: f64,
}

impl Kernels {
    /// Takes the newest bar; `None` while anything is unknown.
    fn update(&mut self, bar: &Bar) -> Option<Reading> {
        self.bars = self.bars.saturating_add(1);
        let vwap = self.vwap.update(bar.session_date, bar.high, bar.low, bar.close, bar.volume, bar.vwap);
        let ema = self.ema.update(bar.close);
        let sma = self.sma.update(bar.close);
        let rsi = self.rsi.update(bar.close);
        let sma_before = std::mem::replace(&mut self.sma_before, sma);
        Some(Reading { close: bar.close, vwap: vwap?, ema: ema?, sma: sma?, sma_before: sma_before?, rsi: rsi? })
    }
}

impl Reading {
    /// The side whose conditions hold; `None` is flat.
    fn side(&self, rules: &Rules) -> Option<Direction> {
        let Self { close, vwap, ema, sma, sma_before, rsi } = *self;
        let (low, high) = (rules.rsi_low, rules.rsi_high);
        if above(close, vwap) && above(close, ema) && above(sma, sma_before) && (low..=high).contains(&rsi) {
            return Some(Direction::Long);
        }
        let mirrored = (100.0 - high)..=(100.0 - low);
        (below(close, vwap) && below(close, ema) && below(sma, sma_before) && mirrored.contains(&rsi))
            .then_some(Direction::Short)
    }

    fn confidence(&self, full_distance: f64) -> Option<f64> {
        let distance = (self.close / self.vwap - 1.0).abs().min((self.close / self.ema - 1.0).abs());
        let confidence = 0.5 + 0.5 * (distance / full_distance).clamp(0.0, 1.0);
        confidence.is_finite().then_some(confidence)
    }
}

impl Rules {
    /// Whether an entry decided at this bar would fill inside the window.
    fn may_enter(&self, view: &View, bar: &Bar) -> bool {
        let Some(hours) = view.hours else { return true };
        let length = bar.close_ts.0.saturating_sub(bar.ts.0);
        bar.close_ts >= hours.open && bar.close_ts.plus(length).plus(self.guard_micros) <= hours.close
    }

    fn allow(&self, direction: Direction) -> bool {
        self.shorts || direction == Direction::Long
    }
}

/// The strategy's state for every asset.
#[derive(Debug, Clone)]
pub struct Intraday {
    rules: Rules,
    assets: Vec<Kernels>,
}

impl Intraday {
    pub(super) fn build(params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        let length = |name| params.whole(name) as usize;
        let rules = Rules {
            rsi_low: params.get("rsi_low"),
            rsi_high: params.get("rsi_high"),
            warmup: params.whole("warmup"),
            guard_micros: i64::from(params.whole("guard_minutes")) * MINUTE_MICROS,
            shorts: params.whole("shorts") == 1,
            full_distance: params.get("full_distance"),
        };
        if rules.rsi_low >= rules.rsi_high {
            let (low, high) = (rules.rsi_low, rules.rsi_high);
            return Err(ParamError::Conflict(format!("rsi_low={low} must be below rsi_high={high}")));
        }
        let kernels = Kernels {
            vwap: SessionVwap::new(),
            ema: Ema::new(length("ema")),
            sma: Sma::new(length("sma")),
            rsi: Rsi::new(length("rsi")),
            sma_before: None,
            bars: 0,
        };
        Ok(AnyStrategy::Intraday(Self { rules, assets: vec![kernels; assets] }))
    }
}

impl Strategy for Intraday {
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        let Event::Bar(bar) = event else { return Intents::NONE };
        let kernels = &mut self.assets[view.asset];
        let Some(reading) = kernels.update(bar) else { return Intents::NONE };
        if kernels.bars < self.rules.warmup {
            return Intents::NONE;
        }
        let (held, side) = (view.direction(), reading.side(&self.rules));
        if held == side && (held.is_some() || view.pending.is_none()) {
            return Intents::NONE;
        }
        let wanted = side.filter(|side| self.rules.allow(*side) && self.rules.may_enter(view, bar));
        let enter = |side| Enter { confidence: reading.confidence(self.rules.full_distance), ..Enter::market(side) };
        let stale = view.pending.is_some_and(|side| wanted != Some(side));
        Intents { exit: held.is_some() || stale, enter: wanted.map(enter) }
    }
}
