//! Where a broker reports: applies executions to the portfolio and tells the sink.

use super::event::Direction;
use super::order::{ExitReason, Fill, Order, OrderKind, Outcome, Quantity, Side, Trade};
use super::portfolio::{Account, Portfolio};
use super::ports::Sink;
use super::risk::Refusal;
use crate::domain::Ts;

/// Numbers given out so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ids {
    pub order: u64,
    pub trade: u64,
}

/// The books during one step.
pub struct Ledger<'a, K> {
    pub(super) portfolio: &'a mut Portfolio,
    pub(super) ids: &'a mut Ids,
    pub(super) sink: &'a mut K,
}

impl<K: Sink> Ledger<'_, K> {
    /// Units and direction held of an asset.
    #[must_use]
    pub fn position(&self, asset: usize) -> Option<(f64, Direction)> {
        self.portfolio.direction(asset).map(|direction| (self.portfolio.size(asset).abs(), direction))
    }

    /// The account as it stands, at the last known prices.
    #[must_use]
    pub fn account(&self) -> Account {
        self.portfolio.account()
    }

    /// Decides an exit that the bar itself makes (stop, target, end of data), for the whole position.
    pub fn exit_order(&mut self, asset: usize, reason: ExitReason, price: f64, ts: Ts) -> Option<Order> {
        let (units, direction) = self.position(asset)?;
        self.ids.order += 1;
        let order = Order {
            id: self.ids.order,
            asset,
            side: Side::closing(direction),
            quantity: Quantity::Units(units),
            decided_price: price,
            kind: OrderKind::Exit(reason),
            decided_ts: ts,
            confidence: None,
        };
        self.sink.order(&order);
        Some(order)
    }

    /// An entry order was not accepted.
    pub fn refuse(&mut self, order: &Order, refusal: Refusal) {
        self.portfolio.holdings[order.asset].ordered = 0.0;
        self.sink.outcome(order.id, &Outcome::Refused(refusal));
    }

    /// An order was executed: an entry opens a position, an exit closes it and makes a trade.
    pub fn fill(&mut self, order: &Order, fill: &Fill) {
        self.sink.outcome(order.id, &Outcome::Filled(fill.size));
        self.sink.fill(fill);
        match order.kind {
            OrderKind::Entry(_) => self.portfolio.open(order, fill),
            OrderKind::Exit(reason) => self.close(reason, fill),
        }
    }

    fn close(&mut self, reason: ExitReason, fill: &Fill) {
        let Some(direction) = self.portfolio.direction(fill.asset) else { return };
        let bars = self.portfolio.holdings[fill.asset].bars;
        let entry = self.portfolio.close(fill);
        let commission = entry.commission + fill.commission;
        self.ids.trade += 1;
        self.sink.trade(&Trade {
            id: self.ids.trade,
            asset: fill.asset,
            direction,
            size: fill.size,
            entry_ts: entry.entry_ts,
            entry_price: entry.entry_price,
            exit_ts: fill.ts,
            exit_price: fill.price,
            pnl: entry.size * (fill.price - entry.entry_price) - commission,
            commission,
            slippage: entry.slippage + fill.slippage,
            reason,
            bars_held: bars - entry.entry_bar,
            decided_ts: entry.decided_ts,
            confidence: entry.confidence,
        });
    }
}
