//! The winner as a file for `ws --config`: every setting of its account, defaults too, so that other defaults later don't
//! make it another run, and as comments the exact command that repeats its run on the test period, with the lineage of both.
//! No production setting changes: somebody has to use the file.
//!
//! What trades, on which bars and with which parameters is on the command line.

use std::collections::BTreeMap;
use std::path::Path;

use super::ExperimentError;
use super::export::{ExportError, Facts, find, write_file};
use crate::backtest::{Config, Scalar};
use crate::domain::{Interval, Symbol, Ts};
use crate::store::{Store, runs};

/// The winner as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The experiment.
    pub experiment_id: String,
    /// The trial that won.
    pub trial: i64,
    /// The run that the command repeats.
    pub test_run_id: String,
    /// Words of the command, without a shell's quotes; `FILE` stands for the file.
    pub words: Vec<String>,
    /// The same for a shell.
    pub command: String,
    /// The file.
    pub text: String,
    /// Why it must not be promoted; empty when nothing is in its way.
    pub obstacles: Vec<String>,
}

/// What a run on the test period was told.
struct Told {
    strategies: Vec<String>,
    interval: Interval,
    symbols: Vec<Symbol>,
    model_id: Option<String>,
    params: BTreeMap<String, String>,
}

/// The winner of an experiment as a file that will be called `path`.
///
/// # Errors
/// No such experiment; one without a winner, or that has not looked at its test period; faults of the store.
pub fn configuration(store: &Store, given: &str, path: &Path, now: Ts) -> Result<Applied, ExportError> {
    let facts = Facts::read(store, &find(store, given)?)?;
    let experiment = &facts.experiment;
    let (winner, run_id) = match (facts.winner(), &experiment.test_run_id) {
        (Some(winner), Some(run_id)) => (winner, run_id.clone()),
        (None, _) => {
            let message = format!("no trial of {} has won", experiment.name);
            return Err(refused(message, "ws experiment show NAME tells why"));
        }
        (Some(_), None) => {
            let message = format!("{} has not looked at its test period yet", experiment.name);
            return Err(refused(message, format!("let it end: ws experiment resume {}", experiment.name)));
        }
    };
    let told = Told::read(store, &run_id)?;
    let config = told.config()?;
    let words = told.words(&config, path)?;
    let command = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let obstacles = super::export::obstacles(&facts);
    let mut applied = Applied {
        experiment_id: experiment.experiment_id.clone(),
        trial: winner.trial,
        test_run_id: run_id,
        words,
        command,
        text: String::new(),
        obstacles,
    };
    applied.text = text(&facts, &applied, winner, &config, now);
    Ok(applied)
}

/// Writes the winner as a file, whole or not at all.
///
/// # Errors
/// As [`configuration`]; a file that is there, unless `force`; faults of the file system.
pub fn write(store: &Store, given: &str, path: &Path, force: bool, now: Ts) -> Result<Applied, ExportError> {
    let applied = configuration(store, given, path, now)?;
    if !force && path.exists() {
        return Err(ExportError::Foreign { path: path.to_path_buf(), reason: "would be overwritten" });
    }
    write_file(path, applied.text.as_bytes())?;
    Ok(applied)
}

fn refused(message: String, hint: impl Into<String>) -> ExportError {
    ExperimentError::refused(message, hint).into()
}

