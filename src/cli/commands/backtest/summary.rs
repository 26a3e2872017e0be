//! What a finished backtest prints.

use serde_json::{Value, json};

use crate::backtest::{Config, Outcome};
use crate::cli::output::{grid, number, percent};
use crate::cli::{Failure, Output};
use crate::store::{Store, StoreError, query};

/// Rows of the summary: name, column of `run_performance`, column for buy and hold, whether it is a fraction.
const SUMMARY: [(&str, &str, &str, bool); 14] = [
    ("total return", "total_return", "benchmark_return", true),
    ("CAGR", "cagr", "", true),
    ("volatility", "volatility", "", true),
    ("Sharpe", "sharpe", "benchmark_sharpe", false),
    ("Sortino", "sortino", "", false),
    ("Calmar", "calmar", "", false),
    ("max drawdown", "max_drawdown", "benchmark_max_drawdown", true),
    ("exposure", "exposure", "", true),
    ("trades", "n_trades", "", false),
    ("win rate", "win_rate", "", true),
    ("profit factor", "profit_factor", "", false),
    ("expectancy a trade", "expectancy", "", false),
    ("turnover", "turnover", "", false),
    ("cost drag", "cost_drag", "", true),
];

/// Reads the run's metrics back from the view, so that what is printed is what anyone can query.
pub(super) fn report(store: &Store, outcome: &Outcome, config: &Config) -> Result<Output, Failure> {
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(outcome.run_id.clone())])?;
    let metrics = table.json_rows().into_iter().next().unwrap_or(Value::Null);
    let cell = |column: &str, fraction: bool| match metrics.get(column) {
        None | Some(Value::Null) => {
            if column.is_empty() {
                String::new()
            } else {
                "-".into()
            }
        }
        Some(value) if column == "n_trades" => value.to_string(),
        Some(value) if fraction => percent(value.as_f64()),
        Some(value) => number(value.as_f64()),
    };
    let rows: Vec<Vec<String>> = SUMMARY
        .iter()
        .map(|(name, column, benchmark, fraction)| {
            vec![(*name).into(), cell(column, *fraction), cell(benchmark, *fraction)]
        })
        .collect();
    let mut text = format!(
        "run {} ({} over {} bars of {})\n\n",
        outcome.run_id,
        config.strategies.join(", "),
        outcome.n_bars,
        config.interval
    );
    text.push_str(&grid(&["", "strategy", "buy and hold"], &[false, true, true], &rows));
    let warnings = warnings(store, outcome, config)?;
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
