//! The replay feed: stored series merged on one time line.
//!
//! Bars of different assets that start at the same instant make one step. A signal belongs to the bar whose start
//! it carries and is known at that bar's close; one that names no bar is passed over. The trading day of a step is
//! the latest one among its bars and never falls, whatever the calendars of the assets.

use crate::domain::{Bars, Ts};
use crate::trade::{Feed, Signal, Step, StepSignal, Tick};

/// A signal and the bar at whose close it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedSignal {
    /// UTC start of the bar.
    pub ts: Ts,
    /// What it says.
    pub signal: Signal,
}

/// One asset on its way through time.
struct Series<'a> {
    bars: &'a Bars,
    signals: &'a [TimedSignal],
    next_bar: usize,
    next_signal: usize,
}

/// Stored bars and signals as steps in time order.
pub struct Replay<'a> {
    series: Vec<Series<'a>>,
    session: i32,
}

impl<'a> Replay<'a> {
    /// Merges series; asset `i` is `bars[i]` with `signals[i]` (none when missing), both ascending in `ts`.
    #[must_use]
    pub fn new(bars: &'a [Bars], signals: &'a [Vec<TimedSignal>]) -> Self {
        let signals = signals.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let series =
            bars.iter().zip(signals).map(|(bars, signals)| Series { bars, signals, next_bar: 0, next_signal: 0 });
        Self { series: series.collect(), session: i32::MIN }
    }
}

impl Feed for Replay<'_> {
    #[inline]
    fn next(&mut self, step: &mut Step) -> bool {
        let Some(ts) = self.series.iter().filter_map(|series| series.bars.ts.get(series.next_bar)).min().copied()
        else {
            return false;
        };
        step.ts = ts;
        step.ticks.clear();
        step.signals.clear();
        for (asset, series) in self.series.iter_mut().enumerate() {
            if series.bars.ts.get(series.next_bar) == Some(&ts) {
                series.take(asset, step);
            }
        }
        self.session = step.ticks.iter().map(|tick| tick.bar.session_date).fold(self.session, i32::max);
        step.session_date = self.session;
        true
    }
}

impl Series<'_> {
    /// Moves the next bar, and the signals about it, into a step.
    #[inline]
    fn take(&mut self, asset: usize, step: &mut Step) {
        let Some(bar) = self.bars.get(self.next_bar) else { return };
        self.next_bar += 1;
        while let Some(timed) = self.signals.get(self.next_signal).filter(|timed| timed.ts <= bar.ts) {
            self.next_signal += 1;
            if timed.ts == bar.ts {
                step.signals.push(StepSignal { tick: step.ticks.len(), signal: timed.signal });
            }
        }
        step.ticks.push(Tick { asset, bar, hours: None, last: self.next_bar == self.bars.len() });
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
        let mut feed = Replay::new(&bars, &signals);
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
