//! The replay feed: stored series merged on one time line.
//!
//! Bars of different assets that begin and end together make one step. Where bars overlap otherwise (hours that begin at
//! :00 beside hours that begin at :15), opens and closes are steps of their own, in order of time, closes first: what an
//! account is worth at one close never reaches an open before it. A signal belongs to the bar whose start it carries and
//! is known at that bar's close; one that names no bar is passed over. The trading day of a step is the latest one that
//! has begun and never falls, whatever the calendars of the assets. A bar of a whole day opens with its session, where the
//! calendar is known. Corporate actions take effect before the first bar of
//! their day or later.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Bar, Bars, Ts};
use crate::trade::{Action, Feed, Hours, Phase, Signal, Step, StepAction, StepSignal, Tick};

/// A signal and the bar at whose close it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedSignal {
    /// UTC start of the bar.
    pub ts: Ts,
    /// What it says.
    pub signal: Signal,
}

/// What goes with an asset besides its bars and the signals about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surroundings {
    /// Hours of its sessions, by day (days since 1970-01-01), where its calendar is known; assets of one exchange share them.
    pub hours: Arc<BTreeMap<i32, Hours>>,
    /// Corporate actions by ex-date, ascending; of one day dividends first.
    pub actions: Vec<(i32, Action)>,
    /// Times of no trading, from and to (not included).
    pub halts: Vec<(Ts, Ts)>,
    /// Bars a year, where known: the trading days of its calendar times the bars of a full session.
    pub bars_per_year: Option<f64>,
}

/// Bars that are gathered out of their columns at once, where many series take turns: a column's value brings its
/// neighbours into the cache, which are gone again when the others have had theirs.
const AHEAD: usize = 8;

/// The next bars of a series, row by row.
#[derive(Default)]
struct Ahead {
    /// Index of the first one.
    from: usize,
    rows: Vec<Bar>,
}

impl Ahead {
    /// A bar and the one after it.
    #[inline]
    fn pair(&mut self, bars: &Bars, index: usize) -> (Option<&Bar>, Option<&Bar>) {
        if index < self.from || index + 1 >= self.from + self.rows.len() {
            self.from = index;
            self.rows.clear();
            self.rows.extend((index..=index + AHEAD).map_while(|index| bars.get(index)));
        }
        let at = index - self.from;
        (self.rows.get(at), self.rows.get(at + 1))
    }
}

/// One asset on its way through time.
struct Series<'a> {
    bars: &'a Bars,
    ahead: Ahead,
    signals: &'a [TimedSignal],
    around: Option<&'a Surroundings>,
    next_bar: usize,
    next_signal: usize,
    next_action: usize,
    /// When its next bar opens, among several series: at its start, or with its session where that begins later (bars of
    /// whole days).
    opens: Option<Ts>,
    /// Whether its last bar waits for its close.
    is_open: bool,
    /// Hours of the session of the last bar.
    session: Option<(i32, Option<Hours>)>,
}

/// Stored bars and signals as steps in time order.
pub struct Replay<'a> {
    series: Vec<Series<'a>>,
    session: i32,
    /// Bars that have opened and not closed.
    open: Vec<Tick>,
    /// Time of the last step that closed bars.
    closed: Ts,
}

impl<'a> Replay<'a> {
    /// Merges series; asset `i` is `bars[i]` with `signals[i]` and `around[i]` (none when missing), all ascending in time.
    #[must_use]
    pub fn new(bars: &'a [Bars], signals: &'a [Vec<TimedSignal>], around: &'a [Surroundings]) -> Self {
        let signals = signals.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let around = around.iter().map(Some).chain(std::iter::repeat(None));
        let series = bars.iter().zip(signals).zip(around).map(|((bars, signals), around)| Series {
            opens: bars.get(0).map(|bar| opening(&bar, around, None)),
            ahead: Ahead::default(),
            bars,
            signals,
            around,
            next_bar: 0,
            next_signal: 0,
            next_action: 0,
            is_open: false,
            session: None,
        });
        Self { series: series.collect(), session: i32::MIN, open: Vec::new(), closed: Ts(i64::MIN) }
    }

