//! A plot within a sketch: header with legend, axes with grid, curves in data coordinates.

use super::axis::Axis;
use super::palette::Role;
use super::sketch::{Anchor, Frame, Pen, Point, Sketch, text_width};
use super::thin::thin;

/// One entry of a legend.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What the line is.
    pub label: String,
    /// How it is drawn.
    pub pen: Pen,
}

impl Entry {
    /// A legend entry.
    #[must_use]
    pub fn new(label: impl Into<String>, pen: Pen) -> Self {
        Self { label: label.into(), pen }
    }
}

/// Writes a panel's title and legend along the top of `frame` and returns what is left below.
pub fn header(sketch: &mut Sketch, frame: Frame, title: &str, entries: &[Entry]) -> Frame {
    let font = sketch.font;
    let (line, sample, gap) = (font * 1.55, font * 2.0, font * 1.4);
    let mut y = frame.top + font;
    sketch.sized_text((frame.left, y), title, Role::Muted, Anchor::Start, font, false);
    let mut x = frame.left + text_width(title, font) + gap;
    for entry in entries {
        let width = sample + font * 0.5 + text_width(&entry.label, font);
        if x + width > frame.right && x > frame.left {
            (x, y) = (frame.left, y + line);
        }
        sketch.path(vec![(x, y - font * 0.36), (x + sample, y - font * 0.36)], entry.pen);
        sketch.text((x + sample + font * 0.5, y), entry.label.as_str(), Role::Ink, Anchor::Start);
        x += width + gap;
    }
    frame.split_at(y - frame.top + font * 0.9).1
}

/// Axes drawn in a frame, and the mapping from data to the sketch.
#[derive(Debug, Clone)]
pub struct Plot {
    /// Inside of the axes.
    pub inner: Frame,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
}

/// Room that the labels of a vertical axis take, in logical pixels.
#[must_use]
pub fn label_room(axis: &Axis, font: f64) -> f64 {
    axis.ticks.iter().map(|tick| text_width(&tick.label, font)).fold(0.0, f64::max) + font * 0.7
}

impl Plot {
    /// Draws grid, labels and axes; `left` is the room for vertical labels, `x_title` goes below (may be empty).
    #[must_use]
    pub fn new(sketch: &mut Sketch, frame: Frame, x: Axis, y: Axis, left: f64, x_title: &str) -> Self {
        let font = sketch.font;
        let below = if x.ticks.is_empty() { font * 0.5 } else { font * 1.8 }
            + if x_title.is_empty() { 0.0 } else { font * 1.4 };
        let inner = Frame {
            left: frame.left + left,
            top: frame.top + font * 0.5,
            right: frame.right - font * 0.8,
            bottom: frame.bottom - below,
        };
        let plot = Self { inner, x, y };
        plot.grid(sketch);
        if !x_title.is_empty() {
            let at = ((inner.left + inner.right) / 2.0, frame.bottom - font * 0.3);
            sketch.text(at, x_title, Role::Muted, Anchor::Middle);
        }
        plot
    }

    fn grid(&self, sketch: &mut Sketch) {
        let (font, inner) = (sketch.font, self.inner);
        for tick in &self.y.ticks {
            let y = self.y_at(tick.at);
            sketch.path(vec![(inner.left, y), (inner.right, y)], Pen::solid(Role::Grid, 1.0));
            sketch.text((inner.left - font * 0.5, y + font * 0.36), tick.label.as_str(), Role::Muted, Anchor::End);
        }
        let mut free_from = f64::MIN;
        for tick in &self.x.ticks {
            let x = self.x_at(tick.at);
            sketch.path(vec![(x, inner.bottom), (x, inner.bottom + font * 0.35)], Pen::solid(Role::Muted, 1.0));
            let half = text_width(&tick.label, font) / 2.0;
            // A label may lean inwards at the edges, but never onto its neighbour.
            let middle = x.min(sketch.width - half - 1.0).max(half + 1.0);
            if middle - half >= free_from {
                sketch.text((middle, inner.bottom + font * 1.45), tick.label.as_str(), Role::Muted, Anchor::Middle);
                free_from = middle + half + font * 0.6;
            }
        }
        sketch.path(vec![(inner.left, inner.bottom), (inner.right, inner.bottom)], Pen::solid(Role::Muted, 1.0));
    }

    /// Horizontal position of a value.
    #[must_use]
    pub fn x_at(&self, value: f64) -> f64 {
        self.inner.left + self.x.share(value) * self.inner.width()
    }

    /// Vertical position of a value.
    #[must_use]
    pub fn y_at(&self, value: f64) -> f64 {
        self.inner.bottom - self.y.share(value) * self.inner.height()
    }

    /// Position of a data point.
    #[must_use]
    pub fn at(&self, (x, y): (f64, f64)) -> Point {
        (self.x_at(x), self.y_at(y))
    }

    fn placed(&self, part: &[(f64, f64)]) -> Vec<Point> {
        thin(part, (self.inner.width() / 2.0).max(1.0) as usize).into_iter().map(|point| self.at(point)).collect()
    }

    /// Draws the unbroken parts of a curve; a part of one point becomes a dot.
    pub fn curve(&self, sketch: &mut Sketch, parts: &[Vec<(f64, f64)>], pen: Pen) {
        for part in parts {
            match part.as_slice() {
                [only] => sketch.dot(self.at(*only), pen.width * 1.5, pen.role, 1.0),
                many => sketch.path(self.placed(many), pen),
            }
        }
    }

    /// Fills between the unbroken parts of a curve and a level.
    pub fn fill(&self, sketch: &mut Sketch, parts: &[Vec<(f64, f64)>], level: f64, role: Role, opacity: f64) {
        for part in parts {
            let mut points = self.placed(part);
            if let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) {
                let base = self.y_at(level);
                points.extend([(last.0, base), (first.0, base)]);
                sketch.area(points, role, opacity);
            }
        }
    }

    /// Draws a level line across the plot.
    pub fn level(&self, sketch: &mut Sketch, y: f64, pen: Pen) {
        let y = self.y_at(y);
        sketch.path(vec![(self.inner.left, y), (self.inner.right, y)], pen);
    }

    /// Draws a vertical line through the plot with a label beside its top.
    pub fn marker(&self, sketch: &mut Sketch, x: f64, label: &str, row: usize, pen: Pen) {
        let (x, font) = (self.x_at(x), sketch.font);
        sketch.path(vec![(x, self.inner.top), (x, self.inner.bottom)], pen);
        let y = self.inner.top + font * (1.0 + 1.3 * row as f64);
        let fits = x + font * 0.4 + text_width(label, font) <= self.inner.right;
        let (at, anchor) = if fits { (x + font * 0.4, Anchor::Start) } else { (x - font * 0.4, Anchor::End) };
        sketch.text((at, y), label, Role::Ink, anchor);
    }
}
