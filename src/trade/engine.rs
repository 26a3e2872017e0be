//! The engine: steps in, effects out.
//!
//! Books, orders, brackets and fills are in prices as traded; a split changes what is held and ordered. Strategies, and the
//! volatility that sizes may rest on, see prices times the product of the splits so far, so that none is a move.

mod orders;

use super::contract::Contract;
use super::event::{Action, Phase, Signal, Step, Tick};
use super::gate::{GateCounts, SentimentGate, SentimentLevels};
use super::ledger::{Ids, Ledger};
use super::order::ExitReason;
use super::portfolio::{Account, Portfolio};
use super::ports::{Broker, Feed, Sink};
use super::refusal::Cancel;
use super::risk::{Limits, Risk};
use super::sizing::Sizing;
use super::strategies::{AnyStrategy, Event, Intents, Strategy, View};
use super::style::{Approach, Life};
use crate::domain::{Progress, Ts};
use crate::indicators::RealisedVolatility;

/// What an account is run with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cash at the start, in currency.
    pub capital: f64,
    /// Size of new positions.
    pub sizing: Sizing,
    /// Limits on the account.
    pub limits: Limits,
    /// How entries are ordered.
    pub approach: Approach,
    /// How long entries work.
    pub life: Life,
    /// Fraction of its value that a position binds; 1 is no leverage.
    pub margin: f64,
    /// Bars after which any position is left at the next open, the entry bar counted.
    pub max_holding: Option<u32>,
    /// Bars of a year, for the volatility that sizes may rest on.
    pub bars_per_year: f64,
    /// Levels of the sentiment gate, when there is one.
    pub sentiment: Option<SentimentLevels>,
    /// First bar start that is traded; what comes before only warms strategies up.
    pub from: Ts,
}

impl Settings {
    /// This capital in positions of this size, entered at the open; no limits, no leverage, no gate.
    #[must_use]
    pub const fn new(capital: f64, sizing: Sizing) -> Self {
        Self {
            capital,
            sizing,
            limits: Limits::NONE,
            approach: Approach::Market,
            life: Life::UntilCancelled,
            margin: 1.0,
            max_holding: None,
            bars_per_year: f64::NAN,
            sentiment: None,
            from: Ts(i64::MIN),
        }
    }
}

/// A strategy with the stop and target that go with its entries, fractions of the entry price.
#[derive(Debug, Clone)]
pub struct Trader {
    /// Decides.
    pub strategy: AnyStrategy,
    /// Stop.
    pub stop_loss: Option<f64>,
    /// Target.
    pub take_profit: Option<f64>,
}

/// One account, its strategies, one broker.
pub struct Engine<B> {
    broker: B,
    traders: Vec<Trader>,
    settings: Settings,
    contracts: Vec<Contract>,
    portfolio: Portfolio,
    risk: Risk,
    gate: Option<SentimentGate>,
    /// Of each asset, the product of the splits so far: what prices are multiplied by where strategies see them.
    factors: Vec<f64>,
    /// Of each asset, when sizes rest on it.
    volatility: Vec<(RealisedVolatility, f64)>,
    /// Whether anything may come before the first traded bar.
    warms: bool,
    ids: Ids,
}

/// Bars between two reports of progress.
const REPORT_EVERY: u64 = 1 << 16;

/// Returns that volatility is measured over.
const VOLATILITY_BARS: usize = 20;

impl<B: Broker> Engine<B> {
    /// A fresh account for the assets of these contracts.
    #[must_use]
    pub fn new(settings: Settings, traders: Vec<Trader>, broker: B, contracts: Vec<Contract>) -> Self {
        let assets = contracts.len();
        let portfolio = Portfolio::new(settings.capital, assets, traders.len());
        let risk = Risk::new(settings.limits, settings.capital);
        let gate = settings.sentiment.map(|levels| SentimentGate::new(levels, assets));
        let measured = if settings.sizing.needs_volatility() { assets } else { 0 };
        let volatility = vec![(RealisedVolatility::new(VOLATILITY_BARS), f64::NAN); measured];
        let warms = settings.from > Ts(i64::MIN);
        let (factors, ids) = (vec![1.0; assets], Ids::default());
        Self { broker, traders, settings, contracts, portfolio, risk, gate, factors, volatility, warms, ids }
    }

    /// Takes every step of a feed; progress counts bars.
    ///
    /// Generic in feed and sink so that a sweep without records costs nothing for what it doesn't use.
    pub fn run<F: Feed, K: Sink>(&mut self, feed: &mut F, sink: &mut K, progress: &dyn Progress) {
        let mut step = Step::default();
        let mut unreported = 0;
        while feed.next(&mut step) {
            self.step(&step, sink);
            if step.phase != Phase::Open {
                unreported += step.ticks.len() as u64;
            }
            if unreported >= REPORT_EVERY {
                progress.advance(unreported);
                unreported = 0;
            }
        }
        progress.advance(unreported);
    }

