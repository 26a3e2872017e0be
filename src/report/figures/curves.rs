//! ROC and precision-recall curves of a classifier.

use super::{Figure, MAIN, REFERENCE, Source};
use crate::report::ReportError;
use crate::report::chart::{Axis, Entry, Plot, Sketch, header, label_room};
use crate::report::format::{Unit, number};
use crate::report::read::{Record, Run, rows};
use crate::store::Store;

type Curve = Vec<(f64, f64)>;

fn read(store: &Store, source: &Source<'_>) -> Result<Curve, ReportError> {
    let points =
        rows(store, source.sql, source.args, |row| Ok((row.get::<_, Option<f64>>(0)?, row.get::<_, Option<f64>>(1)?)))?;
    // NULL where a class is missing: then there is no curve.
    Ok(points.into_iter().filter_map(|(x, y)| Some((x?, y?))).collect())
}

fn score(metrics: &Record, column: &str) -> String {
    metrics.number(column).map_or("unknown".to_string(), |value| format!("{value:.3}"))
}

pub fn roc(store: &Store, run: &Run, split: &str, metrics: &Record) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "roc_curve", sql: crate::sql!("report/roc"), args: &[&run.run_id, split] };
    let curve = read(store, &source)?;
    if curve.len() < 2 {
        return Ok(None);
    }
    let area = score(metrics, "roc_auc");
    let caption = format!(
        "Share of label 1 found (true positive rate) against share of label 0 taken for it (false positive rate), as the \
         threshold falls. The area under the curve is {area}; the diagonal, 0.500, is guessing."
    );
    let alt = format!("Line chart: ROC curve on split {split}, area {area}, beside the diagonal of chance.");
    let label = format!("Model, area {area}");
    let picture = Box::new(move |width| {
        let entries = [Entry::new(label.as_str(), MAIN), Entry::new("Chance", REFERENCE)];
        square(width, "True positive rate", &entries, "False positive rate", &[(0.0, 0.0), (1.0, 1.0)], &curve)
    });
    let figure = source.figure(run, "roc", &format!("ROC curve ({split})"), picture);
    Ok(Some(Figure { caption, alt, is_half: true, ..figure }))
}

pub fn pr(store: &Store, run: &Run, split: &str, metrics: &Record) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "pr_curve", sql: crate::sql!("report/pr"), args: &[&run.run_id, split] };
    let curve = read(store, &source)?;
    if curve.is_empty() {
        return Ok(None);
    }
    let area = score(metrics, "pr_auc");
    let base = metrics.number("base_rate");
    let rate = base.map_or("unknown".to_string(), |rate| number(rate, Unit::Percent, ""));
    let caption = format!(
        "Share of the model's calls that were right (precision) against share of label 1 found (recall), as the \
         threshold falls. Average precision is {area}; calling everything 1 gives the base rate, {rate}."
    );
    let alt =
        format!("Line chart: precision against recall on split {split}, average precision {area}, base rate {rate}.");
    let label = format!("Model, average {area}");
    let picture = Box::new(move |width| {
        let mut entries = vec![Entry::new(label.as_str(), MAIN)];
        let level = base.map_or(Vec::new(), |rate| vec![(0.0, rate), (1.0, rate)]);
        if base.is_some() {
            entries.push(Entry::new("Base rate", REFERENCE));
        }
        square(width, "Precision", &entries, "Recall", &level, &curve)
    });
    let figure = source.figure(run, "pr", &format!("Precision and recall ({split})"), picture);
    Ok(Some(Figure { caption, alt, is_half: true, ..figure }))
}

/// A curve in the unit square beside its reference line.
fn square(
    width: f64,
    title: &str,
    entries: &[Entry],
    x_title: &str,
    reference: &[(f64, f64)],
    curve: &[(f64, f64)],
) -> Sketch {
    let mut sketch = Sketch::new(width, 380.0);
    let axis = || Axis::tight(0.0, 1.0, 5, Unit::Percent);
    let frame = sketch.frame();
    let frame = header(&mut sketch, frame, title, entries);
    let left = label_room(&axis(), sketch.font);
    let plot = Plot::new(&mut sketch, frame, axis(), axis(), left, x_title);
    plot.curve(&mut sketch, &[reference.to_vec()], REFERENCE);
    plot.curve(&mut sketch, &[curve.to_vec()], MAIN);
    sketch
}
