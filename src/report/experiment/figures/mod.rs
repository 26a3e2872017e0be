//! The pictures of an experiment. Each file says what one of them needs and returns `None` when there is nothing of it.

mod accounts;
mod folds;
mod front;
mod history;
mod importance;
mod parallel;
mod scale;
mod sharpes;
mod slices;
mod splits;

pub use scale::shortened;

use super::read::{Experiment, Mark};
use crate::report::chart::sketch::Point;
use crate::report::chart::{Anchor, Frame, Pen, Role, Sketch, text_width};
use crate::report::figures::{Figure, Picture};
use crate::report::read::pasteable;

/// Every picture there is something to draw of, in reading order.
pub fn all(of: &Experiment) -> Vec<Figure> {
    let dimensions = scale::dimensions(of);
    let front = front::figure_of(of);
    let importance = importance::figure_of(of, front.is_some());
    let found = [
        accounts::figure_of(of),
        sharpes::figure_of(of),
        history::figure_of(of),
        slices::figure_of(of, &dimensions),
        importance,
        front,
        parallel::figure_of(of, &dimensions),
        splits::figure_of(of),
        folds::figure_of(of),
    ];
    found.into_iter().flatten().collect()
}

/// Where a picture's numbers come from.
struct Source {
    views: &'static str,
    sql: &'static str,
}

const TRIALS: Source = Source { views: "experiment_trials", sql: crate::sql!("report/experiment_trials") };

/// What a picture is called and says.
struct Words {
    key: &'static str,
    title: String,
    caption: String,
    alt: String,
}

fn figure(of: &Experiment, source: &Source, words: Words, picture: Picture) -> Figure {
    Figure {
        key: words.key.into(),
        title: words.title,
        caption: words.caption,
        alt: words.alt,
        views: source.views,
        run_id: of.id.clone(),
        sql: pasteable(source.sql, &[&of.id]),
        is_half: false,
        picture,
    }
}

const RULE: Pen = Pen::solid(Role::Muted, 1.0);

impl Mark {
    /// In the legend.
    fn label(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Baseline => "baseline",
            Self::Finished => "finished",
            Self::Infeasible => "missed a constraint",
            Self::Pruned => "stopped early",
            Self::Failed => "failed",
        }
    }

    /// Draws a trial; of many, the ordinary ones are small and pale.
    fn draw(self, sketch: &mut Sketch, (x, y): Point, is_crowded: bool) {
        let (radius, opacity) = if is_crowded { (1.7, 0.5) } else { (2.6, 0.75) };
        match self {
            Self::Finished => sketch.dot((x, y), radius, Role::Main, opacity),
            Self::Pruned => sketch.dot((x, y), radius, Role::Reference, opacity * 0.8),
            Self::Infeasible => {
                sketch.dot((x, y), radius + 0.9, Role::Third, opacity);
                sketch.dot((x, y), radius - 0.6, Role::Paper, 1.0);
            }
            Self::Failed => {
                let pen = Pen::solid(Role::Second, 1.2);
                sketch.path(vec![(x - 2.6, y - 2.6), (x + 2.6, y + 2.6)], pen);
                sketch.path(vec![(x - 2.6, y + 2.6), (x + 2.6, y - 2.6)], pen);
            }
            Self::Baseline => {
                let diamond = |r: f64| vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
                sketch.area(diamond(6.0), Role::Ink, 1.0);
                sketch.area(diamond(3.6), Role::Paper, 1.0);
            }
            Self::Winner => {
                sketch.dot((x, y), 6.0, Role::Ink, 1.0);
                sketch.dot((x, y), 4.4, Role::Second, 1.0);
            }
        }
    }
}

/// Writes a title and samples of marks along the top of a frame and returns what is left below.
fn legend(sketch: &mut Sketch, frame: Frame, title: &str, marks: &[Mark]) -> Frame {
    let font = sketch.font;
    let mut y = frame.top + font;
    sketch.sized_text((frame.left, y), title, Role::Muted, Anchor::Start, font, false);
    let mut x = frame.left + if title.is_empty() { 0.0 } else { text_width(title, font) + font * 1.4 };
    for mark in marks {
        let width = font * 1.3 + text_width(mark.label(), font);
        if x + width > frame.right && x > frame.left {
            (x, y) = (frame.left, y + font * 1.55);
        }
        mark.draw(sketch, (x + font * 0.5, y - font * 0.36), false);
        sketch.text((x + font * 1.3, y), mark.label(), Role::Ink, Anchor::Start);
        x += width + font * 1.4;
    }
    frame.split_at(y - frame.top + font * 0.9).1
}

/// The marks that occur, the loudest first.
fn occurring(marks: impl Iterator<Item = Mark>) -> Vec<Mark> {
    let mut found: Vec<Mark> = marks.collect();
    found.sort();
    found.dedup();
    found.reverse();
    found
}

/// Of too many trials those that are drawn: every special one, and the others evenly taken. Quiet ones come first, so
/// that loud ones lie on top.
fn thinned<T: Clone>(items: &[(Mark, T)], most: usize) -> Vec<(Mark, T)> {
    let is_special = |mark: Mark| mark >= Mark::Baseline;
    let (special, ordinary): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|(mark, _)| is_special(*mark));
    let n = ordinary.len();
    let mut kept: Vec<(Mark, T)> = if n <= most {
        ordinary
    } else {
        (0..most).map(|index| ordinary[index * (n - 1) / (most - 1).max(1)].clone()).collect()
    };
    kept.extend(special);
    kept.sort_by_key(|(mark, _)| *mark);
    kept
}

/// Frames of panels in rows of at most `across`.
fn grid(width: f64, n: usize, across: usize, height: f64, top: f64) -> (Sketch, Vec<Frame>) {
    const GAP: f64 = 22.0;
    let across = across.clamp(1, n.max(1));
    let each = (width - (across - 1) as f64 * GAP) / across as f64;
    let rows = n.div_ceil(across).max(1);
    let frame = |index: usize| {
        let left = (index % across) as f64 * (each + GAP);
        let upper = top + (index / across) as f64 * (height + GAP);
        Frame { left, top: upper, right: left + each, bottom: upper + height }
    };
    (Sketch::new(width, top + rows as f64 * (height + GAP) - GAP), (0..n).map(frame).collect())
}
