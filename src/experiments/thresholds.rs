//! What a deployment of the winner has to hold, from what baseline and winner came to on validation.
//!
//! | metric | to be promoted | rolls back |
//! |---|---|---|
//! | `sharpe`, `precision_long`, `hit_ratio` | at least baseline + 80 % of the improvement | 15 % of that below it |
//! | `win_rate` | at least 95 % of the baseline's | 15 % of that below it |
//! | `latency_ms` | at most 200 | 200 / 0.85 |
//! | `max_drawdown` (<= 0) | no deeper than 150 % of the baseline's | the same, at once |
//! | `n_trades` | at least 50 | - |
//!
//! All must hold in the same [`SESSIONS`] sessions in a row; a roll-back takes [`ROLL_BACK_DAYS`] days in a row, except
//! that of the drawdown. Where the rules meet values they were not made for:
//!
//! - the winner is no better than the baseline: there is no improvement, so the baseline itself is to be held;
//! - the baseline's value is unknown (it never traded): the winner's less 20 % of its size is to be held, which is
//!   the same rule from a baseline of 0; of the win rate 95 % of the winner's;
//! - the winner's is unknown: the baseline's is to be held; both unknown: no row;
//! - 85 % of a negative value would be a better one: a roll-back is 15 % of the value's **size** below it;
//! - a baseline that never fell, or is unknown, allows no drawdown: 150 % of the winner's holds, and without that no row.

use super::ExperimentError;
use super::measures::Measures;
use crate::store::{Columns, Store};

/// Share of the improvement over the baseline that must be seen again.
pub const IMPROVEMENT_KEPT: f64 = 0.8;
/// Share of the baseline's win rate that must be held.
pub const WIN_RATE_KEPT: f64 = 0.95;
/// Time of a decision at most, in ms.
pub const LATENCY_MS: f64 = 200.0;
/// Sessions in a row that must hold.
pub const SESSIONS: i64 = 10;
/// Share of what is to be held below which a deployment ends.
pub const ROLL_BACK: f64 = 0.85;
/// Days in a row that end a deployment.
pub const ROLL_BACK_DAYS: i64 = 3;
/// Drawdown that ends a deployment, as a multiple of the baseline's.
pub const DRAWDOWN: f64 = 1.5;
/// Trades below which nothing is judged.
pub const LEAST_TRADES: f64 = 50.0;

/// Whether a value must not fall below or not rise above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Not below.
    AtLeast,
    /// Not above.
    AtMost,
}

impl Comparison {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
        }
    }
}

/// A row of `experiment_thresholds`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Metric.
    pub metric: &'static str,
    /// Which side is good.
    pub comparison: Comparison,
    /// The baseline's value on validation.
    pub baseline: Option<f64>,
    /// The winner's.
    pub winner: Option<f64>,
    /// To be held so many sessions in a row.
    pub promote_at: Option<f64>,
    /// Ends the deployment.
    pub roll_back_at: Option<f64>,
    /// Sessions in a row.
    pub sessions: i64,
}

/// What a deployment has to hold, given the metrics of baseline and winner on validation; see the module.
#[must_use]
pub fn of(baseline: &Measures, winner: &Measures) -> Vec<Threshold> {
    let pair = |metric: &str| {
        let known = |measures: &Measures| measures.get(metric).copied().flatten().filter(|value| value.is_finite());
        (known(baseline), known(winner))
    };
    let row = |metric, comparison, promote_at: Option<f64>, roll_back_at| {
        let (baseline, winner) = pair(metric);
        Threshold { metric, comparison, baseline, winner, promote_at, roll_back_at, sessions: SESSIONS }
    };
    let mut rows = Vec::new();
    for metric in ["sharpe", "precision_long", "hit_ratio"] {
        if let Some(held) = improved(pair(metric)) {
            rows.push(row(metric, Comparison::AtLeast, Some(held), Some(below(held))));
        }
    }
    let (base, won) = pair("win_rate");
    if let Some(held) = base.or(won).map(|rate| WIN_RATE_KEPT * rate) {
        rows.push(row("win_rate", Comparison::AtLeast, Some(held), Some(below(held))));
    }
    let deepest = |fall: &f64| *fall < 0.0;
    let (base, won) = pair("max_drawdown");
    if let Some(held) = base.filter(deepest).or(won.filter(deepest)).map(|fall| DRAWDOWN * fall) {
        rows.push(row("max_drawdown", Comparison::AtLeast, Some(held), Some(held)));
    }
    rows.push(row("latency_ms", Comparison::AtMost, Some(LATENCY_MS), Some(LATENCY_MS / ROLL_BACK)));
    rows.push(row("n_trades", Comparison::AtLeast, Some(LEAST_TRADES), None));
    rows
}

