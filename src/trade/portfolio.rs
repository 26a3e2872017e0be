//! Cash and positions: one net position a slot, valued at its last known close.
//!
//! A slot is one strategy's place for one asset; strategies that trade side by side share the cash and nothing else.

use super::event::{Action, Direction, Tick};
use super::order::{Fill, Order, OrderKind, Side};
use super::totals::{Totals, Value};
use crate::domain::Ts;

/// The account at one moment, in currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Account {
    /// Cash plus the value of open positions (a short one counts negative).
    pub equity: f64,
    /// Cash; proceeds of short sales included.
    pub cash: f64,
    /// Sum of |position value|.
    pub exposure: f64,
}

impl Account {
    /// Currency that new positions may cost when each binds `margin`, a fraction of its value (1: no leverage).
    #[must_use]
    pub fn buying_power(&self, margin: f64) -> f64 {
        self.equity / margin - self.exposure
    }
}

/// One slot's position; `size` 0 is flat and leaves the other fields without meaning.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Position {
    /// Signed units.
    pub size: f64,
    pub entry_price: f64,
    /// The same before slippage.
    pub ref_price: f64,
    pub entry_ts: Ts,
    /// Number of the asset's bar in which it was opened.
    pub entry_bar: u32,
    /// Of the entry's executions and of the exit's, in currency.
    pub entry_commission: f64,
    pub exit_commission: f64,
    pub slippage: f64,
    pub carry: f64,
    /// Units of it that have been left, positive, and the means of their prices with and without slippage.
    pub closed: f64,
    pub exit_price: f64,
    pub exit_ref_price: f64,
    pub decided_ts: Ts,
    pub confidence: Option<f64>,
    /// Number of the asset's bar at whose close it has been held long enough.
    pub max_bar: Option<u32>,
}

/// One slot of the account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    pub position: Position,
    /// Last known price: a close, or an execution since; 0 before the first bar, when nothing can be held.
    pub mark: f64,
    /// Bars seen so far.
    pub bars: u32,
    /// Whether an exit has been ordered.
    pub exiting: bool,
    /// Estimated value of what is still to come of an entry that was ordered.
    pub ordered: f64,
    /// Direction of that entry, until it is settled.
    pub pending: Option<Direction>,
}

impl Holding {
    #[inline(always)]
    fn is_open(&self) -> bool {
        self.position.size != 0.0
    }

    fn is_taken(&self) -> bool {
        (self.is_open() && !self.exiting) || self.pending.is_some()
    }

    #[inline(always)]
    fn value(&self) -> Value {
        let net = self.position.size * self.mark;
        Value { net, gross: net.abs(), ordered: self.ordered }
    }

    fn enter(&mut self, order: &Order, fill: &Fill, max_bars: Option<u32>) {
        // Until the close of the entry bar the fill is the last known price.
        self.mark = fill.price;
        self.ordered = (self.ordered - fill.size * fill.price).max(0.0);
        let (added, held) = (fill.side.sign() * fill.size, self.position.size);
        if held != 0.0 {
            let position = &mut self.position;
            let entered = held.abs() + position.closed;
            position.entry_price = mean((position.entry_price, entered), (fill.price, fill.size));
            position.ref_price = mean((position.ref_price, entered), (fill.ref_price, fill.size));
            position.size += added;
            position.entry_commission += fill.commission;
            position.slippage += fill.slippage;
            return;
        }
        self.position = Position {
            size: added,
            entry_price: fill.price,
            ref_price: fill.ref_price,
            entry_ts: fill.ts,
            entry_bar: self.bars,
            entry_commission: fill.commission,
            exit_commission: 0.0,
            slippage: fill.slippage,
            carry: 0.0,
            closed: 0.0,
            exit_price: 0.0,
            exit_ref_price: 0.0,
            decided_ts: order.decided_ts,
            confidence: order.confidence,
            max_bar: max_bars.map(|bars| self.bars.saturating_add(bars.saturating_sub(1))),
        };
    }

