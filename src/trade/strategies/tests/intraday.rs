//! `intraday` by hand: EMA 3, SMA 2, RSI 2, so that each rule shows alone.

use super::market::{MINUTE, bar, build, view};
use crate::domain::{Bar, Ts};
use crate::trade::event::{Direction, Hours};
use crate::trade::strategies::{AnyStrategy, Event, Intents, Strategy, View};

const SHORT_LENGTHS: [(&str, &str); 4] = [("ema", "3"), ("sma", "2"), ("rsi", "2"), ("warmup", "0")];
const LEAVE: Intents = Intents { exit: true, enter: None };

fn strategy(more: &[(&str, &str)]) -> AnyStrategy {
    build("intraday", &[&SHORT_LENGTHS, more].concat())
}

fn told(strategy: &mut AnyStrategy, bar: &Bar, size: f64, hours: Option<Hours>) -> Intents {
    strategy.on_event(&view(size, hours), &Event::Bar(bar))
}

/// The answer to the last of these closes, all of one session, with `size` held.
fn last(strategy: &mut AnyStrategy, closes: &[f64], size: f64) -> Intents {
    let bars = (0..).zip(closes).map(|(index, close)| bar(1, index, *close));
    bars.map(|bar| told(strategy, &bar, size, None)).last().unwrap()
}

fn side(intents: &Intents) -> Option<Direction> {
    intents.enter.map(|enter| enter.direction)
}

/// At the last close VWAP is 9.625, EMA 10.08, SMA goes from 8.75 to 10.25, and RSI is 1.125 / 1.625 = 69.2.
const RISING: [f64; 4] = [10.0, 8.0, 9.5, 11.0];
/// The same about 10: RSI is 30.8.
const FALLING: [f64; 4] = [10.0, 12.0, 10.5, 9.0];

#[test]
fn enters_long_and_short_when_all_four_agree() {
    let long = last(&mut strategy(&[]), &RISING, 0.0);
    assert_eq!((long.exit, side(&long)), (false, Some(Direction::Long)));
    let short = last(&mut strategy(&[]), &FALLING, 0.0);
    assert_eq!((short.exit, side(&short)), (false, Some(Direction::Short)));
    assert_eq!(last(&mut strategy(&[("shorts", "0")]), &FALLING, 0.0), Intents::NONE);
}

#[test]
fn each_condition_alone_keeps_out() {
    assert_eq!(side(&last(&mut strategy(&[("rsi_high", "69")]), &RISING, 0.0)), None);
    assert_eq!(side(&last(&mut strategy(&[("rsi_high", "69")]), &FALLING, 0.0)), None);
    assert_eq!(side(&last(&mut strategy(&[("rsi_low", "69.3")]), &RISING, 0.0)), None);
    // What was before, in a session of its own, moves only the averages: EMA 2 has forgotten 30, EMA 6 has not;
    // SMA 4 falls when 14 leaves it.
    let after = |before: &[f64], length: (&str, &str)| {
        let mut strategy = strategy(&[length]);
        (0..).zip(before).for_each(|(index, close)| _ = told(&mut strategy, &bar(0, index, *close), 0.0, None));
        side(&last(&mut strategy, &RISING, 0.0))
    };
    assert_eq!(after(&[30.0; 3], ("ema", "2")), Some(Direction::Long));
    assert_eq!(after(&[30.0; 3], ("ema", "6")), None);
    assert_eq!(after(&[14.0], ("sma", "2")), Some(Direction::Long));
    assert_eq!(after(&[14.0], ("sma", "4")), None);
    // An SMA that neither rises nor falls: 10.25 twice, and 9.75 twice in the mirror.
    assert_eq!(side(&last(&mut strategy(&[]), &[10.0, 8.0, 11.0, 9.5, 11.0], 0.0)), None);
    assert_eq!(side(&last(&mut strategy(&[]), &[10.0, 8.0, 11.0, 9.5, 11.01], 0.0)), Some(Direction::Long));
    assert_eq!(side(&last(&mut strategy(&[]), &[10.0, 12.0, 9.0, 10.5, 9.0], 0.0)), None);
    assert_eq!(side(&last(&mut strategy(&[]), &[10.0, 12.0, 9.0, 10.5, 8.99], 0.0)), Some(Direction::Short));
    // A first bar of much volume at 20 lifts the VWAP above the close.
    let mut below_vwap = strategy(&[]);
    let mut heavy = bar(1, 0, 20.0);
    heavy.volume = 1000.0;
    told(&mut below_vwap, &heavy, 0.0, None);
    let closes = [10.0, 9.0, 10.0, 11.0, 10.5, 11.5];
    let answers: Vec<_> =
        (1..).zip(closes).map(|(index, close)| told(&mut below_vwap, &bar(1, index, close), 0.0, None)).collect();
    assert!(answers.iter().all(|answer| side(answer) != Some(Direction::Long)));
    // In a session of its own the last of them is a long.
    let mut next = strategy(&[]);
    told(&mut next, &heavy, 0.0, None);
    let answers: Vec<_> =
        (1..).zip(closes).map(|(index, close)| told(&mut next, &bar(2, index, close), 0.0, None)).collect();
    assert_eq!(side(&answers[5]), Some(Direction::Long));
}

