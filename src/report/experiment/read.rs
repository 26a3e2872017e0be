//! An experiment as its page shows it: everything is read from the store's views and tables.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::report::ReportError;
use crate::report::read::{Record, records, rows};
use crate::store::Store;

/// What became of a trial, as pictures tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It ended with an error.
    Failed,
    /// It was stopped early.
    Pruned,
    /// It finished and missed a constraint.
    Infeasible,
    /// It finished and could win.
    Finished,
    /// What the search was to improve on.
    Baseline,
    /// What the search chose.
    Winner,
}

/// One trial.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number; 0 is the baseline.
    pub number: i64,
    /// What became of it.
    pub mark: Mark,
    /// Whether nothing feasible beats it in every objective.
    pub on_front: bool,
    /// Place by the first objective.
    pub rank: Option<i64>,
    /// The first and the second objective.
    pub scores: [Option<f64>; 2],
    /// Searched parameters.
    pub params: BTreeMap<String, Value>,
    /// Its metrics on validation.
    pub metrics: Record,
}

/// A stretch of time; fold 0 is the test period.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Number, from 1.
    pub fold: i64,
    /// train, valid or test.
    pub part: String,
    /// First bar start, microseconds since 1970.
    pub from: f64,
    /// End of bar starts.
    pub to: f64,
    /// Trading days.
    pub n_sessions: Option<i64>,
    /// Samples dropped by purge and embargo.
    pub n_purged: Option<i64>,
}

/// How much a parameter moved the first objective.
#[derive(Debug, Clone)]
pub struct Importance {
    /// Parameter.
    pub param: String,
    /// Fall of the forest's R2 when it is shuffled.
    pub importance: f64,
    /// Standard deviation of that.
    pub deviation: Option<f64>,
    /// R2 of the forest on trials it has not seen.
    pub r2: Option<f64>,
}

/// One combination behind the probability of backtest overfitting.
#[derive(Debug, Clone, Copy)]
pub struct Split {
    /// Daily Sharpe ratio of the best of one half there, and in the other half.
    pub sharpe: Option<(f64, f64)>,
    /// Logit of its rank in the other half.
    pub logit: Option<f64>,
}

/// Everything the page shows.
pub struct Experiment {
    /// Key.
    pub id: String,
    /// Summary and gates.
    pub summary: Record,
    /// In their order, the baseline first.
    pub trials: Vec<Trial>,
    /// Metric by key and side: `winner_valid`, `baseline_valid`, `winner_test`, `baseline_test`.
    pub metrics: BTreeMap<(String, String), f64>,
    /// Compounded returns by side, and `choice_valid`: days since 1970 and fractions.
    pub totals: BTreeMap<String, Vec<(i32, f64)>>,
    /// By fold.
    pub folds: Vec<Fold>,
    /// The strongest first.
    pub importance: Vec<Importance>,
    /// Combinations.
    pub splits: Vec<Split>,
    /// Measure, value, what to know of it.
    pub luck: Vec<(String, Option<f64>, Option<String>)>,
}

impl Experiment {
    /// A text of the summary, empty when it is unknown.
    pub fn text(&self, column: &str) -> &str {
        self.summary.text(column).unwrap_or_default()
    }

    /// A number of the summary.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.summary.number(column)
    }

    /// The first objective.
    pub fn objective(&self) -> &str {
        self.text("objective")
    }

    /// Whether the first objective is to be as low as can be.
    pub fn is_lower_better(&self) -> bool {
        self.text("direction") == "minimise"
    }

    /// From a daily to a yearly Sharpe ratio.
    pub fn yearly(&self, daily: Option<f64>) -> Option<f64> {
        Some(daily? * self.number("periods_per_year")?.sqrt())
    }

    /// The trial that won.
    pub fn winner(&self) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.mark == Mark::Winner)
    }
}

/// Reads an experiment, or tells which there are.
pub fn read(store: &Store, id: &str) -> Result<Experiment, ReportError> {
    let Some(summary) = records(store, crate::sql!("report/experiment"), &[id])?.into_iter().next() else {
        let newest = rows(store, crate::sql!("report/experiments"), &[], |row| row.get(0))?;
        return Err(ReportError::UnknownExperiment { experiment_id: id.to_string(), newest });
    };
    let metrics = rows(store, crate::sql!("report/experiment_metrics"), &[id], |row| {
        Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
    })?;
    let mut totals = BTreeMap::<String, Vec<(i32, f64)>>::new();
    for (side, day, total) in rows(store, crate::sql!("report/experiment_returns"), &[id], |row| {
        Ok((row.get(0)?, row.get::<_, i32>(1)?, row.get::<_, f64>(2)?))
    })? {
        totals.entry(side).or_default().push((day, total));
    }
    let importance = rows(store, crate::sql!("report/experiment_importance"), &[id], |row| {
        let (param, importance, deviation) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Importance { param, importance, deviation, r2: row.get(4)? })
    })?;
    let splits = rows(store, crate::sql!("report/experiment_splits"), &[id], |row| {
        let (inside, outside): (Option<f64>, Option<f64>) = (row.get(0)?, row.get(1)?);
        let sharpe = inside.zip(outside).filter(|(inside, outside)| inside.is_finite() && outside.is_finite());
        Ok(Split { sharpe, logit: row.get::<_, Option<f64>>(2)?.filter(|logit| logit.is_finite()) })
    })?;
    let luck =
        rows(store, crate::sql!("report/experiment_luck"), &[id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let folds = folds(store, id)?;
    let trials = trials(store, id)?;
    let metrics = metrics.into_iter().collect();
    Ok(Experiment { id: id.to_string(), summary, trials, metrics, totals, folds, importance, splits, luck })
}

fn folds(store: &Store, id: &str) -> Result<Vec<Fold>, ReportError> {
    rows(store, crate::sql!("report/experiment_folds"), &[id], |row| {
        let (from, to): (i64, i64) = (row.get(2)?, row.get(3)?);
        let (fold, part, n_sessions, n_purged) = (row.get(0)?, row.get(1)?, row.get(4)?, row.get(6)?);
        Ok(Fold { fold, part, from: from as f64, to: to as f64, n_sessions, n_purged })
    })
}

fn trials(store: &Store, id: &str) -> Result<Vec<Trial>, ReportError> {
    let sql = crate::sql!("report/experiment_trials");
    let found = rows(store, sql, &[id], |row| {
        let (number, state): (i64, String) = (row.get("trial")?, row.get("state")?);
        let (is_winner, is_feasible): (bool, bool) = (row.get("is_winner")?, row.get("is_feasible")?);
        let mark = match state.as_str() {
            _ if is_winner => Mark::Winner,
            "failed" => Mark::Failed,
            "pruned" => Mark::Pruned,
            _ if number == 0 => Mark::Baseline,
            _ if is_feasible => Mark::Finished,
            _ => Mark::Infeasible,
        };
        let params: String = row.get("params")?;
        let scores = [row.get("score")?, row.get("score_2")?];
        let (rank, on_front) = (row.get("rank")?, row.get::<_, Option<bool>>("on_front")?.unwrap_or(false));
        // What is no JSON object has no parameters to show.
        let params = serde_json::from_str(&params).unwrap_or_default();
        Ok(Trial { number, mark, on_front, rank, scores, params, metrics: Record::default() })
    })?;
    let metrics = records(store, sql, &[id])?;
    Ok(found.into_iter().zip(metrics).map(|(trial, metrics)| Trial { metrics, ..trial }).collect())
}
