//! `model` and `signals` by hand.

use super::market::{bar, build, view};
use crate::domain::Bar;
use crate::trade::event::{Direction, Signal};
use crate::trade::strategies::{AnyStrategy, Enter, Event, Intents, Strategy};

fn enters(strategy: &mut AnyStrategy, size: f64, probability: f64) -> Option<Enter> {
    let signal = Signal::Prediction { probability, side: None };
    let intents = strategy.on_event(&view(size, None), &Event::Signal(&signal));
    assert!(!intents.exit);
    intents.enter
}

/// The same about the short bet of a primary rule.
fn judges(strategy: &mut AnyStrategy, probability: f64) -> Option<Enter> {
    let signal = Signal::Prediction { probability, side: Some(Direction::Short) };
    strategy.on_event(&view(0.0, None), &Event::Signal(&signal)).enter
}

fn tell(strategy: &mut AnyStrategy, bar: &Bar) {
    assert_eq!(strategy.on_event(&view(0.0, None), &Event::Bar(bar)), Intents::NONE);
}

fn index_at(strategy: &mut AnyStrategy, level: f64) {
    let signal = Signal::VolatilityIndex { level };
    assert_eq!(strategy.on_event(&view(0.0, None), &Event::Signal(&signal)), Intents::NONE);
}

#[test]
fn enters_at_the_threshold_when_flat() {
    let enter = enters(&mut build("model", &[]), 0.0, 0.6).unwrap();
    assert_eq!((enter.direction, enter.max_bars), (Direction::Long, Some(8)));
    assert!((enter.confidence.unwrap() - 0.2).abs() < 1e-12);
}

#[test]
fn stays_out_when_unsure_unknown_held_or_not_a_prediction() {
    let mut strategy = build("model", &[]);
    assert_eq!(enters(&mut strategy, 0.0, 0.599), None);
    assert_eq!(enters(&mut strategy, 0.0, f64::NAN), None);
    assert_eq!(enters(&mut strategy, 10.0, 0.9), None);
    assert_eq!(enters(&mut strategy, -10.0, 0.9), None);
    assert_eq!(enters(&mut strategy, 0.0, 0.0), None);
    let directed = Signal::Directed { direction: Some(Direction::Long), confidence: None };
    assert_eq!(strategy.on_event(&view(0.0, None), &Event::Signal(&directed)), Intents::NONE);
}

#[test]
fn the_bet_of_a_primary_rule_is_taken_or_left() {
    let mut strategy = build("model", &[("short_threshold", "0.3")]);
    let enter = judges(&mut strategy, 0.7).unwrap();
    assert_eq!((enter.direction, enter.probability), (Direction::Short, Some(0.7)));
    // That a bet is wrong does not make its opposite right.
    assert_eq!(judges(&mut strategy, 0.1), None);
    assert_eq!(judges(&mut strategy, 0.59), None);
}

