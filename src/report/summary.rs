//! The first screen: a run's metrics beside buy-and-hold, and the facts that put them in their place.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ReportError;
use super::format::{Unit, number};
use super::read::{NO_CURRENCY, Record, Run, records, rows};
use super::table::Cell;
use crate::domain::metric::{self, Metric};
use crate::store::Store;

/// One line of the summary.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Column of the metric.
    pub name: &'static str,
    /// Name of the metric.
    pub label: String,
    /// What it means, as the view's column comment says.
    pub meaning: String,
    /// Value of the strategy.
    pub strategy: Cell,
    /// The 95 % interval of a figure a year; empty text for others.
    pub interval: Cell,
    /// Value of buy-and-hold; empty text when the view has no such number.
    pub benchmark: Cell,
}

/// A number that stands alone.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// Column it comes from.
    pub name: &'static str,
    /// Name.
    pub label: String,
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
    /// What to mind of the figures a year; empty when there are sessions enough.
    pub warning: String,
}

/// Metrics beside those of buy and hold.
const LINES: [&str; 7] = ["total_return", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar"];

const FACTS: [&str; 12] = [
    "cost_drag",
    "exposure",
    "n_trades",
    "win_rate",
    "profit_factor",
    "expectancy",
    "avg_win",
    "avg_loss",
    "avg_holding_minutes",
    "turnover",
    "beta",
    "information_ratio",
];

const CLASSIFIER_FACTS: [(&str, &str, Unit); 6] = [
    ("base_rate", "Model base rate", Unit::Percent),
    ("precision", "Model precision", Unit::Percent),
    ("recall", "Model recall", Unit::Percent),
    ("roc_auc", "ROC-AUC", Unit::Ratio),
    ("pr_auc", "Average precision", Unit::Percent),
    ("n", "Predictions", Unit::Count),
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

fn facts(record: &Record, meanings: &Meanings, wanted: &[(&'static str, String, Unit)], currency: &str) -> Vec<Fact> {
    let fact = |&(name, ref label, unit): &(&'static str, String, Unit)| Fact {
        name,
        label: label.clone(),
        meaning: meanings.get(name).cloned().unwrap_or_default(),
        value: Cell::number(record.number(name), unit, currency, reason(record, name)),
    };
    wanted.iter().map(fact).collect()
}

/// The 95 % interval of a figure a year as `low to high`; nothing for other metrics.
fn interval(record: &Record, metric: &Metric) -> Cell {
    let Some((low, high)) = metric.interval else { return Cell::default() };
    match (record.number(low), record.number(high)) {
        (Some(low), Some(high)) => {
            let unit = metric.unit.into();
            Cell { text: format!("{} to {}", number(low, unit, ""), number(high, unit, "")), ..Cell::default() }
        }
        _ => Cell::number(None, Unit::Ratio, "", "unknown"),
    }
}

/// Facts of a classifier on one split.
pub fn classifier_facts(store: &Store, metrics: &Record) -> Result<Vec<Fact>, ReportError> {
    let wanted = CLASSIFIER_FACTS.map(|(name, label, unit)| (name, label.to_string(), unit));
    Ok(facts(metrics, &meanings(store, "classifier_metrics")?, &wanted, ""))
}

/// The metrics of every split of a run, the held-out one first.
pub fn splits(store: &Store, run: &Run) -> Result<Vec<Record>, ReportError> {
    records(store, crate::sql!("report/classifier"), &[&run.run_id])
}

/// A model's row at the threshold that a run traded with; `None` when the run asked no model, or changed its threshold.
fn traded_classifier(store: &Store, run: &Run, classifier: &Record) -> Result<Option<Record>, ReportError> {
    let (Some(of), Some(split)) = (classifier.text("run_id"), classifier.text("split")) else { return Ok(None) };
    let found = records(store, crate::sql!("report/traded_classifier"), &[of, split, &run.run_id])?;
    Ok(found.into_iter().next())
}

/// The performance row of a run; `None` when it has no equity.
pub fn performance(store: &Store, run: &Run) -> Result<Option<Record>, ReportError> {
    Ok(records(store, crate::sql!("report/performance"), &[&run.run_id])?.into_iter().next())
}

/// The summary of a run with equity; `classifier` is its model's row on the held-out split, if any.
pub fn summary(store: &Store, run: &Run, record: &Record, classifier: Option<&Record>) -> Result<Summary, ReportError> {
    let meanings = meanings(store, "run_performance")?;
    let line = |metric: &'static Metric| Line {
        name: metric.name,
        label: metric.heading(),
        meaning: meanings.get(metric.name).cloned().unwrap_or_default(),
        strategy: Cell::number(record.number(metric.name), metric.unit.into(), "", reason(record, metric.name)),
        interval: interval(record, metric),
        benchmark: match metric.benchmark.filter(|column| record.has(column)) {
            Some(column) => Cell::number(record.number(column), metric.unit.into(), "", reason(record, column)),
            None => Cell::default(),
        },
    };
    let wanted = FACTS.iter().filter_map(|name| metric::find(name));
    let wanted: Vec<_> = wanted.map(|metric| (metric.name, metric.heading(), metric.unit.into())).collect();
    let mut found = facts(record, &meanings, &wanted, &run.currency);
    if let Some(classifier) = classifier {
        let traded = traded_classifier(store, run, classifier)?;
        let shown = traded.as_ref().unwrap_or(classifier);
        let mut base = classifier_facts(store, shown)?;
        base.truncate(2);
        if let (Some(precision), Some(threshold)) = (base.last_mut(), shown.number("threshold")) {
            precision.label = format!("{} at {threshold:.3}", precision.label);
        }
        found.splice(4..4, base);
    }
    Ok(Summary {
        sentence: sentence(run, record),
        lines: LINES.iter().filter_map(|name| metric::find(name)).map(line).collect(),
        facts: found,
        warning: record.text("annualised_warning").unwrap_or_default().to_string(),
    })
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
