//! Heat maps: a cell a row and column, rows wrapped into blocks side by side where there are many.

use crate::report::chart::palette::HEAT_STEPS;
use crate::report::chart::{Anchor, Role, Sketch, text_width};
use crate::report::format::fixed;

/// One metric by row and column.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatPanel {
    /// Heading.
    pub title: String,
    /// Whether values are fractions, shown in percent.
    pub is_fraction: bool,
    /// A value a column, by row; `None` is unknown.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Metrics beside each other over the same rows and columns, blue above zero, orange below.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// Column headings, the same in every panel.
    pub columns: Vec<String>,
    /// Row headings.
    pub rows: Vec<String>,
    /// Metrics.
    pub panels: Vec<HeatPanel>,
}

const LINE: f64 = 21.0;
/// Between blocks, and between panels.
const GAP: f64 = 28.0;
const INNER_GAP: f64 = 12.0;
/// Cells are no wider than needed and no narrower than their text.
const WIDEST: f64 = 130.0;
const NARROWEST: f64 = 46.0;
/// Narrower cells show their colour only.
const FOR_TEXT: f64 = 34.0;
/// A block of fewer rows is not worth a column of its own.
const LEAST_ROWS: usize = 24;
const LONGEST_LABEL: f64 = 150.0;

/// Where things are.
struct Grid {
    blocks: usize,
    per_block: usize,
    /// Width of a block with all its panels.
    block: f64,
    /// Room for row headings.
    label: f64,
    /// Width of a panel.
    panel: f64,
    cell: f64,
    top: f64,
    font: f64,
}

impl Grid {
    /// Left edge of a cell.
    fn x(&self, block: usize, panel: usize, column: usize) -> f64 {
        let block = block as f64 * (self.block + GAP) + self.label;
        block + panel as f64 * (self.panel + INNER_GAP) + column as f64 * self.cell
    }
}

impl Heat {
    pub(super) fn sketch(&self, width: f64) -> Sketch {
        let font = if width < 600.0 { 10.5 } else { 11.0 };
        let mut grid = self.grid(width, font);
        let headings: Vec<Vec<String>> = self.columns.iter().map(|name| wrapped(name, grid.cell - 4.0, font)).collect();
        let lines = headings.iter().map(Vec::len).max().unwrap_or(1);
        grid.top = (lines as f64 + 1.35) * font * 1.25 + 6.0;
        let mut sketch = Sketch::new(width, grid.top + grid.per_block as f64 * LINE + 4.0);
        for block in 0..grid.blocks {
            for panel in 0..self.panels.len() {
                self.headings(&mut sketch, &grid, (block, panel), &headings);
            }
            for (line, row) in (block * grid.per_block..self.rows.len()).take(grid.per_block).enumerate() {
                let label = shortened(&self.rows[row], grid.label - font * 0.7, font);
                let at = (grid.x(block, 0, 0) - grid.label, grid.top + (line as f64 + 0.5) * LINE + font * 0.36);
                sketch.sized_text(at, label, Role::Muted, Anchor::Start, font, false);
                for panel in 0..self.panels.len() {
                    self.row(&mut sketch, &grid, (block, panel), (row, line));
                }
            }
        }
        sketch
    }

    fn grid(&self, width: f64, font: f64) -> Grid {
        let (columns, panels) = (self.columns.len().max(1) as f64, self.panels.len().max(1) as f64);
        let between = (panels - 1.0) * INNER_GAP;
        let longest = self.rows.iter().map(|row| text_width(row, font)).fold(0.0, f64::max);
        let label = longest.min(LONGEST_LABEL).min(width * 0.4) + font * 0.8;
        let wanted = self.rows.len().div_ceil(LEAST_ROWS).max(1);
        let least = label + panels * columns * NARROWEST + between;
        let fit = ((width + GAP) / (least + GAP)).floor().max(1.0) as usize;
        let blocks = wanted.min(fit);
        let room = (width - (blocks - 1) as f64 * GAP) / blocks as f64 - label - between;
        let cell = (room / (columns * panels)).min(WIDEST);
        let panel = cell * columns;
        Grid {
            blocks,
            per_block: self.rows.len().div_ceil(blocks).max(1),
            block: label + panels * panel + between,
            label,
            panel,
            cell,
            top: 0.0,
            font,
        }
    }

    fn headings(&self, sketch: &mut Sketch, grid: &Grid, (block, panel): (usize, usize), headings: &[Vec<String>]) {
        let font = grid.font;
        let title = shortened(&self.panels[panel].title, grid.panel, font);
        let middle = grid.x(block, panel, 0) + grid.panel / 2.0;
        sketch.sized_text((middle, font), title, Role::Ink, Anchor::Middle, font, false);
        for (column, heading) in headings.iter().enumerate() {
            let x = grid.x(block, panel, column) + grid.cell / 2.0;
            for (line, text) in heading.iter().rev().enumerate() {
                let y = grid.top - 7.0 - line as f64 * font * 1.25;
                sketch.sized_text((x, y), text.as_str(), Role::Muted, Anchor::Middle, font, false);
            }
        }
    }

