//! Which parameters moved the objective, and how far that is to be trusted.

use super::scale::shortened;
use super::{Source, Words, figure};
use crate::report::chart::{Anchor, Axis, Pen, Plot, Role, Sketch, text_width};
use crate::report::experiment::read::{Experiment, Importance};
use crate::report::figures::Figure;
use crate::report::format::{Unit, fixed};

const SOURCE: Source = Source { views: "experiment_importance", sql: crate::sql!("report/experiment_importance") };
const ROW: f64 = 27.0;
const MOST_ROWS: usize = 20;
/// Below this the forest explains too little of the scores for its importances to mean much.
const WEAK_R2: f64 = 0.3;

pub fn figure_of(of: &Experiment, is_half: bool) -> Option<Figure> {
    let first = of.importance.first()?;
    let r2 = first.r2.map_or_else(|| "unknown".to_string(), |r2| fixed(r2, 2));
    let trust = match first.r2 {
        Some(r2) if r2 >= WEAK_R2 => "it explains the scores well enough to be read",
        Some(_) => "it explains little of the scores, so take these bars lightly",
        None => "how well it explains the scores is unknown",
    };
    let told: Vec<String> =
        of.importance.iter().take(5).map(|found| format!("{} {}", found.param, fixed(found.importance, 2))).collect();
    let words = Words {
        key: "importance",
        title: "Which parameters mattered".into(),
        caption: format!(
            "How much worse a random forest predicts {} when a parameter is shuffled; lines are one standard deviation over \
             shuffles. R\u{b2} of the forest on unseen trials: {r2}; {trust}.",
            of.objective()
        ),
        alt: format!("Bars of importance: {}. R2 {r2}.", told.join(", ")),
    };
    let rows: Vec<Importance> = of.importance.iter().take(MOST_ROWS).cloned().collect();
    let figure = figure(of, &SOURCE, words, Box::new(move |width| sketch(&rows, width)));
    Some(Figure { is_half, ..figure })
}

fn sketch(rows: &[Importance], width: f64) -> Sketch {
    let mut sketch = Sketch::new(width, rows.len() as f64 * ROW + 52.0);
    let font = sketch.font;
    let labels: Vec<String> = rows.iter().map(|row| shortened(&row.param, 26)).collect();
    let left = labels.iter().map(|label| text_width(label, font)).fold(0.0, f64::max).min(width * 0.45) + font;
    let ends = rows.iter().flat_map(|row| {
        let spread = row.deviation.unwrap_or(0.0);
        [row.importance - spread, row.importance + spread]
    });
    let x = Axis::loose(ends.chain([0.0]), (width / 110.0).max(3.0) as usize, Unit::Ratio);
    let y = Axis { ticks: Vec::new(), ..Axis::tight(0.0, rows.len() as f64, 2, Unit::Count) };
    let frame = sketch.frame();
    let plot = Plot::new(&mut sketch, frame, x, y, left, "fall of R\u{b2} when shuffled");
    let zero = plot.x_at(0.0);
    for (index, (row, label)) in rows.iter().zip(labels).enumerate() {
        let middle = plot.inner.top + (index as f64 + 0.5) * plot.inner.height() / rows.len() as f64;
        let end = plot.x_at(row.importance);
        sketch.text((plot.inner.left - font * 0.6, middle + font * 0.36), label, Role::Ink, Anchor::End);
        let role = if row.importance < 0.0 { Role::Reference } else { Role::Main };
        sketch.bar((zero, middle - 8.0), (end, middle + 8.0), role);
        if let Some(spread) = row.deviation.filter(|spread| spread.is_finite()) {
            let (low, high) = (plot.x_at(row.importance - spread), plot.x_at(row.importance + spread));
            let pen = Pen::solid(Role::Ink, 1.3);
            sketch.path(vec![(low, middle), (high, middle)], pen);
            for end in [low, high] {
                sketch.path(vec![(end, middle - 3.5), (end, middle + 3.5)], pen);
            }
        }
    }
    sketch.path(vec![(zero, plot.inner.top), (zero, plot.inner.bottom)], super::RULE);
    sketch
}
