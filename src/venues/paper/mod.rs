//! The paper broker: executes against bars, without a venue.
//!
//! - Market orders fill at the open of the asset's next bar, with slippage; market-on-close orders at the close of the
//!   session's last bar.
//! - Limit orders fill only when the price goes through them, at the limit, or at an open beyond it; never with
//!   slippage. Stop orders are market orders once touched, and stay that; a gap through one fills at the open. A
//!   stop-limit is a limit order once touched.
//! - Stops and targets are set from the mean price of the entry and watched from the bar of entry on. A bar that opens
//!   beyond one fills at that open; a bar that touches both inside fills the stop; otherwise the level itself is the
//!   price. A touched stop is a market order (slippage), a target a limit order that is filled when touched (none). Of
//!   the bar of an entry made inside it, only what surely came later counts.
//! - A size in money is turned into units at the first execution, commission included, then rounded down to lots; an
//!   entry that costs more than the account has free, or would be one position too many, is refused.
//! - Commission is that of the order: later parts pay what the whole costs less what the parts before have paid.
//! - With a volume cap an asset trades at most that share of a bar's volume; what is left goes on working (a market
//!   order at the next open, a target at its price). Without a known volume nothing trades then. The end of the data
//!   knows no cap.
//! - Nothing trades while an asset is halted, except that a series that ends then is closed all the same.
//! - A strategy that is squared off leaves its positions, and takes its entries back, at the last open at or before a
//!   minute to the session's close on bars of a minute, at the close of the session's last bar on longer ones. What it
//!   could not leave then (a halt) it leaves at the first open of a later session that trades.
//! - A series that ends closes its position at the last close, as a market order.
//!
//! - An execution in a bar whose volume is 0 is told as such: nothing traded at that price.
//!
//! All exits at the open come before all entries at the open, then entries inside the bars, then exits inside them, then
//! entries at the close of a session, then what is left for the night: money freed inside a bar buys nothing in it before
//! its close, nor does what another asset's later open frees. Where entries of one moment compete for cash, for a place
//! among the positions or for the volume of a bar, the surest goes first, then the symbol decides. What the account orders
//! while a bar is open (another asset closed in between) is executed at the next open, unless a stop, a target or the
//! night comes first.

mod bracket;
mod execute;
mod pending;

use bracket::{Bracket, Seen};
use pending::{Pending, Price};

use crate::trade::{
    Approved, Broker, Cancel, Contract, Costs, ExitReason, Ledger, Order, OrderKind, Phase, Sink, Step, Tick,
    surest_first,
};

/// When positions are closed for the night.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SquareOff {
    /// At the last open at or before a minute to the close.
    LastOpen,
    /// At the close of the session's last bar.
    LastClose,
}

impl SquareOff {
    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastOpen => "last_open",
            Self::LastClose => "last_close",
        }
    }
}

/// On what terms the broker executes.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Commission, slippage, borrow.
    pub costs: Costs,
    /// Grid of each asset; those missing have none.
    pub contracts: Vec<Contract>,
    /// Fraction of its value that a position binds; 1 is no leverage.
    pub margin: f64,
    /// Largest share of a bar's volume.
    pub volume_cap: Option<f64>,
    /// Most positions at a time.
    pub max_positions: Option<u32>,
    /// Whether and when the positions of each strategy are closed for the night; those missing hold on.
    pub square_off: Vec<Option<SquareOff>>,
}

impl Terms {
    /// These costs, and nothing else to be minded.
    #[must_use]
    pub fn new(costs: Costs) -> Self {
        Self {
            costs,
            contracts: Vec::new(),
            margin: 1.0,
            volume_cap: None,
            max_positions: None,
            square_off: Vec::new(),
        }
    }
}

/// What works in one slot.
#[derive(Debug, Clone, Copy, Default)]
struct Working {
    exit: Option<Pending>,
    entry: Option<Pending>,
    bracket: Option<Bracket>,
    /// Session in which the position was opened.
    session: i32,
}

/// What an account has for entries.
#[derive(Debug, Clone, Copy)]
struct Funds {
    equity: f64,
    buying_power: f64,
    positions: usize,
}

/// An entry that may execute at this moment.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    confidence: Option<f64>,
    /// Index of its tick.
    tick: usize,
    slot: usize,
}

/// Executes orders against bars.
#[derive(Debug, Clone)]
pub struct Paper {
    terms: Terms,
    assets: usize,
    strategies: usize,
    /// One a slot: strategies behind each other, each with every asset.
    working: Vec<Working>,
    /// Units of each asset's bar that may still be traded.
    left: Vec<f64>,
    /// What the account had after the open of each asset's bar, from there to its close where that is told later: what
    /// happens inside the bar rests on no more than that.
    at_open: Vec<Option<Funds>>,
    /// Entries of one moment; kept for its memory.
    candidates: Vec<Candidate>,
    /// Whether any strategy is squared off.
    nights: bool,
    session: Option<i32>,
}

