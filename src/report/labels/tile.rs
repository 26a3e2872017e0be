//! The picture of one label: bars, entry, exit and barriers.

use super::{Outcome, Tile};
use crate::report::chart::thin::thin;
use crate::report::chart::{Anchor, Frame, Pen, Role, Sketch};

/// Size of a tile, in logical pixels.
pub const WIDTH: f64 = 230.0;
/// Height, without heading and caption.
pub const HEIGHT: f64 = 130.0;
/// Bars that still have room for their ranges.
const WITH_RANGES: usize = 90;
/// A barrier further off than this many times the range of the bars is left out: it would flatten them.
const FARTHEST: f64 = 2.0;

/// Where bars and prices lie.
struct Scale {
    frame: Frame,
    bars: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn of(tile: &Tile, frame: Frame) -> Self {
        let ranges = tile.bars.iter().flat_map(|bar| [bar[1], bar[2]]).filter(|price| price.is_finite());
        let (mut low, mut high) =
            ranges.fold((f64::MAX, f64::MIN), |(low, high), price| (low.min(price), high.max(price)));
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let reach = (high - low) * FARTHEST;
        let shown =
            [Some(tile.entry_price), Some(tile.exit_price), tile.barriers.map(|b| b.0), tile.barriers.map(|b| b.1)];
        let (from, to) = (low - reach, high + reach);
        for price in shown.into_iter().flatten().filter(|price| (from..=to).contains(price)) {
            (low, high) = (low.min(price), high.max(price));
        }
        let pad = ((high - low) * 0.05).max(high.abs() * 1e-6).max(1e-12);
        Self { frame, bars: tile.bars.len().max(1) as f64, low: low - pad, high: high + pad }
    }

    /// `part` of the way through a bar; its open is drawn at 0, its range and its close in the middle.
    fn x(&self, bar: usize, part: f64) -> f64 {
        self.frame.left + (bar as f64 + 0.1 + 0.8 * part) / self.bars * self.frame.width()
    }

    fn y(&self, price: f64) -> f64 {
        self.frame.bottom - (price - self.low) / (self.high - self.low) * self.frame.height()
    }

    fn has(&self, price: f64) -> bool {
        (self.low..=self.high).contains(&price)
    }
}

/// The picture, without text around it.
pub fn sketch(tile: &Tile) -> Sketch {
    let mut sketch = Sketch::new(WIDTH, HEIGHT);
    let room = if tile.barriers.is_some() { 42.0 } else { 6.0 };
    let scale = Scale::of(tile, Frame { left: 2.0, top: 3.0, right: WIDTH - room, bottom: HEIGHT - 4.0 });
    let edge = sketch.frame();
    sketch.path(vec![(edge.left, HEIGHT - 0.5), (edge.right, HEIGHT - 0.5)], Pen::solid(Role::Grid, 1.0));
    // What was known at the decision lies left of this line.
    let known = scale.x(tile.decision, 1.0) + 0.1 / scale.bars * scale.frame.width();
    sketch.path(vec![(known, scale.frame.top), (known, scale.frame.bottom)], Pen::dashed(Role::Muted, 1.0, 1.5, 2.5));
    bars(&mut sketch, tile, &scale);
    barriers(&mut sketch, tile, &scale, known);
    bet(&mut sketch, tile, &scale);
    sketch
}

fn bars(sketch: &mut Sketch, tile: &Tile, scale: &Scale) {
    if tile.bars.len() <= WITH_RANGES {
        for (index, [_, high, low, _]) in tile.bars.iter().enumerate() {
            let x = scale.x(index, 0.5);
            sketch.path(vec![(x, scale.y(*high)), (x, scale.y(*low))], Pen::solid(Role::Reference, 1.0));
        }
    }
    let closes: Vec<(f64, f64)> = tile.bars.iter().enumerate().map(|(index, bar)| (index as f64, bar[3])).collect();
    let cut = |from: usize, to: usize| closes.get(from..(to + 1).min(closes.len())).unwrap_or_default();
    let last = closes.len().saturating_sub(1);
    let parts = [
        (cut(0, tile.decision), Role::Muted, 1.0),
        (cut(tile.decision, tile.exit), Role::Ink, 1.5),
        (cut(tile.exit, last), Role::Muted, 1.0),
    ];
    for (part, role, width) in parts {
        let placed = thin(part, 100).into_iter().map(|(index, close)| (scale.x(index as usize, 0.5), scale.y(close)));
        sketch.path(placed.collect(), Pen::solid(role, width));
    }
}

fn barriers(sketch: &mut Sketch, tile: &Tile, scale: &Scale, from: f64) {
    let Some((take, stop)) = tile.barriers else { return };
    let until = scale.frame.right;
    for (price, role, dash) in [(take, Role::Main, 6.0), (stop, Role::Second, 3.0)] {
        if !scale.has(price) {
            continue;
        }
        let y = scale.y(price);
        sketch.path(vec![(from, y), (until, y)], Pen::dashed(role, 1.3, dash, 2.5));
        let change = (price / tile.entry_price - 1.0) * 100.0;
        let sign = if change < 0.0 { "\u{2212}" } else { "+" };
        let text = format!("{sign}{:.1} %", change.abs());
        sketch.sized_text((until + 3.0, y + 3.2), text, role, Anchor::Start, 9.0, false);
    }
}

fn bet(sketch: &mut Sketch, tile: &Tile, scale: &Scale) {
    let into = (scale.x(tile.decision + 1, 0.0), scale.y(tile.entry_price));
    // An exit by time is at an open, one by a barrier or the session within the bar.
    let part = if tile.outcome == Outcome::Horizon { 0.0 } else { 0.5 };
    let out = (scale.x(tile.exit, part), scale.y(tile.exit_price));
    let role = if tile.forward_return >= 0.0 { Role::Main } else { Role::Second };
    if scale.has(tile.exit_price) && scale.has(tile.entry_price) {
        sketch.path(vec![into, out], Pen::dashed(role, 1.2, 2.0, 2.0));
        sketch.dot(out, 3.6, role, 1.0);
        if tile.label == 0 {
            // A hollow exit is a 0, so that the label does not hang on colour alone.
            sketch.dot(out, 1.9, Role::Paper, 1.0);
        }
    }
    sketch.dot(into, 2.8, Role::Ink, 1.0);
}
