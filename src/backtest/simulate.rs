//! The simulation itself: pure, from bars and a plan to effects.

use super::{BacktestError, Plan};
use crate::domain::{Bars, Progress, Silent};
use crate::telemetry::{Meter, Metrics, Yearly};
use crate::trade::{Counters, Engine, Sink};
use crate::venues::{Paper, Replay, TimedSignal};

/// Runs a plan over series in memory and writes everything into a sink.
///
/// Asset `i` is `bars[i]` with `signals[i]` (none when missing), both ascending in `ts`. Progress counts bars.
///
/// # Errors
/// Parameters that don't go together.
pub fn simulate<K: Sink>(
    bars: &[Bars],
    signals: &[Vec<TimedSignal>],
    plan: &Plan,
    sink: &mut K,
    progress: &dyn Progress,
) -> Result<(), BacktestError> {
    let strategy = plan
        .spec
        .build(&plan.params, bars.len())
        .map_err(|source| BacktestError::Param { strategy: plan.spec.name, source })?;
    let mut engine = Engine::new(plan.settings, strategy, Paper::new(plan.costs, bars.len()), bars.len());
    engine.run(&mut Replay::new(bars, signals), sink, progress);
    Ok(())
}

/// The totals of a plan over series in memory; nothing is stored.
///
/// # Errors
/// As [`simulate`].
pub fn sweep(bars: &[Bars], signals: &[Vec<TimedSignal>], plan: &Plan) -> Result<Counters, BacktestError> {
    let mut counters = Counters::new(plan.settings.capital);
    simulate(bars, signals, plan, &mut counters, &Silent)?;
    Ok(counters)
}

/// The metrics of a plan over series in memory, as `run_performance` would say them; nothing is stored. `None` without
/// bars.
///
/// # Errors
/// As [`simulate`].
pub fn measure(
    bars: &[Bars],
    signals: &[Vec<TimedSignal>],
    plan: &Plan,
    yearly: Yearly,
) -> Result<Option<Metrics>, BacktestError> {
    let mut meter = Meter::new(plan.settings.capital, bars.len(), yearly);
    simulate(bars, signals, plan, &mut meter, &Silent)?;
    Ok(meter.metrics())
}