    /// The next open or close among several series.
    fn merge(&mut self, step: &mut Step) -> bool {
        let open = self.next_open();
        let close = self.open.iter().map(|tick| tick.bar.close_ts).min();
        match (open, close) {
            (None, None) => return false,
            (Some(open), None) => self.open_bars(open, step),
            (Some(open), Some(close)) if open < close => self.open_bars(open, step),
            (_, Some(close)) => self.close_bars(close, step),
        }
        true
    }

    /// Start of the next bar of any series that can open one.
    #[inline]
    fn next_open(&self) -> Option<Ts> {
        self.series.iter().filter(|series| !series.is_open).filter_map(|series| series.opens).min()
    }

    /// Opens the bars that start at a time; they close at once where nothing happens before their end.
    fn open_bars(&mut self, ts: Ts, step: &mut Step) {
        for (asset, series) in self.series.iter_mut().enumerate() {
            if !series.is_open && series.opens == Some(ts) {
                self.session = self.session.max(series.take_in_turn(asset, step));
            }
        }
        let starts = step.ticks.iter().map(|tick| tick.bar.ts).max().unwrap_or(ts);
        step.ts = starts;
        let Some(end) = step.ticks.first().map(|tick| tick.bar.close_ts) else { return };
        let together = step.ticks.iter().all(|tick| tick.bar.close_ts == end);
        if self.open.is_empty() && together && self.next_open().is_none_or(|next| next >= end) {
            return self.close(step, starts);
        }
        step.phase = Phase::Open;
        step.ticks.iter().for_each(|tick| self.series[tick.asset].is_open = true);
        self.open.extend_from_slice(&step.ticks);
    }

    /// Closes the open bars that end at a time.
    fn close_bars(&mut self, end: Ts, step: &mut Step) {
        step.phase = Phase::Close;
        step.ticks.extend(self.open.extract_if(.., |tick| tick.bar.close_ts == end));
        step.ticks.sort_by_key(|tick| tick.asset);
        step.ticks.iter().for_each(|tick| self.series[tick.asset].is_open = false);
        let latest = step.ticks.iter().map(|tick| tick.bar.ts).max().unwrap_or(end);
        self.close(step, latest);
    }

    /// Dates a step that closes bars, of which the latest started at a time, and adds the signals about them.
    fn close(&mut self, step: &mut Step, latest: Ts) {
        step.ts = latest.max(self.closed.plus(1));
        self.closed = step.ts;
        for (index, tick) in step.ticks.iter().enumerate() {
            self.series[tick.asset].take_signals(tick.bar.ts, index, &mut step.signals);
        }
    }
}

impl Feed for Replay<'_> {
    #[inline]
    fn next(&mut self, step: &mut Step) -> bool {
        step.ticks.clear();
        step.signals.clear();
        step.actions.clear();
        step.phase = Phase::Whole;
        let found = if let [only] = self.series.as_mut_slice() {
            let Some(ts) = only.next_ts() else { return false };
            step.ts = ts;
            self.session = self.session.max(only.take(0, step));
            only.take_signals(ts, 0, &mut step.signals);
            true
        } else {
            self.merge(step)
        };
        step.session_date = self.session;
        found
    }
}

