//! Sketches turned into SVG text for the page and into PNG files, both by plotters.
//!
//! Pixels are drawn at four times the logical size and halved, which smooths every edge; SVG is drawn at four
//! times the logical size too, because plotters places shapes on whole pixels.

use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::palette::{Role, Theme, unmark};
use super::sketch::{Anchor, Pen, Point, Shape, Sketch};

/// Drawing pixels for a logical pixel.
const SCALE: f64 = 4.0;
/// Font height in plotters' pixels for one em of DejaVu Sans (its ascent and descent).
pub(super) const PIXELS_PER_EM: f64 = 1.164;
/// plotters writes SVG font sizes divided by this.
const SVG_PER_EM: f64 = 1.24;

/// What differs between the two outputs.
struct Look {
    theme: Theme,
    /// plotters font size for one em.
    per_em: f64,
    /// How far above the baseline plotters wants the upper edge of a text, in em.
    rise: f64,
    /// Draw lines piece by piece with round joints, because the pixel drawer cuts sharp turns.
    pieces: bool,
}

/// Registers the embedded font under the name that plotters' text uses; cheap when done before.
pub(super) fn ensure_fonts() {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| {
        // The bytes are part of the program; were they unreadable, drawing text would report it.
        let _ = register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font("sans-serif", FontStyle::Bold, dejavu::sans::bold());
    });
}

/// The sketch as an SVG element for a page that defines the CSS variables of [`Theme::css`].
///
/// # Errors
/// A line saying what the drawing library reported.
pub fn svg(sketch: &Sketch) -> Result<String, String> {
    ensure_fonts();
    let (width, height) = pixels(sketch, SCALE);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw(&area, sketch, &Look { theme: Theme::Marked, per_em: SVG_PER_EM, rise: 0.76, pieces: false })?;
        area.present().map_err(|error| error.to_string())?;
    }
    let body = text.find('>').map_or("", |end| &text[end + 1..]);
    let body =
        unmark(body).replace(" opacity=\"1\"", "").replace(" font-family=\"sans-serif\"", "").replace(" \"", "\"");
    Ok(format!("<svg viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">{body}"))
}

/// Writes the sketch as a PNG of twice its logical size.
///
/// # Errors
/// A line saying what the drawing library or the file system reported.
pub fn png(sketch: &Sketch, theme: Theme, path: &Path) -> Result<(), String> {
    ensure_fonts();
    let (width, height) = pixels(sketch, SCALE / 2.0);
    let mut large = vec![0; width as usize * height as usize * 12];
    {
        let area = BitMapBackend::with_buffer(&mut large, (width * 2, height * 2)).into_drawing_area();
        let (r, g, b) = theme.color(Role::Paper);
        area.fill(&RGBColor(r, g, b)).map_err(|error| error.to_string())?;
        draw(&area, sketch, &Look { theme, per_em: PIXELS_PER_EM, rise: PIXELS_PER_EM / 2.0, pieces: true })?;
        area.present().map_err(|error| error.to_string())?;
    }
    let small = halved(&large, width as usize, height as usize);
    let mut file = BitMapBackend::new(path, (width, height));
    file.blit_bitmap((0, 0), (width, height), &small).map_err(|error| error.to_string())?;
    file.present().map_err(|error| error.to_string())
}

fn pixels(sketch: &Sketch, scale: f64) -> (u32, u32) {
    ((sketch.width * scale).round().max(1.0) as u32, (sketch.height * scale).round().max(1.0) as u32)
}

/// Averages each square of two by two pixels; `width` and `height` are those of the result.
fn halved(large: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row = width * 6;
    let mut small = Vec::with_capacity(width * height * 3);
    for (upper, lower) in large.chunks_exact(row * 2).map(|rows| rows.split_at(row)) {
        for (a, b) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            small.extend((0..3).map(|channel| {
                let sum: u16 = [a[channel], a[channel + 3], b[channel], b[channel + 3]].map(u16::from).iter().sum();
                ((sum + 2) / 4) as u8
            }));
        }
    }
    small
}

type Area<DB> = DrawingArea<DB, Shift>;

fn draw<DB: DrawingBackend>(area: &Area<DB>, sketch: &Sketch, look: &Look) -> Result<(), String> {
    sketch.shapes.iter().try_for_each(|shape| one(area, shape, look)).map_err(|error| error.to_string())
}

