//! Rows of experiments: what was asked, what was tried, what was made of it.

use std::iter::repeat_n;

use duckdb::{OptionalExt, params};

use super::tries::{self, Kind};
use super::{Columns, Result, Store, runs};
use crate::domain::Ts;

/// What every trial of an experiment has in common as a run.
#[derive(Debug, Clone, Default)]
pub struct TrialRun {
    /// Experiment.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// SHA-256 of what trials read.
    pub data_fingerprint: String,
    /// Hash of the feature set; empty for strategies.
    pub feature_set_hash: String,
    /// Newest `close_ts` read.
    pub data_as_of: Option<Ts>,
    /// Strategies.
    pub strategy: String,
    /// Bar length.
    pub interval: String,
    /// Instruments, sorted.
    pub symbols: Vec<String>,
}

/// A trial that has ended, as rows have it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow {
    /// Number, from 1; 0 is the baseline.
    pub trial: i64,
    /// Its run.
    pub run_id: String,
    /// finished, pruned or failed.
    pub state: &'static str,
    /// Searched parameters as a JSON object.
    pub params: String,
    /// Objectives; NaN is unknown.
    pub scores: Vec<f64>,
    /// Sum of constraint violations.
    pub violation: f64,
    /// First objective after each step.
    pub steps: Vec<f64>,
    /// Time it took.
    pub seconds: f64,
    /// Why it failed.
    pub error: Option<String>,
    /// Seed of everything random in it.
    pub seed: i64,
    /// When it began and ended.
    pub times: (Ts, Ts),
    /// Every setting, by name.
    pub settings: Vec<(String, String)>,
    /// Metrics by step and name; NaN is unknown.
    pub metrics: Vec<(i64, String, f64)>,
    /// Trading days (since 1970-01-01) and returns.
    pub returns: Vec<(i32, f64)>,
}

/// Stores trials that have ended, each with its run, parameters, metrics and daily returns; the caller holds the
/// transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn insert_trials(store: &Store, of: &TrialRun, rows: &[TrialRow]) -> Result<()> {
    let (code, symbols) = (runs::code_version(), of.symbols.join("\n"));
    let as_of = of.data_as_of.map(|ts| ts.0);
    let statuses = rows.iter().map(|row| row.state);
    Columns::new()
        .text("run_id", rows.iter().map(|row| &row.run_id))
        .i64("trial", rows.iter().map(|row| row.trial))
        .text("state", statuses)
        .ts("started_at", rows.iter().map(|row| row.times.0))
        .ts("ended_at", rows.iter().map(|row| row.times.1))
        .i64("seed", rows.iter().map(|row| row.seed))
        .text_opt("error", rows.iter().map(|row| row.error.as_ref()))
        .insert_with(
            store,
            crate::sql!("experiments/insert_trial_runs"),
            &[
                &of.experiment_id,
                &of.name,
                &code,
                &of.data_fingerprint,
                &of.feature_set_hash,
                &as_of,
                &of.strategy,
                &of.interval,
                &symbols,
            ],
        )?;
    Columns::new()
        .i64("trial", rows.iter().map(|row| row.trial))
        .text("run_id", rows.iter().map(|row| &row.run_id))
        .text("state", rows.iter().map(|row| row.state))
        .text("params", rows.iter().map(|row| &row.params))
        .text("scores", rows.iter().map(|row| list(&row.scores)))
        .f64("violation", rows.iter().map(|row| row.violation))
        .text("steps", rows.iter().map(|row| list(&row.steps)))
        .f64("seconds", rows.iter().map(|row| row.seconds))
        .text_opt("error", rows.iter().map(|row| row.error.as_ref()))
        .insert_with(store, crate::sql!("experiments/insert_trials"), &[&of.experiment_id])?;
    insert_details(store, rows)?;
    tries::add(store, &rows.iter().map(|row| row.run_id.clone()).collect::<Vec<_>>(), Kind::Trial)
}

/// A trial of a combination that an earlier one of the experiment has evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct RepeatRow {
    /// Number, from 1.
    pub trial: i64,
    /// Its run.
    pub run_id: String,
    /// The earlier trial.
    pub repeat_of: i64,
    /// Run of that.
    pub source_run_id: String,
    /// Seed of everything random in it.
    pub seed: i64,
    /// When it was suggested.
    pub at: Ts,
}

/// Stores repetitions of stored trials: runs of their own with the results of those; the caller holds the transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn insert_repeats(store: &Store, of: &TrialRun, rows: &[RepeatRow]) -> Result<()> {
    let columns = || {
        Columns::new()
            .i64("trial", rows.iter().map(|row| row.trial))
            .text("run_id", rows.iter().map(|row| &row.run_id))
            .i64("repeat_of", rows.iter().map(|row| row.repeat_of))
            .text("source_run_id", rows.iter().map(|row| &row.source_run_id))
            .i64("seed", rows.iter().map(|row| row.seed))
            .ts("at", rows.iter().map(|row| row.at))
    };
    columns().insert_with(store, crate::sql!("experiments/repeat_runs"), &[&of.name])?;
    columns().insert_with(store, crate::sql!("experiments/repeat_trials"), &[&of.experiment_id])?;
    columns().insert_with(store, crate::sql!("experiments/repeat_params"), &[])?;
    columns().insert_with(store, crate::sql!("experiments/repeat_metrics"), &[])?;
    columns().insert_with(store, crate::sql!("experiments/repeat_returns"), &[])?;
    tries::add(store, &rows.iter().map(|row| row.run_id.clone()).collect::<Vec<_>>(), Kind::Trial)
}

