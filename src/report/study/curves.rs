//! Accounts of several runs over time, and below them what each has gained on the first.

use crate::domain::Ts;
use crate::report::chart::{Axis, Entry, Parts, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::format::Unit;

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its name in the legend.
    pub label: String,
    /// Return since its start, a fraction, by day since 1970-01-01.
    pub returns: Vec<(i32, f64)>,
    /// Sum of its daily differences to the first curve, a fraction, on common days; empty for the first itself.
    pub gained: Vec<(i32, f64)>,
}

/// Runs beside each other; the first is what the others are compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// Runs.
    pub curves: Vec<Curve>,
}

const BASELINE: Pen = Pen::dashed(Role::Reference, 1.6, 6.0, 4.0);
const RULE: Pen = Pen::solid(Role::Muted, 1.0);
const ROLES: [Role; 4] = [Role::Main, Role::Second, Role::Third, Role::Ink];
/// Dashes of the second, third and fourth round of colours; the first is solid.
const DASHES: [(f64, f64); 3] = [(9.0, 3.5), (2.5, 3.0), (5.0, 2.0)];

/// Pens differ in colour first, then in dash.
fn pen(index: usize) -> Pen {
    let Some(other) = index.checked_sub(1) else { return BASELINE };
    let dash = (other / ROLES.len()).checked_sub(1).map(|round| DASHES[round % DASHES.len()]);
    Pen { role: ROLES[other % ROLES.len()], width: 1.7, dash }
}

fn placed(points: &[(i32, f64)]) -> Parts {
    let part: Vec<(f64, f64)> = points
        .iter()
        .filter(|(_, value)| value.is_finite())
        .map(|(day, value)| (Ts::from_day(*day).0 as f64, *value))
        .collect();
    if part.is_empty() { Vec::new() } else { vec![part] }
}

impl Curves {
    pub(super) fn sketch(&self, width: f64) -> Sketch {
        let has_gains = self.curves.iter().any(|curve| !curve.gained.is_empty());
        let tall = if width < 600.0 { 420.0 } else { 470.0 };
        let legend = if width < 600.0 { 18.0 * self.curves.len() as f64 } else { 0.0 };
        let mut sketch = Sketch::new(width, legend + if has_gains { tall } else { tall * 0.62 });
        let days = || self.curves.iter().flat_map(|curve| &curve.returns).map(|(day, _)| Ts::from_day(*day).0 as f64);
        let time = Axis::time(
            days().fold(f64::MAX, f64::min),
            days().fold(f64::MIN, f64::max),
            (width / 95.0).max(2.0) as usize,
        );
        let axis = |pick: fn(&Curve) -> &[(i32, f64)], count: usize| {
            let values = self.curves.iter().flat_map(pick).map(|(_, value)| *value);
            Axis::loose(values.chain([0.0]), count, Unit::Percent)
        };
        let (upper, lower) = (axis(|curve| &curve.returns, 5), axis(|curve| &curve.gained, 3));
        let left = label_room(&upper, sketch.font).max(label_room(&lower, sketch.font));
        let frame = sketch.frame();
        let share = if has_gains { 0.6 } else { 1.0 };
        let (above, below) = frame.split_at(legend + (frame.height() - legend) * share);
        let entries: Vec<Entry> =
            self.curves.iter().enumerate().map(|(n, curve)| Entry::new(curve.label.as_str(), pen(n))).collect();
        let above = header(&mut sketch, above, "Return since the start, %", &entries);
        let bare = Axis { ticks: Vec::new(), ..time.clone() };
        let plot = Plot::new(&mut sketch, above, if has_gains { bare } else { time.clone() }, upper, left, "");
        plot.level(&mut sketch, 0.0, RULE);
        for (n, curve) in self.curves.iter().enumerate() {
            plot.curve(&mut sketch, &placed(&curve.returns), pen(n));
        }
        if has_gains {
            let below = below.split_at(sketch.font).1;
            let below = header(&mut sketch, below, "Daily differences to the baseline, added up, %", &[]);
            let plot = Plot::new(&mut sketch, below, time, lower, left, "");
            plot.level(&mut sketch, 0.0, RULE);
            for (n, curve) in self.curves.iter().enumerate() {
                plot.curve(&mut sketch, &placed(&curve.gained), Pen { width: 1.3, ..pen(n) });
            }
        }
        sketch
    }
}
