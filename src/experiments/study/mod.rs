//! A specification on a store: dated windows, everything trials read in memory, and the judge of a single trial.
//!
//! Of the test period only the dates of its sessions are read: prices, features and labels of it reach no trial.

mod configure;
mod judge;
mod market;
mod model;

use crate::backtest::{Config, Market};
use crate::domain::{Progress, Ts};
use crate::search::{Assignment, Dimension, Domain, Value};
use crate::store::Store;
use crate::venues::MergedSteps;

use super::ExperimentError;
use super::measures::Measures;
use super::spec::{Scheme, Spec, Subject, text_of};
use super::windows::{self, Windows};
pub use judge::Prune;
pub use model::{FoldCounts, ModelStudy};

/// What a trial came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Metrics by name; of combinatorial paths those of the first, which is the account that is kept.
    pub measures: Measures,
    /// What objectives and constraints are read from: the same, or means over combinatorial paths.
    pub judged_by: Measures,
    /// Metrics of each combinatorial path.
    pub by_path: Vec<Measures>,
    /// Trading days (since 1970-01-01) and returns; of combinatorial paths those of the first.
    pub returns: Vec<(i32, f64)>,
    /// The first objective after each step.
    pub steps: Vec<f64>,
    /// Whether it was stopped early.
    pub is_pruned: bool,
}

/// A specification ready to be searched.
pub struct Study {
    /// What was asked.
    pub spec: Spec,
    /// When.
    pub windows: Windows,
    /// What every trial shares.
    pub base: Config,
    /// SHA-256 of what trials read.
    pub fingerprint: String,
    /// Newest `close_ts` of it.
    pub data_as_of: Option<Ts>,
    /// What a model learns from; `None` for strategies.
    pub model: Option<ModelStudy>,
    market: Market,
    /// Its steps; empty where a model adds signals of its own.
    steps: MergedSteps,
    /// Where a pruner may look.
    pauses: Vec<Ts>,
}

impl Study {
    /// Checks a specification against the store and reads what its trials need.
    ///
    /// # Errors
    /// Unknown names with their line, windows that don't fit the data, data that is missing.
    pub fn plan(store: &Store, spec: Spec, progress: &dyn Progress) -> Result<Self, ExperimentError> {
        let mut base = configure::base(store, &spec)?;
        let sessions = market::sessions(store, &base)?;
        let (starts, end) = match &spec.subject {
            Subject::Strategy(_) => (sessions.starts, sessions.end),
            Subject::Model(subject) => {
                let first = ModelStudy::first_sample(store, &spec, subject, &base)?;
                (sessions.starts.into_iter().filter(|start| *start >= first).collect(), sessions.end)
            }
        };
        if starts.len() < 4 {
            return Err(spec.wrong("data", format!("{} sessions are too few to split", starts.len())).into());
        }
        let windows =
            windows::cut(&starts, end, &spec.validation).map_err(|reason| spec.wrong("validation", reason))?;
        base.from = Some(traded_from(&spec, &windows));
        base.to = Some(windows.development.to);
        let market = Market::load(store, &base, progress)?;
        let (mut fingerprint, mut data_as_of) = market.identity();
        let model = match &spec.subject {
            Subject::Strategy(_) => None,
            Subject::Model(subject) => Some(ModelStudy::load(store, &spec, subject, &base, &windows)?),
        };
        if let Some(model) = &model {
            fingerprint =
                crate::domain::fingerprint::sha256(format!("{fingerprint}\n{}", model.fingerprint()).as_bytes());
            data_as_of = data_as_of.max(model.data_as_of());
        }
        let steps = match &model {
            None => market.merged(&market.signals(&base)?.0),
            Some(_) => MergedSteps::default(),
        };
        let pauses = pauses(&spec, &windows, &starts);
        let study = Self { spec, windows, base, fingerprint, data_as_of, model, market, steps, pauses };
        study.check_space()?;
        Ok(study)
    }

    /// The market that trials trade on.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// The baseline: what the specification says of it, the defaults for the rest.
    #[must_use]
    pub fn baseline(&self) -> Assignment {
        let space = &self.spec.searched.space;
        let value = |(name, text): (&String, &String)| {
            let read: Value = text.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
            let is_text = |dimension: &Dimension| matches!(&dimension.domain, Domain::Categorical(values) if !values.contains(&read));
            let text = space.dimension(name).is_some_and(is_text);
            (name.clone(), if text { Value::Text(text_of(&read)) } else { read })
        };
        self.spec.baseline.iter().map(value).collect()
    }

    /// Bars that a trial simulates.
    #[must_use]
    pub fn bars_a_trial(&self) -> usize {
        self.market.bars().iter().map(crate::domain::Bars::len).sum()
    }
}

/// First bar start that trials trade. Strategies are not fitted: they trade all of the development period, and what is
/// walked forward or crossed is the choice among them; a holdout judges by its own part alone.
fn traded_from(spec: &Spec, windows: &Windows) -> Ts {
    match (&spec.subject, spec.validation.scheme) {
        (Subject::Strategy(_), Scheme::Holdout { .. }) | (Subject::Model(_), _) => windows.judged.from,
        (Subject::Strategy(_), _) => windows.development.from,
    }
}

/// Times at which a pruner may look: ends of judged windows, or quarters of the traded time where there is one only.
fn pauses(spec: &Spec, windows: &Windows, starts: &[Ts]) -> Vec<Ts> {
    let end = windows.development.to;
    if spec.pruner == crate::search::Pruner::None {
        return Vec::new();
    }
    let mut ends: Vec<Ts> = windows.folds.iter().flat_map(|fold| &fold.valid).map(|span| span.to).collect();
    ends.retain(|to| *to < end);
    ends.sort();
    ends.dedup();
    if !ends.is_empty() {
        return ends;
    }
    let from = traded_from(spec, windows);
    let traded: Vec<Ts> = starts.iter().copied().filter(|start| *start >= from && *start < end).collect();
    let mut quarters: Vec<Ts> = (1..4).map(|quarter| traded[traded.len() * quarter / 4]).collect();
    quarters.dedup();
    quarters.retain(|at| *at > from);
    quarters
}
