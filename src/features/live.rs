//! Features of the newest bars, one update at a time: what a live engine asks for as bars close.
//!
//! Kernels stay in memory as they stand, with as many earlier bars as windows reach back, so that an update steps only
//! the new bars and writes only their rows. The kernels, the staging and the script are those of a build: the rows
//! equal those that building everything would give from what the store knew then. `feature_state` is written by
//! [`Live::save`] for the series of which that still holds; an increment builds the others anew: those whose session
//! ended without it, those that missed a bar, and those whose bars, splits, sentiment or joined series came late.
//!
//! Bars come as traded. A split is heard of when the first bar from its ex-date on comes in, if it is in the store by then.

mod tail;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use tail::{Tail, Unsaved};

use super::build::{self, BuildReport, key};
use super::error::{FeatureError, Result};
use super::increment::{self, increment};
use super::inputs::{Heard, Inputs};
use super::set::FeatureSet;
use super::staged::{self, Rows, Stage};
use super::state::{self, Key};
use super::stepping::Plan;
use crate::domain::{Bar, Bars, Interval, Progress, Symbol, Ts};
use crate::store::bars::Coverage;
use crate::store::series::SeriesFilter;
use crate::store::{Store, actions};

/// Microseconds after which a series without a new bar is no longer waited for.
const DEAD: i64 = 30 * 86_400_000_000;

