//! The heat map of coverage: a row a series, a column a month (a quarter or a year when there are too many).
//!
//! Steps instead of a gradient, because full, nearly full and half are what a reader looks for; from blue (complete) to
//! orange (nothing there). Grey is a month with bars of which nobody knows how many there should be.

use std::collections::BTreeMap;

use super::Quality;
use crate::report::chart::{Anchor, Pen, Role, Sketch, text_width};

/// Least width of a column, in logical pixels.
const NARROWEST: f64 = 5.0;
/// Most rows of one picture.
const MOST_ROWS: usize = 60;
/// Width at which a column has room for its month.
const LETTER: f64 = 11.0;
/// Width at which a column has room for its percentage.
const ROOM_FOR_TEXT: f64 = 34.0;
const ROW: f64 = 20.0;
/// Width of the figure on a page and in a file.
pub const WIDE: f64 = 920.0;

/// (least coverage, label, colour), the highest first.
const STEPS: [(f64, &str, i8); 7] = [
    (0.9995, "complete", 4),
    (0.99, "from 99 %", 3),
    (0.95, "from 95 %", 2),
    (0.80, "from 80 %", 1),
    (0.50, "from 50 %", -2),
    (f64::MIN_POSITIVE, "less", -3),
    (f64::NEG_INFINITY, "none", -4),
];

/// A cell: what is there and what should be.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    bars: i64,
    inside: i64,
    expected: Option<i64>,
}

impl Cell {
    fn coverage(self) -> Option<f64> {
        self.expected.filter(|expected| *expected > 0).map(|expected| self.inside as f64 / expected as f64)
    }

    fn role(self) -> Option<Role> {
        match self.coverage() {
            Some(share) => STEPS.iter().find(|step| share >= step.0).map(|step| Role::Heat(step.2)),
            None if self.bars > 0 => Some(Role::Grid),
            None => None,
        }
    }
}

/// One row of the map.
#[derive(Debug, Clone)]
struct Line {
    label: String,
    total: Option<f64>,
    /// By period.
    cells: BTreeMap<i32, Cell>,
}

/// The map before it is drawn.
#[derive(Debug, Clone)]
pub struct Map {
    lines: Vec<Line>,
    /// Months a column.
    months: i32,
    first: i32,
    last: i32,
    hidden: usize,
    notes: Vec<String>,
}

impl Map {
    /// The map of some series; `None` when none of them has a bar.
    #[must_use]
    pub fn of(quality: &Quality) -> Option<Self> {
        let first = quality.months.iter().map(super::Month::number).min()?;
        let last = quality.months.iter().map(super::Month::number).max()?;
        let fits = |months: &i32| f64::from((last - first) / months + 1) * NARROWEST <= WIDE - 250.0;
        let months = [1, 3, 12].into_iter().find(fits).unwrap_or(60);
        let mut lines: Vec<Line> = Vec::new();
        for series in quality.series.iter().filter(|series| series.n_bars > 0) {
            let mut cells: BTreeMap<i32, Cell> = BTreeMap::new();
            let own = |month: &&super::Month| month.symbol == series.symbol && month.interval == series.interval;
            for month in quality.months.iter().filter(own) {
                let cell = cells.entry(month.number().div_euclid(months)).or_default();
                cell.bars += month.n_bars;
                cell.inside += month.n_inside.unwrap_or(0);
                cell.expected = month.n_expected.map(|more| cell.expected.unwrap_or(0) + more).or(cell.expected);
            }
            lines.push(Line { label: format!("{} {}", series.symbol, series.interval), total: series.coverage, cells });
        }
        let hidden = lines.len().saturating_sub(MOST_ROWS);
        if hidden > 0 {
            // Where not all fit, those with the most to see are shown.
            let share = |line: &Line| line.total.unwrap_or(f64::INFINITY);
            lines.sort_by(|a, b| share(a).total_cmp(&share(b)));
            lines.truncate(MOST_ROWS);
        }
        let (first, last) = (first.div_euclid(months), last.div_euclid(months));
        Some(Self { lines, months, first, last, hidden, notes: quality.warnings() })
    }

