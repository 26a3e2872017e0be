//! A density from trials: a mixture of kernels, one a trial and one prior over the whole space.
//!
//! Along a line the kernel of a trial is a normal density around its place, cut off at the bounds. Its deviation is the
//! greater distance to a neighbour (a bound counts as one, except for the outermost of several trials), at least
//! `range / min(100, n + 2)` and at most the range (the "magic clip" of Bergstra's implementation). Where there are cells,
//! densities are probabilities of cells. The kernel of a category has weight `1 / (n + 1)` on each category and 1 more on
//! its own, normalised. The prior is a normal density from the middle with the range as its deviation, or even.
//!
//! The last 25 trials weigh 1, older ones ever less, linearly down to `1 / n`; the prior weighs 1.

use crate::search::axis::{Axis, Cell, Kind};
use crate::search::normal::{LEAST_LN, LN_ROOT_TAU, draw_between, ln_mass};
use crate::stats::Stream;

/// Trials that weigh fully.
const FRESH: usize = 25;
/// A kernel is at least this share of the range wide, given many trials.
const NARROWEST: f64 = 100.0;
/// Cells up to this share of a deviation need no normal integral: off by less than 0.4 % within three deviations.
const NARROW_CELL: f64 = 0.5;
/// A kernel whose mean is so many deviations from the near end of a cell adds nothing beside the prior.
const FAR: f64 = 12.0;

/// Places of trials along the lines of a group.
pub(super) struct Part {
    /// By dimension, by trial.
    pub(super) places: Vec<Vec<f64>>,
    /// By dimension, trials by place.
    pub(super) sorted: Vec<Vec<usize>>,
}

/// The mixture.
pub(super) struct Parzen {
    /// Sums of weights, the last 1: a kernel is found by a number from 0 to 1.
    cumulated: Vec<f64>,
    ln_weights: Vec<f64>,
    lines: Vec<Line>,
}

/// Kernels along one line. Trials of the same place and width share a shape; the prior is the last.
enum Line {
    /// Nothing to tell apart.
    Point,
    Normal {
        shapes: Vec<Shape>,
        shape_of: Vec<usize>,
    },
    Choices {
        own: Vec<usize>,
        count: usize,
        weight: f64,
    },
}

/// What each shape gives the cells met so far: points share cells where there are few.
type Known = Vec<(f64, Vec<f64>)>;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Shape {
    mean: f64,
    deviation: f64,
    /// Logarithm of what makes the density come to 1 between the bounds.
    ln_scale: f64,
    /// Logarithm of the density at the mean.
    ln_height: f64,
}

impl Parzen {
    pub(super) fn new(axes: &[Axis], part: &Part) -> Self {
        let n = part.places.first().map_or(0, Vec::len);
        let mut weights = weights(n);
        weights.push(1.0);
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let cumulated = weights.iter().map(|weight| {
            sum += weight / total;
            sum
        });
        let cumulated = cumulated.collect();
        let lines = axes.iter().zip(&part.places).zip(&part.sorted);
        Self {
            cumulated,
            ln_weights: weights.iter().map(|weight| (weight / total).ln()).collect(),
            lines: lines.map(|((axis, places), sorted)| Line::new(axis, places, sorted)).collect(),
        }
    }

    /// A point drawn from the mixture.
    pub(super) fn draw(&self, axes: &[Axis], stream: &mut Stream) -> Vec<f64> {
        let share = stream.positive();
        let kernel = self.cumulated.partition_point(|sum| *sum < share).min(self.cumulated.len() - 1);
        self.lines.iter().zip(axes).map(|(line, axis)| line.draw(axis, kernel, stream)).collect()
    }

    /// ln of the density at each point.
    pub(super) fn ln_density(&self, axes: &[Axis], points: &[Vec<f64>]) -> Vec<f64> {
        let mut terms = self.ln_weights.clone();
        let mut known: Vec<Known> = vec![Known::new(); self.lines.len()];
        let density = |point: &Vec<f64>| {
            terms.copy_from_slice(&self.ln_weights);
            for (((line, axis), known), place) in self.lines.iter().zip(axes).zip(&mut known).zip(point) {
                line.add(axis, *place, known, &mut terms);
            }
            ln_sum(&terms)
        };
        points.iter().map(density).collect()
    }
}

/// ln of a sum of exponentials; terms that would change nothing are passed over.
fn ln_sum(terms: &[f64]) -> f64 {
    let greatest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let near = terms.iter().filter(|term| **term > greatest - 40.0);
    greatest + near.map(|term| (term - greatest).exp()).sum::<f64>().ln()
}

/// Weights of trials, oldest first.
fn weights(n: usize) -> Vec<f64> {
    let old = n.saturating_sub(FRESH);
    let first = (n.max(1) as f64).recip();
    let ramp = |at: usize| if old > 1 { first + (1.0 - first) * at as f64 / (old - 1) as f64 } else { first };
    (0..n).map(|at| if at < old { ramp(at) } else { 1.0 }).collect()
}