#[test]
fn holds_while_the_side_holds_and_leaves_on_flat_or_reversal() {
    assert_eq!(last(&mut strategy(&[]), &RISING, 1.0), Intents::NONE);
    assert_eq!(last(&mut strategy(&[]), &FALLING, -1.0), Intents::NONE);
    // The SMA stays where it was: neither side.
    let flat = [10.0, 8.0, 9.5, 11.0, 9.5];
    assert_eq!(last(&mut strategy(&[]), &flat, 1.0), LEAVE);
    assert_eq!(last(&mut strategy(&[]), &flat, -1.0), LEAVE);
    assert_eq!(last(&mut strategy(&[]), &flat, 0.0), Intents::NONE);
    let reversal = last(&mut strategy(&[]), &FALLING, 1.0);
    assert_eq!((reversal.exit, side(&reversal)), (true, Some(Direction::Short)));
    let reversal = last(&mut strategy(&[]), &RISING, -1.0);
    assert_eq!((reversal.exit, side(&reversal)), (true, Some(Direction::Long)));
    assert_eq!(last(&mut strategy(&[("shorts", "0")]), &FALLING, 1.0), LEAVE);
}

#[test]
fn an_entry_that_still_works_goes_when_its_side_is_no_longer_wanted() {
    let pending = |closes: &[f64], direction, more: &[(&str, &str)]| {
        let mut strategy = strategy(more);
        last(&mut strategy, &closes[..closes.len() - 1], 0.0);
        let view = View { pending: Some(direction), ..view(0.0, None) };
        strategy.on_event(&view, &Event::Bar(&bar(1, closes.len() as i64 - 1, closes[closes.len() - 1])))
    };
    let flat = [10.0, 8.0, 9.5, 11.0, 9.5];
    assert_eq!(pending(&flat, Direction::Long, &[]), LEAVE);
    let turned = pending(&FALLING, Direction::Long, &[]);
    assert_eq!((turned.exit, side(&turned)), (true, Some(Direction::Short)));
    assert_eq!(pending(&FALLING, Direction::Long, &[("shorts", "0")]), LEAVE);
    let again = pending(&RISING, Direction::Long, &[]);
    assert_eq!((again.exit, side(&again)), (false, Some(Direction::Long)));
}

#[test]
fn the_first_bars_decide_nothing() {
    assert_eq!(side(&last(&mut strategy(&[("warmup", "4")]), &RISING, 0.0)), Some(Direction::Long));
    assert_eq!(last(&mut strategy(&[("warmup", "5")]), &RISING, 0.0), Intents::NONE);
    assert_eq!(last(&mut strategy(&[("warmup", "5")]), &FALLING, 1.0), Intents::NONE);
    // By default the fiftieth bar may decide, no earlier one.
    let mut default = build("intraday", &[("rsi_high", "100"), ("rsi_low", "0")]);
    let answers: Vec<_> = (0..60)
        .map(|index| told(&mut default, &bar(1, index, 100.0 + 0.1 * index as f64), 0.0, None))
        .map(|answer| side(&answer))
        .collect();
    assert!(answers[..49].iter().all(Option::is_none));
    assert!(answers[49..].iter().all(|side| *side == Some(Direction::Long)));
}

