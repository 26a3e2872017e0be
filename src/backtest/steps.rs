//! A simulation that pauses: for searches that stop what is not worth going on with.

use super::simulate::engine;
use super::{BacktestError, Data, Plan};
use crate::domain::{Silent, Ts};
use crate::trade::{Engine, Feed, Sink, Step};
use crate::venues::Paper;

/// A feed that ends before the first step at or after each of some times, and goes on when it is asked again.
struct Pausing<'a, F> {
    feed: F,
    pauses: &'a [Ts],
    /// The step that a pause came before.
    held: Option<Step>,
    ended: bool,
}

impl<F: Feed> Feed for Pausing<'_, F> {
    #[inline]
    fn next(&mut self, step: &mut Step) -> bool {
        if let Some(held) = self.held.take() {
            *step = held;
            return true;
        }
        if !self.feed.next(step) {
            self.ended = true;
            return false;
        }
        let passed = self.pauses.iter().take_while(|pause| step.ts >= **pause).count();
        if passed == 0 {
            return true;
        }
        self.pauses = &self.pauses[passed..];
        self.held = Some(std::mem::take(step));
        false
    }
}

/// A plan over series in memory, a stretch at a time.
pub(super) struct Stepped<'a, F> {
    engine: Engine<Paper>,
    feed: Pausing<'a, F>,
}

impl<'a, F: Feed> Stepped<'a, F> {
    /// Nothing simulated yet; the feed has the steps of the data, `pauses` ascend.
    pub(super) fn new(data: &Data<'_>, feed: F, plan: &Plan, pauses: &'a [Ts]) -> Result<Self, BacktestError> {
        Ok(Self { engine: engine(data, plan)?, feed: Pausing { feed, pauses, held: None, ended: false } })
    }

    /// Simulates up to the next pause; false at the end of the data.
    pub(super) fn advance<K: Sink>(&mut self, sink: &mut K) -> bool {
        self.engine.run(&mut self.feed, sink, &Silent);
        !self.feed.ended
    }
}
