//! Rules of the engine on small made-up series, every number worked out by hand.

use std::collections::BTreeMap;

use workstation::backtest::{Config, GivenSignal};
use workstation::domain::Bars;
use workstation::trade::Outcome::Refused;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{ExitReason, Refusal, Trade};

use super::harness::{Exit, FLAT, LONG, SHORT, exits, flat_bars, refusals, run};
use super::series::daily;

#[test]
fn reversal_exits_and_enters_at_the_same_open() {
    let bars = [flat_bars("A", &[100.0, 110.0, 120.0, 130.0, 125.0])];
    let recorder = run(&bars, &[(0, 0, LONG), (0, 2, SHORT)], |_| {});
    let [long, short] = recorder.trades() else { panic!("{:?}", recorder.trades()) };
    assert_eq!((long.entry_price, long.exit_price, long.pnl, long.bars_held), (110.0, 130.0, 200.0, 2));
    assert_eq!((short.entry_price, short.exit_price, short.pnl), (130.0, 125.0, 50.0));
    assert_eq!(short.entry_ts, long.exit_ts);
    assert_eq!((long.reason, short.reason), (ExitReason::Signal, ExitReason::EndOfData));
    assert_eq!(recorder.equity(), [100_000.0, 100_000.0, 100_100.0, 100_200.0, 100_250.0]);
}

#[test]
fn costs_are_paid_on_both_sides() {
    let bars = [flat_bars("A", &[100.0, 100.0, 200.0, 200.0])];
    let recorder = run(&bars, &[(0, 0, LONG), (0, 1, FLAT)], |config| {
        config.commission = Commission::Fraction(0.001);
        config.slippage = Slippage::Bps(100.0);
    });
    let [trade] = recorder.trades() else { panic!("{:?}", recorder.trades()) };
    // Buys at 101, sells at 198: 10 x 97 less 1.01 and 1.98.
    assert_eq!((trade.entry_price, trade.exit_price), (101.0, 198.0));
    assert!((trade.commission - 2.99).abs() < 1e-9 && (trade.slippage - 30.0).abs() < 1e-9);
    assert!((trade.entry_commission - 1.01).abs() < 1e-9 && (trade.exit_commission - 1.98).abs() < 1e-9);
    assert!((trade.gross_pnl - 970.0).abs() < 1e-9, "slippage is inside the prices, commission is not");
    assert!((trade.pnl - 967.01).abs() < 1e-9 && (trade.return_pct() - 100.0 * 967.01 / 1010.0).abs() < 1e-9);
}

#[test]
fn a_stop_slips_and_a_target_does_not() {
    let with = |config: &mut Config| {
        config.slippage = Slippage::Bps(100.0);
        config.stop_loss = Some(0.1);
        config.take_profit = Some(0.1);
    };
    // Bought at 101: stop 90.9, target 111.1.
    let stopped = [daily("A", &[[100.0; 4], [100.0, 105.0, 99.0, 100.0], [100.0, 101.0, 80.0, 85.0], [85.0; 4]])];
    let exit = run(&stopped, &[(0, 0, LONG)], with).trades()[0];
    assert_eq!(exit.reason, ExitReason::StopLoss);
    assert!((exit.exit_price - 90.9 * 0.99).abs() < 1e-9);
    let reached = [daily("A", &[[100.0; 4], [100.0, 105.0, 99.0, 100.0], [100.0, 115.0, 99.0, 110.0], [110.0; 4]])];
    let exit = run(&reached, &[(0, 0, LONG)], with).trades()[0];
    assert_eq!(exit.reason, ExitReason::TakeProfit);
    assert!((exit.exit_price - 111.1).abs() < 1e-9);
}

#[test]
fn brackets_watch_the_entry_bar_gaps_and_ties() {
    let with = |config: &mut Config| {
        config.stop_loss = Some(0.02);
        config.take_profit = Some(0.04);
    };
    let cases: [(&[[f64; 4]], Exit); 5] = [
        (&[[100.0; 4], [100.0, 101.0, 97.0, 100.0], [100.0; 4]], (98.0, ExitReason::StopLoss, 0)),
        (&[[100.0; 4], [100.0, 105.0, 97.0, 100.0], [100.0; 4]], (98.0, ExitReason::StopLoss, 0)),
        (&[[100.0; 4], [100.0; 4], [90.0, 91.0, 89.0, 90.0], [90.0; 4]], (90.0, ExitReason::StopLoss, 1)),
        (&[[100.0; 4], [100.0; 4], [110.0, 111.0, 80.0, 90.0], [90.0; 4]], (110.0, ExitReason::TakeProfit, 1)),
        (&[[100.0; 4], [100.0; 4], [100.0, 104.0, 99.0, 100.0], [100.0; 4]], (104.0, ExitReason::TakeProfit, 1)),
    ];
    for (rows, expected) in cases {
        assert_eq!(exits(&run(&[daily("A", rows)], &[(0, 0, LONG)], with)), [expected], "{rows:?}");
    }
    let short: &[[f64; 4]] = &[[100.0; 4], [100.0, 101.0, 95.5, 97.0], [97.0; 4]];
    assert_eq!(exits(&run(&[daily("A", short)], &[(0, 0, SHORT)], with)), [(96.0, ExitReason::TakeProfit, 0)]);
}

