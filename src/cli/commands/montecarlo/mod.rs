//! `ws montecarlo`.

mod pages;
mod text;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde_json::{Value, json};

use super::report::open;
use crate::cli::{Ctx, Failure, Output};
use crate::domain::id::new_id;
use crate::report::study;
use crate::stats::{self, LEAST_OBSERVATIONS, Method, Moments, PathScale, Plan, Simulation, StatsError};
use crate::store::returns::{self, Settings, Simulated, SpreadRow};
use crate::store::{Store, runs};

/// How far return and drawdown of a run would have varied by luck
///
/// Draws thousands of paths from the run's own daily returns (or closed trades) and tells how total return, CAGR, Sharpe
/// and the deepest drawdown spread over them: 95 % intervals, the probability of a loss, the probability of a drawdown
/// deeper than the run's, and where the run itself stands.
///
/// bootstrap: single days with replacement, as if days had nothing to do with each other.
///
/// block: stretches of days with replacement (stationary bootstrap, Politis and Romano 1994), which keeps what neighbouring
/// days have to do with each other. The mean length of the stretches comes from the data (Politis and White 2004, corrected
/// 2009) unless --block names it.
///
/// shuffle: the same days in another order. Total return, CAGR and Sharpe stay as they are, only the drawdown varies.
///
/// Paths know no other days than the run's own. The outcome is kept in the table montecarlo; an HTML page that needs no
/// network and PNG pictures show fans of the account (5 to 95 % of the paths; of more than 10000, the first 10000) and
/// histograms. The same seed gives the same paths at any number of threads, and no path is held in memory. A run with
/// fewer than 20 days (or trades) is refused.
#[derive(Debug, clap::Args)]
pub struct MontecarloArgs {
    /// Run: id, the beginning of it, or its name [default: the newest backtest]
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// Paths of each method
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..=200_000))]
    paths: u32,
    /// Methods, separated by commas: bootstrap, block, shuffle
    #[arg(long, value_delimiter = ',', default_value = "bootstrap,block,shuffle")]
    method: Vec<Method>,
    /// What to resample, separated by commas: returns (days), trades (pnl of closed trades, one after another)
    #[arg(long, value_delimiter = ',', default_value = "returns")]
    of: Vec<Source>,
    /// Mean length of blocks, in days or trades [default: from the data]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    block: Option<u32>,
    /// Seed of the paths
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    seed: u64,
    /// Folder for page and pictures; made when missing
    #[arg(long, value_name = "DIR", default_value = "montecarlo")]
    out: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

/// What is resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Returns,
    Trades,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Returns => "returns",
            Self::Trades => "trades",
        }
    }

    /// An observation, in the plural.
    const fn observations(self) -> &'static str {
        match self {
            Self::Returns => "days",
            Self::Trades => "trades",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = [Self::Returns, Self::Trades].into_iter().find(|source| source.as_str() == text);
        found.ok_or_else(|| format!("'{text}' is none of returns, trades"))
    }
}

impl From<StatsError> for Failure {
    fn from(error: StatsError) -> Self {
        Self::refused(error.to_string())
    }
}

/// A run's observations with everything that was drawn from them.
struct Studied {
    source: Source,
    observed: Vec<f64>,
    moments: Option<Moments>,
    simulations: Vec<Simulation>,
}

/// Everything there is to tell.
struct Outcome {
    montecarlo_id: String,
    run_id: String,
    seed: u64,
    paths: usize,
    settings: Settings,
    /// First and last day.
    span: (i32, i32),
    studied: Vec<Studied>,
    notes: Vec<String>,
}

pub fn run(args: &MontecarloArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_existing()?;
    let run_id = chosen(&store, args.run.as_deref())?;
    let (settings, days) = read(&store, &run_id)?;
    let span = (days.first().map_or(0, |day| day.0), days.last().map_or(0, |day| day.0));
    let now = ctx.now();
    let mut outcome = Outcome {
        montecarlo_id: new_id("montecarlo", now),
        seed: args.seed,
        paths: args.paths as usize,
        settings,
        span,
        studied: Vec::new(),
        notes: Vec::new(),
        run_id,
    };
    for source in unique(&args.of) {
        let observed = observations(&store, &outcome, source, &days)?;
        outcome.studied.push(studied(args, &outcome, source, observed, ctx)?);
    }
    outcome.notes = text::notes(&store, &outcome)?;
    let badges = study::badges(&store, std::slice::from_ref(&outcome.run_id))?;
    let written = study::write(&store, &pages::study(&store, &outcome, &badges)?, &args.out, now)?;
    store.transaction(|| {
        let simulated =
            Simulated { montecarlo_id: &outcome.montecarlo_id, run_id: &outcome.run_id, made_at: now, seed: args.seed };
        returns::record(&store, &simulated, &rows(&outcome))
    })?;
    if args.open {
        open(&written.html)?;
    }
    Ok(Output::new(text::human(&outcome, &badges, &written), document(&outcome, &badges, &written)))
}

/// The run asked for, or the newest backtest.
fn chosen(store: &Store, given: Option<&str>) -> Result<String, Failure> {
    match given {
        Some(given) => Ok(runs::find(store, given)?),
        None => runs::newest(store, "backtest", 1)?.pop().ok_or_else(|| {
            Failure::refused("the store has no backtest to resample").hint("run one: ws backtest --strategy sma_cross")
        }),
    }
}

