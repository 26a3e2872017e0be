//! Triple-barrier labels, computed here by their definition, replayed as signals at zero cost.
//!
//! Entry at the next bar's open; leave at +profit / -loss on high and low within `horizon` bars, the entry bar
//! counted; a gap leaves at the open; a bar that touches both counts as the loss; no touch leaves at the open after
//! the last bar. Each label is its own account: overlapping labels would share a position otherwise.

use std::collections::BTreeMap;

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bars, Silent, Ts};
use workstation::labels::{
    Barrier, Barriers, Bounded, FixedHorizon, LabelSpec, Meta, SmaCross, TripleBarrier, Volatility,
};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Direction, ExitReason, Signal};
use workstation::venues::TimedSignal;

use super::series::{btc, goog, part};

struct Widths {
    profit: f64,
    loss: f64,
    horizon: usize,
}

/// What the definition says of one decision bar: forward return, exit bar and barrier.
fn label(bars: &Bars, decision: usize, barriers: &Widths) -> Option<(f64, Ts, ExitReason)> {
    let first = decision + 1;
    let entry = *bars.open.get(first)?;
    let (upper, lower) = (entry * (1.0 + barriers.profit), entry * (1.0 - barriers.loss));
    // An incomplete horizon has no label, even if a barrier was touched before the data ended.
    let after = *bars.open.get(first + barriers.horizon)?;
    // Equal to nine digits is a touch.
    let (least, most) = (upper * (1.0 - 1e-9), lower * (1.0 + 1e-9));
    for i in first..first + barriers.horizon {
        let gap = i > first;
        let exit = if gap && bars.open[i] <= most {
            Some((bars.open[i], ExitReason::StopLoss))
        } else if gap && bars.open[i] >= least {
            Some((bars.open[i], ExitReason::TakeProfit))
        } else if bars.low[i] <= most {
            Some((lower, ExitReason::StopLoss))
        } else if bars.high[i] >= least {
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
fn replay(bars: &Bars, barriers: &Widths, every: usize) -> BTreeMap<&'static str, usize> {
    let plan = Config {
        params: BTreeMap::from([("max_holding".into(), barriers.horizon.to_string())]),
        stop_loss: Some(barriers.loss),
        take_profit: Some(barriers.profit),
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
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
        simulate(&Data::with_signals(&[window], &signals), &plan, &mut recorder, &Silent).unwrap();
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
    let seen = replay(&goog(), &Widths { profit: 0.05, loss: 0.02, horizon: 8 }, 1);
    assert_eq!(seen.values().sum::<usize>(), 2148 - 9);
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
}

#[test]
fn labels_of_btc_minutes_come_back() {
    let seen = replay(&btc(), &Widths { profit: 0.003, loss: 0.002, horizon: 60 }, 3);
    assert!(seen.values().sum::<usize>() > 15_000 - 50);
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
}

/// Replays every `every`-th stored-to-be label of a kind, and counts its ways out; `widths` are the fractions to rest at.
///
/// A bet that its session bounds sees no bar after it: the account then closes at the last close.
fn come_back(
    bars: &Bars,
    spec: &LabelSpec,
    horizon: usize,
    bounded: bool,
    every: usize,
    widths: impl Fn(usize) -> Option<(f64, f64)>,
) -> BTreeMap<&'static str, usize> {
    let rows = spec.label(bars);
    let mut seen = BTreeMap::new();
    for (decision, row) in rows.iter().enumerate().step_by(every) {
        let (Some(forward_return), Some(barrier)) = (row.forward_return, row.barrier) else { continue };
        let session = bars.session_date[decision + 1];
        let session_end = (decision + 1..bars.len()).find(|index| bars.session_date[*index] != session);
        let end = decision + horizon + 3;
        let end = if bounded { session_end.map_or(end, |last| last.min(end)) } else { end };
        let plan = Config {
            params: BTreeMap::from([("max_holding".into(), horizon.to_string())]),
            stop_loss: widths(decision).map(|(_, stop)| stop),
            take_profit: widths(decision).map(|(take, _)| take),
            commission: Commission::Fraction(0.0),
            slippage: Slippage::Bps(0.0),
            sizing: Some("units:1".parse().unwrap()),
            ..Config::new("signals", vec![bars.symbol.clone()], bars.interval)
        };
        let direction = if row.side == Some(-1) { Direction::Short } else { Direction::Long };
        let signal = Signal::Directed { direction: Some(direction), confidence: None };
        let signals = vec![vec![TimedSignal { ts: bars.ts[decision], signal }]];
        let mut recorder = Recorder::new(100_000.0, 1, 0);
        simulate(
            &Data::with_signals(&[part(bars, decision, end)], &signals),
            &plan.check().unwrap(),
            &mut recorder,
            &Silent,
        )
        .unwrap();
        let [trade] = recorder.trades() else { panic!("bar {decision}: {:?}", recorder.trades()) };
        let earned = (recorder.final_equity() - 100_000.0) / trade.entry_price;
        assert!(
            (earned - forward_return).abs() < 1e-9,
            "{} bar {decision}: {earned} is not {forward_return}",
            spec.name()
        );
        assert_eq!((Some(trade.entry_ts), Some(trade.exit_ts)), (row.entry_ts, row.exit_ts), "bar {decision}");
        let expected = match barrier {
            Barrier::TakeProfit => ExitReason::TakeProfit,
            Barrier::StopLoss => ExitReason::StopLoss,
            Barrier::Horizon => ExitReason::MaxHolding,
            Barrier::Session => ExitReason::EndOfData,
        };
        assert_eq!(trade.reason, expected, "bar {decision}");
        *seen.entry(trade.reason.as_str()).or_default() += 1;
    }
    seen
}

/// Sample deviation of the last `n` log returns up to bar t.
fn sigma(bars: &Bars, t: usize, n: usize) -> Option<f64> {
    let returns: Vec<f64> = (t.checked_sub(n)? + 1..=t).map(|i| (bars.close[i] / bars.close[i - 1]).ln()).collect();
    let mean = returns.iter().sum::<f64>() / n as f64;
    Some((returns.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1) as f64).sqrt())
}

#[test]
fn labels_scaled_by_volatility_come_back() {
    let goog = goog();
    let spec = Volatility { take_profit: 2.0, stop_loss: 1.5, horizon: 5, vol_window: 20 };
    let widths = |t: usize| sigma(&goog, t, 20).map(|sigma| (2.0 * sigma, 1.5 * sigma));
    let seen = come_back(&goog, &spec.into(), 5, false, 1, widths);
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
    assert!(seen.values().sum::<usize>() > 2100);
}

#[test]
fn labels_bounded_by_their_session_come_back() {
    let btc = btc();
    let barriers = TripleBarrier { take_profit: 0.01, stop_loss: 0.008, horizon: 300 };
    let spec = LabelSpec::TripleBarrier(Bounded { barriers, session_bounded: true });
    let seen = come_back(&btc, &spec, 300, true, 11, |_| Some((0.01, 0.008)));
    assert_eq!(seen.len(), 4, "all four ways out occur: {seen:?}");
    let daily = goog();
    let barriers = TripleBarrier { take_profit: 0.02, stop_loss: 0.02, horizon: 8 };
    let spec = LabelSpec::TripleBarrier(Bounded { barriers, session_bounded: true });
    let seen = come_back(&daily, &spec, 8, true, 1, |_| Some((0.02, 0.02)));
    assert!(seen["end_of_data"] > 500, "a day is its own session: {seen:?}");
}

#[test]
fn labels_of_a_fixed_horizon_come_back() {
    let seen = come_back(&goog(), &FixedHorizon { horizon: 10, threshold: 0.01 }.into(), 10, false, 1, |_| None);
    assert_eq!(seen, BTreeMap::from([("max_holding", 2148 - 11)]));
}

#[test]
fn meta_labels_come_back_on_both_sides() {
    let goog = goog();
    let barriers = Barriers::TripleBarrier(TripleBarrier { take_profit: 0.04, stop_loss: 0.03, horizon: 8 }.into());
    let spec = LabelSpec::from(Meta { primary: SmaCross { fast: 10, slow: 20 }, barriers });
    let seen = come_back(&goog, &spec, 8, false, 1, |_| Some((0.04, 0.03)));
    assert_eq!(seen.len(), 3, "all three barriers occur: {seen:?}");
    assert!(spec.label(&goog).iter().filter(|row| row.side == Some(-1)).count() > 500);
}
