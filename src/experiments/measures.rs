//! What a trial can be judged by: columns of the metrics views by name, and the composite of them.

use std::collections::BTreeMap;

/// Metrics by name; `None` is unknown.
pub type Measures = BTreeMap<String, Option<f64>>;

/// Columns of `run_performance` that a trial has.
const PERFORMANCE: [&str; 29] = [
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
    "avg_win",
    "avg_loss",
    "expectancy",
    "avg_holding_minutes",
    "turnover",
    "cost_drag",
    "benchmark_return",
    "beta",
    "information_ratio",
    "excess_return",
    "n_days",
    "end_equity",
    "benchmark_sharpe",
    "benchmark_max_drawdown",
    "benchmark_cagr",
    "benchmark_volatility",
    "benchmark_sortino",
    "benchmark_calmar",
];

/// Columns of `classification_report`, and the composite of both.
const DIRECTIONS: [&str; 9] = [
    "accuracy",
    "precision_long",
    "recall_long",
    "f1_long",
    "precision_short",
    "recall_short",
    "f1_short",
    "hit_ratio",
    "composite",
];

/// Columns of `classifier_metrics`, over the windows that judge.
const CLASSIFIER: [&str; 8] = ["roc_auc", "pr_auc", "log_loss", "brier", "base_rate", "precision", "recall", "f1"];

/// Every name, those of models' own metrics only where there is a model.
#[must_use]
pub fn names(is_model: bool) -> Vec<&'static str> {
    let of_model: &[&str] = if is_model { &CLASSIFIER } else { &[] };
    PERFORMANCE.iter().chain(&DIRECTIONS).chain(of_model).copied().collect()
}

/// 0.4 clamp(sharpe / 3, 0..1) + 0.3 precision_long + 0.2 hit_ratio + 0.1 win_rate; what is unknown counts as 0, and without
/// a trade nothing is known.
#[must_use]
pub fn composite(measures: &Measures) -> Option<f64> {
    let known = |name: &str| measures.get(name).copied().flatten();
    known("n_trades").filter(|count| *count > 0.0)?;
    let of = |name: &str| known(name).unwrap_or(0.0);
    Some(
        0.4 * (of("sharpe") / 3.0).clamp(0.0, 1.0)
            + 0.3 * of("precision_long")
            + 0.2 * of("hit_ratio")
            + 0.1 * of("win_rate"),
    )
}
