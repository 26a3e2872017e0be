//! The paper broker: executes against bars, without a venue.
//!
//! - Market orders fill at the open of the asset's next bar, with slippage.
//! - Stops and targets are set from the entry fill and watched from the entry bar on. A bar that opens beyond one
//!   fills at that open; a bar that touches both inside fills the stop; otherwise the level itself is the price.
//!   A stop is a market order once touched (slippage), a target a limit order (none).
//! - An entry that costs more than the account has free is refused. A size in units is taken as it is; a size in
//!   money is turned into units at the fill price, commission included.
//! - A series that ends closes its position at the last close, as a market order.
//!
//! All exits at the open come before all entries at the open, and these before anything inside the bars: money
//! freed inside a bar buys nothing at its open.

use crate::trade::{
    Approved, Broker, Costs, Direction, ExitReason, Fill, Ledger, Order, OrderKind, Quantity, Refusal, Sink, Step, Tick,
};

/// Prices at which an open position is left.
#[derive(Debug, Clone, Copy)]
struct Bracket {
    direction: Direction,
    stop: Option<f64>,
    target: Option<f64>,
}

/// What works for one asset.
#[derive(Debug, Clone, Copy, Default)]
struct Working {
    exit: Option<Approved<Order>>,
    entry: Option<Approved<Order>>,
    bracket: Option<Bracket>,
}

/// Executes orders against bars.
#[derive(Debug, Clone)]
pub struct Paper {
    costs: Costs,
    working: Vec<Working>,
}

impl Paper {
    /// A broker for `assets` assets.
    #[must_use]
    pub fn new(costs: Costs, assets: usize) -> Self {
        Self { costs, working: vec![Working::default(); assets] }
    }

    /// Exits at the open: ordered ones, then gaps through a bracket.
    #[inline]
    fn exit_at_open<K: Sink>(&mut self, tick: &Tick, ledger: &mut Ledger<'_, K>) {
        if let Some(order) = self.working[tick.asset].exit.take() {
            self.execute_exit(order.get(), tick, tick.bar.open, ledger);
        } else if self.working[tick.asset].bracket.is_some() {
            let open = tick.bar.open;
            self.watch(tick, open, open, ledger);
        }
    }

    #[inline]
    fn enter_at_open<K: Sink>(&mut self, tick: &Tick, ledger: &mut Ledger<'_, K>) {
        if let Some(order) = self.working[tick.asset].entry.take() {
            self.execute_entry(order.get(), tick, ledger);
        }
    }

    #[inline]
    fn exit_inside<K: Sink>(&mut self, tick: &Tick, ledger: &mut Ledger<'_, K>) {
        if self.working[tick.asset].bracket.is_some() {
            self.watch(tick, tick.bar.low, tick.bar.high, ledger);
        }
        if tick.last
            && let Some(order) = ledger.exit_order(tick.asset, ExitReason::EndOfData, tick.bar.close, tick.bar.ts)
        {
            self.execute_exit(&order, tick, tick.bar.close, ledger);
        }
    }

    /// Leaves the position when prices between `low` and `high` touch its bracket.
    fn watch<K: Sink>(&mut self, tick: &Tick, low: f64, high: f64, ledger: &mut Ledger<'_, K>) {
        let touched = self.working[tick.asset].bracket.and_then(|bracket| bracket.touched(tick.bar.open, low, high));
        let Some((reason, price)) = touched else { return };
        if let Some(order) = ledger.exit_order(tick.asset, reason, price, tick.bar.ts) {
            self.execute_exit(&order, tick, price, ledger);
        }
    }

    fn execute_exit<K: Sink>(&mut self, order: &Order, tick: &Tick, ref_price: f64, ledger: &mut Ledger<'_, K>) {
        self.working[tick.asset].bracket = None;
        // Without slippage for a target: it is a limit order.
        let price = match order.kind {
            OrderKind::Exit(ExitReason::TakeProfit) => ref_price,
            _ => self.costs.market_price(order.side, ref_price, order.estimated_units(), tick.bar.volume),
        };
        let fill = self.fill(order, order.estimated_units(), price, ref_price, tick);
        ledger.fill(order, &fill);
    }

    fn execute_entry<K: Sink>(&mut self, order: &Order, tick: &Tick, ledger: &mut Ledger<'_, K>) {
        let ref_price = tick.bar.open;
        let price = self.costs.market_price(order.side, ref_price, order.estimated_units(), tick.bar.volume);
        let account = ledger.account();
        let bought = |value: f64| self.costs.units_for(value, order.side, price, tick.bar.session_date);
        let (units, needed) = match order.quantity {
            Quantity::Units(units) => (units, self.costs.cost(order.side, price, units, tick.bar.session_date)),
            Quantity::Value(value) => (bought(value), value),
            Quantity::Share { fraction, .. } => (bought(fraction * account.equity), fraction * account.equity),
        };
        let available = account.buying_power();
        // Also refuses when nothing is left to take a share of.
        if needed > available || units <= 0.0 {
            ledger.refuse(order, Refusal::Cash { needed, available });
            return;
        }
        let fill = self.fill(order, units, price, ref_price, tick);
        self.working[tick.asset].bracket = Bracket::of(order, price);
        ledger.fill(order, &fill);
    }

