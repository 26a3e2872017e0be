//! The simulation itself: pure, from series in memory and a plan to effects.

use super::{BacktestError, Plan, annualisation, instruments};
use crate::domain::{Bars, Progress, Silent};
use crate::telemetry::{Meter, Metrics, Yearly};
use crate::trade::{Contract, Counters, Engine, Sink};
use crate::venues::{Paper, Replay, Surroundings, TimedSignal};

/// Series in memory: asset `i` is `bars[i]` with `signals[i]`, `around[i]` and `contracts[i]` (nothing where missing).
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// Bars, ascending in `ts`.
    pub bars: &'a [Bars],
    /// Signals, ascending in `ts`.
    pub signals: &'a [Vec<TimedSignal>],
    /// Hours, corporate actions, halts.
    pub around: &'a [Surroundings],
    /// The grids that the assets trade on.
    pub contracts: &'a [Contract],
}

impl<'a> Data<'a> {
    /// Bars and nothing else.
    #[must_use]
    pub const fn of(bars: &'a [Bars]) -> Self {
        Self { bars, signals: &[], around: &[], contracts: &[] }
    }

    /// Bars with signals.
    #[must_use]
    pub const fn with_signals(bars: &'a [Bars], signals: &'a [Vec<TimedSignal>]) -> Self {
        Self { bars, signals, around: &[], contracts: &[] }
    }
}

/// Runs a plan over series in memory and writes everything into a sink; progress counts bars.
///
/// Returns what a reader should know of how the strategies decided, a line each.
///
/// # Errors
/// Parameters that don't go together.
pub fn simulate<K: Sink>(
    data: &Data<'_>,
    plan: &Plan,
    sink: &mut K,
    progress: &dyn Progress,
) -> Result<Vec<String>, BacktestError> {
    let mut engine = engine(data, plan)?;
    engine.run(&mut Replay::new(data.bars, data.signals, data.around), sink, progress);
    let mut notes: Vec<String> = plan.exits_note().into_iter().collect();
    for (trader, chosen) in engine.traders().iter().zip(&plan.strategies) {
        notes.extend(trader.strategy.notes().into_iter().map(|note| format!("{}: {note}", chosen.spec.name)));
    }
    notes.extend(engine.gate_counts().map(|counts| counts.to_string()));
    let equity = engine.account().equity;
    if equity <= 0.0 {
        notes.push(format!("the account was lost: equity ends at {equity:.2}; there are no returns after that"));
    }
    Ok(notes)
}

/// A fresh account with its strategies and broker.
pub(super) fn engine(data: &Data<'_>, plan: &Plan) -> Result<Engine<Paper>, BacktestError> {
    let assets = data.bars.len();
    let traders = plan.strategies.iter().map(|chosen| chosen.trader(assets)).collect::<Result<Vec<_>, _>>()?;
    let terms = plan.terms(assets, data.contracts);
    let contracts = terms.contracts.clone();
    let broker = Paper::new(terms, assets, traders.len());
    let needs_years = plan.settings.sizing.needs_volatility();
    let bars_per_year = if needs_years { bars_per_year(data) } else { Vec::new() };
    Ok(Engine::new(plan.settings, traders, broker, contracts, &bars_per_year))
}

/// Bars a year of each asset; where nothing is known of it, as the days it trades let it appear.
fn bars_per_year(data: &Data<'_>) -> Vec<f64> {
    let of = |(asset, bars): (usize, &Bars)| {
        let known = data.around.get(asset).and_then(|around| around.bars_per_year);
        known.unwrap_or_else(|| instruments::bars_per_year(annualisation::of_asset(None, bars), bars))
    };
    data.bars.iter().enumerate().map(of).collect()
}

/// The totals of a plan over series in memory; nothing is stored.
///
/// # Errors
/// As [`simulate`].
pub fn sweep(data: &Data<'_>, plan: &Plan) -> Result<Counters, BacktestError> {
    let mut counters = Counters::new(plan.settings.capital);
    simulate(data, plan, &mut counters, &Silent)?;
    Ok(counters)
}

/// The metrics of a plan over series in memory, as `run_performance` would say them; nothing is stored. `None` without
/// bars.
///
/// # Errors
/// As [`simulate`].
pub fn measure(data: &Data<'_>, plan: &Plan, yearly: Yearly) -> Result<Option<Metrics>, BacktestError> {
    let mut meter = Meter::new(plan.settings.capital, data.bars.len(), plan.interval, yearly);
    simulate(data, plan, &mut meter, &Silent)?;
    Ok(meter.metrics())
}
