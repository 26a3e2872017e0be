//! Rows that training and evaluating leave in the store: predictions, and metrics taken from the views.

use super::artifact::Calibrated;
use super::{Metrics, Result};
use crate::dataset::{Sample, Samples};
use crate::store::{Columns, Store, StoreError, params};

/// Who predicted.
pub(super) struct Asked<'a> {
    pub(super) run_id: &'a str,
    pub(super) model_id: &'a str,
    /// valid or test.
    pub(super) split: &'static str,
    /// Mean time of a prediction.
    pub(super) latency_ms: f64,
}

/// Stores one prediction a sample, with the label and the return it turned out to have.
pub(super) fn predictions(
    store: &Store,
    asked: &Asked<'_>,
    model: &Calibrated,
    samples: &Samples<'_>,
    probabilities: &[f64],
) -> Result<()> {
    let n = samples.len();
    let verdict = |(sample, p): (&Sample, &f64)| match sample.side {
        _ if *p < model.threshold => "NOOP",
        Some(side) if side < 0 => "SHORT",
        _ => "LONG",
    };
    let verdicts: Vec<&str> = samples.iter().zip(probabilities).map(verdict).collect();
    Columns::new()
        .text("run_id", std::iter::repeat_n(asked.run_id, n))
        .text("split", std::iter::repeat_n(asked.split, n))
        .ts("ts", samples.iter().map(|sample| sample.ts))
        .ts("close_ts", samples.iter().map(|sample| sample.close_ts))
        .text("symbol", samples.iter().map(|sample| samples.series_of(sample).symbol.as_str()))
        .text("interval", std::iter::repeat_n(samples.dataset().interval.as_str(), n))
        .text("model_id", std::iter::repeat_n(asked.model_id, n))
        .f64("probability", probabilities.iter().copied())
        .f64("threshold", std::iter::repeat_n(model.threshold, n))
        .text("ml_verdict", &verdicts)
        .text("final_verdict", &verdicts)
        .text("final_source", std::iter::repeat_n("model", n))
        .f64("confidence", probabilities.iter().map(|p| (2.0 * p - 1.0).abs()))
        .f64("latency_ms", std::iter::repeat_n(asked.latency_ms, n))
        .i32_opt("label", samples.iter().map(|sample| sample.label))
        .i32_opt("side", samples.iter().map(|sample| sample.side))
        .f64("forward_return", samples.iter().map(|sample| sample.forward_return))
        .append_to(store, "predictions")?;
    Ok(())
}

/// Copies a run's row of the `classifier_metrics` view into `run_metrics` and returns it.
pub(super) fn metrics(store: &Store, run_id: &str, split: &str) -> Result<Metrics> {
    store.conn().execute(crate::sql!("models/record_metrics"), params![run_id, split]).map_err(StoreError::from)?;
    let mut statement = store.conn().prepare(crate::sql!("models/final_metrics")).map_err(StoreError::from)?;
    let rows =
        statement.query_map(params![run_id, split], |row| Ok((row.get(0)?, row.get(1)?))).map_err(StoreError::from)?;
    Ok(rows.collect::<std::result::Result<_, _>>().map_err(StoreError::from)?)
}
