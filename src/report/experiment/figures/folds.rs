//! Dated windows of the validation scheme: what a trial learned from, what judged it, and what nobody looked at.

use super::{Source, Words, figure};
use crate::domain::Ts;
use crate::report::chart::{Anchor, Axis, Entry, Pen, Plot, Role, Sketch, header, text_width};
use crate::report::experiment::read::{Experiment, Fold};
use crate::report::figures::Figure;
use crate::report::format::{Unit, number};

const SOURCE: Source = Source { views: "experiment_folds", sql: crate::sql!("report/experiment_folds") };
const ROW: f64 = 22.0;
/// Folds; of more, the first are drawn.
const MOST_ROWS: usize = 40;

fn role(part: &str) -> Role {
    match part {
        "train" => Role::Reference,
        "valid" => Role::Main,
        _ => Role::Second,
    }
}

pub fn figure_of(of: &Experiment) -> Option<Figure> {
    let mut numbers: Vec<i64> = of.folds.iter().map(|fold| fold.fold).filter(|fold| *fold > 0).collect();
    numbers.dedup();
    let n = numbers.len();
    if n == 0 {
        return None;
    }
    numbers.truncate(MOST_ROWS);
    let folds: Vec<Fold> = of
        .folds
        .iter()
        .filter(|fold| fold.from < fold.to && (fold.fold == 0 || numbers.contains(&fold.fold)))
        .cloned()
        .collect();
    if folds.is_empty() {
        return None;
    }
    let date = |micros: f64| Ts(micros as i64).naive().format("%Y-%m-%d").to_string();
    let judging: i64 = of.folds.iter().filter(|fold| fold.part == "valid").filter_map(|fold| fold.n_sessions).sum();
    let each = number(judging as f64 / n as f64, Unit::Count, "");
    let purged: i64 = of.folds.iter().filter_map(|fold| fold.n_purged).sum();
    let mut caption = format!(
        "Scheme {}: {n} {}, judged on {each} trading days{}.",
        of.text("scheme"),
        if n == 1 { "fold" } else { "folds" },
        if n == 1 { "" } else { " each, on average" }
    );
    if purged > 0 {
        caption += &format!(
            " {purged} samples next to a border were dropped, because their labels reach across it (purge and embargo)."
        );
    }
    if n > MOST_ROWS {
        caption += &format!(" The first {MOST_ROWS} are drawn; all: ws query folds.");
    }
    if let Some((from, to)) = of.number("test_us").zip(of.number("end_us")) {
        caption += &format!(" No trial saw the test period, {} to {}.", date(from), date(to));
    }
    let words = Words {
        key: "folds",
        title: "Which days taught, judged and stayed untouched".into(),
        alt: format!("Timeline of {n} folds. {caption}"),
        caption,
    };
    Some(figure(of, &SOURCE, words, Box::new(move |width| sketch(&folds, &numbers, width))))
}

fn sketch(folds: &[Fold], numbers: &[i64], width: f64) -> Sketch {
    let has_train = folds.iter().any(|fold| fold.part == "train");
    let rows = numbers.len() + 1;
    let mut sketch = Sketch::new(width, rows as f64 * ROW + 60.0);
    let font = sketch.font;
    let sample = |label: &str, part: &str| Entry::new(label, Pen::solid(role(part), 6.0));
    let mut entries = vec![sample("judges", "valid"), sample("untouched test", "test")];
    if has_train {
        entries.insert(0, sample("teaches", "train"));
    }
    let frame = sketch.frame();
    let frame = header(&mut sketch, frame, "Fold", &entries);
    let from = folds.iter().map(|fold| fold.from).fold(f64::MAX, f64::min);
    let to = folds.iter().map(|fold| fold.to).fold(f64::MIN, f64::max);
    let x = Axis::time(from, to, (width / 95.0).max(2.0) as usize);
    let y = Axis { ticks: Vec::new(), ..Axis::tight(0.0, rows as f64, 2, Unit::Count) };
    let left = text_width("test", font).max(text_width(&numbers.len().to_string(), font)) + font;
    let plot = Plot::new(&mut sketch, frame, x, y, left, "");
    let tall = plot.inner.height() / rows as f64;
    for (row, number) in numbers.iter().copied().chain([0]).enumerate() {
        let middle = plot.inner.top + (row as f64 + 0.5) * tall;
        let label = if number == 0 { "test".to_string() } else { number.to_string() };
        sketch.text((plot.inner.left - font * 0.5, middle + font * 0.36), label, Role::Muted, Anchor::End);
        for fold in folds.iter().filter(|fold| fold.fold == number) {
            let (a, b) = (plot.x_at(fold.from), plot.x_at(fold.to));
            let half = if fold.part == "train" { tall * 0.2 } else { tall * 0.36 };
            // Short windows stay visible.
            sketch.bar((a, middle - half), (b.max(a + 1.5), middle + half), role(&fold.part));
        }
    }
    sketch
}
