//! Asking a stored model about any period, for backtests: nothing is stored.

use super::Result;
use super::artifact::LoadedModel;
use crate::dataset;
use crate::domain::{Progress, Symbol, Ts};
use crate::store::Store;

/// What a model says at one bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Instrument.
    pub symbol: Symbol,
    /// UTC start of the newest bar in the window.
    pub ts: Ts,
    /// UTC time at which the prediction can be made.
    pub close_ts: Ts,
    /// Calibrated probability of label 1; always a number.
    pub probability: f64,
    /// Side of the bet that label 1 says is right, 1 or -1; `None` where it is always long.
    pub side: Option<i32>,
}

/// Predicts every complete window (of meta labels: those at which the primary rule bets) with `from <= ts < to`, ascending by time, then symbol.
///
/// `symbols` empty means those of its dataset; any without a training window is predicted as an average asset. `from` open means
/// [`LoadedModel::unseen_from`], so that by default nothing is predicted that the fit has seen.
///
/// # Errors
/// Features that are missing or were built with another definition; a probability that is no number.
pub fn predict(
    store: &Store,
    model: &LoadedModel,
    symbols: &[Symbol],
    from: Option<Ts>,
    to: Option<Ts>,
    progress: &dyn Progress,
) -> Result<Vec<Prediction>> {
    let wanted = if symbols.is_empty() { model.symbols() } else { symbols.to_vec() };
    let dataset = dataset::load(store, &model.dataset(&wanted, from.or_else(|| Some(model.unseen_from())), to))?;
    let samples = dataset.all();
    let probabilities = model.calibrated.probabilities(&samples, progress)?;
    Ok(samples
        .iter()
        .zip(probabilities)
        .map(|(sample, probability)| Prediction {
            symbol: samples.series_of(sample).symbol.clone(),
            ts: sample.ts,
            close_ts: sample.close_ts,
            probability,
            side: sample.side,
        })
        .collect())
}
