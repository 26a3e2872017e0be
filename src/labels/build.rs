//! Labelling the chosen series of a store.

use std::iter::repeat_n;

use rayon::prelude::*;
use serde::Serialize;

use super::error::LabelError;
use super::row::{Barrier, LabelRow};
use super::spec::LabelSpec;
use crate::domain::{Bars, Progress, Ts};
use crate::store::bars::Coverage;
use crate::store::series::{self, SeriesFilter};
use crate::store::{Columns, Store, StoreError, actions, params, stale};

/// Bars labelled at once: bounds memory however many series there are.
const CHUNK_BARS: i64 = 500_000;

/// What a build did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelReport {
    /// Label set written.
    pub label_set: String,
    /// Rows written.
    pub rows: i64,
    /// Rows with a label.
    pub complete: i64,
    /// Share of 1 among them; `None` when there are none.
    pub base_rate: Option<f64>,
    /// The same by series.
    pub series: Vec<SeriesLabels>,
}

/// Labels of one series, counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesLabels {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// Rows written, one a bar.
    pub rows: i64,
    /// Rows with a label: their future is complete.
    pub complete: i64,
    /// Rows labelled 1.
    pub ones: i64,
    /// Profit came first.
    pub take_profit: i64,
    /// Loss came first.
    pub stop_loss: i64,
    /// Neither came in time.
    pub horizon: i64,
    /// Neither came before the session ended.
    pub session: i64,
    /// Share of 1 among the complete rows; `None` when there are none.
    pub base_rate: Option<f64>,
    /// Mean forward return of the complete rows, a fraction; `None` when there are none.
    pub mean_return: Option<f64>,
    /// Mean weight of the complete rows, in (0, 1]; `None` when there are none.
    pub mean_weight: Option<f64>,
}

/// Labels the chosen series and replaces their rows of this label set, in one transaction; `now` is kept with a new set.
///
/// # Errors
/// Unusable parameters, series without bars, faults of the store. Nothing is written then.
pub fn build(
    store: &Store,
    spec: &LabelSpec,
    filter: &SeriesFilter,
    now: Ts,
    progress: &dyn Progress,
) -> Result<LabelReport, LabelError> {
    spec.check()?;
    let series = filter.resolve(store)?;
    let label_set = spec.name();
    let json = serde_json::to_string(spec)
        .map_err(|error| LabelError::Spec { name: label_set.clone(), detail: error.to_string() })?;
    progress.start("labels", series.iter().map(|found| found.bars.unsigned_abs()).sum());
    let done = store.transaction(|| {
        let bound = params![label_set, spec.kind(), json, now.0];
        store.conn().execute(crate::sql!("labels/register"), bound).map_err(StoreError::from)?;
        let mut counted = Vec::with_capacity(series.len());
        for chunk in series::chunks(&series, CHUNK_BARS) {
            let loaded = series::load(store, chunk)?;
            let acting = actions::met(store.conn(), chunk.iter().map(|found| (&found.symbol, found.interval)))?;
            let labelled: Vec<Vec<LabelRow>> = (loaded.par_iter().zip(&acting))
                .map(|(bars, acting)| spec.label_paid(bars, &acting.paid(bars)))
                .collect();
            delete(store, &label_set, chunk)?;
            let built = chunk.iter().map(|found| (found.symbol.as_str(), found.interval.as_str()));
            stale::clear(store, "labels", &label_set, built)?;
            append(store, &label_set, &loaded, &labelled)?;
            counted.extend(loaded.iter().zip(&labelled).map(|(bars, rows)| count(bars, rows)));
            progress.advance(chunk.iter().map(|found| found.bars.unsigned_abs()).sum());
        }
        Ok::<_, StoreError>(counted)
    });
    progress.finish();
    let counted = done?;
    let sum = |of: fn(&SeriesLabels) -> i64| counted.iter().map(of).sum::<i64>();
    let complete = sum(|found| found.complete);
    Ok(LabelReport {
        label_set,
        rows: sum(|found| found.rows),
        complete,
        base_rate: share(sum(|found| found.ones) as f64, complete),
        series: counted,
    })
}

fn delete(store: &Store, label_set: &str, chunk: &[Coverage]) -> Result<(), StoreError> {
    let joined = |names: Vec<&str>| names.join("\n");
    let symbols = joined(chunk.iter().map(|found| found.symbol.as_str()).collect());
    let intervals = joined(chunk.iter().map(|found| found.interval.as_str()).collect());
    store.conn().execute(crate::sql!("labels/delete_series"), params![label_set, symbols, intervals])?;
    Ok(())
}

/// Appends all series at once: each append has a cost of its own.
fn append(store: &Store, label_set: &str, loaded: &[Bars], labelled: &[Vec<LabelRow>]) -> Result<(), StoreError> {
    let rows = || labelled.iter().flatten();
    Columns::new()
        .text("label_set", rows().map(|_| label_set))
        .text("symbol", loaded.iter().flat_map(|bars| repeat_n(bars.symbol.as_str(), bars.len())))
        .text("interval", loaded.iter().flat_map(|bars| repeat_n(bars.interval.as_str(), bars.len())))
        .ts("ts", rows().map(|row| row.ts))
        .i32_opt("label", rows().map(|row| row.label))
        .f64("forward_return", rows().map(|row| row.forward_return.unwrap_or(f64::NAN)))
        .ts_opt("entry_ts", rows().map(|row| row.entry_ts))
        .ts_opt("exit_ts", rows().map(|row| row.exit_ts))
        .text_opt("barrier", rows().map(|row| row.barrier.map(Barrier::as_str)))
        .i32_opt("side", rows().map(|row| row.side))
        .f64("weight", rows().map(|row| row.weight.unwrap_or(f64::NAN)))
        .append_to(store, "labels")
}

fn count(bars: &Bars, rows: &[LabelRow]) -> SeriesLabels {
    let ended_by = |barrier| rows.iter().filter(|row| row.barrier == Some(barrier)).count() as i64;
    let returns: Vec<f64> = rows.iter().filter_map(|row| row.forward_return).collect();
    let complete = returns.len() as i64;
    let ones = rows.iter().filter(|row| row.label == Some(1)).count() as i64;
    SeriesLabels {
        symbol: bars.symbol.to_string(),
        interval: bars.interval.to_string(),
        rows: rows.len() as i64,
        complete,
        ones,
        take_profit: ended_by(Barrier::TakeProfit),
        stop_loss: ended_by(Barrier::StopLoss),
        horizon: ended_by(Barrier::Horizon),
        session: ended_by(Barrier::Session),
        base_rate: share(ones as f64, complete),
        mean_return: share(returns.iter().sum(), complete),
        mean_weight: share(rows.iter().filter_map(|row| row.weight).sum(), complete),
    }
}

fn share(part: f64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part / whole as f64)
}
