//! What the engine orders: entries, exits, and what it takes back.

use super::{Engine, Wanted};
use crate::domain::Ts;
use crate::trade::event::{Step, Tick};
use crate::trade::ledger::Ledger;
use crate::trade::order::{ExitReason, Exits, Order, OrderKind, Outcome, Quantity, Side};
use crate::trade::portfolio::Account;
use crate::trade::ports::{Broker, Sink};
use crate::trade::refusal::{Cancel, Refusal};
use crate::trade::risk::Alarm;
use crate::trade::sizing::{Known, YearlyVolatility};

impl<B: Broker> Engine<B> {
    /// Takes every entry back and, where everything is to be sold, orders the exit of every position.
    #[cold]
    pub(super) fn on_risk_breach<K: Sink>(&mut self, step: &Step, alarm: Alarm, sink: &mut K) {
        let now = step.ticks.iter().map(|tick| tick.bar.close_ts).max().unwrap_or(step.ts);
        let why = match alarm {
            Alarm::Breaker => Cancel::Breaker,
            Alarm::Sell(ExitReason::MarginCall) => Cancel::MarginCall,
            Alarm::Sell(_) => Cancel::Stopped,
        };
        for strategy in 0..self.traders.len() {
            for asset in 0..self.contracts.len() {
                self.cancel(strategy, asset, why, sink);
                if let Alarm::Sell(reason) = alarm {
                    let mark = self.portfolio.holding(self.portfolio.slot(strategy, asset)).mark;
                    self.exit((strategy, asset), (mark, now), reason, sink);
                }
            }
        }
    }

    /// Orders the exit of positions that have been held as long as their entries allowed.
    #[inline(always)]
    pub(super) fn time_exits<K: Sink>(&mut self, tick: &Tick, sink: &mut K) {
        for strategy in 0..self.traders.len() {
            let holding = self.portfolio.holding(self.portfolio.slot(strategy, tick.asset));
            let held_out = holding.position.max_bar.is_some_and(|bar| holding.bars >= bar);
            if held_out && holding.position.size != 0.0 {
                self.exit((strategy, tick.asset), (tick.bar.close, tick.bar.close_ts), ExitReason::MaxHolding, sink);
            }
        }
    }

    pub(super) fn cancel<K: Sink>(&mut self, strategy: usize, asset: usize, why: Cancel, sink: &mut K) {
        let ledger = &mut Ledger { portfolio: &mut self.portfolio, ids: &mut self.ids, sink };
        self.broker.cancel_entry(strategy, asset, why, ledger);
    }

    /// Orders the exit of an open position, once.
    pub(super) fn exit<K: Sink>(
        &mut self,
        (strategy, asset): (usize, usize),
        decided: (f64, Ts),
        reason: ExitReason,
        sink: &mut K,
    ) {
        let slot = self.portfolio.slot(strategy, asset);
        let Some(direction) = self.portfolio.direction(slot) else { return };
        if !self.portfolio.begin_exit(slot) {
            return;
        }
        self.cancel(strategy, asset, Cancel::PositionLeft, sink);
        let held = (self.portfolio.size(slot).abs(), direction);
        let order = Order::exit(self.next_id(), (strategy, asset), held, reason, decided);
        self.place(order, None, sink);
    }

    pub(super) fn enter<K: Sink>(&mut self, wanted: &Wanted, tick: &Tick, account: &Account, sink: &mut K) {
        let Wanted { strategy, enter, suppressed, .. } = *wanted;
        let trader = &self.traders[strategy];
        let max_bars = match (enter.max_bars, self.settings.max_holding) {
            (Some(own), Some(all)) => Some(own.min(all)),
            (own, all) => own.or(all),
        };
        let widths =
            (self.widths.fraction(trader.stop_loss, tick.asset), self.widths.fraction(trader.take_profit, tick.asset));
        // Unknown barriers are none on an order that is refused.
        let exits =
            Exits { stop_loss: widths.0.unwrap_or_default(), take_profit: widths.1.unwrap_or_default(), max_bars };
        let known = Known {
            equity: account.equity,
            confidence: enter.confidence,
            probability: enter.probability,
            exits,
            volatility: self.volatility.get(tick.asset).map_or(f64::NAN, YearlyVolatility::value),
            most: 1.0 / self.settings.margin,
        };
        let quantity = self.settings.sizing.quantity(&known);
        let side = Side::opening(enter.direction);
        let order = Order {
            id: self.next_id(),
            asset: tick.asset,
            strategy,
            style: self.settings.approach.style(side, tick.bar.close, &self.contracts[tick.asset]),
            life: self.settings.life,
            side,
            quantity: quantity.unwrap_or(Quantity::Units(0.0)),
            decided_price: tick.bar.close,
            kind: OrderKind::Entry(exits),
            decided_ts: tick.bar.close_ts,
            confidence: enter.confidence,
        };
        let refusal = suppressed
            .map(Refusal::Sentiment)
            .or(widths.0.err().or(widths.1.err()))
            .or(quantity.err().map(Refusal::Size))
            .or(tick.halted.then_some(Refusal::Halted));
        self.place(order, refusal, sink);
    }

    fn next_id(&mut self) -> u64 {
        self.ids.order += 1;
        self.ids.order
    }

    /// Sends an order through risk to the broker, unless it was refused before. An entry takes the place of one that
    /// still works, even when it is refused itself: what is wanted now is no longer what was wanted then.
    fn place<K: Sink>(&mut self, order: Order, refused: Option<Refusal>, sink: &mut K) {
        sink.order(&order);
        let approved = refused.map_or_else(|| self.risk.approve(order, &self.portfolio), Err);
        if let OrderKind::Entry(_) = order.kind
            && approved != Err(Refusal::PositionOpen)
        {
            self.cancel(order.strategy, order.asset, Cancel::Strategy, sink);
        }
        match approved {
            Ok(approved) => {
                if let OrderKind::Entry(_) = order.kind {
                    let slot = self.portfolio.slot(order.strategy, order.asset);
                    self.portfolio.expect(slot, &order);
                }
                self.broker.submit(approved);
            }
            Err(refusal) => sink.outcome(order.id, &Outcome::Refused(refusal)),
        }
    }
}
