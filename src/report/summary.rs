//! The first screen: a run's metrics beside buy-and-hold, and the facts that put them in their place.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ReportError;
use super::format::{Unit, number};
use super::read::{NO_CURRENCY, Record, Run, records, rows};
use super::table::Cell;
use crate::store::Store;

/// One line of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Name of the metric.
    pub label: &'static str,
    /// What it means, as the view's column comment says.
    pub meaning: String,
    /// Value of the strategy.
    pub strategy: Cell,
    /// Value of buy-and-hold; empty text when the view has no such number.
    pub benchmark: Cell,
}

/// A number that stands alone.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// Name.
    pub label: &'static str,
    /// What it means.
    pub meaning: String,
    /// Value.
    pub value: Cell,
}

/// Summary of one run.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The outcome in a sentence.
    pub sentence: String,
    /// Metrics beside buy-and-hold.
    pub lines: Vec<Line>,
    /// Facts beside the metrics.
    pub facts: Vec<Fact>,
}

/// Label, column of `run_performance`, column of buy-and-hold, unit.
const LINES: [(&str, &str, &str, Unit); 7] = [
    ("Total return", "total_return", "benchmark_return", Unit::Percent),
    ("CAGR, a year", "cagr", "benchmark_cagr", Unit::Percent),
    ("Volatility, a year", "volatility", "benchmark_volatility", Unit::Percent),
    ("Sharpe ratio", "sharpe", "benchmark_sharpe", Unit::Ratio),
    ("Sortino ratio", "sortino", "benchmark_sortino", Unit::Ratio),
    ("Max drawdown", "max_drawdown", "benchmark_max_drawdown", Unit::Percent),
    ("Calmar ratio", "calmar", "benchmark_calmar", Unit::Ratio),
];

const FACTS: [(&str, &str, Unit); 12] = [
    ("Cost drag, of capital", "cost_drag", Unit::Percent),
    ("Exposure, of the time", "exposure", Unit::Percent),
    ("Trades", "n_trades", Unit::Count),
    ("Win rate", "win_rate", Unit::Percent),
    ("Profit factor", "profit_factor", Unit::Ratio),
    ("Mean a trade", "expectancy", Unit::Money),
    ("Mean win", "avg_win", Unit::Money),
    ("Mean loss", "avg_loss", Unit::Money),
    ("Mean holding", "avg_holding_minutes", Unit::Minutes),
    ("Turnover, × account", "turnover", Unit::Ratio),
    ("Beta to buy and hold", "beta", Unit::Ratio),
    ("Information ratio", "information_ratio", Unit::Ratio),
];

const CLASSIFIER_FACTS: [(&str, &str, Unit); 6] = [
    ("Model base rate", "base_rate", Unit::Percent),
    ("Model precision", "precision", Unit::Percent),
    ("Model recall", "recall", Unit::Percent),
    ("ROC-AUC", "roc_auc", Unit::Ratio),
    ("Average precision", "pr_auc", Unit::Percent),
    ("Predictions", "n", Unit::Count),
];

/// Comments of a view's columns by name.
pub type Meanings = BTreeMap<String, String>;

/// The comments that the store keeps on a view's columns.
pub fn meanings(store: &Store, view: &str) -> Result<Meanings, ReportError> {
    let found = rows(store, crate::sql!("report/definitions"), &[view], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.into_iter().collect())
}

/// Metrics that a run without trades can't have.
const OF_TRADES: [&str; 6] = ["win_rate", "profit_factor", "expectancy", "avg_win", "avg_loss", "avg_holding_minutes"];

/// Why a metric is unknown, where the row itself says so; its meaning tells when it can be.
fn reason(record: &Record, column: &str) -> &'static str {
    if OF_TRADES.contains(&column) && record.number("n_trades") == Some(0.0) {
        "no trades"
    } else if column.starts_with("benchmark") && record.number("benchmark_return").is_none() {
        "no benchmark"
    } else {
        "unknown"
    }
}