impl Series<'_> {
    /// Start of the next bar.
    #[inline(always)]
    fn next_ts(&self) -> Option<Ts> {
        self.bars.ts.get(self.next_bar).copied()
    }

    /// Moves the next bar of the only series into a step; gives its trading day.
    #[inline(always)]
    fn take(&mut self, asset: usize, step: &mut Step) -> i32 {
        let Some(bar) = self.bars.get(self.next_bar) else { return i32::MIN };
        let next_day = self.bars.session_date.get(self.next_bar + 1).copied();
        self.hand_over(asset, bar, next_day, step)
    }

    /// The same for one of many, and looks when the bar after it opens.
    #[inline]
    fn take_in_turn(&mut self, asset: usize, step: &mut Step) -> i32 {
        let (Some(bar), next) = self.ahead.pair(self.bars, self.next_bar) else { return i32::MIN };
        let (bar, next) = (*bar, next.copied());
        let day = self.hand_over(asset, bar, next.map(|next| next.session_date), step);
        self.opens = next.map(|next| opening(&next, self.around, self.session));
        day
    }

    /// Adds a bar to a step; `next_day` is the trading day of the one after it.
    #[inline(always)]
    fn hand_over(&mut self, asset: usize, bar: Bar, next_day: Option<i32>, step: &mut Step) -> i32 {
        self.next_bar += 1;
        let (day, last) = (bar.session_date, next_day.is_none());
        let session_end = next_day != Some(day);
        step.ticks.push(Tick { asset, bar, hours: None, session_end, halted: false, last });
        if let Some(around) = self.around {
            self.look_around(around, step);
        }
        day
    }

    /// Moves the signals about the bar that starts at a time into a step, and passes over those about no bar.
    #[inline(always)]
    fn take_signals(&mut self, ts: Ts, tick: usize, signals: &mut Vec<StepSignal>) {
        while let Some(timed) = self.signals.get(self.next_signal).filter(|timed| timed.ts <= ts) {
            self.next_signal += 1;
            if timed.ts == ts {
                signals.push(StepSignal { tick, signal: timed.signal });
            }
        }
    }

    /// Adds what goes with the bar just moved.
    fn look_around(&mut self, around: &Surroundings, step: &mut Step) {
        let Some(tick) = step.ticks.last_mut() else { return };
        let bar = &tick.bar;
        while let Some((_, action)) = around.actions.get(self.next_action).filter(|(day, _)| *day <= bar.session_date) {
            self.next_action += 1;
            step.actions.push(StepAction { asset: tick.asset, action: *action });
        }
        if self.session.is_none_or(|(day, _)| day != bar.session_date) {
            self.session = Some((bar.session_date, around.hours.get(&bar.session_date).copied()));
        }
        tick.hours = self.session.and_then(|(_, hours)| hours);
        tick.session_end |= tick.hours.is_some_and(|hours| bar.close_ts >= hours.close);
        tick.halted = around.halts.iter().any(|(from, to)| bar.ts < *to && bar.close_ts > *from);
    }
}

/// When a bar opens; `known` are the hours of a day that were looked up before.
#[inline(always)]
fn opening(bar: &Bar, around: Option<&Surroundings>, known: Option<(i32, Option<Hours>)>) -> Ts {
    let Some(around) = around.filter(|around| !around.hours.is_empty()) else { return bar.ts };
    let day = bar.session_date;
    let hours = match known {
        Some((known, hours)) if known == day => hours,
        _ => around.hours.get(&day).copied(),
    };
    let open = hours.map_or(bar.ts, |hours| hours.open);
    // A session that begins after the bar has ended is none of this bar's.
    if open < bar.close_ts { bar.ts.max(open) } else { bar.ts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;
    use crate::trade::Direction;

    fn series(symbol: &str, minutes: &[(i64, i32)]) -> Bars {
        let mut bars = Bars::empty(symbol.parse().unwrap(), Interval::M1);
        for &(minute, session_date) in minutes {
            let ts = Ts(minute * 60_000_000);
            let bar = Bar {
                ts,
                close_ts: ts.plus(60_000_000),
                session_date,
                open: 1.0,
                high: 1.0,
                low: 1.0,
                close: 1.0,
                volume: 1.0,
                vwap: 1.0,
            };
            bars.push(bar);
        }
        bars
    }

    #[test]
    fn steps_merge_in_time_with_their_signals() {
        let bars = [series("A", &[(1, 10), (2, 10), (4, 11)]), series("B", &[(2, 9), (3, 9)])];
        let directed = Signal::Directed { direction: Some(Direction::Long), confidence: None };
        let at = |minute: i64| TimedSignal { ts: Ts(minute * 60_000_000), signal: directed };
        // Minutes 0 and 9 name no bar of A.
        let signals = vec![vec![at(0), at(2), at(9)], vec![at(3)]];
        let mut feed = Replay::new(&bars, &signals, &[]);
        let mut step = Step::default();
        let mut seen = Vec::new();
        while feed.next(&mut step) {
            let ticks: Vec<_> = step.ticks.iter().map(|tick| (tick.asset, tick.last)).collect();
            let signals: Vec<_> = step.signals.iter().map(|signal| step.ticks[signal.tick].asset).collect();
            seen.push((step.ts.0 / 60_000_000, step.session_date, ticks, signals));
        }
        assert_eq!(
            seen,
            [
                (1, 10, vec![(0, false)], vec![]),
                // B's calendar lags: the day of the time line does not fall back.
                (2, 10, vec![(0, false), (1, false)], vec![0]),
                (3, 10, vec![(1, true)], vec![1]),
                (4, 11, vec![(0, true)], vec![]),
            ]
        );
    }
}
