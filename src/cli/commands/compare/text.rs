//! The comparison for people.

use super::{Comparison, LEVEL, Pair, Run};
use crate::cli::output::{grid, interval, number, percent, shown};
use crate::domain::metric::{self, FEW_SESSIONS};
use crate::domain::time::date_of;
use crate::report::study::{Badge, Written};
use crate::stats::{LEAST_OBSERVATIONS, TTest};

/// Metrics side by side.
const METRICS: [&str; 19] = [
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
    "avg_holding_minutes",
    "turnover",
    "cost_drag",
    "benchmark_return",
    "beta",
    "information_ratio",
];
/// Beside this correlation Welch's t finds far too little.
const TOGETHER: f64 = 0.3;

/// One sentence: how large the difference is, and whether it could be luck.
pub fn verdict(pair: &Pair, baseline: &str) -> String {
    let n = pair.common.days.len();
    let Some(found) = &pair.difference else {
        return format!(
            "{} and {baseline} have {n} days in common; {LEAST_OBSERVATIONS} are needed to judge their difference",
            pair.label
        );
    };
    let annual = found.mean * pair.periods_per_year;
    let Some(p) = pair.adjusted[0] else {
        return if found.mean == 0.0 || n == 0 {
            format!("{} has the same return as {baseline} on each of {n} common days", pair.label)
        } else {
            format!("{} differs from {baseline} by the same amount on each of {n} common days: no test", pair.label)
        };
    };
    let more = if annual < 0.0 { "less" } else { "more" };
    let judged = if p < LEVEL { "is more than luck explains" } else { "is not distinguishable from luck" };
    format!(
        "{} made {} a year {more} on average than {baseline} on {n} common days; the difference {judged} at {:.0} % (block bootstrap, p {})",
        pair.label,
        percent(Some(annual.abs())),
        LEVEL * 100.0,
        probability(Some(p))
    )
}

/// What a reader should know before the numbers.
pub fn notes(runs: &[Run], pairs: &[Pair]) -> Vec<String> {
    let mut notes = Vec::new();
    if pairs.len() > 1 {
        notes.push(format!("verdicts go by probabilities adjusted for {} comparisons (Holm)", pairs.len()));
    }
    for pair in pairs {
        let judged = pair.difference.is_some();
        let n = pair.common.days.len();
        if judged && (n as u64) < FEW_SESSIONS {
            notes.push(format!("{}: only {n} common days, the intervals are wide", pair.label));
        }
        let correlation = pair.difference.as_ref().and_then(|found| found.correlation);
        if correlation.is_some_and(|found| found > TOGETHER) {
            notes.push(format!(
                "{}: its days move with the baseline's, which Welch's t does not know; it finds too little",
                pair.label
            ));
        }
    }
    let warnings = runs.iter().filter_map(|run| Some((run, run.metrics["annualised_warning"].as_str()?)));
    notes.extend(warnings.map(|(run, warning)| format!("{}: {warning}", run.label)));
    let currencies: std::collections::BTreeSet<&str> =
        runs.iter().map(|run| run.metrics["currency"].as_str().unwrap_or("unknown")).collect();
    if currencies.len() > 1 {
        let list: Vec<&str> = currencies.into_iter().collect();
        notes.push(format!("accounts are in different currencies ({}): amounts can't be compared", list.join(", ")));
    }
    notes
}

/// `0.0312`, `< 0.001`, `-`.
pub fn probability(p: Option<f64>) -> String {
    match p {
        None => "-".into(),
        Some(p) if p < 0.001 => "< 0.001".into(),
        Some(p) => format!("{p:.4}"),
    }
}

/// The metrics as rows, a column a run.
pub fn metric_rows(runs: &[Run]) -> Vec<Vec<String>> {
    let text = |name: &str| {
        let cells = runs.iter().map(|run| run.metrics[name].as_str().unwrap_or("-").to_string());
        std::iter::once(name.to_string()).chain(cells).collect()
    };
    let mut rows: Vec<Vec<String>> = ["strategy", "interval", "currency", "first_date", "last_date"].map(text).into();
    for metric in METRICS.iter().filter_map(|name| metric::find(name)) {
        let cells = runs.iter().map(|run| shown(metric, &run.metrics[metric.name]));
        rows.push(std::iter::once(metric.name.to_string()).chain(cells).collect());
        if metric.interval.is_some() {
            let cells = runs.iter().map(|run| interval(metric, &run.metrics));
            rows.push(std::iter::once(format!("{}, 95 %", metric.name)).chain(cells).collect());
        }
    }
    rows
}

