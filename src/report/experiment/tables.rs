//! The tables of an experiment: winner beside baseline, the best trials, and every measure of luck.

use super::first::{plain, shown, unit};
use super::read::{Experiment, Mark, Trial};
use crate::domain::metric::{self, FEW_SESSIONS};
use crate::report::format::{Unit, number};
use crate::report::read::pasteable;
use crate::report::table::{Cell, Column, Table};

/// Metrics of the comparison, those that are known; objectives come first.
const METRICS: [&str; 22] = [
    "composite",
    "total_return",
    "cagr",
    "benchmark_return",
    "sharpe",
    "sortino",
    "calmar",
    "volatility",
    "max_drawdown",
    "exposure",
    "n_trades",
    "win_rate",
    "profit_factor",
    "turnover",
    "cost_drag",
    "precision_long",
    "hit_ratio",
    "roc_auc",
    "pr_auc",
    "log_loss",
    "brier",
    "n_days",
];

const SIDES: [(&str, &str); 4] = [
    ("winner_valid", "Winner, validation"),
    ("baseline_valid", "Baseline, validation"),
    ("winner_test", "Winner, test"),
    ("baseline_test", "Baseline, test"),
];

fn heading(label: impl Into<String>, is_number: bool) -> Column {
    Column { label: label.into(), is_number }
}

/// Winner and baseline, on validation and on test; `None` when nothing of them is known.
pub fn comparison(of: &Experiment) -> Option<Table> {
    let of_side = |key: &str, side: &str| of.metrics.get(&(key.to_string(), side.to_string())).copied();
    let objectives: Vec<(String, String)> = of
        .text("objectives")
        .split(", ")
        .filter(|name| !METRICS.contains(name))
        .map(|name| (name.to_string(), name.to_string()))
        .collect();
    let named = METRICS.iter().filter_map(|name| metric::find(name));
    let named = named.map(|metric| (metric.name.to_string(), metric.heading()));
    let rows: Vec<Vec<Cell>> = objectives
        .into_iter()
        .chain(named)
        .filter(|(key, _)| SIDES.iter().any(|(side, _)| of_side(key, side).is_some()))
        .map(|(key, label)| {
            let values = SIDES.iter().map(|(side, _)| {
                let mut cell = Cell::number(of_side(&key, side), unit(&key), "", "unknown");
                // A figure a year from few sessions is not shown without its interval.
                let is_few = of_side("n_days", side).is_some_and(|days| days < FEW_SESSIONS as f64);
                let bounds = metric::find(&key).and_then(|metric| metric.interval).filter(|_| is_few);
                let bounds = bounds.and_then(|(low, high)| Some((of_side(low, side)?, of_side(high, side)?)));
                if let Some((low, high)) = bounds {
                    let (low, high) = (shown(&key, Some(low)), shown(&key, Some(high)));
                    cell.text = format!("{} ({low} to {high})", cell.text);
                }
                cell
            });
            [Cell::text(Some(&label))].into_iter().chain(values).collect()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let columns = [heading("Metric", false)].into_iter().chain(SIDES.iter().map(|(_, label)| heading(*label, true)));
    Some(Table {
        title: "Winner beside baseline".into(),
        note: "On validation the winner was chosen for being good: only the test columns are free of that choice. Turnover is \
               a multiple of the account; classifier scores of a model are on validation windows only."
            .into(),
        columns: columns.collect(),
        rows,
        views: "run_metrics",
        run_id: of.id.clone(),
        sql: pasteable(crate::sql!("report/experiment_metrics"), &[&of.id]),
        is_long: false,
    })
}

/// Trials that are listed.
const MOST_LISTED: usize = 20;
/// Their metrics.
const LISTED: [(&str, &str); 6] = [
    ("sharpe", "Sharpe"),
    ("total_return", "Return"),
    ("max_drawdown", "Max drawdown"),
    ("n_trades", "Trades"),
    ("win_rate", "Win rate"),
    ("turnover", "Turnover"),
];
/// Letters of a trial's parameters.
const MOST_LETTERS: usize = 160;

/// The best trials, and beside them the baseline; `None` without trials.
pub fn best(of: &Experiment) -> Option<Table> {
    let mut ranked: Vec<&Trial> = of.trials.iter().filter(|trial| trial.rank.is_some()).collect();
    ranked.sort_by_key(|trial| trial.rank);
    let n = ranked.len();
    ranked.truncate(MOST_LISTED);
    for mark in [Mark::Winner, Mark::Baseline] {
        let missing =
            of.trials.iter().find(|trial| trial.mark == mark && !ranked.iter().any(|kept| kept.number == trial.number));
        ranked.extend(missing);
    }
    if ranked.is_empty() {
        return None;
    }
    let second = of.summary.text("objective_2").map(str::to_string);
    let mut columns = vec![heading("Rank", true), heading("Trial", true), heading(of.objective(), true)];
    columns.extend(second.iter().map(|name| heading(name.as_str(), true)));
    // What is an objective has its column already.
    let is_new = |(key, _): &(&str, &str)| *key != of.objective() && second.as_deref() != Some(*key);
    let measured: Vec<(&str, &str)> = LISTED.into_iter().filter(is_new).collect();
    columns.extend(measured.iter().map(|(_, name)| heading(*name, true)));
    columns.push(heading("Settings", false));
    let row = |trial: &Trial| {
        let mut cells = vec![
            Cell::text(trial.rank.map(|rank| rank.to_string()).as_deref()),
            Cell::text(Some(&match trial.mark {
                Mark::Winner => format!("{} (winner)", trial.number),
                Mark::Baseline => format!("{} (baseline)", trial.number),
                _ => trial.number.to_string(),
            })),
            Cell::number(trial.scores[0], unit(of.objective()), "", "unknown"),
        ];
        cells.extend(second.iter().map(|name| Cell::number(trial.scores[1], unit(name), "", "unknown")));
        cells.extend(measured.iter().map(|(key, _)| Cell::number(trial.metrics.number(key), unit(key), "", "unknown")));
        cells.push(Cell::text(Some(&settings(trial))));
        cells
    };
    Some(Table {
        title: "The best trials".into(),
        note: format!(
            "On validation, {} of {n} that finished within the constraints; all: ws query trials.",
            n.min(MOST_LISTED)
        ),
        columns,
        rows: ranked.into_iter().map(row).collect(),
        views: "experiment_trials",
        run_id: of.id.clone(),
        sql: pasteable(crate::sql!("report/experiment_trials"), &[&of.id]),
        is_long: false,
    })
}

fn settings(trial: &Trial) -> String {
    let named: Vec<String> = trial.params.iter().map(|(name, value)| format!("{name} = {}", plain(value))).collect();
    super::figures::shortened(&named.join(", "), MOST_LETTERS)
}

/// Failures by reason; `None` when nothing failed.
pub fn failures(of: &Experiment) -> Option<Table> {
    let mut found: Vec<(String, Vec<i64>)> = Vec::new();
    for trial in of.trials.iter().filter(|trial| trial.mark == Mark::Failed) {
        let reason = trial.metrics.text("error").unwrap_or("unknown").to_string();
        match found.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, numbers)) => numbers.push(trial.number),
            None => found.push((reason, vec![trial.number])),
        }
    }
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|(_, numbers)| std::cmp::Reverse(numbers.len()));
    let reasons = found.len();
    let row = |(reason, numbers): (String, Vec<i64>)| {
        let first = numbers.first().map(i64::to_string).unwrap_or_default();
        vec![
            Cell::text(Some(&number(numbers.len() as f64, Unit::Count, ""))),
            Cell::text(Some(&first)),
            Cell::text(Some(&super::figures::shortened(&reason, 300))),
        ]
    };
    Some(Table {
        title: "Failed trials".into(),
        note: if reasons > MOST_LISTED {
            format!("The {MOST_LISTED} most frequent of {reasons} reasons.")
        } else {
            String::new()
        },
        columns: vec![heading("Trials", true), heading("First", true), heading("Why", false)],
        rows: found.into_iter().take(MOST_LISTED).map(row).collect(),
        views: "experiment_trials",
        run_id: of.id.clone(),
        sql: pasteable(crate::sql!("report/experiment_trials"), &[&of.id]),
        is_long: false,
    })
}

