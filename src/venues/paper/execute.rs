//! Executions: units, prices, costs.

use super::Paper;
use super::bracket::{Bracket, Seen};
use super::pending::{Pending, Price};
use crate::trade::{Cancel, ExitReason, Fill, Ledger, Order, OrderKind, Quantity, Refusal, Sink, Tick};

impl Paper {
    /// Leaves the position of a slot for a reason of the bar's own; what works there is taken back.
    #[inline(never)]
    pub(super) fn leave<K: Sink>(
        &mut self,
        tick: &Tick,
        slot: usize,
        reason: ExitReason,
        price: f64,
        ledger: &mut Ledger<'_, K>,
    ) {
        if self.working[slot].exit.is_some() {
            return;
        }
        // A target waits for volume at its price; there is nothing to order without.
        if reason == ExitReason::TakeProfit && self.room(tick, f64::INFINITY) <= 0.0 {
            return;
        }
        let Some(order) = ledger.exit_order((slot / self.assets, tick.asset), reason, price, tick.bar.ts) else {
            return;
        };
        self.cancel(slot, Cancel::PositionLeft, ledger);
        self.working[slot].exit = Some(Pending::new(order));
        let price = match reason {
            // A limit order: no slippage.
            ExitReason::TakeProfit => Price::Exact(price),
            _ => Price::Market { at: price, bound: None },
        };
        self.execute_exit(tick, slot, price, ledger);
    }

    /// Executes the exit of a slot as far as the volume allows.
    #[inline(never)]
    pub(super) fn execute_exit<K: Sink>(&mut self, tick: &Tick, slot: usize, price: Price, ledger: &mut Ledger<'_, K>) {
        let Some(mut exit) = self.working[slot].exit.take() else { return };
        let order = *exit.order.get();
        let Some((held, _)) = ledger.position(slot) else {
            return ledger.cancel(&order, exit.filled, Cancel::PositionLeft);
        };
        let units = self.room(tick, held);
        if units > 0.0 {
            self.left[tick.asset] -= units;
            let fill = self.fill(&exit, units, price, tick);
            exit.executed(&fill);
            ledger.fill(&order, &fill, (units >= held).then_some(exit.filled));
        }
        if units >= held {
            self.working[slot].bracket = None;
        } else if order.kind == OrderKind::Exit(ExitReason::TakeProfit) {
            // The target stays where it is, and the stop with it.
            ledger.cancel(&order, exit.filled, Cancel::Volume);
        } else {
            self.working[slot].exit = Some(exit);
        }
    }

    /// Executes the entry of a slot as far as money and volume allow.
    #[inline(never)]
    pub(super) fn execute_entry<K: Sink>(
        &mut self,
        tick: &Tick,
        slot: usize,
        price: Price,
        seen: Seen,
        ledger: &mut Ledger<'_, K>,
    ) {
        let Some(mut entry) = self.working[slot].entry.take() else { return };
        // What is still being left is left first.
        if entry.filled == 0.0 && ledger.position(slot).is_some() {
            self.working[slot].entry = Some(entry);
            return;
        }
        let order = *entry.order.get();
        if let Some(cap) = self.terms.max_positions
            && entry.filled == 0.0
            && self.funds(tick.asset, ledger).positions >= cap as usize
        {
            return ledger.refuse(&order, Refusal::Positions { cap });
        }
        let wanted = match entry.wanted.map_or_else(|| self.wanted(&order, price, tick, ledger), Ok) {
            Ok(wanted) => wanted,
            Err(refusal) => return ledger.refuse(&order, refusal),
        };
        let rest = wanted - entry.filled;
        let units = self.room(tick, rest);
        if units <= 0.0 {
            self.working[slot].entry = Some(entry);
            return;
        }
        let fill = self.fill(&entry, units, price, tick);
        if let Err(refusal) = self.affords(&fill, ledger) {
            // What was bought stays.
            return match entry.filled > 0.0 {
                true => ledger.cancel(&order, entry.filled, Cancel::Cash),
                false => ledger.refuse(&order, refusal),
            };
        }
        self.left[tick.asset] -= units;
        if entry.filled == 0.0 {
            self.working[slot].session = tick.bar.session_date;
        }
        entry.wanted = Some(wanted);
        entry.executed(&fill);
        let done = units >= rest;
        ledger.fill(&order, &fill, done.then_some(entry.filled));
        self.working[slot].entry = (!done).then_some(entry);
        self.bracket(&order, tick, slot, seen, ledger);
    }

