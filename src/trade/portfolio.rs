//! Cash and positions: one net position an asset, valued at its last known close.

use super::event::Direction;
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
    /// Currency that new positions may cost: equity less what is bound in positions (no leverage).
    #[must_use]
    pub fn buying_power(&self) -> f64 {
        self.equity - self.exposure
    }
}

/// One asset's position; `size` 0 is flat and leaves the other fields without meaning.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Position {
    /// Signed units.
    pub size: f64,
    pub entry_price: f64,
    pub entry_ts: Ts,
    /// Number of the asset's bar in which it was opened.
    pub entry_bar: u32,
    pub commission: f64,
    pub slippage: f64,
    pub decided_ts: Ts,
    pub confidence: Option<f64>,
    /// Number of the asset's bar at whose close it has been held long enough.
    pub max_bar: Option<u32>,
}

/// One asset's place in the account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    pub position: Position,
    /// Last known close; 0 before the first bar, when nothing can be held.
    pub mark: f64,
    /// Bars seen so far.
    pub bars: u32,
    /// Whether an exit has been ordered.
    pub exiting: bool,
    /// Estimated value of an entry that was ordered and is not yet settled.
    pub ordered: f64,
}

/// Cash and holdings of every asset.
#[derive(Debug, Clone)]
pub struct Portfolio {
    cash: f64,
    pub(super) holdings: Vec<Holding>,
}

impl Portfolio {
    /// Nothing but cash, with room for `assets` positions.
    #[must_use]
    pub fn new(capital: f64, assets: usize) -> Self {
        Self { cash: capital, holdings: vec![Holding::default(); assets] }
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

    /// Signed units of an asset.
    #[inline]
    #[must_use]
    pub fn size(&self, asset: usize) -> f64 {
        self.holdings[asset].position.size
    }

    /// Direction of an asset's position, if there is one.
    #[must_use]
    pub fn direction(&self, asset: usize) -> Option<Direction> {
        let size = self.size(asset);
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

    pub(super) fn open(&mut self, order: &Order, fill: &Fill) {
        let OrderKind::Entry(exits) = order.kind else { return };
        self.pay(fill);
        let holding = &mut self.holdings[fill.asset];
        holding.ordered = 0.0;
        // Until the close of the entry bar the fill is the last known price.
        holding.mark = fill.price;
        holding.position = Position {
            size: fill.side.sign() * fill.size,
            entry_price: fill.price,
            entry_ts: fill.ts,
            entry_bar: holding.bars,
            commission: fill.commission,
            slippage: fill.slippage,
            decided_ts: order.decided_ts,
            confidence: order.confidence,
            max_bar: exits.max_bars.map(|bars| holding.bars.saturating_add(bars.saturating_sub(1))),
        };
    }

    /// Takes a position out and returns it as it was.
    pub(super) fn close(&mut self, fill: &Fill) -> Position {
        self.pay(fill);
        let holding = &mut self.holdings[fill.asset];
        holding.exiting = false;
        std::mem::take(&mut holding.position)
    }

    fn pay(&mut self, fill: &Fill) {
        let value = fill.size * fill.price;
        let proceeds = if fill.side == Side::Buy { -value } else { value };
        self.cash += proceeds - fill.commission;
    }
}
