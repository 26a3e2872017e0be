//! What a command answers: text for people, one JSON document for programs, or raw bytes.

use std::io::Write;

use comfy_table::{Cell, CellAlignment, Table as Grid, presets};
use serde_json::Value;

use super::Exit;
use crate::domain::metric::{Metric, Unit};
use crate::store::Table;

/// The answer of a command that worked (maybe only in part: see `exit`).
#[derive(Debug)]
pub struct Output {
    human: Vec<u8>,
    json: Value,
    exit: Exit,
    raw: bool,
}

impl Output {
    /// Text for people beside its JSON.
    #[must_use]
    pub fn new(human: impl Into<String>, json: Value) -> Self {
        Self { human: human.into().into_bytes(), json, exit: Exit::Done, raw: false }
    }

    /// Bytes to be written as they are, whatever `--json` says.
    #[must_use]
    pub fn raw(bytes: Vec<u8>) -> Self {
        Self { human: bytes, json: Value::Null, exit: Exit::Done, raw: true }
    }

    /// Sets another exit status.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Writes to stdout; a reader that went away is no failure.
    #[must_use]
    pub fn print(&self, json: bool) -> Exit {
        let mut out = std::io::stdout().lock();
        if json && !self.raw {
            let text = serde_json::to_string_pretty(&self.json).unwrap_or_default();
            let _ = writeln!(out, "{text}");
        } else {
            let _ = out.write_all(&self.human);
            if !self.raw && !self.human.is_empty() && !self.human.ends_with(b"\n") {
                let _ = out.write_all(b"\n");
            }
        }
        self.exit
    }
}

/// An aligned table; columns whose flag is set are numbers and stand right.
#[must_use]
pub fn grid(columns: &[&str], numeric: &[bool], rows: &[Vec<String>]) -> String {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING);
    let align = |column: usize| {
        if numeric.get(column).copied().unwrap_or(false) { CellAlignment::Right } else { CellAlignment::Left }
    };
    grid.set_header(columns.iter().enumerate().map(|(n, name)| Cell::new(name).set_alignment(align(n))));
    for row in rows {
        grid.add_row(row.iter().enumerate().map(|(n, text)| Cell::new(text).set_alignment(align(n))));
    }
    let text = grid.to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Rows shown of a result on a terminal.
pub const SHOWN: usize = 1000;

/// A query result as an aligned table, long results cut with a note.
///
/// # Errors
/// A value that can't be shown.
pub fn result_grid(table: &Table) -> crate::store::Result<String> {
    head_grid(table, table.len() as u64)
}

/// The first rows of a result of `total` rows as an aligned table, with a note of the others.
///
/// # Errors
/// A value that can't be shown.
pub fn head_grid(table: &Table, total: u64) -> crate::store::Result<String> {
    let rows: Vec<Vec<String>> = table
        .shown_rows(SHOWN)?
        .into_iter()
        .map(|row| row.into_iter().map(|cell| cell.map_or_else(|| "NULL".into(), |text| printable(&text))).collect())
        .collect();
    let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let mut text = grid(&columns, &table.numeric, &rows);
    let more = total.saturating_sub(SHOWN as u64);
    if more > 0 {
        text.push_str(&format!("\n.. {more} more rows (all of them: --format csv)"));
    }
    Ok(text)
}

/// Control characters (a stray escape sequence, a line feed) must not reach the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A number for people: digits by size, `-` for unknown.
#[must_use]
pub fn number(value: Option<f64>) -> String {
    match value {
        None => "-".into(),
        Some(value) if value.abs() >= 1000.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// A metric's value for people, in its unit; `-` for unknown.
#[must_use]
pub fn shown(metric: &Metric, value: &Value) -> String {
    match metric.unit {
        Unit::Share => percent(value.as_f64()),
        Unit::Count => value.as_f64().map_or_else(|| "-".into(), |count| format!("{count:.0}")),
        Unit::Ratio | Unit::Score | Unit::Money | Unit::Minutes => number(value.as_f64()),
    }
}

/// The 95 % interval of a figure a year in a row of metrics, as `low to high`; empty for other metrics and where unknown.
#[must_use]
pub fn interval(metric: &Metric, row: &Value) -> String {
    let Some((low, high)) = metric.interval else { return String::new() };
    match (&row[low], &row[high]) {
        (Value::Null, _) | (_, Value::Null) => String::new(),
        (low, high) => format!("{} to {}", shown(metric, low), shown(metric, high)),
    }
}

/// A fraction as percent, `-` for unknown.
#[must_use]
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{:.2} %", value * 100.0))
}