#[test]
fn holding_ends_at_the_open_after_its_last_bar() {
    let bars = [flat_bars("A", &[100.0, 101.0, 102.0, 103.0, 104.0, 105.0])];
    let held = |bars_allowed: &str| {
        let params = BTreeMap::from([("max_holding".to_string(), bars_allowed.to_string())]);
        exits(&run(&bars, &[(0, 0, LONG)], |config| config.params = params.clone()))
    };
    assert_eq!(held("1"), [(102.0, ExitReason::MaxHolding, 1)]);
    assert_eq!(held("3"), [(104.0, ExitReason::MaxHolding, 3)]);
    assert_eq!(held("9"), [(105.0, ExitReason::EndOfData, 4)]);
}

#[test]
fn an_entry_needs_cash() {
    let bars = [flat_bars("A", &[100.0, 100.0, 100.0]), flat_bars("B", &[100.0, 100.0, 100.0])];
    let recorder = run(&bars, &[(0, 0, LONG), (1, 0, SHORT)], |config| {
        config.capital = 1500.0;
        config.commission = Commission::Fraction(0.001);
    });
    assert_eq!(recorder.trades().len(), 1);
    assert_eq!(refusals(&recorder), ["cash: needs 1001.00, 499.00 is free"]);
    // All of the money, costs included, is not too much.
    let all_in = run(&bars[..1], &[(0, 0, LONG)], |config| {
        config.commission = Commission::Fraction(0.001);
        config.sizing = Some("equity:1".parse().unwrap());
    });
    assert_eq!(all_in.refused(), 0);
    assert!((all_in.trades()[0].size - 100_000.0 / 100.1).abs() < 1e-9);
}

#[test]
fn money_freed_inside_a_bar_buys_nothing_at_its_open() {
    // A is stopped out inside bar 2; B's entry at the open of bar 2 can't have that money.
    let a = daily("A", &[[100.0; 4], [100.0; 4], [100.0, 100.0, 80.0, 90.0], [90.0; 4]]);
    let b = flat_bars("B", &[100.0; 4]);
    let recorder = run(&[a, b], &[(0, 0, LONG), (1, 1, LONG)], |config| {
        config.capital = 1000.0;
        config.stop_loss = Some(0.1);
    });
    assert_eq!(refusals(&recorder), ["cash: needs 1000.00, 0.00 is free"]);
    // Money freed at the open can.
    let bars = [flat_bars("A", &[100.0; 4]), flat_bars("B", &[100.0; 4])];
    let recorder = run(&bars, &[(0, 0, LONG), (0, 1, FLAT), (1, 1, LONG)], |config| config.capital = 1000.0);
    assert_eq!((recorder.refused(), recorder.trades().len()), (0, 2));
}

#[test]
fn entries_at_one_open_share_what_there_is() {
    // A closes at 100 and opens at 50: its 8 units are worth 400, not 800, when B takes its share.
    let a = daily("A", &[[100.0; 4], [50.0; 4], [50.0; 4]]);
    let recorder = run(&[a, flat_bars("B", &[100.0; 3])], &[(0, 0, LONG), (1, 0, LONG)], |config| {
        config.capital = 1000.0;
        config.sizing = Some("equity:0.4".parse().unwrap());
    });
    assert_eq!(recorder.trades().iter().map(|trade| trade.size).collect::<Vec<_>>(), [8.0, 4.0]);
}

