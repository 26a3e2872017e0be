//! The specification of an experiment: one TOML file for model parameters and strategy parameters.
//!
//! Everything that can be told without a store is checked here, with the line of what is wrong: keys that nothing
//! reads, empty spaces, budgets that end before they begin, names that don't exist.

mod budget;
mod error;
mod objective;
mod section;
mod space;
mod subject;
mod validation;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use toml::de::DeTable;

pub use budget::Budget;
pub use error::SpecError;
pub use objective::{Constraint, Objective};
pub use section::text_of;
pub use space::Searched;
pub use subject::{DataSpec, ModelSubject, Subject};
pub use validation::{Scheme, TestPeriod, Validation, combinations};

use crate::search::{Pruner, Sampler};
use section::{Section, Source};

/// A checked specification.
#[derive(Debug, Clone)]
pub struct Spec {
    /// File as it was named.
    pub origin: String,
    /// Its text.
    pub text: String,
    /// Name of the experiment.
    pub name: String,
    /// What it is about, for readers; may be empty.
    pub about: String,
    /// Everything random follows from it.
    pub seed: u64,
    /// What trades.
    pub subject: Subject,
    /// On which bars.
    pub data: DataSpec,
    /// Fixed parameters of the strategy or of the model.
    pub params: BTreeMap<String, String>,
    /// Fixed parameters of strategy `model`.
    pub strategy_params: BTreeMap<String, String>,
    /// Account, costs, orders and limits, as `ws backtest` takes them.
    pub account: BTreeMap<String, String>,
    /// What is searched.
    pub searched: Searched,
    /// What is better.
    pub objectives: Vec<Objective>,
    /// What is not allowed.
    pub constraints: Vec<Constraint>,
    /// Which time judges.
    pub validation: Validation,
    /// How parameters are suggested.
    pub sampler: Sampler,
    /// When a trial is stopped early.
    pub pruner: Pruner,
    /// When the search ends.
    pub budget: Budget,
    /// Searched parameters of the baseline; the others are the defaults.
    pub baseline: BTreeMap<String, String>,
    /// Trials whose rows are kept.
    pub keep: usize,
    /// Lines of tables and keys, for what can only be checked with a store.
    lines: BTreeMap<String, usize>,
}

impl Spec {
    /// Reads and checks a specification; `origin` names it in errors.
    ///
    /// # Errors
    /// [`SpecError`] with line and reason.
    pub fn parse(origin: &str, text: &str) -> Result<Self, SpecError> {
        let source = Source { origin, text };
        let table = DeTable::parse(text)
            .map_err(|error| source.wrong(&error.span().unwrap_or(0..0), error.message().to_string()))?;
        let root = Section::new(source, "", 0..0, table.get_ref());
        let spec = Self::read(source, &root)?;
        root.finish()?;
        budget::check_together(&spec)?;
        Ok(spec)
    }

    fn read(source: Source<'_>, root: &Section<'_>) -> Result<Self, SpecError> {
        let name = name(root)?;
        let subject = subject::read(root)?;
        let is_model = matches!(subject, Subject::Model(_));
        let searched = match root.section("space")? {
            Some(section) => space::read(&section)?,
            None => return Err(source.wrong(&(0..0), "there is no [space]: name the parameters to search")),
        };
        let validation = validation::read(root.section("validation")?.as_ref())?;
        let (sampler, pruner) = (budget::sampler(root.section("sampler")?)?, budget::pruner(root.section("pruner")?)?);
        let strategy_params = if is_model { settings(root, "strategy_params")? } else { BTreeMap::new() };
        let tables = [
            "strategy",
            "model",
            "data",
            "params",
            "strategy_params",
            "account",
            "space",
            "objective",
            "validation",
            "sampler",
            "pruner",
            "budget",
            "baseline",
        ];
        let mut lines: BTreeMap<String, usize> =
            tables.iter().map(|key| ((*key).to_string(), root.line(key))).collect();
        let owned = ["params", "strategy_params", "account", "baseline"];
        for table in owned.into_iter().filter(|table| is_model || *table != "strategy_params") {
            if let Some(section) = root.section(table)? {
                lines.extend(section.entries().iter().map(|entry| (section.called(entry.key), source.line(&entry.at))));
            }
        }
        Ok(Self {
            origin: source.origin.to_string(),
            text: source.text.to_string(),
            name,
            about: root.text("about")?.unwrap_or_default(),
            seed: root.whole("seed", 0..=i64::MAX)?.unwrap_or(42).unsigned_abs(),
            subject,
            data: subject::data(root.section("data")?.as_ref(), is_model)?,
            params: settings(root, "params")?,
            strategy_params,
            account: settings(root, "account")?,
            objectives: objective::objectives(root.section("objective")?.as_ref(), is_model)?,
            constraints: objective::constraints(root.section("constraints")?.as_ref(), is_model)?,
            validation,
            sampler,
            pruner,
            budget: budget::read(root.section("budget")?.as_ref())?,
            baseline: baseline(root, &searched)?,
            searched,
            keep: root.whole("keep", 1..=1_000)?.unwrap_or(5) as usize,
            lines,
        })
    }

    /// An error at a table or key of it, such as `account` or `params.fast`.
    #[must_use]
    pub fn wrong(&self, place: &str, reason: impl Into<String>) -> SpecError {
        let line = self.lines.get(place).or_else(|| self.lines.get(place.split('.').next().unwrap_or_default()));
        let line = self.searched.lines.get(place).or(line).copied().unwrap_or(1);
        SpecError { origin: self.origin.clone(), line, reason: reason.into() }
    }

    /// Names of the objectives.
    #[must_use]
    pub fn objective_names(&self) -> Vec<String> {
        self.objectives.iter().map(|objective| objective.metric.clone()).collect()
    }

    /// Which values of the objectives are better.
    #[must_use]
    pub fn directions(&self) -> Vec<crate::search::Direction> {
        self.objectives.iter().map(|objective| objective.direction).collect()
    }
}

fn name(root: &Section<'_>) -> Result<String, SpecError> {
    let Some(name) = root.text("name")? else {
        return Err(root.source.wrong(&(0..0), "there is no name: begin with name = \"my_search\""));
    };
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || name.len() > 80 || !is_plain {
        let wanted = "the name must be 1 to 80 letters, digits, '_', '-' or '.', a letter or digit first";
        return Err(root.wrong("name", wanted));
    }
    Ok(name)
}

fn settings(root: &Section<'_>, key: &str) -> Result<BTreeMap<String, String>, SpecError> {
    let Some(section) = root.section(key)? else { return Ok(BTreeMap::new()) };
    Ok(section.settings()?.into_iter().collect())
}

fn baseline(root: &Section<'_>, searched: &Searched) -> Result<BTreeMap<String, String>, SpecError> {
    let Some(section) = root.section("baseline")? else { return Ok(BTreeMap::new()) };
    let found = section.settings()?;
    match found.iter().find(|(key, _)| searched.space.dimension(key).is_none()) {
        Some((key, _)) => Err(section
            .wrong(key, format!("baseline '{key}' is not in [space]; put what is fixed into [params] or [account]"))),
        None => Ok(found.into_iter().collect()),
    }
}
