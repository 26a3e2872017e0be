//! What a campaign prints.

use serde_json::{Value, json};

use super::Todo;
use super::asked::Asked;
use super::results::Results;
use crate::backtest::campaign::{Ended, LeftOut, Why};
use crate::cli::Output;
use crate::cli::output::{grid, number, percent};
use crate::report::study::Written;

/// Columns of a summary: heading, column of `campaign_summary`, how it is shown.
pub const SUMMARY: [(&str, &str, Shown); 14] = [
    ("subject", "subject", Shown::Text),
    ("period", "period", Shown::Text),
    ("cells", "n_finished", Shown::Count),
    ("failed", "n_failed", Shown::Count),
    ("mean return", "mean_return", Shown::Percent),
    ("median", "median_return", Shown::Percent),
    ("buy and hold", "mean_benchmark_return", Shown::Percent),
    ("beats it", "share_beating_benchmark", Shown::Percent),
    ("mean Sharpe", "mean_sharpe", Shown::Ratio),
    ("from", "mean_sharpe_low", Shown::Ratio),
    ("to, 95 %", "mean_sharpe_high", Shown::Ratio),
    ("of cells", "n_with_sharpe", Shown::Count),
    ("worst drawdown", "worst_drawdown", Shown::Percent),
    ("trades", "n_trades", Shown::Count),
];

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Text,
    Count,
    Percent,
    Ratio,
}

impl Shown {
    /// A value of a view; `-` for unknown.
    pub fn of(self, value: &Value) -> String {
        match self {
            Self::Text => value.as_str().unwrap_or("-").to_string(),
            Self::Count => value.as_i64().map_or_else(|| "-".into(), |count| count.to_string()),
            Self::Percent => percent(value.as_f64()),
            Self::Ratio => number(value.as_f64()),
        }
    }
}

/// A summary as a table: the columns that say something, and their rows.
pub struct Summary {
    /// Heading, and whether it holds numbers.
    pub columns: Vec<(&'static str, bool)>,
    pub rows: Vec<Vec<String>>,
}

impl Summary {
    /// Of rows that are all over all periods, or each over one; failures are a column where there are some.
    pub fn of(rows: &[&Value]) -> Self {
        let says_nothing = |key: &str| match key {
            "period" => rows.iter().all(|row| row[key] == "all"),
            "n_failed" => rows.iter().all(|row| row[key] == 0),
            _ => false,
        };
        let shown: Vec<_> = SUMMARY.iter().filter(|(_, key, _)| !says_nothing(key)).collect();
        let row = |row: &&Value| shown.iter().map(|(_, key, shown)| shown.of(&row[*key])).collect();
        Self {
            columns: shown.iter().map(|(name, _, shown)| (*name, *shown != Shown::Text)).collect(),
            rows: rows.iter().map(row).collect(),
        }
    }

    fn grid(&self) -> String {
        let (names, numeric): (Vec<&str>, Vec<bool>) = self.columns.iter().copied().unzip();
        grid(&names, &numeric, &self.rows)
    }
}

/// Rows shown of what may be long.
const SHOWN: usize = 20;

/// Failed cells: number, subject, symbols, period, why.
pub fn failure_rows(failures: &[Value]) -> Vec<Vec<String>> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_string();
    let row = |row: &Value| {
        let symbols = text(row, "symbols");
        let symbols = if symbols.len() > 40 { format!("{} symbols", symbols.split(", ").count()) } else { symbols };
        vec![row["cell"].to_string(), text(row, "subject"), symbols, text(row, "period"), text(row, "error")]
    };
    failures.iter().map(row).collect()
}

/// A sentence a subject.
pub fn findings(results: &Results) -> Vec<String> {
    let sentence = |row: &Value| {
        let of = |key: &str| percent(row[key].as_f64());
        let subject = row["subject"].as_str().unwrap_or_default();
        if row["n_finished"] == 0 {
            return format!("no cell of {subject} finished");
        }
        if row["n_trades"] == 0 {
            return format!("over {} of {} cells, {subject} never traded", row["n_finished"], row["n_cells"]);
        }
        format!(
            "over {} of {} cells, {subject} has a median return of {} (mean {}), above buy and hold in {} of them; the deepest \
             drawdown is {}",
            row["n_finished"],
            row["n_cells"],
            of("median_return"),
            of("mean_return"),
            of("share_beating_benchmark"),
            of("worst_drawdown"),
        )
    };
    results.totals().into_iter().map(sentence).collect()
}

