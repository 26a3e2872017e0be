//! Laws of every strategy: later bars change nothing, assets don't mix, no input is too strange.

use proptest::prelude::*;

use super::market::{Account, Moment, Shape, build, decisions, simulated, step, view};
use crate::domain::{Bar, Ts};
use crate::trade::event::{Direction, Hours, Signal};
use crate::trade::strategies::{AnyStrategy, Event, Strategy as _, catalogue};

const SHAPE: Shape = Shape { sessions: 12, bars: 40, unknown: 0.003 };

/// Every strategy, with everything it has switched on and short lengths, so that it decides often.
fn all() -> Vec<AnyStrategy> {
    let given: [(&str, &[(&str, &str)]); 5] = [
        ("sma_cross", &[("fast", "2"), ("slow", "5")]),
        (
            "intraday",
            &[("ema", "5"), ("sma", "3"), ("rsi", "4"), ("warmup", "3"), ("rsi_low", "5"), ("rsi_high", "95")],
        ),
        ("swing", &[("fast", "3"), ("slow", "8"), ("rsi", "3"), ("shorts", "1"), ("rsi_pullback", "50")]),
        (
            "model",
            &[
                ("short_threshold", "0.4"),
                ("vol_index_min", "15"),
                ("volume_ratio_min", "0.8"),
                ("trend_sma", "9"),
                ("volume_bars", "4"),
            ],
        ),
        ("signals", &[("max_holding", "3")]),
    ];
    assert_eq!(given.map(|(name, _)| name).to_vec(), catalogue().iter().map(|spec| spec.name).collect::<Vec<_>>());
    given.iter().map(|(name, given)| build(name, given)).collect()
}

#[test]
fn later_bars_change_no_decision() {
    for seed in 0..4 {
        let moments = simulated(seed, SHAPE);
        let other = simulated(seed + 100, SHAPE);
        for (strategy, cut) in all().into_iter().flat_map(|strategy| [7, 111, 300].map(|cut| (strategy.clone(), cut))) {
            let altered: Vec<Moment> = [&moments[..cut], &other[cut..]].concat();
            let events = moments[..cut].iter().map(|moment| 1 + moment.signals.len()).sum::<usize>();
            let before = decisions(&mut strategy.clone(), 0, &moments);
            let after = decisions(&mut strategy.clone(), 0, &altered);
            assert_eq!(before[..events], after[..events]);
            assert_ne!(before, after, "the altered bars decide something, too");
        }
    }
}

#[test]
fn assets_do_not_mix() {
    for seed in 0..4 {
        let series = [simulated(seed, SHAPE), simulated(seed + 100, SHAPE)];
        for mut strategy in all() {
            let alone = [0, 1].map(|asset| decisions(&mut strategy.clone(), asset, &series[asset]));
            let (mut accounts, mut together) = ([Account::default(), Account::default()], [Vec::new(), Vec::new()]);
            for moments in series[0].iter().zip(&series[1]) {
                for (asset, moment) in [moments.0, moments.1].into_iter().enumerate() {
                    together[asset].extend(step(&mut strategy, asset, &mut accounts[asset], moment));
                }
            }
            assert_eq!(alone, together);
        }
    }
}

#[test]
fn confidence_lies_between_0_and_1() {
    for seed in 0..4 {
        for mut strategy in all() {
            let entries = decisions(&mut strategy, 0, &simulated(seed, SHAPE));
            let sure = entries.iter().filter_map(|(_, intents)| intents.enter?.confidence);
            sure.for_each(|confidence| assert!((0.0..=1.0).contains(&confidence), "{confidence}"));
        }
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 1.0..100.0,
        1 => prop::sample::select(vec![0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308, -1e308, 1e-308]),
    ]
}

fn any_bar() -> impl Strategy<Value = Bar> {
    let at = || prop_oneof![4 => 0..1_000_000_000_i64, 1 => any::<i64>()];
    let session = prop_oneof![4 => 0..4, 1 => any::<i32>()];
    (at(), at(), session, prop::array::uniform6(number())).prop_map(|(ts, close_ts, session_date, numbers)| {
        let [open, high, low, close, volume, vwap] = numbers;
        Bar { ts: Ts(ts), close_ts: Ts(close_ts), session_date, open, high, low, close, volume, vwap }
    })
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let direction = prop::sample::select(vec![None, Some(Direction::Long), Some(Direction::Short)]);
    prop_oneof![
        number().prop_map(|probability| Signal::Prediction { probability, side: None }),
        (direction, prop::option::of(number()))
            .prop_map(|(direction, confidence)| Signal::Directed { direction, confidence }),
        number().prop_map(|score| Signal::Sentiment { score }),
        number().prop_map(|level| Signal::VolatilityIndex { level }),
    ]
}

proptest! {
    #[test]
    fn nothing_is_too_strange(
        events in prop::collection::vec((any_bar(), any_signal(), number(), any::<(i64, i64)>()), 1..60),
    ) {
        for mut strategy in all() {
            for (bar, signal, size, (open, close)) in &events {
                let view = view(*size, Some(Hours { open: Ts(*open), close: Ts(*close) }));
                for event in [Event::Bar(bar), Event::Signal(signal)] {
                    // Confidence that a strategy works out itself is none or from 0 to 1; a given one passes as given.
                    let confidence = strategy.on_event(&view, &event).enter.and_then(|enter| enter.confidence);
                    if !matches!(strategy, AnyStrategy::Signals(_) | AnyStrategy::Model(_)) {
                        prop_assert!(confidence.is_none_or(|confidence| (0.0..=1.0).contains(&confidence)));
                    }
                }
            }
        }
    }
}
