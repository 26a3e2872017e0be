//! Rows of a recorded run.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Recorder;
use super::outcomes::{noop_band, price_direction};
use super::recorder::EquityColumns;
use crate::domain::{Interval, Symbol};
use crate::store::columns::ROW_GROUP;
use crate::store::{Columns, Result, Store, params};
use crate::trade::{Cancel, Direction, Fill, Order, Outcome, Trade};

/// Note of a fill in a bar in which nothing traded.
const NO_VOLUME: &str = "no_volume";

/// What the rows of a run have in common.
#[derive(Debug, Clone, Copy)]
pub struct RunLabels<'a> {
    /// Run.
    pub run_id: &'a str,
    /// backtest, replay, paper or live.
    pub mode: &'a str,
    /// Strategies run, by index.
    pub strategies: &'a [&'a str],
    /// Bar length.
    pub interval: Interval,
    /// Instruments by asset index.
    pub symbols: &'a [Symbol],
    /// Model asked, if any.
    pub model_id: Option<&'a str>,
    /// Feature set that it reads, where that is known.
    pub feature_set: Option<&'a str>,
}

impl RunLabels<'_> {
    fn symbol(&self, asset: usize) -> &str {
        self.symbols[asset].as_str()
    }

    /// The model that a strategy asks.
    fn model_of(&self, strategy: usize) -> Option<&str> {
        self.model_id.filter(|_| self.strategies[strategy] == "model")
    }

    /// Direction of the price over a trade, as text.
    fn actual_direction(&self, trade: &Trade) -> &'static str {
        price_direction(trade, noop_band(self.interval)).map_or("NOOP", Direction::as_str)
    }
}

/// Few texts that many rows have: rows hold their numbers, counted from 1, and the statement puts the texts in.
#[derive(Default)]
struct Texts {
    known: Vec<Cow<'static, str>>,
    made: HashMap<String, i32>,
}

impl Texts {
    /// Number of a text of the program.
    fn fixed(&mut self, text: &'static str) -> i32 {
        let same = |known: &Cow<'static, str>| matches!(known, Cow::Borrowed(known) if std::ptr::eq(*known, text));
        let found = self.known.iter().position(same);
        found.map_or_else(|| self.add(Cow::Borrowed(text)), |at| at as i32 + 1)
    }

    /// Number of a text made for a row.
    fn made(&mut self, text: String) -> i32 {
        if let Some(number) = self.made.get(&text) {
            return *number;
        }
        let number = self.add(Cow::Owned(text.clone()));
        self.made.insert(text, number);
        number
    }

    fn add(&mut self, text: Cow<'static, str>) -> i32 {
        self.known.push(text);
        self.known.len() as i32
    }

    /// As one value for a statement.
    fn joined(&self) -> String {
        self.known.join("\n")
    }
}

impl Recorder {
    /// Stores everything recorded; the caller holds the transaction.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn write(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        for (orders, outcomes) in self.orders.chunks(ROW_GROUP).zip(self.outcomes.chunks(ROW_GROUP)) {
            write_orders(store, labels, orders, outcomes)?;
        }
        self.fills.chunks(ROW_GROUP).try_for_each(|fills| write_fills(store, labels, fills))?;
        for trades in self.trades.chunks(ROW_GROUP) {
            write_trades(store, labels, trades)?;
            write_traces(store, labels, trades)?;
        }
        for from in (0..self.equity.ts.len()).step_by(ROW_GROUP) {
            write_equity(store, labels, &self.equity, from)?;
        }
        write_trace_features(store, labels)?;
        write_returns(store, labels, self.capital)
    }
}

