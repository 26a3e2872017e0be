//! Labels held against the bars they are made of: figures by split, a random sample computed again, rules that no label
//! may break.
//!
//! A split is a stretch of decision times; a label that reaches into the next one is counted as purged and not sampled.
//! Every row is held to what SQL can see (order of times, whole or unknown, weights in range). Each sampled row is
//! computed again from its bars and must be the stored one, and its return must lie within its barriers, unless the
//! fill was an open.

mod judge;
mod read;

use serde::Serialize;

use self::judge::Fault;
use super::catalogue::spec_of;
use super::error::LabelError;
use super::row::LabelRow;
use super::spec::LabelSpec;
use crate::domain::{Bars, Interval, Symbol, Ts};
use crate::store::{Store, stale};

/// Names of the splits, in time.
pub const SPLITS: [&str; 3] = ["train", "valid", "test"];

/// What to audit.
#[derive(Debug, Clone)]
pub struct AuditPlan {
    /// Label set.
    pub label_set: String,
    /// Bar length.
    pub interval: Interval,
    /// Instruments; empty is all with labels.
    pub symbols: Vec<Symbol>,
    /// Labels to sample a split.
    pub per_split: usize,
    /// Seed of the sample.
    pub seed: u64,
}

/// First and last decision time of train, valid and test, both inclusive.
pub type Periods = [(Ts, Ts); 3];

/// What a split by time cuts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelTimes {
    /// Distinct times at which any series has a label, ascending.
    pub labelled: Vec<Ts>,
    /// Times of all rows, labelled or not, of each series, ascending.
    pub series: Vec<Vec<Ts>>,
}

/// One split in figures; purged rows are left out of all that follows `n_purged`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplitFigures {
    /// train, valid or test.
    pub split: String,
    /// Rows with a decision time in it.
    pub n_rows: i64,
    /// Rows without a label.
    pub n_null: i64,
    /// Share of them; `None` without rows.
    pub null_share: Option<f64>,
    /// Labels that reach into the next split.
    pub n_purged: i64,
    /// Labels.
    pub n: i64,
    /// Share of 1.
    pub base_rate: Option<f64>,
    /// Ended by profit.
    pub take_profit: i64,
    /// Ended by loss.
    pub stop_loss: i64,
    /// Ended by the horizon.
    pub horizon: i64,
    /// Ended by the session.
    pub session: i64,
    /// Mean forward return, a fraction.
    pub mean_return: Option<f64>,
    /// Median forward return, a fraction.
    pub median_return: Option<f64>,
    /// Mean number of bars from the entry to the exit; 0 is an exit in the entry bar.
    pub mean_bars_held: Option<f64>,
    /// Mean weight.
    pub mean_weight: Option<f64>,
}

/// A rule and how often it was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Short name.
    pub name: &'static str,
    /// The rule.
    pub rule: &'static str,
    /// Rows it was held against.
    pub checked: i64,
    /// Rows that break it.
    pub violations: i64,
}

/// A sampled label with the bars around it.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledLabel {
    /// train, valid or test.
    pub split: String,
    /// As stored.
    pub row: LabelRow,
    /// From some bars before the decision to some after the exit.
    pub bars: Bars,
    /// Index of the decision bar in `bars`.
    pub decision: usize,
    /// Index of the exit bar in `bars`.
    pub exit: usize,
    /// Price of the entry.
    pub entry_price: f64,
    /// Price of the exit, by the stored return.
    pub exit_price: f64,
    /// Profit and loss barrier; `None` for a fixed horizon.
    pub barriers: Option<(f64, f64)>,
    /// What is wrong with it; empty is nothing.
    pub faults: Vec<String>,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditReport {
    /// Specification of the set.
    pub spec: LabelSpec,
    /// Splits in time.
    pub splits: Vec<SplitFigures>,
    /// Rules, with what breaks them.
    pub checks: Vec<Check>,
    /// The sample, by split and time.
    pub samples: Vec<SampledLabel>,
    /// Whether any of the bars is simulated.
    pub is_synthetic: bool,
    /// What a reader should know beside.
    pub notes: Vec<String>,
}

impl AuditReport {
    /// Rows that break a rule, over all rules.
    #[must_use]
    pub fn violations(&self) -> i64 {
        self.checks.iter().map(|check| check.violations).sum()
    }
}

/// The distinct decision times with a label, ascending: what a split by time cuts.
///
/// # Errors
/// A label set that the store doesn't have; faults of the store.
pub fn label_times(store: &Store, plan: &AuditPlan) -> Result<LabelTimes, LabelError> {
    spec_of(store, &plan.label_set)?;
    read::times(store, plan)
}

/// Audits the labels of a set.
///
/// # Errors
/// A label set that the store doesn't have or can't explain; faults of the store.
pub fn audit(store: &Store, plan: &AuditPlan, periods: &Periods) -> Result<AuditReport, LabelError> {
    let spec = spec_of(store, &plan.label_set)?;
    let splits = read::figures(store, plan, periods)?;
    let read::RowChecks { mut checks, unweighed, synthetic } = read::row_checks(store, plan)?;
    let samples = judge::judge(store, plan, &spec, read::drawn(store, plan, periods)?)?;
    let broken = |fault: Fault| samples.iter().filter(|(_, faults)| faults.contains(&fault)).count() as i64;
    let rules = [
        (Fault::Recomputed, "recomputed", "a sampled label computed again from its bars is the stored one"),
        (
            Fault::Outside,
            "within_barriers",
            "the return of a sampled label lies within its barriers unless filled at an open",
        ),
    ];
    for (fault, name, rule) in rules {
        checks.push(Check { name, rule, checked: samples.len() as i64, violations: broken(fault) });
    }
    let mut notes = Vec::new();
    if unweighed > 0 {
        notes.push(format!("{unweighed} labels have no weight: they are older than weights; build the set again"));
    }
    for mark in stale::list(store)?.iter().filter(|mark| mark.kind == "labels" && mark.name == plan.label_set) {
        notes.push(format!("{} {} is stale from {} on; build it again", mark.symbol, mark.interval, mark.from));
    }
    let mut samples: Vec<SampledLabel> = samples.into_iter().map(|(sample, _)| sample).collect();
    let place = |sample: &SampledLabel| SPLITS.iter().position(|split| *split == sample.split);
    samples.sort_by(|a, b| (place(a), a.row.ts, &a.bars.symbol).cmp(&(place(b), b.row.ts, &b.bars.symbol)));
    Ok(AuditReport { spec, splits, checks, samples, is_synthetic: synthetic > 0, notes })
}
