//! Rows of a recorded run.

use std::iter::repeat_n;

use super::Recorder;
use super::outcomes::{noop_band, price_direction};
use crate::domain::{Interval, Symbol};
use crate::store::{Columns, Result, Store, params};
use crate::trade::{Cancel, Direction, Outcome, Trade};

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
}

impl RunLabels<'_> {
    fn symbol(&self, asset: usize) -> &str {
        self.symbols[asset].as_str()
    }

    fn strategy(&self, index: usize) -> &str {
        self.strategies[index]
    }

    /// The model that a strategy asks.
    fn model_of(&self, strategy: usize) -> Option<&str> {
        self.model_id.filter(|_| self.strategy(strategy) == "model")
    }

    /// Columns that begin with the run's id.
    fn columns(&self, rows: usize) -> Columns {
        Columns::new().text("run_id", repeat_n(self.run_id, rows))
    }

    /// Direction of the price over a trade, as text.
    fn actual_direction(&self, trade: &Trade) -> &'static str {
        price_direction(trade, noop_band(self.interval)).map_or("NOOP", Direction::as_str)
    }
}

impl Recorder {
    /// Stores everything recorded; the caller holds the transaction.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn write(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        self.write_orders(store, labels)?;
        self.write_fills(store, labels)?;
        self.write_trades(store, labels)?;
        self.write_traces(store, labels)?;
        self.write_equity(store, labels)
    }

    fn write_orders(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        let (orders, outcomes) = (&self.orders, &self.outcomes);
        let sizes = self.orders().map(|(order, outcome)| match outcome {
            Some(Outcome::Filled(units)) => *units,
            Some(Outcome::Refused(_) | Outcome::Cancelled { .. }) | None => order.estimated_units(),
        });
        let status = outcomes.iter().map(|outcome| match outcome {
            Some(Outcome::Filled(_)) => "filled",
            Some(Outcome::Refused(_)) => "refused",
            Some(Outcome::Cancelled { why: Cancel::Expired, .. }) => "expired",
            Some(Outcome::Cancelled { .. }) | None => "cancelled",
        });
        let reasons = self.orders().map(|(order, outcome)| match outcome {
            Some(Outcome::Refused(refusal)) => refusal.to_string(),
            Some(Outcome::Cancelled { why, .. }) => why.as_str().to_string(),
            Some(Outcome::Filled(_)) => order.purpose().to_string(),
            None => Cancel::EndOfData.as_str().to_string(),
        });
        labels
            .columns(orders.len())
            .i64("order_id", orders.iter().map(|order| order.id as i64))
            .text("symbol", orders.iter().map(|order| labels.symbol(order.asset)))
            .text("strategy", orders.iter().map(|order| labels.strategy(order.strategy)))
            .text("side", orders.iter().map(|order| order.side.as_str()))
            .f64("size", sizes)
            .text("order_type", orders.iter().map(|order| order.type_name()))
            .ts("decided_ts", orders.iter().map(|order| order.decided_ts))
            .text("status", status)
            .text("reason", reasons)
            .append_to(store, "orders")
    }

    fn write_fills(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        let fills = &self.fills;
        labels
            .columns(fills.len())
            .i64("order_id", fills.iter().map(|fill| fill.order_id as i64))
            .text("symbol", fills.iter().map(|fill| labels.symbol(fill.asset)))
            .text("side", fills.iter().map(|fill| fill.side.as_str()))
            .f64("size", fills.iter().map(|fill| fill.size))
            .f64("price", fills.iter().map(|fill| fill.price))
            .f64("ref_price", fills.iter().map(|fill| fill.ref_price))
            .f64("commission", fills.iter().map(|fill| fill.commission))
            .f64("slippage", fills.iter().map(|fill| fill.slippage))
            .ts("ts", fills.iter().map(|fill| fill.ts))
            .append_to(store, "fills")
    }

    fn write_trades(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        let trades = &self.trades;
        labels
            .columns(trades.len())
            .i64("trade_id", trades.iter().map(|trade| trade.id as i64))
            .text("symbol", trades.iter().map(|trade| labels.symbol(trade.asset)))
            .text("strategy", trades.iter().map(|trade| labels.strategy(trade.strategy)))
            .text("side", trades.iter().map(|trade| trade.direction.as_str()))
            .f64("size", trades.iter().map(|trade| trade.size))
            .ts("entry_ts", trades.iter().map(|trade| trade.entry_ts))
            .f64("entry_price", trades.iter().map(|trade| trade.entry_price))
            .ts("exit_ts", trades.iter().map(|trade| trade.exit_ts))
            .f64("exit_price", trades.iter().map(|trade| trade.exit_price))
            .f64("pnl", trades.iter().map(|trade| trade.pnl))
            .f64("return_pct", trades.iter().map(Trade::return_pct))
            .f64("commission", trades.iter().map(|trade| trade.commission))
            .f64("slippage", trades.iter().map(|trade| trade.slippage))
            .text("exit_reason", trades.iter().map(|trade| trade.reason.as_str()))
            .i64("bars_held", trades.iter().map(|trade| i64::from(trade.bars_held)))
            .f64("holding_minutes", trades.iter().map(Trade::holding_minutes))
            .append_to(store, "trades")
    }

    fn write_traces(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        let trades = &self.trades;
        labels
            .columns(trades.len())
            .text("trace_id", trades.iter().map(|trade| format!("{}/{}", labels.run_id, trade.id)))
            .text("mode", repeat_n(labels.mode, trades.len()))
            .ts("ts", trades.iter().map(|trade| trade.decided_ts))
            .text("symbol", trades.iter().map(|trade| labels.symbol(trade.asset)))
            .text("strategy", trades.iter().map(|trade| labels.strategy(trade.strategy)))
            .text_opt("model_id", trades.iter().map(|trade| labels.model_of(trade.strategy)))
            .text("predicted_direction", trades.iter().map(|trade| trade.direction.as_str()))
            .f64("predicted_confidence", trades.iter().map(|trade| trade.confidence.unwrap_or(f64::NAN)))
            .text("actual_direction", trades.iter().map(|trade| labels.actual_direction(trade)))
            .f64("entry_price", trades.iter().map(|trade| trade.entry_price))
            .f64("exit_price", trades.iter().map(|trade| trade.exit_price))
            .f64("holding_period_minutes", trades.iter().map(Trade::holding_minutes))
            .f64("realized_return_pct", trades.iter().map(Trade::return_pct))
            .text("metadata", trades.iter().map(metadata))
            .append_to(store, "prediction_traces")
    }

    /// Account values, and from them the daily returns.
    fn write_equity(&self, store: &Store, labels: &RunLabels<'_>) -> Result<()> {
        let rows = &self.equity;
        labels
            .columns(rows.ts.len())
            .ts("ts", rows.ts.iter().copied())
            .date("session_date", rows.session_date.iter().copied())
            .f64("equity", rows.equity.iter().copied())
            .f64("cash", rows.cash.iter().copied())
            .f64("exposure", rows.exposure.iter().copied())
            .f64("benchmark", rows.benchmark.iter().copied())
            .append_to(store, "equity")?;
        // Many runs of a campaign end with the same statement.
        store
            .conn()
            .prepare_cached(crate::sql!("telemetry/record_returns"))?
            .execute(params![labels.run_id, self.capital])?;
        Ok(())
    }
}

fn metadata(trade: &Trade) -> String {
    serde_json::json!({
        "exit_reason": trade.reason.as_str(),
        "size": trade.size,
        "commission": trade.commission,
        "carry": trade.carry,
        "entry_ref_price": trade.entry_ref_price,
        "exit_ref_price": trade.exit_ref_price,
    })
    .to_string()
}
