//! The page of an experiment: could its winner be luck? The verdict and what it rests on fill the first screen; below
//! are winner and baseline, what they made, every picture of the search, and where it comes from.
//!
//! All of it is read from the views `experiment_summary`, `experiment_verdict` and `experiment_trials` and the tables
//! of experiments; limits of the gates are columns of the view, never constants here. What an experiment has not (no
//! winner, no test, no folds) is left out or said to be unknown.

mod figures;
mod first;
mod page;
mod read;
mod sources;
mod tables;

use std::path::Path;

use rayon::prelude::*;

use super::chart::{Sketch, Theme, render};
use super::figures::Figure;
use super::page::{HALF, WIDE};
use super::{ReportError, Written, audits, read as run_read, standing_alone};
use crate::domain::Ts;
use crate::store::Store;
use page::Shown;

/// The page of an experiment, and nothing written.
///
/// # Errors
/// [`ReportError::UnknownExperiment`], and faults of DuckDB.
pub fn html(store: &Store, experiment_id: &str, now: Ts) -> Result<String, ReportError> {
    page::html(store, &shown(store, experiment_id)?, now)
}

/// Writes `experiment.html` and `experiment_<figure>_<light|dark>.png` into a folder, which is made when missing.
///
/// # Errors
/// [`ReportError::UnknownExperiment`] (before anything is written), a folder that can't be written, and faults of
/// DuckDB.
pub fn write(store: &Store, experiment_id: &str, out: &Path, now: Ts) -> Result<Written, ReportError> {
    let shown = shown(store, experiment_id)?;
    let page = page::html(store, &shown, now)?;
    std::fs::create_dir_all(out).map_err(|source| ReportError::Io { path: out.to_path_buf(), source })?;
    let pngs = pictures(&shown, out)?;
    let html = out.join("experiment.html");
    std::fs::write(&html, page).map_err(|source| ReportError::Io { path: html.clone(), source })?;
    Ok(Written { html, pngs })
}

fn shown(store: &Store, experiment_id: &str) -> Result<Shown, ReportError> {
    let experiment = read::read(store, experiment_id)?;
    let run = run_read::run(store, experiment_id)?;
    let mut badges = super::page::badges(&run);
    badges.extend(audits::badges(store, experiment_id)?);
    let figures = figures::all(&experiment);
    Ok(Shown { experiment, run, badges, figures })
}

fn pictures(shown: &Shown, out: &Path) -> Result<Vec<std::path::PathBuf>, ReportError> {
    let themes = [(Theme::Light, "light"), (Theme::Dark, "dark")];
    let jobs: Vec<_> = shown.figures.iter().flat_map(|figure| themes.map(|theme| (figure, theme))).collect();
    jobs.into_par_iter()
        .map(|(figure, (theme, suffix))| {
            let path = out.join(format!("experiment_{}_{suffix}.png", figure.key));
            let drawn = render::png(&framed(shown, figure), theme, &path);
            drawn.map_err(|detail| ReportError::Figure { figure: figure.key.clone(), detail })?;
            Ok(path)
        })
        .collect()
}

/// A figure with title, verdict and origin, so that it can stand alone.
fn framed(shown: &Shown, figure: &Figure) -> Sketch {
    let width = if figure.is_half { HALF } else { WIDE };
    let mut notes = vec![format!("experiment {}", shown.experiment.id), shown.experiment.text("verdict").to_string()];
    notes.extend(shown.badges.iter().map(|badge| badge.text.to_string()));
    standing_alone(&figure.title, &notes, (figure.picture)(width))
}