#[test]
fn a_low_probability_goes_short_when_asked() {
    let mut strategy = build("model", &[("short_threshold", "0.3"), ("max_holding", "5")]);
    let enter = enters(&mut strategy, 0.0, 0.3).unwrap();
    assert_eq!((enter.direction, enter.max_bars), (Direction::Short, Some(5)));
    assert!((enter.confidence.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(enters(&mut strategy, 0.0, 0.31), None);
    assert_eq!(enters(&mut strategy, 0.0, f64::NAN), None);
    assert_eq!(enters(&mut strategy, 1.0, 0.1), None);
}

#[test]
fn a_quiet_market_holds_entries_back() {
    let mut strategy = build("model", &[("vol_index_min", "15"), ("short_threshold", "0.2")]);
    let mut entered = |level| {
        index_at(&mut strategy, level);
        (enters(&mut strategy, 0.0, 0.9).is_some(), enters(&mut strategy, 0.0, 0.1).is_some())
    };
    assert_eq!(entered(14.99), (false, false));
    assert_eq!(entered(15.0), (true, true));
    assert_eq!(entered(14.0), (false, false));
    assert_eq!(entered(f64::NAN), (true, true));
    let told = "filter vol_index_min=15: held back 4 of 8 entries, was off for 2 of them: its data was unknown";
    assert_eq!(strategy.notes(), [told]);
}

#[test]
fn the_index_is_of_its_asset_and_stays_until_the_next() {
    let mut strategy = build("model", &[("vol_index_min", "15")]);
    let quiet = Signal::VolatilityIndex { level: 10.0 };
    let other = crate::trade::strategies::View { asset: 1, ..view(0.0, None) };
    strategy.on_event(&other, &Event::Signal(&quiet));
    assert!(enters(&mut strategy, 0.0, 0.9).is_some());
    index_at(&mut strategy, 10.0);
    tell(&mut strategy, &bar(1, 0, 5.0));
    tell(&mut strategy, &bar(2, 0, 5.0));
    assert!(enters(&mut strategy, 0.0, 0.9).is_none());
}

#[test]
fn thin_volume_holds_entries_back() {
    let mut strategy = build("model", &[("volume_ratio_min", "0.8"), ("volume_bars", "2")]);
    let mut entered = |volume| {
        tell(&mut strategy, &Bar { volume, ..bar(1, 0, 5.0) });
        enters(&mut strategy, 0.0, 0.9).is_some()
    };
    // Two bars to warm up on; then 79 / 100, 80 / 89.5 and an unknown one, which is forgotten after two bars.
    let entries = [100.0, 100.0, 79.0, 80.0, f64::NAN, 1.0, 1.0, 0.7].map(&mut entered);
    assert_eq!(entries, [true, true, false, true, true, true, true, false]);
    let told = "filter volume_ratio_min=0.8: held back 2 of 8 entries, was off for 5 of them: its data was unknown";
    assert_eq!(strategy.notes(), [told]);
}

#[test]
fn a_trend_against_the_entry_holds_it_back() {
    let mut strategy = build("model", &[("trend_sma", "2"), ("short_threshold", "0.2")]);
    let mut entered = |close| {
        tell(&mut strategy, &bar(1, 0, close));
        (enters(&mut strategy, 0.0, 0.9).is_some(), enters(&mut strategy, 0.0, 0.1).is_some())
    };
    assert_eq!(entered(10.0), (true, true));
    assert_eq!(entered(9.0), (false, true));
    assert_eq!(entered(9.0), (true, true));
    assert_eq!(entered(9.5), (true, false));
}

#[test]
fn a_filter_that_never_had_data_says_so_and_one_that_is_off_says_nothing() {
    let mut strategy = build("model", &[("vol_index_min", "15"), ("trend_sma", "1")]);
    tell(&mut strategy, &bar(1, 0, 5.0));
    assert!(enters(&mut strategy, 0.0, 0.9).is_some());
    // What opens no position is no decision.
    enters(&mut strategy, 0.0, 0.1);
    enters(&mut strategy, 1.0, 0.9);
    let told = [
        "filter vol_index_min=15: held back 0 of 1 entries, was off for all of them: its data is unknown",
        "filter trend_sma=1: held back 0 of 1 entries",
    ];
    assert_eq!(strategy.notes(), told);
    let counts = strategy.filter_counts();
    assert_eq!((counts[0].filter, counts[0].level, counts[0].unknown), ("vol_index_min", 15.0, 1));
    let mut plain = build("model", &[]);
    assert!(enters(&mut plain, 0.0, 0.9).is_some());
    assert!(plain.notes().is_empty());
}

#[test]
fn given_signals_turn_hold_and_leave() {
    let mut strategy = build("signals", &[]);
    let mut told = |size, direction| {
        let signal = Signal::Directed { direction, confidence: Some(0.25) };
        let intents = strategy.on_event(&view(size, None), &Event::Signal(&signal));
        (intents.exit, intents.enter.map(|enter| (enter.direction, enter.confidence, enter.max_bars)))
    };
    let long = Some((Direction::Long, Some(0.25), None));
    assert_eq!(told(0.0, Some(Direction::Long)), (true, long));
    assert_eq!(told(-1.0, Some(Direction::Long)), (true, long));
    assert_eq!(told(1.0, Some(Direction::Long)), (false, None));
    assert_eq!(told(1.0, None), (true, None));
}
