//! The comparison of a campaign for the page and the pictures.

use std::collections::BTreeMap;

use serde_json::Value;

use super::results::Results;
use super::text::{Shown, Summary, failure_rows, findings};
use crate::cli::output::percent;
use crate::report::labels::Table;
use crate::report::study::{Chart, Figure, Heat, HeatPanel, MOST_POINTS, Strip, Strips, Study};

/// Rows of a heat map; of more, those that did best and worst are drawn.
const MOST_ROWS: usize = 120;
/// Rows of a table; of more cells, the best and the worst are shown, of anything else the first.
const MOST_LISTED: usize = 100;

/// The study of a campaign.
pub fn study(results: &Results, name: &str) -> Study {
    let (subjects, periods, groups) = (results.subjects(), results.periods(), results.groups());
    let mut figures = Vec::new();
    if results.finished() > 0 {
        figures.push(strips(results));
        if periods.len() > 1 || groups.len() == 1 {
            figures.push(map(&results.by_period(), "period", &subjects, &periods));
        }
        // The longest comes last.
        if groups.len() > 1 {
            figures.push(map(&results.symbols.iter().collect::<Vec<_>>(), "symbols", &subjects, &groups));
        }
    }
    let called = if name.is_empty() { &results.campaign_id } else { name };
    Study {
        stem: "campaign".into(),
        title: format!("Campaign {called}"),
        subject: subject(results, &subjects, &periods, &groups),
        findings: findings(results),
        badges: results.badges.clone(),
        notes: results.notes.clone(),
        summary: vec![totals(results)],
        figures,
        tables: tables(results, called),
        run_ids: vec![results.campaign_id.clone()],
        origin: format!(
            "Its numbers are the views campaign_summary, campaign_symbols and campaign_results at campaign_id {}.",
            results.campaign_id
        ),
    }
}

fn subject(results: &Results, subjects: &[&str], periods: &[&str], groups: &[&str]) -> String {
    let together = results.cells.first().and_then(|cell| cell["n_symbols"].as_i64()).filter(|n| *n > 1);
    let symbols = match (together, groups) {
        (Some(n), _) => format!("{n} symbols on one account"),
        (None, [only]) => format!("on {only}"),
        (None, many) => format!("on {} symbols, each on an account of its own", many.len()),
    };
    let periods = match periods {
        [only] => format!("period {only}"),
        many => format!("{} periods", many.len()),
    };
    format!("{}; {} {symbols}, {periods}: {} cells", results.campaign_id, subjects.join(", "), results.cells.len())
}

/// Metrics of the heat maps: heading, column of the views, whether it is a fraction.
const MAPPED: [(&str, &str, bool); 2] =
    [("Mean total return, %", "mean_return", true), ("Mean Sharpe ratio", "mean_sharpe", false)];

type Row<'a> = (&'a str, Vec<Option<f64>>);

/// Rows of a view by one of its columns, a column a subject, a panel a metric.
fn map(rows: &[&Value], by: &str, subjects: &[&str], names: &[&str]) -> Figure {
    let what = if by == "symbols" { "symbol" } else { "period" };
    let metric = |column: &str| -> Vec<Row<'_>> {
        let found: BTreeMap<(&str, &str), f64> = rows
            .iter()
            .filter_map(|row| Some(((row[by].as_str()?, row["subject"].as_str()?), row[column].as_f64()?)))
            .collect();
        let of = |name: &str| subjects.iter().map(|subject| found.get(&(name, *subject)).copied()).collect();
        names.iter().map(|name| (*name, of(name))).collect()
    };
    let all: Vec<Vec<Row<'_>>> = MAPPED.iter().map(|(_, column, _)| metric(column)).collect();
    let shown = extremes(&all[0]);
    let cut = if shown.len() < names.len() {
        let (n, view) = (names.len(), if by == "symbols" { "campaign_symbols" } else { "campaign_summary" });
        format!(
            " Of {n} {what}s the {MOST_ROWS} with the highest and lowest returns are drawn; the view {view} has all."
        )
    } else {
        String::new()
    };
    let panel = |((title, _, is_fraction), rows): (&(&str, &str, bool), &Vec<Row<'_>>)| HeatPanel {
        title: (*title).to_string(),
        is_fraction: *is_fraction,
        values: shown.iter().map(|row| rows[*row].1.clone()).collect(),
    };
    Figure {
        key: format!("by_{what}"),
        title: format!("Return and Sharpe ratio by {what}"),
        caption: format!(
            "Over the finished cells of each {what} and subject; blue above zero, orange below, the strongest colour for the \
             largest of a panel; a dash where nothing is known.{cut}"
        ),
        alt: told(&all[0], subjects, what),
        chart: Chart::Heat(Heat {
            columns: subjects.iter().map(ToString::to_string).collect(),
            rows: shown.iter().map(|row| names[*row].to_string()).collect(),
            panels: MAPPED.iter().zip(&all).map(panel).collect(),
        }),
    }
}