/// Settings and daily returns of a run that has some.
pub fn read(store: &Store, run_id: &str) -> Result<(Settings, Vec<(i32, f64)>), Failure> {
    let days = returns::daily(store, run_id)?;
    let settings = returns::settings(store, run_id)?.filter(|_| !days.is_empty());
    let settings = settings.ok_or_else(|| {
        Failure::refused(format!("run {run_id} has no daily returns")).hint("choose a backtest: ws query runs")
    })?;
    if let Some((day, value)) = days.iter().find(|(_, value)| !value.is_finite()) {
        let date = crate::domain::time::date_of(*day);
        return Err(Failure::refused(format!("run {run_id}: the return of {date} is {value}, not a number")));
    }
    Ok((settings, days))
}

fn observations(store: &Store, outcome: &Outcome, source: Source, days: &[(i32, f64)]) -> Result<Vec<f64>, Failure> {
    let told = |error: StatsError| Failure::refused(format!("run {}: {error}", outcome.run_id));
    let found = match source {
        Source::Returns => days.iter().map(|day| day.1).collect(),
        Source::Trades => {
            let pnls = returns::trade_pnls(store, &outcome.run_id)?;
            stats::trade_returns(&pnls, outcome.settings.capital).map_err(told)?
        }
    };
    if found.len() < LEAST_OBSERVATIONS {
        let (n, what) = (found.len(), source.observations());
        return Err(Failure::refused(format!(
            "run {} has {n} {what}; at least {LEAST_OBSERVATIONS} are needed: paths of fewer say nothing",
            outcome.run_id
        ))
        .hint("test over a longer period, or resample the other with --of returns or --of trades"));
    }
    Ok(found)
}

fn studied(
    args: &MontecarloArgs,
    outcome: &Outcome,
    source: Source,
    observed: Vec<f64>,
    ctx: &Ctx,
) -> Result<Studied, Failure> {
    let settings = &outcome.settings;
    let years = f64::from(outcome.span.1 - outcome.span.0) / 365.25;
    // As the views do: days against the risk-free rate, trades as they are.
    let scale = match source {
        Source::Returns => PathScale {
            years,
            periods_per_year: settings.periods_per_year,
            risk_free: settings.risk_free_rate / settings.periods_per_year,
        },
        Source::Trades => PathScale { years, periods_per_year: observed.len() as f64 / years, risk_free: 0.0 },
    };
    let mut simulations = Vec::new();
    for method in unique(&args.method) {
        let block = args.block.map(f64::from);
        let plan = Plan { method, paths: outcome.paths, block, seed: args.seed, scale };
        simulations.push(stats::simulate(&observed, &plan, ctx.progress())?);
    }
    Ok(Studied { source, moments: stats::moments(&observed), observed, simulations })
}

/// Each once, in the order given.
fn unique<T: Copy + PartialEq>(given: &[T]) -> Vec<T> {
    let mut found: Vec<T> = Vec::new();
    for value in given {
        if !found.contains(value) {
            found.push(*value);
        }
    }
    found
}

/// The rows of the table.
fn rows(outcome: &Outcome) -> Vec<SpreadRow<'_>> {
    let of = |studied: &'_ Studied, simulation: &'_ Simulation, spread: &'_ stats::Spread| SpreadRow {
        source: studied.source.as_str(),
        method: simulation.method.as_str(),
        observations: simulation.n,
        paths: simulation.paths,
        block_length: simulation.block_length.unwrap_or(f64::NAN),
        metric: spread.metric,
        observed: spread.observed,
        mean: spread.mean,
        quantiles: spread.quantiles,
        share_below: spread.share_below,
        share_negative: spread.share_negative,
    };
    let mut rows = Vec::new();
    for studied in &outcome.studied {
        for simulation in &studied.simulations {
            rows.extend(simulation.spreads.iter().map(|spread| of(studied, simulation, spread)));
        }
    }
    rows
}

/// A finite number; unknown is null.
fn known(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn document(outcome: &Outcome, badges: &[study::Badge], written: &study::Written) -> Value {
    let spread = |spread: &stats::Spread| {
        json!({ "metric": spread.metric, "observed": known(spread.observed), "mean": known(spread.mean),
            "low": known(spread.interval().0), "high": known(spread.interval().1), "levels": stats::Spread::LEVELS,
            "quantiles": spread.quantiles.map(known), "share_below": known(spread.share_below),
            "share_negative": known(spread.share_negative) })
    };
    let method = |simulation: &Simulation| {
        json!({ "method": simulation.method, "paths": simulation.paths, "block_length": simulation.block_length,
            "metrics": simulation.spreads.iter().map(spread).collect::<Vec<_>>(), "bands": simulation.bands })
    };
    let source = |studied: &Studied| {
        json!({ "of": studied.source.as_str(), "observations": studied.observed.len(), "moments": studied.moments,
            "methods": studied.simulations.iter().map(method).collect::<Vec<_>>() })
    };
    json!({ "montecarlo_id": outcome.montecarlo_id, "run_id": outcome.run_id, "seed": outcome.seed,
        "from": crate::domain::time::date_of(outcome.span.0).to_string(),
        "to": crate::domain::time::date_of(outcome.span.1).to_string(), "notes": outcome.notes,
        "badges": badges.iter().map(|badge| badge.text.as_str()).collect::<Vec<_>>(),
        "sources": outcome.studied.iter().map(source).collect::<Vec<_>>(), "html": written.html, "pngs": written.pngs })
}
