//! An order that works: what it has been through, and when and at what price an entry can be executed.

use crate::domain::price;
use crate::trade::{Approved, Fill, Life, Order, Side, Style, Tick};

/// Where the price of an execution comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Price {
    /// A market order at this reference price: slippage applies, and a bound where there is one.
    Market { at: f64, bound: Option<f64> },
    /// A limit order: exactly this price.
    Exact(f64),
}

/// An approved order with what it has been through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub order: Approved<Order>,
    /// Units in all, once known.
    pub wanted: Option<f64>,
    pub filled: f64,
    /// What these cost, in currency: their value, and the commission.
    pub value: f64,
    pub paid: f64,
    /// Bars it has worked in.
    bars: u32,
    /// Whether its stop has been touched.
    triggered: bool,
}

impl Pending {
    pub(super) fn new(order: Approved<Order>) -> Self {
        Self { order, wanted: None, filled: 0.0, value: 0.0, paid: 0.0, bars: 0, triggered: false }
    }

    /// Counts an execution.
    pub(super) fn executed(&mut self, fill: &Fill) {
        self.filled += fill.size;
        self.value += fill.size * fill.price;
        self.paid += fill.commission;
    }

    /// Price at which it executes at the open, if it does.
    #[inline]
    pub(super) fn at_open(&mut self, open: f64) -> Option<Price> {
        let side = self.order.get().side;
        match self.order.get().style {
            Style::Market => Some(Price::Market { at: open, bound: None }),
            Style::MarketOnClose => None,
            Style::Limit(limit) => beyond(side, limit, open).then_some(Price::Exact(open)),
            Style::Stop(stop) => {
                self.triggered |= touches(side, open, stop);
                self.triggered.then_some(Price::Market { at: open, bound: None })
            }
            Style::StopLimit { limit, .. } if self.triggered => beyond(side, limit, open).then_some(Price::Exact(open)),
            Style::StopLimit { stop, limit } => {
                self.triggered = touches(side, open, stop);
                // An open at the limit or better than it is there to be taken.
                (self.triggered && touches(side, limit, open)).then_some(Price::Market { at: open, bound: Some(limit) })
            }
        }
    }

    /// Price at which it executes between open and close, if it does.
    pub(super) fn inside(&mut self, tick: &Tick) -> Option<Price> {
        let side = self.order.get().side;
        // The extreme a limit waits for, and the one a stop waits for.
        let (better, worse) = match side {
            Side::Buy => (tick.bar.low, tick.bar.high),
            Side::Sell => (tick.bar.high, tick.bar.low),
        };
        match self.order.get().style {
            Style::Market | Style::MarketOnClose => None,
            Style::Limit(limit) => beyond(side, limit, better).then_some(Price::Exact(limit)),
            // A touched one is a market order and waits for the next open.
            Style::Stop(_) if self.triggered => None,
            Style::Stop(stop) => {
                self.triggered = touches(side, worse, stop);
                self.triggered.then_some(Price::Market { at: tick.bar.traded(stop), bound: None })
            }
            Style::StopLimit { limit, .. } if self.triggered => {
                beyond(side, limit, better).then_some(Price::Exact(limit))
            }
            Style::StopLimit { stop, limit } => {
                self.triggered = touches(side, worse, stop);
                self.triggered.then_some(Price::Market { at: tick.bar.traded(stop), bound: Some(limit) })
            }
        }
    }

    /// Whether it is executed at the close of the session.
    pub(super) fn waits_for_close(&self) -> bool {
        self.order.get().style == Style::MarketOnClose
    }

    /// Counts the bar and says whether the order's life ends with it.
    pub(super) fn ends_with(&mut self, tick: &Tick) -> bool {
        self.bars += 1;
        match self.order.get().life {
            Life::UntilCancelled => false,
            Life::Day => tick.session_end,
            Life::Bars(bars) => self.bars >= bars,
        }
    }

    /// The same after a split of `ratio` new units for one old one.
    pub(super) fn split(&mut self, ratio: f64) {
        self.order.split(ratio);
        self.wanted.iter_mut().for_each(|units| *units *= ratio);
        self.filled *= ratio;
    }
}

/// Whether a price lies beyond a limit: better than it for the trader, so that the price went through it.
fn beyond(side: Side, limit: f64, price: f64) -> bool {
    match side {
        Side::Buy => price::below(price, limit),
        Side::Sell => price::above(price, limit),
    }
}

/// Whether a price has reached a stop, for a buy from below.
fn touches(side: Side, price: f64, stop: f64) -> bool {
    match side {
        Side::Buy => price::at_or_above(price, stop),
        Side::Sell => price::at_or_below(price, stop),
    }
}
