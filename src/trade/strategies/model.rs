//! Long when a model is sure enough, short when it is sure enough of the opposite.
//!
//! A prediction at or above `threshold` opens a long position when nothing is held; one at or below
//! `short_threshold`, where that is above 0, a short one. A prediction about the bet of a primary rule (meta labels) opens
//! that bet, long or short, at or above `threshold` and nothing below. Filters may hold either back ([`Filters`]; all off unless
//! their parameters ask: 15 for the volatility index, 0.8 for the volume ratio and 50 bars for the trend are levels to
//! begin with). A position is left by the stop or target attached to every entry, or at the open after `max_holding`
//! bars.
//!
//! Confidence is |2p - 1|.

use super::filters::{FilterLevels, Filters};
use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::trade::event::{Direction, Signal};

pub(super) const CONFIDENCE: &str = "|2p - 1|, p the probability";

pub(super) const PARAMS: &[ParamSpec] = &[
    ParamSpec::number("threshold", 0.6, (0.0, 1.0), "", "Smallest probability that opens a long position"),
    ParamSpec::bars("max_holding", 8.0, 1.0, "Age at which a position is left at the next open, the entry bar counted"),
    ParamSpec::number(
        "short_threshold",
        0.0,
        (0.0, 1.0),
        "",
        "Largest probability that opens a short position, below threshold; 0 is no shorts",
    ),
    ParamSpec::number(
        "vol_index_min",
        0.0,
        (0.0, 1000.0),
        "points",
        "No entry while the volatility index is below this, like 15; 0 is no filter",
    ),
    ParamSpec::number(
        "volume_ratio_min",
        0.0,
        (0.0, 1000.0),
        "",
        "No entry while volume / mean volume before is below this, like 0.8; 0 is no filter",
    ),
    ParamSpec::bars("volume_bars", 20.0, 1.0, "Length of that mean volume"),
    ParamSpec::bars(
        "trend_sma",
        0.0,
        0.0,
        "No long below the average of this many closes, no short above it, like 50; 0 is no filter",
    ),
];

/// Thresholds, holding limit and filters.
#[derive(Debug, Clone)]
pub struct Model {
    threshold: f64,
    short_threshold: Option<f64>,
    max_holding: u32,
    filters: Filters,
}

impl Model {
    /// Enters long at `threshold` and leaves after `max_holding` bars; no shorts, no filters.
    #[must_use]
    pub fn new(threshold: f64, max_holding: u32) -> Self {
        Self { threshold, short_threshold: None, max_holding, filters: Filters::new(FilterLevels::default(), 0) }
    }

    /// How far a probability is from undecided, from 0 to 1.
    #[must_use]
    pub fn confidence(probability: f64) -> f64 {
        (2.0 * probability - 1.0).abs()
    }

    /// The filters, with what they did.
    #[must_use]
    pub fn filters(&self) -> &Filters {
        &self.filters
    }

    pub(super) fn build(params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        let (threshold, short) = (params.get("threshold"), params.get("short_threshold"));
        if short > 0.0 && short >= threshold {
            return Err(ParamError::Conflict(format!("short_threshold={short} must be below threshold={threshold}")));
        }
        let levels = FilterLevels {
            vol_index_min: params.get("vol_index_min"),
            volume_ratio_min: params.get("volume_ratio_min"),
            volume_bars: params.whole("volume_bars") as usize,
            trend_sma: params.whole("trend_sma") as usize,
        };
        Ok(AnyStrategy::Model(Self {
            threshold,
            short_threshold: (short > 0.0).then_some(short),
            max_holding: params.whole("max_holding"),
            filters: Filters::new(levels, assets),
        }))
    }

    /// The side a probability speaks for; `bet` is that of the bet it judges, where that has one.
    fn side(&self, probability: f64, bet: Option<Direction>) -> Option<Direction> {
        if probability >= self.threshold {
            return Some(bet.unwrap_or(Direction::Long));
        }
        let shorts = self.short_threshold.filter(|_| bet.is_none());
        shorts.filter(|short| probability <= *short).map(|_| Direction::Short)
    }

    fn predicted(&mut self, view: &View, probability: f64, bet: Option<Direction>) -> Intents {
        let Some(side) = self.side(probability, bet).filter(|_| view.is_flat()) else { return Intents::NONE };
        if !self.filters.pass(view.asset, side) {
            return Intents::NONE;
        }
        let enter = Enter {
            confidence: Some(Self::confidence(probability)),
            max_bars: Some(self.max_holding),
            // That the side taken is right: a short against a long bet is its mirror.
            probability: Some(if side == bet.unwrap_or(Direction::Long) { probability } else { 1.0 - probability }),
            ..Enter::market(side)
        };
        Intents { exit: false, enter: Some(enter) }
    }
}

impl Strategy for Model {
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        match event {
            Event::Bar(bar) => self.filters.bar(view.asset, bar),
            Event::Signal(Signal::VolatilityIndex { level }) => self.filters.vol_index(view.asset, *level),
            Event::Signal(Signal::Prediction { probability, side }) => {
                return self.predicted(view, *probability, *side);
            }
            Event::Signal(_) => {}
        }
        Intents::NONE
    }
}