fn facts(record: &Record, meanings: &Meanings, wanted: &[(&'static str, &str, Unit)], currency: &str) -> Vec<Fact> {
    let fact = |&(label, column, unit): &(&'static str, &str, Unit)| Fact {
        label,
        meaning: meanings.get(column).cloned().unwrap_or_default(),
        value: Cell::number(record.number(column), unit, currency, reason(record, column)),
    };
    wanted.iter().map(fact).collect()
}

/// Facts of a classifier on one split.
pub fn classifier_facts(store: &Store, metrics: &Record) -> Result<Vec<Fact>, ReportError> {
    Ok(facts(metrics, &meanings(store, "classifier_metrics")?, &CLASSIFIER_FACTS, ""))
}

/// The metrics of every split of a run, the held-out one first.
pub fn splits(store: &Store, run: &Run) -> Result<Vec<Record>, ReportError> {
    records(store, crate::sql!("report/classifier"), &[&run.run_id])
}

/// The performance row of a run; `None` when it has no equity.
pub fn performance(store: &Store, run: &Run) -> Result<Option<Record>, ReportError> {
    Ok(records(store, crate::sql!("report/performance"), &[&run.run_id])?.into_iter().next())
}

/// The summary of a run with equity; `classifier` is its model's row on the held-out split, if any.
pub fn summary(store: &Store, run: &Run, record: &Record, classifier: Option<&Record>) -> Result<Summary, ReportError> {
    let meanings = meanings(store, "run_performance")?;
    let line = |&(label, column, benchmark, unit): &(&'static str, &str, &str, Unit)| Line {
        label,
        meaning: meanings.get(column).cloned().unwrap_or_default(),
        strategy: Cell::number(record.number(column), unit, "", reason(record, column)),
        benchmark: if record.has(benchmark) {
            Cell::number(record.number(benchmark), unit, "", reason(record, benchmark))
        } else {
            Cell::default()
        },
    };
    let mut found = facts(record, &meanings, &FACTS, &run.currency);
    if let Some(classifier) = classifier {
        let base = classifier_facts(store, classifier)?.into_iter().take(2);
        found.splice(4..4, base);
    }
    Ok(Summary { sentence: sentence(run, record), lines: LINES.iter().map(line).collect(), facts: found })
}

fn sentence(run: &Run, record: &Record) -> String {
    let share = |column: &str| {
        record.number(column).map_or("an unknown return".into(), |value| number(value, Unit::Percent, ""))
    };
    let money = |column: &str| {
        record.number(column).map_or("unknown".into(), |value| number(value, Unit::Money, &run.currency))
    };
    let count = record.number("n_days").map_or("unknown".into(), |value| number(value, Unit::Count, ""));
    // Hyphens that don't break keep a date on one line.
    let date = |column: &str| record.text(column).unwrap_or("?").replace('-', "\u{2011}");
    let currency = if run.currency == NO_CURRENCY { " (¤: the currency is unknown or mixed)" } else { "" };
    format!(
        "Total return {} against {} for buy and hold, from {} to {} ({count} sessions). The account went from {} to \
         {}{currency}, after costs of {} of the starting capital.",
        share("total_return"),
        share("benchmark_return"),
        date("first_date"),
        date("last_date"),
        money("start_equity"),
        money("end_equity"),
        share("cost_drag"),
    )
}

/// What a classifier achieved on one split, in a sentence.
#[must_use]
pub fn classifier_sentence(metrics: &Record) -> String {
    let share =
        |column: &str| metrics.number(column).map_or("unknown".into(), |value| number(value, Unit::Percent, ""));
    let count = metrics.number("n").map_or("unknown".into(), |value| number(value, Unit::Count, ""));
    let threshold =
        metrics.number("threshold").map_or("the thresholds".into(), |value| format!("the threshold {value:.3}"));
    format!(
        "On split {} ({count} predictions), {} of the calls at {threshold} were right where {} would be by calling every time.",
        metrics.text("split").unwrap_or("?"),
        share("precision"),
        share("base_rate"),
    )
}
