//! Two objectives against each other, with the trials that none beats in both.

use super::{Mark, TRIALS, Words, figure, legend, occurring, thinned};
use crate::report::chart::{Axis, Pen, Plot, Role, Sketch, label_room};
use crate::report::experiment::first::unit;
use crate::report::experiment::read::Experiment;
use crate::report::figures::Figure;

struct Data {
    points: Vec<(Mark, (f64, f64))>,
    front: Vec<(f64, f64)>,
    names: [String; 2],
}

const MOST: usize = 900;

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let names = [of.objective().to_string(), of.summary.text("objective_2")?.to_string()];
    let both = |scores: [Option<f64>; 2]| scores[0].zip(scores[1]);
    let points: Vec<(Mark, (f64, f64))> =
        of.trials.iter().filter_map(|trial| Some((trial.mark, both(trial.scores)?))).collect();
    if points.is_empty() {
        return None;
    }
    let mut front: Vec<(f64, f64)> =
        of.trials.iter().filter(|trial| trial.on_front).filter_map(|trial| both(trial.scores)).collect();
    front.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let goal = |column: &str| if of.text(column) == "minimise" { "low" } else { "high" };
    let words = Words {
        key: "front",
        title: "The two objectives".into(),
        caption: format!(
            "A {} {} and a {} {} are wanted. No trial beats one of the {} on the line in {}.",
            goal("direction"),
            names[0],
            goal("direction_2"),
            names[1],
            front.len(),
            if of.text("objectives").split(", ").count() > 2 { "every objective" } else { "both" }
        ),
        alt: format!("Scatter of {} against {}, {} on the Pareto front.", names[0], names[1], front.len()),
    };
    let data = Data { points, front, names };
    let figure = figure(of, &TRIALS, words, Box::new(move |width| sketch(&data, width)));
    Some(Figure { is_half: true, ..figure })
}

fn sketch(data: &Data, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 320.0);
    let points = thinned(&data.points, MOST);
    let x = Axis::loose(data.points.iter().map(|(_, at)| at.0), (width / 80.0) as usize, unit(&data.names[0]));
    let y = Axis::loose(data.points.iter().map(|(_, at)| at.1), 5, unit(&data.names[1]));
    let left = label_room(&y, sketch.font);
    let frame = sketch.frame();
    let frame = legend(&mut sketch, frame, &data.names[1], &occurring(points.iter().map(|(mark, _)| *mark)));
    let plot = Plot::new(&mut sketch, frame, x, y, left, &data.names[0]);
    for (mark, at) in points.iter().filter(|(mark, _)| *mark < Mark::Baseline) {
        mark.draw(&mut sketch, plot.at(*at), points.len() > 300);
    }
    let front: Vec<_> = data.front.iter().map(|at| plot.at(*at)).collect();
    for at in &front {
        sketch.dot(*at, 3.6, Role::Ink, 1.0);
    }
    sketch.path(front, Pen::solid(Role::Ink, 1.2));
    for (mark, at) in points.iter().filter(|(mark, _)| *mark >= Mark::Baseline) {
        mark.draw(&mut sketch, plot.at(*at), false);
    }
    sketch
}
