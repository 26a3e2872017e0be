//! Behind the probability of overfitting: how the best of one half of the days did in the other half.

use super::{RULE, Source, Words, figure};
use crate::report::chart::axis::nice_step;
use crate::report::chart::{Axis, Entry, Frame, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::experiment::read::Experiment;
use crate::report::figures::Figure;
use crate::report::format::{Unit, fixed, number};

struct Data {
    logits: Vec<f64>,
    pairs: Vec<(f64, f64)>,
    /// Intercept and slope.
    line: Option<(f64, f64)>,
}

const SOURCE: Source = Source { views: "experiment_splits", sql: crate::sql!("report/experiment_splits") };
const MOST: usize = 700;
const BARS: f64 = 30.0;
const FALL: Pen = Pen::solid(Role::Ink, 1.6);

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let logits: Vec<f64> = of.splits.iter().filter_map(|split| split.logit).collect();
    let all: Vec<(f64, f64)> = of.splits.iter().filter_map(|split| split.sharpe).collect();
    if logits.is_empty() && all.is_empty() {
        return None;
    }
    let step = all.len().div_ceil(MOST).max(1);
    let pairs: Vec<(f64, f64)> = all.iter().copied().step_by(step).collect();
    let line = of.number("degradation_intercept").zip(of.number("degradation_slope"));
    let loss = of.number("probability_of_loss").map_or_else(|| "unknown".into(), |p| number(p, Unit::Percent, ""));
    let text = |column: &str| of.number(column).map_or_else(|| "unknown".to_string(), |value| fixed(value, 2));
    let cut = if step > 1 { format!(" One in {step} is drawn on the right.") } else { String::new() };
    let words = Words {
        key: "splits",
        title: "Does the best of one half stay good in the other?".into(),
        caption: format!(
            "{} ways to halve the days. Left: rank of the best of one half in the other half, as a logit; orange at or below 0 is \
             no better than the middle, and its share is the PBO of the own trials, {}. Right: its daily Sharpe ratio in both halves; the slope of \
             the line is {}, and it lost money in {loss} of them.{cut}",
            number(of.splits.len() as f64, Unit::Count, ""),
            own(of),
            text("degradation_slope")
        ),
        alt: format!("Histogram of {} logits and scatter of Sharpe ratios. PBO {}.", logits.len(), own(of)),
    };
    let data = Data { logits, pairs, line };
    Some(figure(of, &SOURCE, words, Box::new(move |width| sketch(&data, width))))
}

/// The probability of overfitting of the trials that the combinations are of.
fn own(of: &Experiment) -> String {
    let known = of.number("pbo_own").or_else(|| of.number("pbo"));
    known.map_or_else(|| "unknown".to_string(), |value| fixed(value, 2))
}

fn sketch(data: &Data, width: f64) -> Sketch {
    let is_narrow = width < 600.0;
    let mut sketch = Sketch::new(width, if is_narrow { 560.0 } else { 290.0 });
    let (left, right) = sketch.frame().halves();
    histogram(&mut sketch, left, &data.logits);
    scatter(&mut sketch, right, data);
    sketch
}

fn histogram(sketch: &mut Sketch, frame: Frame, logits: &[f64]) {
    let (low, high) = logits.iter().fold((-0.5f64, 0.5f64), |(low, high), value| (low.min(*value), high.max(*value)));
    let step = nice_step((high - low) / BARS);
    // Edges on multiples of the step, a value on an edge belonging to the bar below: 0 counts as no better than the middle.
    let bin = |value: f64| (value / step - 1e-9).ceil() as i64;
    let (first, last) = (bin(low), bin(high));
    let mut counts = vec![0.0; (last - first + 1).max(1) as usize];
    for value in logits {
        counts[(bin(*value) - first) as usize] += 1.0 / logits.len() as f64;
    }
    let most = counts.iter().copied().fold(0.01, f64::max);
    let y = Axis::loose([0.0, most * 1.05], 4, Unit::Percent);
    let edges = ((first - 1) as f64 * step, last as f64 * step);
    let x = Axis::tight(edges.0, edges.1, (frame.width() / 70.0) as usize, Unit::Ratio);
    let entries = [
        Entry::new("no better than the middle", Pen::solid(Role::Second, 5.0)),
        Entry::new("better", Pen::solid(Role::Main, 5.0)),
    ];
    let frame = header(sketch, frame, "Share", &entries);
    let left = label_room(&y, sketch.font);
    let plot = Plot::new(sketch, frame, x, y, left, "logit of the rank in the other half");
    for (index, share) in counts.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let upper = (first + index as i64) as f64 * step;
        let (a, b) = (plot.at((upper - step, 0.0)), plot.at((upper, *share)));
        let inset = if b.0 - a.0 > 4.0 { 0.5 } else { 0.0 };
        let role = if upper <= step * 1e-6 { Role::Second } else { Role::Main };
        sketch.bar((a.0 + inset, a.1), (b.0 - inset, b.1), role);
    }
    let zero = plot.x_at(0.0);
    sketch.path(vec![(zero, plot.inner.top), (zero, plot.inner.bottom)], RULE);
}

fn scatter(sketch: &mut Sketch, frame: Frame, data: &Data) {
    let x = Axis::loose(data.pairs.iter().map(|pair| pair.0), (frame.width() / 75.0) as usize, Unit::Ratio);
    let y = Axis::loose(data.pairs.iter().map(|pair| pair.1).chain([0.0]), 5, Unit::Ratio);
    let entries = [Entry::new("fit", FALL)];
    let frame =
        header(sketch, frame, "Daily Sharpe in the other half", if data.line.is_some() { &entries } else { &[] });
    let left = label_room(&y, sketch.font);
    let plot = Plot::new(sketch, frame, x, y, left, "daily Sharpe ratio where it was best");
    plot.level(sketch, 0.0, RULE);
    let opacity = if data.pairs.len() > 200 { 0.4 } else { 0.75 };
    for pair in &data.pairs {
        let role = if pair.1 < 0.0 { Role::Second } else { Role::Main };
        sketch.dot(plot.at(*pair), 2.2, role, opacity);
    }
    if let Some((intercept, slope)) = data.line {
        sketch.path(fitted(&plot, intercept, slope), FALL);
    }
}

/// The part of a line that lies within a plot.
fn fitted(plot: &Plot, intercept: f64, slope: f64) -> Vec<(f64, f64)> {
    let (mut from, mut to) = (plot.x.from, plot.x.to);
    if slope != 0.0 {
        let (a, b) = ((plot.y.from - intercept) / slope, (plot.y.to - intercept) / slope);
        (from, to) = (from.max(a.min(b)), to.min(a.max(b)));
    } else if !(plot.y.from..=plot.y.to).contains(&intercept) {
        return Vec::new();
    }
    if from >= to {
        return Vec::new();
    }
    [from, to].map(|x| plot.at((x, intercept + slope * x))).to_vec()
}
