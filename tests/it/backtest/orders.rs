//! Styles and lives of orders, partial fills, lots and ticks, on small made-up series worked out by hand.

use workstation::backtest::Config;
use workstation::domain::Bars;
use workstation::trade::costs::Slippage;
use workstation::trade::{Direction, ExitReason};

use super::harness::{FLAT, LONG, SHORT, exits, fills, flat_bars, outcomes, refusals, run};
use super::series::daily;

/// A bar at 100 decides; `rows` follow.
fn after(rows: &[[f64; 4]]) -> Bars {
    daily("A", &[&[[100.0; 4]], rows].concat())
}

fn entered(style: &str, direction: Option<Direction>, rows: &[[f64; 4]]) -> Vec<(f64, f64, usize)> {
    let bars = after(rows);
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, direction)], |config| {
        config.approach = style.parse().unwrap();
    });
    let entries = fills(&recorder, &bars);
    entries.into_iter().take(1).collect()
}

const QUIET: [f64; 4] = [100.0, 100.5, 99.5, 100.0];

#[test]
fn a_limit_fills_only_through_its_price() {
    // A buy at 98, a sale at 102.
    assert_eq!(entered("limit:0.02", LONG, &[QUIET, [100.0, 101.0, 98.0, 99.0], QUIET]), [], "touched is not through");
    assert_eq!(entered("limit:0.02", LONG, &[QUIET, [100.0, 101.0, 97.9, 99.0], QUIET]), [(10.0, 98.0, 2)]);
    assert_eq!(
        entered("limit:0.02", LONG, &[[97.0, 99.0, 96.0, 98.0], QUIET]),
        [(10.0, 97.0, 1)],
        "a gap, at the open"
    );
    assert_eq!(entered("limit:0.02", SHORT, &[QUIET, [100.0, 102.5, 99.0, 100.0], QUIET]), [(-10.0, 102.0, 2)]);
    assert_eq!(entered("limit:0.02", SHORT, &[[103.0, 104.0, 102.0, 103.0], QUIET]), [(-10.0, 103.0, 1)]);
}

#[test]
fn a_stop_fills_when_touched_and_slips() {
    assert_eq!(entered("stop:0.02", LONG, &[QUIET, [100.0, 102.0, 99.0, 101.0], QUIET]), [(10.0, 102.0, 2)], "touched");
    assert_eq!(entered("stop:0.02", LONG, &[QUIET, [100.0, 101.9, 99.0, 101.0], QUIET]), []);
    assert_eq!(
        entered("stop:0.02", LONG, &[[105.0, 106.0, 104.0, 105.0], QUIET]),
        [(10.0, 105.0, 1)],
        "a gap, at the open"
    );
    assert_eq!(entered("stop:0.02", SHORT, &[QUIET, [100.0, 101.0, 98.0, 99.0], QUIET]), [(-10.0, 98.0, 2)]);
    let bars = after(&[[100.0, 103.0, 99.0, 101.0], QUIET]);
    let slipped = |style: &str| {
        run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
            config.approach = style.parse().unwrap();
            config.slippage = Slippage::Bps(100.0);
        })
        .trades()[0]
            .entry_price
    };
    assert!((slipped("stop:0.02") - 102.0 * 1.01).abs() < 1e-9);
    assert!((slipped("stop-limit:0.02,0.025") - 102.5).abs() < 1e-9, "but not beyond the limit");
    assert_eq!(slipped("limit:0.005"), 99.5, "a limit never slips");
}

#[test]
fn a_stop_limit_waits_for_both() {
    // Stop 102, limit 103.
    let style = "stop-limit:0.02,0.03";
    assert_eq!(entered(style, LONG, &[[100.0, 102.0, 99.0, 101.0], QUIET]), [(10.0, 102.0, 1)]);
    assert_eq!(
        entered(style, LONG, &[[102.5, 104.0, 102.0, 103.0], QUIET]),
        [(10.0, 102.5, 1)],
        "an open between them"
    );
    // The open is beyond the limit; the price comes back through it inside the bar, or in a later one.
    assert_eq!(entered(style, LONG, &[[104.0, 105.0, 102.0, 104.0], QUIET]), [(10.0, 103.0, 1)]);
    let later = [[104.0, 105.0, 103.5, 104.0], [104.0, 104.0, 103.0, 104.0], [102.0, 103.0, 101.0, 102.0], QUIET];
    assert_eq!(entered(style, LONG, &later), [(10.0, 102.0, 3)]);
    assert_eq!(entered(style, SHORT, &[[100.0, 101.0, 98.0, 99.0], QUIET]), [(-10.0, 98.0, 1)]);
}

