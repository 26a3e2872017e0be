//! What else a run could have come to: thousands of paths drawn from its own returns.
//!
//! `bootstrap` and `block` ask how far return and drawdown would have varied had the days been drawn again; `shuffle` asks
//! what the order of the days did: total return, CAGR and Sharpe stay as they are, only the drawdown varies. None knows
//! of markets other than the run's own days.
//!
//! Path `i` of a method is drawn from stream `i` of the seed and the method: the outcome is the same at any number of
//! threads. A path is walked and forgotten; what stays of it are four numbers, and its marks for [`Bands`].

use rayon::prelude::*;

use super::bands::{BAND_PATHS, Bands, marks};
use super::block_length::block_length;
use super::error::{StatsError, checked};
use super::moments::{mean, quantile};
use super::paths::{PathScale, PathStats, walk};
use super::random::Stream;
use super::resample::{Method, Resampler};
use crate::domain::Progress;

/// Observations it takes; of fewer, resampling says nothing.
pub const LEAST_OBSERVATIONS: usize = 20;
/// Paths of one piece of work.
const PIECE: usize = 250;

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// How a path is drawn.
    pub method: Method,
    /// Paths.
    pub paths: usize,
    /// Mean block length; `None` finds it from the returns. Used by [`Method::Block`] only.
    pub block: Option<f64>,
    /// Seed.
    pub seed: u64,
    /// What paths are measured with.
    pub scale: PathScale,
}

/// How one number spreads over the paths; NaN is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Its name, as in the view `run_performance`.
    pub metric: &'static str,
    /// Value of the series itself.
    pub observed: f64,
    /// Mean over the paths.
    pub mean: f64,
    /// Quantiles over the paths at [`Spread::LEVELS`].
    pub quantiles: [f64; 7],
    /// Share of the paths below the observed value by more than rounding: a lower return, a deeper drawdown. NaN where the
    /// method can't change it.
    pub share_below: f64,
    /// Share of the paths below 0: of a return, the probability of a loss. NaN where the method can't change it.
    pub share_negative: f64,
    /// Its known values over the paths, ascending.
    pub values: Vec<f64>,
}

/// Outcome of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// Method.
    pub method: Method,
    /// Observations of the series and steps of each path.
    pub n: usize,
    /// Paths drawn.
    pub paths: usize,
    /// Mean block length, of [`Method::Block`].
    pub block_length: Option<f64>,
    /// total_return, cagr, max_drawdown and sharpe.
    pub spreads: Vec<Spread>,
    /// Where the paths run.
    pub bands: Bands,
}

/// Relative distance from the observed value at which another one is the same: sums in another order round otherwise.
const TIE: f64 = 1e-9;

impl Spread {
    /// Shares of the quantiles; the outer two hold 95 % between them.
    pub const LEVELS: [f64; 7] = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975];

    fn of(metric: &'static str, observed: f64, mut values: Vec<f64>) -> Self {
        values.retain(|value| !value.is_nan());
        values.sort_unstable_by(f64::total_cmp);
        let share = |limit: f64| match values.len() {
            0 => f64::NAN,
            n => values.partition_point(|value| *value < limit) as f64 / n as f64,
        };
        let share_below = if observed.is_nan() { f64::NAN } else { share(observed - TIE * observed.abs()) };
        Self {
            metric,
            observed,
            mean: mean(&values),
            quantiles: Self::LEVELS.map(|level| quantile(&values, level).unwrap_or(f64::NAN)),
            share_below,
            share_negative: share(0.0),
            values,
        }
    }

    /// Of a number that the order of the days can't change.
    fn fixed(metric: &'static str, observed: f64) -> Self {
        let (share_below, share_negative) = (f64::NAN, f64::NAN);
        Self {
            metric,
            observed,
            mean: observed,
            quantiles: [observed; 7],
            share_below,
            share_negative,
            values: Vec::new(),
        }
    }

    /// The 95 % interval.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.quantiles[0], self.quantiles[6])
    }
}