/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;

impl Paper {
    /// A broker for so many assets and strategies.
    #[must_use]
    pub fn new(mut terms: Terms, assets: usize, strategies: usize) -> Self {
        terms.contracts.resize(assets, Contract::default());
        terms.square_off.resize(strategies, None);
        let nights = terms.square_off.iter().any(Option::is_some);
        let working = vec![Working::default(); assets * strategies];
        let left = vec![f64::INFINITY; assets];
        let at_open = vec![None; assets];
        Self { terms, assets, strategies, working, left, at_open, candidates: Vec::new(), nights, session: None }
    }

    /// The slots of an asset, one a strategy.
    #[inline]
    fn slots(&self, asset: usize) -> impl Iterator<Item = usize> + use<> {
        // Not step_by: that divides.
        let assets = self.assets;
        (0..self.strategies).map(move |strategy| strategy * assets + asset)
    }

    #[inline]
    fn is_idle(&self, slot: usize) -> bool {
        let working = &self.working[slot];
        working.entry.is_none() && working.exit.is_none() && working.bracket.is_none()
    }

    /// Exits at the open: ordered ones, then gaps through a bracket; then the night.
    #[inline]
    fn exit_at_open<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        let open = tick.bar.open;
        if self.working[slot].exit.is_some() {
            self.execute_exit(tick, slot, Price::Market { at: open, bound: None }, ledger);
        } else if let Some((reason, price)) =
            self.working[slot].bracket.as_ref().and_then(|bracket| bracket.gapped(open))
        {
            self.leave(tick, slot, reason, price, ledger);
        }
        if self.nights {
            self.square_off_at_open(tick, slot, ledger);
        }
    }

    /// The last open of a session, and what was missed in an earlier one.
    #[inline(never)]
    fn square_off_at_open<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        let is_night = self.is_night(tick, slot, SquareOff::LastOpen);
        if is_night {
            self.cancel(slot, Cancel::SquareOff, ledger);
        }
        let is_squared = self.terms.square_off[slot / self.assets].is_some();
        if is_night || is_squared && self.working[slot].session != tick.bar.session_date {
            self.leave(tick, slot, ExitReason::SquareOff, tick.bar.open, ledger);
        }
    }

    /// Whether a bar is the one in which the position of a slot is left for the night.
    #[inline]
    fn is_night(&self, tick: &Tick, slot: usize, when: SquareOff) -> bool {
        self.nights
            && self.terms.square_off[slot / self.assets] == Some(when)
            && (tick.session_end
                || when == SquareOff::LastOpen
                    && tick.hours.is_some_and(|hours| tick.bar.ts.0 >= hours.close.0 - MINUTE))
    }

    #[inline]
    fn enter_at_open<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        if let Some(price) = self.working[slot].entry.as_mut().and_then(|entry| entry.at_open(tick.bar.open)) {
            self.execute_entry(tick, slot, price, Seen::Whole, ledger);
        }
    }

    /// Entries inside the bar, of orders that did not execute at its open.
    #[inline]
    fn enter_inside<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        let Some(entry) = &mut self.working[slot].entry else { return };
        let Some(price) = entry.inside(tick) else { return };
        let seen = match price {
            Price::Exact(limit) => Seen::AfterLimit(limit),
            Price::Market { at: stop, .. } => Seen::AfterStop(stop),
        };
        self.execute_entry(tick, slot, price, seen, ledger);
    }

    /// Stop and target.
    #[inline]
    fn exit_inside<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        if let Some(bracket) = &mut self.working[slot].bracket {
            let touched = bracket.touched_inside(tick);
            bracket.seen = Seen::Whole;
            if let Some((reason, price)) = touched {
                // An exit that was there at the open waits for volume; one that came within the bar gives way.
                self.drop_exit(tick, slot, Cancel::PositionLeft, ledger);
                self.leave(tick, slot, reason, price, ledger);
            }
        }
    }

    /// Entries at the close of a session.
    #[inline(never)]
    fn enter_at_close<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        // What ends for good is not entered any more.
        if tick.session_end && !tick.last && self.working[slot].entry.is_some_and(|entry| entry.waits_for_close()) {
            let price = Price::Market { at: tick.bar.close, bound: None };
            self.execute_entry(tick, slot, price, Seen::Whole, ledger);
        }
    }

    /// Exits at the close of a session.
    #[inline(never)]
    fn square_off_at_close<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        if self.is_night(tick, slot, SquareOff::LastClose) {
            self.cancel(slot, Cancel::SquareOff, ledger);
            // What the account ordered within the bar would wait for the morning.
            self.drop_exit(tick, slot, Cancel::SquareOff, ledger);
            self.leave(tick, slot, ExitReason::SquareOff, tick.bar.close, ledger);
        }
    }

    /// The end of the data, and of the lives of entries.
    #[inline]
    fn after_close<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        if tick.last {
            self.end(tick, slot, ledger);
        }
        if let Some(entry) = &mut self.working[slot].entry
            && entry.ends_with(tick)
        {
            self.cancel(slot, Cancel::Expired, ledger);
        }
        let is_night = |when| self.is_night(tick, slot, when);
        if tick.halted && (is_night(SquareOff::LastOpen) || is_night(SquareOff::LastClose)) {
            self.cancel(slot, Cancel::SquareOff, ledger);
        }
    }

    /// The end of the data of an asset.
    #[cold]
    fn end<K: Sink>(&mut self, tick: &Tick, slot: usize, ledger: &mut Ledger<'_, K>) {
        self.cancel(slot, Cancel::EndOfData, ledger);
        self.left[tick.asset] = f64::INFINITY;
        if let Some(exit) = self.working[slot].exit.take() {
            ledger.cancel(exit.order.get(), exit.filled, Cancel::EndOfData);
        }
        self.leave(tick, slot, ExitReason::EndOfData, tick.bar.close, ledger);
    }

    /// Takes back the exit of a slot that the account ordered while the bar was open.
    #[inline(never)]
    fn drop_exit<K: Sink>(&mut self, tick: &Tick, slot: usize, why: Cancel, ledger: &mut Ledger<'_, K>) {
        if let Some(exit) = self.working[slot].exit.take_if(|exit| exit.order.get().decided_ts > tick.bar.ts) {
            ledger.cancel(exit.order.get(), exit.filled, why);
        }
    }

    /// Takes back the entry of a slot, if one works.
    fn cancel<K: Sink>(&mut self, slot: usize, why: Cancel, ledger: &mut Ledger<'_, K>) {
        if let Some(entry) = self.working[slot].entry.take() {
            ledger.cancel(entry.order.get(), entry.filled, why);
        }
    }

    /// Interest on what was lent for short positions since the last session.
    fn borrow<K: Sink>(&mut self, session: i32, ledger: &mut Ledger<'_, K>) {
        let before = self.session.replace(session);
        let days = before.map_or(0.0, |before| f64::from(session.saturating_sub(before)));
        if days <= 0.0 || self.terms.costs.borrow_rate <= 0.0 {
            return;
        }
        for slot in 0..self.working.len() {
            let value = ledger.value(slot);
            if value < 0.0 {
                ledger.carry(slot, -self.terms.costs.borrow(value, days));
            }
        }
    }
}

