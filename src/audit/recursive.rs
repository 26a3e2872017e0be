//! Does a longer history change anything? Warm-ups and memories compared with what the records say.
//!
//! A set is built over a sample, and again over the same bars without their first ones, from several starts. A feature
//! whose memory is finite or decaying must give the same value, to 1e-8 of its size, once as many bars are there as its
//! record says it takes to settle; its size is at least its median magnitude. Anchored features are told as such.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::error::AuditError;
use super::lookahead::Options;
use super::sample::Sample;
use super::subject::Subject;
use crate::domain::Progress;
use crate::features::{Feature, FeatureSet};
use crate::store::frame::Frame;
use crate::store::{Store, params};

/// The outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Recursive {
    /// Later starts compared.
    pub starts: usize,
    /// Values compared.
    pub compared: u64,
    /// Features, in the order of the set.
    pub features: Vec<Settled>,
    /// Series of the sample.
    pub series: Vec<String>,
}

/// How a feature forgets where history started.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settled {
    /// Name.
    pub feature: String,
    /// Memory, as its record says.
    pub memory: String,
    /// Bars before its first value, as its record says.
    pub warmup: usize,
    /// Bars before its first value, as found; `None` when it never had one.
    pub first: Option<usize>,
    /// Bars after which it is the same whatever came before, as its record says; `None` for an anchored one.
    pub settles: Option<usize>,
    /// The same as found: the last bar after a start at which it differed, plus one.
    pub settled: usize,
    /// Largest difference behind that point, relative to its size.
    pub error: f64,
    /// Values compared behind that point; 0 when the sample is too short to tell.
    pub compared: u64,
    /// Whether it keeps what its record says; an anchored feature promises nothing.
    pub passed: bool,
}

impl Recursive {
    /// Features that do not keep what their records say.
    #[must_use]
    pub fn alarms(&self) -> usize {
        self.features.iter().filter(|feature| !feature.passed).count()
    }
}

/// Compares histories; `options.cuts` is the number of starts.
///
/// # Errors
/// As [`super::lookahead`].
pub fn recursive(
    store: &Store,
    set: &FeatureSet,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Recursive, AuditError> {
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let subject = Subject::Features(Box::new(set.clone()));
    let longest = set.features().iter().filter_map(|feature| feature.memory.settles()).max().unwrap_or(0);
    let bars = options.bars.unwrap_or_else(|| (2 * longest + 200).clamp(600, 6_000));
    let options = Options { bars: Some(bars), ..options.clone() };
    let sample = Sample::take(store, &subject, &options, &mut random)?;
    let times = sample.close_times()?;
    if times.len() < 10 {
        return Err(AuditError::TooLittle(format!("{} bars are too few to compare histories on", times.len())));
    }
    let long = subject.rows(&sample.store)?;
    let mut features: Vec<Settled> = set.features().iter().map(settled).collect();
    let sizes: Vec<f64> = long.columns.iter().map(|column| median_size(column)).collect();
    note_first(&long, &mut features);
    progress.start("starts", options.cuts as u64);
    for _ in 0..options.cuts {
        let start = times[random.random_range(1..times.len() / 2)];
        sample.alter(crate::sql!("audit/clear_bars"), crate::sql!("audit/cut_past"), params![start])?;
        compare(&long, &subject.rows(&sample.store)?, &sizes, &mut features);
        progress.advance(1);
    }
    progress.finish();
    sample.restore()?;
    for feature in &mut features {
        feature.passed = feature.settles.is_none() || feature.error <= 1e-8;
    }
    let compared = features.iter().map(|feature| feature.compared).sum();
    Ok(Recursive { starts: options.cuts, compared, features, series: sample.series })
}

fn settled(feature: &Feature) -> Settled {
    Settled {
        feature: feature.name.clone(),
        memory: feature.memory.to_string(),
        warmup: feature.warmup,
        first: None,
        settles: feature.memory.settles(),
        settled: 0,
        error: 0.0,
        compared: 0,
        passed: true,
    }
}

/// Numbers of the rows within their series; keys are sorted, so that the rows of a series stand together.
fn numbers(frame: &Frame) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(frame.keys.len());
    for series in frame.keys.chunk_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1)) {
        numbers.extend(0..series.len());
    }
    numbers
}

fn note_first(frame: &Frame, features: &mut [Settled]) {
    let numbers = numbers(frame);
    for (feature, column) in features.iter_mut().zip(&frame.columns) {
        feature.first =
            numbers.iter().zip(column).filter(|(_, value)| !value.is_nan()).map(|(number, _)| *number).min();
    }
}

fn median_size(column: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = column.iter().filter(|value| !value.is_nan()).map(|value| value.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0).max(1e-12)
}

fn compare(long: &Frame, short: &Frame, sizes: &[f64], features: &mut [Settled]) {
    let place: HashMap<&(String, String, i64), usize> = long.keys.iter().zip(0..).collect();
    let numbers = numbers(short);
    for (row, key) in short.keys.iter().enumerate() {
        let Some(&at) = place.get(key) else { continue };
        for (n, feature) in features.iter_mut().enumerate() {
            let (x, y) = (long.columns[n][at], short.columns[n][row]);
            let error = match (x.is_nan(), y.is_nan()) {
                (true, true) => 0.0,
                (false, false) => (x - y).abs() / x.abs().max(sizes[n]),
                _ => f64::INFINITY,
            };
            if error > 1e-8 {
                feature.settled = feature.settled.max(numbers[row] + 1);
            }
            if feature.settles.is_some_and(|settles| numbers[row] >= settles) {
                feature.error = feature.error.max(error);
                feature.compared += 1;
            }
        }
    }
}
