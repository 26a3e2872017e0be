//! Training curves: each metric by epoch, on the data fitted and on the data held out.

use std::collections::BTreeMap;

use super::{Figure, MAIN, SECOND, Source};
use crate::report::ReportError;
use crate::report::chart::thin::unbroken;
use crate::report::chart::{Axis, Entry, Frame, Plot, Sketch, header, label_room};
use crate::report::format::Unit;
use crate::report::read::{Run, rows};
use crate::store::Store;

type Parts = Vec<Vec<(f64, f64)>>;

/// One metric: its name and its curve on each split.
struct Panel {
    title: &'static str,
    train: Parts,
    valid: Parts,
}

pub fn figure(store: &Store, run: &Run) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "run_metrics", sql: crate::sql!("report/training"), args: &[&run.run_id] };
    let found = rows(store, source.sql, source.args, |row| {
        let key: (String, String) = (row.get("key")?, row.get("split")?);
        Ok((key, row.get::<_, f64>("step")?, row.get::<_, Option<f64>>("value")?))
    })?;
    let mut curves = BTreeMap::<(String, String), Vec<(f64, Option<f64>)>>::new();
    for (key, step, value) in found {
        curves.entry(key).or_default().push((step, value));
    }
    let mut curve = |key: &str, split: &str| unbroken(curves.remove(&(key.into(), split.into())).unwrap_or_default());
    let mut panel = |key, title| Panel { title, train: curve(key, "train"), valid: curve(key, "valid") };
    let mut panels = vec![panel("loss", "Loss"), panel("pr_auc", "Average precision")];
    panels.retain(|panel| !panel.train.is_empty() || !panel.valid.is_empty());
    if panels.is_empty() {
        return Ok(None);
    }
    let told: Vec<String> = panels.iter().map(Panel::told).collect();
    let told = told.join(" ");
    let caption = format!(
        "By epoch (one pass over the training data). {told} A validation loss that rises while the training loss falls is overfitting."
    );
    let alt = format!("Line charts by epoch. {told}");
    let picture = Box::new(move |width| sketch(&panels, width));
    Ok(Some(Figure { caption, alt, ..source.figure(run, "training", "Training curves", picture) }))
}

impl Panel {
    fn told(&self) -> String {
        let last = |parts: &Parts| {
            parts.last().and_then(|part| part.last()).map_or("unknown".to_string(), |point| format!("{:.4}", point.1))
        };
        format!("{} ends at {} on train and {} on valid.", self.title, last(&self.train), last(&self.valid))
    }

    fn draw(&self, sketch: &mut Sketch, frame: Frame) {
        let points = || self.train.iter().chain(&self.valid).flatten();
        let last = points().map(|point| point.0).fold(1.0, f64::max);
        let x = Axis::tight(1.0, last.max(2.0), 6, Unit::Count);
        let y = Axis::loose(points().map(|point| point.1), 4, Unit::Score);
        let entries = [Entry::new("Train", MAIN), Entry::new("Valid", SECOND)];
        let frame = header(sketch, frame, self.title, &entries);
        let left = label_room(&y, sketch.font);
        let plot = Plot::new(sketch, frame, x, y, left, "Epoch");
        plot.curve(sketch, &self.train, MAIN);
        plot.curve(sketch, &self.valid, SECOND);
    }
}

fn sketch(panels: &[Panel], width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, if width >= 600.0 { 280.0 } else { 255.0 * panels.len() as f64 });
    let frame = sketch.frame();
    match panels {
        [only] => only.draw(&mut sketch, frame),
        [first, second, ..] => {
            let (upper, lower) = frame.halves();
            first.draw(&mut sketch, upper);
            second.draw(&mut sketch, lower);
        }
        [] => {}
    }
    sketch
}