fn one<DB: DrawingBackend>(
    area: &Area<DB>,
    shape: &Shape,
    look: &Look,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let fill = |role: Role, opacity: f64| {
        let (r, g, b) = look.theme.color(role);
        RGBColor(r, g, b).mix(opacity).filled()
    };
    match shape {
        Shape::Path(points, pen) => match pen.dash {
            Some(lengths) => dashes(points, lengths).iter().try_for_each(|piece| path(area, piece, *pen, look)),
            None => path(area, points, *pen, look),
        },
        Shape::Area(points, role, opacity) => {
            let points: Vec<_> = points.iter().map(|point| place(*point)).collect();
            area.draw(&Polygon::new(points, fill(*role, *opacity)))
        }
        Shape::Dot(at, radius, role, opacity) => {
            area.draw(&Circle::new(place(*at), (radius * SCALE).round() as i32, fill(*role, *opacity)))
        }
        Shape::Bar(a, b, role) => area.draw(&Rectangle::new([place(*a), place(*b)], fill(*role, 1.0))),
        Shape::Text { at, text, size, role, anchor, bold } => {
            let (r, g, b) = look.theme.color(*role);
            let weight = if *bold { FontStyle::Bold } else { FontStyle::Normal };
            let h_pos = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let font = FontDesc::new(FontFamily::SansSerif, size * SCALE * look.per_em, weight);
            let color = RGBColor(r, g, b);
            let style = TextStyle::from(font).color(&color).pos(Pos::new(h_pos, VPos::Top));
            area.draw(&Text::new(text.as_str(), place((at.0, at.1 - size * look.rise)), style))
        }
    }
}

fn path<DB: DrawingBackend>(
    area: &Area<DB>,
    points: &[Point],
    pen: Pen,
    look: &Look,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (r, g, b) = look.theme.color(pen.role);
    let color = RGBColor(r, g, b);
    let width = (pen.width * SCALE).round().max(1.0) as u32;
    let mut placed: Vec<_> = points.iter().map(|point| place(*point)).collect();
    placed.dedup();
    if !look.pieces {
        return area.draw(&PathElement::new(placed, color.stroke_width(width)));
    }
    for (index, pair) in placed.windows(2).enumerate() {
        area.draw(&PathElement::new(pair.to_vec(), color.stroke_width(width)))?;
        if index > 0 && width > 2 {
            area.draw(&Circle::new(pair[0], (width / 2) as i32, color.filled()))?;
        }
    }
    Ok(())
}

/// The visible pieces of a dashed line; dash and gap run on around corners.
fn dashes(points: &[Point], (dash, gap): (f64, f64)) -> Vec<Vec<Point>> {
    let Some(first) = points.first() else { return Vec::new() };
    let (mut pieces, mut piece) = (Vec::new(), vec![*first]);
    let (mut is_drawn, mut left) = (true, dash.max(0.1));
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                piece.extend(is_drawn.then_some(to));
                break;
            }
            from = (from.0 + (to.0 - from.0) * left / length, from.1 + (to.1 - from.1) * left / length);
            if is_drawn {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            (is_drawn, left) = (!is_drawn, if is_drawn { gap } else { dash }.max(0.1));
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

fn place((x, y): Point) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_run_on_around_corners() {
        let bent = [(0.0, 0.0), (3.0, 0.0), (3.0, 5.0)];
        let pieces = dashes(&bent, (2.0, 2.0));
        assert_eq!(pieces, vec![vec![(0.0, 0.0), (2.0, 0.0)], vec![(3.0, 1.0), (3.0, 3.0)]]);
        let pieces = dashes(&bent, (4.0, 1.0));
        assert_eq!(pieces, vec![vec![(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)], vec![(3.0, 2.0), (3.0, 5.0)]]);
        assert!(dashes(&[], (1.0, 1.0)).is_empty());
        assert!(dashes(&[(1.0, 1.0); 3], (1.0, 1.0)).iter().all(|piece| piece.len() > 1));
    }

    #[test]
    fn svg_names_colours_by_role_and_escapes_text() {
        let mut sketch = Sketch::new(100.0, 50.0);
        sketch.path(vec![(0.0, 0.0), (10.0, 10.0)], Pen::solid(Role::Main, 1.0));
        sketch.text((5.0, 5.0), "a<b & c", Role::Ink, Anchor::Start);
        let text = svg(&sketch).unwrap();
        assert!(text.starts_with("<svg viewBox=\"0 0 400 200\""), "{text}");
        assert!(text.contains("stroke=\"var(--main)\"") && text.contains("a&lt;b &amp; c"), "{text}");
        assert!(!text.contains('#') && !text.contains("http"), "{text}");
    }
}
