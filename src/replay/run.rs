//! A run as the store has it.

use std::collections::BTreeMap;

use super::ReplayError;
use crate::domain::{Interval, Symbol, Ts};
use crate::store::{Store, duckdb, runs};

/// Everything that the store says of a run itself.
#[derive(Debug, Clone)]
pub struct Run {
    /// Key.
    pub run_id: String,
    /// Run it follows from.
    pub parent_run_id: Option<String>,
    /// train, evaluate, backtest, campaign, experiment, trial, ..
    pub kind: String,
    /// research or backtest.
    pub mode: String,
    /// Given name.
    pub name: Option<String>,
    /// running, finished, failed or pruned.
    pub status: String,
    /// UTC.
    pub started_at: Ts,
    /// UTC; `None` while it runs.
    pub ended_at: Option<Ts>,
    /// Random seed.
    pub seed: Option<i64>,
    /// Program that made it.
    pub code_version: String,
    /// SHA-256 of the rows it read.
    pub data_fingerprint: Option<String>,
    /// Hash of the feature set it read.
    pub feature_set_hash: Option<String>,
    /// Newest `close_ts` it read.
    pub data_as_of: Option<Ts>,
    /// Model made or used.
    pub model_id: Option<String>,
    /// Strategies, joined by commas.
    pub strategy: Option<String>,
    /// Bar length.
    pub interval: Option<String>,
    /// Instruments.
    pub symbols: Vec<String>,
    /// What failed.
    pub error: Option<String>,
    /// When its inputs were read: when it began, or of a trial when its experiment began.
    pub inputs_at: Ts,
    /// Every parameter.
    pub params: BTreeMap<String, String>,
}

impl Run {
    /// The run that a word names: its id, its name, or the beginning of its id.
    ///
    /// # Errors
    /// A word that names no run or several; faults of the store.
    pub fn find(store: &Store, given: &str) -> Result<Self, ReplayError> {
        let run_id = runs::find(store, given)?;
        let mut run = store.conn().query_row(crate::sql!("replay/run"), [&run_id], Self::from_row)?;
        run.params = runs::params_of(store, &run_id)?;
        Ok(run)
    }

    fn from_row(row: &duckdb::Row<'_>) -> Result<Self, duckdb::Error> {
        let symbols: String = row.get(16)?;
        Ok(Self {
            run_id: row.get(0)?,
            parent_run_id: row.get(1)?,
            kind: row.get(2)?,
            mode: row.get(3)?,
            name: row.get(4)?,
            status: row.get(5)?,
            started_at: Ts(row.get(6)?),
            ended_at: row.get::<_, Option<i64>>(7)?.map(Ts),
            seed: row.get(8)?,
            code_version: row.get(9)?,
            data_fingerprint: row.get(10)?,
            feature_set_hash: row.get(11)?,
            data_as_of: row.get::<_, Option<i64>>(12)?.map(Ts),
            model_id: row.get(13)?,
            strategy: row.get(14)?,
            interval: row.get(15)?,
            symbols: symbols.split('\n').filter(|symbol| !symbol.is_empty()).map(str::to_string).collect(),
            error: row.get(17)?,
            inputs_at: Ts(row.get(18)?),
            params: BTreeMap::new(),
        })
    }

    /// Its instruments, checked.
    pub(super) fn checked_symbols(&self) -> Result<Vec<Symbol>, ReplayError> {
        let symbols = self.symbols.iter().map(|symbol| symbol.parse()).collect::<Result<_, _>>();
        symbols.map_err(|error| self.altered(&format!("symbol: {error}")))
    }

    /// Its bar length, checked.
    pub(super) fn checked_interval(&self) -> Result<Interval, ReplayError> {
        let text = self.interval.as_deref().unwrap_or_default();
        text.parse().map_err(|error| self.altered(&format!("interval: {error}")))
    }

    /// Symbols as statements take lists.
    pub(super) fn joined_symbols(&self) -> String {
        self.symbols.join("\n")
    }

    /// A refusal: its own row was not written by this program.
    pub(super) fn altered(&self, what: &str) -> ReplayError {
        ReplayError::Refused {
            message: format!("the row of run {} can't be read, {what}", self.run_id),
            hint: "it was altered, or written by another version of ws".into(),
        }
    }
}