impl Told {
    fn read(store: &Store, run_id: &str) -> Result<Self, ExportError> {
        type Row = (Option<String>, Option<String>, Option<String>, Option<String>, String);
        let row: Row = store.conn().query_row(crate::sql!("experiments/apply_run"), [run_id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        let (strategy, interval, symbols, model_id, status) = row;
        let unusable = |what: &str| refused(format!("run {run_id} {what}"), "repeat the experiment: ws experiment run");
        if status != "finished" {
            return Err(unusable(&format!("is {status}")));
        }
        let interval =
            interval.and_then(|interval| interval.parse().ok()).ok_or_else(|| unusable("has no interval"))?;
        let symbols = symbols.unwrap_or_default();
        let symbols = symbols.lines().map(|name| name.parse().map_err(|_| unusable("names no symbols")));
        let strategies = strategy.unwrap_or_default().split(',').map(String::from).collect();
        let symbols = symbols.collect::<Result<_, _>>()?;
        Ok(Self { strategies, interval, symbols, model_id, params: runs::params_of(store, run_id)? })
    }

    fn config(&self) -> Result<Config, ExportError> {
        let restored = Config::restore(&self.strategies, &self.symbols, self.interval, &self.params);
        restored.map_err(|error| ExperimentError::from(error).into())
    }

    /// The command line that repeats it.
    fn words(&self, config: &Config, path: &Path) -> Result<Vec<String>, ExportError> {
        let mut words: Vec<String> = ["ws", "--config"].map(String::from).into();
        words.extend([path.display().to_string(), "backtest".to_string()]);
        let named: Vec<&str> = self.strategies.iter().map(String::as_str).filter(|name| *name != "model").collect();
        if self.model_id.is_none() || !named.is_empty() {
            words.push(format!("--strategy={}", self.strategies.join(",")));
        }
        if let Some(model_id) = &self.model_id {
            words.push(format!("--model={model_id}"));
        }
        if self.params.contains_key("signals") {
            return Err(refused(
                "signals of a statement are not repeated by a file".into(),
                "ws backtest --signals FILE.sql",
            ));
        }
        let symbols: Vec<String> = self.symbols.iter().map(ToString::to_string).collect();
        words.push(format!("--symbols={}", symbols.join(",")));
        if self.model_id.is_none() {
            words.push(format!("--interval={}", self.interval));
        }
        for (flag, bound) in [("from", config.from), ("to", config.to)] {
            words.extend(bound.map(|ts| format!("--{flag}={ts}")));
        }
        let params = self.params.iter().filter_map(|(key, value)| Some((key.strip_prefix("param.")?, value)));
        words.extend(params.map(|(name, value)| format!("--param={name}={value}")));
        words.extend(config.in_sample.then(|| "--in-sample".to_string()));
        Ok(words)
    }
}

/// The file.
fn text(facts: &Facts, applied: &Applied, winner: &super::export::Trial, config: &Config, now: Ts) -> String {
    let experiment = &facts.experiment;
    let mut lines = vec![
        format!("# The winner of experiment {}, written {now} UTC. Nothing in production changed.", experiment.name),
        "#".into(),
        format!("# experiment  {}", applied.experiment_id),
        format!("# trial       {} (run {})", winner.trial, winner.run_id),
        format!("# test run    {}", applied.test_run_id),
    ];
    lines.extend(experiment.model_id.as_ref().map(|model| format!("# model       {model}")));
    lines.extend(facts.params_line(winner).map(|params| format!("# searched    {params}")));
    match &facts.verdict {
        Some(verdict) => {
            lines.push(format!("# verdict     {}: {}", one_line(&verdict.verdict), one_line(&verdict.reason)))
        }
        None => lines.push("# verdict     none: luck has not been measured".into()),
    }
    if facts.is_synthetic() {
        lines.push("# data        SYNTHETIC".into());
    }
    lines.extend(applied.obstacles.iter().map(|line| format!("# DO NOT PROMOTE: {}", one_line(line))));
    lines.push("#".into());
    lines.push("# This repeats its run on the test period:".into());
    lines.push(format!("# {}", one_line(&applied.command)));
    lines.push(String::new());
    lines.push("[backtest]".into());
    lines.extend(Config::SETTINGS.iter().filter_map(|setting| {
        setting.flag?;
        let value = Scalar::from(setting.text(config)?).toml();
        Some(format!("{} = {value}", setting.name))
    }));
    lines.join("\n") + "\n"
}

/// Text that stays in its comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A word for a shell: in quotes where it has anything that shells read.
fn quoted(word: &str) -> String {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=.,:/+@%".contains(c));
    if is_plain { word.to_string() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_shells() {
        assert_eq!(quoted("--symbols=A,B.NS"), "--symbols=A,B.NS");
        assert_eq!(quoted("--from=2024-01-31 09:15:00"), "'--from=2024-01-31 09:15:00'");
        assert_eq!((quoted("M&M"), quoted("it's"), quoted("")), ("'M&M'".into(), r"'it'\''s'".into(), "''".into()));
    }
}