    fn leave(&mut self, fill: &Fill) -> Option<Position> {
        let position = &mut self.position;
        position.exit_price = mean((position.exit_price, position.closed), (fill.price, fill.size));
        position.exit_ref_price = mean((position.exit_ref_price, position.closed), (fill.ref_price, fill.size));
        position.closed += fill.size;
        position.exit_commission += fill.commission;
        position.slippage += fill.slippage;
        if fill.size >= position.size.abs() {
            self.exiting = false;
            return Some(std::mem::take(position));
        }
        position.size += fill.side.sign() * fill.size;
        // Until the close of the bar the fill is the last known price of what stays.
        self.mark = fill.price;
        None
    }

    /// Takes a corporate action and gives the cash that it pays.
    fn act(&mut self, action: Action) -> f64 {
        match action {
            Action::Split(ratio) => {
                self.position.size *= ratio;
                self.position.entry_price /= ratio;
                self.position.ref_price /= ratio;
                self.position.closed *= ratio;
                self.position.exit_price /= ratio;
                self.position.exit_ref_price /= ratio;
                self.mark /= ratio;
                0.0
            }
            Action::Dividend(cash) => {
                let paid = self.position.size * cash;
                // The price is without it from now on.
                self.mark -= cash;
                paid
            }
        }
    }
}

/// Cash and holdings of every slot.
///
/// Values and counts over all slots are kept as holdings change: an entry must not cost a look at every slot.
#[derive(Debug, Clone)]
pub struct Portfolio {
    cash: f64,
    assets: usize,
    strategies: usize,
    holdings: Vec<Holding>,
    totals: Totals,
    /// Slots with a position.
    open: usize,
    /// Slots with a position that stays, or with an entry on its way.
    taken: usize,
}

impl Portfolio {
    /// Nothing but cash, with room for a position of each strategy in each asset.
    #[must_use]
    pub fn new(capital: f64, assets: usize, strategies: usize) -> Self {
        let slots = assets * strategies;
        let holdings = vec![Holding::default(); slots];
        Self { cash: capital, assets, strategies, holdings, totals: Totals::new(slots), open: 0, taken: 0 }
    }

    /// What a slot holds.
    #[inline(always)]
    pub(super) fn holding(&self, slot: usize) -> &Holding {
        &self.holdings[slot]
    }

    /// Changes a holding, and with it what is kept of all of them.
    #[inline]
    fn change<T>(&mut self, slot: usize, how: impl FnOnce(&mut Holding) -> T) -> T {
        let holding = &mut self.holdings[slot];
        let (was_open, was_taken) = (holding.is_open(), holding.is_taken());
        let done = how(holding);
        self.open = self.open + usize::from(holding.is_open()) - usize::from(was_open);
        self.taken = self.taken + usize::from(holding.is_taken()) - usize::from(was_taken);
        self.totals.set(slot, holding.value());
        done
    }

    /// Place of a strategy's position in an asset.
    #[inline]
    #[must_use]
    pub fn slot(&self, strategy: usize, asset: usize) -> usize {
        strategy * self.assets + asset
    }

    /// The slots of an asset, one a strategy.
    #[inline(always)]
    pub(super) fn slots(&self, asset: usize) -> impl Iterator<Item = usize> + use<> {
        // Not step_by: that divides.
        let assets = self.assets;
        (0..self.strategies).map(move |strategy| strategy * assets + asset)
    }

    /// One more bar of an asset.
    #[inline(always)]
    pub(super) fn count_bar(&mut self, asset: usize) {
        for slot in self.slots(asset) {
            self.holdings[slot].bars += 1;
        }
    }

    /// Takes note of the closes of bars.
    #[inline(always)]
    pub(super) fn mark(&mut self, ticks: &[Tick]) {
        for tick in ticks {
            for slot in self.slots(tick.asset) {
                let holding = &mut self.holdings[slot];
                holding.mark = tick.bar.close;
                if holding.is_open() {
                    self.totals.put(slot, holding.value());
                }
            }
        }
        self.totals.settle();
    }

