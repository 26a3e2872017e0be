//! What there is to tell of a run by the experiment it belongs to.

use super::{ReplayError, Run};
use crate::domain::Ts;
use crate::store::tries::{self, Tries};
use crate::store::{Store, duckdb};

/// The experiment that a run is, is a trial of, or looked at the test period for.
#[derive(Debug, Clone, PartialEq)]
pub struct ExperimentFacts {
    /// Key.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// running, finished or failed.
    pub status: String,
    /// As what the run takes part: itself, trial, test of the winner, test of the baseline.
    pub role: String,
    /// Searched parameters with their domains, as JSON.
    pub searched: Vec<(String, String)>,
    /// holdout, `walk_forward`, kfold or cpcv.
    pub scheme: String,
    /// How many folds that makes.
    pub folds: i64,
    /// grid, random or tpe.
    pub sampler: String,
    /// none, median or `successive_halving`.
    pub pruner: String,
    /// What is better, joined by commas.
    pub objectives: String,
    /// maximise or minimise, one an objective.
    pub directions: String,
    /// First bar start of the development period, its end where the test period begins, the end of that.
    pub periods: (Ts, Ts, Ts),
    /// When the test period was looked at.
    pub tested_at: Option<Ts>,
    /// Other experiments that have looked at an overlapping test period.
    pub other_looks: i64,
    /// Trials run, the baseline left out.
    pub counts: Counts,
    /// Trials at most, if they were limited.
    pub max_trials: Option<i64>,
    /// Trial that won.
    pub winner: Option<i64>,
    /// Its run.
    pub winner_run_id: Option<String>,
    /// First objective of the best trial.
    pub best_score: Option<f64>,
    /// First objective of the baseline.
    pub baseline_score: Option<f64>,
    /// Backtest of the winner on the test period.
    pub test_run_id: Option<String>,
    /// Whether that is luck, in the words of the verdict; `None` before the end.
    pub verdict: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// What was ever tried on its data, its own trials among it.
    pub tries_on_data: Tries,
    /// The place of the run, when it is a trial.
    pub place: Option<Place>,
}

/// Trials by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: i64,
    /// Distinct combinations among them.
    pub distinct: i64,
    /// Ran to their end.
    pub finished: i64,
    /// Were stopped early.
    pub pruned: i64,
    /// Had an error.
    pub failed: i64,
    /// Finished, and missed a constraint.
    pub infeasible: i64,
}

/// The place of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Number; 0 is the baseline.
    pub trial: i64,
    /// Place among those that could win.
    pub rank: Option<i64>,
    /// How many could win.
    pub ranked: i64,
    /// Whether it won.
    pub is_winner: bool,
    /// Whether it finished and missed no constraint.
    pub is_feasible: bool,
    /// First objective; of a pruned trial as far as it came.
    pub score: Option<f64>,
    /// Sum of how far constraints are missed.
    pub violation: f64,
    /// Values that a pruner could look at.
    pub steps: i64,
    /// Rows kept of its account.
    pub kept: i64,
}

/// The experiment of a run, if it has to do with one.
///
/// # Errors
/// Faults of the store.
pub(super) fn of(store: &Store, run: &Run) -> Result<Option<ExperimentFacts>, ReplayError> {
    let found = store.conn().query_row(crate::sql!("replay/experiment"), [&run.run_id], from_row);
    let mut facts = match found {
        Err(duckdb::Error::QueryReturnedNoRows) => return Ok(None),
        found => found?,
    };
    let mut statement = store.conn().prepare(crate::sql!("replay/space"))?;
    let rows = statement.query_map([&facts.experiment_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    facts.searched = rows.collect::<Result<_, _>>()?;
    facts.tries_on_data = tries::on_data_of(store, &facts.experiment_id)?;
    facts.other_looks = tries::seen(store, &facts.experiment_id)?.looks;
    if run.kind == "trial" {
        facts.place = Some(store.conn().query_row(crate::sql!("replay/trial_place"), [&run.run_id], place)?);
    }
    Ok(Some(facts))
}

fn from_row(row: &duckdb::Row<'_>) -> duckdb::Result<ExperimentFacts> {
    Ok(ExperimentFacts {
        experiment_id: row.get(0)?,
        name: row.get(1)?,
        status: row.get::<_, Option<String>>(2)?.unwrap_or_else(|| "missing".into()),
        role: row.get(3)?,
        searched: Vec::new(),
        scheme: row.get(4)?,
        sampler: row.get(5)?,
        pruner: row.get(6)?,
        objectives: row.get(7)?,
        directions: row.get(8)?,
        periods: (Ts(row.get(9)?), Ts(row.get(10)?), Ts(row.get(11)?)),
        tested_at: row.get::<_, Option<i64>>(12)?.map(Ts),
        folds: row.get(13)?,
        counts: Counts {
            all: row.get(14)?,
            distinct: row.get(15)?,
            finished: row.get(16)?,
            pruned: row.get(17)?,
            failed: row.get(18)?,
            infeasible: row.get(19)?,
        },
        max_trials: row.get(20)?,
        winner: row.get(21)?,
        winner_run_id: row.get(22)?,
        best_score: row.get(23)?,
        baseline_score: row.get(24)?,
        test_run_id: row.get(25)?,
        verdict: row.get(26)?,
        reason: row.get(27)?,
        other_looks: 0,
        tries_on_data: Tries::default(),
        place: None,
    })
}

fn place(row: &duckdb::Row<'_>) -> duckdb::Result<Place> {
    Ok(Place {
        trial: row.get(0)?,
        rank: row.get(1)?,
        is_winner: row.get(2)?,
        is_feasible: row.get(3)?,
        score: row.get(4)?,
        violation: row.get(5)?,
        steps: row.get(6)?,
        ranked: row.get(7)?,
        kept: row.get(8)?,
    })
}

/// What a reader must know before believing a run that takes part in an experiment.
pub(super) fn marks(facts: &ExperimentFacts) -> Vec<String> {
    let mut found = Vec::new();
    let name = &facts.name;
    let is_candidate = facts.place.is_none_or(|place| place.is_winner) && facts.role != "test of the baseline";
    match (&facts.verdict, &facts.reason) {
        (Some(verdict), Some(reason)) if is_candidate && verdict != "unlikely to be luck" => {
            found.push(format!("LUCK: the verdict on the winner of {name}: {verdict}; {reason}"));
        }
        _ => {}
    }
    if facts.place.is_some_and(|place| place.is_winner) {
        found.push("CHOSEN: it was picked for these very numbers; its test run shows what is left of them".into());
    }
    if facts.place.is_some_and(|place| place.violation > 0.0) {
        found.push("NOT ALLOWED: it misses constraints of the experiment and could not win".into());
    }
    if facts.other_looks > 0 && facts.tested_at.is_some() && facts.place.is_none() {
        let looks = facts.other_looks;
        found.push(format!("SEEN BEFORE: {looks} other experiments have looked at the same test period"));
    }
    found
}
