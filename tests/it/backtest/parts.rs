//! Orders that are executed in parts: what is asked for, what it costs, what waits.

use workstation::backtest::{Config, Data, ModelRef, simulate};
use workstation::domain::{Bars, Interval, Silent};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Action, ExitReason, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::harness::{FLAT, LONG, exits, fills, flat_bars, outcomes, refusals, run, run_around};
use super::series::daily;

/// Bars of 100 units each.
fn thin(rows: &[[f64; 4]]) -> Bars {
    let mut bars = daily("A", rows);
    bars.volume.fill(100.0);
    bars
}

fn flat(bars: usize) -> Bars {
    thin(&vec![[100.0; 4]; bars])
}

fn commissions(recorder: &Recorder) -> Vec<f64> {
    recorder.fills().iter().map(|fill| (fill.commission * 1e9).round() / 1e9).collect()
}

#[test]
fn commission_is_that_of_the_order() {
    let cost = |commission: &str| {
        let recorder = run(&[flat(9)], &[(0, 0, LONG), (0, 4, FLAT)], |config| {
            config.sizing = Some("units:25".parse().unwrap());
            config.volume_cap = Some(0.1);
            config.commission = commission.parse().unwrap();
        });
        assert_eq!(recorder.fills().len(), 6, "three parts in, three out");
        commissions(&recorder)
    };
    assert_eq!(cost("flat:20"), [20.0, 0.0, 0.0, 20.0, 0.0, 0.0]);
    assert_eq!(cost("fraction:0.001"), [1.0, 1.0, 0.5, 1.0, 1.0, 0.5]);
    // 0.10 a share, 1.50 at least: 1.50, then 2.00 in all, then 2.50.
    assert_eq!(cost("per-share:0.1,min=1.5"), [1.5, 0.5, 0.5, 1.5, 0.5, 0.5]);
}

#[test]
fn money_sizes_reckon_with_one_fee() {
    let recorder = run(&[flat(9)], &[(0, 0, LONG)], |config| {
        config.sizing = Some("notional:2020".parse().unwrap());
        config.volume_cap = Some(0.1);
        config.commission = "flat:20".parse().unwrap();
    });
    let bought: f64 = recorder.fills().iter().take(2).map(|fill| fill.size * fill.price + fill.commission).sum();
    assert_eq!((bought, recorder.fills()[1].size), (2_020.0, 10.0));
}

#[test]
fn a_touched_stop_stays_a_market_order() {
    // Touched in bar 1 alone; 10 units a bar.
    let rows = [[100.0; 4], [100.0, 102.0, 100.0, 100.0], [99.0; 4], [98.0; 4], [97.0; 4]];
    let bars = thin(&rows);
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.sizing = Some("units:25".parse().unwrap());
        config.approach = "stop:0.01".parse().unwrap();
        config.volume_cap = Some(0.1);
    });
    assert_eq!(fills(&recorder, &bars)[..3], [(10.0, 101.0, 1), (10.0, 99.0, 2), (5.0, 98.0, 3)]);
}

#[test]
fn a_target_waits_for_volume_at_its_price() {
    // 25 units from 100, target 112.5, stop 95: touched in bar 4, again in bar 6; the stop takes the rest.
    let touched = [105.0, 112.5, 104.0, 105.0];
    let rows =
        [[100.0; 4], [100.0; 4], [100.0; 4], [100.0; 4], touched, [105.0; 4], touched, [100.0, 100.0, 90.0, 91.0]];
    let bars = thin(&[&rows[..], &[[91.0; 4]; 2]].concat());
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.sizing = Some("units:25".parse().unwrap());
        config.volume_cap = Some(0.1);
        (config.take_profit, config.stop_loss) = (Some(0.125), Some(0.05));
    });
    let sold: Vec<_> = fills(&recorder, &bars).into_iter().filter(|(size, ..)| *size < 0.0).collect();
    assert_eq!(sold, [(-10.0, 112.5, 4), (-10.0, 112.5, 6), (-5.0, 95.0, 7)]);
    // One position, left at 10 x 112.5, 10 x 112.5 and 5 x 95; the last of it was stopped.
    assert_eq!(exits(&recorder), [(109.0, ExitReason::StopLoss, 6)]);
    assert_eq!((recorder.trades()[0].size, recorder.trades()[0].pnl), (25.0, 225.0));
    assert_eq!(outcomes(&recorder), ["filled", "volume", "volume", "filled"]);
}

