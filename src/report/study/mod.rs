//! A study of runs as a page and pictures: resampled paths of a run, several runs side by side, or a campaign of many.
//!
//! This room is told what to show by whoever computed it; only the warnings that runs carry are read from the store.

mod curves;
mod fan;
mod heat;
mod histogram;
mod page;
mod strips;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use curves::{Curve, Curves};
pub use fan::{Fan, Fans};
pub use heat::{Heat, HeatPanel};
pub use histogram::{Histogram, Histograms};
pub use strips::{MOST_POINTS, Strip, Strips};

use super::chart::{Frame, Sketch, Theme, render};
use super::labels::Table;
use super::{ReportError, audits, file_safe, page as report_page, read, standing_alone};
use crate::domain::Ts;
use crate::store::Store;

/// A warning beside a title: capitals, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// In capitals.
    pub text: String,
    /// What it means.
    pub meaning: String,
    /// Whether it is good news; all others warn.
    pub good: bool,
}

/// What a figure draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Where paths run.
    Fans(Fans),
    /// How an outcome is spread.
    Histograms(Histograms),
    /// Accounts over time.
    Curves(Curves),
    /// Values by row and column.
    Heat(Heat),
    /// Values of groups along one axis.
    Strips(Strips),
}

impl Chart {
    fn sketch(&self, width: f64) -> Sketch {
        match self {
            Self::Fans(fans) => fans.sketch(width),
            Self::Histograms(histograms) => histograms.sketch(width),
            Self::Curves(curves) => curves.sketch(width),
            Self::Heat(heat) => heat.sketch(width),
            Self::Strips(strips) => strips.sketch(width),
        }
    }
}

/// A figure with what a reader needs beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Short name, part of file names.
    pub key: String,
    /// Heading.
    pub title: String,
    /// What it shows and how to read it.
    pub caption: String,
    /// Text that stands in for the picture.
    pub alt: String,
    /// The drawing.
    pub chart: Chart,
}

/// Everything a study shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Stem of the page's file name, and beginning of those of the pictures.
    pub stem: String,
    /// Heading.
    pub title: String,
    /// Under the heading: what was studied.
    pub subject: String,
    /// What came out, a sentence each.
    pub findings: Vec<String>,
    /// Warnings.
    pub badges: Vec<Badge>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Tables before the figures.
    pub summary: Vec<Table>,
    /// Figures in reading order.
    pub figures: Vec<Figure>,
    /// Tables after the figures, in reading order.
    pub tables: Vec<Table>,
    /// Runs studied.
    pub run_ids: Vec<String>,
    /// Where its numbers are, for the foot of the page.
    pub origin: String,
}

/// Files of a study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub html: PathBuf,
    /// The pictures, light and dark, figure by figure.
    pub pngs: Vec<PathBuf>,
}

/// The warnings that runs carry, each once.
///
/// # Errors
/// [`ReportError::UnknownRun`] and faults of DuckDB.
pub fn badges(store: &Store, run_ids: &[String]) -> Result<Vec<Badge>, ReportError> {
    let mut found: Vec<Badge> = Vec::new();
    for run_id in run_ids {
        let mut own = report_page::badges(&read::run(store, run_id)?);
        own.extend(audits::badges(store, run_id)?);
        let own = own.into_iter().map(|badge| Badge {
            text: badge.text.to_string(),
            meaning: badge.meaning,
            good: badge.good,
        });
        for badge in own {
            if !found.contains(&badge) {
                found.push(badge);
            }
        }
    }
    Ok(found)
}

/// Writes the page and the PNGs of its figures into a folder, which is made when missing.
///
/// # Errors
/// A folder that can't be written; a drawing or template that fails.
pub fn write(store: &Store, study: &Study, out: &Path, now: Ts) -> Result<Written, ReportError> {
    let page = page::html(store, study, now)?;
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ReportError::Io { path, source }
    };
    std::fs::create_dir_all(out).map_err(io(out))?;
    let pngs = pictures(study, out)?;
    let html = out.join(format!("{}.html", file_safe(&study.stem)));
    std::fs::write(&html, page).map_err(io(&html))?;
    Ok(Written { html, pngs })
}

fn pictures(study: &Study, out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let themes = [(Theme::Light, "light"), (Theme::Dark, "dark")];
    let jobs: Vec<_> = study.figures.iter().flat_map(|figure| themes.map(|theme| (figure, theme))).collect();
    let mut notes: Vec<String> = study.run_ids.iter().map(|run_id| format!("run {run_id}")).collect();
    notes.extend(study.badges.iter().map(|badge| badge.text.clone()));
    jobs.into_par_iter()
        .map(|(figure, (theme, suffix))| {
            let path = out.join(file_safe(&format!("{}_{}_{suffix}.png", study.stem, figure.key)));
            let sketch = standing_alone(&figure.title, &notes, figure.chart.sketch(report_page::WIDE));
            let drawn = render::png(&sketch, theme, &path);
            drawn.map_err(|detail| ReportError::Figure { figure: figure.key.clone(), detail })?;
            Ok(path)
        })
        .collect()
}

/// Room between panels.
const GAP: f64 = 26.0;

/// Frames of `n` panels: side by side on a desk, one below the other on a phone.
fn panels(width: f64, n: usize, height: f64) -> (Sketch, Vec<Frame>) {
    let count = n.max(1) as f64;
    if width < 600.0 {
        let sketch = Sketch::new(width, count * height + (count - 1.0) * GAP);
        let frame = |top: f64| Frame { left: 0.0, top, right: width, bottom: top + height };
        return (sketch, (0..n).map(|panel| frame(panel as f64 * (height + GAP))).collect());
    }
    let each = (width - (count - 1.0) * GAP) / count;
    let frame = |left: f64| Frame { left, top: 0.0, right: left + each, bottom: height };
    (Sketch::new(width, height), (0..n).map(|panel| frame(panel as f64 * (each + GAP))).collect())
}
