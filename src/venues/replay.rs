//! The replay feed: stored series merged on one time line.
//!
//! Bars of different assets that start at the same instant make one step. A signal belongs to the bar whose start
//! it carries and is known at that bar's close; one that names no bar is passed over. The trading day of a step is
//! the latest one among its bars and never falls, whatever the calendars of the assets. Corporate actions take effect
//! before the first bar of their day or later.

use std::collections::BTreeMap;

use crate::domain::{Bars, Ts};
use crate::trade::{Action, Feed, Hours, Signal, Step, StepAction, StepSignal, Tick};

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
    /// Hours of its sessions, by day (days since 1970-01-01), where its calendar is known.
    pub hours: BTreeMap<i32, Hours>,
    /// Corporate actions by ex-date, ascending; of one day dividends first.
    pub actions: Vec<(i32, Action)>,
    /// Times of no trading, from and to (not included).
    pub halts: Vec<(Ts, Ts)>,
}

/// One asset on its way through time.
struct Series<'a> {
    bars: &'a Bars,
    signals: &'a [TimedSignal],
    around: Option<&'a Surroundings>,
    next_bar: usize,
    next_signal: usize,
    next_action: usize,
    /// Hours of the session of the last bar.
    session: Option<(i32, Option<Hours>)>,
}

/// Stored bars and signals as steps in time order.
pub struct Replay<'a> {
    series: Vec<Series<'a>>,
    session: i32,
}

impl<'a> Replay<'a> {
    /// Merges series; asset `i` is `bars[i]` with `signals[i]` and `around[i]` (none when missing), all ascending in time.
    #[must_use]
    pub fn new(bars: &'a [Bars], signals: &'a [Vec<TimedSignal>], around: &'a [Surroundings]) -> Self {
        let signals = signals.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let around = around.iter().map(Some).chain(std::iter::repeat(None));
        let series = bars.iter().zip(signals).zip(around).map(|((bars, signals), around)| Series {
            bars,
            signals,
            around,
            next_bar: 0,
            next_signal: 0,
            next_action: 0,
            session: None,
        });
        Self { series: series.collect(), session: i32::MIN }
    }
}

impl Feed for Replay<'_> {
    #[inline]
    fn next(&mut self, step: &mut Step) -> bool {
        step.ticks.clear();
        step.signals.clear();
        step.actions.clear();
        if let [only] = self.series.as_mut_slice() {
            let Some(ts) = only.next_ts() else { return false };
            step.ts = ts;
            self.session = self.session.max(only.take(0, step));
        } else {
            let Some(ts) = self.series.iter().filter_map(Series::next_ts).min() else { return false };
            step.ts = ts;
            for (asset, series) in self.series.iter_mut().enumerate() {
                if series.next_ts() == Some(ts) {
                    self.session = self.session.max(series.take(asset, step));
                }
            }
        }
        step.session_date = self.session;
        true
    }
}

impl Series<'_> {
    /// Start of the next bar.
    #[inline(always)]
    fn next_ts(&self) -> Option<Ts> {
        self.bars.ts.get(self.next_bar).copied()
    }

    /// Moves the next bar, and the signals about it, into a step; gives its trading day.
    #[inline(always)]
    fn take(&mut self, asset: usize, step: &mut Step) -> i32 {
        let Some(bar) = self.bars.get(self.next_bar) else { return i32::MIN };
        self.next_bar += 1;
        if self.next_signal < self.signals.len() {
            self.hear(bar.ts, step);
        }
        let last = self.next_bar == self.bars.len();
        let session_end = last || self.bars.session_date[self.next_bar] != bar.session_date;
        let day = bar.session_date;
        step.ticks.push(Tick { asset, bar, hours: None, session_end, halted: false, last });
        if let Some(around) = self.around {
            self.look_around(around, step);
        }
        day
    }

    /// Moves the signals about the bar that starts at a time into a step, and passes over those about no bar.
    fn hear(&mut self, ts: Ts, step: &mut Step) {
        while let Some(timed) = self.signals.get(self.next_signal).filter(|timed| timed.ts <= ts) {
            self.next_signal += 1;
            if timed.ts == ts {
                step.signals.push(StepSignal { tick: step.ticks.len(), signal: timed.signal });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Interval};
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
