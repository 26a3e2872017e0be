//! Assets whose bars overlap without beginning together: nothing known at one close reaches an open before it.

use std::sync::Arc;

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::telemetry::Recorder;
use workstation::trade::{Direction, ExitReason, Hours, OrderKind, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::auditor::Auditor;
use super::harness::{FLAT, LONG, exits, refusals, run, run_around};
use super::series::{bar, daily};

/// Hours of one day that begin some minutes after the hour.
fn hours(symbol: &str, minutes: i64, rows: &[[f64; 4]]) -> Bars {
    let mut bars = Bars::empty(symbol.parse().unwrap(), Interval::H1);
    let start = Ts::from_day(19_000).plus(minutes * 60_000_000);
    for (n, prices) in rows.iter().enumerate() {
        bars.push(bar(start.plus(n as i64 * Interval::H1.micros()), Interval::H1, *prices));
    }
    bars
}

fn flat(symbol: &str, minutes: i64, closes: &[f64]) -> Bars {
    hours(symbol, minutes, &closes.iter().map(|close| [*close; 4]).collect::<Vec<_>>())
}

#[test]
fn a_crash_known_at_the_hour_sells_the_other_asset_after_it() {
    // A falls by half in its bar from 02:00 to 03:00; B's bar from 02:15 is on its way then.
    let a = flat("A", 0, &[100.0, 100.0, 50.0, 50.0, 50.0]);
    let b = flat("B", 15, &[10.0; 5]);
    let bars = [a.clone(), b.clone()];
    let recorder = run(&bars, &[(0, 0, LONG), (1, 0, LONG)], |config| {
        config.sizing = Some("units:200".parse().unwrap());
        config.max_drawdown = Some(0.05);
    });
    let left: Vec<_> = recorder.trades().iter().map(|trade| (trade.asset, trade.exit_ts, trade.reason)).collect();
    assert_eq!(left, [(0, a.ts[3], ExitReason::Drawdown), (1, b.ts[3], ExitReason::Drawdown)]);
    for (order, _) in recorder.orders().filter(|(order, _)| matches!(order.kind, OrderKind::Exit(_))) {
        assert_eq!(order.decided_ts, a.close_ts[2], "both are decided when the crash is known");
    }
    assert!(recorder.fills().iter().all(|fill| fill.asset == 0 || fill.ts != b.ts[2]), "not at the 02:15 before");
}

#[test]
fn equity_sizes_rest_on_what_was_known_at_the_open() {
    // A doubles in its bar from 01:00 to 02:00; B enters at 01:15 with half of equity.
    let bars = [flat("A", 0, &[100.0, 200.0, 200.0, 200.0]), flat("B", 15, &[10.0; 4])];
    let size = |opinions: &[(usize, usize, Option<Direction>)]| {
        let recorder = run(&bars, opinions, |config| {
            config.capital = 1_000.0;
            config.sizing = Some("equity:0.5".parse().unwrap());
        });
        recorder.fills().iter().find(|fill| fill.asset == 1).map(|fill| (fill.size, fill.ts)).unwrap()
    };
    // A was bought at 01:00 for 500 at 200: its close is the same. Only its open at 200 is known at 01:15.
    assert_eq!(size(&[(0, 0, LONG), (1, 0, LONG)]), (50.0, bars[1].ts[1]));
    let rising = [hours("A", 0, &[[100.0; 4], [100.0, 200.0, 100.0, 200.0], [200.0; 4]]), flat("B", 15, &[10.0; 3])];
    let recorder = run(&rising, &[(0, 0, LONG), (1, 0, LONG)], |config| {
        config.capital = 1_000.0;
        config.sizing = Some("equity:0.5".parse().unwrap());
    });
    let sizes: Vec<_> = recorder.fills().iter().take(2).map(|fill| (fill.asset, fill.size)).collect();
    assert_eq!(sizes, [(0, 5.0), (1, 50.0)], "equity at 01:15 is 1000; the gain of 500 is known at 02:00");
}

#[test]
fn money_freed_at_one_open_is_there_at_the_next() {
    let bars = [flat("A", 0, &[100.0; 5]), flat("B", 15, &[10.0; 5])];
    // A is left at 02:00 and B entered at 02:15, with all there is.
    let recorder = run(&bars, &[(0, 0, LONG), (0, 1, FLAT), (1, 1, LONG)], |config| {
        config.sizing = Some("equity:1".parse().unwrap());
    });
    let fills: Vec<_> = recorder.fills().iter().map(|fill| (fill.asset, fill.ts)).collect();
    let (a, b) = (&bars[0].ts, &bars[1].ts);
    assert_eq!(fills, [(0, a[1]), (0, a[2]), (1, b[2]), (1, b[4])]);
    assert_eq!(exits(&recorder).last().unwrap().1, ExitReason::EndOfData);
}

#[test]
fn what_was_free_inside_an_overlapping_bar_is_forgotten_with_it() {
    // All the money goes into A at 02:00, inside the last bar of B; from 03:00 on A is alone. It is sold at 200, and bought
    // again with what that brought: that nothing was free at 02:00 is long over.
    let a = flat("A", 0, &[100.0, 100.0, 100.0, 200.0, 200.0, 195.0, 195.0]);
    let b = flat("B", 15, &[10.0; 2]);
    let recorder = run(&[a.clone(), b], &[(0, 1, LONG), (0, 3, FLAT), (0, 4, LONG)], |config| {
        config.capital = 1_000.0;
        config.sizing = Some("equity:1".parse().unwrap());
    });
    assert!(refusals(&recorder).is_empty(), "{:?}", refusals(&recorder));
    let bought: Vec<_> = recorder.fills().iter().filter(|fill| fill.side.sign() > 0.0).collect();
    assert_eq!((bought[0].size, bought[1].size), (10.0, 2_000.0 / 195.0));
    assert_eq!(bought[1].ts, a.ts[5]);
}

#[test]
fn a_loss_known_meanwhile_makes_an_entry_inside_the_bar_smaller() {
    // A falls from 100 to 40 in its bar from 01:00 to 02:00; B's limit of 9.9 is gone through in its bar from 01:15,
    // some time before 02:15: half of what equity was at 01:15 or is at 02:00, the smaller.
    let a = hours("A", 0, &[[100.0; 4], [100.0, 100.0, 40.0, 40.0], [40.0; 4], [40.0; 4]]);
    let b = hours("B", 15, &[[10.0; 4], [10.0, 10.0, 9.0, 9.5], [9.5; 4], [9.5; 4]]);
    let signal = |bars: &Bars, approach: &str| {
        let recorder = run(&[a.clone(), bars.clone()], &[(0, 0, LONG), (1, 0, LONG)], |config| {
            config.capital = 1_000.0;
            config.sizing = Some("equity:0.5".parse().unwrap());
            config.approach = approach.parse().unwrap();
        });
        recorder.fills().iter().map(|fill| (fill.asset, fill.size * fill.price)).take(2).collect::<Vec<_>>()
    };
    let found = signal(&b, "limit:0.01");
    // A's own limit of 99 fills at 99 on the way down: 500 of it, worth 202.02 at the close; equity is 702.02.
    assert!(found[0].0 == 0 && (found[0].1 - 500.0).abs() < 1e-9, "{found:?}");
    assert!(found[1].0 == 1 && (found[1].1 - 0.5 * (500.0 + 500.0 / 99.0 * 40.0)).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_later_sale_pays_for_nothing_inside_an_open_bar() {
    // A is sold at 03:00. B's bar from 02:15 falls through its limit of 9.9 on the way, with all the money in A.
    let rows = [[10.0; 4], [10.0; 4], [10.0, 10.0, 9.0, 9.5], [9.5; 4], [9.5; 4], [9.5; 4]];
    let mut a = flat("A", 0, &[100.0; 6]);
    // Its own limit is gone through, too.
    a.low[1] = 98.0;
    let bars = [a, hours("B", 15, &rows)];
    let recorder = run(&bars, &[(0, 0, LONG), (0, 2, FLAT), (1, 1, LONG)], |config| {
        config.capital = 1_000.0;
        config.sizing = Some("equity:1".parse().unwrap());
        config.approach = "limit:0.01".parse().unwrap();
    });
    let sold = recorder.fills().iter().find(|fill| fill.asset == 0 && fill.side.sign() < 0.0).unwrap();
    assert_eq!(sold.ts, bars[0].ts[3]);
    assert!(recorder.fills().iter().all(|fill| fill.asset == 0), "nothing was free at 02:15");
    assert!(refusals(&recorder)[0].starts_with("cash"), "{:?}", refusals(&recorder));
}

#[test]
fn an_alarm_leaves_the_stop_where_it_is() {
    // A's crash is known at 03:00, inside C's bar from 02:15, which falls through its stop at 95 to 60.
    let a = hours("A", 0, &[[100.0; 4], [100.0; 4], [100.0, 100.0, 20.0, 20.0], [20.0; 4], [20.0; 4]]);
    let c = hours("C", 15, &[[100.0; 4], [100.0; 4], [100.0, 100.0, 60.0, 60.0], [60.0; 4], [60.0; 4]]);
    let stopped = |cap: Option<f64>| {
        let recorder = run(&[a.clone(), c.clone()], &[(0, 0, LONG), (1, 0, LONG)], |config| {
            config.sizing = Some("units:200".parse().unwrap());
            config.stop_loss = Some(0.05);
            config.max_drawdown = cap;
        });
        let left = recorder.trades().iter().find(|trade| trade.asset == 1).unwrap();
        (left.exit_price, left.reason, left.exit_ts)
    };
    assert_eq!(stopped(None), (95.0, ExitReason::StopLoss, c.ts[2]));
    assert_eq!(stopped(Some(0.005)), stopped(None));
}

#[test]
fn days_open_with_their_sessions() {
    // Both bars are dated midnight; A trades from 03:45 to 10:00, B around the clock.
    let mut a = daily("A", &[[100.0; 4]; 5]);
    for (ts, close_ts) in a.ts.iter().zip(&mut a.close_ts) {
        *close_ts = ts.plus(10 * Interval::H1.micros());
    }
    let b = daily("B", &[[10.0; 4]; 5]);
    let open = |day: i32| Ts::from_day(day).plus(225 * 60_000_000);
    let hours = a
        .session_date
        .iter()
        .map(|day| (*day, Hours { open: open(*day), close: Ts::from_day(*day).plus(10 * Interval::H1.micros()) }));
    let around = [Surroundings { hours: Arc::new(hours.collect()), ..Surroundings::default() }];
    let bars = [a, b];
    // All the money is in A until its open of day 3; B wants it at its own, hours before.
    let recorder = run_around(&bars, &[(0, 0, LONG), (0, 2, FLAT), (1, 2, LONG)], &around, |config| {
        config.sizing = Some("equity:1".parse().unwrap());
    });
    assert!(refusals(&recorder)[0].starts_with("cash"), "{:?}", refusals(&recorder));
    let times = recorder.equity_times();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[test]
fn account_values_rise_in_time_whatever_the_lengths() {
    // A's last bar ends with its session at 03:30, inside B's bar from 02:45 to 03:45; both of 00:00 end apart, too.
    let mut a = flat("A", 0, &[100.0, 101.0, 102.0, 103.0]);
    (a.close_ts[0], a.close_ts[3]) = (a.ts[0].plus(1_800_000_000), a.ts[3].plus(1_800_000_000));
    let b = flat("B", 45, &[10.0; 4]);
    let c = flat("C", 0, &[10.0; 4]);
    let bars = [a, b, c];
    let signal = |asset: usize, bar: usize| TimedSignal {
        ts: bars[asset].ts[bar],
        signal: Signal::Directed { direction: LONG, confidence: None },
    };
    let signals = vec![vec![signal(0, 0)], vec![signal(1, 1)], vec![signal(2, 0)]];
    let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
    let plan = Config { sizing: Some("units:10".parse().unwrap()), ..Config::new("signals", symbols, Interval::H1) };
    let plan = plan.check().unwrap();
    let data = Data::with_signals(&bars, &signals);
    let mut auditor = Auditor::new(&plan, 3);
    simulate(&data, &plan, &mut auditor, &Silent).unwrap();
    assert!(auditor.opens > 0, "opens are told alone");
    let mut recorder = Recorder::new(plan.settings.capital, 3, 0);
    simulate(&data, &plan, &mut recorder, &Silent).unwrap();
    let times = recorder.equity_times();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert_eq!(recorder.trades().len(), 3);
}
