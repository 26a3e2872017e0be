//! Whether probabilities mean what they say: stated against observed, with how many predictions say so.

use super::{Figure, MAIN, REFERENCE, Source};
use crate::report::ReportError;
use crate::report::chart::{Anchor, Axis, Entry, Plot, Role, Sketch, header, label_room, text_width};
use crate::report::format::{Unit, fixed, tick};
use crate::report::read::{Run, rows};
use crate::store::Store;

#[derive(Debug, Clone, Copy)]
struct Bin {
    n: f64,
    stated: f64,
    observed: f64,
}

pub fn figure(store: &Store, run: &Run, split: &str) -> Result<Option<Figure>, ReportError> {
    let source = Source { views: "calibration", sql: crate::sql!("report/calibration"), args: &[&run.run_id, split] };
    let bins = rows(store, source.sql, source.args, |row| {
        Ok((row.get::<_, f64>(1)?, row.get::<_, Option<f64>>(2)?, row.get::<_, Option<f64>>(3)?))
    })?;
    let bins: Vec<Bin> = bins
        .into_iter()
        .filter_map(|(n, stated, observed)| Some(Bin { n, stated: stated?, observed: observed? }))
        .collect();
    if bins.is_empty() {
        return Ok(None);
    }
    let percent = |value: f64| tick(value, 0.001, Unit::Percent);
    let told: Vec<String> = bins
        .iter()
        .map(|bin| format!("stated {}, observed {} of {}", percent(bin.stated), percent(bin.observed), fixed(bin.n, 0)))
        .collect();
    let caption =
        "Predictions grouped in ten bins by stated probability, against how often label 1 then came; the number \
                   beside each point is its count of predictions. On the dashed line both agree."
            .to_string();
    let alt = format!("Line chart of calibration on split {split}: {}.", told.join("; "));
    let picture = Box::new(move |width| sketch(&bins, width));
    let figure = source.figure(run, "calibration", &format!("Calibration ({split})"), picture);
    Ok(Some(Figure { caption, alt, is_half: true, ..figure }))
}

fn sketch(bins: &[Bin], width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, 380.0);
    // Both axes share one range, that of the data: calibrated markets give probabilities close together.
    let values = bins.iter().flat_map(|bin| [bin.stated, bin.observed]);
    let Axis { from, to, .. } = Axis::loose(values, 5, Unit::Percent);
    let (from, to) = (from.max(0.0), to.min(1.0));
    let axis = || Axis::tight(from, to, 5, Unit::Percent);
    let frame = sketch.frame();
    let entries = [Entry::new("Model", MAIN), Entry::new("Agreement", REFERENCE)];
    let frame = header(&mut sketch, frame, "Observed", &entries);
    let left = label_room(&axis(), sketch.font);
    let plot = Plot::new(&mut sketch, frame, axis(), axis(), left, "Stated probability");
    plot.curve(&mut sketch, &[vec![(from, from), (to, to)]], REFERENCE);
    let points: Vec<_> = bins.iter().map(|bin| (bin.stated, bin.observed)).collect();
    plot.curve(&mut sketch, &[points], MAIN);
    let font = sketch.font;
    for bin in bins {
        let (x, y) = plot.at((bin.stated, bin.observed));
        sketch.dot((x, y), 3.6, Role::Main, 1.0);
        // Labels sit on the side away from the diagonal and inside the frame.
        let above = bin.observed >= bin.stated && y - font * 1.6 > plot.inner.top || y + font * 1.6 > plot.inner.bottom;
        let base = if above { y - font * 0.7 } else { y + font * 1.4 };
        let anchor = if x + 40.0 > plot.inner.right {
            Anchor::End
        } else if x - 20.0 < plot.inner.left {
            Anchor::Start
        } else {
            Anchor::Middle
        };
        let (label, size) = (fixed(bin.n, 0), font * 0.9);
        let half = text_width(&label, size) / 2.0;
        let middle = match anchor {
            Anchor::Start => x + half,
            Anchor::Middle => x,
            Anchor::End => x - half,
        };
        // Paper under the label keeps it apart from the line.
        sketch.bar((middle - half - 1.0, base - size * 0.85), (middle + half + 1.0, base + size * 0.15), Role::Paper);
        sketch.sized_text((x, base), label, Role::Muted, anchor, size, false);
    }
    sketch
}
