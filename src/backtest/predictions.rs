//! Rows of `predictions`: every model call a run used.

use std::iter::repeat_n;

use super::{Config, ModelRef, Prediction};
use crate::domain::{Bars, Ts};
use crate::store::{Columns, Result, Store};
use crate::trade::strategies::Model;

/// Stores the predictions about bars of the run, with the threshold in force.
pub(super) fn write(
    store: &Store,
    run_id: &str,
    config: &Config,
    model: &ModelRef,
    threshold: f64,
    series: &[Bars],
) -> Result<()> {
    let mut used: Vec<(&Prediction, Ts)> =
        config.predictions.iter().filter_map(|call| Some((call, close_ts(call, series)?))).collect();
    used.sort_by(|(a, _), (b, _)| (a.ts, &a.symbol).cmp(&(b.ts, &b.symbol)));
    let n = used.len();
    let calls = || used.iter().map(|(call, _)| *call);
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let verdicts = || calls().map(|call| verdict(call.probability, threshold));
    Columns::new()
        .text("run_id", repeat_n(run_id, n))
        .text("split", repeat_n("backtest", n))
        .ts("ts", calls().map(|call| call.ts))
        .ts("close_ts", used.iter().map(|(_, close_ts)| *close_ts))
        .text("symbol", calls().map(|call| call.symbol.as_str()))
        .text("interval", repeat_n(config.interval.as_str(), n))
        .text("model_id", repeat_n(model.model_id.as_str(), n))
        .f64("probability", calls().map(|call| call.probability))
        .f64("threshold", repeat_n(threshold, n))
        .text_opt("ml_verdict", verdicts())
        .text_opt("final_verdict", verdicts())
        .text("final_source", repeat_n("model", n))
        .f64("confidence", calls().map(|call| Model::confidence(call.probability)))
        .f64("latency_ms", calls().map(|call| known(call.latency_ms)))
        .i32_opt("label", calls().map(|call| call.label))
        .f64("forward_return", calls().map(|call| known(call.forward_return)))
        .append_to(store, "predictions")
}

/// When the bar of a prediction was known; `None` when it is no bar of the run.
fn close_ts(call: &Prediction, series: &[Bars]) -> Option<Ts> {
    let asset = series.binary_search_by(|bars| bars.symbol.cmp(&call.symbol)).ok()?;
    let bar = series[asset].ts.binary_search(&call.ts).ok()?;
    Some(series[asset].close_ts[bar])
}

/// What the model says; nothing when it does not know.
fn verdict(probability: f64, threshold: f64) -> Option<&'static str> {
    (!probability.is_nan()).then_some(if probability >= threshold { "LONG" } else { "NOOP" })
}
