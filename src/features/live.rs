//! Features of the newest bars, one update at a time: what a live engine asks for as bars close.
//!
//! Kernels stay in memory as they stand, with as many earlier bars as windows reach back, so that an update steps only
//! the new bars and writes only their rows. The kernels, the staging and the script are those of a build: the rows
//! equal those that building everything would give. `feature_state` is written by [`Live::save`]; an increment after
//! a session that ended without it builds the series anew.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{self, key};
use super::error::{FeatureError, Result};
use super::increment::{self, increment};
use super::inputs::{Heard, Inputs};
use super::kernel::Running;
use super::set::FeatureSet;
use super::staged::{self, Rows, Stage};
use super::state::{self, Key, State};
use super::stepping::Plan;
use crate::domain::{Bar, Bars, Interval, Progress, Symbol, Ts};
use crate::store::Store;
use crate::store::series::SeriesFilter;

/// A set that is kept up to date bar by bar.
pub struct Live<'a> {
    store: &'a Store,
    set: FeatureSet,
    plan: Plan,
    stage: Stage,
    series: BTreeMap<Key, Tail>,
    heard: Heard,
    /// Series with rows that `feature_state` knows nothing of.
    unsaved: BTreeSet<Key>,
    /// Set when an update failed: kernels may have seen bars whose rows were not written.
    broken: bool,
}

/// The newest bars of a series, with its kernels after them.
#[derive(Debug)]
struct Tail {
    bars: Bars,
    kernels: Vec<Vec<f64>>,
    running: Vec<Box<dyn Running>>,
    /// Bars of the series so far.
    count: i64,
}

impl<'a> Live<'a> {
    /// Builds what the chosen series lack and takes them up where they stand.
    ///
    /// # Errors
    /// As [`super::build()`].
    pub fn open(
        store: &'a Store,
        set: &FeatureSet,
        filter: &SeriesFilter,
        now: Ts,
        progress: &dyn Progress,
    ) -> Result<Self> {
        increment(store, set, filter, now, progress)?;
        let (plan, stage) = (Plan::new(set), Stage::of(set));
        let mut states = state::load(store, set)?;
        let found = build::chosen(store, set, filter)?;
        let tails = increment::tails(store, set, &found)?;
        let mut series = BTreeMap::new();
        for (found, (bars, kernels)) in found.iter().zip(tails) {
            // Every series found has a state after an increment.
            let Some(state) = states.remove(&key(found)) else { continue };
            let running = plan.resume(&state.state)?;
            series.insert(key(found), Tail { bars, kernels, running, count: state.bars });
        }
        staged::start(store, set, stage)?;
        // No row to come closes before the earliest bar at hand, and none of a new symbol before the last ones.
        let earliest = series.values().filter_map(|tail: &Tail| tail.bars.close_ts.first().copied()).min();
        let mut heard = Heard::new(earliest.unwrap_or(Ts(i64::MIN)));
        let mut symbols: Vec<Symbol> = series.keys().map(|(symbol, _)| symbol.clone()).collect();
        symbols.dedup();
        heard.know(store.conn(), &symbols)?;
        let (set, unsaved) = (set.clone(), BTreeSet::new());
        Ok(Self { store, set, plan, stage, series, heard, unsaved, broken: false })
    }

    /// Writes the rows of bars that closed since, in one transaction, and says how many.
    ///
    /// The bars themselves are the caller's to store. A series that was not there starts with its first bar. Sets that
    /// compare symbols need all bars of an instant in one update.
    ///
    /// # Errors
    /// A bar that is not newer than its series, or of an instant already compared; faults of the store. After a fault
    /// the set must be opened anew.
    pub fn update(&mut self, new: &[(Symbol, Interval, Bar)]) -> Result<usize> {
        self.check(new)?;
        self.broken = true;
        for (symbol, interval, bar) in new {
            let key = (symbol.clone(), *interval);
            if !self.series.keys().any(|(known, _)| known == symbol) {
                self.heard.know(self.store.conn(), std::slice::from_ref(symbol))?;
            }
            let plan = &self.plan;
            let tail = self.series.entry(key.clone()).or_insert_with(|| Tail::new(&key, plan));
            tail.push(plan, bar);
            self.unsaved.insert(key);
        }
        let from = self.starts(new);
        let fresh =
            |key: &Key| new.iter().filter(|(symbol, interval, _)| *symbol == key.0 && *interval == key.1).count();
        let rows = from.iter().filter_map(|(key, from)| Some(self.series.get(key)?.rows(*from, fresh(key)))).collect();
        self.write(rows)?;
        // What this update did not look at, no later one does.
        for (key, from) in from {
            if let Some(tail) = self.series.get_mut(&key) {
                tail.forget(from);
            }
        }
        self.broken = false;
        Ok(new.len())
    }