/// What stands in for the picture.
fn told(returns: &[Row<'_>], subjects: &[&str], what: &str) -> String {
    let of = |(name, values): &Row<'_>| -> Vec<(f64, String)> {
        let known = subjects.iter().zip(values).filter_map(|(subject, value)| Some((subject, (*value)?)));
        known.map(|(subject, value)| (value, format!("{subject}, {name}"))).collect()
    };
    let all: Vec<(f64, String)> = returns.iter().flat_map(of).collect();
    let by_value = |a: &&(f64, String), b: &&(f64, String)| a.0.total_cmp(&b.0);
    let (Some(best), Some(worst)) = (all.iter().max_by(by_value), all.iter().min_by(by_value)) else {
        return format!("Heat map by {what} and subject: nothing is known.");
    };
    format!(
        "Heat map by {what} and subject: highest mean total return {} ({}), lowest {} ({}).",
        percent(Some(best.0)),
        best.1,
        percent(Some(worst.0)),
        worst.1
    )
}

/// All rows, or of too many those with the highest and the lowest mean over the subjects, in their order.
fn extremes(rows: &[Row<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    if rows.len() > MOST_ROWS {
        let height = |row: &usize| {
            let known: Vec<f64> = rows[*row].1.iter().flatten().copied().collect();
            if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 }
        };
        order.sort_by(|a, b| height(a).total_cmp(&height(b)));
        order.drain(MOST_ROWS / 2..rows.len() - MOST_ROWS / 2);
        order.sort_unstable();
    }
    order
}

fn strips(results: &Results) -> Figure {
    let strip = |row: &&Value| {
        let subject = row["subject"].as_str().unwrap_or_default();
        let own = results.cells.iter().filter(|cell| cell["subject"] == subject);
        let mut values: Vec<f64> = own.filter_map(|cell| cell["total_return"].as_f64()).collect();
        values.sort_by(f64::total_cmp);
        let quartiles = ["p25_return", "median_return", "p75_return"].map(|key| row[key].as_f64().unwrap_or(f64::NAN));
        Strip { label: subject.to_string(), values, quartiles }
    };
    let totals = results.totals();
    let is_thinned = totals.iter().any(|row| row["n_finished"].as_u64().is_some_and(|n| n > MOST_POINTS as u64));
    let thinned =
        if is_thinned { format!(" At most {MOST_POINTS} cells of a subject are drawn.") } else { String::new() };
    let told = |row: &&Value| {
        let of = |key: &str| percent(row[key].as_f64());
        let subject = row["subject"].as_str().unwrap_or_default();
        format!("{subject} from {} to {}, median {}", of("worst_return"), of("best_return"), of("median_return"))
    };
    Figure {
        key: "returns".into(),
        title: "Total return of each cell".into(),
        caption: format!(
            "A point a cell, orange for a loss, blue otherwise; the grey box holds the middle half of a subject's cells, the \
             line in it is their median.{thinned}"
        ),
        alt: format!("Strips of cell returns: {}.", totals.iter().map(told).collect::<Vec<_>>().join("; ")),
        chart: Chart::Strips(Strips {
            strips: totals.iter().map(strip).collect(),
            axis: "total return of a cell".into(),
        }),
    }
}

