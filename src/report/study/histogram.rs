//! Histograms of what paths came to, with the 95 % interval and the value of the run itself.

use super::panels;
use crate::report::chart::axis::nice_step;
use crate::report::chart::{Axis, Entry, Frame, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::format::Unit;

/// Outcomes of one way of drawing paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Heading.
    pub label: String,
    /// Outcomes, ascending, as fractions.
    pub values: Vec<f64>,
    /// The 95 % interval.
    pub interval: (f64, f64),
}

/// Histograms beside each other on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Histograms {
    /// Panels.
    pub panels: Vec<Histogram>,
    /// Value of the run itself.
    pub observed: f64,
    /// What is counted, below the axis.
    pub axis: String,
}

/// Bars over the whole axis, about.
const BARS: f64 = 44.0;
/// Share of the outcomes at either end that the axis leaves out: a few far ones would squeeze the rest.
const LEFT_OUT: f64 = 0.002;
const OBSERVED: Pen = Pen::solid(Role::Second, 1.7);
const EDGE: Pen = Pen::dashed(Role::Ink, 1.1, 4.0, 3.0);
const ZERO: Pen = Pen::solid(Role::Muted, 1.0);

impl Histograms {
    pub(super) fn sketch(&self, width: f64) -> Sketch {
        let (mut sketch, frames) = panels(width, self.panels.len(), if width < 600.0 { 260.0 } else { 300.0 });
        let (from, to) = self.range();
        let step = nice_step((to - from) / BARS);
        // Edges on multiples of the step: 0 is one of them.
        let (first, last) = ((from / step).floor() * step, (to / step).ceil() * step);
        let bins = ((last - first) / step).round().max(1.0) as usize;
        let counted: Vec<Vec<f64>> = self.panels.iter().map(|panel| shares(&panel.values, first, step, bins)).collect();
        let highest = counted.iter().flatten().copied().fold(0.0, f64::max);
        // Shares end at all of them.
        let y = match highest * 1.05 {
            top if top < 1.0 => Axis::loose([0.0, top], 4, Unit::Percent),
            _ => Axis::tight(0.0, 1.0, 5, Unit::Percent),
        };
        for (index, ((panel, frame), shares)) in self.panels.iter().zip(frames).zip(&counted).enumerate() {
            self.panel(&mut sketch, panel, frame, (&y, shares), (first, step), index == 0);
        }
        sketch
    }

    /// What the axis must hold: nearly all outcomes, the intervals, and the run.
    fn range(&self) -> (f64, f64) {
        let ends = self.panels.iter().filter(|panel| !panel.values.is_empty()).flat_map(|panel| {
            let n = panel.values.len();
            let cut = (n as f64 * LEFT_OUT) as usize;
            [panel.values[cut], panel.values[n - 1 - cut], panel.interval.0, panel.interval.1]
        });
        let finite = ends.chain([self.observed]).filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            (0.0, 1.0)
        } else if high - low < 1e-9 {
            (low - 0.005, high + 0.005)
        } else {
            (low, high)
        }
    }

    fn panel(
        &self,
        sketch: &mut Sketch,
        panel: &Histogram,
        frame: Frame,
        (y, shares): (&Axis, &[f64]),
        (first, step): (f64, f64),
        is_first: bool,
    ) {
        let entries = [Entry::new("as it was", OBSERVED), Entry::new("95 % interval", EDGE)];
        let below = header(sketch, frame, &format!("{}; share of paths", panel.label), &[]);
        // The legend's line is left free in the other panels, so that the plots stand level.
        let lower = header(sketch, below, "", if is_first { &entries } else { &[] });
        let left = label_room(y, sketch.font);
        let across = ((frame.width() - left) / 62.0).max(2.0) as usize;
        let last = first + step * shares.len() as f64;
        let plot =
            Plot::new(sketch, lower, Axis::tight(first, last, across, Unit::Percent), y.clone(), left, &self.axis);
        for (index, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let edge = first + step * index as f64;
            let middle = edge + step / 2.0;
            let is_inside = (panel.interval.0..=panel.interval.1).contains(&middle);
            let (a, b) = (plot.at((edge, 0.0)), plot.at((edge + step, *share)));
            let inset = if b.0 - a.0 > 4.0 { 0.5 } else { 0.0 };
            sketch.bar((a.0 + inset, a.1), (b.0 - inset, b.1), if is_inside { Role::Main } else { Role::Reference });
        }
        if first < 0.0 && last > 0.0 {
            let x = plot.x_at(0.0);
            sketch.path(vec![(x, plot.inner.top), (x, plot.inner.bottom)], ZERO);
        }
        let marks = [(panel.interval.0, EDGE), (panel.interval.1, EDGE), (self.observed, OBSERVED)];
        for (at, pen) in marks.into_iter().filter(|(at, _)| (first..=last).contains(at)) {
            let x = plot.x_at(at);
            sketch.path(vec![(x, plot.inner.top), (x, plot.inner.bottom)], pen);
        }
    }
}

/// Share of the values in each bin; what lies outside is not shown and still counts in the whole.
fn shares(values: &[f64], first: f64, step: f64, bins: usize) -> Vec<f64> {
    let mut found = vec![0.0; bins];
    for value in values {
        let bin = ((value - first) / step + 1e-9).floor();
        // The last edge belongs to the last bin.
        let bin = if bin == bins as f64 && *value <= first + step * bins as f64 { bin - 1.0 } else { bin };
        if (0.0..bins as f64).contains(&bin) {
            found[bin as usize] += 1.0 / values.len() as f64;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_their_values_and_edges() {
        assert_eq!(shares(&[-0.1, 0.0, 0.05, 0.1, 0.2], 0.0, 0.1, 2), [0.4, 0.4]);
        assert_eq!(shares(&[], 0.0, 0.1, 2), [0.0, 0.0]);
    }

    #[test]
    fn drawings_survive_edge_cases() {
        for values in [vec![], vec![0.25; 9], vec![-1.0, 3.0]] {
            let panel = Histogram { label: "x".into(), interval: (-0.1, 0.3), values };
            let chart = Histograms { panels: vec![panel; 3], observed: f64::NAN, axis: "a".into() };
            for width in [390.0, 920.0] {
                assert!(chart.sketch(width).shapes.len() > 10);
            }
        }
    }
}