    /// Keeps where every series stands, so that the next increment goes on from there.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn save(&mut self, now: Ts) -> Result<()> {
        if self.broken {
            return Err(FeatureError::LiveBroken { set: self.set.name().into() });
        }
        let mut states = Vec::new();
        for key in &self.unsaved {
            let Some(tail) = self.series.get(key) else { continue };
            states.push((key.clone(), tail.state(&self.plan)?));
        }
        self.store.transaction(|| {
            build::save_states(self.store, &self.set, states, now)?;
            build::register(self.store, &self.set, now)
        })?;
        self.unsaved.clear();
        Ok(())
    }

    fn check(&self, new: &[(Symbol, Interval, Bar)]) -> Result<()> {
        if self.broken {
            return Err(FeatureError::LiveBroken { set: self.set.name().into() });
        }
        let mut newest: BTreeMap<Key, Ts> = BTreeMap::new();
        for (symbol, interval, bar) in new {
            let key = (symbol.clone(), *interval);
            let last = newest.get(&key).copied().or_else(|| self.series.get(&key)?.bars.ts.last().copied());
            let compared =
                self.stage == Stage::Table && self.closed(*interval).is_some_and(|last| bar.close_ts <= last);
            if compared || last.is_some_and(|last| bar.ts <= last) {
                return Err(FeatureError::NotNewer { symbol: symbol.clone(), interval: *interval, ts: bar.ts });
            }
            newest.insert(key, bar.ts);
        }
        Ok(())
    }

    /// The newest close among all series of an interval.
    fn closed(&self, interval: Interval) -> Option<Ts> {
        let series = self.series.iter().filter(|((_, other), _)| *other == interval);
        series.filter_map(|(_, tail)| tail.bars.close_ts.last().copied()).max()
    }

    /// The series that the script is to see, each from a time on: those with new bars and, where symbols are compared,
    /// every other of their interval.
    fn starts(&self, new: &[(Symbol, Interval, Bar)]) -> BTreeMap<Key, Ts> {
        let mut first: BTreeMap<Key, Ts> = BTreeMap::new();
        for (symbol, interval, bar) in new {
            let slot = first.entry((symbol.clone(), *interval)).or_insert(bar.ts);
            *slot = (*slot).min(bar.ts);
        }
        if self.stage == Stage::Table {
            let mut earliest = self.earliest(&first);
            for _ in 0..=self.set.comparisons() {
                let compared = self.series.keys().filter_map(|key| Some((key.clone(), *earliest.get(&key.1)?)));
                first = compared.collect();
                first = self.back(&first);
                earliest = self.earliest(&first);
            }
            return first;
        }
        self.back(&first)
    }

    /// For each series the start of the bar that lies the set's context before a time.
    fn back(&self, times: &BTreeMap<Key, Ts>) -> BTreeMap<Key, Ts> {
        let back = |(key, ts): (&Key, &Ts)| {
            (key.clone(), self.series.get(key).map_or(*ts, |tail| tail.back(*ts, self.set.context())))
        };
        times.iter().map(back).collect()
    }

    fn earliest(&self, times: &BTreeMap<Key, Ts>) -> BTreeMap<Interval, Ts> {
        let mut earliest = BTreeMap::new();
        for ((_, interval), ts) in times {
            let slot = earliest.entry(*interval).or_insert(*ts);
            *slot = (*slot).min(*ts);
        }
        earliest
    }

    fn write(&self, rows: Vec<Rows>) -> Result<()> {
        let (store, set) = (self.store, &self.set);
        let keys: Vec<Key> = rows.iter().map(|rows| (rows.bars.symbol.clone(), rows.bars.interval)).collect();
        let since = |rows: &Rows| rows.bars.close_ts.first().copied().unwrap_or(Ts(i64::MAX));
        let since: Vec<Ts> = rows.iter().map(since).collect();
        store.transaction(|| {
            if self.stage == Stage::Table {
                staged::start(store, set, self.stage)?;
            }
            let inputs = Inputs::load_heard(store.conn(), set, &keys, &since, &self.heard)?;
            staged::put(store, set, self.stage, rows, &inputs)?;
            staged::finish(store, set, self.stage)
        })
    }
}

impl Tail {
    fn new((symbol, interval): &Key, plan: &Plan) -> Self {
        let bars = Bars::empty(symbol.clone(), *interval);
        Self { bars, kernels: plan.columns(0), running: plan.start(), count: 0 }
    }

    fn push(&mut self, plan: &Plan, bar: &Bar) {
        let from = self.bars.len();
        self.bars.push(*bar);
        plan.run(&mut self.running, &self.bars, from, &mut self.kernels);
        self.count += 1;
    }

    /// Start of the bar that lies so many bars before a time.
    fn back(&self, ts: Ts, bars: usize) -> Ts {
        let at = self.bars.ts.partition_point(|start| *start < ts).saturating_sub(bars);
        self.bars.ts.get(at).map_or(ts, |start| (*start).min(ts))
    }

    /// The bars from a time on, of which the newest `fresh` are to be written.
    fn rows(&self, from: Ts, fresh: usize) -> Rows {
        let from = self.bars.ts.partition_point(|start| *start < from);
        let mut bars = self.bars.clone();
        bars.forget_first(from);
        Rows {
            first: self.count - bars.len() as i64,
            fresh: bars.len() - fresh,
            bars,
            kernels: self.kernels.iter().map(|column| column[from..].to_vec()).collect(),
        }
    }

    /// Drops the bars before a time, but never the newest.
    fn forget(&mut self, before: Ts) {
        let gone = self.bars.ts.partition_point(|start| *start < before).min(self.bars.len().saturating_sub(1));
        self.bars.forget_first(gone);
        self.kernels.iter_mut().for_each(|column| drop(column.drain(..gone)));
    }

    fn state(&self, plan: &Plan) -> Result<State> {
        let last = |times: &[Ts]| times.last().copied().unwrap_or(Ts(i64::MIN));
        Ok(State {
            bars: self.count,
            last_ts: last(&self.bars.ts),
            last_close_ts: last(&self.bars.close_ts),
            inputs: String::new(),
            state: plan.save(&self.running)?,
        })
    }
}
