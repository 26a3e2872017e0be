//! Triple-barrier labels, computed here by their definition, replayed as signals at zero cost.
//!
//! Entry at the next bar's open; leave at +profit / -loss on high and low within `horizon` bars, the entry bar
//! counted; a gap leaves at the open; a bar that touches both counts as the loss; no touch leaves at the open after
//! the last bar. Each label is its own account: overlapping labels would share a position otherwise.

use std::collections::BTreeMap;

use workstation::backtest::{Config, simulate};
use workstation::domain::{Bars, Silent, Ts};
use workstation::telemetry::Recorder;
use workstation::trade::{Direction, ExitReason, Signal};
use workstation::venues::TimedSignal;

use super::series::{btc, goog, part};

struct Barriers {
    profit: f64,
    loss: f64,
    horizon: usize,
}

/// What the definition says of one decision bar: forward return, exit bar and barrier.
fn label(bars: &Bars, decision: usize, barriers: &Barriers) -> Option<(f64, Ts, ExitReason)> {
    let first = decision + 1;
    let entry = *bars.open.get(first)?;
    let (upper, lower) = (entry * (1.0 + barriers.profit), entry * (1.0 - barriers.loss));
    // An incomplete horizon has no label, even if a barrier was touched before the data ended.
    let after = *bars.open.get(first + barriers.horizon)?;
    for i in first..first + barriers.horizon {
        let gap = i > first;
        let exit = if gap && bars.open[i] <= lower {
            Some((bars.open[i], ExitReason::StopLoss))
        } else if gap && bars.open[i] >= upper {
            Some((bars.open[i], ExitReason::TakeProfit))
        } else if bars.low[i] <= lower {
            Some((lower, ExitReason::StopLoss))
        } else if bars.high[i] >= upper {
            Some((upper, ExitReason::TakeProfit))
        } else {
            None
        };
        if let Some((price, reason)) = exit {
            return Some((price / entry - 1.0, bars.ts[i], reason));
        }
    }
    Some((after / entry - 1.0, bars.ts[first + barriers.horizon], ExitReason::MaxHolding))
}

/// Replays every `every`-th label and counts the exits by barrier.
fn replay(bars: &Bars, barriers: &Barriers, every: usize) -> BTreeMap<&'static str, usize> {
    let plan = Config {
        params: BTreeMap::from([("max_holding".into(), barriers.horizon.to_string())]),
        stop_loss: Some(barriers.loss),
        take_profit: Some(barriers.profit),
        commission: 0.0,
        slippage_bps: 0.0,
        sizing: Some("units:1".parse().unwrap()),
        ..Config::new("signals", vec![bars.symbol.clone()], bars.interval)
    }
    .check()
    .unwrap();
    let mut seen = BTreeMap::new();
    for decision in (0..bars.len()).step_by(every) {
        let Some((forward_return, exit_ts, reason)) = label(bars, decision, barriers) else { continue };
        let window = part(bars, decision, decision + barriers.horizon + 3);
        let signal = Signal::Directed { direction: Some(Direction::Long), confidence: None };
        let signals = vec![vec![TimedSignal { ts: bars.ts[decision], signal }]];
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        simulate(&[window], &signals, &plan, &mut recorder, &Silent).unwrap();
        let [trade] = recorder.trades() else { panic!("bar {decision}: {:?}", recorder.trades()) };
        let ours = trade.exit_price / trade.entry_price - 1.0;
        assert!((ours - forward_return).abs() < 1e-12, "bar {decision}: {ours} is not {forward_return}");
        assert!((recorder.final_equity() - 100_000.0 - trade.entry_price * forward_return).abs() < 1e-6);
        assert_eq!((trade.entry_ts, trade.exit_ts), (bars.ts[decision + 1], exit_ts), "bar {decision}");
        assert_eq!(trade.reason, reason, "bar {decision}");
        *seen.entry(trade.reason.as_str()).or_default() += 1;
    }
    seen
}

#[test]
fn every_label_of_goog_comes_back() {
    let seen = replay(&goog(), &Barriers { profit: 0.05, loss: 0.02, horizon: 8 }, 1);
    assert_eq!(seen.values().sum::<usize>(), 2148 - 9);
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
}

#[test]
fn labels_of_btc_minutes_come_back() {
    let seen = replay(&btc(), &Barriers { profit: 0.003, loss: 0.002, horizon: 60 }, 3);
    assert!(seen.values().sum::<usize>() > 15_000 - 50);
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
}