/// The whole answer.
pub fn human(results: &Results, todo: &Todo, ended: Ended, written: &Written) -> String {
    let called = if todo.name.is_empty() { String::new() } else { format!(" {}", todo.name) };
    let before = if todo.done > 0 { format!(" ({} of them before)", todo.done) } else { String::new() };
    let mut lines = vec![format!(
        "campaign{called} ({}): {} cells, {} finished{before}, {} failed; at most {} in memory at once\n",
        results.campaign_id,
        results.cells.len(),
        results.finished(),
        results.failed(),
        ended.most_held,
    )];
    lines.push(Summary::of(&results.totals()).grid() + "\n");
    if results.periods().len() > 1 {
        let periods = results.by_period();
        lines.push(Summary::of(&periods[..periods.len().min(SHOWN)]).grid());
        lines.push(more(periods.len(), "ws query campaign"));
    }
    let failures = results.failures();
    if !failures.is_empty() {
        let names = ["failed cell", "subject", "symbols", "period", "why"];
        lines.push(grid(&names, &[true], &failure_rows(&failures[..failures.len().min(SHOWN)])));
        lines.push(more(failures.len(), "ws query campaign_failures"));
    }
    lines.extend(results.badges.iter().map(|badge| format!("{}: {}", badge.text, badge.meaning)));
    lines.extend(results.notes.iter().map(|note| format!("note: {note}")));
    lines.push(format!("{}\n{} pictures beside it", written.html.display(), written.pngs.len()));
    if !failures.is_empty() {
        lines.push(format!("\nnext: ws campaign --resume {} tries the failed cells again", results.campaign_id));
    }
    lines.join("\n")
}

fn more(n: usize, command: &str) -> String {
    if n > SHOWN { format!(".. {} more rows: {command}\n", n - SHOWN) } else { String::new() }
}

/// What has no cell, and why.
pub fn left_out(asked: &Asked<'_>) -> Vec<Value> {
    let row = |LeftOut { subject, period, why }: &LeftOut| match why {
        Why::Seen { not_before } => {
            json!({ "subject": subject, "period": period, "why": "seen", "not_before": not_before.to_string() })
        }
        Why::NoBars { symbols } => {
            let symbols: Vec<String> = symbols.iter().map(ToString::to_string).collect();
            json!({ "subject": subject, "period": period, "why": "no bars", "symbols": symbols })
        }
    };
    asked.layout.left_out.iter().map(row).collect()
}

/// Which cells there would be.
pub fn dry_run(asked: &Asked<'_>, todo: &Todo) -> Output {
    let symbols = |symbols: &[crate::domain::Symbol]| match symbols {
        few if few.len() <= 4 => few.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        many => format!("{} symbols", many.len()),
    };
    let rows: Vec<Vec<String>> = todo
        .cells
        .iter()
        .take(SHOWN)
        .map(|cell| {
            let (period, subject) = (&cell.period, cell.subject.clone());
            let symbols = symbols(&cell.symbols);
            vec![
                cell.number.to_string(),
                subject,
                symbols,
                period.name.clone(),
                period.from.to_string(),
                period.to.to_string(),
            ]
        })
        .collect();
    let names = ["cell", "subject", "symbols", "period", "from", "to"];
    let before = if todo.done > 0 { format!(" ({} are stored already)", todo.done) } else { String::new() };
    let mut lines =
        vec![format!("{} cells{before}; nothing was done\n", todo.cells.len()), grid(&names, &[true], &rows)];
    lines.push(more(todo.cells.len(), "--json lists all"));
    lines.extend(asked.notes().into_iter().map(|note| format!("note: {note}")));
    let cell = |cell: &crate::backtest::campaign::Cell| {
        json!({ "cell": cell.number, "subject": cell.subject, "model_id": cell.model_id, "symbols": cell.symbols.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "period": cell.period.name, "from": cell.period.from.to_string(), "to": cell.period.to.to_string() })
    };
    let document = json!({ "n_cells": todo.cells.len(), "done_before": todo.done, "spec": asked.spec, "left_out": left_out(asked),
        "cells": todo.cells.iter().map(cell).collect::<Vec<_>>() });
    Output::new(lines.join("\n"), document)
}
