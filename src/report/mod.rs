//! Reports: one self-contained HTML page and PNG pictures of one or more runs.
//!
//! Every number is read from the store's views by the statements of `sql/statements/report/`; this room only
//! chooses, formats and draws. A run is shown with what it has: equity and trades (backtest), classifier metrics
//! (evaluate), curves (train). A run of a model brings along the model's newest evaluation and its training.
//!
//! The page loads nothing and runs no script; figures are inline SVG in two widths, coloured by CSS variables, so
//! that it follows the reader's light or dark setting and prints in light.
//!
//! Not for: computing; a number that a page needs is a view.

mod audits;
pub mod chart;
mod error;
pub mod experiment;
mod figures;
mod format;
pub mod labels;
mod page;
pub mod quality;
mod read;
pub mod study;
mod summary;
mod table;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use error::ReportError;

use crate::domain::Ts;
use crate::store::Store;
use chart::{Anchor, Role, Sketch, Theme, render, text_width};
use figures::Figure;
use page::Section;

/// Files of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub html: PathBuf,
    /// The pictures, light and dark, figure by figure.
    pub pngs: Vec<PathBuf>,
}

/// The page of one or more runs, and nothing written.
///
/// # Errors
/// [`ReportError::NoRuns`], [`ReportError::UnknownRun`], and faults of DuckDB.
pub fn html(store: &Store, run_ids: &[impl AsRef<str>], now: Ts) -> Result<String, ReportError> {
    page::html(store, &sections(store, run_ids)?, now)
}

/// Writes `report.html` and the PNGs of its figures into a folder, which is made when missing.
///
/// # Errors
/// [`ReportError::NoRuns`], [`ReportError::UnknownRun`] (both before anything is written), a folder that can't be
/// written, and faults of DuckDB.
pub fn write(store: &Store, run_ids: &[impl AsRef<str>], out: &Path, now: Ts) -> Result<Written, ReportError> {
    let sections = sections(store, run_ids)?;
    let page = page::html(store, &sections, now)?;
    std::fs::create_dir_all(out).map_err(|source| ReportError::Io { path: out.to_path_buf(), source })?;
    let pngs = pictures(&sections, out)?;
    let html = out.join("report.html");
    std::fs::write(&html, page).map_err(|source| ReportError::Io { path: html.clone(), source })?;
    Ok(Written { html, pngs })
}

fn sections(store: &Store, run_ids: &[impl AsRef<str>]) -> Result<Vec<Section>, ReportError> {
    let run_ids: Vec<&str> = run_ids.iter().map(AsRef::as_ref).collect();
    if run_ids.is_empty() {
        return Err(ReportError::NoRuns);
    }
    page::sections(store, read::runs_with_companions(store, &run_ids)?)
}

fn pictures(sections: &[Section], out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let mut jobs = Vec::new();
    for section in sections {
        for figure in &section.figures {
            for (theme, suffix) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
                let name = format!("{}_{}_{suffix}.png", file_safe(&figure.run_id), figure.key);
                jobs.push((section, figure, theme, out.join(file_safe(&name))));
            }
        }
    }
    jobs.into_par_iter()
        .map(|(section, figure, theme, path)| {
            let drawn = render::png(&framed(section, figure), theme, &path);
            drawn.map_err(|detail| ReportError::Figure { figure: figure.key.clone(), detail })?;
            Ok(path)
        })
        .collect()
}

/// A run id as part of a file name: nothing that could leave the folder.
fn file_safe(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    text.chars().map(kept).collect::<String>().trim_start_matches('.').to_string()
}

/// A figure with title and origin, so that it can stand alone.
fn framed(section: &Section, figure: &Figure) -> Sketch {
    let width = if figure.is_half { page::HALF } else { page::WIDE };
    let mut notes = vec![format!("run {}", figure.run_id), figure.views.to_string()];
    notes.extend(section.badges.iter().map(|badge| badge.text.to_string()));
    standing_alone(&figure.title, &notes, (figure.picture)(width))
}

/// A picture with a title above and notes below it.
fn standing_alone(title: &str, notes: &[String], inner: Sketch) -> Sketch {
    const MARGIN: f64 = 14.0;
    let width = inner.width;
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} · {note}"), 11.0) <= width => *line = format!("{line} · {note}"),
            _ => lines.push(note.clone()),
        }
    }
    let (top, foot) = (38.0, 12.0 + 15.0 * lines.len() as f64);
    let mut sketch = Sketch::new(width + 2.0 * MARGIN, top + inner.height + foot + MARGIN);
    sketch.sized_text((MARGIN, 25.0), title, Role::Ink, Anchor::Start, 15.0, true);
    let below = top + inner.height + 18.0;
    sketch.place(inner, (MARGIN, top));
    for (index, line) in lines.into_iter().enumerate() {
        sketch.sized_text((MARGIN, below + 15.0 * index as f64), line, Role::Muted, Anchor::Start, 11.0, false);
    }
    sketch
}
