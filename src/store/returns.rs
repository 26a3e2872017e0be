//! The returns of runs: what luck is judged by, and where the judgements are kept.

use std::iter::repeat_n;

use duckdb::{OptionalExt, params};

use super::{Columns, Result, Store, runs};
use crate::domain::Ts;

/// What the metrics of a run are measured with, as the view `run_settings` says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Starting capital, in currency.
    pub capital: f64,
    /// Yearly risk-free rate, a fraction.
    pub risk_free_rate: f64,
    /// Sessions a year.
    pub periods_per_year: f64,
}

/// Settings of a run; `None` when there is no such run, or its sessions a year are unknown.
///
/// # Errors
/// Faults of DuckDB.
pub fn settings(store: &Store, run_id: &str) -> Result<Option<Settings>> {
    let found = store.conn().query_row(crate::sql!("store/run_settings"), [run_id], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<f64>>(2)?))
    });
    let found: Option<(f64, f64, Option<f64>)> = found.optional()?;
    Ok(found.and_then(|(capital, risk_free_rate, periods)| {
        periods.map(|periods_per_year| Settings { capital, risk_free_rate, periods_per_year })
    }))
}

/// Daily returns of a run by day since 1970-01-01, ascending.
///
/// # Errors
/// Faults of DuckDB.
pub fn daily(store: &Store, run_id: &str) -> Result<Vec<(i32, f64)>> {
    let mut statement = store.conn().prepare(crate::sql!("store/daily_returns"))?;
    let rows = statement.query_map(params![run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// What each closed trade of a run made, in currency, in order of exit.
///
/// # Errors
/// Faults of DuckDB.
pub fn trade_pnls(store: &Store, run_id: &str) -> Result<Vec<f64>> {
    let mut statement = store.conn().prepare(crate::sql!("store/trade_pnls"))?;
    let rows = statement.query_map(params![run_id], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// One simulation of a run, whatever its methods.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated<'a> {
    /// Identity.
    pub montecarlo_id: &'a str,
    /// Run resampled.
    pub run_id: &'a str,
    /// UTC time of the simulation.
    pub made_at: Ts,
    /// Random seed.
    pub seed: u64,
}

/// How one metric spreads over the paths of one method; NaN is stored as NULL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpreadRow<'a> {
    /// returns or trades.
    pub source: &'a str,
    /// bootstrap, block or shuffle.
    pub method: &'a str,
    /// Days or trades.
    pub observations: usize,
    /// Paths drawn.
    pub paths: usize,
    /// Mean length of blocks.
    pub block_length: f64,
    /// Metric.
    pub metric: &'a str,
    /// Value of the run itself.
    pub observed: f64,
    /// Mean over the paths.
    pub mean: f64,
    /// Quantiles at 2.5, 5, 25, 50, 75, 95 and 97.5 %.
    pub quantiles: [f64; 7],
    /// Share of the paths below observed.
    pub share_below: f64,
    /// Share of the paths below 0.
    pub share_negative: f64,
}

/// Keeps a simulation in the table `montecarlo`; the caller holds the transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn record(store: &Store, simulated: &Simulated<'_>, rows: &[SpreadRow<'_>]) -> Result<()> {
    let n = rows.len();
    let names = ["p2_5", "p5", "p25", "p50", "p75", "p95", "p97_5"];
    let columns = Columns::new()
        .text("montecarlo_id", repeat_n(simulated.montecarlo_id, n))
        .text("run_id", repeat_n(simulated.run_id, n))
        .ts("made_at", repeat_n(simulated.made_at, n))
        .text("code_version", repeat_n(runs::code_version(), n))
        .i64("seed", repeat_n(simulated.seed as i64, n))
        .text("source", rows.iter().map(|row| row.source))
        .text("method", rows.iter().map(|row| row.method))
        .i64("observations", rows.iter().map(|row| row.observations as i64))
        .i64("paths", rows.iter().map(|row| row.paths as i64))
        .f64("block_length", rows.iter().map(|row| row.block_length))
        .text("metric", rows.iter().map(|row| row.metric))
        .f64("observed", rows.iter().map(|row| row.observed))
        .f64("mean", rows.iter().map(|row| row.mean))
        .f64("share_below", rows.iter().map(|row| row.share_below))
        .f64("share_negative", rows.iter().map(|row| row.share_negative));
    let columns = names
        .iter()
        .enumerate()
        .fold(columns, |columns, (level, name)| columns.f64(name, rows.iter().map(|row| row.quantiles[level])));
    columns.append_to(store, "montecarlo")
}
