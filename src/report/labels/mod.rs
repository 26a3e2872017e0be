//! The audit of a label set as a page of small multiples and as sheets of pictures.
//!
//! This room is told what to show: the labels, their bars and the tables come from whoever audited. One tile a label
//! shows the bars around it, the entry, the exit and the barriers between them. The page filters by split and by outcome
//! with style rules alone: it loads nothing and runs no script.

mod page;
mod tile;

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::ReportError;
use super::chart::{Anchor, Role, Sketch, Theme, render, text_width};
use crate::domain::Ts;
use crate::store::Store;

/// Tiles side by side on a sheet, and rows of them.
const ACROSS: usize = 5;
const DOWN: usize = 5;

/// What ended a bet, for colours and filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The profit barrier.
    TakeProfit,
    /// The loss barrier.
    StopLoss,
    /// The horizon.
    Horizon,
    /// The end of the session.
    Session,
}

impl Outcome {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::TakeProfit, Self::StopLoss, Self::Horizon, Self::Session];

    /// As class of the page and as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TakeProfit => "take_profit",
            Self::StopLoss => "stop_loss",
            Self::Horizon => "horizon",
            Self::Session => "session",
        }
    }

    /// For a reader.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::TakeProfit => "profit",
            Self::StopLoss => "stop",
            Self::Horizon => "horizon",
            Self::Session => "session",
        }
    }
}

/// One label with the bars around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Split it was drawn from.
    pub split: String,
    /// Instrument.
    pub symbol: String,
    /// Decision bar.
    pub ts: Ts,
    /// What ended it.
    pub outcome: Outcome,
    /// 1 or 0.
    pub label: i32,
    /// Side of the primary rule, where there is one.
    pub side: Option<i32>,
    /// Return of the bet, a fraction.
    pub forward_return: f64,
    /// Share of the label that is its own.
    pub weight: Option<f64>,
    /// Open, high, low and close of the bars shown.
    pub bars: Vec<[f64; 4]>,
    /// Index of the decision bar; the entry is the open of the next.
    pub decision: usize,
    /// Index of the exit bar.
    pub exit: usize,
    /// Price of the entry.
    pub entry_price: f64,
    /// Price of the exit.
    pub exit_price: f64,
    /// Prices of the profit and the loss barrier, where there are any.
    pub barriers: Option<(f64, f64)>,
    /// What is wrong with it; empty is nothing.
    pub faults: Vec<String>,
}

impl Tile {
    /// `AAA · 2024-01-31 09:15`.
    fn heading(&self) -> String {
        format!("{} · {}", self.symbol, self.ts.naive().format("%Y-%m-%d %H:%M"))
    }

    /// `short · profit +5.00 % · 6 bars · w 0.31`.
    fn caption(&self) -> String {
        let side = match self.side {
            Some(1) => "long · ",
            Some(_) => "short · ",
            None => "",
        };
        let held = self.exit.saturating_sub(self.decision + 1);
        let weight = self.weight.map_or(String::new(), |weight| format!(" · w\u{a0}{weight:.2}"));
        let sign = if self.forward_return < 0.0 { "\u{2212}" } else { "+" };
        let size = self.forward_return.abs() * 100.0;
        let bars = if held == 1 { "bar" } else { "bars" };
        format!("{side}{} {sign}{size:.2} % · {held} {bars}{weight}", self.outcome.label())
    }
}

/// A table whose cells are ready to read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Heading.
    pub title: String,
    /// A line below.
    pub note: String,
    /// Columns: label, and whether it holds numbers.
    pub columns: Vec<(String, bool)>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

/// Everything the page and the sheets show.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Label set.
    pub label_set: String,
    /// One sentence: what was audited, and how it ended.
    pub sentence: String,
    /// Warnings.
    pub notes: Vec<String>,
    /// Whether any bar is simulated.
    pub is_synthetic: bool,
    /// Figures and checks.
    pub tables: Vec<Table>,
    /// Labels, in the order shown.
    pub tiles: Vec<Tile>,
}

/// Files of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub html: PathBuf,
    /// Sheets of pictures, light and dark.
    pub pngs: Vec<PathBuf>,
}

/// Writes `labels.html` and the sheets as PNGs into a folder, which is made when missing.
///
/// # Errors
/// A folder that can't be written; a drawing or template that fails.
pub fn write(store: &Store, audit: &Audit, out: &Path, now: Ts) -> Result<Written, ReportError> {
    let page = page::html(store, audit, now)?;
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ReportError::Io { path, source }
    };
    std::fs::create_dir_all(out).map_err(io(out))?;
    let pngs = sheets(audit, out)?;
    let html = out.join("labels.html");
    std::fs::write(&html, page).map_err(io(&html))?;
    Ok(Written { html, pngs })
}

/// Draws the sheets: by split, so many tiles each.
fn sheets(audit: &Audit, out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let mut jobs = Vec::new();
    for split in audit.tiles.chunk_by(|a, b| a.split == b.split) {
        let sheets = split.chunks(ACROSS * DOWN);
        let of = sheets.len();
        for (n, tiles) in sheets.enumerate() {
            for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
                let path = out.join(format!("labels_{}_{}_{suffix}.png", super::file_safe(&tiles[0].split), n + 1));
                jobs.push((tiles, (n + 1, of), theme, path));
            }
        }
    }
    jobs.into_par_iter()
        .map(|(tiles, place, theme, path)| {
            let fault = |detail| ReportError::Figure { figure: "labels".into(), detail };
            render::png(&sheet(audit, tiles, place), theme, &path).map_err(fault)?;
            Ok(path)
        })
        .collect()
}

/// Tiles in rows under a title.
fn sheet(audit: &Audit, tiles: &[Tile], (n, of): (usize, usize)) -> Sketch {
    const MARGIN: f64 = 16.0;
    const GAP: f64 = 14.0;
    const TOP: f64 = 46.0;
    let (width, height) = (tile::WIDTH, tile::HEIGHT + 30.0);
    let rows = tiles.len().div_ceil(ACROSS) as f64;
    let across = ACROSS as f64;
    let full = 2.0 * MARGIN + across * width + (across - 1.0) * GAP;
    let mut sketch = Sketch::new(full, TOP + rows * (height + GAP) + MARGIN);
    let split = tiles.first().map_or("", |tile| tile.split.as_str());
    let title = format!("{} · {split} · sheet {n} of {of}", audit.label_set);
    sketch.sized_text((MARGIN, 27.0), title, Role::Ink, Anchor::Start, 15.0, true);
    if audit.is_synthetic {
        sketch.sized_text((full - MARGIN, 27.0), "SYNTHETIC DATA", Role::Second, Anchor::End, 12.0, true);
    }
    for (index, tile) in tiles.iter().enumerate() {
        let x = MARGIN + (index % ACROSS) as f64 * (width + GAP);
        let y = TOP + (index / ACROSS) as f64 * (height + GAP);
        let role = if tile.faults.is_empty() { Role::Ink } else { Role::Second };
        sketch.sized_text((x, y + 10.0), fitted(&tile.heading(), width), role, Anchor::Start, 10.5, true);
        sketch.sized_text((x, y + 24.0), fitted(&tile.caption(), width), Role::Muted, Anchor::Start, 10.0, false);
        sketch.place(tile::sketch(tile), (x, y + 30.0));
    }
    sketch
}

/// The beginning of a text that fits a width at the larger of the tiles' sizes.
fn fitted(text: &str, width: f64) -> String {
    const SIZE: f64 = 10.5;
    let mut kept = text.to_string();
    while !kept.is_empty() && text_width(&kept, SIZE) > width {
        kept.pop();
    }
    kept
}