#[test]
fn entries_fill_within_the_session_exits_know_no_window() {
    // The deciding bar ends at minute 20, the bar it fills in at minute 25.
    let hours = |open: i64, close: i64| {
        let at = |minute: i64| Ts::from_day(1).plus(minute * MINUTE);
        Some(Hours { open: at(open), close: at(close) })
    };
    let decided = |more: &[(&str, &str)], hours, size| {
        let mut strategy = strategy(more);
        let closes = if size > 0.0 { FALLING } else { RISING };
        (0..).zip(closes).map(|(index, close)| told(&mut strategy, &bar(1, index, close), size, hours)).last().unwrap()
    };
    let long = Some(Direction::Long);
    assert_eq!(side(&decided(&[], hours(0, 26), 0.0)), long);
    assert_eq!(side(&decided(&[], hours(0, 25), 0.0)), None);
    assert_eq!(side(&decided(&[("guard_minutes", "0")], hours(0, 25), 0.0)), long);
    assert_eq!(side(&decided(&[("guard_minutes", "10")], hours(0, 34), 0.0)), None);
    assert_eq!(side(&decided(&[("guard_minutes", "10")], hours(0, 35), 0.0)), long);
    assert_eq!(side(&decided(&[], hours(20, 60), 0.0)), long);
    assert_eq!(side(&decided(&[], hours(21, 60), 0.0)), None);
    assert_eq!(decided(&[], hours(0, 25), 1.0), LEAVE);
}

#[test]
fn on_minutes_of_nse_entries_fill_until_15_28() {
    let at = |minute: i64| Ts::from_day(1).plus(minute * MINUTE);
    let hours = Some(Hours { open: at(555), close: at(930) });
    let mut strategy = strategy(&[("rsi_high", "100"), ("rsi_low", "0")]);
    let mut fills = Vec::new();
    for minute in 540..930 {
        let mut bar = bar(1, 0, 100.0 + 0.01 * minute as f64);
        (bar.ts, bar.close_ts) = (at(minute), at(minute + 1));
        if told(&mut strategy, &bar, 0.0, hours).enter.is_some() {
            fills.push(minute + 1);
        }
    }
    assert_eq!((fills.first(), fills.last(), fills.len()), (Some(&555), Some(&928), 374));
}

#[test]
fn a_bar_with_anything_unknown_decides_nothing() {
    let broken: [fn(&mut Bar); 3] =
        [|bar| bar.volume = f64::NAN, |bar| bar.close = f64::NAN, |bar| (bar.high, bar.low) = (f64::NAN, f64::NAN)];
    for (size, closes) in [(0.0, RISING), (1.0, FALLING)] {
        for change in broken {
            let mut strategy = strategy(&[]);
            let answers = (0..).zip(closes).map(|(index, close)| {
                let mut bar = bar(1, index, close);
                if index == 3 {
                    change(&mut bar);
                }
                told(&mut strategy, &bar, size, None)
            });
            assert_eq!(answers.last(), Some(Intents::NONE));
        }
    }
}

#[test]
fn confidence_grows_from_a_half_with_the_nearer_distance() {
    // EMA 3 seeds with 27.5 / 3 and moves half the way to 11; the VWAP is farther off.
    let confidence = |full: &str| {
        let entry = last(&mut strategy(&[("full_distance", full)]), &RISING, 0.0);
        entry.enter.and_then(|enter| enter.confidence).unwrap()
    };
    let distance = 11.0 / ((27.5 / 3.0 + 11.0) / 2.0) - 1.0;
    assert!((confidence("0.2") - (0.5 + 0.5 * distance / 0.2)).abs() < 1e-12);
    assert_eq!(confidence("0.01"), 1.0);
}
