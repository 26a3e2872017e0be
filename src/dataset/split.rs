//! Splitting by time, purged: the one place where training, validation and test samples are made.
//!
//! The distinct times of labelled samples, over all symbols together, are cut by fractions into three periods. A
//! sample covers `[ts, exit_ts]`: from its decision bar to the bar in which its label is decided.
//!
//! - *Purge*: a training sample that covers the start of validation or anything after it is dropped, and so is a
//!   validation sample that covers the start of the test period, whatever its symbol.
//! - *Embargo*: the last `embargo` bars of each symbol before each boundary are dropped too, counted in its own bars. By
//!   default that is the lookback, so
//!   that no window of a later period contains the decision bar of a sample of an earlier one. An embargo of at least
//!   the labels' horizon also keeps the purge from picking: without one, of the last samples before a boundary only
//!   those survive whose barrier was touched early.
//!
//! The method is purging and embargo of López de Prado, *Advances in Financial Machine Learning* (2018), ch. 7,
//! with training always before validation before test.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::embargo::free_before;
use super::{Dataset, DatasetError, Result, Samples};
use crate::domain::Ts;

/// How to split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SplitSpec {
    /// Fraction of the times for training.
    pub train: f64,
    /// Fraction for early stopping, calibration and the threshold.
    pub valid: f64,
    /// Fraction for the test; the three add up to 1.
    pub test: f64,
    /// Bars of each symbol kept free before each boundary; `None` is the lookback.
    pub embargo: Option<usize>,
}

impl Default for SplitSpec {
    fn default() -> Self {
        Self { train: 0.7, valid: 0.15, test: 0.15, embargo: None }
    }
}

/// First and last sample time of each period, all inclusive; as JSON, text such as `2024-01-31 09:15:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// First training time.
    #[serde(with = "text")]
    pub train_start: Ts,
    /// Last training time, of any symbol.
    #[serde(with = "text")]
    pub train_end: Ts,
    /// First validation time.
    #[serde(with = "text")]
    pub valid_start: Ts,
    /// Last validation time, of any symbol.
    #[serde(with = "text")]
    pub valid_end: Ts,
    /// First test time; nothing a fit has seen reaches this bar.
    #[serde(with = "text")]
    pub test_start: Ts,
    /// Last test time.
    #[serde(with = "text")]
    pub test_end: Ts,
    /// Bars of each symbol kept free before validation and test. Models stored without one counted the times of all
    /// symbols together, which their last times tell.
    #[serde(default)]
    pub embargo: usize,
}

/// Times as text, the way tables show them.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::domain::Ts;

    pub fn serialize<S: Serializer>(ts: &Ts, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(ts)
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Ts, D::Error> {
        let text = String::deserialize(from)?;
        Ts::parse(&text).ok_or_else(|| D::Error::custom(format!("'{text}' is no time")))
    }
}

/// Samples to fit on.
#[derive(Debug)]
pub struct Train<'a>(pub(super) Samples<'a>);

/// Samples to stop, calibrate and choose a threshold by.
#[derive(Debug)]
pub struct Valid<'a>(pub(super) Samples<'a>);

/// Samples that no fit may see.
#[derive(Debug)]
pub struct Test<'a>(pub(super) Samples<'a>);

impl<'a> Deref for Train<'a> {
    type Target = Samples<'a>;
    fn deref(&self) -> &Samples<'a> {
        &self.0
    }
}

impl<'a> Deref for Valid<'a> {
    type Target = Samples<'a>;
    fn deref(&self) -> &Samples<'a> {
        &self.0
    }
}

impl<'a> Deref for Test<'a> {
    type Target = Samples<'a>;
    fn deref(&self) -> &Samples<'a> {
        &self.0
    }
}

/// A dataset in three.
#[derive(Debug)]
pub struct Split<'a> {
    /// Where the cuts are.
    pub periods: Periods,
    /// To fit on.
    pub train: Train<'a>,
    /// To choose by.
    pub valid: Valid<'a>,
    /// To judge by.
    pub test: Test<'a>,
}

