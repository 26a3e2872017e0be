//! What winner, baseline and the choice itself made: on validation, and from 0 again on the test period.

use super::{RULE, Source, Words, figure};
use crate::domain::Ts;
use crate::report::chart::{Axis, Entry, Parts, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::experiment::read::Experiment;
use crate::report::figures::Figure;
use crate::report::format::{Unit, number};

struct Line {
    label: &'static str,
    pen: Pen,
    parts: Parts,
}

const SOURCE: Source =
    Source { views: "run_returns and experiment_paths", sql: crate::sql!("report/experiment_returns") };
const SIDES: [(&str, &str, Pen); 3] = [
    ("baseline", "baseline", Pen::dashed(Role::Reference, 1.6, 6.0, 4.0)),
    ("choice", "the choice, out of sample", Pen::dashed(Role::Third, 1.9, 2.5, 3.0)),
    ("winner", "winner", Pen::solid(Role::Main, 1.9)),
];

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let part = |side: &str, period: &str| -> Vec<(f64, f64)> {
        let found = of.totals.get(&format!("{side}_{period}")).map(Vec::as_slice).unwrap_or_default();
        found
            .iter()
            .filter(|(_, total)| total.is_finite())
            .map(|(day, total)| (Ts::from_day(*day).0 as f64, *total))
            .collect()
    };
    let lines: Vec<Line> = SIDES
        .into_iter()
        .map(|(side, label, pen)| {
            let parts = [part(side, "valid"), part(side, "test")].into_iter().filter(|part| !part.is_empty());
            Line { label, pen, parts: parts.collect() }
        })
        .filter(|line| !line.parts.is_empty())
        .collect();
    if lines.is_empty() {
        return None;
    }
    let is_tested = of.totals.keys().any(|side| side.ends_with("_test"));
    let begins = of.number("test_us").filter(|_| is_tested);
    let ends = |side: &str, period: &str| {
        let last = of.totals.get(&format!("{side}_{period}")).and_then(|points| points.last());
        last.map_or_else(|| "unknown".to_string(), |(_, total)| number(*total, Unit::Percent, ""))
    };
    let told = |period: &str| format!("winner {}, baseline {}", ends("winner", period), ends("baseline", period));
    let test = if is_tested {
        format!(" Right of the line is the test period, where all begin at 0 again: {}.", told("test"))
    } else {
        " The test period has not been looked at.".into()
    };
    let paths = if of.text("scheme") == "cpcv" { ", mean over its paths" } else { "" };
    let words = Words {
        key: "accounts",
        title: "What they made".into(),
        caption: format!(
            "Compounded daily returns after costs. On validation the winner was chosen because of this curve, so it looks \
             better than it is: {}. The choice is what following the search would have made out of sample{paths} ({}).{test}",
            told("valid"),
            ends("choice", "valid")
        ),
        alt: format!("Line chart. Validation: {}.{test}", told("valid")),
    };
    Some(figure(of, &SOURCE, words, Box::new(move |width| sketch(&lines, begins, width))))
}

fn sketch(lines: &[Line], begins: Option<f64>, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, if width < 600.0 { 320.0 } else { 340.0 });
    let points = || lines.iter().flat_map(|line| line.parts.iter().flatten());
    let (from, to) = points().fold((f64::MAX, f64::MIN), |(from, to), (x, _)| (from.min(*x), to.max(*x)));
    let x = Axis::time(from, to, (width / 95.0).max(2.0) as usize);
    let y = Axis::loose(points().map(|(_, y)| *y).chain([0.0]), 6, Unit::Percent);
    let left = label_room(&y, sketch.font);
    let entries: Vec<Entry> = lines.iter().rev().map(|line| Entry::new(line.label, line.pen)).collect();
    let frame = sketch.frame();
    let frame = header(&mut sketch, frame, "Return, %", &entries);
    let plot = Plot::new(&mut sketch, frame, x, y, left, "");
    plot.level(&mut sketch, 0.0, RULE);
    for line in lines {
        plot.curve(&mut sketch, &line.parts, line.pen);
    }
    if let Some(begins) = begins.filter(|begins| (from..=to).contains(begins)) {
        plot.marker(&mut sketch, begins, "test begins", 0, Pen::solid(Role::Ink, 1.4));
    }
    sketch
}
