//! Stop and target of an open position. An exact touch counts ([`price`]).

use crate::domain::price::{self, at_or_above, at_or_below};
use crate::trade::{Contract, Direction, ExitReason, Exits, Side, Tick};

/// How a position came about in the bar being looked at; decides what of that bar it has seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Seen {
    /// All of it.
    Whole,
    /// What came after the price fell (for a buy) to this limit inside the bar.
    AfterLimit(f64),
    /// What came after the price rose (for a buy) to this stop inside the bar.
    AfterStop(f64),
}

/// Prices at which an open position is left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bracket {
    direction: Direction,
    stop: Option<f64>,
    target: Option<f64>,
    pub seen: Seen,
}

impl Bracket {
    /// The levels that a position entered at `price` asks for, on the grid of the contract.
    pub(super) fn of(exits: &Exits, direction: Direction, price: f64, contract: &Contract, seen: Seen) -> Option<Self> {
        if exits.stop_loss.is_none() && exits.take_profit.is_none() {
            return None;
        }
        let side = Side::closing(direction);
        let stop = exits.stop_loss.map(|loss| contract.active(side, price * (1.0 - direction.sign() * loss)));
        let target = exits.take_profit.map(|gain| contract.passive(side, price * (1.0 + direction.sign() * gain)));
        Some(Self { direction, stop, target, seen })
    }

    /// The same after a split of `ratio` new units for one old one.
    pub(super) fn split(&mut self, ratio: f64) {
        self.stop.iter_mut().chain(&mut self.target).for_each(|level| *level /= ratio);
    }

    /// Which level the open is at or beyond, and the price it fills at; the stop first.
    #[inline]
    pub(super) fn gapped(&self, open: f64) -> Option<(ExitReason, f64)> {
        self.touched(open, open, open)
    }

    /// Which level the bar touches, as far as the position has surely seen it, and the price it fills at; the stop
    /// first.
    #[inline]
    pub(super) fn touched_inside(&self, tick: &Tick) -> Option<(ExitReason, f64)> {
        let bar = &tick.bar;
        match (self.seen, self.direction) {
            (Seen::Whole, _) => self.touched(bar.open, bar.low, bar.high),
            // The extreme beyond the limit came after the entry, the other one may have come before it.
            (Seen::AfterLimit(at), Direction::Long) | (Seen::AfterStop(at), Direction::Short) => {
                self.touched(at, bar.low, at.max(bar.close))
            }
            (Seen::AfterLimit(at), Direction::Short) | (Seen::AfterStop(at), Direction::Long) => {
                self.touched(at, at.min(bar.close), bar.high)
            }
        }
    }