impl Line {
    fn new(axis: &Axis, places: &[f64], sorted: &[usize]) -> Self {
        if let Kind::Choices(count) = axis.kind() {
            let own = places.iter().map(|place| *place as usize).collect();
            return Self::Choices { own, count, weight: ((places.len() + 1) as f64).recip() };
        }
        let (low, high) = axis.bounds();
        let range = high - low;
        if range / NARROWEST < f64::MIN_POSITIVE {
            return Self::Point;
        }
        let n = sorted.len();
        let least = range / NARROWEST.min((n + 2) as f64);
        let place = |at: usize| places[sorted[at]];
        let mut shapes: Vec<Shape> = Vec::new();
        let mut shape_of = vec![0; n + 1];
        for at in 0..n {
            let mean = place(at);
            let below = if at > 0 { mean - place(at - 1) } else { mean - low };
            let above = if at + 1 < n { place(at + 1) - mean } else { high - mean };
            let widest = match at {
                0 if n > 1 => above,
                _ if at + 1 == n && n > 1 => below,
                _ => below.max(above),
            };
            let deviation = widest.clamp(least, range);
            let same = shapes.iter().rev().take(3).position(|shape| shape.mean == mean && shape.deviation == deviation);
            shape_of[sorted[at]] = same.map_or(shapes.len(), |back| shapes.len() - 1 - back);
            if same.is_none() {
                shapes.push(Shape::new(mean, deviation, low, high));
            }
        }
        shape_of[n] = shapes.len();
        shapes.push(Shape::new(low + range / 2.0, range, low, high));
        Self::Normal { shapes, shape_of }
    }

    fn draw(&self, axis: &Axis, kernel: usize, stream: &mut Stream) -> f64 {
        match self {
            Self::Point => axis.snap(axis.bounds().0),
            Self::Normal { shapes, shape_of } => {
                let (low, high) = axis.bounds();
                let shape = shapes[shape_of[kernel]];
                axis.snap(draw_between(stream, shape.mean, shape.deviation, low, high))
            }
            Self::Choices { own, count, weight } => {
                // Of a total of 1 + count · weight, 1 is the trial's own category and the rest is even.
                let extra = stream.positive() * (1.0 + *count as f64 * weight);
                match own.get(kernel) {
                    Some(own) if extra <= 1.0 => *own as f64,
                    _ => axis.draw(stream),
                }
            }
        }
    }

    /// Adds ln of the density of each kernel at a place to its sum.
    fn add(&self, axis: &Axis, place: f64, known: &mut Known, sums: &mut [f64]) {
        match self {
            Self::Point => {}
            Self::Normal { shapes, shape_of } => {
                let Some(cell) = axis.cell(place) else {
                    let all = sums.iter_mut().zip(shape_of);
                    return all.for_each(|(sum, shape)| *sum += shapes[*shape].ln_density(place));
                };
                let at = known.iter().position(|(other, _)| *other == place).unwrap_or_else(|| {
                    known.push((place, shapes.iter().map(|shape| shape.ln_cell(place, &cell)).collect()));
                    known.len() - 1
                });
                let shapes = &known[at].1;
                sums.iter_mut().zip(shape_of).for_each(|(sum, shape)| *sum += shapes[*shape]);
            }
            Self::Choices { own, count, weight } => {
                let (chosen, total) = (place as usize, 1.0 + *count as f64 * weight);
                let (other, same) = ((weight / total).ln(), ((1.0 + weight) / total).ln());
                sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += if *own == chosen { same } else { other });
                if let Some(prior) = sums.last_mut() {
                    *prior -= (*count as f64).ln();
                }
            }
        }
    }
}

impl Shape {
    fn new(mean: f64, deviation: f64, low: f64, high: f64) -> Self {
        let mass = ln_mass((low - mean) / deviation, (high - mean) / deviation);
        Self { mean, deviation, ln_scale: -mass, ln_height: -mass - deviation.ln() - LN_ROOT_TAU }
    }

    fn ln_density(&self, place: f64) -> f64 {
        let z = (place - self.mean) / self.deviation;
        self.ln_height - 0.5 * z * z
    }

    fn ln_cell(&self, place: f64, cell: &Cell) -> f64 {
        let z = (place - self.mean) / self.deviation;
        let width = cell.width / self.deviation;
        if width <= NARROW_CELL {
            // The middle's density over the cell, and the next term of its series.
            return self.ln_height - 0.5 * z * z + cell.ln_width + width * width * (z * z - 1.0) / 24.0;
        }
        if z.abs() - width / 2.0 > FAR {
            return LEAST_LN;
        }
        self.ln_scale + ln_mass((cell.low - self.mean) / self.deviation, (cell.high - self.mean) / self.deviation)
    }
}
