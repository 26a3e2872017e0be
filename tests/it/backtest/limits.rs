//! What ends, refuses or takes back orders: breaker, ruin, margin calls, caps, halts over night, bad sizes.

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bar, Bars, Interval, Silent, Ts};
use workstation::telemetry::Recorder;
use workstation::trade::{ExitReason, SentimentLevels, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::harness::{FLAT, LONG, SHORT, exits, fills, flat_bars, outcomes, refusals, run, run_around};
use super::series::{bar, daily};

/// Bars of one day.
fn one_day(symbol: &str, closes: &[f64]) -> Bars {
    let mut bars = flat_bars(symbol, closes);
    bars.session_date.fill(19_723);
    bars
}

#[test]
fn the_breaker_takes_working_entries_back() {
    // A loses 8 % of equity in one bar of a session; B's limit, placed before, would fill later in the same session.
    let mut a = one_day("A", &[100.0, 100.0, 20.0, 20.0, 20.0, 20.0]);
    let mut b = one_day("B", &[100.0; 6]);
    b.low[4] = 50.0;
    // A's limit at 100 is gone through in bar 1.
    a.low[1] = 99.0;
    let bars = [a, b];
    let loses = |cap: f64| {
        run(&bars, &[(0, 0, LONG), (1, 0, LONG)], |config| {
            config.sizing = Some("units:100".parse().unwrap());
            config.approach = "limit:0".parse().unwrap();
            config.daily_loss_cap = Some(cap);
        })
    };
    assert_eq!(outcomes(&loses(0.03)), ["filled", "breaker", "filled"], "A in, B back, A out at the end");
    assert_eq!(outcomes(&loses(0.5)), ["filled", "filled", "filled", "filled"]);
}

#[test]
fn a_refused_replacement_takes_the_old_order_back() {
    let mut bars = flat_bars("A", &[100.0; 8]);
    bars.low[6] = 50.0;
    let bars = [bars];
    let at = |bar: usize, signal| TimedSignal { ts: bars[0].ts[bar], signal };
    let long = Signal::Directed { direction: LONG, confidence: Some(0.5) };
    let signals = vec![vec![at(0, long), at(2, Signal::Sentiment { score: -0.9 }), at(2, long)]];
    let config = Config {
        sizing: Some("units:10".parse().unwrap()),
        approach: "limit:0.1".parse().unwrap(),
        sentiment: Some(SentimentLevels::default()),
        ..Config::new("signals", vec!["A".parse().unwrap()], Interval::D1)
    };
    let mut recorder = Recorder::new(100_000.0, 1, 0);
    simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
    assert_eq!(outcomes(&recorder), ["strategy", "refused"]);
    assert!(recorder.fills().is_empty());
}

#[test]
fn the_gate_knows_the_score_of_the_deciding_close() {
    // The averages cross at bar 3; the score comes with that bar.
    let bars = [flat_bars("A", &[10.0, 9.0, 8.0, 12.0, 13.0, 14.0])];
    let scored = |at: usize| {
        let signals = vec![vec![TimedSignal { ts: bars[0].ts[at], signal: Signal::Sentiment { score: -0.9 } }]];
        let config = Config {
            params: [("fast", "1"), ("slow", "2")].map(|(name, value)| (name.into(), value.into())).into(),
            sizing: Some("units:10".parse().unwrap()),
            sentiment: Some(SentimentLevels::default()),
            ..Config::new("sma_cross", vec!["A".parse().unwrap()], Interval::D1)
        };
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
        refusals(&recorder)
    };
    assert_eq!(scored(3), ["sentiment: the score is -0.900, longs need -0.300"]);
    assert!(scored(4).is_empty(), "a later one knows nothing of it");
}

#[test]
fn an_account_with_nothing_left_is_closed() {
    // Short at 100 with all there is; at 250 nothing is left. It is bought back at the next open.
    let bars = [flat_bars("A", &[100.0, 100.0, 180.0, 250.0, 260.0, 400.0, 400.0])];
    let ruined = run(&bars, &[(0, 0, SHORT), (0, 3, LONG), (0, 4, SHORT)], |config| {
        config.capital = 1_000.0;
        config.sizing = Some("equity:1".parse().unwrap());
    });
    assert_eq!(exits(&ruined), [(260.0, ExitReason::MarginCall, 3)]);
    assert_eq!(ruined.final_equity(), -600.0);
    assert!(refusals(&ruined)[0].starts_with("margin call"), "{:?}", refusals(&ruined));
    assert_eq!(ruined.trades().len(), 1, "there is nothing to trade with");
}

#[test]
fn a_margin_call_opens_nothing_at_the_same_open() {
    let bars = [flat_bars("A", &[100.0, 100.0, 60.0, 60.0, 60.0, 60.0])];
    let called = run(&bars, &[(0, 0, LONG), (0, 2, SHORT), (0, 3, SHORT)], |config| {
        (config.margin, config.maintenance) = (0.5, Some(0.4));
        config.sizing = Some("units:20".parse().unwrap());
        config.capital = 1_000.0;
    });
    assert_eq!(refusals(&called)[0], "margin call: the account no longer bears its positions");
    assert_eq!(exits(&called)[0], (60.0, ExitReason::MarginCall, 2));
}

#[test]
fn a_position_that_cannot_be_left_keeps_its_place() {
    let bars = [flat_bars("A", &[100.0; 8]), flat_bars("B", &[50.0; 8])];
    let halts = vec![(bars[0].ts[3], bars[0].ts[6])];
    let around = [Surroundings { halts, ..Surroundings::default() }, Surroundings::default()];
    let opinions = [(0, 0, LONG), (0, 2, FLAT), (1, 2, LONG), (1, 5, LONG)];
    let halted = run_around(&bars, &opinions, &around, |config| config.max_positions = Some(1));
    // A's exit waits from bar 3 to bar 6: B's first order comes to a full house, its second to an empty one.
    assert_eq!(refusals(&halted), ["positions: 1 are open or ordered, the most there may be"]);
    let entered: Vec<_> = halted.fills().iter().map(|fill| (fill.asset, fill.ts)).collect();
    assert_eq!(entered[..3], [(0, bars[0].ts[1]), (0, bars[0].ts[6]), (1, bars[1].ts[6])]);
    // Without a halt the place is free at the same open.
    let rotated = run(&bars, &opinions[..3], |config| config.max_positions = Some(1));
    assert!(refusals(&rotated).is_empty());
}

#[test]
fn the_cap_of_a_symbol_counts_every_strategy() {
    let closes = [10.0, 9.0, 8.0, 9.0, 11.0, 12.0, 13.0, 14.0];
    let bars = [flat_bars("A", &closes)];
    let signals =
        vec![vec![TimedSignal { ts: bars[0].ts[4], signal: Signal::Directed { direction: LONG, confidence: None } }]];
    let capped = |cap: f64| {
        let config = Config {
            params: [("sma_cross.fast", "1"), ("sma_cross.slow", "3")].map(|(n, v)| (n.into(), v.into())).into(),
            sizing: Some("units:10".parse().unwrap()),
            symbol_cap: Some(cap),
            ..Config::new("", vec!["A".parse().unwrap()], Interval::D1).with_strategies(&["sma_cross", "signals"])
        };
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
        refusals(&recorder)
    };
    // sma_cross is in with 10 units at 11; another 10 would make it 220.
    assert_eq!(capped(150.0), ["symbol: would be 220.00, the cap is 150.00"]);
    assert!(capped(250.0).is_empty());
}

#[test]
fn a_cap_by_default_grows_with_the_account() {
    // Each entry gains 10 %: after the first, 95 % of equity is more than the 100 000 that the strategy asks for.
    let closes: Vec<f64> = (0..30).map(|n| 100.0 * 1.02_f64.powi(n)).collect();
    let bars = [flat_bars("A", &closes)];
    let signals: Vec<TimedSignal> = bars[0]
        .ts
        .iter()
        .map(|ts| TimedSignal { ts: *ts, signal: Signal::Prediction { probability: 0.9, side: None } })
        .collect();
    let entered = |cap: Option<f64>| {
        let model = workstation::backtest::ModelRef {
            model_id: "m".into(),
            parent_run_id: String::new(),
            feature_set_hash: String::new(),
        };
        let config = Config {
            exposure_cap: cap,
            model: Some(model),
            ..Config::new("model", vec!["A".parse().unwrap()], Interval::D1)
        };
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        let data = [signals.clone()];
        simulate(&Data::with_signals(&bars, &data), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
        (recorder.trades().len(), refusals(&recorder).len())
    };
    let (trades, refused) = entered(None);
    assert!(trades > 5 && refused == 0, "{trades} {refused}");
    assert_eq!(entered(Some(0.0)), (trades, 0));
    assert!(entered(Some(100_000.0)).1 > 0, "one that is given holds");
}

#[test]
fn a_square_off_missed_in_a_halt_is_made_up_for() {
    // Two sessions of four minutes; the halt covers the end of the first and the first bar of the second.
    let mut bars = Bars::empty("A".parse().unwrap(), Interval::M1);
    for n in 0..8_i64 {
        let day = 19_000 + (n / 4) as i32;
        let ts = Ts::from_day(day).plus(9 * 3_600_000_000 + n % 4 * 60_000_000);
        bars.push(Bar { session_date: day, ..bar(ts, Interval::M1, [100.0 + n as f64; 4]) });
    }
    let halts = vec![(bars.ts[3], bars.ts[5])];
    let around = [Surroundings { halts, ..Surroundings::default() }];
    let squared = |approach: &str| {
        run_around(std::slice::from_ref(&bars), &[(0, 0, LONG)], &around, |config| {
            config.square_off = Some(true);
            config.approach = approach.parse().unwrap();
        })
    };
    assert_eq!(fills(&squared("market"), &bars), [(10.0, 101.0, 1), (-10.0, 105.0, 5)]);
    assert_eq!(exits(&squared("market"))[0].1, ExitReason::SquareOff);
    assert_eq!(outcomes(&squared("limit:0.5")), ["square_off"], "an entry does not outlive the night either");
}

#[test]
fn costs_beyond_all_numbers_are_too_much() {
    let bars = [daily("A", &[[1e300; 4]; 4])];
    let bought = run(&bars, &[(0, 0, LONG)], |config| config.sizing = Some("units:1e15".parse().unwrap()));
    assert_eq!(refusals(&bought), ["cash: needs inf, 100000.00 is free"]);
    assert_eq!(bought.final_equity(), 100_000.0);
}

#[test]
fn a_fine_lot_can_be_bought_with_all_there_is() {
    let bars = [flat_bars("A", &[100.0; 4])];
    let bought = run(&bars, &[(0, 0, LONG)], |config| {
        config.sizing = Some("equity:1".parse().unwrap());
        config.lot = Some(1e-8);
    });
    assert!(refusals(&bought).is_empty(), "{:?}", refusals(&bought));
    assert!((bought.trades()[0].size - 1_000.0).abs() < 1e-7);
}

#[test]
fn a_signal_at_the_close_that_ends_a_position_opens_it_again() {
    let bars = [flat_bars("A", &[100.0; 8])];
    let again = run(&bars, &[(0, 0, LONG), (0, 3, LONG)], |config| {
        config.params.insert("max_holding".into(), "3".into());
    });
    // Bars 1 to 3 are held; the signal of bar 3 comes as the exit is ordered: out and in at the open of bar 4.
    let sizes: Vec<_> = fills(&again, &bars[0]).into_iter().map(|(size, _, bar)| (size, bar)).collect();
    assert_eq!(sizes, [(10.0, 1), (-10.0, 4), (10.0, 4), (-10.0, 7)]);
}