    /// Which level prices between `low` and `high` touch on their way from `open`.
    #[inline]
    fn touched(&self, open: f64, low: f64, high: f64) -> Option<(ExitReason, f64)> {
        // A level below the open is met on the way down, at the open when that has passed it; one above is the mirror.
        let down = |level: f64| at_or_below(low, level).then(|| price::traded(open.min(level), low, high));
        let up = |level: f64| at_or_above(high, level).then(|| price::traded(open.max(level), low, high));
        let (stop, target) = match self.direction {
            Direction::Long => (self.stop.and_then(down), self.target.and_then(up)),
            Direction::Short => (self.stop.and_then(up), self.target.and_then(down)),
        };
        let stop = stop.map(|price| (ExitReason::StopLoss, price));
        stop.or_else(|| target.map(|price| (ExitReason::TakeProfit, price)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracket(direction: Direction) -> Bracket {
        let (stop, target) = if direction == Direction::Long { (98.0, 104.0) } else { (102.0, 96.0) };
        Bracket { direction, stop: Some(stop), target: Some(target), seen: Seen::Whole }
    }

    #[test]
    fn long_levels_gaps_and_ties() {
        let long = bracket(Direction::Long);
        assert_eq!(long.touched(100.0, 98.5, 103.9), None);
        assert_eq!(long.touched(100.0, 98.0, 103.9), Some((ExitReason::StopLoss, 98.0)));
        assert_eq!(long.touched(100.0, 99.0, 104.0), Some((ExitReason::TakeProfit, 104.0)));
        assert_eq!(long.touched(100.0, 97.0, 105.0), Some((ExitReason::StopLoss, 98.0)), "both: the stop");
        assert_eq!(long.gapped(95.0), Some((ExitReason::StopLoss, 95.0)), "gap down");
        assert_eq!(long.gapped(110.0), Some((ExitReason::TakeProfit, 110.0)), "gap up");
    }

    #[test]
    fn an_exact_touch_counts_and_fills_at_the_price_of_the_bar() {
        // Neither product is the decimal price that it stands for: the target comes out above, the stop of 14.00 too.
        let exits = Exits { stop_loss: Some(0.02), take_profit: Some(0.10), max_bars: None };
        let of =
            |direction, entry: f64| Bracket::of(&exits, direction, entry, &Contract::default(), Seen::Whole).unwrap();
        assert!(std::hint::black_box(10.10) * 1.10 > 11.11);
        let long = of(Direction::Long, 10.10);
        assert_eq!(long.touched(10.10, 10.10, 11.11), Some((ExitReason::TakeProfit, 11.11)));
        assert_eq!(long.gapped(11.11), Some((ExitReason::TakeProfit, 11.11)));
        assert_eq!(long.touched(10.10, 10.10, 11.10), None);
        assert_eq!(of(Direction::Long, 14.0).touched(14.0, 13.72, 14.0), Some((ExitReason::StopLoss, 13.72)));
        // Every cent from 1.00 to 99.99: the stop 2 % away and the target 10 % away, where they are whole cents.
        for cents in (100..10_000).step_by(50) {
            let price = |cents: u32| f64::from(cents) / 100.0;
            let (entry, up, down) = (price(cents), price(cents * 110 / 100), price(cents * 98 / 100));
            let (long, short) = (of(Direction::Long, entry), of(Direction::Short, entry));
            let (mirrored_up, mirrored_down) = (price(cents * 102 / 100), price(cents * 90 / 100));
            assert_eq!(long.touched(entry, entry, up), Some((ExitReason::TakeProfit, up)), "{entry}");
            assert_eq!(long.touched(entry, down, entry), Some((ExitReason::StopLoss, down)), "{entry}");
            assert_eq!(short.touched(entry, mirrored_down, entry), Some((ExitReason::TakeProfit, mirrored_down)));
            assert_eq!(short.touched(entry, entry, mirrored_up), Some((ExitReason::StopLoss, mirrored_up)), "{entry}");
        }
    }

    #[test]
    fn short_levels_mirror() {
        let short = bracket(Direction::Short);
        assert_eq!(short.touched(100.0, 96.5, 101.5), None);
        assert_eq!(short.touched(100.0, 97.0, 102.0), Some((ExitReason::StopLoss, 102.0)));
        assert_eq!(short.touched(100.0, 96.0, 101.0), Some((ExitReason::TakeProfit, 96.0)));
        assert_eq!(short.touched(100.0, 90.0, 110.0), Some((ExitReason::StopLoss, 102.0)), "both: the stop");
        assert_eq!(short.gapped(105.0), Some((ExitReason::StopLoss, 105.0)), "gap up");
        assert_eq!(short.gapped(90.0), Some((ExitReason::TakeProfit, 90.0)), "gap down");
    }

    #[test]
    fn of_the_bar_of_an_inside_entry_only_what_surely_came_later_counts() {
        let tick = |open: f64, high: f64, low: f64, close: f64| {
            let ts = crate::domain::Ts(0);
            let bar = crate::domain::Bar {
                ts,
                close_ts: ts.plus(60_000_000),
                session_date: 0,
                open,
                high,
                low,
                close,
                volume: 1.0,
                vwap: f64::NAN,
            };
            Tick::new(0, bar)
        };
        // Bought at 100 on the way down: the high may have come first, the low came later.
        let limit = Bracket { seen: Seen::AfterLimit(100.0), ..bracket(Direction::Long) };
        assert_eq!(limit.touched_inside(&tick(105.0, 106.0, 99.0, 101.0)), None);
        assert_eq!(limit.touched_inside(&tick(105.0, 106.0, 97.0, 101.0)), Some((ExitReason::StopLoss, 98.0)));
        assert_eq!(limit.touched_inside(&tick(103.0, 106.0, 99.0, 104.5)), Some((ExitReason::TakeProfit, 104.0)));
        // Bought at 100 on the way up: the low may have come first, the high came later.
        let stop = Bracket { seen: Seen::AfterStop(100.0), ..bracket(Direction::Long) };
        assert_eq!(stop.touched_inside(&tick(95.0, 103.0, 94.0, 101.0)), None);
        assert_eq!(stop.touched_inside(&tick(95.0, 105.0, 94.0, 101.0)), Some((ExitReason::TakeProfit, 104.0)));
        assert_eq!(stop.touched_inside(&tick(95.0, 105.0, 94.0, 97.0)), Some((ExitReason::StopLoss, 98.0)));
        // So much slippage that the stop lies above the price it was bought at: out where it was bought.
        let passed = Bracket { stop: Some(101.0), ..stop };
        assert_eq!(passed.touched_inside(&tick(95.0, 103.0, 94.0, 102.0)), Some((ExitReason::StopLoss, 100.0)));
    }
}
