//! Confusion matrices: what was predicted against what came.

use super::{Figure, Source};
use crate::report::ReportError;
use crate::report::chart::palette::HEAT_STEPS;
use crate::report::chart::{Anchor, Role, Sketch};
use crate::report::format::{Unit, fixed, number};
use crate::report::read::{Run, rows};
use crate::store::Store;

#[derive(Debug, Clone)]
struct Cell {
    source: String,
    split: String,
    predicted: String,
    actual: String,
    n: i64,
    share: Option<f64>,
}

const ORDER: [&str; 3] = ["LONG", "SHORT", "NOOP"];

/// One matrix for the predictions of `split` (which may be empty: none) and one for each mode of traces.
pub fn figures(store: &Store, run: &Run, split: &str) -> Result<Vec<Figure>, ReportError> {
    let source =
        Source { views: "confusion_matrix", sql: crate::sql!("report/confusion"), args: &[&run.run_id, split] };
    let cells = rows(store, source.sql, source.args, |row| {
        let source: String = row.get("source")?;
        let share = if source == "traces" { "share_of_predicted" } else { "share_of_actual" };
        Ok(Cell {
            split: row.get::<_, Option<String>>("split")?.unwrap_or_default(),
            predicted: row.get("predicted")?,
            actual: row.get("actual")?,
            n: row.get::<_, Option<i64>>("n")?.unwrap_or_default(),
            share: row.get(share)?,
            source,
        })
    })?;
    let matrices = cells.chunk_by(|a, b| (&a.source, &a.split) == (&b.source, &b.split));
    Ok(matrices.filter(|cells| cells.iter().any(|cell| cell.n > 0)).map(|cells| figure(&source, run, cells)).collect())
}

fn figure(source: &Source<'_>, run: &Run, cells: &[Cell]) -> Figure {
    let (of, split) = cells.first().map_or(("", ""), |cell| (cell.source.as_str(), cell.split.as_str()));
    let total: i64 = cells.iter().map(|cell| cell.n).sum();
    let right: i64 = cells.iter().filter(|cell| cell.predicted == cell.actual).map(|cell| cell.n).sum();
    let is_traces = of == "traces";
    let title = if is_traces { "Traded directions".to_string() } else { format!("Confusion matrix ({split})") };
    let what = if is_traces {
        "Direction of each closed position against the direction the price then took; a move within the dead band \
         counts as NOOP."
    } else {
        "Predictions at the threshold in force against the labels that came; label 1 is the side of the bet (LONG but for \
         meta labels), 0 is NOOP."
    };
    let share = number(right as f64 / total as f64, Unit::Percent, "");
    let counted = format!("{} of {} ({share}) lie on the diagonal", fixed(right as f64, 0), fixed(total as f64, 0));
    let shares = if is_traces { "predicted direction, so each column" } else { "actual class, so each row" };
    let caption = format!("{what} {counted}. Percentages are shares of the {shares} adds up to 100\u{a0}%.");
    let told: Vec<String> = cells
        .iter()
        .map(|cell| format!("predicted {} and actual {}: {}", cell.predicted, cell.actual, cell.n))
        .collect();
    let key = if is_traces { format!("directions-{split}") } else { "confusion".to_string() };
    // A direction that was never predicted says nothing: a long-only strategy keeps one column.
    let is_predicted = |name: &str| cells.iter().any(|cell| cell.predicted == name && cell.n > 0);
    let cells: Vec<Cell> = cells.iter().filter(|cell| !is_traces || is_predicted(&cell.predicted)).cloned().collect();
    let picture = Box::new(move |width| sketch(&cells, width));
    let alt = format!("Matrix. {}. {counted}.", told.join("; "));
    Figure { alt, caption, is_half: true, ..source.figure(run, &key, &title, picture) }
}

/// The classes that occur on one side, in a fixed order.
fn classes(cells: &[Cell], side: impl Fn(&Cell) -> &String) -> Vec<String> {
    let mut found: Vec<String> = cells.iter().map(|cell| side(cell).clone()).collect();
    found.sort_by_key(|name| (ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()), name.clone()));
    found.dedup();
    found
}

fn sketch(cells: &[Cell], width: f64) -> Sketch {
    let (columns, lines) = (classes(cells, |cell| &cell.predicted), classes(cells, |cell| &cell.actual));
    let (left, top, cell_height) = (82.0, 44.0, 62.0);
    let mut sketch = Sketch::new(width, top + cell_height * lines.len() as f64 + 6.0);
    let font = sketch.font;
    let cell_width = (width - left - 2.0) / columns.len().max(1) as f64;
    sketch.text((left + cell_width * columns.len() as f64 / 2.0, 14.0), "predicted", Role::Muted, Anchor::Middle);
    sketch.text((left - 10.0, top - 10.0), "actual", Role::Muted, Anchor::End);
    for (index, name) in columns.iter().enumerate() {
        let x = left + (index as f64 + 0.5) * cell_width;
        sketch.text((x, top - 10.0), name.as_str(), Role::Ink, Anchor::Middle);
    }
    for (index, name) in lines.iter().enumerate() {
        let y = top + (index as f64 + 0.5) * cell_height + font * 0.36;
        sketch.text((left - 10.0, y), name.as_str(), Role::Ink, Anchor::End);
    }
    for cell in cells {
        let column = columns.iter().position(|name| *name == cell.predicted).unwrap_or(0) as f64;
        let line = lines.iter().position(|name| *name == cell.actual).unwrap_or(0) as f64;
        let (x, y) = (left + column * cell_width, top + line * cell_height);
        let is_right = cell.predicted == cell.actual;
        sketch.bar((x + 1.5, y + 1.5), (x + cell_width - 1.5, y + cell_height - 1.5), heat(cell.share, is_right));
        let x = x + cell_width / 2.0;
        let base = y + cell_height / 2.0;
        sketch.sized_text((x, base), fixed(cell.n as f64, 0), Role::Ink, Anchor::Middle, font * 1.35, true);
        let share = cell.share.map_or("no case".to_string(), |share| number(share, Unit::Percent, ""));
        sketch.text((x, base + font * 1.4), share, Role::Ink, Anchor::Middle);
    }
    sketch
}

/// Blue for right, orange for wrong, stronger with the share of the actual class.
fn heat(share: Option<f64>, is_right: bool) -> Role {
    let steps = (share.unwrap_or(0.0) * f64::from(HEAT_STEPS)).ceil().clamp(0.0, f64::from(HEAT_STEPS)) as i8;
    Role::Heat(if is_right { steps } else { -steps })
}
