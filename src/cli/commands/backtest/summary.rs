//! What a finished backtest prints.

use serde_json::json;

use crate::backtest::{Config, Outcome};
use crate::cli::output::{grid, interval, shown};
use crate::cli::{Failure, Output};
use crate::domain::metric::{self, Metric};
use crate::store::{Store, StoreError};

/// Metrics of the summary.
const SUMMARY: [&str; 15] = [
    "n_days",
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "exposure",
    "n_trades",
    "win_rate",
    "profit_factor",
    "expectancy",
    "turnover",
    "cost_drag",
];

/// The metrics are those of the view, so that what is printed is what anyone can query.
pub(super) fn report(store: &Store, outcome: &Outcome, config: &Config) -> Result<Output, Failure> {
    let metrics = &outcome.metrics;
    let row = |metric: &Metric| {
        let beside = metric.benchmark.map_or_else(String::new, |column| shown(metric, &metrics[column]));
        vec![metric.label.to_string(), shown(metric, &metrics[metric.name]), interval(metric, metrics), beside]
    };
    let rows: Vec<Vec<String>> = SUMMARY.iter().filter_map(|name| metric::find(name)).map(row).collect();
    let mut text = format!(
        "run {} ({} over {} bars of {})\n\n",
        outcome.run_id,
        config.strategies.join(", "),
        outcome.n_bars,
        config.interval
    );
    text.push_str(&grid(&["", "strategy", "95 % interval", "buy and hold"], &[false, true, true, true], &rows));
    let mut warnings = warnings(store, outcome, config)?;
    warnings.extend(metrics["annualised_warning"].as_str().map(ToString::to_string));
    for warning in &warnings {
        text.push_str(&format!("\n\nnote: {warning}"));
    }
    text.push_str(&format!("\n\nnext: ws report {} --out report", outcome.run_id));
    let document = json!({
        "run_id": outcome.run_id, "n_bars": outcome.n_bars, "n_trades": outcome.n_trades, "n_refused": outcome.n_refused,
        "n_fills_without_volume": outcome.n_fills_without_volume,
        "final_equity": outcome.final_equity, "final_benchmark": outcome.final_benchmark, "metrics": metrics,
        "warnings": warnings,
    });
    Ok(Output::new(text, document))
}

fn warnings(store: &Store, outcome: &Outcome, config: &Config) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    if config.in_sample {
        found.push("IN-SAMPLE: the model has seen these bars; the result says nothing about the future".to_string());
    }
    if config.source.as_ref().is_some_and(|source| source.audit_id.is_none()) {
        found.push("UNAUDITED: nothing proves that the signals do not see ahead".to_string());
    }
    if outcome.n_signals_unused > 0 {
        found.push(format!("{} signals lie outside the traded bars and were not used", outcome.n_signals_unused));
    }
    if outcome.n_refused > 0 {
        let (n, run) = (outcome.n_refused, &outcome.run_id);
        let kinds = store.conn().query_row(crate::sql!("cli/refusals"), [run], |row| row.get(0));
        let kinds: String = kinds.map_err(StoreError::from)?;
        found.push(format!("{n} orders were refused: {kinds} (ws query refused_orders --param run={run})"));
    }
    found.extend(outcome.notes.iter().cloned());
    let best = config.predictions.iter().map(|prediction| prediction.probability).fold(f64::NAN, f64::max);
    if config.model.is_some() && outcome.n_trades == 0 && best.is_finite() {
        found.push(format!("no trade: the highest probability is {best:.3}; --param threshold=model takes the model's own, threshold=profit the best on validation after costs"));
    }
    Ok(found)
}