/// Stores orders with what became of them.
pub(super) fn write_orders(
    store: &Store,
    labels: &RunLabels<'_>,
    orders: &[Order],
    outcomes: &[Option<Outcome>],
) -> Result<()> {
    let pairs = || orders.iter().zip(outcomes);
    let sizes = pairs().map(|(order, outcome)| match outcome {
        Some(Outcome::Filled(units)) => *units,
        Some(Outcome::Refused(_) | Outcome::Cancelled { .. }) | None => order.estimated_units(),
    });
    let mut texts = Texts::default();
    let status = outcomes.iter().map(|outcome| match outcome {
        Some(Outcome::Filled(_)) => "filled",
        Some(Outcome::Refused(_)) => "refused",
        Some(Outcome::Cancelled { why: Cancel::Expired, .. }) => "expired",
        Some(Outcome::Cancelled { .. }) | None => "cancelled",
    });
    let status: Vec<i32> = status.map(|status| texts.fixed(status)).collect();
    let reasons = pairs().map(|(order, outcome)| match outcome {
        Some(Outcome::Refused(refusal)) => texts.made(refusal.to_string()),
        Some(Outcome::Cancelled { why, .. }) => texts.fixed(why.as_str()),
        Some(Outcome::Filled(_)) => texts.fixed(order.purpose()),
        None => texts.fixed(Cancel::EndOfData.as_str()),
    });
    let reasons: Vec<i32> = reasons.collect();
    let sides: Vec<i32> = orders.iter().map(|order| texts.fixed(order.side.as_str())).collect();
    let types: Vec<i32> = orders.iter().map(|order| texts.fixed(order.type_name())).collect();
    Columns::new()
        .i64("order_id", orders.iter().map(|order| order.id as i64))
        .text("symbol", orders.iter().map(|order| labels.symbol(order.asset)))
        .i32("strategy", orders.iter().map(|order| order.strategy as i32 + 1))
        .i32("side", sides)
        .f64("size", sizes)
        .i32("order_type", types)
        .ts("decided_ts", orders.iter().map(|order| order.decided_ts))
        .i32("status", status)
        .i32("reason", reasons)
        .insert_with(
            store,
            crate::sql!("telemetry/insert_orders"),
            &[&labels.run_id, &labels.strategies.join("\n"), &texts.joined()],
        )
}

/// Stores executions.
pub(super) fn write_fills(store: &Store, labels: &RunLabels<'_>, fills: &[Fill]) -> Result<()> {
    let mut texts = Texts::default();
    let sides: Vec<i32> = fills.iter().map(|fill| texts.fixed(fill.side.as_str())).collect();
    Columns::new()
        .i64("order_id", fills.iter().map(|fill| fill.order_id as i64))
        .text("symbol", fills.iter().map(|fill| labels.symbol(fill.asset)))
        .i32("side", sides)
        .f64("size", fills.iter().map(|fill| fill.size))
        .f64("price", fills.iter().map(|fill| fill.price))
        .f64("ref_price", fills.iter().map(|fill| fill.ref_price))
        .f64("commission", fills.iter().map(|fill| fill.commission))
        .f64("slippage", fills.iter().map(|fill| fill.slippage))
        .ts("ts", fills.iter().map(|fill| fill.ts))
        .text_opt("note", fills.iter().map(|fill| fill.without_volume.then_some(NO_VOLUME)))
        .insert_with(store, crate::sql!("telemetry/insert_fills"), &[&labels.run_id, &texts.joined()])
}

/// Stores closed round trips.
pub(super) fn write_trades(store: &Store, labels: &RunLabels<'_>, trades: &[Trade]) -> Result<()> {
    let mut texts = Texts::default();
    let sides: Vec<i32> = trades.iter().map(|trade| texts.fixed(trade.direction.as_str())).collect();
    let reasons: Vec<i32> = trades.iter().map(|trade| texts.fixed(trade.reason.as_str())).collect();
    Columns::new()
        .i64("trade_id", trades.iter().map(|trade| trade.id as i64))
        .text("symbol", trades.iter().map(|trade| labels.symbol(trade.asset)))
        .i32("strategy", trades.iter().map(|trade| trade.strategy as i32 + 1))
        .i32("side", sides)
        .f64("size", trades.iter().map(|trade| trade.size))
        .ts("entry_ts", trades.iter().map(|trade| trade.entry_ts))
        .f64("entry_price", trades.iter().map(|trade| trade.entry_price))
        .ts("exit_ts", trades.iter().map(|trade| trade.exit_ts))
        .f64("exit_price", trades.iter().map(|trade| trade.exit_price))
        .f64("pnl", trades.iter().map(|trade| trade.pnl))
        .f64("return_pct", trades.iter().map(Trade::return_pct))
        .f64("commission", trades.iter().map(|trade| trade.commission))
        .f64("gross_pnl", trades.iter().map(|trade| trade.gross_pnl))
        .f64("entry_commission", trades.iter().map(|trade| trade.entry_commission))
        .f64("exit_commission", trades.iter().map(|trade| trade.exit_commission))
        .f64("carry", trades.iter().map(|trade| trade.carry))
        .f64("slippage", trades.iter().map(|trade| trade.slippage))
        .i32("exit_reason", reasons)
        .i64("bars_held", trades.iter().map(|trade| i64::from(trade.bars_held)))
        .f64("holding_minutes", trades.iter().map(Trade::holding_minutes))
        .insert_with(
            store,
            crate::sql!("telemetry/insert_trades"),
            &[&labels.run_id, &labels.strategies.join("\n"), &texts.joined()],
        )
}

