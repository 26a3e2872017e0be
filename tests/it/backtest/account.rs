//! Margin, drawdown, halts, caps, square-off, borrow, corporate actions and strategies side by side, by hand.

use std::collections::BTreeMap;

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bar, Bars, Interval, Silent, Ts};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Action, Direction, ExitReason, Hours, SentimentLevels, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::harness::{FLAT, LONG, SHORT, exits, fills, flat_bars, outcomes, refusals, run, run_around};
use super::series::{bar, daily};

#[test]
fn margin_lends_and_calls() {
    let bars = [flat_bars("A", &[100.0, 100.0, 90.0, 80.0, 70.0, 60.0])];
    let lent = |margin: f64, maintenance: Option<f64>| {
        run(&bars, &[(0, 0, LONG)], |config| {
            config.capital = 1000.0;
            config.sizing = Some("units:20".parse().unwrap());
            (config.margin, config.maintenance) = (margin, maintenance);
        })
    };
    assert_eq!(refusals(&lent(1.0, None)), ["cash: needs 2000.00, 1000.00 is free"]);
    // Equity 1000, 800, 600, 400, 200: owed 1000 throughout.
    assert_eq!(lent(0.5, None).equity(), [1000.0, 1000.0, 800.0, 600.0, 400.0, 200.0]);
    // 600 of 1600 at the close of 80 is 37.5 %: below 40 %, sold at the next open.
    let called = lent(0.5, Some(0.4));
    assert_eq!(exits(&called), [(70.0, ExitReason::MarginCall, 3)]);
}

#[test]
fn a_fall_from_the_peak_ends_trading() {
    let bars = [flat_bars("A", &[100.0, 100.0, 120.0, 90.0, 80.0, 100.0, 100.0]), flat_bars("B", &[10.0; 7])];
    let opinions = [(0, 0, LONG), (1, 1, LONG), (1, 4, LONG), (0, 4, LONG)];
    let recorder = run(&bars, &opinions, |config| {
        config.capital = 1100.0;
        config.max_drawdown = Some(0.2);
    });
    // The peak is 1300 with A at 120; at 90 it is 1000, 23 % below: everything is sold at the next open.
    let left: Vec<_> = recorder.trades().iter().map(|trade| (trade.asset, trade.exit_price, trade.reason)).collect();
    assert_eq!(left, [(0, 80.0, ExitReason::Drawdown), (1, 10.0, ExitReason::Drawdown)]);
    let over = "drawdown: 23.08 % below the peak, the cap is 20.00 %";
    assert_eq!(refusals(&recorder), [over, over]);
}

#[test]
fn nothing_trades_in_a_halt() {
    let bars = [flat_bars("A", &[100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0])];
    let halted = |from: usize, to: usize| {
        [Surroundings { halts: vec![(bars[0].ts[from], bars[0].ts[to])], ..Surroundings::default() }]
    };
    // Decided before the halt of bars 1 and 2: waits and fills at the open of bar 3.
    let waits = run_around(&bars, &[(0, 0, LONG), (0, 4, FLAT)], &halted(1, 3), |_| {});
    assert_eq!(fills(&waits, &bars[0]), [(10.0, 103.0, 3), (-10.0, 105.0, 5)]);
    // Decided within it: refused. An exit waits.
    let refused = run_around(&bars, &[(0, 1, LONG)], &halted(1, 3), |_| {});
    assert_eq!(refusals(&refused), ["halt: trading is halted"]);
    let exit = run_around(&bars, &[(0, 0, LONG), (0, 1, FLAT)], &halted(2, 4), |_| {});
    assert_eq!(fills(&exit, &bars[0]), [(10.0, 101.0, 1), (-10.0, 104.0, 4)]);
    // A series that ends in one is closed all the same.
    let last = run_around(
        &bars,
        &[(0, 0, LONG)],
        &[Surroundings { halts: vec![(bars[0].ts[6], Ts(i64::MAX))], ..Surroundings::default() }],
        |_| {},
    );
    assert_eq!(exits(&last), [(106.0, ExitReason::EndOfData, 5)]);
    // A life is counted in bars, traded or not.
    let expired = run_around(&bars, &[(0, 0, LONG)], &halted(1, 3), |config| config.life = "bars:2".parse().unwrap());
    assert_eq!(outcomes(&expired), ["expired"]);
}

#[test]
fn positions_are_counted_and_capped() {
    let bars = [flat_bars("A", &[100.0; 5]), flat_bars("B", &[50.0; 5]), flat_bars("C", &[10.0; 5])];
    let counted =
        run(&bars, &[(0, 0, LONG), (1, 0, LONG), (2, 0, LONG), (0, 2, SHORT)], |config| config.max_positions = Some(2));
    assert_eq!(refusals(&counted), ["positions: 2 are open or ordered, the most there may be"]);
    assert_eq!(counted.trades().len(), 3, "turning one around takes no further place");
    let capped = run(&bars, &[(0, 0, LONG), (1, 0, LONG)], |config| config.symbol_cap = Some(600.0));
    assert_eq!(refusals(&capped), ["symbol: would be 1000.00, the cap is 600.00"]);
    let long_only =
        run(&bars, &[(0, 0, LONG), (0, 1, SHORT), (1, 0, SHORT)], |config| config.only = Some(Direction::Long));
    assert_eq!(refusals(&long_only), ["direction: SHORT is switched off"; 2]);
    assert_eq!(exits(&long_only), [(100.0, ExitReason::Signal, 1)], "but it leaves the long one");
}

