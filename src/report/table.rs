//! Tables of the page: cells as text with their meaning, built from rows of views.

use serde::Serialize;

use super::ReportError;
use super::format::{Unit, number};
use super::read::{Record, Run, pasteable, records};
use crate::store::Store;

/// One cell.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Why it is unknown, when it is.
    pub reason: String,
    /// `gain`, `loss` or nothing; decides its colour.
    pub tone: &'static str,
}

impl Cell {
    /// Text as it is; a dash when there is none.
    #[must_use]
    pub fn text(text: Option<&str>) -> Self {
        match text.filter(|text| !text.is_empty()) {
            Some(text) => Self { text: text.to_string(), ..Self::default() },
            None => Self { text: "—".into(), ..Self::default() },
        }
    }

    /// A number with its unit; a dash with a reason when it is unknown.
    #[must_use]
    pub fn number(value: Option<f64>, unit: Unit, currency: &str, reason: &str) -> Self {
        match value {
            Some(value) => Self { text: number(value, unit, currency), ..Self::default() },
            None => Self { text: "—".into(), reason: reason.into(), ..Self::default() },
        }
    }

    /// The same, coloured by the sign of the value.
    #[must_use]
    pub fn toned(mut self, value: Option<f64>) -> Self {
        self.tone = match value {
            Some(value) if value > 0.0 => "gain",
            Some(value) if value < 0.0 => "loss",
            _ => "",
        };
        self
    }
}

/// A column heading.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// What it says, with the unit.
    pub label: String,
    /// Whether its cells are numbers, set flush right.
    pub is_number: bool,
}

/// A table with its source.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// Heading.
    pub title: String,
    /// What a reader should know.
    pub note: String,
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Rows from top to bottom.
    pub rows: Vec<Vec<Cell>>,
    /// View or table it comes from.
    pub views: &'static str,
    /// Run it comes from.
    pub run_id: String,
    /// Statement that gives its rows.
    pub sql: String,
}

/// How a column of a view is shown.
enum Kind {
    Text,
    Number(Unit),
    Toned(Unit),
    /// Money in the run's currency, which the heading names.
    Money,
}

struct Shown {
    column: &'static str,
    label: &'static str,
    kind: Kind,
}

const fn shown(column: &'static str, label: &'static str, kind: Kind) -> Shown {
    Shown { column, label, kind }
}

const DRAWDOWNS: [Shown; 5] = [
    shown("depth", "Depth", Kind::Number(Unit::Percent)),
    shown("start_ts", "Start (UTC)", Kind::Text),
    shown("trough_ts", "Deepest (UTC)", Kind::Text),
    shown("recovered_ts", "Recovered (UTC)", Kind::Text),
    shown("days", "Calendar days", Kind::Number(Unit::Count)),
];

const TRADE_STATS: [Shown; 10] = [
    shown("symbol", "Symbol", Kind::Text),
    shown("side", "Side", Kind::Text),
    shown("n_trades", "Trades", Kind::Number(Unit::Count)),
    shown("win_rate", "Win rate", Kind::Number(Unit::Percent)),
    shown("profit_factor", "Profit factor", Kind::Number(Unit::Ratio)),
    shown("total_pnl", "Net profit", Kind::Money),
    shown("expectancy", "Mean a trade", Kind::Money),
    shown("avg_holding_minutes", "Mean holding", Kind::Number(Unit::Minutes)),
    shown("commission", "Commission", Kind::Money),
    shown("slippage", "Slippage", Kind::Money),
];

const TRADES: [Shown; 11] = [
    shown("trade_id", "No.", Kind::Number(Unit::Count)),
    shown("symbol", "Symbol", Kind::Text),
    shown("side", "Side", Kind::Text),
    shown("size", "Size, units", Kind::Number(Unit::Price)),
    shown("entry_ts", "Entry (UTC)", Kind::Text),
    shown("entry_price", "Entry price", Kind::Number(Unit::Price)),
    shown("exit_ts", "Exit (UTC)", Kind::Text),
    shown("exit_price", "Exit price", Kind::Number(Unit::Price)),
    shown("pnl", "Net profit", Kind::Money),
    shown("return_pct", "Net return", Kind::Toned(Unit::InPercent)),
    shown("exit_reason", "Left by", Kind::Text),
];

