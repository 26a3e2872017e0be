//! The engine: steps in, effects out.

use super::event::{Step, Tick};
use super::ledger::{Ids, Ledger};
use super::order::{ExitReason, Exits, Order, OrderKind, Outcome, Quantity, Side};
use super::portfolio::{Account, Portfolio};
use super::ports::{Broker, Feed, Sink};
use super::risk::{Limits, Risk};
use super::sizing::Sizing;
use super::strategies::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::domain::Progress;

/// What an account and its strategy are run with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start, in currency.
    pub capital: f64,
    /// Size of new positions.
    pub sizing: Sizing,
    /// Stop attached to entries, a fraction of the entry price.
    pub stop_loss: Option<f64>,
    /// Target attached to entries, a fraction of the entry price.
    pub take_profit: Option<f64>,
    /// Limits on the account.
    pub limits: Limits,
}

/// One account, one strategy, one broker.
pub struct Engine<B> {
    broker: B,
    strategy: AnyStrategy,
    settings: Settings,
    portfolio: Portfolio,
    risk: Risk,
    ids: Ids,
}

/// Bars between two reports of progress.
const REPORT_EVERY: u64 = 1 << 16;

impl<B: Broker> Engine<B> {
    /// A fresh account for `assets` assets.
    #[must_use]
    pub fn new(settings: Settings, strategy: AnyStrategy, broker: B, assets: usize) -> Self {
        let portfolio = Portfolio::new(settings.capital, assets);
        let risk = Risk::new(settings.limits, settings.capital);
        Self { broker, strategy, settings, portfolio, risk, ids: Ids::default() }
    }

    /// Takes every step of a feed; progress counts bars.
    ///
    /// Generic in feed and sink so that a sweep without records costs nothing for what it doesn't use.
    pub fn run<F: Feed, K: Sink>(&mut self, feed: &mut F, sink: &mut K, progress: &dyn Progress) {
        let mut step = Step::default();
        let mut unreported = 0;
        while feed.next(&mut step) {
            self.step(&step, sink);
            unreported += step.ticks.len() as u64;
            if unreported >= REPORT_EVERY {
                progress.advance(unreported);
                unreported = 0;
            }
        }
        progress.advance(unreported);
    }

    /// Takes one step: executions, valuation, risk, decisions.
    pub fn step<K: Sink>(&mut self, step: &Step, sink: &mut K) {
        for tick in &step.ticks {
            self.portfolio.holdings[tick.asset].bars += 1;
        }
        self.broker.advance(step, &mut Ledger { portfolio: &mut self.portfolio, ids: &mut self.ids, sink: &mut *sink });
        for tick in &step.ticks {
            self.portfolio.holdings[tick.asset].mark = tick.bar.close;
        }
        let account = self.portfolio.account();
        self.risk.observe(step.session_date, account.equity);
        for tick in step.ticks.iter().filter(|tick| !tick.last) {
            self.time_exit(tick, sink);
            self.ask(tick, &Event::Bar(&tick.bar), &account, sink);
        }
        for signal in &step.signals {
            let tick = &step.ticks[signal.tick];
            if !tick.last {
                self.ask(tick, &Event::Signal(&signal.signal), &account, sink);
            }
        }
        sink.account(step, &account);
    }

    /// The account at the last known closes.
    #[must_use]
    pub fn account(&self) -> Account {
        self.portfolio.account()
    }

    /// Cash and positions.
    #[must_use]
    pub fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }

    /// Orders the exit of a position that has been held as long as its entry allowed.
    #[inline]
    fn time_exit<K: Sink>(&mut self, tick: &Tick, sink: &mut K) {
        let holding = &self.portfolio.holdings[tick.asset];
        let held_out = holding.position.max_bar.is_some_and(|bar| holding.bars >= bar);
        if held_out && holding.position.size != 0.0 {
            self.exit(tick, ExitReason::MaxHolding, sink);
        }
    }

    #[inline]
    fn ask<K: Sink>(&mut self, tick: &Tick, event: &Event<'_>, account: &Account, sink: &mut K) {
        let view = View { asset: tick.asset, size: self.portfolio.size(tick.asset), hours: tick.hours };
        let intents = self.strategy.on_event(&view, event);
        if intents.exit || intents.enter.is_some() {
            self.act(tick, &intents, account, sink);
        }
    }

    #[cold]
    fn act<K: Sink>(&mut self, tick: &Tick, intents: &Intents, account: &Account, sink: &mut K) {
        if intents.exit {
            self.exit(tick, ExitReason::Signal, sink);
        }
        if let Some(enter) = &intents.enter {
            self.enter(tick, enter, account, sink);
        }
    }

    /// Orders the exit of an open position, once.
    fn exit<K: Sink>(&mut self, tick: &Tick, reason: ExitReason, sink: &mut K) {
        let Some(direction) = self.portfolio.direction(tick.asset) else { return };
        if std::mem::replace(&mut self.portfolio.holdings[tick.asset].exiting, true) {
            return;
        }
        let units = self.portfolio.size(tick.asset).abs();
        let order = self.order(tick, Side::closing(direction), Quantity::Units(units), OrderKind::Exit(reason), None);
        self.place(order, sink);
    }

    fn enter<K: Sink>(&mut self, tick: &Tick, enter: &Enter, account: &Account, sink: &mut K) {
        let exits = Exits {
            stop_loss: self.settings.stop_loss,
            take_profit: self.settings.take_profit,
            max_bars: enter.max_bars,
        };
        let quantity = self.settings.sizing.quantity(account.equity);
        let side = Side::opening(enter.direction);
        let order = self.order(tick, side, quantity, OrderKind::Entry(exits), enter.confidence);
        self.place(order, sink);
    }

    fn order(
        &mut self,
        tick: &Tick,
        side: Side,
        quantity: Quantity,
        kind: OrderKind,
        confidence: Option<f64>,
    ) -> Order {
        self.ids.order += 1;
        Order {
            id: self.ids.order,
            asset: tick.asset,
            side,
            quantity,
            decided_price: tick.bar.close,
            kind,
            decided_ts: tick.bar.close_ts,
            confidence,
        }
    }

    /// Sends an order through risk to the broker.
    fn place<K: Sink>(&mut self, order: Order, sink: &mut K) {
        sink.order(&order);
        match self.risk.approve(order, &self.portfolio) {
            Ok(approved) => {
                if matches!(order.kind, OrderKind::Entry(_)) {
                    self.portfolio.holdings[order.asset].ordered = order.estimated_value();
                }
                self.broker.submit(approved);
            }
            Err(refusal) => sink.outcome(order.id, &Outcome::Refused(refusal)),
        }
    }
}
