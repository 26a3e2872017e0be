//! A picture as a list of shapes: positions in logical pixels, colours by role, nothing of its output format.
//!
//! A figure is sketched once for each width and then rendered in any theme, as SVG or as pixels.

use plotters::style::{FontDesc, FontFamily, FontStyle};

use super::palette::Role;

/// A position in logical pixels, from the upper left corner.
pub type Point = (f64, f64);

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Colour.
    pub role: Role,
    /// Thickness, in logical pixels.
    pub width: f64,
    /// Lengths of dash and gap, in logical pixels; `None` is solid.
    pub dash: Option<(f64, f64)>,
}

impl Pen {
    /// A solid pen.
    #[must_use]
    pub const fn solid(role: Role, width: f64) -> Self {
        Self { role, width, dash: None }
    }

    /// A dashed pen.
    #[must_use]
    pub const fn dashed(role: Role, width: f64, dash: f64, gap: f64) -> Self {
        Self { role, width, dash: Some((dash, gap)) }
    }
}

/// Which part of a text sits at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Connected lines.
    Path(Vec<Point>, Pen),
    /// A filled polygon, with its opacity from 0 to 1.
    Area(Vec<Point>, Role, f64),
    /// A filled circle: centre, radius, colour, opacity.
    Dot(Point, f64, Role, f64),
    /// A filled rectangle: upper left and lower right corner, colour.
    Bar(Point, Point, Role),
    /// Text on a baseline.
    Text {
        /// Where the baseline meets the anchor.
        at: Point,
        /// What it says.
        text: String,
        /// Em size, in logical pixels.
        size: f64,
        /// Colour.
        role: Role,
        /// Part of it that sits at `at`.
        anchor: Anchor,
        /// Bold instead of regular.
        bold: bool,
    },
}

/// A rectangle of the picture: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Frame {
    /// Horizontal extent.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Vertical extent.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Upper part of the given height, and the rest below it.
    #[must_use]
    pub fn split_at(&self, height: f64) -> (Self, Self) {
        let y = (self.top + height).min(self.bottom);
        (Self { bottom: y, ..*self }, Self { top: y, ..*self })
    }

    /// Two panels of equal size with a gap between them: side by side when it is wide, else one above the other.
    #[must_use]
    pub fn halves(&self) -> (Self, Self) {
        if self.width() > self.height() * 1.5 {
            let middle = (self.left + self.right) / 2.0;
            (Self { right: middle - 18.0, ..*self }, Self { left: middle + 18.0, ..*self })
        } else {
            let middle = (self.top + self.bottom) / 2.0;
            (Self { bottom: middle - 7.0, ..*self }, Self { top: middle + 7.0, ..*self })
        }
    }
}

/// A picture in the making.
#[derive(Debug, Clone)]
pub struct Sketch {
    /// Width, in logical pixels.
    pub width: f64,
    /// Height, in logical pixels.
    pub height: f64,
    /// Em size of labels, in logical pixels.
    pub font: f64,
    /// What is drawn, in order.
    pub shapes: Vec<Shape>,
}

/// Widths up to this are drawn for a phone: larger letters, fewer ticks.
pub const NARROW: f64 = 480.0;

impl Sketch {
    /// An empty picture.
    #[must_use]
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, font: if width <= NARROW { 12.5 } else { 12.0 }, shapes: Vec::new() }
    }

    /// The whole picture.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame { left: 0.0, top: 0.0, right: self.width, bottom: self.height }
    }

    /// Draws connected lines; fewer than two points draw nothing.
    pub fn path(&mut self, points: Vec<Point>, pen: Pen) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path(points, pen));
        }
    }

    /// Fills a polygon.
    pub fn area(&mut self, points: Vec<Point>, role: Role, opacity: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area(points, role, opacity));
        }
    }

    /// Fills a circle.
    pub fn dot(&mut self, at: Point, radius: f64, role: Role, opacity: f64) {
        self.shapes.push(Shape::Dot(at, radius, role, opacity));
    }

    /// Fills a rectangle given by two opposite corners.
    pub fn bar(&mut self, a: Point, b: Point, role: Role) {
        self.shapes.push(Shape::Bar((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)), role));
    }

    /// Writes a label in the picture's own size.
    pub fn text(&mut self, at: Point, text: impl Into<String>, role: Role, anchor: Anchor) {
        let size = self.font;
        self.sized_text(at, text, role, anchor, size, false);
    }

    /// Writes a label in a given size.
    pub fn sized_text(
        &mut self,
        at: Point,
        text: impl Into<String>,
        role: Role,
        anchor: Anchor,
        size: f64,
        bold: bool,
    ) {
        self.shapes.push(Shape::Text { at, text: text.into(), size, role, anchor, bold });
    }

    /// Adds another picture's shapes, moved by `(dx, dy)`.
    pub fn place(&mut self, other: Self, (dx, dy): Point) {
        let moved = |(x, y): Point| (x + dx, y + dy);
        self.shapes.extend(other.shapes.into_iter().map(|shape| match shape {
            Shape::Path(points, pen) => Shape::Path(points.into_iter().map(moved).collect(), pen),
            Shape::Area(points, role, opacity) => Shape::Area(points.into_iter().map(moved).collect(), role, opacity),
            Shape::Dot(at, radius, role, opacity) => Shape::Dot(moved(at), radius, role, opacity),
            Shape::Bar(a, b, role) => Shape::Bar(moved(a), moved(b), role),
            Shape::Text { at, text, size, role, anchor, bold } => {
                Shape::Text { at: moved(at), text, size, role, anchor, bold }
            }
        }));
    }
}

/// Width of a text in the embedded font, in logical pixels.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    super::render::ensure_fonts();
    // Measured large, because the font answers in whole pixels. The rough guess is for a font that failed to load.
    let font = FontDesc::new(FontFamily::SansSerif, 100.0 * super::render::PIXELS_PER_EM, FontStyle::Normal);
    font.layout_box(text).map_or(text.chars().count() as f64 * 0.6, |(_, (width, _))| f64::from(width) / 100.0) * size
}
