//! A run of given signals on made-up series.

use workstation::backtest::{Config, Data, simulate};
use workstation::domain::{Bars, Silent};
use workstation::telemetry::Recorder;
use workstation::trade::costs::{Commission, Slippage};
use workstation::trade::{Direction, ExitReason, Outcome, Signal};
use workstation::venues::{Surroundings, TimedSignal};

use super::series::daily;

pub const LONG: Option<Direction> = Some(Direction::Long);
pub const SHORT: Option<Direction> = Some(Direction::Short);
pub const FLAT: Option<Direction> = None;

/// Runs `signals` without costs unless `change` sets some; opinions are (asset, bar, direction).
pub fn run(bars: &[Bars], opinions: &[(usize, usize, Option<Direction>)], change: impl Fn(&mut Config)) -> Recorder {
    run_around(bars, opinions, &[], change)
}

pub fn run_around(
    bars: &[Bars],
    opinions: &[(usize, usize, Option<Direction>)],
    around: &[Surroundings],
    change: impl Fn(&mut Config),
) -> Recorder {
    let symbols = bars.iter().map(|bars| bars.symbol.clone()).collect();
    let mut config = Config {
        commission: Commission::Fraction(0.0),
        slippage: Slippage::Bps(0.0),
        ..Config::new("signals", symbols, bars[0].interval)
    };
    config.sizing = Some("units:10".parse().unwrap());
    change(&mut config);
    let mut signals = vec![Vec::new(); bars.len()];
    for &(asset, bar, direction) in opinions {
        let signal = Signal::Directed { direction, confidence: Some(0.5) };
        signals[asset].push(TimedSignal { ts: bars[asset].ts[bar], signal });
    }
    let plan = config.check().unwrap();
    let mut recorder = Recorder::new(config.capital, bars.len(), 0);
    simulate(&Data { bars, signals: &signals, around, contracts: &[] }, &plan, &mut recorder, &Silent).unwrap();
    recorder
}

pub fn flat_bars(symbol: &str, closes: &[f64]) -> Bars {
    daily(symbol, &closes.iter().map(|&close| [close; 4]).collect::<Vec<_>>())
}

/// Exit price, reason, bars held.
pub type Exit = (f64, ExitReason, u32);

pub fn exits(recorder: &Recorder) -> Vec<Exit> {
    recorder.trades().iter().map(|trade| (trade.exit_price, trade.reason, trade.bars_held)).collect()
}

pub fn refusals(recorder: &Recorder) -> Vec<String> {
    let refused = recorder.orders().filter_map(|(_, outcome)| match outcome {
        Some(Outcome::Refused(refusal)) => Some(refusal.to_string()),
        _ => None,
    });
    refused.collect()
}

/// Fills as signed units, price, and place of the bar in its series.
pub fn fills(recorder: &Recorder, bars: &Bars) -> Vec<(f64, f64, usize)> {
    let place = |ts| bars.ts.binary_search(&ts).unwrap();
    recorder.fills().iter().map(|fill| (fill.side.sign() * fill.size, fill.price, place(fill.ts))).collect()
}

/// What became of each order: `filled`, `refused`, or why it was taken back.
pub fn outcomes(recorder: &Recorder) -> Vec<&'static str> {
    let told = |outcome: Option<&Outcome>| match outcome {
        Some(Outcome::Filled(_)) => "filled",
        Some(Outcome::Refused(_)) => "refused",
        Some(Outcome::Cancelled { why, .. }) => why.as_str(),
        None => "none",
    };
    recorder.orders().map(|(_, outcome)| told(outcome)).collect()
}
