//! Strips: every value of a group as a point along one axis, a row a group, with its quartiles.

use crate::report::chart::{Anchor, Axis, Pen, Plot, Role, Sketch, text_width};
use crate::report::format::Unit;

/// Values of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Heading of the row.
    pub label: String,
    /// Fractions, ascending.
    pub values: Vec<f64>,
    /// Lower quartile, median, upper quartile.
    pub quartiles: [f64; 3],
}

/// Groups below each other on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Strips {
    /// Rows.
    pub strips: Vec<Strip>,
    /// What is shown, below the axis.
    pub axis: String,
}

const ROW: f64 = 44.0;
/// More points than this in a row are thinned evenly; the extremes stay.
pub const MOST_POINTS: usize = 400;
const MEDIAN: Pen = Pen::solid(Role::Ink, 2.2);
const ZERO: Pen = Pen::solid(Role::Muted, 1.0);
/// Points of a row are spread over its height in the steps of the golden ratio, which never line up.
const SPREAD: f64 = 0.618_033_988_75;

impl Strips {
    pub(super) fn sketch(&self, width: f64) -> Sketch {
        let mut sketch = Sketch::new(width, self.strips.len().max(1) as f64 * ROW + 44.0);
        let font = sketch.font;
        let longest = self.strips.iter().map(|strip| text_width(&strip.label, font)).fold(0.0, f64::max);
        // On a phone labels stand above their rows.
        let (left, lift) = if width < 600.0 { (4.0, 12.0) } else { (longest + font, 0.0) };
        let values = self.strips.iter().flat_map(|strip| strip.values.iter().copied());
        let x = Axis::loose(values.chain([0.0]), (width / 110.0) as usize, Unit::Percent);
        let rows = self.strips.len().max(1) as f64;
        let y = Axis { ticks: Vec::new(), ..Axis::tight(0.0, rows, 2, Unit::Count) };
        let frame = sketch.frame();
        let plot = Plot::new(&mut sketch, frame, x, y, left, &self.axis);
        let zero = plot.x_at(0.0);
        sketch.path(vec![(zero, plot.inner.top), (zero, plot.inner.bottom)], ZERO);
        let tall = plot.inner.height() / rows;
        for (index, strip) in self.strips.iter().enumerate() {
            let middle = plot.inner.top + (index as f64 + 0.5) * tall;
            let at =
                if lift > 0.0 { (plot.inner.left, middle - tall / 2.0 + font) } else { (0.0, middle + font * 0.36) };
            sketch.text(at, strip.label.as_str(), Role::Ink, Anchor::Start);
            strip.draw(&mut sketch, &plot, middle + lift / 2.0, (tall - lift - 8.0) / 2.0);
        }
        sketch
    }
}

impl Strip {
    fn draw(&self, sketch: &mut Sketch, plot: &Plot, middle: f64, half: f64) {
        let [low, median, high] = self.quartiles.map(|value| plot.x_at(value));
        let (top, bottom) = (middle - half, middle + half);
        if low.is_finite() && high.is_finite() {
            sketch.area(vec![(low, top), (high, top), (high, bottom), (low, bottom)], Role::Reference, 0.28);
        }
        for (index, value) in thinned(&self.values).into_iter().enumerate() {
            let shift = ((index as f64 * SPREAD).fract() - 0.5) * half * 1.5;
            let role = if value < 0.0 { Role::Second } else { Role::Main };
            sketch.dot((plot.x_at(value), middle + shift), 2.4, role, 0.75);
        }
        if median.is_finite() {
            sketch.path(vec![(median, top), (median, bottom)], MEDIAN);
        }
    }
}

/// At most [`MOST_POINTS`] of ascending values, evenly taken, the first and the last among them.
fn thinned(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    if n <= MOST_POINTS {
        return values.to_vec();
    }
    (0..MOST_POINTS).map(|point| values[point * (n - 1) / (MOST_POINTS - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_extremes() {
        let values: Vec<f64> = (0..5000).map(f64::from).collect();
        let kept = thinned(&values);
        assert_eq!((kept.len(), kept[0], kept[MOST_POINTS - 1]), (MOST_POINTS, 0.0, 4999.0));
        assert!(kept.is_sorted() && thinned(&values[..3]) == values[..3]);
    }

    #[test]
    fn drawings_survive_edge_cases() {
        let strip = |values: Vec<f64>, middle: f64| Strip { label: "s".into(), values, quartiles: [middle; 3] };
        let strips = vec![strip(vec![], f64::NAN), strip(vec![0.0], 0.0), strip(vec![-0.5, 3.0], 1.25)];
        for strips in [vec![], strips] {
            let chart = Strips { strips, axis: "return".into() };
            for width in [390.0, 920.0] {
                assert!(chart.sketch(width).shapes.len() > 2);
            }
        }
    }
}