#[test]
fn a_market_order_on_close_fills_at_the_close_of_the_session() {
    let mut bars = after(&[[101.0, 103.0, 99.0, 102.0], [104.0, 106.0, 90.0, 105.0], [107.0; 4], [108.0; 4]]);
    // Bars 1 and 2 are one session.
    bars.session_date[2] = bars.session_date[1];
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.approach = "close".parse().unwrap();
        config.stop_loss = Some(0.05);
    });
    assert_eq!(fills(&recorder, &bars)[0], (10.0, 105.0, 2), "and the low of that bar came before");
    assert_eq!(exits(&recorder), [(108.0, ExitReason::EndOfData, 2)]);
}

#[test]
fn orders_live_as_long_as_they_are_told() {
    let mut bars = after(&[QUIET, QUIET, [100.0, 101.0, 97.0, 98.0], QUIET]);
    let lives = |bars: &Bars, life: &str| {
        let recorder = run(std::slice::from_ref(bars), &[(0, 0, LONG)], |config| {
            config.approach = "limit:0.02".parse().unwrap();
            config.life = life.parse().unwrap();
        });
        (outcomes(&recorder)[0], fills(&recorder, bars).len())
    };
    assert_eq!(lives(&bars, "gtc"), ("filled", 2));
    assert_eq!(lives(&bars, "bars:2"), ("expired", 0));
    assert_eq!(lives(&bars, "bars:3"), ("filled", 2));
    assert_eq!(lives(&bars, "day"), ("expired", 0), "a daily bar is its session");
    (bars.session_date[2], bars.session_date[3]) = (bars.session_date[1], bars.session_date[1]);
    assert_eq!(lives(&bars, "day"), ("filled", 2), "the first session it works in has three bars");
}

#[test]
fn a_new_decision_takes_the_old_order_back() {
    let bars = [after(&[QUIET, QUIET, QUIET, QUIET])];
    let limit = |config: &mut Config| config.approach = "limit:0.02".parse().unwrap();
    assert_eq!(outcomes(&run(&bars, &[(0, 0, LONG), (0, 1, SHORT), (0, 2, FLAT)], limit)), ["strategy", "strategy"]);
    assert_eq!(outcomes(&run(&bars, &[(0, 2, LONG)], limit)), ["end_of_data"]);
}

#[test]
fn the_bar_of_a_limit_entry_counts_from_the_entry_on() {
    let exit = |rows: &[[f64; 4]]| {
        let recorder = run(&[after(rows)], &[(0, 0, LONG)], |config| {
            config.approach = "limit:0.02".parse().unwrap();
            config.stop_loss = Some(0.01);
            config.take_profit = Some(0.03125);
        });
        exits(&recorder)[0]
    };
    // Bought at 98: stop 97.02, target 101.0625. The high of 102 came before.
    assert_eq!(exit(&[[100.0, 102.0, 97.5, 98.5], [98.5; 4], [98.5; 4]]), (98.5, ExitReason::EndOfData, 2));
    assert_eq!(exit(&[[100.0, 102.0, 97.0, 98.5], [98.5; 4]]), (97.02, ExitReason::StopLoss, 0));
    assert_eq!(
        exit(&[[99.0, 102.0, 97.5, 101.5], [98.5; 4]]),
        (101.0625, ExitReason::TakeProfit, 0),
        "closed beyond it"
    );
}

/// The same bars with these volumes.
fn with_volumes(mut bars: Bars, volumes: &[f64]) -> Bars {
    bars.volume = volumes.to_vec();
    bars
}

