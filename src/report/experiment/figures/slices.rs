//! The objective against each searched parameter.

use super::scale::{Dimension, Scale, letters};
use super::{Mark, TRIALS, Words, figure, grid, legend, occurring, thinned};
use crate::report::chart::{Axis, Frame, Plot, Sketch, label_room};
use crate::report::experiment::first::unit;
use crate::report::experiment::read::Experiment;
use crate::report::figures::Figure;

struct Point {
    /// By dimension.
    at: Vec<Option<f64>>,
    /// `None`: it has none, and is drawn along the lower edge.
    score: Option<f64>,
    number: f64,
}

/// Panels; of more parameters the most important are drawn.
const MOST_PANELS: usize = 12;
/// Points drawn over all panels.
const MOST_POINTS: usize = 4200;
/// Points of a word are spread in the steps of the golden ratio, which never line up.
const SPREAD: f64 = 0.618_033_988_75;

pub fn figure_of(of: &Experiment, dimensions: &[Dimension]) -> Option<Figure> {
    let drawn: Vec<Dimension> = dimensions.iter().take(MOST_PANELS).cloned().collect();
    if drawn.is_empty() {
        return None;
    }
    let points: Vec<(Mark, usize)> = of.trials.iter().enumerate().map(|(index, trial)| (trial.mark, index)).collect();
    let points = thinned(&points, (MOST_POINTS / drawn.len()).min(1200));
    let points: Vec<(Mark, Point)> = points
        .into_iter()
        .map(|(mark, index)| {
            let trial = &of.trials[index];
            let at = drawn.iter().map(|dimension| dimension.value(trial)).collect();
            (mark, Point { at, score: trial.scores[0], number: trial.number as f64 })
        })
        .collect();
    let mut notes = String::new();
    if dimensions.len() > drawn.len() {
        notes += &format!(" The {} most important of {} parameters.", drawn.len(), dimensions.len());
    }
    if points.len() < of.trials.len() {
        notes += &format!(" {} of {} trials are drawn, evenly taken.", points.len(), of.trials.len());
    }
    let objective = of.objective().to_string();
    let better = if of.is_lower_better() { "lower" } else { "higher" };
    let names: Vec<&str> = drawn.iter().map(|dimension| dimension.name.as_str()).collect();
    let words = Words {
        key: "slices",
        title: "The objective by parameter".into(),
        caption: format!(
            "A point a trial, {better} is better. A winner on a broad plateau is believable; a lone spike is luck. Trials \
             without a score stand on the lower edge.{notes}"
        ),
        alt: format!("Scatter of {objective} against {}.", names.join(", ")),
    };
    Some(figure(of, &TRIALS, words, Box::new(move |width| sketch(&drawn, &points, &objective, width))))
}

fn sketch(dimensions: &[Dimension], points: &[(Mark, Point)], objective: &str, width: f64) -> Sketch {
    let marks = occurring(points.iter().map(|(mark, _)| *mark));
    let across = match (width < 600.0, dimensions.len()) {
        (true, _) => 1,
        (false, 1) => 1,
        (false, 2 | 4) => 2,
        _ => 3,
    };
    let is_narrow = width < 600.0;
    let top = if is_narrow { 62.0 } else { 26.0 };
    let (mut sketch, frames) = grid(width, dimensions.len(), across, if is_narrow { 200.0 } else { 225.0 }, top);
    let whole = sketch.frame();
    legend(&mut sketch, whole, objective, &marks);
    let scores = points.iter().filter_map(|(_, point)| point.score);
    let y = Axis::loose(scores, 4, unit(objective));
    for (index, (dimension, frame)) in dimensions.iter().zip(frames).enumerate() {
        panel(&mut sketch, (dimension, index), frame, y.clone(), points);
    }
    sketch
}

fn panel(
    sketch: &mut Sketch,
    (dimension, index): (&Dimension, usize),
    frame: Frame,
    y: Axis,
    points: &[(Mark, Point)],
) {
    let left = label_room(&y, sketch.font);
    let n_words = if let Scale::Words(words) = &dimension.scale { words.len() } else { 0 };
    let room = frame.width() - left;
    let x = dimension.axis((room / 58.0).max(2.0) as usize, letters(room, sketch.font, n_words));
    let plot = Plot::new(sketch, frame, x, y, left, &dimension.title());
    for (mark, point) in points {
        let Some(value) = point.at[index] else { continue };
        let shift =
            if n_words > 0 && *mark < Mark::Baseline { ((point.number * SPREAD).fract() - 0.5) * 0.6 } else { 0.0 };
        let height = point.score.map_or(plot.inner.bottom - 3.5, |score| plot.y_at(score));
        mark.draw(sketch, (plot.x_at(value + shift), height), points.len() > 250);
    }
}
