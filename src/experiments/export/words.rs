//! Numbers and findings as people read them.

use super::facts::{Facts, Trial};
use super::tables::plain;
use crate::domain::metric::{self, Unit};

/// A value of a metric; `-` is unknown.
pub fn value(name: &str, value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        None => "-".into(),
        Some(value) if metric::find(name).is_some_and(|metric| metric.unit == Unit::Share) => {
            format!("{:.2} %", 100.0 * value)
        }
        Some(value) if matches!(name, "n_trades" | "n_trials" | "n_tries" | "test_looks" | "test_backtests") => {
            format!("{value:.0}")
        }
        Some(value) if value.abs() >= 100.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// A value with its interval.
pub fn with_interval(metric: &str, known: Option<f64>, interval: Option<(f64, f64)>) -> String {
    let told = value(metric, known);
    match interval {
        Some((low, high)) => format!("{told} [{}, {}]", value(metric, Some(low)), value(metric, Some(high))),
        None => told,
    }
}

/// A trial in one line.
pub fn trial(trial: Option<&Trial>) -> String {
    let Some(trial) = trial else { return "none".into() };
    let params: Vec<String> = trial.params.iter().map(|(name, value)| format!("{name} = {}", plain(value))).collect();
    let params = if params.is_empty() { "defaults".into() } else { params.join(", ") };
    cell(&format!("trial {} ({params}), run {}", trial.trial, trial.run_id))
}

/// Text that may stand in a cell of a table.
pub fn cell(text: &str) -> String {
    let kept = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(kept).collect::<String>().replace('|', "\\|")
}

/// A capital first, a full stop last.
pub fn sentence(text: &str) -> String {
    let text = cell(text.trim());
    let mut letters = text.chars();
    let first: String = letters.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    let end = if text.is_empty() || text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// Why the winner must not be promoted; empty when nothing is in its way.
pub fn obstacles(facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let experiment = &facts.experiment;
    if facts.winner().is_none() {
        found.push("No trial has won: there is nothing to deploy.".into());
    }
    match &facts.verdict {
        None => found.push("Luck has not been measured: the search has not ended.".into()),
        Some(verdict) if !verdict.is_promotable && facts.winner().is_some() => {
            let reason = sentence(&verdict.reason);
            found.push(match verdict.verdict.as_str() {
                "cannot be told" => format!("Whether the winner is luck cannot be told. {reason}"),
                verdict if verdict.starts_with("overfit") => format!("The winner is {}. {reason}", cell(verdict)),
                verdict if verdict.starts_with("could") => format!("The winner {}. {reason}", cell(verdict)),
                verdict => format!("{} {reason}", sentence(verdict)),
            });
        }
        Some(_) => {}
    }
    if experiment.tested_at.is_none() {
        found.push("The test period has not been looked at.".into());
    }
    if facts.is_synthetic() {
        found.push("The data is SYNTHETIC: a result on it says nothing about a market.".into());
    }
    let least = super::super::thresholds::LEAST_TRADES;
    let runs = [
        ("validation", facts.winner().map(|trial| (trial.run_id.as_str(), "valid"))),
        ("the test period", experiment.test_run_id.as_deref().map(|run_id| (run_id, "backtest"))),
    ];
    for (place, run) in runs {
        let trades = run.and_then(|(run_id, split)| facts.finals(run_id, split).get("n_trades").copied());
        if let Some(trades) = trades.filter(|trades| *trades < least) {
            found.push(format!("The winner made {trades:.0} trades on {place}; below {least:.0} nothing is judged."));
        }
    }
    found
}