    /// What a column is.
    const fn period(&self) -> &'static str {
        match self.months {
            1 => "month",
            3 => "quarter",
            12 => "year",
            _ => "five years",
        }
    }

    /// Heading.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Share of expected bars present, by {}", self.period())
    }

    /// What it shows, in words.
    #[must_use]
    pub fn caption(&self) -> String {
        let more = if self.hidden > 0 {
            format!(" The {} series with the least coverage of {}.", self.lines.len(), self.lines.len() + self.hidden)
        } else {
            String::new()
        };
        format!(
            "Bars inside sessions of the calendar against the bars these sessions should have, between the first and the last \
             bar of a series; on the right the share over all. Grey: bars without a calendar, so nothing is expected.{more}"
        )
    }

    /// A text that stands in for the picture.
    #[must_use]
    pub fn alt(&self) -> String {
        let known: Vec<(&str, f64)> =
            self.lines.iter().filter_map(|line| Some((line.label.as_str(), line.total?))).collect();
        let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let told = least.map_or("no series has a calendar".to_string(), |(label, share)| {
            format!("least covered is {label} with {}", percent(*share))
        });
        format!("Heat map of {} series by {}: {told}.", self.lines.len(), self.period())
    }

    /// The map with title and notes, so that it can stand alone.
    #[must_use]
    pub fn framed(&self) -> Sketch {
        const MARGIN: f64 = 16.0;
        let inner = self.sketch(WIDE);
        let mut notes = vec![
            "bars inside sessions / bars expected between the first and the last bar; from bar_coverage".to_string(),
        ];
        if self.hidden > 0 {
            notes.push(format!(
                "the {} series with the least coverage of {}",
                self.lines.len(),
                self.lines.len() + self.hidden
            ));
        }
        notes.extend(self.notes.iter().map(|note| shortened(note, WIDE)));
        let foot = 14.0 + 15.0 * notes.len() as f64;
        let mut sketch = Sketch::new(WIDE + 2.0 * MARGIN, 40.0 + inner.height + foot + 8.0);
        sketch.sized_text((MARGIN, 27.0), self.title(), Role::Ink, Anchor::Start, 15.0, true);
        let below = 40.0 + inner.height + 18.0;
        sketch.place(inner, (MARGIN, 40.0));
        for (n, note) in notes.into_iter().enumerate() {
            sketch.sized_text((MARGIN, below + 15.0 * n as f64), note, Role::Muted, Anchor::Start, 11.0, false);
        }
        sketch
    }

    /// The map for a width.
    #[must_use]
    pub fn sketch(&self, width: f64) -> Sketch {
        let font = if width < 600.0 { 10.5 } else { 11.5 };
        let label = self.lines.iter().map(|line| text_width(&line.label, font)).fold(0.0, f64::max).min(width * 0.32);
        let total = text_width("100.00 %", font) + 10.0;
        let (left, right) = (label + 12.0, width - total);
        let columns = f64::from(self.last - self.first + 1);
        // A short history is not blown up to the whole width.
        let column = ((right - left) / columns).min(64.0);
        let has_months = self.months == 1 && column >= LETTER;
        let top = if has_months { 64.0 } else { 50.0 };
        let mut sketch = Sketch::new(width, top + ROW * self.lines.len() as f64 + 6.0);
        legend(&mut sketch, width, font);
        let end = left + columns * column + total - 2.0;
        let edges = Edges { left, column, top, years: 44.0, bottom: sketch.height - 6.0, totals: end };
        self.axis(&mut sketch, &edges, font);
        sketch.sized_text((end, top - 6.0), "all", Role::Muted, Anchor::End, 10.0, false);
        for (n, line) in self.lines.iter().enumerate() {
            self.line(&mut sketch, line, &edges, n, font);
        }
        sketch
    }

    fn line(&self, sketch: &mut Sketch, line: &Line, edges: &Edges, n: usize, font: f64) {
        let y = edges.top + ROW * n as f64;
        let base = y + ROW / 2.0 + font * 0.36;
        let label = shortened_to(&line.label, edges.left - 10.0, font);
        sketch.sized_text((edges.left - 8.0, base), label, Role::Ink, Anchor::End, font, false);
        let gap = if edges.column >= 10.0 { 1.0 } else { 0.0 };
        for (period, cell) in &line.cells {
            let Some(role) = cell.role() else { continue };
            let x = edges.left + f64::from(period - self.first) * edges.column;
            sketch.bar((x + gap / 2.0, y + 1.0), (x + edges.column - gap / 2.0, y + ROW - 1.0), role);
            let share = cell.coverage().filter(|_| edges.column >= ROOM_FOR_TEXT);
            if let Some(share) = share.filter(|share| *share < 0.9995) {
                let text = short_percent(share);
                sketch.sized_text((x + edges.column / 2.0, base), text, Role::Ink, Anchor::Middle, 10.0, false);
            }
        }
        let text = line.total.map_or("—".to_string(), percent);
        sketch.sized_text((edges.totals, base), text, Role::Ink, Anchor::End, font, false);
    }

    /// Years above the columns, with months where they fit.
    fn axis(&self, sketch: &mut Sketch, edges: &Edges, font: f64) {
        let at = |period: i32| edges.left + f64::from(period - self.first) * edges.column;
        let year_of = |period: i32| (period * self.months).div_euclid(12);
        let mut free_from = f64::NEG_INFINITY;
        for period in self.first..=self.last {
            let starts = period == self.first || year_of(period) != year_of(period - 1);
            if starts {
                let x = at(period);
                sketch.path(vec![(x, edges.years - 11.0), (x, edges.bottom)], Pen::solid(Role::Grid, 1.0));
                let text = year_of(period).to_string();
                let needed = text_width(&text, font) + 10.0;
                // The last months of a year at the left edge give way to the year that follows.
                let next = (period + 1..=self.last).find(|next| year_of(*next) != year_of(period)).map(at);
                let gives_way = period == self.first && next.is_some_and(|next| next - x < needed);
                if x >= free_from && !gives_way {
                    sketch.sized_text((x + 3.0, edges.years), text, Role::Ink, Anchor::Start, font, false);
                    free_from = x + needed;
                }
            }
            if self.months == 1 && edges.column >= LETTER {
                const LETTERS: [&str; 12] =
                    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
                let name = LETTERS[period.rem_euclid(12) as usize];
                let name = if edges.column >= 27.0 { name } else { &name[..1] };
                let middle = at(period) + edges.column / 2.0;
                sketch.sized_text((middle, edges.top - 6.0), name, Role::Muted, Anchor::Middle, 10.0, false);
            }
        }
    }
}

