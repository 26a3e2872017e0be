//! The engine: steps in, effects out.
//!
//! Books, orders, brackets and fills are in prices as traded; a split changes what is held and ordered. Strategies, and the
//! volatility that sizes may rest on, see prices times the product of the splits so far, so that none is a move.

mod orders;
mod widths;

use super::contract::Contract;
use super::event::{Action, Phase, Signal, Step, Tick};
use super::gate::{GateCounts, SentimentGate, SentimentLevels, Suppressed};
use super::ledger::{Ids, Ledger};
use super::order::ExitReason;
use super::portfolio::{Account, Portfolio};
use super::ports::{Broker, Feed, Sink};
use super::priority::surest_first;
use super::refusal::Cancel;
use super::risk::{Limits, Risk};
use super::sizing::{Sizing, YearlyVolatility};
use super::strategies::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use super::style::{Approach, Life};
use crate::domain::bet::Width;
use crate::domain::{Progress, Ts};
use widths::Volatilities;

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
            sentiment: None,
            from: Ts(i64::MIN),
        }
    }
}

/// A strategy with the stop and target that go with its entries.
#[derive(Debug, Clone)]
pub struct Trader {
    /// Decides.
    pub strategy: AnyStrategy,
    /// Stop.
    pub stop_loss: Option<Width>,
    /// Target.
    pub take_profit: Option<Width>,
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
    volatility: Vec<YearlyVolatility>,
    /// What stops and targets rest on, where that is volatility.
    widths: Volatilities,
    /// Whether anything may come before the first traded bar.
    warms: bool,
    /// Entries that the strategies want at this step.
    wanted: Vec<Wanted>,
    ids: Ids,
}

/// An entry that a strategy wants.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    strategy: usize,
    /// Index of the tick that it is about.
    tick: usize,
    enter: Enter,
    /// Why the sentiment gate holds it back.
    suppressed: Option<Suppressed>,
}

/// Bars between two reports of progress.
const REPORT_EVERY: u64 = 1 << 16;

impl<B: Broker> Engine<B> {
    /// A fresh account for the assets of these contracts; `bars_per_year` of each asset are needed where sizes rest on
    /// volatility ([`Sizing::needs_volatility`]), which stays unknown for those missing.
    #[must_use]
    pub fn new(
        settings: Settings,
        traders: Vec<Trader>,
        broker: B,
        contracts: Vec<Contract>,
        bars_per_year: &[f64],
    ) -> Self {
        let assets = contracts.len();
        let portfolio = Portfolio::new(settings.capital, assets, traders.len());
        let risk = Risk::new(settings.limits, settings.capital);
        let gate = settings.sentiment.map(|levels| SentimentGate::new(levels, assets));
        let measured = if settings.sizing.needs_volatility() { bars_per_year } else { &[] };
        let volatility = measured.iter().copied().map(YearlyVolatility::new).collect();
        let widths = Volatilities::of(&traders, assets);
        let warms = settings.from > Ts(i64::MIN);
        Self {
            broker,
            traders,
            settings,
            contracts,
            portfolio,
            risk,
            gate,
            factors: vec![1.0; assets],
            volatility,
            widths,
            warms,
            wanted: Vec::new(),
            ids: Ids::default(),
        }
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
            self.on_risk_breach(step, alarm, sink);
        }
        self.decide(step, &account, sink);
        sink.account(step, &account);
    }

    /// Asks the strategies about every bar that closed, then about the signals; the gate knows the scores of this
    /// close before either. Exits are ordered as they come, entries after all of them.
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
        for (index, tick) in step.ticks.iter().enumerate().filter(|(_, tick)| decides(tick)) {
            self.time_exits(tick, sink);
            let adjusted;
            let bar = match self.factors[tick.asset] {
                1.0 => &tick.bar,
                factor => {
                    adjusted = tick.bar.scaled(factor);
                    &adjusted
                }
            };
            self.ask((index, tick), &Event::Bar(bar), sink);
        }
        for signal in &step.signals {
            let tick = &step.ticks[signal.tick];
            if decides(tick) {
                self.ask((signal.tick, tick), &Event::Signal(&signal.signal), sink);
            }
        }
        if !self.wanted.is_empty() {
            self.enter_wanted(step, account, sink);
        }
    }

    /// Orders the entries that are wanted, the surest first; equally sure ones by symbol, then by strategy. No strategy
    /// answers two events of a step about one asset, so none misses what was ordered in between.
    #[cold]
    fn enter_wanted<K: Sink>(&mut self, step: &Step, account: &Account, sink: &mut K) {
        let mut wanted = std::mem::take(&mut self.wanted);
        if let Some(gate) = &mut self.gate {
            for entry in &mut wanted {
                match gate.apply(step.ticks[entry.tick].asset, entry.enter) {
                    Ok(enter) => entry.enter = enter,
                    Err(suppressed) => entry.suppressed = Some(suppressed),
                }
            }
        }
        wanted.sort_by(|a, b| {
            surest_first(a.enter.confidence, b.enter.confidence).then((a.tick, a.strategy).cmp(&(b.tick, b.strategy)))
        });
        for entry in wanted.drain(..) {
            self.enter(&entry, &step.ticks[entry.tick], account, sink);
        }
        self.wanted = wanted;
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
        if self.volatility.is_empty() && self.widths.is_empty() {
            return;
        }
        for tick in ticks {
            let close = tick.bar.close * self.factors[tick.asset];
            self.widths.update(tick.asset, close);
            if let Some(volatility) = self.volatility.get_mut(tick.asset) {
                volatility.update(close);
            }
        }
    }

    #[inline(always)]
    fn ask<K: Sink>(&mut self, (index, tick): (usize, &Tick), event: &Event<'_>, sink: &mut K) {
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
                self.act(strategy, (index, tick), &intents, sink);
            }
        }
    }

    #[cold]
    fn act<K: Sink>(&mut self, strategy: usize, (index, tick): (usize, &Tick), intents: &Intents, sink: &mut K) {
        if intents.exit {
            self.cancel(strategy, tick.asset, Cancel::Strategy, sink);
            self.exit((strategy, tick.asset), (tick.bar.close, tick.bar.close_ts), ExitReason::Signal, sink);
        }
        if let Some(enter) = intents.enter {
            self.wanted.push(Wanted { strategy, tick: index, enter, suppressed: None });
        }
    }
}