    /// Values everything at the last known closes.
    #[inline]
    #[must_use]
    pub fn account(&self) -> Account {
        let Value { net, gross, .. } = self.totals.all();
        Account { equity: self.cash + net, cash: self.cash, exposure: gross }
    }

    /// Signed units of a slot.
    #[inline]
    #[must_use]
    pub fn size(&self, slot: usize) -> f64 {
        self.holdings[slot].position.size
    }

    /// Direction of a slot's position, if there is one.
    #[must_use]
    pub fn direction(&self, slot: usize) -> Option<Direction> {
        let size = self.size(slot);
        if size > 0.0 {
            Some(Direction::Long)
        } else if size < 0.0 {
            Some(Direction::Short)
        } else {
            None
        }
    }

    /// Value of ordered but unsettled entries, in currency.
    #[must_use]
    pub fn ordered(&self) -> f64 {
        self.totals.all().ordered
    }

    /// |Value| of positions and entries on their way in the other slots of an asset, in currency.
    #[must_use]
    pub fn beside(&self, slot: usize, asset: usize) -> f64 {
        let value = |holding: &Holding| (holding.position.size * holding.mark).abs() + holding.ordered;
        self.slots(asset).filter(|other| *other != slot).map(|other| value(&self.holdings[other])).sum()
    }

    /// Slots with a position that stays, or with an entry on its way.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Slots with a position.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }

    /// Takes note that the exit of a slot is ordered; false when one was.
    pub(super) fn begin_exit(&mut self, slot: usize) -> bool {
        self.change(slot, |holding| !std::mem::replace(&mut holding.exiting, true))
    }

    /// Takes note of an entry on its way.
    pub(super) fn expect(&mut self, slot: usize, order: &Order) {
        self.change(slot, |holding| {
            (holding.ordered, holding.pending) = (order.estimated_value(), Some(order.side.opens()));
        });
    }

    /// Takes note that an order works no more.
    pub(super) fn settle(&mut self, order: &Order) {
        let slot = self.slot(order.strategy, order.asset);
        self.change(slot, |holding| match order.kind {
            OrderKind::Entry(_) => (holding.ordered, holding.pending) = (0.0, None),
            OrderKind::Exit(_) => holding.exiting = false,
        });
    }

    /// Takes an execution of an entry into the position; the price becomes the mean of its parts.
    pub(super) fn enter(&mut self, order: &Order, fill: &Fill) {
        let OrderKind::Entry(exits) = order.kind else { return };
        self.pay(fill);
        let slot = self.slot(fill.strategy, fill.asset);
        self.change(slot, |holding| holding.enter(order, fill, exits.max_bars));
    }

    /// Takes an execution of an exit out of the position; gives the position once nothing of it is left.
    pub(super) fn leave(&mut self, fill: &Fill) -> Option<Position> {
        self.pay(fill);
        let slot = self.slot(fill.strategy, fill.asset);
        self.change(slot, |holding| holding.leave(fill))
    }

    /// Applies a corporate action to a slot.
    pub(super) fn act(&mut self, slot: usize, action: Action) {
        let paid = self.change(slot, |holding| holding.act(action));
        self.carry(slot, paid);
    }

    /// Receives cash for a position, or pays it when negative.
    pub(super) fn carry(&mut self, slot: usize, amount: f64) {
        self.cash += amount;
        self.holdings[slot].position.carry += amount;
    }

    fn pay(&mut self, fill: &Fill) {
        let value = fill.size * fill.price;
        let proceeds = if fill.side == Side::Buy { -value } else { value };
        self.cash += proceeds - fill.commission;
    }
}

/// Mean of two prices by their units.
fn mean((price, units): (f64, f64), (new, added): (f64, f64)) -> f64 {
    // Not what a division makes of the only price there is.
    if units == 0.0 { new } else { (price * units + new * added) / (units + added) }
}
