//! `swing` by hand: SMA 2 and 4, RSI 2.

use super::market::{bar, build, view};
use crate::trade::event::Direction;
use crate::trade::strategies::{AnyStrategy, Event, Intents, Strategy, View};

const LENGTHS: [(&str, &str); 3] = [("fast", "2"), ("slow", "4"), ("rsi", "2")];
const LEAVE: Intents = Intents { exit: true, enter: None };

fn strategy(more: &[(&str, &str)]) -> AnyStrategy {
    build("swing", &[&LENGTHS, more].concat())
}

/// The answer to one close in a session, with `size` held.
fn told(strategy: &mut AnyStrategy, session: i32, close: f64, size: f64) -> Intents {
    strategy.on_event(&view(size, None), &Event::Bar(&bar(session, i64::from(session), close)))
}

/// Rises, falls back, and rises again: RSI goes from 1 / 3 to 4 / 5, SMA 2 is 15.5 and SMA 4 is 15.25 at the end.
const PULL_BACK: [f64; 6] = [10.0, 12.0, 14.0, 16.0, 12.0, 19.0];

/// A close a session, flat throughout; the answers.
fn flat(strategy: &mut AnyStrategy, closes: &[f64]) -> Vec<Intents> {
    (0..).zip(closes).map(|(session, close)| told(strategy, session, *close, 0.0)).collect()
}

fn side(intents: &Intents) -> Option<Direction> {
    intents.enter.map(|enter| enter.direction)
}

#[test]
fn enters_once_when_a_pull_back_ends_within_a_trend() {
    let closes = [&PULL_BACK[..], &[20.0]].concat();
    let answers = flat(&mut strategy(&[]), &closes);
    let sides: Vec<_> = answers.iter().map(side).collect();
    assert_eq!(sides, [None, None, None, None, None, Some(Direction::Long), None]);
    assert!(answers.iter().all(|answer| !answer.exit));
}

#[test]
fn the_level_of_the_pull_back_is_a_parameter() {
    for (level, entered) in [("33.3", false), ("33.4", true), ("80", true), ("80.1", false)] {
        let answers = flat(&mut strategy(&[("rsi_pullback", level)]), &PULL_BACK);
        assert_eq!(side(&answers[5]).is_some(), entered, "{level}");
    }
}

#[test]
fn no_entry_against_the_trend_or_before_the_averages_are_known() {
    // The same last six closes after a fall from 60: SMA 2 is 15.5, SMA 7 is 19, and RSI crosses 50 at the last.
    let after_fall = [&[60.0, 50.0][..], &PULL_BACK].concat();
    let answers = flat(&mut strategy(&[("slow", "7"), ("rsi_pullback", "50")]), &after_fall);
    assert!(answers.iter().all(|answer| answer.enter.is_none()));
    let answers = flat(&mut strategy(&[("slow", "7")]), &PULL_BACK);
    assert!(answers.iter().all(|answer| answer.enter.is_none()));
}

#[test]
fn an_entry_that_still_works_goes_with_its_trend() {
    let pending = |close: f64| {
        let mut strategy = strategy(&[]);
        flat(&mut strategy, &PULL_BACK);
        let view = View { pending: Some(Direction::Long), ..view(0.0, None) };
        strategy.on_event(&view, &Event::Bar(&bar(6, 6, close)))
    };
    assert_eq!(pending(20.0), Intents::NONE);
    assert_eq!(pending(10.0), LEAVE, "the close is below the slow average");
}

#[test]
fn shorts_only_when_allowed() {
    let mirrored = PULL_BACK.map(|close| 30.0 - close);
    assert!(flat(&mut strategy(&[]), &mirrored).iter().all(|answer| answer.enter.is_none()));
    let answers = flat(&mut strategy(&[("shorts", "1")]), &mirrored);
    assert_eq!(side(&answers[5]), Some(Direction::Short));
}

/// A strategy that has seen a rise to 16, and then holds `size` from session 10 on, a close a session.
fn held(more: &[(&str, &str)], size: f64, closes: &[f64]) -> Vec<Intents> {
    let mut strategy = strategy(more);
    flat(&mut strategy, &[10.0, 12.0, 14.0, 16.0]);
    (10..).zip(closes).map(|(session, close)| told(&mut strategy, session, *close, size)).collect()
}

