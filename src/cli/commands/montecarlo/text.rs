//! What came out, for people.

use serde_json::Value;

use super::{Outcome, Source, Studied};
use crate::cli::Failure;
use crate::cli::output::{grid, percent};
use crate::domain::time::date_of;
use crate::report::study::{Badge, Written};
use crate::stats::{BAND_PATHS, Method, Simulation, Spread};
use crate::store::{Store, query};

/// Below this, intervals are too wide to lean on.
const FEW: usize = 60;
/// Drawdowns this much apart, a fraction, are worth a word.
const WORTH_TELLING: f64 = 0.0005;

/// What a reader should know before the numbers.
pub fn notes(store: &Store, outcome: &Outcome) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    let methods = || outcome.studied.iter().flat_map(|studied| &studied.simulations);
    if methods().any(|simulation| simulation.method == Method::Shuffle) {
        notes.push(
            "shuffle takes the same observations in another order: total return, CAGR and Sharpe stay as they are, only the \
             drawdown varies"
                .into(),
        );
    }
    let single = |simulation: &&Simulation| simulation.block_length.is_some_and(|length| length < 1.05);
    if methods().any(|simulation| single(&simulation)) {
        notes.push(
            "a mean block of 1: these observations don't remember each other, and block draws as bootstrap does".into(),
        );
    }
    for studied in outcome.studied.iter().filter(|studied| studied.observed.len() < FEW) {
        let (n, what) = (studied.observed.len(), studied.source.observations());
        notes.push(format!("only {n} {what}: intervals are wide, and their ends say little"));
    }
    if outcome.studied.iter().any(|studied| studied.source == Source::Trades) {
        notes.push(
            "a trade's return is its pnl against the account that the trades before it had left; trades open side by side \
             are taken one after another"
                .into(),
        );
    }
    notes.extend(drawdown_note(store, outcome)?);
    if outcome.paths > BAND_PATHS {
        notes.push(format!("the fans show the first {BAND_PATHS} paths, every number all {}", outcome.paths));
    }
    Ok(notes)
}

/// Paths have no inside of a day: the run's deepest drawdown at every bar may be deeper than that of its session ends.
fn drawdown_note(store: &Store, outcome: &Outcome) -> Result<Option<String>, Failure> {
    let table = query::run(store, crate::sql!("cli/run_performance"), &[Some(outcome.run_id.clone())])?;
    let at_bars = table.json_rows().first().and_then(|row| row["max_drawdown"].as_f64());
    let days = outcome.studied.iter().find(|studied| studied.source == Source::Returns);
    let at_ends = days.and_then(|studied| studied.simulations.first()?.spread("max_drawdown"));
    let (Some(at_bars), Some(at_ends)) = (at_bars, at_ends) else { return Ok(None) };
    Ok((at_ends.observed - at_bars > WORTH_TELLING).then(|| {
        format!(
            "drawdowns here are of session ends, as paths have nothing else: {}; at every bar the run's deepest was {}",
            share(at_ends.observed),
            share(at_bars)
        )
    }))
}

/// A fraction as percent, `-` for unknown.
pub fn share(value: f64) -> String {
    percent(super::known(value))
}

/// A value of a metric.
pub fn value(metric: &str, value: f64) -> String {
    if metric == "sharpe" {
        super::known(value).map_or_else(|| "-".into(), |value| format!("{value:.2}"))
    } else {
        share(value)
    }
}

/// `sma_cross · AAA, BBB · 480 days from 2022-01-03 to 2023-12-29`.
pub fn subject(outcome: &Outcome, row: Option<&Value>) -> String {
    let named =
        |column: &str| row.and_then(|row| row[column].as_str()).map(|text| format!("{text} · ")).unwrap_or_default();
    let counts: Vec<String> = outcome
        .studied
        .iter()
        .map(|studied| format!("{} {}", studied.observed.len(), studied.source.observations()))
        .collect();
    let (from, to) = (date_of(outcome.span.0), date_of(outcome.span.1));
    format!("{}{}{} from {from} to {to}", named("name"), named("strategy"), counts.join(" and "))
}