/// A set that is kept up to date bar by bar.
pub struct Live<'a> {
    store: &'a Store,
    set: FeatureSet,
    plan: Plan,
    stage: Stage,
    series: BTreeMap<Key, Tail>,
    heard: Heard,
    /// What rows that `feature_state` knows nothing of were made of.
    unsaved: BTreeMap<Key, Unsaved>,
    filter: SeriesFilter,
    opened: BuildReport,
    /// Set when an update failed: kernels may have seen bars whose rows were not written.
    broken: bool,
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
        let opened = increment(store, set, filter, now, progress)?;
        let (plan, stage) = (Plan::new(set), Stage::of(set));
        let mut states = state::load(store, set)?;
        let found = build::chosen(store, set, filter)?;
        let tails = increment::tails(store, set, &found)?;
        let mut series = BTreeMap::new();
        for (found, (bars, kernels)) in found.iter().zip(tails) {
            // Every series found has a state after an increment.
            let Some(state) = states.remove(&key(found)) else { continue };
            let running = plan.resume(&state.state)?;
            series.insert(key(found), Tail { bars, kernels, running, count: state.bars, factor: 1.0, is_raw: None });
        }
        let splits = actions::splits(store.conn(), series.keys().map(|(symbol, _)| symbol))?;
        for ((symbol, interval), tail) in &mut series {
            let (Some(splits), Some(last)) = (splits.get(symbol), tail.bars.session_date.last()) else { continue };
            let is_raw = actions::is_raw(store.conn(), symbol, *interval)?;
            (tail.is_raw, tail.factor) = (Some(is_raw), if is_raw { splits.factor(*last) } else { 1.0 });
        }
        staged::start(store, set, stage)?;
        let heard = Heard::new(Ts(i64::MAX));
        let (set, filter, unsaved) = (set.clone(), filter.clone(), BTreeMap::new());
        let mut live = Self { store, set, plan, stage, series, heard, unsaved, filter, opened, broken: false };
        live.listen()?;
        Ok(live)
    }

    /// What opening built.
    #[must_use]
    pub fn opened(&self) -> &BuildReport {
        &self.opened
    }

    /// Reads the scores that rows to come may need: those since the earliest bar that series still trading look at.
    fn listen(&mut self) -> Result<()> {
        let newest = self.series.values().filter_map(|tail| tail.bars.close_ts.last()).max().copied();
        let recent =
            |tail: &&Tail| tail.bars.close_ts.last().is_some_and(|last| last.0 >= newest.map_or(0, |ts| ts.0) - DEAD);
        let first = self.series.values().filter(recent).filter_map(|tail| tail.bars.close_ts.first()).min().copied();
        self.heard = Heard::new(first.unwrap_or(Ts(i64::MIN)));
        let mut symbols: Vec<Symbol> = self.series.keys().map(|(symbol, _)| symbol.clone()).collect();
        symbols.dedup();
        self.heard.know(self.store.conn(), &symbols)
    }

    /// Writes the rows of bars that closed since, in one transaction, and says how many.
    ///
    /// The bars themselves, as traded, those of joined series, splits and sentiment are the caller's to store first. A series that was not
    /// there starts with its first bar. Sets that compare symbols need all bars of an instant in one update.
    ///
    /// # Errors
    /// A bar that is not newer than its series, of an instant already compared, or of a series this was not opened for;
    /// a series that came back after so long that its windows reach beyond what is at hand; faults of the store. After
    /// any of them the set must be opened anew.
    pub fn update(&mut self, new: &[(Symbol, Interval, Bar)]) -> Result<usize> {
        if self.broken {
            return Err(FeatureError::LiveBroken { set: self.set.name().into() });
        }
        // Until all is well: kernels may have seen bars whose rows were not written, or missed bars.
        self.broken = true;
        self.check(new)?;
        let splits = actions::splits(self.store.conn(), new.iter().map(|(symbol, ..)| symbol))?;
        let mut fresh: BTreeMap<Key, usize> = BTreeMap::new();
        for (symbol, interval, bar) in new {
            let key = (symbol.clone(), *interval);
            if !self.series.contains_key(&key) {
                self.heard.know(self.store.conn(), std::slice::from_ref(symbol))?;
                self.series.insert(key.clone(), Tail::new(&key, &self.plan));
            }
            if let Some(tail) = self.series.get_mut(&key) {
                if let Some(splits) = splits.get(symbol) {
                    tail.split(self.store.conn(), splits, bar.session_date)?;
                }
                tail.push(&self.plan, bar);
            }
            *fresh.entry(key).or_default() += 1;
        }
        let from = self.starts(new);
        let mut rows = Vec::with_capacity(from.len());
        for (key, from) in &from {
            let Some(tail) = self.series.get(key) else { continue };
            rows.push(tail.rows(*from, fresh.get(key).copied().unwrap_or(0)).ok_or_else(|| self.came_back(key))?);
        }
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

    /// Keeps where every series stands, so that the next increment goes on from there. A series of which the store now
    /// says otherwise than when its rows were written is left out; their number is returned.
    ///
    /// # Errors
    /// Faults of the store; an earlier update that failed.
    pub fn save(&mut self, now: Ts) -> Result<usize> {
        if self.broken {
            return Err(FeatureError::LiveBroken { set: self.set.name().into() });
        }
        let sound = self.sound()?;
        let mut states = Vec::new();
        for key in &sound {
            let Some(tail) = self.series.get(key) else { continue };
            states.push((key.clone(), tail.state(&self.plan)?));
        }
        self.store.transaction(|| {
            build::save_states(self.store, &self.set, states, now)?;
            build::register(self.store, &self.set, now)
        })?;
        let left_out = self.unsaved.len() - sound.len();
        // Those left out never get a state from here: what they missed stays missed.
        for key in sound {
            self.unsaved.remove(&key);
        }
        self.listen()?;
        Ok(left_out)
    }

    /// Series of which the store still says what their rows were made of: everything before, and everything since.
    fn sound(&self) -> Result<Vec<Key>> {
        let before = state::load(self.store, &self.set)?;
        let known: Vec<(Key, Ts)> =
            self.unsaved.keys().filter_map(|key| Some((key.clone(), before.get(key)?.last_close_ts))).collect();
        let prints = state::fingerprints(self.store, &self.set, &known)?;
        let prints: HashMap<Key, String> = known.into_iter().map(|(key, _)| key).zip(prints).collect();
        let same = |key: &Key| before.get(key).map(|state| &state.inputs) == prints.get(key);
        let since: Vec<(Coverage, Ts)> = self.unsaved.iter().filter_map(|(key, unsaved)| unsaved.place(key)).collect();
        let (series, from): (Vec<Coverage>, Vec<Ts>) = since.into_iter().unzip();
        let stored = crate::store::series::load_with(self.store.conn(), &series, &from)?;
        let keys: Vec<Key> = series.iter().map(key).collect();
        let first = |bars: &Bars| bars.close_ts.first().copied().unwrap_or(Ts(i64::MAX));
        let closes: Vec<Ts> = stored.iter().map(first).collect();
        let inputs = Inputs::load(self.store.conn(), &self.set, &keys, &closes)?;
        let mut sound = Vec::new();
        for (key, stored) in keys.into_iter().zip(stored) {
            let Some(unsaved) = self.unsaved.get(&key) else { continue };
            if same(&key) && unsaved.is(&stored, &staged::known(&self.set, &stored, &inputs)) {
                sound.push(key);
            }
        }
        Ok(sound)
    }

    fn check(&self, new: &[(Symbol, Interval, Bar)]) -> Result<()> {
        let mut newest: HashMap<Key, Ts> = HashMap::new();
        let mut closed: HashMap<Interval, Option<Ts>> = HashMap::new();
        for (symbol, interval, bar) in new {
            if !self.filter.takes(symbol, *interval) {
                return Err(FeatureError::NotFollowed { symbol: symbol.clone(), interval: *interval });
            }
            let key = (symbol.clone(), *interval);
            let last = newest.get(&key).copied().or_else(|| self.series.get(&key)?.bars.ts.last().copied());
            let closed = *closed.entry(*interval).or_insert_with(|| self.closed(*interval));
            let compared = self.stage == Stage::Table && closed.is_some_and(|last| bar.close_ts <= last);
            if compared || last.is_some_and(|last| bar.ts <= last) {
                return Err(FeatureError::NotNewer { symbol: symbol.clone(), interval: *interval, ts: bar.ts });
            }
            newest.insert(key, bar.ts);
        }
        Ok(())
    }

    fn came_back(&self, (symbol, interval): &Key) -> FeatureError {
        FeatureError::CameBack { set: self.set.name().into(), symbol: symbol.clone(), interval: *interval }
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
                // A series without bars in that time is compared with nobody.
                let compared = self.series.iter().filter_map(|(key, tail)| {
                    let ts = *earliest.get(&key.1)?;
                    (tail.bars.ts.last() >= Some(&ts)).then(|| (key.clone(), ts))
                });
                first = self.back(&compared.collect());
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

    fn write(&mut self, rows: Vec<Rows>) -> Result<()> {
        let (store, set) = (self.store, &self.set);
        let keys: Vec<Key> = rows.iter().map(|rows| (rows.bars.symbol.clone(), rows.bars.interval)).collect();
        let since = |rows: &Rows| rows.bars.close_ts.first().copied().unwrap_or(Ts(i64::MAX));
        let since: Vec<Ts> = rows.iter().map(since).collect();
        let earlier = since.iter().any(|since| !self.heard.covers(*since));
        let made_of = store.transaction(|| {
            if self.stage == Stage::Table {
                staged::start(store, set, self.stage)?;
            }
            let inputs = match earlier {
                true => Inputs::load(store.conn(), set, &keys, &since)?,
                false => Inputs::load_heard(store.conn(), set, &keys, &since, &self.heard)?,
            };
            let written = rows.iter().map(Rows::written).filter(|bars| !bars.is_empty());
            let made_of: Vec<Unsaved> =
                written.map(|bars| Unsaved { inputs: staged::known(set, &bars, &inputs), bars }).collect();
            staged::put(store, set, self.stage, rows, &inputs)?;
            staged::finish(store, set, self.stage)?;
            Ok::<_, FeatureError>(made_of)
        })?;
        for new in made_of {
            match self.unsaved.entry((new.bars.symbol.clone(), new.bars.interval)) {
                Entry::Occupied(mut known) => known.get_mut().extend(new),
                Entry::Vacant(slot) => drop(slot.insert(new)),
            }
        }
        Ok(())
    }
}
