//! Numbers and findings as people read them.

use super::facts::{Facts, Trial};
use super::tables::plain;

/// Metrics that are shares, told in percent.
const SHARES: [&str; 12] = [
    "precision_long",
    "recall_long",
    "f1_long",
    "hit_ratio",
    "win_rate",
    "accuracy",
    "total_return",
    "cagr",
    "max_drawdown",
    "benchmark_return",
    "excess_return",
    "exposure",
];

/// A value of a metric; `-` is unknown.
pub fn value(metric: &str, value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        None => "-".into(),
        Some(value) if SHARES.contains(&metric) => format!("{:.2} %", 100.0 * value),
        Some(value) if matches!(metric, "n_trades" | "n_trials" | "test_looks") => format!("{value:.0}"),
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

/// What a measure of luck says, where the store does not tell it in words.
pub fn luck(measure: &str) -> &'static str {
    match measure {
        "deflated_sharpe" => {
            "probability of a true Sharpe ratio above what the best of so many trials without skill shows"
        }
        "probabilistic_sharpe" => "probability of a true Sharpe ratio above 0, had this been the only trial",
        "minimum_track_record" => "days of such returns until a Sharpe ratio above 0 is 95 % sure",
        "pbo" => {
            "share of splits whose best trial of one half was no better than the median in the other; a coin gives 0.5"
        }
        "spa_p" => "probability of a best trial this good were none better than the baseline (Hansen)",
        "reality_check_p" => "the same by White's reality check",
        "n_trials" => "trials ever run on this data",
        "validation_sharpe" => "Sharpe ratio of the winner on validation",
        "test_sharpe" => "Sharpe ratio of the winner on the test period",
        "sharpe_gap" => "what the Sharpe ratio lost from validation to the test period",
        "sharpe_gap_p" => "probability of a gap at least as wide were both the same",
        "walk_sharpe" => "Sharpe ratio of choosing the best on past windows and trading it on the next",
        "test_looks" => "other experiments that have looked at this test period",
        _ => "",
    }
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
        Some(verdict) if !verdict.is_promotable => {
            let (verdict, reason) = (cell(&verdict.verdict), sentence(&verdict.reason));
            found.push(format!("**The winner could be luck** (verdict: {verdict}). {reason}"));
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