    /// Sets stop and target of the position that an entry built.
    fn bracket<K: Sink>(&mut self, order: &Order, tick: &Tick, slot: usize, seen: Seen, ledger: &Ledger<'_, K>) {
        let (OrderKind::Entry(exits), Some((_, direction))) = (order.kind, ledger.position(slot)) else { return };
        let contract = &self.terms.contracts[tick.asset];
        // What was bought earlier has seen more of the bar, and all of it is left together.
        let seen = self.working[slot].bracket.map_or(seen, |older| older.seen);
        self.working[slot].bracket = Bracket::of(&exits, direction, ledger.entry_price(slot), contract, seen);
    }

    /// Units of `wanted` that the bar's volume has room for, whole lots of them when it has not for all.
    fn room(&self, tick: &Tick, wanted: f64) -> f64 {
        let left = self.left[tick.asset];
        if wanted <= left { wanted } else { self.terms.contracts[tick.asset].units(left).min(left) }
    }

    /// Units that an entry is for in all, at a price.
    fn wanted<K: Sink>(
        &self,
        order: &Order,
        price: Price,
        tick: &Tick,
        ledger: &Ledger<'_, K>,
    ) -> Result<f64, Refusal> {
        let funds = self.funds(tick.asset, ledger);
        let exact = match order.quantity {
            Quantity::Units(units) => units,
            Quantity::Value(value) => self.bought(value, order, price, tick),
            Quantity::Share { fraction, .. } => self.bought(fraction * funds.equity, order, price, tick),
        };
        let contract = &self.terms.contracts[tick.asset];
        let units = contract.units(exact);
        if units > 0.0 {
            return Ok(units);
        }
        let available = funds.buying_power;
        match contract.lot.filter(|_| exact > 0.0) {
            Some(lot) => Err(Refusal::Lot { units: exact, lot }),
            // Nothing is left to take a share of.
            None => Err(Refusal::Cash { needed: 0.0, available }),
        }
    }

    /// Units that an amount of money buys.
    fn bought(&self, value: f64, order: &Order, price: Price, tick: &Tick) -> f64 {
        let at = |units: f64| {
            let (price, _) = self.price(order, units, price, tick);
            self.terms.costs.units_for(value, order.side, price, tick.bar.session_date)
        };
        let units = at(order.estimated_units());
        // Where the price depends on the size, the smaller of two guesses can be paid for.
        if self.terms.costs.slippage.needs_volume() { units.min(at(units)) } else { units }
    }

    /// Whether the account can pay for an entry.
    fn affords<K: Sink>(&self, fill: &Fill, ledger: &Ledger<'_, K>) -> Result<(), Refusal> {
        let available = self.funds(fill.asset, ledger).buying_power;
        let needed = fill.price * fill.size + fill.commission;
        // A share of all there is comes back from a division with a rounding error.
        if needed <= available * (1.0 + 1e-12) {
            return Ok(());
        }
        // A cost that is beyond all numbers is too much.
        let needed = if needed.is_nan() { f64::INFINITY } else { needed };
        Err(Refusal::Cash { needed, available })
    }

    /// Price of an execution with and without slippage.
    fn price(&self, order: &Order, units: f64, price: Price, tick: &Tick) -> (f64, f64) {
        match price {
            Price::Exact(price) => (price, price),
            Price::Market { at, bound } => {
                let slipped = self.terms.costs.market_price(order.side, at, units, tick.bar.volume);
                let paid = self.terms.contracts[tick.asset].active(order.side, slipped);
                let bounded =
                    bound.map_or(paid, |bound| if order.side.sign() > 0.0 { paid.min(bound) } else { paid.max(bound) });
                (bounded, at)
            }
        }
    }

    /// Commission of a further part of an order: what all of it costs, less what was paid.
    fn commission(&self, part_of: &Pending, price: f64, units: f64, tick: &Tick) -> f64 {
        let (side, day) = (part_of.order.get().side, tick.bar.session_date);
        if part_of.filled == 0.0 {
            return self.terms.costs.commission(side, price, units, day);
        }
        let all = part_of.filled + units;
        let mean = (part_of.value + price * units) / all;
        let owed = self.terms.costs.commission(side, mean, all, day) - part_of.paid;
        // Not max(): that would make nothing of what is unknown.
        if owed < 0.0 { 0.0 } else { owed }
    }

    fn fill(&self, part_of: &Pending, size: f64, price: Price, tick: &Tick) -> Fill {
        let order = part_of.order.get();
        let (price, ref_price) = self.price(order, size, price, tick);
        Fill {
            order_id: order.id,
            asset: order.asset,
            strategy: order.strategy,
            side: order.side,
            size,
            price,
            ref_price,
            commission: self.commission(part_of, price, size, tick),
            slippage: (price - ref_price).abs() * size,
            ts: tick.bar.ts,
            without_volume: tick.bar.volume == 0.0,
        }
    }
}
