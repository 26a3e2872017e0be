//! What a campaign came to, read back from the views.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cli::Failure;
use crate::domain::metric::FEW_SESSIONS;
use crate::report::study::{self, Badge};
use crate::store::{Store, query};

/// Rows of the views about one campaign.
pub struct Results {
    /// Its run.
    pub campaign_id: String,
    /// `campaign_summary`: all periods first.
    pub summary: Vec<Value>,
    /// `campaign_symbols`.
    pub symbols: Vec<Value>,
    /// `campaign_results`, by cell.
    pub cells: Vec<Value>,
    /// Warnings that its runs carry.
    pub badges: Vec<Badge>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl Results {
    pub fn read(store: &Store, campaign_id: &str) -> Result<Self, Failure> {
        let rows = |sql: &str| -> Result<Vec<Value>, Failure> {
            Ok(query::run(store, sql, &[Some(campaign_id.to_string())])?.json_rows())
        };
        let mut results = Self {
            campaign_id: campaign_id.to_string(),
            summary: rows(crate::sql!("cli/campaign_summary"))?,
            symbols: rows(crate::sql!("cli/campaign_symbols"))?,
            cells: rows(crate::sql!("cli/campaign_results"))?,
            badges: Vec::new(),
            notes: Vec::new(),
        };
        // Within a period, subjects stand in the order they were asked for.
        let order: BTreeMap<String, usize> = results.subjects().iter().map(ToString::to_string).zip(0..).collect();
        let place = |row: &Value| row["subject"].as_str().and_then(|subject| order.get(subject).copied());
        results.summary.chunk_by_mut(|a, b| a["period"] == b["period"]).for_each(|rows| rows.sort_by_key(place));
        results.badges = results.read_badges(store)?;
        results.notes = results.own_notes();
        Ok(results)
    }

    /// The campaign's own warnings, and of each model those of one of its runs: features and audits are the model's.
    fn read_badges(&self, store: &Store) -> Result<Vec<Badge>, Failure> {
        let mut runs = vec![self.campaign_id.clone()];
        let mut seen = BTreeSet::new();
        for cell in &self.cells {
            if let (Some(model), Some(run)) = (cell["model_id"].as_str(), cell["run_id"].as_str())
                && seen.insert(model)
            {
                runs.push(run.to_string());
            }
        }
        let mut badges = study::badges(store, &runs)?;
        // Cells that failed are told one by one.
        badges.retain(|badge| badge.text != "FAILED");
        Ok(badges)
    }

    fn own_notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (failed, n) = (self.failed(), self.cells.len());
        if failed > 0 {
            notes.push(format!("{failed} of {n} cells failed; every number is over the others"));
        }
        let few = self.cells.iter().filter(|cell| cell["n_days"].as_u64().is_some_and(|n| n < FEW_SESSIONS)).count();
        if few > 0 {
            notes.push(format!(
                "{few} of {n} cells have fewer than {FEW_SESSIONS} sessions: their figures a year are little more than luck; mind the \
                 95 % intervals"
            ));
        }
        let finished = self.finished();
        let without = self.cells.iter().filter(|cell| cell["status"] == "finished" && cell["sharpe"].is_null()).count();
        if without > 0 {
            notes.push(format!(
                "{without} of {finished} finished cells have no Sharpe ratio (their returns do not vary) and are in no mean of it"
            ));
        }
        if self.finished() > 1 {
            notes.push(format!(
                "the best of {finished} cells is the best by luck too: judge a subject by all its cells"
            ));
        }
        notes
    }

    pub fn finished(&self) -> usize {
        self.cells.iter().filter(|cell| cell["status"] == "finished").count()
    }

    pub fn failed(&self) -> usize {
        self.cells.iter().filter(|cell| cell["status"] == "failed").count()
    }

    /// Cells that failed, with why.
    pub fn failures(&self) -> Vec<Value> {
        let failed = self.cells.iter().filter(|cell| cell["status"] == "failed");
        let keys = ["cell", "subject", "symbols", "period", "error"];
        failed.map(|cell| keys.iter().map(|key| ((*key).to_string(), cell[*key].clone())).collect()).collect()
    }

    /// Subjects in the order they were asked for.
    pub fn subjects(&self) -> Vec<&str> {
        distinct(self.cells.iter().filter_map(|cell| cell["subject"].as_str()))
    }

    /// Periods in the order of time.
    pub fn periods(&self) -> Vec<&str> {
        distinct(self.by_period().into_iter().filter_map(|row| row["period"].as_str()))
    }

    /// Rows of a subject over one period each, in the order of time.
    pub fn by_period(&self) -> Vec<&Value> {
        self.summary.iter().filter(|row| row["period"] != "all").collect()
    }

    /// Groups of symbols by name.
    pub fn groups(&self) -> Vec<&str> {
        distinct(self.symbols.iter().filter_map(|row| row["symbols"].as_str()))
    }

    /// Rows over all cells of a subject, in the order of subjects.
    pub fn totals(&self) -> Vec<&Value> {
        let of = |subject: &str| self.summary.iter().find(|row| row["period"] == "all" && row["subject"] == subject);
        self.subjects().into_iter().filter_map(of).collect()
    }
}

/// Each once, in order.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}