/// `block 6.2`, or the name alone.
pub fn method(simulation: &Simulation) -> String {
    match simulation.block_length {
        Some(length) => format!("{} {length:.1}", simulation.method),
        None => simulation.method.to_string(),
    }
}

/// Header and rows of the spreads: name, and whether it is a number.
pub const COLUMNS: [(&str, bool); 9] = [
    ("of", false),
    ("method", false),
    ("metric", false),
    ("as it was", true),
    ("2.5 %", true),
    ("25 %", true),
    ("median", true),
    ("75 %", true),
    ("97.5 %", true),
];

/// The spreads as rows; the last column tells where the run stands.
pub fn spread_rows(outcome: &Outcome) -> Vec<Vec<String>> {
    let row = |studied: &Studied, simulation: &Simulation, spread: &Spread| {
        let at = |level: usize| value(spread.metric, spread.quantiles[level]);
        vec![
            studied.source.to_string(),
            method(simulation),
            spread.metric.to_string(),
            value(spread.metric, spread.observed),
            at(0),
            at(2),
            at(3),
            at(4),
            at(6),
            share(spread.share_below),
        ]
    };
    let mut rows = Vec::new();
    for studied in &outcome.studied {
        for simulation in &studied.simulations {
            // What a method can't change says nothing.
            let varied = simulation.spreads.iter().filter(|spread| !spread.values.is_empty());
            rows.extend(varied.map(|spread| row(studied, simulation, spread)));
        }
    }
    rows
}

/// One sentence a method: how the paths ended, and how deep they fell.
pub fn findings(outcome: &Outcome) -> Vec<String> {
    let mut found = Vec::new();
    for studied in &outcome.studied {
        for simulation in &studied.simulations {
            found.extend(finding(studied, simulation));
        }
    }
    found
}

fn finding(studied: &Studied, simulation: &Simulation) -> Option<String> {
    let (total, drawdown) = (simulation.spread("total_return")?, simulation.spread("max_drawdown")?);
    let fell = format!(
        "the deepest drawdown lies between {} and {} in 95 % of the paths, and is deeper than {} as it was in {}",
        share(drawdown.interval().0),
        share(drawdown.interval().1),
        share(drawdown.observed),
        share(drawdown.share_below),
    );
    let what = studied.source.observations();
    let by = match simulation.block_length {
        Some(length) => format!("{} of {length:.1} {what}", simulation.method),
        None => format!("{} of {what}", simulation.method),
    };
    Some(if simulation.method == Method::Shuffle {
        format!("{by}: every path ends at {}; {fell}", share(total.observed))
    } else {
        format!(
            "{by}: 95 % of the paths end between {} and {} ({} as it was), {} with a loss; {fell}",
            share(total.interval().0),
            share(total.interval().1),
            share(total.observed),
            share(total.share_negative),
        )
    })
}

/// The whole answer.
pub fn human(outcome: &Outcome, badges: &[Badge], written: &Written) -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).chain(["paths below"]).collect();
    let numeric: Vec<bool> = COLUMNS.iter().map(|(_, is_number)| *is_number).chain([true]).collect();
    let mut lines = vec![
        format!("run {}: {}", outcome.run_id, subject(outcome, None)),
        format!("{} paths a method, seed {}\n", outcome.paths, outcome.seed),
        grid(&names, &numeric, &spread_rows(outcome)) + "\n",
    ];
    lines.extend(findings(outcome));
    lines.push(String::new());
    lines.extend(badges.iter().map(|badge| format!("{}: {}", badge.text, badge.meaning)));
    lines.extend(outcome.notes.iter().map(|note| format!("note: {note}")));
    lines.push(format!("kept as {} in the table montecarlo", outcome.montecarlo_id));
    lines.push(format!("{}\n{} pictures beside it", written.html.display(), written.pngs.len()));
    lines.join("\n")
}
