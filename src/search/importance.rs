//! Which parameters matter? What a forest that predicts the objective from them loses without each.
//!
//! A forest of [`TREES`] trees learns the objective. Each trial is predicted by the trees that have not seen it, which
//! gives an honest `R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²`. Then one parameter's values are shuffled among the trials in which it
//! was active, [`REPEATS`] times; by how much `R²` falls is its importance (Breiman 2001). Below 0 means noise.
//!
//! Where a parameter was inactive, the forest sees a value drawn from those of the other trials: it must not read off a
//! gap what the parameter that caused the gap was. What an inactive value can't explain falls to the parameter that
//! decides about it.
//!
//! Importance is about the forest: where `R²` is near 0 or below, it has learnt nothing and its importances mean nothing.
//! Parameters that vary together share theirs. It speaks of the region that was searched, which TPE narrows.

use serde::Serialize;

use super::axis::{Axis, Kind};
use super::forest::{Feature, Tree};
use super::observed::{Observed, TrialState};
use super::space::Space;
use crate::stats::{LEAST_DEVIATION, Stream, moments};

/// Finished trials that it takes.
pub const LEAST_TRIALS: usize = 10;
/// Trees of the forest.
pub const TREES: u64 = 100;
/// Shuffles of each parameter.
pub const REPEATS: u64 = 10;

/// Keeps the forest apart from whatever else is drawn from the seed of a study.
const FOREST: u64 = 0x666f_7265_7374_3031;

/// What a forest says about parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    /// Finished trials it learnt from.
    pub trials: usize,
    /// Out-of-bag R² of the forest: 1 predicts all, 0 no better than the mean.
    pub r2: f64,
    /// The parameters, those that matter most first.
    pub parameters: Vec<ParameterImportance>,
}

/// How much one parameter matters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterImportance {
    /// Its name.
    pub name: String,
    /// Trials in which it was active.
    pub active: usize,
    /// Mean fall of R² over the shuffles.
    pub fall: f64,
    /// Standard deviation of that over the shuffles.
    pub std: f64,
    /// Share in the sum of all falls, those below 0 taken for 0; `None` when nothing matters.
    pub share: Option<f64>,
}

/// The importance of each parameter for objective number `objective`; `None` for fewer than [`LEAST_TRIALS`] finished
/// trials with a finite value of it, or when those values are all the same.
#[must_use]
pub fn importance(space: &Space, observed: &[Observed], objective: usize, seed: u64) -> Option<Importance> {
    let value = |trial: &Observed| trial.values.get(objective).copied().filter(|value| value.is_finite());
    let mut trials: Vec<(&Observed, f64)> = observed
        .iter()
        .filter(|trial| trial.state == TrialState::Finished)
        .filter_map(|trial| Some((trial, value(trial)?)))
        .collect();
    if trials.len() < LEAST_TRIALS {
        return None;
    }
    trials.sort_by_key(|(trial, _)| trial.id);
    let target = standardised(trials.iter().map(|(_, value)| *value).collect())?;
    let mut fills = Stream::new(seed ^ FOREST, TREES);
    let columns: Vec<(Feature, Vec<usize>)> = space
        .dimensions()
        .iter()
        .map(|dimension| {
            let axis = Axis::new(&dimension.domain);
            let place = |(trial, _): &(&Observed, f64)| {
                trial.assignment.get(&dimension.name).map_or(f64::NAN, |value| axis.coordinate(value))
            };
            column(axis.kind(), trials.iter().map(place).collect(), &mut fills)
        })
        .collect();
    let forest = Forest::grow(columns, &target, seed)?;
    let mut parameters: Vec<ParameterImportance> = space
        .dimensions()
        .iter()
        .enumerate()
        .map(|(at, dimension)| forest.without(at, &dimension.name, seed))
        .collect();
    let total: f64 = parameters.iter().map(|parameter| parameter.fall.max(0.0)).sum();
    for parameter in &mut parameters {
        parameter.share = (total > 0.0).then(|| parameter.fall.max(0.0) / total);
    }
    parameters.sort_by(|a, b| b.fall.total_cmp(&a.fall));
    Some(Importance { trials: target.len(), r2: forest.r2, parameters })
}