#[test]
fn a_round_trip_is_one_trade_however_many_orders_and_fills_it_takes() {
    // In at 100, 101 and 102 (10, 10, 5), out at 110, 108 and 90; 1 currency a fill, flat.
    let closes = [100.0, 100.0, 101.0, 102.0, 102.0, 102.0, 110.0, 108.0, 90.0, 90.0];
    let mut bars = flat_bars("A", &closes);
    bars.volume.fill(100.0);
    let recorder = run(&[bars.clone()], &[(0, 0, LONG), (0, 5, FLAT)], |config| {
        config.sizing = Some("units:25".parse().unwrap());
        config.volume_cap = Some(0.1);
        config.commission = "per-share:0.2".parse().unwrap();
    });
    let [trade] = recorder.trades() else { panic!("{:?}", recorder.trades()) };
    assert_eq!(recorder.fills().len(), 6);
    assert_eq!((trade.size, trade.entry_price, trade.exit_price), (25.0, 100.8, 105.2));
    assert!((trade.commission - 10.0).abs() < 1e-9 && (trade.pnl - (25.0 * 4.4 - 10.0)).abs() < 1e-9, "{trade:?}");
    // 25 units in and 25 out, 0.20 each.
    assert!((trade.entry_commission - 5.0).abs() < 1e-9 && (trade.exit_commission - 5.0).abs() < 1e-9, "{trade:?}");
    assert!((trade.gross_pnl - 110.0).abs() < 1e-9 && trade.carry == 0.0, "{trade:?}");
    assert_eq!((trade.entry_ts, trade.exit_ts, trade.bars_held), (bars.ts[1], bars.ts[8], 7));
    assert_eq!((trade.reason, trade.id), (ExitReason::Signal, 1));
    assert!((trade.return_pct() - 100.0 * 100.0 / 2_520.0).abs() < 1e-9);
}

#[test]
fn a_split_between_two_exits_keeps_the_round_trip() {
    // 20 units from 100; 10 are left at 110, then every unit is two: 20 at 60.
    let mut bars = flat_bars("A", &[100.0, 100.0, 110.0, 110.0, 60.0, 60.0]);
    bars.volume.copy_from_slice(&[1e3, 200.0, 1e3, 100.0, 200.0, 200.0]);
    let actions = vec![(bars.session_date[4], Action::Split(2.0))];
    let around = [Surroundings { actions, ..Surroundings::default() }];
    let recorder = run_around(&[bars], &[(0, 0, LONG), (0, 2, FLAT)], &around, |config| {
        config.sizing = Some("units:20".parse().unwrap());
        config.volume_cap = Some(0.1);
    });
    let [trade] = recorder.trades() else { panic!("{:?}", recorder.trades()) };
    // In units of today: 40 in at 50, 20 out at 55 and 20 at 60. Gained: 10 x 10 + 20 x 10.
    assert_eq!((trade.size, trade.entry_price, trade.exit_price, trade.pnl), (40.0, 50.0, 57.5, 300.0));
}

#[test]
fn parts_at_the_entry_price_gain_nothing_whatever_the_rounding() {
    // Means of 0.1, 0.2, 0.3 in and 0.3, 0.2, 0.1 out: the same price, not always the same bits.
    for scale in 1..60 {
        let price = |tenths: f64| tenths * f64::from(scale) / 10.0;
        let closes = [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 2.0, 1.0, 1.0].map(price);
        let mut bars = flat_bars("A", &closes);
        bars.volume.fill(70.0);
        let recorder = run(&[bars], &[(0, 0, LONG), (0, 5, FLAT)], |config| {
            config.sizing = Some("units:21".parse().unwrap());
            config.volume_cap = Some(0.1);
        });
        assert_eq!(recorder.trades()[0].pnl, 0.0, "{:?}", recorder.trades());
    }
}

