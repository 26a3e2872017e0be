//! Rows of `predictions`: every model call a run used, and what came of it.
//!
//! `ml_verdict` is what the probability alone says: LONG from the threshold on (with meta labels the side of the bet), SHORT
//! up to the short threshold where there is one, else NOOP. `final_verdict` is the same where an entry was ordered for it (or nothing was to be done), and
//! HOLD where a rule kept it from being one: a filter, the sentiment gate, a limit of the account, a position that was
//! held already. `final_source` tells the two apart: `model` or `rule`.

use std::collections::HashSet;
use std::iter::repeat_n;

use super::chosen::Chosen;
use super::{Config, ModelRef, Prediction};
use crate::domain::{Bars, Ts};
use crate::store::{Columns, Result, Store};
use crate::trade::Direction;
use crate::trade::strategies::Model;

/// A call about a bar of the run.
struct Used<'a> {
    call: &'a Prediction,
    close_ts: Ts,
    raw: Option<&'static str>,
    /// Whether nothing but the model decided.
    obeyed: bool,
}

/// Stores the predictions about bars of the run, with the threshold in force and what was done; `entries` are those that the
/// strategy which asked the model ordered and nobody refused: the asset, and when they were decided.
pub(super) fn write(
    store: &Store,
    run_id: &str,
    config: &Config,
    model: &ModelRef,
    asked: &Chosen,
    series: &[Bars],
    entries: &HashSet<(usize, Ts)>,
) -> Result<()> {
    let (threshold, short) = (asked.params.get("threshold"), asked.params.get("short_threshold"));
    let used = |call| {
        let (asset, close_ts) = bar(call, series)?;
        let raw = verdict(call, threshold, short);
        let obeyed = !matches!(raw, Some("LONG" | "SHORT")) || entries.contains(&(asset, close_ts));
        Some(Used { call, close_ts, raw, obeyed })
    };
    let is_traded = |call: &&Prediction| config.from.is_none_or(|from| call.ts >= from);
    let mut used: Vec<Used<'_>> = config.predictions.iter().filter(is_traded).filter_map(used).collect();
    used.sort_by(|a, b| (a.call.ts, &a.call.symbol).cmp(&(b.call.ts, &b.call.symbol)));
    let n = used.len();
    let calls = || used.iter().map(|used| used.call);
    let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Columns::new()
        .text("run_id", repeat_n(run_id, n))
        .text("split", repeat_n("backtest", n))
        .ts("ts", calls().map(|call| call.ts))
        .ts("close_ts", used.iter().map(|used| used.close_ts))
        .text("symbol", calls().map(|call| call.symbol.as_str()))
        .text("interval", repeat_n(config.interval.as_str(), n))
        .text("model_id", repeat_n(model.model_id.as_str(), n))
        .f64("probability", calls().map(|call| call.probability))
        .f64("threshold", repeat_n(threshold, n))
        .text_opt("ml_verdict", used.iter().map(|used| used.raw))
        .text_opt("final_verdict", used.iter().map(|used| if used.obeyed { used.raw } else { Some("HOLD") }))
        .text("final_source", used.iter().map(|used| if used.obeyed { "model" } else { "rule" }))
        .f64("confidence", calls().map(|call| Model::confidence(call.probability)))
        .f64("latency_ms", calls().map(|call| known(call.latency_ms)))
        .i32_opt("label", calls().map(|call| call.label))
        .i32_opt("side", calls().map(|call| call.side.map(|side| side.sign() as i32)))
        .f64("forward_return", calls().map(|call| known(call.forward_return)))
        .append_to(store, "predictions")
}

/// Asset of a prediction and when its bar was known; `None` when it is no bar of the run.
fn bar(call: &Prediction, series: &[Bars]) -> Option<(usize, Ts)> {
    let asset = series.binary_search_by(|bars| bars.symbol.cmp(&call.symbol)).ok()?;
    let bar = series[asset].ts.binary_search(&call.ts).ok()?;
    Some((asset, series[asset].close_ts[bar]))
}

/// What the model says; nothing when it does not know.
fn verdict(call: &Prediction, threshold: f64, short: f64) -> Option<&'static str> {
    let side = if call.probability >= threshold {
        call.side.unwrap_or(Direction::Long).as_str()
    } else if call.side.is_none() && short > 0.0 && call.probability <= short {
        Direction::Short.as_str()
    } else {
        "NOOP"
    };
    (!call.probability.is_nan()).then_some(side)
}