#[test]
fn a_volume_cap_fills_in_parts() {
    let rows = [[100.0; 4], [102.0; 4], [104.0; 4], [110.0; 4], [112.0; 4], [114.0; 4], [116.0; 4]];
    let bars = with_volumes(after(&rows), &[100.0, 40.0, f64::NAN, 60.0, 30.0, 50.0, 20.0, 100.0]);
    let recorder =
        run(std::slice::from_ref(&bars), &[(0, 0, LONG), (0, 3, FLAT)], |config| config.volume_cap = Some(0.1));
    // 4 of 40, none of an unknown volume, the rest of 6: a mean of (4 x 100 + 6 x 104) / 10. Left with 3, 5, 2.
    let expected = [(4.0, 100.0, 1), (6.0, 104.0, 3), (-3.0, 110.0, 4), (-5.0, 112.0, 5), (-2.0, 114.0, 6)];
    assert_eq!(fills(&recorder, &bars), expected);
    let [trade] = recorder.trades() else { panic!("one position is one trade: {:?}", recorder.trades()) };
    assert_eq!((trade.size, trade.entry_price, trade.exit_price, trade.bars_held), (10.0, 102.4, 111.8, 5));
    assert!((trade.pnl - (3.0 * 7.6 + 5.0 * 9.6 + 2.0 * 11.6)).abs() < 1e-9);
    assert_eq!(outcomes(&recorder), ["filled", "filled"]);
}

#[test]
fn what_is_not_filled_goes_when_its_time_is_over() {
    let bars = with_volumes(after(&[[100.0; 4], [100.0; 4], [100.0; 4], [100.0; 4]]), &[50.0; 5]);
    let recorder = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.volume_cap = Some(0.1);
        config.life = "day".parse().unwrap();
    });
    assert_eq!(outcomes(&recorder), ["expired", "filled"], "half of it stays and is closed at the end");
    assert_eq!(recorder.trades()[0].size, 5.0);
    // Lots of 3: one of the five that the bar allows, three times, then one unit is less than a lot.
    let lots = run(std::slice::from_ref(&bars), &[(0, 0, LONG)], |config| {
        config.volume_cap = Some(0.1);
        config.lot = Some(3.0);
    });
    let bought: Vec<_> = fills(&lots, &bars).into_iter().map(|(units, ..)| units).collect();
    assert_eq!(bought, [3.0, 3.0, 3.0, -9.0], "10 units are three lots");
}

#[test]
fn lots_and_ticks_round_against_the_trader() {
    let bars = [after(&[[100.02, 110.0, 90.0, 100.0], [100.0; 4], [100.0; 4]])];
    let recorder = run(&bars, &[(0, 0, LONG), (0, 1, FLAT)], |config| {
        config.sizing = Some("notional:1234".parse().unwrap());
        (config.lot, config.tick) = (Some(5.0), Some(0.25));
        config.slippage = Slippage::Bps(10.0);
    });
    let trade = recorder.trades()[0];
    // 100.02 and 10 bps are 100.12: 100.25 on the grid; 1234 buys 12.3, two lots. Out at 99.9: 99.75.
    assert_eq!((trade.size, trade.entry_price, trade.exit_price), (10.0, 100.25, 99.75));
    let small = run(&bars, &[(0, 0, LONG)], |config| {
        config.sizing = Some("units:4".parse().unwrap());
        config.lot = Some(5.0);
    });
    assert_eq!(refusals(&small), ["lot: 4 units are less than one lot of 5"]);
    // Stops go down and targets up to the grid: 97.98 and 102.01 become 97.75 and 102.25.
    let levels = run(
        &[after(&[[100.0; 4], [100.0, 102.2, 97.8, 100.0], [100.0, 103.0, 99.0, 100.0], QUIET])],
        &[(0, 0, LONG)],
        |config| {
            config.tick = Some(0.25);
            (config.stop_loss, config.take_profit) = (Some(0.0202), Some(0.0201));
        },
    );
    assert_eq!(exits(&levels), [(102.25, ExitReason::TakeProfit, 2)]);
}

#[test]
fn a_share_below_a_lot_and_a_size_by_confidence() {
    let bars = [flat_bars("A", &[100.0, 100.0, 100.0])];
    let sized = |sizing: &str| {
        let recorder = run(&bars, &[(0, 0, LONG)], |config| config.sizing = Some(sizing.parse().unwrap()));
        recorder.trades()[0].size
    };
    // The signals are half sure.
    assert_eq!(sized("units:10,by=confidence"), 5.0);
    assert_eq!(sized("notional:2000,by=confidence"), 10.0);
    assert_eq!(sized("equity:0.1,by=confidence"), 50.0);
    let unknown = run(&bars, &[(0, 0, LONG)], |config| config.sizing = Some("volatility:0.1".parse().unwrap()));
    assert_eq!(refusals(&unknown), ["size: what it rests on is unknown yet"]);
}
