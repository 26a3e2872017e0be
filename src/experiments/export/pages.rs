//! Files for people: how accurate the winner is, and what deploying it would take.

use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde_json::json;

use super::facts::{self, Cases, Facts};
use super::{ExportError, words};
use crate::experiments::thresholds::{LATENCY_MS, LEAST_TRADES, ROLL_BACK_DAYS, SESSIONS};
use crate::stats;
use crate::store::Store;

const LEVEL: f64 = 0.95;

/// Rows of the comparison: heading and metric.
const ROWS: [(&str, &str); 10] = [
    ("Sharpe ratio", "sharpe"),
    ("precision of longs", "precision_long"),
    ("recall of longs", "recall_long"),
    ("F1 of longs", "f1_long"),
    ("hit ratio", "hit_ratio"),
    ("win rate", "win_rate"),
    ("total return", "total_return"),
    ("max drawdown", "max_drawdown"),
    ("composite", "composite"),
    ("trades", "n_trades"),
];

/// One run on one stretch of time.
struct Column<'a> {
    name: &'static str,
    run_id: &'a str,
    split: &'static str,
}

/// `accuracy_report.md`.
pub fn accuracy(store: &Store, facts: &Facts) -> Result<Vec<u8>, ExportError> {
    let columns = columns(facts);
    let mut by_column = Vec::with_capacity(columns.len());
    for column in &columns {
        by_column.push(cells(store, facts, column)?);
    }
    let rows: Vec<_> = ROWS
        .iter()
        .enumerate()
        .map(|(at, (name, _))| json!({ "name": name, "cells": by_column.iter().map(|cells| &cells[at]).collect::<Vec<_>>() }))
        .collect();
    let names: Vec<_> = columns.iter().map(|column| json!({ "name": column.name })).collect();
    let own = json!({
        "columns": names, "rows": rows, "luck": luck(facts), "fall": fall(facts),
        "enough": columns.iter().map(|column| enough(facts, column)).collect::<Vec<_>>(),
    });
    let template = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/experiment/accuracy_report.md"));
    render("accuracy_report.md", template, facts, own)
}

/// `deployment_plan.md`.
pub fn plan(facts: &Facts) -> Result<Vec<u8>, ExportError> {
    let on_validation = |trial: Option<&facts::Trial>, metric: &str| {
        let known = trial.and_then(|trial| facts.finals(&trial.run_id, "valid").get(metric).copied());
        words::value(metric, known)
    };
    let on_test = |run: Option<&String>, metric: &str| {
        words::value(metric, run.and_then(|run_id| facts.finals(run_id, "backtest").get(metric).copied()))
    };
    let experiment = &facts.experiment;
    let mut compared = Vec::new();
    for (heading, metric) in ROWS.iter().filter(|(_, metric)| *metric != "composite") {
        let (base, won) = (on_validation(facts.baseline(), metric), on_validation(facts.winner(), metric));
        compared.push([format!("{heading}, validation"), base, won]);
    }
    for (heading, metric) in [ROWS[0], ROWS[6], ROWS[7], ROWS[9]] {
        let (base, won) = (&experiment.baseline_test_run_id, &experiment.test_run_id);
        compared.push([
            format!("{heading}, test period"),
            on_test(base.as_ref(), metric),
            on_test(won.as_ref(), metric),
        ]);
    }
    let thresholds: Vec<_> = facts
        .thresholds
        .iter()
        .map(|held| {
            let told = |value| words::value(&held.metric, value);
            let rule = if held.comparison == "at_most" { "at most" } else { "at least" };
            json!({ "metric": words::cell(&held.metric), "rule": rule, "baseline": told(held.baseline),
                "winner": told(held.winner), "promote_at": told(held.promote_at), "roll_back_at": told(held.roll_back_at) })
        })
        .collect();
    let own = json!({
        "obstacles": words::obstacles(facts), "compared": compared, "thresholds": thresholds,
        "sessions": facts.thresholds.first().map_or(SESSIONS, |held| held.sessions),
        "least_trades": format!("{LEAST_TRADES:.0}"), "latency": format!("{LATENCY_MS:.0}"), "roll_back_days": ROLL_BACK_DAYS,
    });
    let template = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/experiment/deployment_plan.md"));
    render("deployment_plan.md", template, facts, own)
}

/// What both pages begin with, and what each has of its own.
fn render(file: &'static str, template: &str, facts: &Facts, own: serde_json::Value) -> Result<Vec<u8>, ExportError> {
    let experiment = &facts.experiment;
    let objectives: Vec<String> = experiment
        .objectives
        .iter()
        .zip(&experiment.directions)
        .map(|(metric, direction)| format!("{direction} {metric}"))
        .collect();
    let tested = match &experiment.tested_at {
        Some(at) => format!("looked at once, {} UTC", seconds(at)),
        None => "not looked at".into(),
    };
    let symbols = match experiment.n_symbols.unwrap_or(0) {
        many @ 13.. => format!("{many} symbols"),
        _ => words::cell(experiment.symbols.as_deref().unwrap_or("-")),
    };
    let shared = json!({
        "name": experiment.name, "experiment_id": experiment.experiment_id, "subject": experiment.subject,
        "symbols": symbols, "interval": experiment.interval, "scheme": experiment.scheme,
        "dev_from": seconds(&experiment.dev_from), "test_from": seconds(&experiment.test_from),
        "test_to": seconds(&experiment.test_to),
        "objectives": objectives.join(", "), "tested": tested, "verdict": facts.verdict,
        "synthetic": facts.is_synthetic(), "winner": words::trial(facts.winner()),
        "baseline": words::trial(facts.baseline()),
    });
    let fault = |error: minijinja::Error| ExportError::Text { file, reason: format!("{error:#}") };
    let mut environment = Environment::new();
    environment.add_filter("sentence", |text: String| words::sentence(&text));
    environment.add_template(file, template).map_err(fault)?;
    let page = environment.get_template(file).map_err(fault)?;
    let context = minijinja::context! { ..Value::from(Serde(own)), ..Value::from(Serde(shared)) };
    let mut text = page.render(context).map_err(fault)?.trim_end().to_string();
    text.push('\n');
    Ok(text.into_bytes())
}