/// Where the cells lie.
struct Edges {
    left: f64,
    column: f64,
    top: f64,
    /// Baseline of the years.
    years: f64,
    bottom: f64,
    /// Right end of the totals.
    totals: f64,
}

fn legend(sketch: &mut Sketch, width: f64, font: f64) {
    let mut entries: Vec<(&str, Role)> = STEPS.iter().map(|(_, label, step)| (*label, Role::Heat(*step))).collect();
    entries.push(("no calendar", Role::Grid));
    let font = font - 0.5;
    let needed: f64 = entries.iter().map(|(label, _)| 15.0 + text_width(label, font) + 14.0).sum();
    // On a phone the swatches stand closer and in two lines.
    let lines = if needed > width { 2 } else { 1 };
    let a_line = entries.len().div_ceil(lines);
    for (n, chunk) in entries.chunks(a_line).enumerate() {
        let (mut x, y) = (0.0, 2.0 + 14.0 * n as f64);
        for (label, role) in chunk {
            sketch.bar((x, y), (x + 11.0, y + 11.0), *role);
            sketch.sized_text((x + 15.0, y + 9.5), *label, Role::Muted, Anchor::Start, font, false);
            x += 15.0 + text_width(label, font) + if lines == 1 { 14.0 } else { 8.0 };
        }
    }
}

/// `99.97 %`; what is not complete is never rounded up to a full 100.
#[must_use]
pub fn percent(share: f64) -> String {
    let shown = (share * 1e4).round() / 100.0;
    let shown = if share < 1.0 { shown.min(99.99) } else { shown };
    format!("{shown:.2} %")
}

/// `99.9` or `7`; for narrow cells, never rounded up to a full 100.
fn short_percent(share: f64) -> String {
    let tenths = (share * 1000.0).floor() / 10.0;
    if (10.0..99.0).contains(&tenths) { format!("{tenths:.0}") } else { format!("{tenths:.1}") }
}

fn shortened(text: &str, width: f64) -> String {
    shortened_to(text, width, 11.0)
}

/// The beginning of a text that fits a width.
fn shortened_to(text: &str, width: f64, font: f64) -> String {
    if text_width(text, font) <= width {
        return text.to_string();
    }
    let mut kept = text.to_string();
    while !kept.is_empty() && text_width(&format!("{kept}…"), font) > width {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}