/// The judgements as rows, a column a pair.
pub fn pair_rows(pairs: &[Pair]) -> Vec<Vec<String>> {
    let row = |name: &str, cell: &dyn Fn(&Pair) -> String| {
        std::iter::once(name.to_string()).chain(pairs.iter().map(cell)).collect::<Vec<String>>()
    };
    let t = |test: Option<TTest>| test.map_or_else(|| "-".into(), |test| format!("{:.3} (df {:.1})", test.t, test.df));
    let of = |pair: &Pair, pick: fn(&crate::stats::Difference) -> Option<f64>| pair.difference.as_ref().and_then(pick);
    let yearly = |pair: &Pair, value: Option<f64>| percent(value.map(|value| value * pair.periods_per_year));
    let mut rows = vec![
        row("common days", &|pair| pair.common.days.len().to_string()),
        row("from", &|pair| day(pair.common.days.first())),
        row("to", &|pair| day(pair.common.days.last())),
        row("days of the run alone", &|pair| pair.common.only_left.to_string()),
        row("days of the baseline alone", &|pair| pair.common.only_right.to_string()),
        row("correlation", &|pair| number(of(pair, |found| found.correlation))),
        row("mean daily difference", &|pair| {
            of(pair, |found| Some(found.mean)).map_or_else(|| "-".into(), |mean| format!("{:.4} %", mean * 100.0))
        }),
        row("a year", &|pair| yearly(pair, of(pair, |found| Some(found.mean)))),
        row("95 % from, a year (bootstrap)", &|pair| yearly(pair, of(pair, |found| Some(found.bootstrap?.low)))),
        row("95 % to, a year (bootstrap)", &|pair| yearly(pair, of(pair, |found| Some(found.bootstrap?.high)))),
        row("mean block, days", &|pair| {
            of(pair, |found| Some(found.bootstrap?.block_length))
                .map_or_else(|| "-".into(), |days| format!("{days:.1}"))
        }),
        row("p, block bootstrap", &|pair| probability(of(pair, |found| Some(found.bootstrap?.p)))),
        row("Welch's t", &|pair| t(pair.difference.as_ref().and_then(|found| found.welch))),
        row("p, Welch's t", &|pair| probability(of(pair, |found| Some(found.welch?.p)))),
        row("paired t", &|pair| t(pair.difference.as_ref().and_then(|found| found.paired))),
        row("p, paired t", &|pair| probability(of(pair, |found| Some(found.paired?.p)))),
    ];
    if pairs.len() > 1 {
        let names = ["adjusted p, block bootstrap", "adjusted p, Welch's t", "adjusted p, paired t"];
        rows.extend(names.iter().enumerate().map(|(n, name)| row(name, &|pair| probability(pair.adjusted[n]))));
    }
    rows
}

fn day(day: Option<&i32>) -> String {
    day.map_or_else(|| "-".into(), |day| date_of(*day).to_string())
}

/// The whole answer.
pub fn human(comparison: &Comparison, badges: &[Badge], written: Option<&Written>) -> String {
    let table = |first: &str, ids: &[&str], rows: &[Vec<String>]| {
        let names: Vec<&str> = std::iter::once(first).chain(ids.iter().copied()).collect();
        let numeric: Vec<bool> = (0..names.len()).map(|column| column > 0).collect();
        grid(&names, &numeric, rows) + "\n"
    };
    let labels: Vec<&str> = comparison.runs.iter().map(|run| run.label.as_str()).collect();
    let baseline = labels.first().copied().unwrap_or_default();
    let named = comparison.runs.iter().filter(|run| run.label != run.run_id);
    let mut lines: Vec<String> = named.map(|run| format!("{}: run {}", run.label, run.run_id)).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(table("metric", &labels, &metric_rows(&comparison.runs)));
    lines.push(table(
        &format!("against {baseline}"),
        labels.get(1..).unwrap_or_default(),
        &pair_rows(&comparison.pairs),
    ));
    lines.extend(comparison.pairs.iter().map(|pair| pair.verdict.clone()));
    lines.push(String::new());
    lines.extend(badges.iter().map(|badge| format!("{}: {}", badge.text, badge.meaning)));
    lines.extend(comparison.notes.iter().map(|note| format!("note: {note}")));
    if let Some(written) = written {
        lines.push(format!("{}\n{} pictures beside it", written.html.display(), written.pngs.len()));
    }
    lines.join("\n").trim_end().to_string()
}
