//! A pre-merged stream: steps kept once and fed many times, for searches, which run over the same market again and again.
//!
//! Merging series reads a column of each of them for every field of a bar; here everything of a step lies side by side, in
//! the order of time. The steps are exactly those that the feed had.

use crate::domain::Ts;
use crate::trade::{Feed, Phase, Step, StepAction, StepSignal, Tick};

/// What of a step is not a list, and where its lists end.
#[derive(Debug, Clone, Copy)]
struct Head {
    phase: Phase,
    ts: Ts,
    session_date: i32,
    ticks: usize,
    signals: usize,
    actions: usize,
}

/// Steps in order of time.
#[derive(Debug, Clone, Default)]
pub struct MergedSteps {
    heads: Vec<Head>,
    ticks: Vec<Tick>,
    signals: Vec<StepSignal>,
    actions: Vec<StepAction>,
}

impl MergedSteps {
    /// Keeps everything that a feed has; `bars` is how many are expected.
    pub fn record(feed: &mut impl Feed, bars: usize) -> Self {
        let mut merged = Self { ticks: Vec::with_capacity(bars), ..Self::default() };
        let mut step = Step::default();
        while feed.next(&mut step) {
            merged.ticks.extend_from_slice(&step.ticks);
            merged.signals.extend_from_slice(&step.signals);
            merged.actions.extend_from_slice(&step.actions);
            merged.heads.push(Head {
                phase: step.phase,
                ts: step.ts,
                session_date: step.session_date,
                ticks: merged.ticks.len(),
                signals: merged.signals.len(),
                actions: merged.actions.len(),
            });
        }
        merged
    }

    /// The same steps from the beginning.
    #[must_use]
    pub fn play(&self) -> Playback<'_> {
        Playback { steps: self, next: 0, ticks: 0, signals: 0, actions: 0 }
    }
}

/// Steps being fed once more.
#[derive(Debug, Clone)]
pub struct Playback<'a> {
    steps: &'a MergedSteps,
    next: usize,
    ticks: usize,
    signals: usize,
    actions: usize,
}

impl Feed for Playback<'_> {
    #[inline]
    fn next(&mut self, step: &mut Step) -> bool {
        let Some(head) = self.steps.heads.get(self.next) else { return false };
        self.next += 1;
        (step.phase, step.ts, step.session_date) = (head.phase, head.ts, head.session_date);
        // The ends of one step are the beginnings of the next: they never fall and stay within the lists.
        refill(&mut step.ticks, &self.steps.ticks[self.ticks..head.ticks]);
        refill(&mut step.signals, &self.steps.signals[self.signals..head.signals]);
        refill(&mut step.actions, &self.steps.actions[self.actions..head.actions]);
        (self.ticks, self.signals, self.actions) = (head.ticks, head.signals, head.actions);
        true
    }
}

#[inline]
fn refill<T: Copy>(list: &mut Vec<T>, with: &[T]) {
    list.clear();
    list.extend_from_slice(with);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Bars, Interval};
    use crate::trade::{Direction, Signal};
    use crate::venues::{Replay, TimedSignal};

    /// Bars of a length that begin at these minutes.
    fn series(symbol: &str, minutes: &[i64], length: i64) -> Bars {
        let mut bars = Bars::empty(symbol.parse().unwrap(), Interval::H1);
        for &minute in minutes {
            let ts = Ts(minute * 60_000_000);
            let close_ts = ts.plus(length * 60_000_000);
            let session_date = (minute / 1440) as i32;
            let price = minute as f64;
            bars.push(Bar {
                ts,
                close_ts,
                session_date,
                open: price,
                high: price,
                low: price,
                close: price,
                volume: 1.0,
                vwap: 1.0,
            });
        }
        bars
    }

    #[test]
    fn kept_steps_are_those_of_the_feed() {
        // Hours that overlap, so that there are opens and closes of their own, with a signal.
        let bars = [series("A", &[0, 60, 1500], 60), series("B", &[15, 75, 1515], 60)];
        let signal = Signal::Directed { direction: Some(Direction::Long), confidence: None };
        let signals = vec![vec![TimedSignal { ts: Ts(60 * 60_000_000), signal }], vec![]];
        let replay = || Replay::new(&bars, &signals, &[]);
        let merged = MergedSteps::record(&mut replay(), 6);
        let (mut one, mut other, mut feed, mut playback) = (Step::default(), Step::default(), replay(), merged.play());
        let mut steps = 0;
        while feed.next(&mut one) {
            assert!(playback.next(&mut other));
            assert_eq!(format!("{one:?}"), format!("{other:?}"));
            steps += 1;
        }
        assert!(!playback.next(&mut other) && steps > 6);
    }
}