/// Bars of two sessions of four bars each, opens 100, 101, .. and closes half above.
fn sessions(interval: Interval) -> (Bars, Surroundings) {
    let mut bars = Bars::empty("A".parse().unwrap(), interval);
    let mut hours = BTreeMap::new();
    for n in 0..8_i64 {
        let day = 19_000 + (n / 4) as i32;
        let ts = Ts::from_day(day).plus(9 * 3_600_000_000 + n % 4 * interval.micros());
        let price = 100.0 + n as f64;
        bars.push(Bar { session_date: day, ..bar(ts, interval, [price, price + 0.75, price - 0.25, price + 0.5]) });
        hours.insert(
            day,
            Hours { open: bars.ts[n as usize / 4 * 4], close: bars.ts[n as usize / 4 * 4].plus(4 * interval.micros()) },
        );
    }
    (bars, Surroundings { hours: hours.into(), ..Surroundings::default() })
}

#[test]
fn square_off_leaves_before_the_night() {
    let squared = |interval, known: bool| {
        let (bars, around) = sessions(interval);
        let around = if known { vec![around] } else { vec![] };
        let recorder =
            run_around(std::slice::from_ref(&bars), &[(0, 1, LONG), (0, 2, LONG), (0, 3, LONG)], &around, |config| {
                config.square_off = Some(true);
            });
        (fills(&recorder, &bars), exits(&recorder).into_iter().map(|(_, reason, _)| reason).collect::<Vec<_>>())
    };
    // Minutes: in at the open of bar 2, out at the open of bar 3, a minute before the close. What bar 3 decides fills at
    // the next open, and is left at the last open of that day.
    let minutes = (
        vec![(10.0, 102.0, 2), (-10.0, 103.0, 3), (10.0, 104.0, 4), (-10.0, 107.0, 7)],
        vec![ExitReason::SquareOff; 2],
    );
    assert_eq!(squared(Interval::M1, true), minutes);
    assert_eq!(squared(Interval::M1, false), minutes, "without a calendar the series tells its last bar");
    // Longer bars: at the close of the session's last bar.
    let hours = (
        vec![(10.0, 102.0, 2), (-10.0, 103.5, 3), (10.0, 104.0, 4), (-10.0, 107.5, 7)],
        vec![ExitReason::SquareOff; 2],
    );
    assert_eq!(squared(Interval::H1, true), hours);
}

#[test]
fn square_off_takes_working_entries_back() {
    let (bars, around) = sessions(Interval::M1);
    let recorder = run_around(&[bars], &[(0, 1, LONG)], &[around], |config| {
        config.square_off = Some(true);
        config.approach = "limit:0.05".parse().unwrap();
    });
    assert_eq!(outcomes(&recorder), ["square_off"]);
}

