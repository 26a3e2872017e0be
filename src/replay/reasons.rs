//! What changed since a run, and which of it explains that it came out otherwise.

use super::ReplayError;
use super::compare::Check;
use super::run::Run;
use crate::domain::Ts;
use crate::store::{Store, params};

/// Everything detectable that changed since a run, a line each.
pub(super) fn changes(store: &Store, run: &Run, code_now: &str) -> Result<Vec<String>, ReplayError> {
    let mut found = Vec::new();
    if run.code_version != code_now {
        found.push(format!("code: ws {} made it, this is ws {code_now}", run.code_version));
    }
    for (symbol, replaced, added, _) in bars(store, run)? {
        if replaced > 0 {
            found.push(format!("bars of {symbol}: {replaced} replaced since, taken from their revisions"));
        }
        if added > 0 {
            found.push(format!("bars of {symbol}: {added} came into its period since, left out"));
        }
    }
    let (actions, snapshots): (i64, i64) = store.conn().query_row(
        crate::sql!("replay/beside_changed"),
        params![run.joined_symbols(), run.inputs_at.0],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if actions > 0 {
        found.push(format!("corporate actions: {actions} added or corrected since, taken as they were"));
    }
    if snapshots > 0 {
        found.push(format!("sentiment: {snapshots} scores fetched since, left out"));
    }
    found.extend(features(store, run)?);
    Ok(found)
}

/// Whether features or labels as stored may be others than the run read, by what is kept track of.
pub(super) fn features_may_differ(changes: &[String]) -> bool {
    changes
        .iter()
        .any(|change| ["bars", "corporate actions", "features", "sentiment"].iter().any(|of| change.starts_with(of)))
}

/// By symbol: bars replaced since, bars that came in since, bars there are.
pub(super) fn bars(store: &Store, run: &Run) -> Result<Vec<(String, i64, i64, i64)>, ReplayError> {
    let as_of = run.data_as_of.unwrap_or(run.inputs_at);
    let mut statement = store.conn().prepare(crate::sql!("replay/bars_changed"))?;
    let interval = run.interval.clone().unwrap_or_default();
    let values = params![run.joined_symbols(), interval, run.inputs_at.0, as_of.0];
    let rows = statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Feature sets that were built again, or no longer follow from their bars.
fn features(store: &Store, run: &Run) -> Result<Vec<String>, ReplayError> {
    let Some(hash) = &run.feature_set_hash else { return Ok(Vec::new()) };
    let mut statement = store.conn().prepare(crate::sql!("replay/features_changed"))?;
    let interval = run.interval.clone().unwrap_or_default();
    let values = params![run.joined_symbols(), interval, hash, run.inputs_at.0];
    let rows = statement
        .query_map(values, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (name, rebuilt, stale) = row?;
        if rebuilt > 0 {
            found.push(format!("features {name}: {rebuilt} of its series were built again since"));
        }
        if stale > 0 {
            found.push(format!("features {name}: {stale} of its series no longer follow from their bars"));
        }
    }
    Ok(found)
}

/// Why a run came out otherwise: what could not be done, what its data lacks, what changed, where it shows.
pub(super) fn reasons(
    store: &Store,
    run: &Run,
    checks: &[Check],
    failure: Option<&str>,
    changes: &[String],
) -> Result<Vec<String>, ReplayError> {
    let differs = |what: &str| checks.iter().any(|check| check.what == what && !check.equal);
    let mut found: Vec<String> = changes.iter().filter(|change| change.starts_with("code")).cloned().collect();
    found.extend(failure.map(|failure| format!("it can't be made again: {failure}")));
    if differs("data fingerprint") || failure.is_some() {
        found.extend(lost(store, run)?);
    }
    found.extend(changes.iter().filter(|change| !change.starts_with("code")).cloned());
    if failure.is_none() {
        found.extend(suspicion(run, checks, changes));
    }
    found.extend(checks.iter().filter_map(|check| check.difference.clone()));
    Ok(found)
}

/// Bars that the run had and the store has no more, as far as the run's own rows tell.
fn lost(store: &Store, run: &Run) -> Result<Vec<String>, ReplayError> {
    let interval = run.interval.clone().unwrap_or_default();
    let mut found = Vec::new();
    for (symbol, _, _, bars) in bars(store, run)? {
        if bars == 0 {
            found.push(format!("bars of {symbol}: there are none left"));
        }
    }
    let values = params![run.run_id, run.joined_symbols(), interval];
    let (n, first): (i64, Option<i64>) =
        store.conn().query_row(crate::sql!("replay/lost_bars"), values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some(first) = first.filter(|_| n > 0) {
        found.push(format!(
            "bars: {n} bar times of the run have no bar any more, the first {}; they were deleted",
            Ts(first)
        ));
    }
    Ok(found)
}

/// What must be the reason where nothing that is kept track of has changed.
fn suspicion(run: &Run, checks: &[Check], changes: &[String]) -> Option<String> {
    let differs = |what: &str| checks.iter().any(|check| check.what == what && !check.equal);
    let symbols = run.symbols.join(", ");
    if differs("data fingerprint") {
        let (of, also) = if run.kind == "backtest" || run.feature_set_hash.is_none() {
            ("bars", "")
        } else {
            ("features, labels or bars", ", or built anew")
        };
        return Some(format!(
            "data: the {of} of {symbols} are not those it read; rows were altered or deleted without a revision{also}"
        ));
    }
    if differs("settings") {
        return Some("settings: its stored parameters, or what they mean to this ws, have changed".into());
    }
    if run.kind == "backtest" && run.model_id.is_some() && differs("predictions") {
        return Some(
            "model: it says something else about the same bars; its features or its weights are not those the run had"
                .into(),
        );
    }
    let is_known = changes.iter().any(|change| !change.starts_with("bars"));
    (!is_known).then(|| "nothing that it was made of has changed: the rows it left behind were altered".into())
}
