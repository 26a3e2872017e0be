//! Directions given from outside: a table of signals is a strategy.
//!
//! LONG and SHORT turn the position that way (one already held that way stays as it is, unless it is just being left),
//! FLAT leaves it.
//! Confidence is the one given with the signal, if any.

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::trade::event::Signal;

pub(super) const PARAMS: &[ParamSpec] = &[ParamSpec::bars(
    "max_holding",
    0.0,
    0.0,
    "Age at which a position is left at the next open, the entry bar counted; 0 is no limit",
)];

/// Holding limit; the strategy keeps no state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signals {
    max_holding: Option<u32>,
}

impl Signals {
    /// Follows signals, leaving after `max_holding` bars when given.
    #[must_use]
    pub fn new(max_holding: Option<u32>) -> Self {
        Self { max_holding }
    }

    pub(super) fn build(params: &Params, _assets: usize) -> Result<AnyStrategy, ParamError> {
        let bars = params.whole("max_holding");
        Ok(AnyStrategy::Signals(Self::new((bars > 0).then_some(bars))))
    }
}

impl Strategy for Signals {
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        let Event::Signal(Signal::Directed { direction, confidence }) = event else { return Intents::NONE };
        let Some(direction) = *direction else { return Intents { exit: true, enter: None } };
        if view.size * direction.sign() > 0.0 && !view.leaving {
            return Intents::NONE;
        }
        Intents {
            exit: true,
            enter: Some(Enter { confidence: *confidence, max_bars: self.max_holding, ..Enter::market(direction) }),
        }
    }
}