/// Cuts the labelled samples by time.
///
/// # Errors
/// Fractions that are not positive or don't add up to 1, and a history too short for them.
pub fn by_time<'a>(dataset: &'a Dataset, spec: &SplitSpec) -> Result<Split<'a>> {
    let mut times: Vec<Ts> =
        dataset.samples.iter().filter(|sample| sample.is_labelled()).map(|sample| sample.ts).collect();
    times.dedup();
    let bars: Vec<&[Ts]> = dataset.series.iter().map(|series| series.ts.as_slice()).collect();
    Ok(restore(dataset, periods(&times, &bars, spec, dataset.lookback)?))
}

/// Where distinct ascending times of labels are cut; `bars` are those of each symbol, ascending, and `lookback` is the
/// embargo of a `spec` without one.
///
/// # Errors
/// As [`by_time`].
pub fn periods(times: &[Ts], bars: &[&[Ts]], spec: &SplitSpec, lookback: usize) -> Result<Periods> {
    let fractions = [spec.train, spec.valid, spec.test];
    let sum: f64 = fractions.iter().sum();
    if !fractions.iter().all(|fraction| *fraction > 0.0) || (sum - 1.0).abs() > 1e-9 {
        return Err(DatasetError::Spec(format!(
            "split fractions {}/{}/{} must be positive and add up to 1",
            spec.train, spec.valid, spec.test
        )));
    }
    let embargo = spec.embargo.unwrap_or(lookback);
    let too_short = || {
        let fractions = format!("{}/{}/{}", spec.train, spec.valid, spec.test);
        DatasetError::TooShort { times: times.len(), fractions, embargo }
    };
    let valid_at = (times.len() as f64 * spec.train) as usize;
    let test_at = (times.len() as f64 * (spec.train + spec.valid)) as usize;
    if valid_at == 0 || test_at <= valid_at || test_at >= times.len() {
        return Err(too_short());
    }
    // The last bar of any symbol that its own embargo leaves free between two times.
    let last_free = |from: Ts, boundary: Ts| {
        let of = |bars: &&[Ts]| {
            let end = free_before(bars, boundary, embargo);
            bars[..bars.partition_point(|ts| *ts < end)].last().copied().filter(|ts| *ts >= from)
        };
        bars.iter().filter_map(of).max().ok_or_else(too_short)
    };
    Ok(Periods {
        train_start: times[0],
        train_end: last_free(times[0], times[valid_at])?,
        valid_start: times[valid_at],
        valid_end: last_free(times[valid_at], times[test_at])?,
        test_start: times[test_at],
        test_end: times[times.len() - 1],
        embargo,
    })
}

/// Splits by stored periods, purging again; on the data of the first split this gives the same samples.
#[must_use]
pub fn restore(dataset: &Dataset, periods: Periods) -> Split<'_> {
    let part = |start: Ts, end: Ts, before: Option<Ts>| {
        let free_to = |series: &super::Series| {
            before.map_or(Ts(i64::MAX), |boundary| free_before(&series.ts, boundary, periods.embargo))
        };
        let free_to: Vec<Ts> = dataset.series.iter().map(free_to).collect();
        dataset.select(|sample| {
            let inside = start <= sample.ts && sample.ts <= end && sample.ts < free_to[sample.series as usize];
            let ends_in_time = before.is_none_or(|boundary| sample.exit_ts.is_some_and(|exit| exit < boundary));
            sample.is_labelled() && inside && ends_in_time
        })
    };
    Split {
        periods,
        train: Train(part(periods.train_start, periods.train_end, Some(periods.valid_start))),
        valid: Valid(part(periods.valid_start, periods.valid_end, Some(periods.test_start))),
        test: Test(part(periods.test_start, periods.test_end, None)),
    }
}
