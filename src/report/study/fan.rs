//! Fan charts: bands that hold half and nine tenths of the paths, their median, and the account as it was.

use super::panels;
use crate::report::chart::{Axis, Entry, Frame, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::format::Unit;

/// Paths of one way of drawing them.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// Heading.
    pub label: String,
    /// Steps done at each mark, from 0.
    pub steps: Vec<usize>,
    /// Account at each mark that 5, 25, 50, 75 and 95 % of the paths stay below, as a multiple of the start.
    pub values: Vec<[f64; 5]>,
}

/// Fans beside each other on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Fans {
    /// Panels.
    pub fans: Vec<Fan>,
    /// The account as it was, before the first and after each step, as a multiple of the start.
    pub observed: Vec<f64>,
    /// Starting capital.
    pub capital: f64,
    /// Its currency.
    pub currency: String,
    /// What a step is, in the plural: `days`.
    pub steps_are: String,
}

const OUTER: f64 = 0.16;
const INNER: f64 = 0.26;
const MEDIAN: Pen = Pen::dashed(Role::Main, 1.6, 6.0, 3.5);
const ACTUAL: Pen = Pen::solid(Role::Second, 1.7);
const START: Pen = Pen::solid(Role::Muted, 1.0);
/// A range this wide is easier to read as factors than as sums.
const LOG_FROM_RATIO: f64 = 6.0;

impl Fans {
    pub(super) fn sketch(&self, width: f64) -> Sketch {
        let (mut sketch, frames) = panels(width, self.fans.len(), if width < 600.0 { 270.0 } else { 330.0 });
        let axis = self.money();
        let steps = self.observed.len().saturating_sub(1) as f64;
        for (index, (fan, frame)) in self.fans.iter().zip(frames).enumerate() {
            self.panel(&mut sketch, fan, frame, (axis.clone(), steps), index == 0);
        }
        sketch
    }

    /// One axis for all panels, so that they can be compared.
    fn money(&self) -> Axis {
        let edges = self.fans.iter().flat_map(|fan| fan.values.iter().flatten()).chain(&self.observed);
        let money: Vec<f64> = edges.map(|value| value * self.capital).filter(|value| value.is_finite()).collect();
        let (low, high) =
            money.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        if low > 0.0 && high / low >= LOG_FROM_RATIO {
            Axis::log(low, high, 6, Unit::Money)
        } else {
            Axis::loose(money, 5, Unit::Money)
        }
    }

    fn panel(&self, sketch: &mut Sketch, fan: &Fan, frame: Frame, (money, steps): (Axis, f64), is_first: bool) {
        let entries =
            if is_first { vec![Entry::new("as it was", ACTUAL), Entry::new("median", MEDIAN)] } else { vec![] };
        // The legend takes a line of its own in every panel, so that the plots stand level.
        let scale = if money.is_log { ", log scale" } else { "" };
        let title = if is_first { format!("{}; {}{scale}", fan.label, self.currency) } else { fan.label.clone() };
        let below = header(sketch, frame, &title, &[]);
        let lower = header(sketch, below, "", &entries);
        let left = label_room(&money, sketch.font);
        let across = ((frame.width() - left) / 62.0).max(2.0) as usize;
        let x = Axis::tight(0.0, steps, across, Unit::Count);
        let plot = Plot::new(sketch, lower, x, money, left, &self.steps_are);
        for ((low, high), opacity) in [((0, 4), OUTER), ((1, 3), INNER)] {
            plot_band(sketch, &plot, fan, self.capital, (low, high), opacity);
        }
        plot.level(sketch, self.capital, START);
        let at = |step: usize, value: f64| (step as f64, value * self.capital);
        let median = fan.steps.iter().zip(&fan.values).map(|(step, values)| at(*step, values[2])).collect();
        plot.curve(sketch, &[median], MEDIAN);
        let actual = self.observed.iter().enumerate().map(|(step, value)| at(step, *value)).collect();
        plot.curve(sketch, &[actual], ACTUAL);
    }
}

/// Fills between two edges of a fan.
fn plot_band(sketch: &mut Sketch, plot: &Plot, fan: &Fan, capital: f64, (low, high): (usize, usize), opacity: f64) {
    let marks = || fan.steps.iter().zip(&fan.values);
    let upper = marks().map(|(step, values)| plot.at((*step as f64, values[high] * capital)));
    let lower = marks().rev().map(|(step, values)| plot.at((*step as f64, values[low] * capital)));
    sketch.area(upper.chain(lower).collect(), Role::Main, opacity);
}