#[test]
fn shorts_pay_for_what_they_borrow() {
    // Sold at the open of a Friday; the next bar is Monday's, the one after Tuesday's.
    let mut bars = flat_bars("A", &[100.0, 100.0, 100.0, 100.0, 100.0]);
    bars.session_date = vec![19_002, 19_003, 19_006, 19_007, 19_008];
    let recorder = run(&[bars], &[(0, 0, SHORT), (0, 3, FLAT)], |config| config.borrow_rate = 0.365);
    // 1000 at 0.1 % a day: three days to Monday, one to Tuesday, one to Wednesday's exit.
    let trade = recorder.trades()[0];
    assert!((trade.carry + 5.0).abs() < 1e-9 && (trade.pnl + 5.0).abs() < 1e-9, "{trade:?}");
    let equity: Vec<f64> = recorder.equity().iter().map(|equity| equity - 100_000.0).collect();
    assert!(equity.iter().zip([0.0, 0.0, -3.0, -4.0, -5.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{equity:?}");
}

#[test]
fn splits_and_dividends_reach_positions_orders_and_levels() {
    // 2 of cash on day 2, then 2 for 1; prices follow.
    let bars = [daily("A", &[[100.0; 4], [100.0; 4], [49.0; 4], [49.0; 4], [44.0, 44.0, 43.0, 44.0], [44.0; 4]])];
    let day = bars[0].session_date[2];
    let actions = vec![(day, Action::Dividend(2.0)), (day, Action::Split(2.0))];
    let around = [Surroundings { actions, ..Surroundings::default() }];
    let held = run_around(&bars, &[(0, 0, LONG)], &around, |config| config.stop_loss = Some(0.1));
    let trade = held.trades()[0];
    // Bought at 100 with a stop at 90: 20 units from 50 with one at 45. The gap to 44 fills at the open.
    assert_eq!(
        (trade.size, trade.entry_price, trade.exit_price, trade.reason),
        (20.0, 50.0, 44.0, ExitReason::StopLoss)
    );
    assert_eq!((trade.carry, trade.gross_pnl, trade.pnl), (20.0, 20.0 * -6.0, 20.0 * -6.0 + 20.0));
    assert_eq!(held.equity()[..4], [100_000.0, 100_000.0, 100_000.0, 100_000.0]);
    let benchmark = held.benchmark();
    assert_eq!((benchmark[1], benchmark[2], benchmark[4]), (100_000.0, 100_000.0, 2_000.0 + 2_000.0 * 44.0));
    // A short pays the dividend; a working limit of 90 becomes 45.
    let short = run_around(&bars, &[(0, 0, SHORT), (0, 2, FLAT)], &around, |_| {});
    assert_eq!((short.trades()[0].carry, short.trades()[0].pnl), (-20.0, 0.0));
    let limit = run_around(&bars, &[(0, 0, LONG)], &around, |config| config.approach = "limit:0.1".parse().unwrap());
    assert_eq!(fills(&limit, &bars[0])[0], (20.0, 44.0, 4), "10 units are 20");
}

#[test]
fn strategies_side_by_side_share_the_cash_alone() {
    let closes = [10.0, 9.0, 8.0, 9.0, 11.0, 12.0, 11.0, 9.0, 8.0, 8.0, 8.0];
    let bars = [flat_bars("A", &closes)];
    let signal = |bar: usize, direction| TimedSignal {
        ts: bars[0].ts[bar],
        signal: Signal::Directed { direction, confidence: None },
    };
    let signals = vec![vec![signal(0, SHORT), signal(5, FLAT)]];
    let result = |names: &[&str]| {
        let config = Config {
            params: BTreeMap::from([("sma_cross.fast".into(), "1".into()), ("sma_cross.slow".into(), "3".into())])
                .into_iter()
                .filter(|_| names.contains(&"sma_cross"))
                .collect(),
            commission: Commission::Fraction(0.0),
            slippage: Slippage::Bps(0.0),
            sizing: Some("units:10".parse().unwrap()),
            ..Config::new("", vec!["A".parse().unwrap()], Interval::D1).with_strategies(names)
        };
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
        recorder
    };
    let (cross, given, both) = (result(&["sma_cross"]), result(&["signals"]), result(&["sma_cross", "signals"]));
    let rows = |recorder: &Recorder, strategy: usize| -> Vec<_> {
        let of = recorder.trades().iter().filter(|trade| trade.strategy == strategy);
        of.map(|trade| (trade.direction, trade.entry_ts, trade.exit_ts, trade.pnl)).collect()
    };
    assert!(!rows(&cross, 0).is_empty() && rows(&given, 0).len() == 1);
    assert_eq!(rows(&both, 0), rows(&cross, 0));
    assert_eq!(rows(&both, 1), rows(&given, 0));
    let sum = |index: usize| cross.equity()[index] + given.equity()[index] - 100_000.0;
    assert!(both.equity().iter().enumerate().all(|(index, equity)| (equity - sum(index)).abs() < 1e-9));
}

#[test]
fn the_sentiment_gate_stands_before_longs() {
    let bars = [flat_bars("A", &[100.0; 8])];
    let at = |bar: usize, signal| TimedSignal { ts: bars[0].ts[bar], signal };
    let directed = |direction| Signal::Directed { direction, confidence: Some(0.5) };
    let signals = vec![vec![
        at(0, directed(LONG)),
        at(1, directed(FLAT)),
        at(2, Signal::Sentiment { score: -0.5 }),
        at(2, directed(LONG)),
        at(3, Signal::Sentiment { score: 0.9 }),
        at(3, directed(LONG)),
    ]];
    let config = Config {
        sizing: Some("units:10,by=confidence".parse().unwrap()),
        sentiment: Some(SentimentLevels::default()),
        ..Config::new("signals", vec!["A".parse().unwrap()], Interval::D1)
    };
    let mut recorder = Recorder::new(100_000.0, 1, 0);
    let notes =
        simulate(&Data::with_signals(&bars, &signals), &config.check().unwrap(), &mut recorder, &Silent).unwrap();
    assert_eq!(refusals(&recorder), ["sentiment: the score is -0.500, longs need -0.300"]);
    let sizes: Vec<f64> = recorder.trades().iter().map(|trade| trade.size).collect();
    assert_eq!(sizes, [5.0, 6.0], "surer by 1.2, and so larger");
    assert_eq!(notes, ["sentiment gate: suppressed 1, boosted 1 of 3 entries, no score was known for 1"]);
}

#[test]
fn a_holding_time_is_counted_in_bars() {
    let (bars, _) = sessions(Interval::H1);
    let recorder = run(&[bars], &[(0, 0, LONG)], |config| config.max_holding = Some("90m".parse().unwrap()));
    assert_eq!(exits(&recorder), [(103.0, ExitReason::MaxHolding, 2)]);
}