    /// Takes one step: corporate actions, executions, valuation, risk, decisions.
    #[inline(always)]
    pub fn step<K: Sink>(&mut self, step: &Step, sink: &mut K) {
        if self.warms && step.ticks.iter().all(|tick| tick.bar.ts < self.settings.from) {
            return self.warm_up(step);
        }
        for at in &step.actions {
            self.apply(at.asset, at.action);
        }
        if step.phase != Phase::Close {
            for tick in &step.ticks {
                self.portfolio.count_bar(tick.asset);
            }
        }
        self.broker.advance(step, &mut Ledger { portfolio: &mut self.portfolio, ids: &mut self.ids, sink: &mut *sink });
        if step.phase == Phase::Open {
            return sink.opened(step);
        }
        self.mark(&step.ticks);
        let account = self.portfolio.account();
        if let Some(alarm) = self.risk.observe(step.session_date, &account) {
            self.heed(step, alarm, sink);
        }
        self.decide(step, &account, sink);
        sink.account(step, &account);
    }

    /// Asks the strategies about every bar that closed, then about the signals; the gate knows the scores of this
    /// close before either.
    #[inline(always)]
    fn decide<K: Sink>(&mut self, step: &Step, account: &Account, sink: &mut K) {
        if let Some(gate) = &mut self.gate {
            for signal in &step.signals {
                if let Signal::Sentiment { score } = signal.signal {
                    gate.observe(step.ticks[signal.tick].asset, score);
                }
            }
        }
        let (warms, from) = (self.warms, self.settings.from);
        let decides = |tick: &Tick| !tick.last && (!warms || tick.bar.ts >= from);
        for tick in step.ticks.iter().filter(|tick| decides(tick)) {
            self.time_exits(tick, sink);
            let adjusted;
            let bar = match self.factors[tick.asset] {
                1.0 => &tick.bar,
                factor => {
                    adjusted = tick.bar.scaled(factor);
                    &adjusted
                }
            };
            self.ask(tick, &Event::Bar(bar), account, sink);
        }
        for signal in &step.signals {
            let tick = &step.ticks[signal.tick];
            if decides(tick) {
                self.ask(tick, &Event::Signal(&signal.signal), account, sink);
            }
        }
    }

    /// Lets everything that remembers take a step; nothing is ordered, and no sink hears of it.
    #[cold]
    fn warm_up(&mut self, step: &Step) {
        for at in &step.actions {
            self.apply(at.asset, at.action);
        }
        if step.phase == Phase::Open {
            return;
        }
        self.mark(&step.ticks);
        for tick in &step.ticks {
            self.remember(tick, &Event::Bar(&tick.bar.scaled(self.factors[tick.asset])));
        }
        for signal in &step.signals {
            let tick = &step.ticks[signal.tick];
            if let (Some(gate), Signal::Sentiment { score }) = (&mut self.gate, signal.signal) {
                gate.observe(tick.asset, score);
            }
            self.remember(tick, &Event::Signal(&signal.signal));
        }
    }

    fn remember(&mut self, tick: &Tick, event: &Event<'_>) {
        let view = View { asset: tick.asset, size: 0.0, leaving: false, pending: None, hours: tick.hours };
        for trader in &mut self.traders {
            // What it wants now is past.
            let _ = trader.strategy.on_event(&view, event);
        }
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

    /// The strategies as they stand.
    #[must_use]
    pub fn traders(&self) -> &[Trader] {
        &self.traders
    }

    /// What the sentiment gate did, when there is one.
    #[must_use]
    pub fn gate_counts(&self) -> Option<GateCounts> {
        self.gate.as_ref().map(SentimentGate::counts)
    }

    #[cold]
    fn apply(&mut self, asset: usize, action: Action) {
        for slot in self.portfolio.slots(asset) {
            self.portfolio.act(slot, action);
        }
        if let Action::Split(ratio) = action {
            self.broker.split(asset, ratio);
            if let Some(factor) = self.factors.get_mut(asset) {
                *factor *= ratio;
            }
        }
    }

    /// Values positions at the closes of bars.
    #[inline(always)]
    fn mark(&mut self, ticks: &[Tick]) {
        self.portfolio.mark(ticks);
        if self.volatility.is_empty() {
            return;
        }
        for tick in ticks {
            if let Some((measure, volatility)) = self.volatility.get_mut(tick.asset) {
                let close = tick.bar.close * self.factors[tick.asset];
                *volatility = measure.update(close).unwrap_or(f64::NAN) * self.settings.bars_per_year.sqrt();
            }
        }
    }

    #[inline(always)]
    fn ask<K: Sink>(&mut self, tick: &Tick, event: &Event<'_>, account: &Account, sink: &mut K) {
        for strategy in 0..self.traders.len() {
            let holding = self.portfolio.holding(self.portfolio.slot(strategy, tick.asset));
            let view = View {
                asset: tick.asset,
                size: holding.position.size,
                leaving: holding.exiting,
                pending: holding.pending,
                hours: tick.hours,
            };
            let intents = self.traders[strategy].strategy.on_event(&view, event);
            if intents.exit || intents.enter.is_some() {
                self.act(strategy, tick, &intents, account, sink);
            }
        }
    }

    #[cold]
    fn act<K: Sink>(&mut self, strategy: usize, tick: &Tick, intents: &Intents, account: &Account, sink: &mut K) {
        if intents.exit {
            self.cancel(strategy, tick.asset, Cancel::Strategy, sink);
            self.exit((strategy, tick.asset), (tick.bar.close, tick.bar.close_ts), ExitReason::Signal, sink);
        }
        if let Some(enter) = intents.enter {
            self.enter(strategy, tick, enter, account, sink);
        }
    }
}
