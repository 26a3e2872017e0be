//! The tree-structured Parzen estimator: points near the good trials and away from the others (Bergstra et al. 2011).
//!
//! Trials are put in order (`order`) and split into the good, a share `gamma` of them, and the rest. For each part a
//! density is estimated (`parzen`), `l` of the good and `g` of the rest; candidates are drawn from `l` and the one with the
//! greatest `l / g`, which has the greatest expected improvement, is suggested. Settings are those Watanabe (2023) found
//! good and Optuna ships: a prior kernel over the whole domain, widths from the distance of neighbours with a lower
//! limit, all parameters of a group at once (`multivariate`), older trials fading.
//!
//! - Conditions: parameters that depend on the same condition are a group, estimated from the trials in which it was
//!   active; groups are drawn in order, so that a group follows what it depends on.
//! - Generations: a suggestion counts among the rest for the later ones of its generation (a constant liar), so that
//!   they spread.
//! - A point that was tried before is suggested again only after several draws found nothing else: equal parameters of
//!   equal data come to equal results.

mod order;
mod parzen;
mod past;

use serde::{Deserialize, Serialize};

use self::parzen::Parzen;
use self::past::Past;
use super::axis::Axis;
use super::observed::{Direction, Observed};
use super::sampler::random;
use super::space::Space;
use super::value::Assignment;
use crate::stats::Stream;

/// Draws of each kind before a point is suggested again.
const ATTEMPTS: usize = 4;

/// How the estimator goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tpe {
    /// Trials that have ended, other than by an error, before it takes over from random points.
    pub n_startup: usize,
    /// Candidates of which the best is suggested; 0 is taken for 1.
    pub n_candidates: usize,
    /// Share of trials that are good, above 0 and up to 1. At least one is, and at most 25 for a single objective.
    pub gamma: f64,
    /// Estimate the parameters of a group together rather than each by itself.
    pub multivariate: bool,
}

impl Default for Tpe {
    fn default() -> Self {
        Self { n_startup: 10, n_candidates: 24, gamma: 0.1, multivariate: true }
    }
}

/// One point a stream.
pub(super) fn generation(
    options: &Tpe,
    space: &Space,
    directions: &[Direction],
    streams: Vec<Stream>,
    history: &[Observed],
) -> Vec<Assignment> {
    let mut past = Past::new(space, directions, options.gamma, history);
    let groups = groups(space, options.multivariate);
    let mut points = Vec::with_capacity(streams.len());
    for mut stream in streams {
        let point = if past.informative() < options.n_startup.max(1) {
            random(space, &mut stream)
        } else {
            untried(options, space, &groups, &past, &mut stream)
        };
        past.suggest(&point);
        points.push(point);
    }
    points
}

/// Dimensions that are estimated together, those that others depend on first.
fn groups(space: &Space, multivariate: bool) -> Vec<Vec<usize>> {
    let dimensions = space.dimensions();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, dimension) in dimensions.iter().enumerate() {
        let same = |group: &&mut Vec<usize>| multivariate && dimensions[group[0]].when == dimension.when;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

/// A suggestion that was not tried before, if a few draws find one.
fn untried(options: &Tpe, space: &Space, groups: &[Vec<usize>], past: &Past, stream: &mut Stream) -> Assignment {
    let first = informed(options, space, groups, past, stream);
    let mut point = first.clone();
    for attempt in 0..2 * ATTEMPTS {
        if !past.tried(&point) {
            return point;
        }
        point = if attempt < ATTEMPTS { informed(options, space, groups, past, stream) } else { random(space, stream) };
    }
    if past.tried(&point) { first } else { point }
}

/// A suggestion from the densities.
fn informed(options: &Tpe, space: &Space, groups: &[Vec<usize>], past: &Past, stream: &mut Stream) -> Assignment {
    let mut point = Assignment::new();
    for group in groups {
        let dimensions = space.dimensions();
        if !dimensions[group[0]].active(&point) {
            continue;
        }
        let axes: Vec<Axis> = group.iter().map(|at| past.axis(*at)).collect();
        let place = best_candidate(options, group, &axes, past, stream);
        for ((at, axis), place) in group.iter().zip(&axes).zip(place) {
            point.insert(dimensions[*at].name.clone(), axis.value(place));
        }
    }
    point
}

/// Of candidates drawn near the good trials, the one where they are densest beside the rest; the first of equal ones.
fn best_candidate(options: &Tpe, group: &[usize], axes: &[Axis], past: &Past, stream: &mut Stream) -> Vec<f64> {
    let good = Parzen::new(axes, &past.part(group, true));
    let rest = Parzen::new(axes, &past.part(group, false));
    let candidates: Vec<Vec<f64>> = (0..options.n_candidates.max(1)).map(|_| good.draw(axes, stream)).collect();
    let (of_good, of_rest) = (good.ln_density(axes, &candidates), rest.ln_density(axes, &candidates));
    let mut best = (f64::NEG_INFINITY, 0);
    for (at, gain) in of_good.iter().zip(&of_rest).map(|(good, rest)| good - rest).enumerate() {
        if gain > best.0 {
            best = (gain, at);
        }
    }
    candidates.into_iter().nth(best.1).unwrap_or_default()
}