impl Simulation {
    /// A spread by name.
    #[must_use]
    pub fn spread(&self, metric: &str) -> Option<&Spread> {
        self.spreads.iter().find(|spread| spread.metric == metric)
    }
}

/// Draws the paths of a plan from a series of returns.
///
/// # Errors
/// Fewer than [`LEAST_OBSERVATIONS`] returns, returns that are not finite, a block that does not fit, no path.
pub fn simulate(returns: &[f64], plan: &Plan, progress: &dyn Progress) -> Result<Simulation, StatsError> {
    checked(returns, LEAST_OBSERVATIONS)?;
    if plan.paths == 0 {
        return Err(StatsError::NoResamples);
    }
    let length = plan.block.unwrap_or_else(|| block_length(returns));
    let resampler = Resampler::new(plan.method, returns.len(), length)?;
    let steps = marks(returns.len());
    progress.start(plan.method.as_str(), plan.paths as u64);
    let pieces: Vec<Piece> = (0..plan.paths.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let paths = piece * PIECE..((piece + 1) * PIECE).min(plan.paths);
            progress.advance(paths.len() as u64);
            walk_piece(returns, plan, &resampler, &steps, paths)
        })
        .collect();
    progress.finish();
    let (mut outcomes, mut marked) = (Vec::with_capacity(plan.paths), Vec::new());
    for piece in pieces {
        outcomes.extend(piece.outcomes);
        marked.extend(piece.marked);
    }
    Ok(Simulation {
        method: plan.method,
        n: returns.len(),
        paths: plan.paths,
        block_length: (plan.method == Method::Block).then_some(length),
        spreads: spreads(plan.method, &walk(returns, &plan.scale, |_, _| {}), &outcomes),
        bands: Bands::of(steps, &marked),
    })
}

/// What is kept of some paths.
struct Piece {
    outcomes: Vec<PathStats>,
    marked: Vec<Vec<f32>>,
}

fn walk_piece(
    returns: &[f64],
    plan: &Plan,
    resampler: &Resampler,
    steps: &[usize],
    paths: std::ops::Range<usize>,
) -> Piece {
    // Methods draw from different parts of the seed's streams.
    let family = (plan.method as u64) << 48;
    let mut drawn = Vec::with_capacity(returns.len());
    let mut piece = Piece { outcomes: Vec::with_capacity(paths.len()), marked: Vec::new() };
    for path in paths {
        resampler.draw(returns, &mut Stream::new(plan.seed, family | path as u64), &mut drawn);
        if path >= BAND_PATHS {
            piece.outcomes.push(walk(&drawn, &plan.scale, |_, _| {}));
            continue;
        }
        let mut values = Vec::with_capacity(steps.len() - 1);
        let outcome = walk(&drawn, &plan.scale, |step, value| {
            if steps.get(values.len() + 1) == Some(&(step + 1)) {
                values.push(value as f32);
            }
        });
        piece.outcomes.push(outcome);
        piece.marked.push(values);
    }
    piece
}

/// Reads one number of an outcome.
type Pick = fn(&PathStats) -> f64;

fn spreads(method: Method, observed: &PathStats, outcomes: &[PathStats]) -> Vec<Spread> {
    let picks: [(&str, Pick); 4] = [
        ("total_return", |path| path.total_return),
        ("cagr", |path| path.cagr),
        ("max_drawdown", |path| path.max_drawdown),
        ("sharpe", |path| path.sharpe),
    ];
    let spread = |(metric, pick): (&'static str, Pick)| {
        // The order of the same days changes nothing but the way.
        if method == Method::Shuffle && metric != "max_drawdown" {
            return Spread::fixed(metric, pick(observed));
        }
        Spread::of(metric, pick(observed), outcomes.iter().map(pick).collect())
    };
    picks.into_iter().map(spread).collect()
}