impl Broker for Paper {
    fn submit(&mut self, order: Approved<Order>) {
        let slot = order.get().strategy * self.assets + order.get().asset;
        let pending = Some(Pending::new(order));
        match order.get().kind {
            OrderKind::Entry(_) => self.working[slot].entry = pending,
            OrderKind::Exit(_) => self.working[slot].exit = pending,
        }
    }

    fn cancel_entry<K: Sink>(&mut self, strategy: usize, asset: usize, why: Cancel, ledger: &mut Ledger<'_, K>) {
        self.cancel(strategy * self.assets + asset, why, ledger);
    }

    fn split(&mut self, asset: usize, ratio: f64) {
        for slot in self.slots(asset) {
            let working = &mut self.working[slot];
            working.entry.iter_mut().chain(&mut working.exit).for_each(|pending| pending.split(ratio));
            working.bracket.iter_mut().for_each(|bracket| bracket.split(ratio));
        }
    }

    #[inline]
    fn advance<K: Sink>(&mut self, step: &Step, ledger: &mut Ledger<'_, K>) {
        if self.session != Some(step.session_date) {
            self.borrow(step.session_date, ledger);
        }
        if let Some(cap) = self.terms.volume_cap
            && step.phase != Phase::Close
        {
            // Unknown volume trades nothing.
            step.ticks.iter().for_each(|tick| self.left[tick.asset] = (cap * tick.bar.volume).max(0.0));
        }
        if self.has_work(step) {
            self.execute(step, ledger);
        }
        if step.phase == Phase::Close {
            // Over with the bar, whether or not anything happened in it: a later bar may close with its open.
            step.ticks.iter().for_each(|tick| self.at_open[tick.asset] = None);
        }
    }
}

