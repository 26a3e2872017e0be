//! Tables of the page: cells as text with their meaning, built from rows of views.

use serde::Serialize;

use super::ReportError;
use super::format::{Unit, fixed, number};
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
    /// Whether it is folded away until asked for.
    pub is_long: bool,
}

/// Tables with more rows than this are folded away.
const MOST_OPEN_ROWS: usize = 20;

/// How a column of a view is shown.
enum Kind {
    Text,
    /// A UTC time to the minute; of daily bars the date.
    Time,
    /// A number that only names something.
    Id,
    /// Prices and sizes: as many decimals as the column needs, the same in every row.
    Aligned,
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
    shown("start_ts", "Start, UTC", Kind::Time),
    shown("trough_ts", "Deepest, UTC", Kind::Time),
    shown("recovered_ts", "Recovered, UTC", Kind::Time),
    shown("days", "Calendar days", Kind::Number(Unit::Days)),
];

const TRADE_STATS: [Shown; 10] = [
    shown("symbol", "Symbol", Kind::Text),
    shown("side", "Side", Kind::Text),
    shown("n_trades", "Trades", Kind::Number(Unit::Count)),
    shown("win_rate", "Win rate", Kind::Number(Unit::Percent)),
    shown("profit_factor", "Profit factor", Kind::Number(Unit::Ratio)),
    shown("gross_pnl", "Gross profit", Kind::Money),
    shown("total_pnl", "Net profit", Kind::Money),
    shown("expectancy", "Mean a trade", Kind::Money),
    shown("avg_holding_minutes", "Mean holding", Kind::Number(Unit::Minutes)),
    shown("costs", "Costs", Kind::Money),
];

const TRADES: [Shown; 11] = [
    shown("trade_id", "No.", Kind::Id),
    shown("symbol", "Symbol", Kind::Text),
    shown("side", "Side", Kind::Text),
    shown("size", "Units", Kind::Aligned),
    shown("entry_ts", "Entry, UTC", Kind::Time),
    shown("entry_price", "Entry price", Kind::Aligned),
    shown("exit_ts", "Exit, UTC", Kind::Time),
    shown("exit_price", "Exit price", Kind::Aligned),
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
    shown("log_loss", "Log-loss", Kind::Number(Unit::Score)),
    shown("brier", "Brier", Kind::Number(Unit::Score)),
];

/// Decimals that show every value of a column to five significant digits, but no more than the values have.
fn decimals(found: &[Record], column: &str) -> usize {
    let values = || found.iter().filter_map(|record| record.number(column));
    let largest = values().map(f64::abs).fold(0.0, f64::max);
    let most = if largest > 0.0 { (4.0 - largest.log10().floor()).clamp(2.0, 8.0) as i32 } else { 2 };
    let is_exact = |decimals: &i32| values().all(|value| ((value * 10f64.powi(*decimals)).fract()).abs() < 1e-9);
    (0..most).find(is_exact).unwrap_or(most).max(0) as usize
}

fn cell(record: &Record, shown: &Shown, decimals: usize, is_daily: bool) -> Cell {
    let value = record.number(shown.column);
    match shown.kind {
        Kind::Text => Cell::text(record.text(shown.column)),
        Kind::Time => Cell::text(record.text(shown.column).and_then(|text| text.get(..if is_daily { 10 } else { 16 }))),
        Kind::Id => Cell::text(value.map(|value| format!("{value:.0}")).as_deref()),
        Kind::Aligned => match value {
            Some(value) => Cell { text: fixed(value, decimals), ..Cell::default() },
            None => Cell::number(None, Unit::Ratio, "", "unknown"),
        },
        Kind::Number(unit) => Cell::number(value, unit, "", "unknown"),
        Kind::Toned(unit) => Cell::number(value, unit, "", "unknown").toned(value),
        Kind::Money => Cell::number(value, Unit::Money, "", "unknown").toned(value.filter(|_| shown.column != "costs")),
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
        Kind::Money => format!("{}, {}", shown.label, run.currency),
        _ => shown.label.to_string(),
    };
    let is_text = |shown: &Shown| matches!(shown.kind, Kind::Text | Kind::Time);
    let columns_of = columns.iter().map(|shown| Column { label: heading(shown), is_number: !is_text(shown) });
    let digits: Vec<usize> = columns.iter().map(|shown| decimals(&found, shown.column)).collect();
    let is_daily = run.interval.as_deref() == Some("1d");
    let row = |record: &Record| {
        columns.iter().zip(&digits).map(|(shown, digits)| cell(record, shown, *digits, is_daily)).collect()
    };
    Ok(Some(Table {
        title: title.into(),
        note: String::new(),
        columns: columns_of.collect(),
        rows: found.iter().map(row).collect(),
        views,
        run_id: run.run_id.clone(),
        sql: pasteable(sql, &args),
        is_long: found.len() > MOST_OPEN_ROWS,
    }))
}

/// Tables of the account: deepest drawdowns, trades by symbol, first and last trades.
pub fn of_account(store: &Store, run: &Run) -> Result<Vec<Table>, ReportError> {
    let drawdowns = build(store, run, "Deepest drawdowns", "drawdowns", crate::sql!("report/drawdowns"), &DRAWDOWNS)?
        .map(|mut table| {
            table.note = "A dash under Recovered: the run ended before the old high was reached.".into();
            table
        });
    let stats = build(store, run, "Trades by symbol", "trade_stats", crate::sql!("report/trade_stats"), &TRADE_STATS)?;
    let trades = build(store, run, "First and last trades", "trades", crate::sql!("report/trades"), &TRADES)?.map(
        |mut table| {
            table.note = if table.rows.len() == 40 {
                "The first twenty and the last twenty; a gap in the numbers is where the middle is left out.".into()
            } else {
                "Every trade.".into()
            };
            table
        },
    );
    Ok([drawdowns, stats, trades].into_iter().flatten().collect())
}

/// The classifier's metrics, a row a split.
pub fn of_classifier(store: &Store, run: &Run) -> Result<Option<Table>, ReportError> {
    let table =
        build(store, run, "Classifier by split", "classifier_metrics", crate::sql!("report/classifier"), &CLASSIFIER)?;
    Ok(table.map(|table| Table { note: "Rates at the threshold in force; log-loss in nats.".into(), ..table }))
}
