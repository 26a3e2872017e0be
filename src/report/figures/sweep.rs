//! What every decision threshold would have given: precision, recall, F1, and the profit before costs.

use super::{Figure, MAIN, RULE, SECOND, Source, THIRD};
use crate::report::ReportError;
use crate::report::chart::thin::unbroken;
use crate::report::chart::{Axis, Entry, Frame, Pen, Plot, Role, Sketch, header, label_room};
use crate::report::format::{Unit, number};
use crate::report::read::{Record, Run, rows};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
struct Row {
    threshold: f64,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
    profit: Option<f64>,
    is_best_by_f1: bool,
    is_best_by_profit: bool,
}

const IN_FORCE: Pen = Pen::solid(Role::Ink, 1.0);

pub fn figure(store: &Store, run: &Run, split: &str, metrics: &Record) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "threshold_sweep", sql: crate::sql!("report/sweep"), args: &[&run.run_id, split] };
    let found = rows(store, source.sql, source.args, |row| {
        Ok(Row {
            threshold: row.get("threshold")?,
            precision: row.get("precision")?,
            recall: row.get("recall")?,
            f1: row.get("f1")?,
            profit: row.get("expected_profit")?,
            is_best_by_f1: row.get::<_, Option<bool>>("best_by_f1")?.unwrap_or(false),
            is_best_by_profit: row.get::<_, Option<bool>>("best_by_profit")?.unwrap_or(false),
        })
    })?;
    if found.is_empty() {
        return Ok(None);
    }
    let in_force = metrics.number("threshold");
    let best_f1 = found.iter().find(|row| row.is_best_by_f1).and_then(|row| Some((row.threshold, row.f1?)));
    let best_profit = found.iter().find(|row| row.is_best_by_profit).and_then(|row| Some((row.threshold, row.profit?)));
    let mut told = Vec::new();
    told.extend(in_force.map(|threshold| format!("The threshold in force is {threshold:.3}")));
    told.extend(best_f1.map(|(at, f1)| format!("F1 is highest at {at:.2} ({})", number(f1, Unit::Percent, ""))));
    told.extend(
        best_profit.map(|(at, profit)| format!("profit at {at:.2} ({} stakes)", number(profit, Unit::Ratio, ""))),
    );
    let told = told.join("; ");
    let caption = format!(
        "Each threshold as if it had been in force on split {split}. Profit is the sum of forward returns of the calls, \
         before costs: 1 is one whole stake won. Dots mark the best of each; choosing by them on this split would be \
         fitting to it. {told}."
    );
    let alt = format!("Line charts of precision, recall and F1, and of profit, by threshold. {told}.");
    let picture = Box::new(move |width| sketch(&found, in_force, best_f1, best_profit, width));
    let figure = source.figure(run, "sweep", &format!("Threshold sweep ({split})"), picture);
    Ok(Some(Figure { caption, alt, ..figure }))
}

type Best = Option<(f64, f64)>;

fn sketch(found: &[Row], in_force: Option<f64>, best_f1: Best, best_profit: Best, width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, if width >= 600.0 { 300.0 } else { 530.0 });
    let (first, second) = sketch.frame().halves();
    let curve = |value: fn(&Row) -> Option<f64>| unbroken(found.iter().map(|row| (row.threshold, value(row))));
    let rates = [(curve(|row| row.precision), MAIN), (curve(|row| row.recall), SECOND), (curve(|row| row.f1), THIRD)];
    let entries = [Entry::new("Precision", MAIN), Entry::new("Recall", SECOND), Entry::new("F1", THIRD)];
    let y = Axis::tight(0.0, 1.0, 5, Unit::Percent);
    panel(&mut sketch, first, "Share", &entries, y, &rates, in_force, best_f1.map(|best| (best, Role::Third)));
    let profit = curve(|row| row.profit);
    let y = Axis::loose(profit.iter().flatten().map(|point| point.1).chain([0.0]), 5, Unit::Ratio);
    let best = best_profit.map(|best| (best, Role::Main));
    panel(&mut sketch, second, "Profit before costs, stakes", &[], y, &[(profit, MAIN)], in_force, best);
    sketch
}

#[allow(clippy::too_many_arguments, reason = "the two panels differ in exactly these")]
fn panel(
    sketch: &mut Sketch,
    frame: Frame,
    title: &str,
    entries: &[Entry],
    y: Axis,
    curves: &[(Vec<Vec<(f64, f64)>>, Pen)],
    in_force: Option<f64>,
    best: Option<((f64, f64), Role)>,
) {
    let frame = header(sketch, frame, title, entries);
    let left = label_room(&y, sketch.font);
    let plot = Plot::new(sketch, frame, Axis::tight(0.0, 1.0, 5, Unit::Ratio), y, left, "Threshold");
    if plot.y.from < 0.0 {
        plot.level(sketch, 0.0, RULE);
    }
    if let Some(threshold) = in_force.filter(|threshold| (0.0..=1.0).contains(threshold)) {
        plot.marker(sketch, threshold, "in force", 0, IN_FORCE);
    }
    for (parts, pen) in curves {
        plot.curve(sketch, parts, *pen);
    }
    if let Some((point, role)) = best {
        sketch.dot(plot.at(point), 4.2, role, 1.0);
    }
}
