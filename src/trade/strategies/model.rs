//! Long when a model is sure enough.
//!
//! A prediction at or above `threshold` opens a long position when nothing is held. It is left by the stop or target
//! attached to every entry, or at the open after `max_holding` bars. Confidence is |2p - 1|.

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::trade::event::{Direction, Signal};

pub(super) const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "threshold",
        default: 0.6,
        min: 0.0,
        max: 1.0,
        whole: false,
        doc: "Smallest probability that opens a position",
    },
    ParamSpec {
        name: "max_holding",
        default: 8.0,
        min: 1.0,
        max: 100_000.0,
        whole: true,
        doc: "Bars after which a position is left at the next open, the entry bar counted",
    },
];

/// Threshold and holding limit; the strategy keeps no state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    threshold: f64,
    max_holding: u32,
}

impl Model {
    /// Enters at `threshold`, leaves after `max_holding` bars.
    #[must_use]
    pub fn new(threshold: f64, max_holding: u32) -> Self {
        Self { threshold, max_holding }
    }

    /// How far a probability is from undecided, from 0 to 1.
    #[must_use]
    pub fn confidence(probability: f64) -> f64 {
        (2.0 * probability - 1.0).abs()
    }

    pub(super) fn build(params: &Params, _assets: usize) -> Result<AnyStrategy, ParamError> {
        Ok(AnyStrategy::Model(Self::new(params.get("threshold"), params.whole("max_holding"))))
    }
}

impl Strategy for Model {
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        match event {
            Event::Signal(Signal::Prediction { probability }) if *probability >= self.threshold && view.is_flat() => {
                Intents {
                    exit: false,
                    enter: Some(Enter {
                        confidence: Some(Self::confidence(*probability)),
                        max_bars: Some(self.max_holding),
                        ..Enter::market(Direction::Long)
                    }),
                }
            }
            Event::Signal(_) | Event::Bar(_) => Intents::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enters(size: f64, signal: Signal) -> Option<Enter> {
        Model::new(0.6, 8).on_event(&View { asset: 0, size, hours: None }, &Event::Signal(&signal)).enter
    }

    #[test]
    fn enters_at_the_threshold_when_flat() {
        let enter = enters(0.0, Signal::Prediction { probability: 0.6 }).unwrap();
        assert_eq!((enter.direction, enter.max_bars), (Direction::Long, Some(8)));
        assert!((enter.confidence.unwrap() - 0.2).abs() < 1e-12);
    }

    #[test]
    fn stays_out_when_unsure_unknown_held_or_not_a_prediction() {
        assert_eq!(enters(0.0, Signal::Prediction { probability: 0.599 }), None);
        assert_eq!(enters(0.0, Signal::Prediction { probability: f64::NAN }), None);
        assert_eq!(enters(10.0, Signal::Prediction { probability: 0.9 }), None);
        assert_eq!(enters(0.0, Signal::Directed { direction: Some(Direction::Long), confidence: None }), None);
    }
}