    fn fill(&self, order: &Order, size: f64, price: f64, ref_price: f64, tick: &Tick) -> Fill {
        Fill {
            order_id: order.id,
            asset: order.asset,
            side: order.side,
            size,
            price,
            ref_price,
            commission: self.costs.commission(order.side, price, size, tick.bar.session_date),
            slippage: (price - ref_price).abs() * size,
            ts: tick.bar.ts,
        }
    }
}

impl Broker for Paper {
    fn submit(&mut self, order: Approved<Order>) {
        let working = &mut self.working[order.get().asset];
        match order.get().kind {
            OrderKind::Entry(_) => working.entry = Some(order),
            OrderKind::Exit(_) => working.exit = Some(order),
        }
    }

    #[inline]
    fn advance<K: Sink>(&mut self, step: &Step, ledger: &mut Ledger<'_, K>) {
        for tick in &step.ticks {
            self.exit_at_open(tick, ledger);
        }
        for tick in &step.ticks {
            self.enter_at_open(tick, ledger);
        }
        for tick in &step.ticks {
            self.exit_inside(tick, ledger);
        }
    }
}

impl Bracket {
    /// The levels an entry at `price` asks for.
    fn of(order: &Order, price: f64) -> Option<Self> {
        let OrderKind::Entry(exits) = order.kind else { return None };
        if exits.stop_loss.is_none() && exits.take_profit.is_none() {
            return None;
        }
        let direction = if order.side.sign() > 0.0 { Direction::Long } else { Direction::Short };
        Some(Self {
            direction,
            stop: exits.stop_loss.map(|loss| price * (1.0 - direction.sign() * loss)),
            target: exits.take_profit.map(|gain| price * (1.0 + direction.sign() * gain)),
        })
    }

    /// Which level prices between `low` and `high` touch, and the price it fills at; the stop first.
    fn touched(&self, open: f64, low: f64, high: f64) -> Option<(ExitReason, f64)> {
        let stop = self.stop.and_then(|level| match self.direction {
            Direction::Long => (low <= level).then(|| open.min(level)),
            Direction::Short => (high >= level).then(|| open.max(level)),
        });
        let target = self.target.and_then(|level| match self.direction {
            Direction::Long => (high >= level).then(|| open.max(level)),
            Direction::Short => (low <= level).then(|| open.min(level)),
        });
        let stop = stop.map(|price| (ExitReason::StopLoss, price));
        stop.or_else(|| target.map(|price| (ExitReason::TakeProfit, price)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracket(direction: Direction) -> Bracket {
        let (stop, target) = if direction == Direction::Long { (98.0, 104.0) } else { (102.0, 96.0) };
        Bracket { direction, stop: Some(stop), target: Some(target) }
    }

    #[test]
    fn long_levels_gaps_and_ties() {
        let long = bracket(Direction::Long);
        assert_eq!(long.touched(100.0, 98.5, 103.9), None);
        assert_eq!(long.touched(100.0, 98.0, 103.9), Some((ExitReason::StopLoss, 98.0)));
        assert_eq!(long.touched(100.0, 99.0, 104.0), Some((ExitReason::TakeProfit, 104.0)));
        assert_eq!(long.touched(100.0, 97.0, 105.0), Some((ExitReason::StopLoss, 98.0)), "both: the stop");
        assert_eq!(long.touched(95.0, 95.0, 95.0), Some((ExitReason::StopLoss, 95.0)), "gap down");
        assert_eq!(long.touched(110.0, 110.0, 110.0), Some((ExitReason::TakeProfit, 110.0)), "gap up");
    }

    #[test]
    fn short_levels_mirror() {
        let short = bracket(Direction::Short);
        assert_eq!(short.touched(100.0, 96.5, 101.5), None);
        assert_eq!(short.touched(100.0, 97.0, 102.0), Some((ExitReason::StopLoss, 102.0)));
        assert_eq!(short.touched(100.0, 96.0, 101.0), Some((ExitReason::TakeProfit, 96.0)));
        assert_eq!(short.touched(100.0, 90.0, 110.0), Some((ExitReason::StopLoss, 102.0)), "both: the stop");
        assert_eq!(short.touched(105.0, 105.0, 105.0), Some((ExitReason::StopLoss, 105.0)), "gap up");
        assert_eq!(short.touched(90.0, 90.0, 90.0), Some((ExitReason::TakeProfit, 90.0)), "gap down");
    }
}
