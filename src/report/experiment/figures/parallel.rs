//! All trials as lines over all parameters, the better the darker.

use super::scale::{Dimension, shortened};
use super::{TRIALS, Words, figure};
use crate::report::chart::axis::Tick;
use crate::report::chart::{Anchor, Axis, Frame, Pen, Role, Sketch, text_width};
use crate::report::experiment::first::unit;
use crate::report::experiment::read::{Experiment, Mark};
use crate::report::figures::Figure;

/// Parameters; of more, the most important are drawn.
const MOST_AXES: usize = 9;
/// Lines; of more trials the best tenth and the others evenly taken are drawn.
const MOST_LINES: usize = 260;

struct Line {
    /// Share of the height on each axis; `None` where the trial has no such parameter.
    at: Vec<Option<f64>>,
    pen: Pen,
}

struct Data {
    axes: Vec<(String, Axis)>,
    lines: Vec<Line>,
}

pub fn figure_of(of: &Experiment, dimensions: &[Dimension]) -> Option<Figure> {
    let mut ranked: Vec<(&crate::report::experiment::read::Trial, f64)> = of
        .trials
        .iter()
        .filter(|trial| matches!(trial.mark, Mark::Finished | Mark::Winner))
        .filter_map(|trial| Some((trial, trial.scores[0]?)))
        .collect();
    if dimensions.len() < 2 || ranked.len() < 3 {
        return None;
    }
    let drawn = &dimensions[..dimensions.len().min(MOST_AXES)];
    let score = Axis::loose(ranked.iter().map(|(_, score)| *score), 5, unit(of.objective()));
    let mut axes: Vec<(String, Axis)> =
        drawn.iter().map(|dimension| (dimension.title(), dimension.axis(5, 14))).collect();
    axes.push((of.objective().to_string(), score));
    // The worst first: the best are drawn on top of them, the winner last.
    ranked.sort_by(|a, b| if of.is_lower_better() { b.1.total_cmp(&a.1) } else { a.1.total_cmp(&b.1) });
    let n = ranked.len();
    let lines: Vec<Line> = kept(n)
        .into_iter()
        .map(|place| (place, ranked[place]))
        .map(|(place, (trial, score))| Line { at: heights(drawn, &axes, trial, score), pen: pen(place, n) })
        .chain(ranked.iter().filter(|(trial, _)| trial.mark == Mark::Winner).map(|(trial, score)| Line {
            at: heights(drawn, &axes, trial, *score),
            pen: Pen::solid(Role::Second, 2.6),
        }))
        .collect();
    let cut = if n > MOST_LINES { format!(" {MOST_LINES} of {n} trials are drawn.") } else { String::new() };
    let words = Words {
        key: "parallel",
        title: "Settings of all trials".into(),
        caption: format!(
            "A line a finished trial from parameter to parameter to its score: grey the worse half, pale blue the better, dark \
             blue the best tenth, orange the winner. Good trials that agree on a value make it believable.{cut}"
        ),
        alt: format!("Parallel coordinates of {n} trials over {} parameters.", drawn.len()),
    };
    let data = Data { axes, lines };
    Some(figure(of, &TRIALS, words, Box::new(move |width| sketch(&data, width))))
}

/// Places from the worst to the best that are drawn.
fn kept(n: usize) -> Vec<usize> {
    if n <= MOST_LINES {
        return (0..n).collect();
    }
    let best = (n / 10).min(MOST_LINES / 2);
    let (rest, room) = (n - best, MOST_LINES - best);
    (0..room).map(|index| index * (rest - 1) / (room - 1)).chain(rest..n).collect()
}

fn pen(place: usize, n: usize) -> Pen {
    let from_best = n - 1 - place;
    if from_best * 10 < n {
        Pen::solid(Role::Main, 1.3)
    } else if from_best * 2 < n {
        Pen::solid(Role::Heat(3), 1.0)
    } else {
        Pen::solid(Role::Grid, 1.0)
    }
}

fn heights(
    drawn: &[Dimension],
    axes: &[(String, Axis)],
    trial: &crate::report::experiment::read::Trial,
    score: f64,
) -> Vec<Option<f64>> {
    let values = drawn.iter().map(|dimension| dimension.value(trial)).chain([Some(score)]);
    values.zip(axes).map(|(value, (_, axis))| value.map(|value| axis.share(value))).collect()
}

fn sketch(data: &Data, width: f64) -> Sketch {
    // On a phone the axes lie below each other, and lines run downwards.
    if width < 600.0 { lying(data, width) } else { standing(data, width) }
}