#[test]
fn nothing_is_ordered_twice() {
    let bars = [flat_bars("A", &[100.0, 101.0, 102.0, 103.0, 104.0])];
    // LONG again while long changes nothing.
    let repeated = run(&bars, &[(0, 0, LONG), (0, 1, LONG), (0, 2, LONG)], |_| {});
    assert_eq!((repeated.orders().count(), repeated.trades().len()), (2, 1));
    // FLAT at the close at which the holding ends is one exit, for the reason that came first.
    let params = BTreeMap::from([("max_holding".to_string(), "2".to_string())]);
    let flat = run(&bars, &[(0, 0, LONG), (0, 2, FLAT)], |config| config.params = params.clone());
    assert_eq!(flat.orders().count(), 2);
    assert_eq!(exits(&flat), [(103.0, ExitReason::MaxHolding, 2)]);
}

#[test]
fn exposure_counts_what_is_ordered_and_spares_what_is_left() {
    let bars = [flat_bars("A", &[100.0; 5]), flat_bars("B", &[100.0; 5])];
    let cap = |config: &mut Config| config.exposure_cap = Some(1500.0);
    let recorder = run(&bars, &[(0, 0, LONG), (1, 0, LONG)], cap);
    assert_eq!(refusals(&recorder), ["exposure: would be 2000.00, the cap is 1500.00"]);
    let reversing = run(&bars, &[(0, 0, LONG), (0, 2, SHORT)], cap);
    assert_eq!((reversing.refused(), reversing.trades().len()), (0, 2));
}

#[test]
fn the_breaker_holds_until_the_next_session() {
    // Bars 0..3 are one session, 4.. the next; A loses 10 % of equity inside the first.
    let mut bars = [flat_bars("A", &[100.0, 100.0, 90.0, 90.0, 90.0, 90.0, 90.0]), flat_bars("B", &[10.0; 7])];
    for bars in &mut bars {
        for (i, day) in bars.session_date.iter_mut().enumerate() {
            *day = 19_000 + i32::from(i > 3);
        }
    }
    let opinions = [(0, 0, LONG), (1, 2, LONG), (1, 3, LONG), (1, 4, LONG)];
    let recorder = run(&bars, &opinions, |config| {
        config.capital = 1200.0;
        config.daily_loss_cap = Some(0.05);
    });
    let breaker = "breaker: the session lost 8.33 %, the cap is 5.00 %";
    assert_eq!(refusals(&recorder), [breaker, breaker]);
    let trade: &Trade = recorder.trades().iter().find(|trade| trade.asset == 1).unwrap();
    assert_eq!(trade.entry_ts, bars[1].ts[5]);
    let Some(Refused(Refusal::Breaker { loss, .. })) = recorder.orders().nth(1).and_then(|(_, outcome)| outcome) else {
        panic!()
    };
    assert!((loss - 100.0 / 1200.0).abs() < 1e-12);
}

#[test]
fn assets_share_one_time_line_and_one_account() {
    // B misses bars 1 and 2 and ends before A.
    let a = flat_bars("A", &[10.0, 11.0, 12.0, 13.0, 14.0, 15.0]);
    let full = flat_bars("B", &[20.0, 0.0, 0.0, 30.0, 40.0]);
    let mut b = Bars::empty("B".parse().unwrap(), full.interval);
    for i in [0, 3, 4] {
        b.push(full.get(i).unwrap());
    }
    let recorder = run(&[a, b], &[(0, 0, LONG), (1, 0, LONG)], |config| config.capital = 1000.0);
    // A: 10 units from 11. B: 10 units from 30, closed at 40 when its series ends; valued at its last close between.
    assert_eq!(recorder.equity(), [1000.0, 1000.0, 1010.0, 1020.0, 1130.0, 1140.0]);
    assert_eq!(recorder.trades().iter().map(|trade| trade.asset).collect::<Vec<_>>(), [1, 0]);
    // Benchmark: 500 in A from 10, 500 in B from 20.
    assert_eq!(recorder.benchmark(), [1000.0, 1050.0, 1100.0, 650.0 + 750.0, 700.0 + 1000.0, 750.0 + 1000.0]);
}

#[test]
fn the_last_bar_decides_nothing() {
    let bars = [flat_bars("A", &[100.0, 100.0, 100.0])];
    let recorder = run(&bars, &[(0, 2, LONG)], |_| {});
    assert_eq!((recorder.orders().count(), recorder.trades().len()), (0, 0));
}

#[test]
fn signals_are_for_their_strategy_only() {
    let mut config = Config::new("sma_cross", vec!["A".parse().unwrap()], workstation::domain::Interval::D1);
    let ts = workstation::domain::Ts(0);
    config.signals = vec![GivenSignal { symbol: "A".parse().unwrap(), ts, direction: LONG, confidence: None }];
    assert_eq!(config.check().unwrap_err().to_string(), "given signals are for strategy 'signals' only");
}