fn insert_details(store: &Store, rows: &[TrialRow]) -> Result<()> {
    let settings = || rows.iter().flat_map(|row| &row.settings);
    Columns::new()
        .text_runs("run_id", rows.iter().map(|row| (&row.run_id, row.settings.len())))
        .text("key", settings().map(|(key, _)| key))
        .text("value", settings().map(|(_, value)| value))
        .append_to(store, "run_params")?;
    let metrics = || rows.iter().flat_map(|row| &row.metrics);
    Columns::new()
        .text_runs("run_id", rows.iter().map(|row| (&row.run_id, row.metrics.len())))
        .text("split", repeat_n("valid", metrics().count()))
        .i64("step", metrics().map(|(step, _, _)| *step))
        .text("key", metrics().map(|(_, key, _)| key))
        .f64("value", metrics().map(|(_, _, value)| *value))
        .append_to(store, "run_metrics")?;
    let returns = || rows.iter().flat_map(|row| &row.returns);
    Columns::new()
        .text_runs("run_id", rows.iter().map(|row| (&row.run_id, row.returns.len())))
        .date("session_date", returns().map(|(day, _)| *day))
        .f64("return", returns().map(|(_, value)| *value))
        .append_to(store, "run_returns")
}

/// A list of numbers as DuckDB reads it; NaN is NULL.
fn list(values: &[f64]) -> String {
    let text = |value: &f64| if value.is_nan() { "NULL".to_string() } else { format!("{value:?}") };
    format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", "))
}

/// A stored trial, as far as a search depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Number, from 1; 0 is the baseline.
    pub trial: i64,
    /// Its run.
    pub run_id: String,
    /// finished, pruned or failed.
    pub state: String,
    /// Searched parameters as a JSON object.
    pub params: String,
    /// Objectives; NaN is unknown.
    pub scores: Vec<f64>,
    /// Sum of constraint violations.
    pub violation: f64,
    /// First objective after each step; NaN is unknown.
    pub steps: Vec<f64>,
    /// Seed.
    pub seed: i64,
    /// Earlier trial whose results these are; `None` when it was evaluated.
    pub repeat_of: Option<i64>,
    /// Rows of its account that are kept.
    pub n_kept: i64,
}

/// The trials of an experiment, by number.
///
/// # Errors
/// Faults of DuckDB.
pub fn trials(store: &Store, experiment_id: &str) -> Result<Vec<Tried>> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/trials"))?;
    let rows = statement.query_map([experiment_id], |row| {
        Ok(Tried {
            trial: row.get(0)?,
            run_id: row.get(1)?,
            state: row.get(2)?,
            params: row.get(3)?,
            scores: numbers(&row.get::<_, String>(4)?),
            violation: row.get(5)?,
            steps: numbers(&row.get::<_, String>(6)?),
            seed: row.get(7)?,
            repeat_of: row.get(8)?,
            n_kept: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Numbers joined by line feeds; what is none is NaN.
fn numbers(text: &str) -> Vec<f64> {
    if text.is_empty() {
        Vec::new()
    } else {
        text.split('\n').map(|number| number.parse().unwrap_or(f64::NAN)).collect()
    }
}

/// A trial with its trading days (since 1970-01-01) and returns.
pub type DailyReturns = (i64, Vec<(i32, f64)>);

/// Daily returns of the finished trials of an experiment but repetitions, the baseline first: trial, then days and returns.
///
/// # Errors
/// Faults of DuckDB.
pub fn returns(store: &Store, experiment_id: &str) -> Result<Vec<DailyReturns>> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/returns"))?;
    let mut rows = statement.query([experiment_id])?;
    let mut found: Vec<DailyReturns> = Vec::new();
    while let Some(row) = rows.next()? {
        let (trial, day, value) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match found.last_mut() {
            Some((last, days)) if *last == trial => days.push((day, value)),
            _ => found.push((trial, vec![(day, value)])),
        }
    }
    Ok(found)
}

/// What an experiment is, as its row says.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its run.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// Its specification, TOML.
    pub spec: String,
    /// running, finished or failed.
    pub status: String,
    /// When the test period was looked at.
    pub tested_at: Option<Ts>,
    /// SHA-256 of what trials read.
    pub data_fingerprint: String,
    /// Trial that won.
    pub winner_trial: Option<i64>,
}

/// The experiment that a word names, by name (the newest of several), id or its beginning; `None` when there is none.
///
/// # Errors
/// Faults of DuckDB.
pub fn find(store: &Store, given: &str) -> Result<Option<Experiment>> {
    let found = store.conn().query_row(crate::sql!("experiments/find"), [given], |row| {
        Ok(Experiment {
            experiment_id: row.get(0)?,
            name: row.get(1)?,
            spec: row.get(2)?,
            status: row.get(3)?,
            tested_at: row.get::<_, Option<i64>>(4)?.map(Ts),
            data_fingerprint: row.get(5)?,
            winner_trial: row.get(6)?,
        })
    });
    Ok(found.optional()?)
}

/// Names of the newest experiments.
///
/// # Errors
/// Faults of DuckDB.
pub fn newest(store: &Store, limit: i64) -> Result<Vec<String>> {
    let mut statement = store.conn().prepare(crate::sql!("experiments/newest"))?;
    let rows = statement.query_map(params![limit], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