    fn row(&self, sketch: &mut Sketch, grid: &Grid, (block, panel): (usize, usize), (row, line): (usize, usize)) {
        let (font, y, of) = (grid.font, grid.top + line as f64 * LINE, &self.panels[panel]);
        let strongest = of.values.iter().flatten().flatten().map(|value| value.abs()).fold(0.0, f64::max);
        let base = y + LINE / 2.0 + font * 0.36;
        for (column, value) in of.values[row].iter().enumerate() {
            let x = grid.x(block, panel, column);
            let Some(value) = value.filter(|value| value.is_finite()) else {
                sketch.sized_text((x + grid.cell / 2.0, base), "–", Role::Muted, Anchor::Middle, font, false);
                continue;
            };
            sketch.bar((x + 1.0, y + 1.0), (x + grid.cell - 1.0, y + LINE - 1.0), heat(value, strongest));
            if grid.cell >= FOR_TEXT {
                sketch.sized_text((x + grid.cell / 2.0, base), of.text(value), Role::Ink, Anchor::Middle, font, false);
            }
        }
    }
}

impl HeatPanel {
    fn text(&self, value: f64) -> String {
        if self.is_fraction {
            let percent = value * 100.0;
            fixed(percent, usize::from(percent.abs() < 999.5))
        } else {
            fixed(value, if value.abs() < 99.5 { 2 } else { 0 })
        }
    }
}

/// Heat by the share of the strongest value.
fn heat(value: f64, strongest: f64) -> Role {
    if strongest == 0.0 || value == 0.0 {
        return Role::Heat(0);
    }
    let steps = (value.abs() / strongest * f64::from(HEAT_STEPS)).ceil().clamp(1.0, f64::from(HEAT_STEPS)) as i8;
    Role::Heat(if value > 0.0 { steps } else { -steps })
}

/// A text cut with dots where it is too wide.
fn shortened(text: &str, room: f64, font: f64) -> String {
    if text_width(text, font) <= room {
        return text.to_string();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.len() > 1 {
        kept.pop();
        let cut: String = kept.iter().chain(['…'].iter()).collect();
        if text_width(&cut, font) <= room {
            return cut;
        }
    }
    kept.into_iter().collect()
}

/// A name in lines that fit, broken behind `_`, `-` and before `@` where that helps.
fn wrapped(name: &str, room: f64, font: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in parts(name) {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() || text_width(&format!("{last}{part}"), font) <= room {
            last.push_str(&part);
        } else {
            lines.push(part);
        }
    }
    lines.iter().map(|line| shortened(line, room, font)).collect()
}

fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in name.chars() {
        if letter == '@' {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        if matches!(letter, '_' | '-' | ' ' | '/') {
            parts.push(String::new());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::sketch::Shape;

    fn of(rows: usize, columns: usize) -> Heat {
        let values: Vec<Vec<Option<f64>>> =
            (0..rows).map(|row| (0..columns).map(|_| (row % 3 > 0).then_some(row as f64 - 5.0)).collect()).collect();
        let panel = |is_fraction| HeatPanel { title: "Sharpe".into(), is_fraction, values: values.clone() };
        Heat {
            columns: (0..columns).map(|column| format!("subject_{column}@1")).collect(),
            rows: (0..rows).map(|row| format!("SYM{row:03}")).collect(),
            panels: vec![panel(true), panel(false)],
        }
    }

    #[test]
    fn every_cell_is_inside_at_any_size() {
        for (rows, columns) in [(0, 0), (1, 1), (5, 3), (143, 2), (240, 6), (30, 40)] {
            for width in [390.0, 920.0] {
                let sketch = of(rows, columns).sketch(width);
                let mut cells = 0;
                for shape in &sketch.shapes {
                    if let Shape::Bar(a, b, _) = shape {
                        assert!(
                            a.0 >= 0.0 && b.0 <= width + 0.5 && b.1 <= sketch.height && b.0 > a.0,
                            "{rows} {columns}"
                        );
                        cells += 1;
                    }
                }
                assert_eq!(cells, (0..rows).filter(|row| row % 3 > 0).count() * columns * 2, "{rows} {columns}");
            }
        }
    }

    #[test]
    fn names_break_where_they_may() {
        assert_eq!(parts("mlp_core23_1h@2"), ["mlp_", "core23_", "1h", "@2"]);
        assert_eq!(wrapped("sma_cross", 500.0, 11.0), ["sma_cross"]);
        assert!(wrapped("mlp_core23_1h@2", 44.0, 11.0).len() > 1);
        assert!(shortened("a long name", 30.0, 11.0).ends_with('…'));
    }
}
