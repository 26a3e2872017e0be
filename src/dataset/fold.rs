//! One fold of a cross-validation: what a fit may see, purged and embargoed around what judges it.
//!
//! A training sample is dropped when its span, from its decision bar to the bar that decides its label, meets the span
//! of any judging sample, of whatever symbol, or the last `embargo` bars of its own symbol before a judged stretch, or
//! when its decision bar is among the first `embargo` bars of its symbol after one
//! (purging and embargo of López de Prado, *Advances in Financial Machine Learning*, 2018, ch. 7). Of the training times
//! that are left, the last share is set aside, purged likewise, to stop, calibrate and choose a threshold by.

use super::embargo::{free_after, free_before};
use super::split::{Test, Train, Valid};
use super::{Dataset, Sample, Samples};
use crate::domain::Ts;

/// Bar starts from one instant up to, but not including, another.
pub type Stretch = (Ts, Ts);

/// Part of the training times, the last, that watches the fit.
pub const WATCHED: f64 = 0.2;

/// What is learned from and what judges.
#[derive(Debug, Clone)]
pub struct FoldSpec {
    /// Where training samples may lie.
    pub train: Vec<Stretch>,
    /// What judges.
    pub judged: Vec<Stretch>,
    /// Bars of each symbol kept free around judged stretches.
    pub embargo: usize,
}

/// The samples of a fold.
#[derive(Debug)]
pub struct Fold<'a> {
    /// To fit on.
    pub train: Train<'a>,
    /// To stop, calibrate and choose a threshold by.
    pub watch: Valid<'a>,
    /// To judge by: every window, also those without a label.
    pub judged: Test<'a>,
    /// Labelled samples of the training stretches that were dropped.
    pub n_purged: usize,
}

/// Selects the samples of a fold.
#[must_use]
pub fn fold<'a>(dataset: &'a Dataset, spec: &FoldSpec) -> Fold<'a> {
    let within = |stretches: &[Stretch], ts: Ts| stretches.iter().any(|(from, to)| *from <= ts && ts < *to);
    let closed: Vec<Vec<Stretch>> = spec.judged.iter().map(|judged| closed(dataset, *judged, spec.embargo)).collect();
    let in_train = |sample: &Sample| sample.is_labelled() && within(&spec.train, sample.ts);
    // A label that reaches into a judged stretch knows something of it.
    let is_free = |sample: &Sample| {
        let exit = sample.exit_ts.unwrap_or(sample.ts);
        let mut own = closed.iter().map(|by_series| by_series[sample.series as usize]);
        !own.any(|(from, to)| sample.ts < to && exit >= from)
    };
    let usable = dataset.select(|sample| in_train(sample) && is_free(sample));
    let n_purged = dataset.samples.iter().filter(|sample| in_train(sample) && !is_free(sample)).count();
    let watch_from = watch_start(&usable);
    let train_to: Vec<Ts> =
        dataset.series.iter().map(|series| free_before(&series.ts, watch_from, spec.embargo)).collect();
    let is_before = |sample: &Sample| {
        sample.ts < train_to[sample.series as usize] && sample.exit_ts.is_some_and(|exit| exit < watch_from)
    };
    let of =
        |keep: &dyn Fn(&Sample) -> bool| dataset.select(|sample| in_train(sample) && is_free(sample) && keep(sample));
    Fold {
        train: Train(of(&is_before)),
        watch: Valid(of(&|sample| sample.ts >= watch_from)),
        judged: Test(dataset.select(|sample| within(&spec.judged, sample.ts))),
        n_purged,
    }
}

/// By series, a judged stretch with the embargo around it and the labels that reach out of it.
fn closed(dataset: &Dataset, (from, to): Stretch, embargo: usize) -> Vec<Stretch> {
    let judged = dataset.samples.iter().filter(|sample| from <= sample.ts && sample.ts < to);
    let reach = judged.filter_map(|sample| sample.exit_ts).max().map_or(to, |exit| exit.plus(1)).max(to);
    let of = |bars: &[Ts]| (free_before(bars, from, embargo), free_after(bars, to, embargo).max(reach));
    dataset.series.iter().map(|series| of(&series.ts)).collect()
}

/// Where the last share of the training times begins.
fn watch_start(usable: &Samples<'_>) -> Ts {
    let mut times: Vec<Ts> = usable.iter().map(|sample| sample.ts).collect();
    times.dedup();
    let at = (times.len() as f64 * (1.0 - WATCHED)) as usize;
    times.get(at).copied().unwrap_or(Ts(i64::MAX))
}