/// Stores what was predicted by closed round trips, and what came.
pub(super) fn write_traces(store: &Store, labels: &RunLabels<'_>, trades: &[Trade]) -> Result<()> {
    let mut texts = Texts::default();
    let predicted: Vec<i32> = trades.iter().map(|trade| texts.fixed(trade.direction.as_str())).collect();
    let actual: Vec<i32> = trades.iter().map(|trade| texts.fixed(labels.actual_direction(trade))).collect();
    Columns::new()
        .i64("trade_id", trades.iter().map(|trade| trade.id as i64))
        .ts("ts", trades.iter().map(|trade| trade.decided_ts))
        .text("symbol", trades.iter().map(|trade| labels.symbol(trade.asset)))
        .i32("strategy", trades.iter().map(|trade| trade.strategy as i32 + 1))
        .bool("is_model", trades.iter().map(|trade| labels.model_of(trade.strategy).is_some()))
        .i32("predicted_direction", predicted)
        .f64("predicted_confidence", trades.iter().map(|trade| trade.confidence.unwrap_or(f64::NAN)))
        .i32("actual_direction", actual)
        .f64("entry_price", trades.iter().map(|trade| trade.entry_price))
        .f64("exit_price", trades.iter().map(|trade| trade.exit_price))
        .f64("holding_period_minutes", trades.iter().map(Trade::holding_minutes))
        .f64("realized_return_pct", trades.iter().map(Trade::return_pct))
        .text("metadata", trades.iter().map(metadata))
        .insert_with(
            store,
            crate::sql!("telemetry/insert_traces"),
            &[
                &labels.run_id,
                &labels.strategies.join("\n"),
                &texts.joined(),
                &labels.mode,
                &labels.model_id.unwrap_or_default(),
            ],
        )
}

/// Writes what the model saw at each decision into the stored traces of a run.
fn write_trace_features(store: &Store, labels: &RunLabels<'_>) -> Result<()> {
    let (Some(_), Some(set)) = (labels.model_id, labels.feature_set) else { return Ok(()) };
    let values = params![labels.run_id, format!("features_{set}"), labels.interval.as_str()];
    store.conn().execute(crate::sql!("telemetry/trace_features"), values)?;
    Ok(())
}

/// Stores the account values from a row on, at most a row group of them.
pub(super) fn write_equity(store: &Store, labels: &RunLabels<'_>, rows: &EquityColumns, from: usize) -> Result<()> {
    let these = from..rows.ts.len().min(from + ROW_GROUP);
    let numbers = |column: &[f64]| column[these.clone()].to_vec();
    Columns::new()
        .ts("ts", rows.ts[these.clone()].iter().copied())
        .date("session_date", rows.session_date[these.clone()].iter().copied())
        .f64_vec("equity", numbers(&rows.equity))
        .f64_vec("cash", numbers(&rows.cash))
        .f64_vec("exposure", numbers(&rows.exposure))
        .f64_vec("benchmark", numbers(&rows.benchmark))
        .insert_with(store, crate::sql!("telemetry/insert_equity"), &[&labels.run_id])
}

/// Stores the daily returns of the stored account values.
pub(super) fn write_returns(store: &Store, labels: &RunLabels<'_>, capital: f64) -> Result<()> {
    // Many runs of a campaign end with the same statement.
    store.conn().prepare_cached(crate::sql!("telemetry/record_returns"))?.execute(params![labels.run_id, capital])?;
    Ok(())
}

/// What has no column of its own; keys in the order of the alphabet.
#[derive(serde::Serialize)]
struct Metadata {
    carry: f64,
    commission: f64,
    entry_ref_price: f64,
    exit_reason: &'static str,
    exit_ref_price: f64,
    size: f64,
}

fn metadata(trade: &Trade) -> String {
    let metadata = Metadata {
        carry: trade.carry,
        commission: trade.commission,
        entry_ref_price: trade.entry_ref_price,
        exit_reason: trade.reason.as_str(),
        exit_ref_price: trade.exit_ref_price,
        size: trade.size,
    };
    serde_json::to_string(&metadata).expect("a struct of numbers and text is always JSON")
}
