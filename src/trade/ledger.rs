//! Where a broker reports: applies executions to the portfolio and tells the sink.

use super::event::Direction;
use super::order::{ExitReason, Fill, Order, OrderKind, Outcome, Trade};
use super::portfolio::{Account, Portfolio};
use super::ports::Sink;
use super::refusal::{Cancel, Refusal};
use super::risk::Approved;
use crate::domain::{Ts, price};

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
    /// Units and direction held in a slot.
    #[must_use]
    pub fn position(&self, slot: usize) -> Option<(f64, Direction)> {
        self.portfolio.direction(slot).map(|direction| (self.portfolio.size(slot).abs(), direction))
    }

    /// Mean price of the position of a slot.
    #[must_use]
    pub fn entry_price(&self, slot: usize) -> f64 {
        self.portfolio.holding(slot).position.entry_price
    }

    /// Value of the position of a slot at its last known price; below 0 for a short one.
    #[must_use]
    pub fn value(&self, slot: usize) -> f64 {
        let holding = self.portfolio.holding(slot);
        holding.position.size * holding.mark
    }

    /// Slots with a position.
    #[must_use]
    pub fn open_positions(&self) -> usize {
        self.portfolio.open()
    }

    /// Receives cash for the position of a slot, or pays it when negative.
    pub fn carry(&mut self, slot: usize, amount: f64) {
        self.portfolio.carry(slot, amount);
    }

    /// The account as it stands, at the last known prices.
    #[must_use]
    pub fn account(&self) -> Account {
        self.portfolio.account()
    }

    /// Decides an exit that the bar itself makes (stop, target, square-off, end of data), for the whole position.
    pub fn exit_order(
        &mut self,
        (strategy, asset): (usize, usize),
        reason: ExitReason,
        price: f64,
        ts: Ts,
    ) -> Option<Approved<Order>> {
        let slot = self.portfolio.slot(strategy, asset);
        let held = self.position(slot)?;
        self.portfolio.begin_exit(slot);
        self.ids.order += 1;
        let order = Order::exit(self.ids.order, (strategy, asset), held, reason, (price, ts));
        self.sink.order(&order);
        Some(Approved::exit(order))
    }

    /// An order was not accepted.
    pub fn refuse(&mut self, order: &Order, refusal: Refusal) {
        self.portfolio.settle(order);
        self.sink.outcome(order.id, &Outcome::Refused(refusal));
    }

    /// An order was taken back after `filled` units.
    pub fn cancel(&mut self, order: &Order, filled: f64, why: Cancel) {
        self.portfolio.settle(order);
        self.sink.outcome(order.id, &Outcome::Cancelled { filled, why });
    }

    /// An order was executed: an entry opens a position or adds to what it built, an exit closes it or a part of it,
    /// and makes a trade when nothing is left. `filled` are the units in all when that completes the order.
    pub fn fill(&mut self, order: &Order, fill: &Fill, filled: Option<f64>) {
        if let Some(filled) = filled {
            self.portfolio.settle(order);
            self.sink.outcome(order.id, &Outcome::Filled(filled));
        }
        self.sink.fill(fill);
        match order.kind {
            OrderKind::Entry(_) => self.portfolio.enter(order, fill),
            OrderKind::Exit(reason) => self.leave(reason, fill),
        }
    }

    /// Closes a position or a part of it; the trade is told once nothing is left, with the means of all its executions.
    fn leave(&mut self, reason: ExitReason, fill: &Fill) {
        let slot = self.portfolio.slot(fill.strategy, fill.asset);
        let Some(direction) = self.portfolio.direction(slot) else { return };
        let bars = self.portfolio.holding(slot).bars;
        let Some(position) = self.portfolio.leave(fill) else { return };
        // Of means that are the same price nothing was gained.
        let gained = direction.sign() * position.closed * price::difference(position.exit_price, position.entry_price);
        let commission = position.entry_commission + position.exit_commission;
        self.ids.trade += 1;
        self.sink.trade(&Trade {
            id: self.ids.trade,
            asset: fill.asset,
            strategy: fill.strategy,
            direction,
            size: position.closed,
            entry_ts: position.entry_ts,
            entry_price: position.entry_price,
            exit_ts: fill.ts,
            exit_price: position.exit_price,
            entry_ref_price: position.ref_price,
            exit_ref_price: position.exit_ref_price,
            gross_pnl: gained,
            pnl: gained - commission + position.carry,
            carry: position.carry,
            commission,
            entry_commission: position.entry_commission,
            exit_commission: position.exit_commission,
            slippage: position.slippage,
            reason,
            bars_held: bars - position.entry_bar,
            decided_ts: position.decided_ts,
            confidence: position.confidence,
        });
    }
}
