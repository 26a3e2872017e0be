//! Filters between a model's opinion and an entry: a quiet market, thin volume, a trend against it.
//!
//! Each holds an entry back when what it looks at is on the wrong side of its level:
//! - volatility index: its newest level is below `vol_index_min`;
//! - volume: volume of the bar / mean volume of the `volume_bars` bars before it (kernel [`VolumeRatio`]) is below
//!   `volume_ratio_min`;
//! - trend: the close is below its SMA over `trend_sma` bars, a down-trend, which holds longs back; shorts are held
//!   back by the mirror, a close above.
//!
//! Exactly at the level passes. A level of 0 switches a filter off. A filter without its data (no level of the index
//! was ever told or the newest is no number, volume is unknown, an average warms up) lets the entry pass, and counts
//! that: a run must be able to say what it was not protected by.

use std::fmt;

use crate::domain::{Bar, price};
use crate::indicators::{Sma, VolumeRatio};
use crate::trade::event::Direction;

/// Levels and lengths; a level or length of 0 switches its filter off.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FilterLevels {
    /// Smallest level of the volatility index, in its points.
    pub vol_index_min: f64,
    /// Smallest ratio of the bar's volume to the mean volume before it.
    pub volume_ratio_min: f64,
    /// Bars in that mean.
    pub volume_bars: usize,
    /// Bars in the average the close is held against.
    pub trend_sma: usize,
}

/// What a filter did to the entries that it was asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FilterCount {
    /// Parameter that switches it on.
    pub filter: &'static str,
    /// Value of that parameter.
    pub level: f64,
    /// Entries it was asked about.
    pub decisions: u64,
    /// Of these, passed because its data was unknown.
    pub unknown: u64,
    /// Of these, held back by it; an entry may be held back by several.
    pub held_back: u64,
}

impl fmt::Display for FilterCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, level, decisions, unknown, held_back } = self;
        write!(f, "filter {filter}={level}: held back {held_back} of {decisions} entries")?;
        match *unknown {
            0 => Ok(()),
            all if all == *decisions => write!(f, ", was off for all of them: its data is unknown"),
            some => write!(f, ", was off for {some} of them: its data was unknown"),
        }
    }
}

/// What the filters know about one asset.
#[derive(Debug, Clone)]
struct Context {
    vol_index: Option<f64>,
    volume: Option<VolumeRatio>,
    ratio: Option<f64>,
    trend: Option<Sma>,
    /// Close and its average.
    price: Option<(f64, f64)>,
}

/// The three filters, for every asset.
#[derive(Debug, Clone)]
pub struct Filters {
    levels: FilterLevels,
    counts: [FilterCount; 3],
    /// Empty while every filter is off.
    assets: Vec<Context>,
}

impl Filters {
    /// Filters for `assets` assets, before the first bar.
    #[must_use]
    pub fn new(levels: FilterLevels, assets: usize) -> Self {
        let count = |filter, level| FilterCount { filter, level, decisions: 0, unknown: 0, held_back: 0 };
        let context = Context {
            vol_index: None,
            volume: (levels.volume_ratio_min > 0.0).then(|| VolumeRatio::new(levels.volume_bars)),
            ratio: None,
            trend: (levels.trend_sma > 0).then(|| Sma::new(levels.trend_sma)),
            price: None,
        };
        let counts = [
            count("vol_index_min", levels.vol_index_min),
            count("volume_ratio_min", levels.volume_ratio_min),
            count("trend_sma", levels.trend_sma as f64),
        ];
        let on = counts.iter().any(|count| count.level > 0.0);
        Self { levels, counts, assets: vec![context; if on { assets } else { 0 }] }
    }

    /// Takes the newest bar of an asset.
    pub fn bar(&mut self, asset: usize, bar: &Bar) {
        let Some(context) = self.assets.get_mut(asset) else { return };
        if let Some(volume) = &mut context.volume {
            context.ratio = volume.update(bar.volume);
        }
        if let Some(trend) = &mut context.trend {
            context.price = trend.update(bar.close).map(|mean| (bar.close, mean));
        }
    }

    /// Takes the newest level of the volatility index of an asset.
    pub fn vol_index(&mut self, asset: usize, level: f64) {
        if let Some(context) = self.assets.get_mut(asset) {
            context.vol_index = Some(level).filter(|level| level.is_finite());
        }
    }

    /// Whether every filter lets an entry pass; counts what each said.
    pub fn pass(&mut self, asset: usize, direction: Direction) -> bool {
        let Some(context) = self.assets.get(asset) else { return true };
        let holds = [
            context.vol_index.map(|level| level < self.levels.vol_index_min),
            context.ratio.map(|ratio| ratio < self.levels.volume_ratio_min),
            context.price.map(|(close, mean)| price::difference(close, mean) * direction.sign() < 0.0),
        ];
        let mut pass = true;
        for (count, hold) in self.counts.iter_mut().zip(holds).filter(|(count, _)| count.level > 0.0) {
            count.decisions += 1;
            match hold {
                None => count.unknown += 1,
                Some(true) => {
                    count.held_back += 1;
                    pass = false;
                }
                Some(false) => {}
            }
        }
        pass
    }

    /// What each filter that is switched on did so far.
    pub fn counts(&self) -> impl Iterator<Item = FilterCount> + '_ {
        self.counts.iter().copied().filter(|count| count.level > 0.0)
    }
}