impl Paper {
    /// Everything that happens in what a step tells of its bars, in order.
    #[inline]
    fn execute<K: Sink>(&mut self, step: &Step, ledger: &mut Ledger<'_, K>) {
        if let ([tick], Phase::Whole, 1) = (step.ticks.as_slice(), step.phase, self.strategies) {
            return self.alone(tick, ledger);
        }
        if step.phase != Phase::Close {
            self.each(step, |paper, tick, slot| paper.exit_at_open(tick, slot, ledger));
            self.each_entry(step, |paper, tick, slot| paper.enter_at_open(tick, slot, ledger));
        }
        if step.phase == Phase::Open {
            return self.remember_opens(step, ledger);
        }
        self.each_entry(step, |paper, tick, slot| paper.enter_inside(tick, slot, ledger));
        self.each(step, |paper, tick, slot| paper.exit_inside(tick, slot, ledger));
        if step.ticks.iter().any(|tick| tick.session_end) {
            self.each_entry(step, |paper, tick, slot| paper.enter_at_close(tick, slot, ledger));
            self.each(step, |paper, tick, slot| paper.square_off_at_close(tick, slot, ledger));
        }
        self.each_even_halted(step, |paper, tick, slot| paper.after_close(tick, slot, ledger));
    }

    /// A bar with nobody beside it: one slot goes through everything at once.
    #[inline]
    fn alone<K: Sink>(&mut self, tick: &Tick, ledger: &mut Ledger<'_, K>) {
        let slot = tick.asset;
        if !tick.halted {
            self.exit_at_open(tick, slot, ledger);
            self.enter_at_open(tick, slot, ledger);
            self.enter_inside(tick, slot, ledger);
            self.exit_inside(tick, slot, ledger);
            if tick.session_end {
                self.enter_at_close(tick, slot, ledger);
                self.square_off_at_close(tick, slot, ledger);
            }
        }
        self.after_close(tick, slot, ledger);
    }

    /// Keeps what the account has now for what happens inside the bars that opened.
    #[cold]
    fn remember_opens<K: Sink>(&mut self, step: &Step, ledger: &Ledger<'_, K>) {
        let now = self.funds_now(ledger);
        step.ticks.iter().for_each(|tick| self.at_open[tick.asset] = Some(now));
    }

    fn funds_now<K: Sink>(&self, ledger: &Ledger<'_, K>) -> Funds {
        let account = ledger.account();
        let buying_power = account.buying_power(self.terms.margin);
        Funds { equity: account.equity, buying_power, positions: ledger.open_positions() }
    }

    /// What an entry in an asset may rest on: what there is now, and no more than when its bar opened.
    fn funds<K: Sink>(&self, asset: usize, ledger: &Ledger<'_, K>) -> Funds {
        let now = self.funds_now(ledger);
        self.at_open[asset].map_or(now, |open| Funds {
            equity: open.equity.min(now.equity),
            buying_power: open.buying_power.min(now.buying_power),
            positions: open.positions.max(now.positions),
        })
    }

    /// Whether anything can happen in a step; most steps of most runs have nothing to execute.
    #[inline]
    fn has_work(&self, step: &Step) -> bool {
        let busy = |tick: &Tick| tick.last || self.slots(tick.asset).any(|slot| !self.is_idle(slot));
        self.nights || step.ticks.iter().any(busy)
    }

    /// Looks at every slot of the step's bars in which something works; at the last bar and for the night at all.
    #[inline]
    fn each_even_halted(&mut self, step: &Step, mut look: impl FnMut(&mut Self, &Tick, usize)) {
        for tick in &step.ticks {
            for slot in self.slots(tick.asset) {
                if !self.is_idle(slot) || tick.last || self.nights {
                    look(self, tick, slot);
                }
            }
        }
    }

    /// Looks at every slot of the step's bars in which an entry works, the surest first, then by symbol and strategy; not
    /// at assets in which trading is halted.
    fn each_entry(&mut self, step: &Step, mut look: impl FnMut(&mut Self, &Tick, usize)) {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        for (index, tick) in step.ticks.iter().enumerate().filter(|(_, tick)| !tick.halted) {
            for slot in self.slots(tick.asset) {
                let entry = self.working[slot].entry.as_ref();
                candidates.extend(entry.map(|entry| Candidate {
                    confidence: entry.order.get().confidence,
                    tick: index,
                    slot,
                }));
            }
        }
        // Stable: what is equally sure stays by symbol.
        candidates.sort_by(|a, b| surest_first(a.confidence, b.confidence));
        for candidate in &candidates {
            look(self, &step.ticks[candidate.tick], candidate.slot);
        }
        self.candidates = candidates;
    }

    /// The same as [`Paper::each_even_halted`] without the assets in which trading is halted.
    #[inline]
    fn each(&mut self, step: &Step, mut look: impl FnMut(&mut Self, &Tick, usize)) {
        self.each_even_halted(step, |paper, tick, slot| {
            if !tick.halted {
                look(paper, tick, slot);
            }
        });
    }
}
