//! `sma_cross` against backtesting.py on GOOG: 10/20, 100 units, 0.1 % a side, no slippage, 100 000.

use std::collections::BTreeMap;

use workstation::backtest::{Config, Data, simulate, sweep};
use workstation::domain::{Interval, Silent};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Direction, ExitReason, Trade};

use super::series::{goog, midnight, shared};

pub fn config() -> Config {
    Config {
        params: BTreeMap::from([("fast".into(), "10".into()), ("slow".into(), "20".into())]),
        commission: Commission::Fraction(0.001),
        slippage: Slippage::Bps(0.0),
        capital: 100_000.0,
        sizing: Some("units:100".parse().unwrap()),
        ..Config::new("sma_cross", vec!["GOOG".parse().unwrap()], Interval::D1)
    }
}

fn recorded() -> Recorder {
    let mut recorder = Recorder::new(100_000.0, 1, 0);
    simulate(&Data::of(&[goog()]), &config().check().unwrap(), &mut recorder, &Silent).unwrap();
    recorder
}

/// One line of the reference: Size,EntryTime,ExitTime,EntryPrice,ExitPrice,PnL,ReturnPct,Commission.
pub fn reference() -> Vec<Vec<String>> {
    let text = shared("golden/trades_sma_10_20_GOOG_1d.csv");
    text.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect()).collect()
}

fn assert_same(trade: &Trade, line: &[String]) {
    let number = |field: usize| line[field].parse::<f64>().unwrap();
    assert_eq!(trade.direction.sign() * trade.size, number(0), "{line:?}");
    assert_eq!((trade.entry_ts, trade.exit_ts), (midnight(&line[1]), midnight(&line[2])), "{line:?}");
    assert_eq!((trade.entry_price, trade.exit_price), (number(3), number(4)), "{line:?}");
    assert!((trade.pnl - number(5)).abs() < 1e-6, "{line:?} {trade:?}");
    assert!((trade.return_pct() / 100.0 - number(6)).abs() < 1e-9, "{line:?} {trade:?}");
    assert!((trade.commission - number(7)).abs() < 1e-6, "{line:?} {trade:?}");
}

#[test]
fn trades_equal_the_independent_engine() {
    let recorder = recorded();
    let (trades, reference) = (recorder.trades(), reference());
    assert_eq!(trades.len(), reference.len());
    assert!(trades.len() > 90);
    // The last trade is forced by the end of the data, which the two engines close at different prices.
    for (trade, line) in trades.iter().zip(&reference).take(reference.len() - 1) {
        assert_same(trade, line);
        assert_eq!(trade.reason, ExitReason::Signal);
    }
    assert_eq!(trades.last().unwrap().reason, ExitReason::EndOfData);
    assert!(recorder.orders().all(|(_, outcome)| outcome.is_some()) && recorder.refused() == 0);
}

#[test]
fn totals_equal_the_independent_engine() {
    let counters = sweep(&Data::of(&[goog()]), &config().check().unwrap()).unwrap();
    let reference: serde_json::Value = serde_json::from_str(&shared("golden/trades_sma_10_20_GOOG_1d.json")).unwrap();
    let wanted = |key: &str| reference[key].as_f64().unwrap();
    assert_eq!(counters.trades as f64, wanted("# Trades"));
    assert!((100.0 * counters.wins as f64 / counters.trades as f64 - wanted("Win Rate [%]")).abs() < 1e-9);
    assert!((100.0 * counters.max_drawdown - wanted("Max. Drawdown [%]")).abs() < 1e-9);
    // The forced last trade: they sell 100 at the last open, we at the last close.
    let (open, close) = (797.8, 806.19);
    let difference = 100.0 * (close - open) * (1.0 - 0.001);
    assert!((counters.final_equity - difference - wanted("Equity Final [$]")).abs() < 1e-6);
}

#[test]
fn counting_and_recording_agree() {
    let recorder = recorded();
    let counters = sweep(&Data::of(&[goog()]), &config().check().unwrap()).unwrap();
    let trades = recorder.trades();
    assert_eq!(counters.final_equity.to_bits(), recorder.final_equity().to_bits());
    assert_eq!(counters.trades as usize, trades.len());
    assert_eq!(counters.steps as usize, recorder.equity().len());
    assert_eq!(counters.gross_profit, trades.iter().map(|trade| trade.pnl.max(0.0)).sum::<f64>());
    assert!(trades.iter().any(|trade| trade.direction == Direction::Short));
}