fn standing(data: &Data, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 360.0);
    let font = sketch.font;
    let n = data.axes.len();
    let room = |axis: &Axis| axis.ticks.iter().map(|tick| text_width(&tick.label, font)).fold(0.0, f64::max);
    let left = data.axes.first().map_or(0.0, |(_, axis)| room(axis)) + font;
    let step = (width - left - font * 2.0) / (n - 1).max(1) as f64;
    let frame = Frame { left, top: font * 2.6, right: width - font * 2.0, bottom: 360.0 - font };
    let x = |index: usize| frame.left + step * index as f64;
    let y = |share: f64| frame.bottom - share * frame.height();
    for line in &data.lines {
        for part in parts(&line.at, |index, share| (x(index), y(share))) {
            sketch.path(part, line.pen);
        }
    }
    for (index, (name, axis)) in data.axes.iter().enumerate() {
        sketch.path(vec![(x(index), frame.top), (x(index), frame.bottom)], Pen::solid(Role::Ink, 1.3));
        let anchor = match index {
            0 => Anchor::Start,
            last if last + 1 == n => Anchor::End,
            _ => Anchor::Middle,
        };
        let most = (step / font * 1.7) as usize;
        let from = if index == 0 {
            0.0
        } else if index + 1 == n {
            width
        } else {
            x(index)
        };
        sketch.text((from, font * 1.2), shortened(name, most.max(4)), Role::Ink, anchor);
        for Tick { at, label } in &axis.ticks {
            let height = y(axis.share(*at));
            let label = shortened(label, (step / font * 1.5).max(5.0) as usize);
            let wide = text_width(&label, font);
            let edge = x(index) - font * 0.4;
            sketch.bar((edge - wide - 2.0, height - font * 0.55), (edge + 1.0, height + font * 0.55), Role::Paper);
            sketch.path(vec![(edge + 1.0, height), (x(index), height)], Pen::solid(Role::Ink, 1.0));
            sketch.text((edge, height + font * 0.36), label, Role::Muted, Anchor::End);
        }
    }
    sketch
}

fn lying(data: &Data, width: f64) -> Sketch {
    const ROW: f64 = 74.0;
    let mut sketch = Sketch::new(width, data.axes.len() as f64 * ROW);
    let font = sketch.font;
    let x = |share: f64| font + share * (width - 2.0 * font);
    let y = |index: usize| 28.0 + ROW * index as f64;
    for line in &data.lines {
        for part in parts(&line.at, |index, share| (x(share), y(index))) {
            sketch.path(part, line.pen);
        }
    }
    for (index, (name, axis)) in data.axes.iter().enumerate() {
        sketch.path(vec![(x(0.0), y(index)), (x(1.0), y(index))], Pen::solid(Role::Ink, 1.3));
        let name = shortened(name, 40);
        let wide = text_width(&name, font);
        sketch.bar((x(0.0) - 2.0, y(index) - font * 1.5), (x(0.0) + wide + 3.0, y(index) - font * 0.3), Role::Paper);
        sketch.text((x(0.0), y(index) - font * 0.5), name, Role::Ink, Anchor::Start);
        let mut free = f64::MIN;
        for tick in &axis.ticks {
            let label = shortened(&tick.label, 8);
            let half = text_width(&label, font) / 2.0;
            let middle = x(axis.share(tick.at)).max(half + 1.0).min(width - half - 1.0);
            if middle - half < free {
                continue;
            }
            let (top, base) = (y(index) + 2.0, y(index) + font * 1.3);
            sketch.bar((middle - half - 2.0, top), (middle + half + 2.0, base + 2.0), Role::Paper);
            sketch.text((middle, base), label, Role::Muted, Anchor::Middle);
            free = middle + half + font * 0.6;
        }
    }
    sketch
}

/// Pieces of a line between axes on which it has a value.
fn parts(at: &[Option<f64>], place: impl Fn(usize, f64) -> (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut parts = vec![Vec::new()];
    for (index, share) in at.iter().enumerate() {
        match share {
            Some(share) => parts.last_mut().map_or((), |part| part.push(place(index, *share))),
            None => parts.push(Vec::new()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_and_the_rest_thinned() {
        let places = kept(3000);
        assert_eq!((places.len(), places[0], places[MOST_LINES - 1]), (MOST_LINES, 0, 2999));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(kept(4), [0, 1, 2, 3]);
    }

    #[test]
    fn lines_break_where_a_parameter_is_missing() {
        let found = parts(&[Some(0.0), Some(1.0), None, Some(0.5)], |index, share| (index as f64, share));
        assert_eq!(found, vec![vec![(0.0, 0.0), (1.0, 1.0)], vec![(3.0, 0.5)]]);
    }
}
