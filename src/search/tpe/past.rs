//! Trials of earlier generations and the suggestions of this one, as places on lines.

use std::collections::BTreeSet;

use super::order;
use super::parzen::Part;
use crate::search::axis::Axis;
use crate::search::observed::{Direction, Observed};
use crate::search::space::Space;
use crate::search::value::Assignment;

/// What is known when a suggestion is made.
pub(super) struct Past<'a> {
    space: &'a Space,
    axes: Vec<Axis<'a>>,
    /// By dimension, a place for each trial; NaN where it was inactive.
    places: Vec<Vec<f64>>,
    /// By dimension, the trials in which it was active, by place. Sorted once, then kept in order.
    sorted: Vec<Vec<usize>>,
    good: Vec<bool>,
    tried: BTreeSet<Vec<u64>>,
    informative: usize,
}

impl<'a> Past<'a> {
    pub(super) fn new(space: &'a Space, directions: &[Direction], gamma: f64, history: &[Observed]) -> Self {
        // Trials may come in the order in which they ended, which is no one's choice.
        let mut trials: Vec<&Observed> = history.iter().collect();
        trials.sort_by_key(|trial| trial.id);
        let (good, informative) = order::good(&trials, directions, gamma);
        let axes: Vec<Axis> = space.dimensions().iter().map(|dimension| Axis::new(&dimension.domain)).collect();
        let mut past = Self {
            space,
            places: vec![Vec::with_capacity(trials.len()); axes.len()],
            sorted: Vec::new(),
            axes,
            good,
            tried: BTreeSet::new(),
            informative,
        };
        for trial in trials {
            past.append(&trial.assignment);
        }
        past.sorted = past.places.iter().map(|places| in_order(places)).collect();
        past
    }

    /// Trials that something can be learnt from.
    pub(super) const fn informative(&self) -> usize {
        self.informative
    }

    pub(super) fn axis(&self, dimension: usize) -> Axis<'a> {
        self.axes[dimension]
    }

    /// Takes note of a suggestion whose result is unknown: one of the rest.
    pub(super) fn suggest(&mut self, point: &Assignment) {
        self.append(point);
        self.good.push(false);
        let row = self.good.len() - 1;
        for (places, sorted) in self.places.iter().zip(&mut self.sorted) {
            if !places[row].is_nan() {
                let at = sorted.partition_point(|other| places[*other] <= places[row]);
                sorted.insert(at, row);
            }
        }
    }

    /// Whether a point was tried or suggested before.
    pub(super) fn tried(&self, point: &Assignment) -> bool {
        self.tried.contains(&key(&self.line(point)))
    }

    /// The good trials, or the rest, in which a group was active.
    pub(super) fn part(&self, group: &[usize], good: bool) -> Part {
        let active = |row: &usize| self.good[*row] == good && group.iter().all(|at| !self.places[*at][*row].is_nan());
        let rows: Vec<usize> = (0..self.good.len()).filter(active).collect();
        let mut number = vec![usize::MAX; self.good.len()];
        rows.iter().enumerate().for_each(|(at, row)| number[*row] = at);
        let sorted = |at: &usize| {
            let numbers = self.sorted[*at].iter().map(|row| number[*row]);
            numbers.filter(|number| *number != usize::MAX).collect()
        };
        Part {
            places: group.iter().map(|at| rows.iter().map(|row| self.places[*at][*row]).collect()).collect(),
            sorted: group.iter().map(sorted).collect(),
        }
    }

    fn append(&mut self, point: &Assignment) {
        let line = self.line(point);
        self.tried.insert(key(&line));
        self.places.iter_mut().zip(line).for_each(|(places, place)| places.push(place));
    }

    fn line(&self, point: &Assignment) -> Vec<f64> {
        let place = |(dimension, axis): (&crate::search::space::Dimension, &Axis)| {
            point.get(&dimension.name).map_or(f64::NAN, |value| axis.coordinate(value))
        };
        self.space.dimensions().iter().zip(&self.axes).map(place).collect()
    }
}

fn key(line: &[f64]) -> Vec<u64> {
    line.iter().map(|place| place.to_bits()).collect()
}

fn in_order(places: &[f64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..places.len()).filter(|row| !places[*row].is_nan()).collect();
    rows.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    rows
}
