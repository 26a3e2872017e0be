//! What `ws explain` tells of an experiment and of its trials.

use serde_json::{Value, json};

use crate::cli::output::{grid, number};
use crate::domain::Ts;
use crate::replay::{ExperimentFacts, Place};

pub(super) fn document(facts: &ExperimentFacts) -> Value {
    let (from, test_from, test_to) = facts.periods;
    let (counts, tries) = (facts.counts, facts.tries_on_data);
    let searched = |(name, domain): &(String, String)| (name.clone(), domain_of(domain));
    json!({
        "experiment_id": facts.experiment_id, "name": facts.name, "status": facts.status, "role": facts.role,
        "searched": facts.searched.iter().map(searched).collect::<serde_json::Map<_, _>>(),
        "scheme": facts.scheme, "folds": facts.folds, "sampler": facts.sampler, "pruner": facts.pruner,
        "objectives": facts.objectives, "directions": facts.directions,
        "dev_from": from.to_string(), "test_from": test_from.to_string(), "test_to": test_to.to_string(),
        "tested_at": facts.tested_at.map(|ts| ts.to_string()), "other_test_looks": facts.other_looks,
        "trials": {
            "all": counts.all, "distinct": counts.distinct, "finished": counts.finished, "pruned": counts.pruned, "failed": counts.failed,
            "infeasible": counts.infeasible, "at_most": facts.max_trials,
        },
        "tries_on_data": {
            "all": tries.all, "distinct": tries.distinct, "trials": tries.trials, "backtests": tries.backtests,
            "campaign_cells": tries.cells,
        },
        "winner_trial": facts.winner, "winner_run_id": facts.winner_run_id, "test_run_id": facts.test_run_id,
        "best_score": facts.best_score, "baseline_score": facts.baseline_score,
        "verdict": facts.verdict, "reason": facts.reason, "place": facts.place.as_ref().map(place),
    })
}

fn place(place: &Place) -> Value {
    json!({
        "trial": place.trial, "rank": place.rank, "ranked": place.ranked, "is_winner": place.is_winner,
        "is_feasible": place.is_feasible, "score": place.score, "violation": place.violation, "steps": place.steps,
        "rows_kept": place.kept,
    })
}

/// A stored domain as JSON; text where it can't be read.
fn domain_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// A table of what was asked and what it came to.
pub(super) fn human(facts: &ExperimentFacts) -> String {
    let (counts, tries) = (facts.counts, facts.tries_on_data);
    let (from, test_from, test_to) = facts.periods;
    let searched: Vec<&str> = facts.searched.iter().map(|(name, _)| name.as_str()).collect();
    let mut rows = vec![("experiment", format!("{} ({}), {}", facts.name, facts.experiment_id, facts.status))];
    match &facts.place {
        Some(own) => rows.extend(of_trial(facts, own)),
        None if facts.role != "itself" => rows.push(("this run", facts.role.clone())),
        None => {}
    }
    rows.extend([
        ("searched", searched.join(", ")),
        ("for", format!("{} ({})", facts.objectives, facts.directions)),
        ("how", format!("{}, pruner {}, {} in {} folds", facts.sampler, facts.pruner, facts.scheme, facts.folds)),
        ("developed on", format!("{from} to {test_from}")),
        ("test period", format!("{test_from} to {test_to}, {}", looks(facts))),
        (
            "trials",
            format!(
                "{}, {} distinct: {} finished, {} pruned, {} failed; {} missed a constraint",
                counts.all, counts.distinct, counts.finished, counts.pruned, counts.failed, counts.infeasible
            ),
        ),
        (
            "tried on these days",
            format!(
                "{} distinct of {}: {} trials, {} backtests, {} cells of campaigns",
                tries.distinct, tries.all, tries.trials, tries.backtests, tries.cells
            ),
        ),
        ("winner", winner(facts)),
    ]);
    if let (Some(verdict), Some(reason)) = (&facts.verdict, &facts.reason) {
        rows.push(("could it be luck?", format!("{verdict}: {reason}")));
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(key, value)| vec![key.to_string(), value]).collect();
    grid(&["", ""], &[], &rows).trim_start_matches('\n').to_string()
}

fn looks(facts: &ExperimentFacts) -> String {
    let own = facts.tested_at.map_or_else(|| "not looked at".to_string(), |ts: Ts| format!("looked at {ts}"));
    match facts.other_looks {
        0 => own,
        others => format!("{own}, and by {others} other experiments"),
    }
}

fn winner(facts: &ExperimentFacts) -> String {
    let (best, baseline) = (number(facts.best_score), number(facts.baseline_score));
    match facts.winner {
        Some(trial) => format!("trial {trial}, {best} where the baseline has {baseline}"),
        None => format!("none; the baseline has {baseline}"),
    }
}

/// The place of a trial among the others.
fn of_trial(facts: &ExperimentFacts, own: &Place) -> Vec<(&'static str, String)> {
    let called =
        if own.trial == 0 { "the baseline".to_string() } else { format!("{} of {}", own.trial, facts.counts.all) };
    let rank = match (own.trial, own.rank) {
        (0, _) => "none: the baseline takes no part".into(),
        (_, Some(rank)) => {
            let won = if own.is_winner { ", and the winner" } else { "" };
            format!("{rank} of the {} that could win{won}", own.ranked)
        }
        (_, None) => "none: it could not win".to_string(),
    };
    let missed = if own.violation > 0.0 { number(Some(own.violation)) } else { "no constraint".into() };
    vec![
        ("trial", called),
        ("rank", rank),
        ("score", format!("{} after {} steps, missed {missed}", number(own.score), own.steps)),
        ("rows kept", own.kept.to_string()),
    ]
}
