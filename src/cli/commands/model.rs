//! What commands about models share: flags of training data, and a model as a strategy's source of predictions.

use std::collections::BTreeMap;

use super::backtest::Data;
use crate::backtest::{Config, Learned, ModelRef, Prediction};
use crate::cli::{Exit, Failure};
use crate::dataset;
use crate::domain::Progress;
use crate::models::{self, LoadedModel, ModelError};
use crate::store::Store;

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: None }
    }
}

/// The newest model of the store, when none was named.
pub fn newest_or(store: &Store, wanted: Option<&str>) -> Result<LoadedModel, Failure> {
    let wanted = match wanted {
        Some(wanted) => wanted.to_string(),
        None => {
            let found = store.conn().query_row(crate::sql!("cli/newest_model"), [], |row| row.get(0));
            let id: Option<String> = found.map_err(crate::store::StoreError::from)?;
            id.ok_or_else(|| Failure::refused("the store has no model").hint("train one: ws train --kind logistic"))?
        }
    };
    Ok(models::load(store, &wanted)?)
}

/// What `--param threshold=model` and `--param threshold=profit` stand for; `None` for a plain number.
///
/// `model` is the threshold stored with the model (best F1 on validation). `profit` is the one with the highest sum of
/// forward returns on validation after `round_trip` costs a prediction, a fraction where it is one, among those with 30 predictions.
fn named_threshold(
    store: &Store,
    model: &LoadedModel,
    params: &BTreeMap<String, String>,
    round_trip: Option<f64>,
) -> Result<Option<f64>, Failure> {
    match params.get("threshold").or_else(|| params.get("model.threshold")).map(String::as_str) {
        Some("model") => Ok(Some(model.threshold())),
        Some("profit") => {
            let fraction = || {
                Failure::refused("threshold=profit needs costs that are a fraction of the value")
                    .hint("use --param threshold=model, or --commission and --slippage-bps")
            };
            let args = crate::store::params![model.run_id, round_trip.ok_or_else(fraction)?];
            let found = store.conn().query_row(crate::sql!("cli/best_net_threshold"), args, |row| row.get(0));
            let threshold: Option<f64> = found.map_err(crate::store::StoreError::from)?;
            let none = || {
                Failure::refused("no threshold has 30 predictions on validation").hint("use --param threshold=model")
            };
            threshold.ok_or_else(none).map(Some)
        }
        _ => Ok(None),
    }
}

/// A backtest of a model: its symbols and interval, its predictions on bars that its fit has not seen.
pub fn config(
    store: &Store,
    wanted: &str,
    data: &Data,
    in_sample: bool,
    params: &BTreeMap<String, String>,
    round_trip: Option<f64>,
    progress: &dyn Progress,
) -> Result<Config, Failure> {
    let model = models::load(store, wanted)?;
    let mut config = unasked(store, &model, data, in_sample, params, round_trip)?;
    let started = std::time::Instant::now();
    let predicted = models::predict(store, &model, &config.symbols, config.from, data.to, progress)?;
    let latency_ms = started.elapsed().as_secs_f64() * 1000.0 / predicted.len().max(1) as f64;
    config.predictions = predicted
        .into_iter()
        .map(|prediction| Prediction {
            symbol: prediction.symbol,
            ts: prediction.ts,
            probability: prediction.probability,
            side: Prediction::side_of(prediction.side),
            label: None,
            forward_return: None,
            latency_ms: Some(latency_ms),
        })
        .collect();
    Ok(config)
}

/// The same before the model was asked about any bar.
pub fn unasked(
    store: &Store,
    model: &LoadedModel,
    data: &Data,
    in_sample: bool,
    params: &BTreeMap<String, String>,
    round_trip: Option<f64>,
) -> Result<Config, Failure> {
    if let Some(interval) = data.interval.filter(|interval| *interval != model.interval) {
        let message = format!("model {} reads {} bars, not {interval}", model.model_id, model.interval);
        return Err(Failure::refused(message).hint("leave --interval out"));
    }
    let unseen = model.unseen_from();
    if let Some(from) = data.from.filter(|from| *from < unseen && !in_sample) {
        let message = format!("from {from} the model has seen the bars; it may trade from {unseen} on");
        return Err(Failure::refused(message).hint("leave --from out, or pass --in-sample, which marks every report"));
    }
    if let Some(to) = data.to.filter(|to| *to <= unseen && !in_sample) {
        let message = format!("to {to} the model has seen every bar; it may trade from {unseen} on");
        return Err(Failure::refused(message).hint("leave --to out, or pass --in-sample, which marks every report"));
    }
    let from = data.from.unwrap_or(if in_sample { model.manifest.periods.train_start } else { unseen });
    let symbols = if data.symbols.is_empty() { model.symbols() } else { data.symbols.clone() };
    let mut config = Config::new("model", symbols, model.interval);
    config.from = Some(from);
    config.in_sample = in_sample && from < unseen;
    config.params.clone_from(params);
    if let Some(threshold) = named_threshold(store, model, params, round_trip)? {
        let key = if params.contains_key("threshold") { "threshold" } else { "model.threshold" };
        config.params.insert(key.into(), threshold.to_string());
    }
    let label_set = model.manifest.label_set.clone();
    let terms = dataset::bet_terms(store, &label_set).map_err(ModelError::from)?;
    config.learned = Some(Learned { label_set, feature_set: model.manifest.feature_set.clone(), terms });
    config.model = Some(ModelRef {
        model_id: model.model_id.clone(),
        parent_run_id: model.run_id.clone(),
        feature_set_hash: model.manifest.feature_set_hash.clone(),
    });
    Ok(config)
}
