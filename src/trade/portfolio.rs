//! Cash and positions: one net position a slot, valued at its last known close.
//!
//! A slot is one strategy's place for one asset; strategies that trade side by side share the cash and nothing else.

use super::event::{Action, Direction};
use super::order::{Fill, Order, OrderKind, Side};
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
    pub commission: f64,
    pub slippage: f64,
    pub carry: f64,
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

/// Cash and holdings of every slot.
#[derive(Debug, Clone)]
pub struct Portfolio {
    cash: f64,
    assets: usize,
    strategies: usize,
    pub(super) holdings: Vec<Holding>,
}

impl Portfolio {
    /// Nothing but cash, with room for a position of each strategy in each asset.
    #[must_use]
    pub fn new(capital: f64, assets: usize, strategies: usize) -> Self {
        Self { cash: capital, assets, strategies, holdings: vec![Holding::default(); assets * strategies] }
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

    /// Values everything at the last known closes.
    #[inline]
    #[must_use]
    pub fn account(&self) -> Account {
        let (mut net, mut gross) = (0.0, 0.0);
        for holding in &self.holdings {
            let value = holding.position.size * holding.mark;
            net += value;
            gross += value.abs();
        }
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
        self.holdings.iter().map(|holding| holding.ordered).sum()
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
        let taken =
            |holding: &&Holding| (holding.position.size != 0.0 && !holding.exiting) || holding.pending.is_some();
        self.holdings.iter().filter(taken).count()
    }

    /// Slots with a position.
    #[must_use]
    pub fn open(&self) -> usize {
        self.holdings.iter().filter(|holding| holding.position.size != 0.0).count()
    }

    /// Takes an execution of an entry into the position; the price becomes the mean of its parts.
    pub(super) fn enter(&mut self, order: &Order, fill: &Fill) {
        let OrderKind::Entry(exits) = order.kind else { return };
        self.pay(fill);
        let slot = self.slot(fill.strategy, fill.asset);
        let holding = &mut self.holdings[slot];
        // Until the close of the entry bar the fill is the last known price.
        holding.mark = fill.price;
        holding.ordered = (holding.ordered - fill.size * fill.price).max(0.0);
        let (added, held) = (fill.side.sign() * fill.size, holding.position.size);
        if held != 0.0 {
            let position = &mut holding.position;
            let mean = |price: f64, new: f64| (price * held + new * added) / (held + added);
            position.entry_price = mean(position.entry_price, fill.price);
            position.ref_price = mean(position.ref_price, fill.ref_price);
            position.size += added;
            position.commission += fill.commission;
            position.slippage += fill.slippage;
            return;
        }
        holding.position = Position {
            size: added,
            entry_price: fill.price,
            ref_price: fill.ref_price,
            entry_ts: fill.ts,
            entry_bar: holding.bars,
            commission: fill.commission,
            slippage: fill.slippage,
            carry: 0.0,
            decided_ts: order.decided_ts,
            confidence: order.confidence,
            max_bar: exits.max_bars.map(|bars| holding.bars.saturating_add(bars.saturating_sub(1))),
        };
    }

    /// Takes an execution of an exit out of the position and returns the part that was closed, with its share of what
    /// the position has cost so far.
    pub(super) fn leave(&mut self, fill: &Fill) -> Position {
        self.pay(fill);
        let slot = self.slot(fill.strategy, fill.asset);
        let holding = &mut self.holdings[slot];
        let held = holding.position.size.abs();
        if fill.size >= held {
            holding.exiting = false;
            return std::mem::take(&mut holding.position);
        }
        // Until the close of the bar the fill is the last known price of what stays.
        holding.mark = fill.price;
        let share = fill.size / held;
        let position = &mut holding.position;
        let part = Position {
            size: position.size * share,
            commission: position.commission * share,
            slippage: position.slippage * share,
            carry: position.carry * share,
            ..*position
        };
        position.size -= part.size;
        position.commission -= part.commission;
        position.slippage -= part.slippage;
        position.carry -= part.carry;
        part
    }

    /// Applies a corporate action to a slot.
    pub(super) fn act(&mut self, slot: usize, action: Action) {
        let holding = &mut self.holdings[slot];
        match action {
            Action::Split(ratio) => {
                holding.position.size *= ratio;
                holding.position.entry_price /= ratio;
                holding.position.ref_price /= ratio;
                holding.mark /= ratio;
            }
            Action::Dividend(cash) => {
                let paid = holding.position.size * cash;
                // The price is without it from now on.
                holding.mark -= cash;
                self.carry(slot, paid);
            }
        }
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