#[test]
fn a_broken_trend_ends_it_from_the_smallest_number_of_sessions_on() {
    let rising_then_not = [17.0, 18.0, 19.0, 12.0];
    assert_eq!(held(&[], 1.0, &rising_then_not), [Intents::NONE, Intents::NONE, Intents::NONE, LEAVE]);
    // Broken from the first session on: by default the second may leave.
    let broken = [9.0, 8.0, 7.0, 6.0];
    assert_eq!(held(&[], 1.0, &broken), [Intents::NONE, LEAVE, LEAVE, LEAVE]);
    assert_eq!(held(&[("min_sessions", "1")], 1.0, &broken)[0], LEAVE);
    assert_eq!(held(&[("min_sessions", "4")], 1.0, &broken), [Intents::NONE, Intents::NONE, Intents::NONE, LEAVE]);
    // For a short the trend breaks when it no longer falls.
    let falling_then_not = [9.0, 8.0, 7.0, 14.0];
    assert_eq!(held(&[], -1.0, &falling_then_not), [Intents::NONE, Intents::NONE, Intents::NONE, LEAVE]);
}

#[test]
fn a_close_below_the_slow_average_breaks_the_trend_though_the_averages_do_not_cross() {
    // SMA 2 of 20 and 14.4 is 17.2, SMA 4 of 16, 18, 20, 14.4 is 17.1.
    assert_eq!(held(&[], 1.0, &[18.0, 20.0, 14.4])[2], LEAVE);
    assert_eq!(held(&[], 1.0, &[18.0, 20.0, 18.5])[2], Intents::NONE);
}

#[test]
fn the_largest_number_of_sessions_ends_it_in_any_case() {
    let rising: Vec<f64> = (0..12).map(|session| 17.0 + f64::from(session)).collect();
    let answers = held(&[], 1.0, &rising);
    assert!(answers[..9].iter().all(|answer| *answer == Intents::NONE));
    assert!(answers[9..].iter().all(|answer| *answer == LEAVE));
    assert_eq!(held(&[("max_sessions", "3")], 1.0, &rising)[..3], [Intents::NONE, Intents::NONE, LEAVE]);
    // Unknown closes tell nothing of the trend, yet the time runs.
    let answers = held(&[], 1.0, &[f64::NAN; 10]);
    assert_eq!((answers[8], answers[9]), (Intents::NONE, LEAVE));
}

#[test]
fn sessions_count_not_bars_and_not_days() {
    let mut strategy = strategy(&[("max_sessions", "3")]);
    flat(&mut strategy, &[10.0, 12.0, 14.0, 16.0]);
    let sessions = [5, 5, 5, 5, 8, 8, 8, 20, 20];
    let answers: Vec<bool> = sessions
        .iter()
        .enumerate()
        .map(|(bar, session)| told(&mut strategy, *session, 17.0 + bar as f64, 1.0).exit)
        .collect();
    assert_eq!(answers, [false, false, false, false, false, false, false, true, true]);
}

#[test]
fn a_position_counts_its_own_sessions() {
    let mut strategy = strategy(&[("max_sessions", "2")]);
    flat(&mut strategy, &[10.0, 12.0, 14.0, 16.0]);
    let sizes = [1.0, 1.0, 0.0, 1.0, 1.0, -1.0, -1.0];
    let exits: Vec<bool> = (10..)
        .zip(sizes)
        .map(|(session, size)| told(&mut strategy, session, f64::from(session) + 10.0, size).exit)
        .collect();
    // The short that follows the long without a flat close between them starts at one again.
    assert_eq!(exits, [false, true, false, false, true, false, true]);
}

#[test]
fn confidence_grows_from_a_half_with_the_gap() {
    let confidence = |full: &str| {
        let answers = flat(&mut strategy(&[("full_gap", full)]), &PULL_BACK);
        answers[5].enter.and_then(|enter| enter.confidence).unwrap()
    };
    assert!((confidence("0.1") - (0.5 + 0.5 * (15.5 / 15.25 - 1.0) / 0.1)).abs() < 1e-12);
    assert_eq!(confidence("0.01"), 1.0);
}