/// Baseline and most of the improvement.
fn improved((baseline, winner): (Option<f64>, Option<f64>)) -> Option<f64> {
    match (baseline, winner) {
        (Some(baseline), Some(winner)) => Some(baseline + IMPROVEMENT_KEPT * (winner - baseline).max(0.0)),
        (Some(baseline), None) => Some(baseline),
        (None, Some(winner)) => Some(winner - (1.0 - IMPROVEMENT_KEPT) * winner.abs()),
        (None, None) => None,
    }
}

/// 15 % of the size below.
fn below(held: f64) -> f64 {
    held - (1.0 - ROLL_BACK) * held.abs()
}

/// Computes and stores the thresholds of an experiment from what its baseline and winner stored as metrics on validation;
/// none without a winner. The caller holds the transaction, in which the winner is named already.
///
/// # Errors
/// Faults of the store.
pub fn settle(db: &Store, experiment_id: &str) -> Result<Vec<Threshold>, ExperimentError> {
    let (mut baseline, mut winner) = (Measures::new(), Measures::new());
    let mut statement = db.conn().prepare(crate::sql!("experiments/settled_metrics"))?;
    let mut rows = statement.query([experiment_id])?;
    while let Some(row) = rows.next()? {
        let side = if row.get(0)? { &mut baseline } else { &mut winner };
        side.insert(row.get(1)?, row.get(2)?);
    }
    let rows = if winner.is_empty() { Vec::new() } else { of(&baseline, &winner) };
    store(db, experiment_id, &rows)?;
    Ok(rows)
}

