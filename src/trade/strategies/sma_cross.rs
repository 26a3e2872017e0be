//! Crossing of two simple moving averages: the reference strategy.
//!
//! Up-cross: the fast average was at or below the slow one and is above it now; down-cross is the mirror. Both need
//! two values of the slow average. Averages that differ by rounding alone are equal ([`price`]) and cross nothing; out
//! of equal ones either way is a cross. A cross closes what is held and opens its own way at the same open. It has no
//! opinion on how sure it is: no confidence.

use super::params::{ParamError, ParamSpec, Params};
use super::{AnyStrategy, Enter, Event, Intents, Strategy, View};
use crate::domain::price;
use crate::indicators::Sma;
use crate::trade::event::Direction;

pub(super) const PARAMS: &[ParamSpec] = &[
    ParamSpec::bars("fast", 10.0, 1.0, "Length of the fast average; below slow"),
    ParamSpec::bars("slow", 20.0, 2.0, "Length of the slow average"),
];

#[derive(Debug, Clone)]
struct Averages {
    fast: Sma,
    slow: Sma,
    /// fast - slow at the bar before, 0 where they were equal; NaN while there is none, which makes no cross.
    gap: f64,
}

/// The strategy's state for every asset.
#[derive(Debug, Clone)]
pub struct SmaCross {
    assets: Vec<Averages>,
}

impl SmaCross {
    /// Averages over `fast` and `slow` bars for `assets` assets.
    #[must_use]
    pub fn new(fast: usize, slow: usize, assets: usize) -> Self {
        let averages = Averages { fast: Sma::new(fast), slow: Sma::new(slow), gap: f64::NAN };
        Self { assets: vec![averages; assets] }
    }

    pub(super) fn build(params: &Params, assets: usize) -> Result<AnyStrategy, ParamError> {
        let (fast, slow) = (params.whole("fast"), params.whole("slow"));
        if fast >= slow {
            return Err(ParamError::Conflict(format!("fast={fast} must be below slow={slow}")));
        }
        Ok(AnyStrategy::SmaCross(Self::new(fast as usize, slow as usize, assets)))
    }
}

impl Strategy for SmaCross {
    #[inline(always)]
    fn on_event(&mut self, view: &View, event: &Event<'_>) -> Intents {
        let Event::Bar(bar) = event else { return Intents::NONE };
        let averages = &mut self.assets[view.asset];
        let (fast, slow) = (averages.fast.update(bar.close), averages.slow.update(bar.close));
        let (Some(fast), Some(slow)) = (fast, slow) else { return Intents::NONE };
        let gap = price::difference(fast, slow);
        let before = std::mem::replace(&mut averages.gap, gap);
        let direction = if before <= 0.0 && gap > 0.0 {
            Direction::Long
        } else if before >= 0.0 && gap < 0.0 {
            Direction::Short
        } else {
            return Intents::NONE;
        };
        Intents { exit: true, enter: Some(Enter::market(direction)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Ts};

    fn closes(values: &[f64]) -> Vec<Option<Direction>> {
        crosses(1, 2, values)
    }

    fn crosses(fast: usize, slow: usize, values: &[f64]) -> Vec<Option<Direction>> {
        let mut strategy = SmaCross::new(fast, slow, 1);
        let view = View { asset: 0, size: 0.0, leaving: false, pending: None, hours: None };
        let bar = |close| Bar {
            ts: Ts(0),
            close_ts: Ts(0),
            session_date: 0,
            open: close,
            high: close,
            low: close,
            close,
            volume: 0.0,
            vwap: f64::NAN,
        };
        values
            .iter()
            .map(|&close| strategy.on_event(&view, &Event::Bar(&bar(close))).enter.map(|enter| enter.direction))
            .collect()
    }

    #[test]
    fn crosses_need_two_slow_values_and_a_strict_change() {
        use Direction::{Long, Short};
        // fast = close, slow = mean of two: gap = half the last change.
        assert_eq!(closes(&[1.0, 2.0, 1.0, 2.0]), [None, None, Some(Short), Some(Long)]);
        // From exactly equal averages both ways count as a cross; staying equal does not.
        assert_eq!(closes(&[1.0, 1.0, 1.0, 2.0, 3.0]), [None, None, None, Some(Long), None]);
        assert_eq!(closes(&[1.0, 1.0, 0.5, 0.5, 0.5, 0.25]), [None, None, Some(Short), None, None, Some(Short)]);
    }
    #[test]
    fn averages_that_are_equal_but_for_rounding_do_not_cross() {
        // Bid and ask in turn: means of 4 and of 8 are the same price, not the same bits.
        let bounce: Vec<f64> = (0..200).map(|bar| if bar % 2 == 0 { 100.1 } else { 100.2 }).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert!((8..200).any(|bar| mean(&bounce[bar - 4..bar]) != mean(&bounce[bar - 8..bar])), "the bits differ");
        assert!(crosses(4, 8, &bounce).iter().all(Option::is_none));
        // The price leaves the bounce: one cross out of equal averages.
        let leaves = crosses(4, 8, &[&bounce[..100], &[100.3; 20]].concat());
        let found: Vec<_> =
            leaves.iter().enumerate().filter_map(|(bar, cross)| cross.map(|side| (bar, side))).collect();
        assert_eq!(found, [(100, Direction::Long)]);
    }
}