const CLASSIFIER: [Shown; 13] = [
    shown("split", "Split", Kind::Text),
    shown("n", "Predictions", Kind::Number(Unit::Count)),
    shown("base_rate", "Base rate", Kind::Number(Unit::Percent)),
    shown("threshold", "Threshold", Kind::Number(Unit::Score)),
    shown("accuracy", "Accuracy", Kind::Number(Unit::Percent)),
    shown("precision", "Precision", Kind::Number(Unit::Percent)),
    shown("recall", "Recall", Kind::Number(Unit::Percent)),
    shown("f1", "F1", Kind::Number(Unit::Percent)),
    shown("f1_macro", "F1 macro", Kind::Number(Unit::Percent)),
    shown("roc_auc", "ROC-AUC", Kind::Number(Unit::Score)),
    shown("pr_auc", "PR-AUC", Kind::Number(Unit::Score)),
    shown("log_loss", "Log-loss, nats", Kind::Number(Unit::Score)),
    shown("brier", "Brier", Kind::Number(Unit::Score)),
];

fn cell(record: &Record, shown: &Shown) -> Cell {
    let value = record.number(shown.column);
    match shown.kind {
        Kind::Text => Cell::text(record.text(shown.column)),
        Kind::Number(unit) => Cell::number(value, unit, "", "unknown"),
        Kind::Toned(unit) => Cell::number(value, unit, "", "unknown").toned(value),
        Kind::Money => Cell::number(value, Unit::Money, "", "unknown").toned(value),
    }
}

/// Reads a statement into a table; `None` when it has no rows.
fn build(
    store: &Store,
    run: &Run,
    title: &str,
    views: &'static str,
    sql: &str,
    columns: &[Shown],
) -> Result<Option<Table>, ReportError> {
    let args: [&str; 1] = [&run.run_id];
    let found = records(store, sql, &args)?;
    if found.is_empty() {
        return Ok(None);
    }
    let heading = |shown: &Shown| match shown.kind {
        Kind::Money if run.currency.is_empty() => shown.label.to_string(),
        Kind::Money => format!("{}, {}", shown.label, run.currency),
        _ => shown.label.to_string(),
    };
    let columns_of = columns.iter().map(|shown| Column { label: heading(shown), is_number: !matches!(shown.kind, Kind::Text) });
    Ok(Some(Table {
        title: title.into(),
        note: String::new(),
        columns: columns_of.collect(),
        rows: found.iter().map(|record| columns.iter().map(|shown| cell(record, shown)).collect()).collect(),
        views,
        run_id: run.run_id.clone(),
        sql: pasteable(sql, &args),
    }))
}

/// Tables of the account: deepest drawdowns, trades by symbol, first and last trades.
pub fn of_account(store: &Store, run: &Run) -> Result<Vec<Table>, ReportError> {
    let drawdowns =
        build(store, run, "Deepest drawdowns", "drawdowns", crate::sql!("report/drawdowns"), &DRAWDOWNS)?.map(|mut table| {
            table.note = "A dash under Recovered: the run ended before the old high was reached.".into();
            table
        });
    let stats = build(store, run, "Trades by symbol", "trade_stats", crate::sql!("report/trade_stats"), &TRADE_STATS)?;
    let trades = build(store, run, "First and last trades", "trades", crate::sql!("report/trades"), &TRADES)?.map(|mut table| {
        table.note = if table.rows.len() == 40 {
            "The first twenty and the last twenty; a gap in the numbers is where the middle is left out.".into()
        } else {
            "Every trade.".into()
        };
        table
    });
    Ok([drawdowns, stats, trades].into_iter().flatten().collect())
}

/// The classifier's metrics, a row a split.
pub fn of_classifier(store: &Store, run: &Run) -> Result<Option<Table>, ReportError> {
    build(store, run, "Classifier by split", "classifier_metrics", crate::sql!("report/classifier"), &CLASSIFIER)
}