/// A time without fractions of a second.
fn seconds(at: &str) -> &str {
    at.split('.').next().unwrap_or(at)
}

fn columns(facts: &Facts) -> Vec<Column<'_>> {
    let experiment = &facts.experiment;
    let mut found = Vec::new();
    if let Some(trial) = facts.baseline() {
        found.push(Column { name: "baseline, validation", run_id: &trial.run_id, split: "valid" });
    }
    if let Some(trial) = facts.winner() {
        found.push(Column { name: "winner, validation", run_id: &trial.run_id, split: "valid" });
    }
    if let Some(run_id) = &experiment.baseline_test_run_id {
        found.push(Column { name: "baseline, test", run_id, split: "backtest" });
    }
    if let Some(run_id) = &experiment.test_run_id {
        found.push(Column { name: "winner, test", run_id, split: "backtest" });
    }
    found
}

/// The cells of a column, row by row.
fn cells(store: &Store, facts: &Facts, column: &Column<'_>) -> Result<Vec<String>, ExportError> {
    let known = facts.finals(column.run_id, column.split);
    let cases = facts::cases(store, column.run_id)?;
    let sharpe = facts::sharpe(store, column.run_id)?;
    let cell = |(_, metric): &(&str, &str)| {
        let value = known.get(metric).copied();
        let around = match *metric {
            "sharpe" => {
                sharpe.map(|(ratio, error)| (ratio, (ratio - deviations() * error, ratio + deviations() * error)))
            }
            _ => cases.get(*metric).and_then(|cases| share(metric, *cases)),
        };
        // The interval of something else than the value would mislead.
        let fits = |(middle, _): &(f64, (f64, f64))| {
            value.is_some_and(|value| (value - middle).abs() <= 1e-6 * value.abs().max(1.0))
        };
        words::with_interval(metric, value, around.filter(fits).map(|(_, interval)| interval))
    };
    Ok(ROWS.iter().map(cell).collect())
}

/// Standard errors on either side of a 95 % interval.
fn deviations() -> f64 {
    stats::normal_quantile(f64::midpoint(1.0, LEVEL))
}

/// A share and its interval. F1 is `2 j / (1 + j)` of the share `j` of hits among all cases called or being LONG, which
/// grows with it.
fn share(metric: &str, cases: Cases) -> Option<(f64, (f64, f64))> {
    let (low, high) = stats::wilson(cases.hits, cases.n, LEVEL)?;
    let middle = cases.hits as f64 / cases.n as f64;
    let f1 = |share: f64| 2.0 * share / (1.0 + share);
    Some(if metric == "f1_long" { (f1(middle), (f1(low), f1(high))) } else { (middle, (low, high)) })
}

fn luck(facts: &Facts) -> Vec<serde_json::Value> {
    let row = |luck: &facts::Luck| {
        let meaning = luck.detail.as_deref().map(words::cell);
        json!({ "measure": words::cell(&luck.measure), "value": words::value(&luck.measure, luck.value), "meaning": meaning.unwrap_or_default() })
    };
    facts.luck.iter().map(row).collect()
}

/// What the winner lost from validation to the test period.
fn fall(facts: &Facts) -> Vec<String> {
    let measured = |name: &str| facts.luck.iter().find(|luck| luck.measure == name).and_then(|luck| luck.value);
    let (Some(before), Some(after)) = (measured("validation_sharpe"), measured("test_sharpe")) else {
        return Vec::new();
    };
    let chance = measured("sharpe_gap_p").map_or_else(String::new, |p| {
        let judged = if p < 0.05 {
            "more than chance explains: validation flattered it"
        } else {
            "no more than chance explains"
        };
        format!(" (p = {p:.4}: {judged})")
    });
    let moved = if after < before { "fell" } else { "did not fall" };
    vec![format!(
        "From validation to the test period the winner's Sharpe ratio {moved}: {} to {}{chance}.",
        words::value("sharpe", Some(before)),
        words::value("sharpe", Some(after))
    )]
}

/// Whether a run has trades enough.
fn enough(facts: &Facts, column: &Column<'_>) -> String {
    let trades = facts.finals(column.run_id, column.split).get("n_trades").copied();
    match trades {
        Some(trades) if trades >= LEAST_TRADES => {
            format!("{}: {trades:.0} trades, at least {LEAST_TRADES}", column.name)
        }
        Some(trades) => format!("{}: {trades:.0} trades, **below {LEAST_TRADES}: too few to judge**", column.name),
        None => format!("{}: the number of trades is unknown", column.name),
    }
}