/// Stores the thresholds of an experiment in place of those it had; the caller holds the transaction.
///
/// # Errors
/// Faults of the store.
pub fn store(store: &Store, experiment_id: &str, rows: &[Threshold]) -> Result<(), ExperimentError> {
    store.conn().execute(crate::sql!("experiments/delete_thresholds"), [experiment_id])?;
    let column = |value: fn(&Threshold) -> Option<f64>| rows.iter().map(move |row| value(row).unwrap_or(f64::NAN));
    Columns::new()
        .text("experiment_id", std::iter::repeat_n(experiment_id, rows.len()))
        .text("metric", rows.iter().map(|row| row.metric))
        .text("comparison", rows.iter().map(|row| row.comparison.as_str()))
        .f64("baseline", column(|row| row.baseline))
        .f64("winner", column(|row| row.winner))
        .f64("promote_at", column(|row| row.promote_at))
        .f64("roll_back_at", column(|row| row.roll_back_at))
        .i64("sessions", rows.iter().map(|row| row.sessions))
        .append_to(store, "experiment_thresholds")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measures(values: &[(&str, f64)]) -> Measures {
        values.iter().map(|(name, value)| ((*name).to_string(), Some(*value))).collect()
    }

    fn row(baseline: &[(&str, f64)], winner: &[(&str, f64)], metric: &str) -> Option<(f64, Option<f64>)> {
        let rows = of(&measures(baseline), &measures(winner));
        let found = rows.into_iter().find(|row| row.metric == metric)?;
        Some((found.promote_at.unwrap(), found.roll_back_at))
    }

    fn near(found: Option<(f64, Option<f64>)>, promote_at: f64, roll_back_at: f64) {
        let (held, ends) = found.unwrap();
        assert!((held - promote_at).abs() < 1e-12, "{held} for {promote_at}");
        assert!((ends.unwrap() - roll_back_at).abs() < 1e-12, "{ends:?} for {roll_back_at}");
    }

    #[test]
    fn most_of_the_improvement_is_to_be_seen_again() {
        // 1.45 + 0.8 (1.92 - 1.45) = 1.826, and 0.85 of it.
        near(row(&[("sharpe", 1.45)], &[("sharpe", 1.92)], "sharpe"), 1.826, 1.5521);
        near(row(&[("precision_long", 0.5)], &[("precision_long", 0.6)], "precision_long"), 0.58, 0.493);
        // From -1 to 1: -1 + 0.8 x 2.
        near(row(&[("sharpe", -1.0)], &[("sharpe", 1.0)], "sharpe"), 0.6, 0.51);
        // From -2 to -1: -1.2, and 15 % of its size below.
        near(row(&[("sharpe", -2.0)], &[("sharpe", -1.0)], "sharpe"), -1.2, -1.38);
    }

    #[test]
    fn what_is_no_better_must_hold_the_baseline() {
        near(row(&[("hit_ratio", 0.6)], &[("hit_ratio", 0.5)], "hit_ratio"), 0.6, 0.51);
        near(row(&[("sharpe", 1.0)], &[], "sharpe"), 1.0, 0.85);
    }

    #[test]
    fn what_is_unknown_makes_no_number_up() {
        near(row(&[], &[("sharpe", 2.0)], "sharpe"), 1.6, 1.36);
        near(row(&[], &[("sharpe", -2.0)], "sharpe"), -2.4, -2.76);
        let unknown: Measures = [("sharpe".to_string(), None), ("hit_ratio".to_string(), Some(f64::NAN))].into();
        let rows = of(&unknown, &Measures::new());
        let metrics: Vec<&str> = rows.iter().map(|row| row.metric).collect();
        assert_eq!(metrics, ["latency_ms", "n_trades"]);
        assert!(rows.iter().all(|row| row.sessions == 10 && row.baseline.is_none() && row.winner.is_none()));
    }

    #[test]
    fn win_rate_drawdown_latency_and_trades() {
        near(row(&[("win_rate", 0.6)], &[("win_rate", 0.9)], "win_rate"), 0.57, 0.4845);
        near(row(&[], &[("win_rate", 0.4)], "win_rate"), 0.38, 0.323);
        near(row(&[("max_drawdown", -0.1)], &[("max_drawdown", -0.3)], "max_drawdown"), -0.15, -0.15);
        near(row(&[("max_drawdown", 0.0)], &[("max_drawdown", -0.2)], "max_drawdown"), -0.3, -0.3);
        assert_eq!(row(&[("max_drawdown", 0.0)], &[("max_drawdown", 0.0)], "max_drawdown"), None);
        near(row(&[], &[], "latency_ms"), 200.0, 200.0 / 0.85);
        assert_eq!(row(&[], &[], "n_trades"), Some((50.0, None)));
    }

    #[test]
    fn rows_are_stored_once() {
        let db = Store::in_memory().unwrap();
        let (baseline, winner) = (measures(&[("sharpe", 1.0)]), measures(&[("sharpe", 2.0)]));
        for _ in 0..2 {
            db.transaction(|| store(&db, "e", &of(&baseline, &winner))).unwrap();
        }
        store(&db, "other", &of(&winner, &winner)).unwrap();
        let all = "SELECT string_agg(concat_ws(' ', metric, comparison, baseline, winner, promote_at, roll_back_at, sessions),
                                     ';' ORDER BY metric) FROM experiment_thresholds WHERE experiment_id = 'e'";
        let text: String = db.conn().query_row(all, [], |row| row.get(0)).unwrap();
        assert_eq!(
            text,
            "latency_ms at_most 200.0 235.29411764705884 10;n_trades at_least 50.0 10;sharpe at_least 1.0 2.0 1.8 1.53 10"
        );
    }
}