/// Values with mean 0 and deviation 1, which changes no split and no R²; `None` when they are all the same.
fn standardised(mut values: Vec<f64>) -> Option<Vec<f64>> {
    // Huge values have squares that no number can hold.
    let greatest = values.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
    if greatest == 0.0 {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= greatest);
    let found = moments(&values)?;
    let deviation = found.deviation?;
    values.iter_mut().for_each(|value| *value = (*value - found.mean) / deviation);
    Some(values)
}

/// A parameter's places in the trials in which it was active, and drawn ones in the others.
fn column(kind: Kind, mut values: Vec<f64>, stream: &mut Stream) -> (Feature, Vec<usize>) {
    let active: Vec<usize> = (0..values.len()).filter(|row| !values[*row].is_nan()).collect();
    let choices = u32::try_from(active.len()).unwrap_or(u32::MAX);
    for row in 0..values.len() {
        if values[row].is_nan() {
            values[row] = active.get(stream.below(choices) as usize).map_or(0.0, |from| values[*from]);
        }
    }
    let categories = if let Kind::Choices(n) = kind { Some(n) } else { None };
    (Feature { values, categories }, active)
}

/// Trees with what they know and don't.
struct Forest<'a> {
    features: Vec<Feature>,
    /// By feature, the trials in which it was active.
    active: Vec<Vec<usize>>,
    target: &'a [f64],
    /// Each tree and the rows it has not seen.
    trees: Vec<(Tree, Vec<usize>)>,
    r2: f64,
}

impl<'a> Forest<'a> {
    fn grow(columns: Vec<(Feature, Vec<usize>)>, target: &'a [f64], seed: u64) -> Option<Self> {
        let (features, active): (Vec<Feature>, Vec<Vec<usize>>) = columns.into_iter().unzip();
        let tree = |number| Tree::grow(&features, target, &mut Stream::new(seed ^ FOREST, number));
        let trees = (0..TREES).map(tree).collect();
        let mut forest = Self { features, active, target, trees, r2: f64::NAN };
        forest.r2 = forest.r2(|feature, row| forest.features[feature].values[row]);
        forest.r2.is_finite().then_some(forest)
    }

    /// Out-of-bag R² for features as given.
    fn r2(&self, value: impl Fn(usize, usize) -> f64) -> f64 {
        let mut sums = vec![(0.0, 0_u32); self.target.len()];
        for (tree, unseen) in &self.trees {
            for row in unseen {
                sums[*row].0 += tree.predict(|feature| value(feature, *row));
                sums[*row].1 += 1;
            }
        }
        let judged = || sums.iter().zip(self.target).filter(|((_, count), _)| *count > 0);
        let mean = judged().map(|(_, target)| target).sum::<f64>() / judged().count() as f64;
        let off: f64 = judged().map(|((sum, count), target)| (target - sum / f64::from(*count)).powi(2)).sum();
        let spread: f64 = judged().map(|(_, target)| (target - mean).powi(2)).sum();
        if spread > LEAST_DEVIATION { 1.0 - off / spread } else { f64::NAN }
    }

    /// What is lost when a feature is shuffled.
    fn without(&self, feature: usize, name: &str, seed: u64) -> ParameterImportance {
        let (values, active) = (&self.features[feature].values, &self.active[feature]);
        let lost = (0..REPEATS).map(|repeat| {
            let mut stream = Stream::new(seed ^ FOREST, TREES + 1 + feature as u64 * REPEATS + repeat);
            let mut order = active.clone();
            stream.shuffle(&mut order);
            let mut other = values.clone();
            active.iter().zip(&order).for_each(|(row, from)| other[*row] = values[*from]);
            self.r2 - self.r2(|at, row| if at == feature { other[row] } else { self.features[at].values[row] })
        });
        let lost: Vec<f64> = lost.collect();
        let found = moments(&lost);
        let std = found.as_ref().and_then(|found| found.deviation).unwrap_or(0.0);
        let fall = found.map_or(0.0, |found| found.mean);
        ParameterImportance { name: name.to_owned(), active: active.len(), fall, std, share: None }
    }
}
