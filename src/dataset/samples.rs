//! Samples as views: one matrix a symbol, and for each sample the last row of its window.

use std::collections::BTreeSet;

use super::FeatureSchema;
use crate::domain::{Interval, Symbol, Ts};

/// The feature rows of one symbol, ascending in time.
#[derive(Debug, Clone)]
pub struct Series {
    /// Instrument.
    pub symbol: Symbol,
    /// Its dense id in the store; −1 when it is not registered.
    pub asset_id: i32,
    /// UTC starts of the bars.
    pub ts: Vec<Ts>,
    /// Closes of the bars: the reference of price scaling.
    pub close: Vec<f64>,
    /// Row-major `[rows, features]`; NaN where the feature is unknown.
    pub values: Vec<f64>,
}

/// One window that can be predicted, named by its last row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Index of the series in [`Dataset::series`].
    pub series: u32,
    /// Last row of the window.
    pub row: u32,
    /// UTC start of the last bar.
    pub ts: Ts,
    /// UTC time at which the window is known.
    pub close_ts: Ts,
    /// 1 or 0; `None` where there was no bet, and from the first bar on whose horizon the data does not cover.
    pub label: Option<i32>,
    /// Return from entry to exit, a fraction; NaN when unknown.
    pub forward_return: f64,
    /// UTC start of the bar in which the labelled position ends.
    pub exit_ts: Option<Ts>,
    /// Side of the bet that the label judges, 1 or -1; `None` in label sets whose bets are always long.
    pub side: Option<i32>,
}

impl Sample {
    /// Whether it can be learned from: label and end of the labelled period are known.
    #[must_use]
    pub fn is_labelled(&self) -> bool {
        self.label.is_some() && self.exit_ts.is_some()
    }
}

/// The rows of one window.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// Row-major `[lookback, features]`, oldest row first.
    pub values: &'a [f64],
    /// Close of the newest bar.
    pub last_close: f64,
}

/// Everything loaded for one purpose; samples ascend by time, then symbol.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Feature set.
    pub schema: FeatureSchema,
    /// Labels joined.
    pub label_set: String,
    /// Bar length.
    pub interval: Interval,
    /// Rows a window has.
    pub lookback: usize,
    /// One a symbol, sorted by symbol.
    pub series: Vec<Series>,
    /// Every window whose features are all known.
    pub samples: Vec<Sample>,
    /// SHA-256 of all values read.
    pub fingerprint: String,
    /// Newest `close_ts` read.
    pub data_as_of: Option<Ts>,
}

impl Dataset {
    /// The rows of a sample's window, not copied.
    #[must_use]
    pub fn window(&self, sample: &Sample) -> Window<'_> {
        let series = &self.series[sample.series as usize];
        let (row, width) = (sample.row as usize, self.schema.width());
        let first = row + 1 - self.lookback;
        Window { values: &series.values[first * width..(row + 1) * width], last_close: series.close[row] }
    }

    /// Every sample, labelled or not.
    #[must_use]
    pub fn all(&self) -> Samples<'_> {
        self.select(|_| true)
    }

    /// Number of labelled samples.
    #[must_use]
    pub fn labelled(&self) -> usize {
        self.samples.iter().filter(|sample| sample.is_labelled()).count()
    }

    /// Symbols in series order.
    #[must_use]
    pub fn symbols(&self) -> Vec<String> {
        self.series.iter().map(|series| series.symbol.to_string()).collect()
    }

    pub(super) fn select(&self, keep: impl Fn(&Sample) -> bool) -> Samples<'_> {
        let chosen = self.samples.iter().enumerate().filter(|(_, sample)| keep(sample));
        Samples { dataset: self, index: chosen.map(|(at, _)| at as u32).collect() }
    }
}

/// Some samples of a dataset, in its order. What [`Train`](super::Train), [`Valid`](super::Valid) and
/// [`Test`](super::Test) wrap, and what prediction takes.
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    dataset: &'a Dataset,
    index: Vec<u32>,
}

impl<'a> Samples<'a> {
    /// Where they come from.
    #[must_use]
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The samples in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a Sample> + '_ {
        self.index.iter().map(|&at| &self.dataset.samples[at as usize])
    }

    /// The sample at a position of this selection.
    #[must_use]
    pub fn at(&self, position: usize) -> &'a Sample {
        &self.dataset.samples[self.index[position] as usize]
    }

    /// The series of a sample.
    #[must_use]
    pub fn series_of(&self, sample: &Sample) -> &'a Series {
        &self.dataset.series[sample.series as usize]
    }

    /// Labels in order; an unknown one counts as 0 (the splits hold none).
    #[must_use]
    pub fn labels(&self) -> Vec<bool> {
        self.iter().map(|sample| sample.label == Some(1)).collect()
    }

    /// Number of samples labelled 1.
    #[must_use]
    pub fn positives(&self) -> usize {
        self.iter().filter(|sample| sample.label == Some(1)).count()
    }

    /// Series that have a sample, in symbol order.
    #[must_use]
    pub fn series(&self) -> Vec<&'a Series> {
        let used: BTreeSet<u32> = self.iter().map(|sample| sample.series).collect();
        used.into_iter().map(|at| &self.dataset.series[at as usize]).collect()
    }
}