/// A table of a summary.
fn summary(title: &str, note: String, rows: &[&Value]) -> Table {
    let Summary { columns, rows } = Summary::of(rows);
    let columns = columns.into_iter().map(|(name, numeric)| (name.to_string(), numeric)).collect();
    Table { title: title.into(), note, columns, rows }
}

/// What is said below a table that shows the first of many rows.
fn first_of(n: usize, query: &str) -> String {
    if n > MOST_LISTED { format!("The first {MOST_LISTED} of {n}; all: ws query {query}.") } else { String::new() }
}

fn totals(results: &Results) -> Table {
    let note = "Mean and median over the finished cells of a subject; beats it: share of the cells above buy and hold of the same \
                symbols and period. The mean Sharpe ratio is over the cells that have one, with the mean of their 95 % intervals, \
                which is as wide as cells that all go together make it.";
    summary("Subjects", note.into(), &results.totals())
}

fn tables(results: &Results, called: &str) -> Vec<Table> {
    let mut tables = Vec::new();
    if results.periods().len() > 1 {
        let rows = results.by_period();
        let note = first_of(rows.len(), "campaign");
        tables.push(summary("Periods", note, &rows[..rows.len().min(MOST_LISTED)]));
    }
    let failures = results.failures();
    if !failures.is_empty() {
        let names = [("cell", true), ("subject", false), ("symbols", false), ("period", false), ("why", false)];
        tables.push(Table {
            title: "Failed cells".into(),
            note: first_of(failures.len(), "campaign_failures"),
            columns: names.map(|(name, numeric)| (name.to_string(), numeric)).to_vec(),
            rows: failure_rows(&failures[..failures.len().min(MOST_LISTED)]),
        });
    }
    if results.finished() > 0 {
        tables.push(cells(results, called));
    }
    tables
}

/// Columns of the table of cells: heading, column of `campaign_results`, how it is shown.
const CELLS: [(&str, &str, Shown); 13] = [
    ("cell", "cell", Shown::Count),
    ("subject", "subject", Shown::Text),
    ("symbols", "symbols", Shown::Text),
    ("period", "period", Shown::Text),
    ("return", "total_return", Shown::Percent),
    ("buy and hold", "benchmark_return", Shown::Percent),
    ("Sharpe", "sharpe", Shown::Ratio),
    ("from", "sharpe_low", Shown::Ratio),
    ("to, 95 %", "sharpe_high", Shown::Ratio),
    ("sessions", "n_days", Shown::Count),
    ("max drawdown", "max_drawdown", Shown::Percent),
    ("trades", "n_trades", Shown::Count),
    ("win rate", "win_rate", Shown::Percent),
];

/// Cells by return, the best first.
fn cells(results: &Results, called: &str) -> Table {
    let mut found: Vec<(f64, &Value)> =
        results.cells.iter().filter_map(|cell| Some((cell["total_return"].as_f64()?, cell))).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n = found.len();
    let mut note = format!("Cell N is the backtest {called}/N.");
    if n > MOST_LISTED {
        found.drain(MOST_LISTED / 2..n - MOST_LISTED / 2);
        note += &format!(
            " The {0} best and the {0} worst of {n}; all: ws query campaign_cells --param limit={n}.",
            MOST_LISTED / 2
        );
    }
    let row = |(_, cell): &(f64, &Value)| CELLS.iter().map(|(_, key, shown)| shown.of(&cell[*key])).collect();
    Table {
        title: "Cells by total return".into(),
        note,
        columns: CELLS.map(|(name, _, shown)| (name.to_string(), shown != Shown::Text)).to_vec(),
        rows: found.iter().map(row).collect(),
    }
}
