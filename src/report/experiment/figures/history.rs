//! How the search went: the score of every trial, and the best so far.

use super::{TRIALS, Words, figure, legend, occurring, thinned};
use crate::report::chart::{Axis, Pen, Plot, Role, Sketch, label_room};
use crate::report::experiment::first::{shown, unit};
use crate::report::experiment::read::{Experiment, Mark};
use crate::report::figures::Figure;

struct Data {
    points: Vec<(Mark, (f64, f64))>,
    best: Vec<(f64, f64)>,
    last: f64,
    title: String,
    objective: String,
}

const MOST: usize = 900;

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let scored = of.trials.iter().filter_map(|trial| Some((trial, trial.scores[0]?)));
    let points: Vec<(Mark, (f64, f64))> =
        scored.clone().map(|(trial, score)| (trial.mark, (trial.number as f64, score))).collect();
    if points.is_empty() {
        return None;
    }
    let last = of.trials.iter().map(|trial| trial.number).max().unwrap_or(1).max(1) as f64;
    let best = best_so_far(scored.filter(|(trial, _)| trial.rank.is_some()), of.is_lower_better(), last);
    let found = best.iter().rev().find(|(x, _)| *x < last).or(best.last());
    let told = match (best.last(), found) {
        (Some((_, score)), Some((number, _))) => {
            format!("The best, {}, was found by trial {number}.", shown(of.objective(), Some(*score)))
        }
        _ => "No trial finished within its constraints.".into(),
    };
    let words = Words {
        key: "history",
        title: "How the search went".into(),
        caption: format!("{} of every trial, the line the best so far. {told}", of.objective()),
        alt: format!("Scatter of scores by trial. {told}"),
    };
    let objective = of.objective().to_string();
    let title = objective.clone();
    let data = Data { points, best, last, title, objective };
    let figure = figure(of, &TRIALS, words, Box::new(move |width| sketch(&data, width)));
    Some(Figure { is_half: true, ..figure })
}

/// Corners of the staircase of the best so far, up to the last trial.
fn best_so_far<'a>(
    scored: impl Iterator<Item = (&'a crate::report::experiment::read::Trial, f64)>,
    is_lower_better: bool,
    last: f64,
) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (trial, score) in scored {
        let x = trial.number as f64;
        match corners.last().copied() {
            Some((_, best)) if (score < best) == is_lower_better && score != best => {
                corners.extend([(x, best), (x, score)]);
            }
            None => corners.push((x, score)),
            _ => {}
        }
    }
    if let Some((_, best)) = corners.last().copied() {
        corners.push((last, best));
    }
    corners
}

fn sketch(data: &Data, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 290.0);
    let points = thinned(&data.points, MOST);
    let x = Axis::tight(0.0, data.last, (width / 70.0) as usize, crate::report::format::Unit::Count);
    let y = Axis::loose(data.points.iter().map(|(_, (_, y))| *y), 5, unit(&data.objective));
    let left = label_room(&y, sketch.font);
    let frame = sketch.frame();
    let frame = legend(&mut sketch, frame, &data.title, &occurring(points.iter().map(|(mark, _)| *mark)));
    let plot = Plot::new(&mut sketch, frame, x, y, left, "Trial");
    let is_crowded = points.len() > 300;
    for (mark, at) in points.iter().filter(|(mark, _)| *mark < Mark::Baseline) {
        mark.draw(&mut sketch, plot.at(*at), is_crowded);
    }
    let best = data.best.iter().map(|at| plot.at(*at)).collect();
    sketch.path(best, Pen::solid(Role::Ink, 1.4));
    for (mark, at) in points.iter().filter(|(mark, _)| *mark >= Mark::Baseline) {
        mark.draw(&mut sketch, plot.at(*at), is_crowded);
    }
    sketch
}
