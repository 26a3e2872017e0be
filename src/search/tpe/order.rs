//! Which trials are the good ones?
//!
//! From best to worst: finished trials that keep the constraints, by their objective; pruned ones, by how far they came
//! and then by their last report (as the first objective goes); those that violate constraints, by how much. Several objectives go by fronts and,
//! within one, by crowding distance. Failed trials and those with an unknown objective are never good.

use std::cmp::Ordering;

use crate::search::observed::{Direction, Observed, TrialState};
use crate::search::pareto::{crowding, non_dominated_ranks};

/// Most good trials for a single objective.
const MOST_GOOD: f64 = 25.0;

/// A place in the order; smaller is better.
#[derive(Debug, PartialEq)]
struct Place {
    class: u8,
    first: f64,
    second: f64,
}

/// For each trial whether it is good, and how many trials there are to learn from.
pub(super) fn good(history: &[&Observed], directions: &[Direction], gamma: f64) -> (Vec<bool>, usize) {
    let places = places(history, directions);
    let mut order: Vec<usize> = (0..history.len()).filter(|at| places[*at].is_some()).collect();
    order.sort_by(|a, b| compare(&places[*a], &places[*b]).then(history[*a].id.cmp(&history[*b].id)));
    let informative = order.len();
    let share = (gamma * informative as f64).ceil();
    let share = if directions.len() > 1 { share } else { share.min(MOST_GOOD) };
    let count = (share as usize).clamp(1, informative.max(1));
    let mut good = vec![false; history.len()];
    order.into_iter().take(count).for_each(|at| good[at] = true);
    (good, informative)
}

fn compare(a: &Option<Place>, b: &Option<Place>) -> Ordering {
    let (Some(a), Some(b)) = (a, b) else { return Ordering::Equal };
    a.class.cmp(&b.class).then(a.first.total_cmp(&b.first)).then(a.second.total_cmp(&b.second))
}

/// The place of each trial; `None` for those that can't be good.
fn places(history: &[&Observed], directions: &[Direction]) -> Vec<Option<Place>> {
    let several = (directions.len() > 1).then(|| {
        // Trials that don't compete as finished ones are unknown here.
        let competes = |trial: &&&Observed| trial.state == TrialState::Finished && trial.feasible();
        let values =
            |trial: &&Observed| Some(trial).filter(competes).map_or_else(Vec::new, |trial| trial.values.clone());
        let values: Vec<Vec<f64>> = history.iter().map(values).collect();
        let ranks = non_dominated_ranks(&values, directions);
        let distance = crowding(&values, &ranks, directions);
        (ranks, distance)
    });
    let place = |(at, trial): (usize, &&Observed)| {
        let finished = || match &several {
            Some((ranks, distance)) => ranks[at].map(|rank| (rank as f64, -distance[at])),
            None => trial.known(directions.len()).then(|| (directions[0].loss(trial.values[0]), 0.0)),
        };
        match trial.state {
            TrialState::Failed => None,
            _ if !trial.feasible() => {
                let violation = if trial.violation.is_nan() { f64::INFINITY } else { trial.violation };
                Some(Place { class: 2, first: violation, second: 0.0 })
            }
            TrialState::Finished => finished().map(|(first, second)| Place { class: 0, first, second }),
            TrialState::Pruned { step } => {
                let last =
                    trial.intermediate.last().map(|value| directions.first().map_or(*value, |by| by.loss(*value)));
                let last = last.filter(|loss| !loss.is_nan()).unwrap_or(f64::INFINITY);
                Some(Place { class: 1, first: -(step as f64), second: last })
            }
        }
    };
    history.iter().enumerate().map(place).collect()
}
