//! Entries that compete for a limit within one step: the surest goes first, an unknown one last, then the symbol decides.

use std::collections::BTreeMap;

use workstation::backtest::{Config, Data, ModelRef, simulate};
use workstation::domain::{Bars, Interval, Silent};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{OrderKind, Signal};
use workstation::venues::TimedSignal;

use super::auditor::Auditor;
use super::harness::{LONG, flat_bars, refusals};

/// Three assets at 100, each with an entry decided at its first close, as sure as this.
fn enter(sure: [Option<f64>; 3], change: impl Fn(&mut Config)) -> Recorder {
    let bars: Vec<Bars> = ["A", "B", "C"].iter().map(|symbol| dipping(symbol)).collect();
    let signals: Vec<_> = bars
        .iter()
        .zip(sure)
        .map(|(bars, confidence)| {
            vec![TimedSignal { ts: bars.ts[0], signal: Signal::Directed { direction: LONG, confidence } }]
        })
        .collect();
    let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
    let mut config = Config {
        sizing: Some("units:10".parse().unwrap()),
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        ..Config::new("signals", symbols, Interval::D1)
    };
    change(&mut config);
    let (plan, data) = (config.check().unwrap(), Data::with_signals(&bars, &signals));
    let mut recorder = Recorder::new(config.capital, 3, 0);
    simulate(&data, &plan, &mut recorder, &Silent).unwrap();
    simulate(&data, &plan, &mut Auditor::new(&plan, 3), &Silent).unwrap();
    recorder
}

/// Bars at 100, the second of which dips to 98.
fn dipping(symbol: &str) -> Bars {
    let mut bars = flat_bars(symbol, &[100.0; 5]);
    bars.low[1] = 98.0;
    bars
}

/// Assets that were bought, in order.
fn bought(recorder: &Recorder) -> Vec<usize> {
    recorder.fills().iter().filter(|fill| fill.side.sign() > 0.0).map(|fill| fill.asset).collect()
}

const SURE: [Option<f64>; 3] = [Some(0.2), None, Some(0.9)];

#[test]
fn the_surest_get_the_places() {
    for most in [1, 2, 3] {
        let recorder = enter(SURE, |config| config.max_positions = Some(most));
        assert_eq!(bought(&recorder), [2, 0, 1][..most as usize], "the unknown last");
        assert_eq!(refusals(&recorder).len(), 3 - most as usize);
    }
    let even = enter([Some(0.5); 3], |config| config.max_positions = Some(2));
    assert_eq!(bought(&even), [0, 1], "equally sure: by symbol");
    let unknown = enter([None; 3], |config| config.max_positions = Some(2));
    assert_eq!(bought(&unknown), [0, 1]);
}

#[test]
fn the_surest_get_the_exposure_and_the_cash() {
    let capped = enter(SURE, |config| config.exposure_cap = Some(2_000.0));
    assert_eq!(bought(&capped), [2, 0]);
    assert_eq!(refusals(&capped), ["exposure: would be 3000.00, the cap is 2000.00"]);
    let poor = enter(SURE, |config| config.capital = 1_500.0);
    assert_eq!(bought(&poor), [2]);
    assert_eq!(refusals(&poor), ["cash: needs 1000.00, 500.00 is free"; 2]);
}

#[test]
fn orders_that_work_compete_when_they_execute() {
    for approach in ["limit:0.01", "close", "stop:0"] {
        let poor = enter(SURE, |config| {
            config.capital = 2_100.0;
            config.approach = approach.parse().unwrap();
        });
        assert_eq!(bought(&poor), [2, 0], "{approach}");
    }
}

#[test]
fn decisions_are_numbered_in_that_order() {
    let recorder = enter(SURE, |_| {});
    let entries = recorder.orders().filter(|(order, _)| matches!(order.kind, OrderKind::Entry(_)));
    let decided: Vec<_> = entries.map(|(order, _)| (order.id, order.asset)).collect();
    assert_eq!(decided, [(1, 2), (2, 0), (3, 1)]);
}

#[test]
fn strategies_of_one_asset_compete_for_its_cap() {
    // The model stands first and is less sure: |2 · 0.7 - 1| = 0.4 against 0.9.
    let bars = [flat_bars("A", &[100.0; 4])];
    let at = |signal| TimedSignal { ts: bars[0].ts[0], signal };
    let signals = vec![vec![
        at(Signal::Prediction { probability: 0.7, side: None }),
        at(Signal::Directed { direction: LONG, confidence: Some(0.9) }),
    ]];
    let model = ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() };
    let config = Config {
        sizing: Some("units:10".parse().unwrap()),
        symbol_cap: Some(1_500.0),
        model: Some(model),
        params: BTreeMap::new(),
        ..Config::new("", vec!["A".parse().unwrap()], Interval::D1).with_strategies(&["model", "signals"])
    };
    let mut recorder = Recorder::new(config.capital, 1, 0);
    simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
    assert_eq!(recorder.fills().first().map(|fill| fill.strategy), Some(1));
    assert_eq!(refusals(&recorder), ["symbol: would be 2000.00, the cap is 1500.00"]);
}

#[test]
fn what_is_left_at_the_same_close_makes_room_whatever_its_name() {
    // C is left when A and B want in: two places, one of them just free.
    let bars: Vec<Bars> = ["A", "B", "C"].iter().map(|symbol| flat_bars(symbol, &[100.0; 6])).collect();
    let at = |asset: usize, bar: usize, direction| {
        let bars: &Bars = &bars[asset];
        TimedSignal { ts: bars.ts[bar], signal: Signal::Directed { direction, confidence: None } }
    };
    let signals = vec![vec![at(0, 2, LONG)], vec![at(1, 2, LONG)], vec![at(2, 0, LONG), at(2, 2, None)]];
    let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
    let config = Config {
        sizing: Some("units:10".parse().unwrap()),
        max_positions: Some(2),
        ..Config::new("signals", symbols, Interval::D1)
    };
    let mut recorder = Recorder::new(config.capital, 3, 0);
    simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
    assert!(refusals(&recorder).is_empty(), "{:?}", refusals(&recorder));
    assert_eq!(bought(&recorder), [2, 0, 1]);
}