#[test]
fn fills_in_bars_without_volume_are_noted() {
    let mut bars = flat(6);
    bars.volume.copy_from_slice(&[1.0, 0.0, 5.0, f64::NAN, 5.0, 0.0]);
    let recorder = run(&[bars], &[(0, 0, LONG), (0, 1, FLAT), (0, 2, LONG)], |_| {});
    let noted: Vec<bool> = recorder.fills().iter().map(|fill| fill.without_volume).collect();
    assert_eq!(noted, [true, false, false, true], "volume 0, 5, unknown, and 0 at the end of the data");
    assert_eq!(recorder.fills_without_volume(), 2);
}

#[test]
fn the_exposure_cap_counts_each_unit_once() {
    // A buys 100 units of 100 in two parts; with the first of them in, B wants 500 more.
    let mut bars = [flat(6), flat_bars("B", &[50.0; 6])];
    bars[0].volume.fill(500.0);
    bars[1].volume.fill(1e6);
    let capped = |cap: f64| {
        run(&bars, &[(0, 0, LONG), (1, 1, LONG)], |config| {
            config.sizing = Some("units:100".parse().unwrap());
            config.volume_cap = Some(0.1);
            config.exposure_cap = Some(cap);
        })
    };
    assert!(refusals(&capped(15_000.0)).is_empty(), "{:?}", refusals(&capped(15_000.0)));
    assert_eq!(refusals(&capped(14_999.0)), ["exposure: would be 15000.00, the cap is 14999.00"]);
}

#[test]
fn a_refused_entry_leaves_the_volume_to_others() {
    // The model wants 8 units, the signals 4, of 10 that the bar has; the first is too dear.
    let bars = [flat(5)];
    let at = |signal| TimedSignal { ts: bars[0].ts[0], signal };
    let signals = vec![vec![
        at(Signal::Prediction { probability: 1.0, side: None }),
        at(Signal::Directed { direction: LONG, confidence: Some(0.5) }),
    ]];
    let model = ModelRef { model_id: "m".into(), parent_run_id: String::new(), feature_set_hash: String::new() };
    let config = Config {
        capital: 500.0,
        sizing: Some("units:8,by=confidence".parse().unwrap()),
        volume_cap: Some(0.1),
        model: Some(model),
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        ..Config::new("", vec!["A".parse().unwrap()], Interval::D1).with_strategies(&["model", "signals"])
    };
    let mut recorder = Recorder::new(500.0, 1, 0);
    simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
    assert_eq!(refusals(&recorder), ["cash: needs 800.00, 500.00 is free"]);
    assert_eq!(fills(&recorder, &bars[0])[0], (4.0, 100.0, 1));
}

#[test]
fn what_was_bought_earlier_has_seen_the_whole_bar() {
    // 10 units at the limit of 100 in bar 1, 2 in bar 2, which rises to the target of 112.5 somewhere: the part that was
    // held has seen it, and 8 units is what the bar still trades.
    let rows = [[101.0; 4], [101.0, 101.0, 99.0, 101.0], [101.0, 113.0, 99.0, 101.0], [101.0; 4], [101.0; 4]];
    let bars = thin(&rows);
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.sizing = Some("units:12".parse().unwrap());
        config.approach = "limit:0.0099".parse().unwrap();
        config.tick = Some(0.5);
        config.volume_cap = Some(0.1);
        config.take_profit = Some(0.125);
    });
    let entered = [(10.0, 100.0, 1), (2.0, 100.0, 2), (-8.0, 112.5, 2)];
    assert_eq!(fills(&recorder, &bars)[..3], entered);
}

#[test]
fn an_entry_on_the_last_close_is_not_made() {
    let bars = flat(3);
    let recorder = run(&[bars], &[(0, 1, LONG)], |config| config.approach = "close".parse().unwrap());
    assert_eq!(outcomes(&recorder), ["end_of_data"]);
    assert!(recorder.fills().is_empty());
}