/// Every measure of luck; `None` when none was taken.
pub fn measures(of: &Experiment) -> Option<Table> {
    if of.luck.is_empty() {
        return None;
    }
    let text = |measure: &str, value: f64| match measure {
        "n_trials"
        | "n_tries"
        | "n_trials_here"
        | "test_searched"
        | "test_backtests"
        | "pbo_combinations"
        | "pbo_blocks"
        | "track_record"
        | "test_looks"
        | "minimum_track_record" => number(value, Unit::Count, ""),
        "trial_sharpe_variance" => format!("{value:.3e}").replace('-', "\u{2212}"),
        _ => shown("log_loss", Some(value)),
    };
    let row = |(measure, value, detail): &(String, Option<f64>, Option<String>)| {
        let value = match value {
            Some(value) => Cell::text(Some(&text(measure, *value))),
            None => Cell::number(None, Unit::Ratio, "", "unknown"),
        };
        vec![Cell::text(Some(measure)), value, Cell::text(detail.as_deref())]
    };
    Some(Table {
        title: "Every measure of luck".into(),
        note: String::new(),
        columns: vec![heading("Measure", false), heading("Value", true), heading("What to know of it", false)],
        rows: of.luck.iter().map(row).collect(),
        views: "experiment_luck",
        run_id: of.id.clone(),
        sql: pasteable(crate::sql!("report/experiment_luck"), &[&of.id]),
        is_long: false,
    })
}
