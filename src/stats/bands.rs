//! Where the paths run: quantiles of the account's value at marks along the way.
//!
//! No path is kept. Each leaves its value at no more than [`MARKS`] marks, as single precision, and only the first
//! [`BAND_PATHS`] paths do: at most 10 000 x 121 x 4 bytes, whatever the number of paths or days. Paths are drawn
//! independently, so the first ones are a fair sample of all.

use rayon::prelude::*;
use serde::Serialize;

use super::moments::quantile;

/// Paths that the bands are made of, at most.
pub const BAND_PATHS: usize = 10_000;
/// Steps between marks, at most; there is one mark more.
const MARKS: usize = 120;
/// Shares of the paths that run below each band edge.
pub const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Quantiles of the account's value along the way, from 1 at the start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bands {
    /// Steps done at each mark, from 0.
    pub steps: Vec<usize>,
    /// Values at each mark that the shares [`LEVELS`] of the paths stay below.
    pub values: Vec<[f64; 5]>,
    /// Paths they are made of.
    pub paths: usize,
}

/// Steps done at each mark of a path of `n` steps: evenly spread, first and last included.
pub(super) fn marks(n: usize) -> Vec<usize> {
    let parts = n.min(MARKS);
    let mut steps: Vec<usize> = (0..=parts).map(|part| part * n / parts.max(1)).collect();
    steps.dedup();
    steps
}

impl Bands {
    /// From each path's values at the marks after the start.
    pub(super) fn of(steps: Vec<usize>, paths: &[Vec<f32>]) -> Self {
        let at_mark = |mark: usize| {
            if mark == 0 {
                return [1.0; 5];
            }
            let mut values: Vec<f64> = paths.iter().map(|path| f64::from(path[mark - 1])).collect();
            values.sort_unstable_by(f64::total_cmp);
            LEVELS.map(|level| quantile(&values, level).unwrap_or(f64::NAN))
        };
        let values = (0..steps.len()).into_par_iter().map(at_mark).collect();
        Self { steps, values, paths: paths.len() }
    }
}
