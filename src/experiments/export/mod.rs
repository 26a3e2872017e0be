//! An experiment outside the store: files for people, for programs, and for MLflow.
//!
//! | file | what it tells |
//! |---|---|
//! | `configs.json` | every finished trial's configuration, ranked |
//! | `ranked_results.csv` | every trial with its metrics, a line each |
//! | `baseline_metrics.json` | the baseline on validation and on the test period |
//! | `accuracy_report.md` | winner and baseline with 95 % intervals, and whether it could be luck |
//! | `deployment_plan.md` | what a deployment would have to hold, and what ends it |
//! | `mlflow.json`, `load_into_mlflow.py`, `artifacts/` | all of it for MLflow's client, see `mlflow.rs` |
//!
//! Everything is read from the store; nothing in it changes, and no production setting does.

mod error;
mod facts;
mod files;
mod mlflow;
mod pages;
mod tables;
mod words;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use error::ExportError;
pub use facts::{Experiment, Facts, Luck, Trial, Verdict};
pub use files::write as write_file;
pub use words::obstacles;

use super::ExperimentError;
use crate::domain::Ts;
use crate::store::Store;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Files for people and programs.
    #[default]
    Files,
    /// A document and a loader for MLflow, those files as artifacts.
    Mlflow,
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The experiment.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// Trials told, the baseline not counted.
    pub n_trials: usize,
    /// Whether the winner could be luck; `None` when that was not measured.
    pub verdict: Option<Verdict>,
    /// Why it must not be promoted, line by line; empty when nothing is in its way.
    pub obstacles: Vec<String>,
    /// The files, the list of them last.
    pub files: Vec<PathBuf>,
}

/// Writes an experiment into a folder, which is made when missing; each file whole or not at all.
///
/// `given` is its name (the newest of that name), its id, or the beginning of its id. Files of the last export of the same
/// experiment are replaced; any other file that would be overwritten is refused unless `force`.
///
/// # Errors
/// No such experiment; a foreign file in the way; faults of the file system and of the store.
pub fn export(
    store: &Store,
    given: &str,
    out: &Path,
    format: Format,
    force: bool,
    now: Ts,
) -> Result<Exported, ExportError> {
    let facts = Facts::read(store, &find(store, given)?)?;
    let mut texts = files::Files::from([
        ("configs.json".to_string(), tables::configs(&facts)?),
        ("ranked_results.csv".to_string(), tables::ranked(&facts)?),
        ("baseline_metrics.json".to_string(), tables::baseline(&facts)?),
        ("accuracy_report.md".to_string(), pages::accuracy(store, &facts)?),
        ("deployment_plan.md".to_string(), pages::plan(&facts)?),
    ]);
    if format == Format::Mlflow {
        texts = mlflow::files(store, &facts, texts)?;
    }
    let written = files::write_all(out, &facts.experiment.experiment_id, &texts, force, now)?;
    Ok(Exported {
        n_trials: facts.trials.iter().filter(|trial| trial.trial > 0).count(),
        obstacles: words::obstacles(&facts),
        experiment_id: facts.experiment.experiment_id,
        name: facts.experiment.name,
        verdict: facts.verdict,
        files: written,
    })
}

/// The experiment that a word names.
///
/// # Errors
/// None; faults of the store.
pub fn find(store: &Store, given: &str) -> Result<String, ExportError> {
    let found = crate::store::experiments::find(store, given)?;
    found.map(|found| found.experiment_id).ok_or_else(|| unknown(given))
}

fn unknown(given: &str) -> ExportError {
    let shown: String = given.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
    let hint = "list them: ws experiment list";
    ExperimentError::refused(format!("there is no experiment '{shown}'"), hint).into()
}

/// JSON for people too.
fn pretty(file: &'static str, value: &impl Serialize) -> Result<Vec<u8>, ExportError> {
    let fault = |error: serde_json::Error| ExportError::Text { file, reason: error.to_string() };
    let mut bytes = serde_json::to_vec_pretty(value).map_err(fault)?;
    bytes.push(b'\n');
    Ok(bytes)
}
