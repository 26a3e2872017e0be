//! The story of a run: what it is, what it was made of, what it rests on, what came of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::{Artifact, Audited, Input, Metric, ModelFacts, Parameter, Relative, Story};
use super::{ReplayError, Run, experiment, reasons};
use crate::backtest::{Config, Learned, ModelRef};
use crate::domain::Ts;
use crate::store::{Store, duckdb, params, runs, tries};

/// Tells the story of the run that a word names; the store is only read.
///
/// # Errors
/// A word that names no run or several; faults of the store.
pub fn explain(store: &Store, given: &str) -> Result<Story, ReplayError> {
    let run = Run::find(store, given)?;
    let inputs = inputs(store, &run)?;
    let (trials, backtests) = tried(store, &run)?;
    let feature_set = match &run.feature_set_hash {
        Some(hash) => store.conn().query_row(crate::sql!("replay/set_name"), [hash], |row| row.get(0))?,
        None => None,
    };
    let mut story = Story {
        ancestors: all(store, crate::sql!("replay/ancestors"), &run.run_id, relative)?,
        children: all(store, crate::sql!("replay/children"), &run.run_id, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?,
        cell_of: all(store, crate::sql!("replay/cell_of"), &run.run_id, |row| Ok((row.get(0)?, row.get(1)?)))?.pop(),
        audits: all(store, crate::sql!("report/audits"), &run.run_id, audited)?,
        model: match &run.model_id {
            Some(model) => all(store, crate::sql!("replay/model_facts"), model, model_facts)?.pop(),
            None => None,
        },
        metrics: all(store, crate::sql!("replay/final_metrics"), &run.run_id, |row| {
            Ok(Metric { split: row.get(0)?, key: row.get(1)?, value: row.get(2)? })
        })?,
        artifacts: all(store, crate::sql!("replay/artifacts"), &run.run_id, |row| {
            Ok(Artifact { name: row.get(0)?, sha256: row.get(1)?, bytes: row.get(2)? })
        })?,
        params: parameters(&run),
        experiment: experiment::of(store, &run)?,
        changes: reasons::changes(store, &run, &runs::code_version())?,
        inputs,
        feature_set,
        marks: Vec::new(),
        trials,
        backtests,
        next: Vec::new(),
        run,
    };
    story.marks = marks(&story);
    story.next = next(&story);
    Ok(story)
}

/// Every row of a statement about one key.
fn all<T>(
    store: &Store,
    sql: &str,
    key: &str,
    row: impl FnMut(&duckdb::Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, ReplayError> {
    let mut statement = store.conn().prepare(sql)?;
    let rows = statement.query_map([key], row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn relative(row: &duckdb::Row<'_>) -> duckdb::Result<Relative> {
    Ok(Relative {
        run_id: row.get(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        status: row.get(3)?,
        started_at: row.get::<_, Option<i64>>(4)?.map(Ts),
    })
}

fn audited(row: &duckdb::Row<'_>) -> duckdb::Result<Audited> {
    Ok(Audited {
        subject: row.get(0)?,
        name: row.get(1)?,
        passed: row.get(2)?,
        cuts: row.get(3)?,
        alarms: row.get(4)?,
        date: row.get(5)?,
    })
}

fn model_facts(row: &duckdb::Row<'_>) -> duckdb::Result<ModelFacts> {
    let (name, version, manifest): (String, i32, String) = (row.get(1)?, row.get(2)?, row.get(6)?);
    Ok(ModelFacts {
        model_id: row.get(0)?,
        name: format!("{name}@{version}"),
        kind: row.get(3)?,
        run_id: row.get(4)?,
        sha256: row.get(5)?,
        manifest: serde_json::from_str(&manifest).unwrap_or(Value::Null),
    })
}

/// Bounds that `make_timestamp` takes (years 1 to 9999).
const MIN_MICROS: i64 = -62_135_596_800_000_000;
const MAX_MICROS: i64 = 253_402_300_799_000_000;

impl Run {
    /// Bar starts that it was about: the first, and the end, which is not included.
    fn period(&self) -> (i64, i64) {
        let bound = |keys: [&str; 2]| keys.iter().find_map(|key| Ts::parse(self.params.get(*key)?));
        let from = bound(["from", "test_start"]).map_or(MIN_MICROS, |ts| ts.0);
        // The last test bar belongs to the test.
        let to = bound(["to", "to"]).or_else(|| bound(["test_end", "test_end"]).map(|ts| ts.plus(1)));
        (from, to.map_or(MAX_MICROS, |ts| ts.0))
    }
}

fn inputs(store: &Store, run: &Run) -> Result<Vec<Input>, ReplayError> {
    if run.symbols.is_empty() {
        return Ok(Vec::new());
    }
    let (from, to) = run.period();
    let interval = run.interval.clone().unwrap_or_default();
    let as_of = run.data_as_of.map_or(MAX_MICROS, |ts| ts.0);
    let mut statement = store.conn().prepare(crate::sql!("replay/inputs"))?;
    let values = params![run.joined_symbols(), interval, run.inputs_at.0, from, to, as_of];
    let rows = statement.query_map(values, |row| {
        Ok(Input {
            symbol: row.get(0)?,
            bars: row.get(1)?,
            first: row.get::<_, Option<i64>>(2)?.map(Ts),
            last: row.get::<_, Option<i64>>(3)?.map(Ts),
            sources: row.get(4)?,
            adjustments: row.get(5)?,
            is_synthetic: row.get(6)?,
            replaced: 0,
            added: 0,
        })
    })?;
    let mut found: Vec<Input> = rows.collect::<Result<_, _>>()?;
    let changed: BTreeMap<String, (i64, i64)> = reasons::bars(store, run)?
        .into_iter()
        .map(|(symbol, replaced, added, _)| (symbol, (replaced, added)))
        .collect();
    for input in &mut found {
        (input.replaced, input.added) = changed.get(&input.symbol).copied().unwrap_or_default();
    }
    Ok(found)
}

/// How many trials (its own among them), and how many other backtests, were made on the same data.
fn tried(store: &Store, run: &Run) -> Result<(i64, i64), ReplayError> {
    let (Some(interval), false) = (&run.interval, run.symbols.is_empty()) else { return Ok((0, 0)) };
    let as_of = run.data_as_of.map_or(MAX_MICROS, |ts| ts.0);
    let (symbols, from) = (run.joined_symbols(), run.period().0);
    let trials = tries::on(store, &symbols, (Ts(from), Ts(as_of)))?.trials;
    let values = params![run.run_id, symbols, interval, from, as_of];
    Ok((trials, store.conn().query_row(crate::sql!("replay/tried"), values, |row| row.get(0))?))
}

/// The parameters of a run, those that were chosen first.
fn parameters(run: &Run) -> Vec<Parameter> {
    let defaults = defaults(run).unwrap_or_default();
    let parameter = |(key, value): (&String, &String)| Parameter {
        key: key.clone(),
        value: value.clone(),
        default: defaults.get(key).cloned(),
    };
    let mut found: Vec<Parameter> = run.params.iter().map(parameter).collect();
    found.sort_by_key(|parameter| !parameter.is_chosen());
    found
}

/// What a backtest of the same strategies would have been told by default.
fn defaults(run: &Run) -> Option<BTreeMap<String, String>> {
    let strategies: Vec<&str> = run.strategy.as_deref()?.split(',').collect();
    let symbols = run.checked_symbols().ok()?;
    let mut config = Config::new("", symbols, run.checked_interval().ok()?).with_strategies(&strategies);
    if strategies.contains(&"model") {
        let (model_id, none) = (run.model_id.clone().unwrap_or_default(), String::new);
        config.model = Some(ModelRef { model_id, parent_run_id: none(), feature_set_hash: none() });
        config.learned = Learned::restore(&run.params).ok()?;
    }
    let periods = run.params.get("periods_per_year").and_then(|text| text.parse().ok())?;
    let mut defaults = config.check().ok()?.run_params(periods);
    defaults.extend([("from".to_string(), "open".to_string()), ("to".to_string(), "open".to_string())]);
    Some(defaults)
}

/// What a reader must know before believing any number of the run.
fn marks(story: &Story) -> Vec<String> {
    let (run, mut found) = (&story.run, Vec::new());
    let has = |key: &str, value: &str| run.params.get(key).is_some_and(|own| own == value);
    match (run.status.as_str(), &run.error) {
        ("finished", _) => {}
        ("pruned", _) => {
            found.push("PRUNED: it was stopped early; its numbers cover the first part of the time only".into())
        }
        (status, None) => found.push(format!("{}: it is not finished", status.to_uppercase())),
        (status, Some(error)) => found.push(format!("{}: {error}", status.to_uppercase())),
    }
    if story.inputs.iter().any(|input| input.is_synthetic) {
        found.push("SYNTHETIC: its bars are simulated; no market looked like this".into());
    }
    if has("in_sample", "true") {
        found.push("IN-SAMPLE: the model has seen these bars; the result says nothing about the future".into());
    }
    if has("audit", "none") {
        found.push("UNAUDITED: nothing proves that its signals do not see ahead".into());
    }
    for audit in &story.audits {
        let (subject, name) = (&audit.subject, &audit.name);
        match audit.passed {
            Some(true) => {}
            Some(false) => found.push(format!("SEES AHEAD: {subject} {name}; its results mean nothing")),
            None => found
                .push(format!("NOT AUDITED: {subject} {name}; 'ws audit lookahead' proves that nothing sees ahead")),
        }
    }
    found.extend(story.experiment.iter().flat_map(experiment::marks));
    if story.trials > 0 {
        found.push(format!(
            "SEARCHED: {} trials were made on the same data; the best of many looks good by luck",
            story.trials
        ));
    }
    found
}

fn next(story: &Story) -> Vec<String> {
    let (run, id) = (&story.run, &story.run.run_id);
    match run.kind.as_str() {
        "backtest" => {
            vec![format!("ws replay {id}"), format!("ws report {id} --out report"), format!("ws montecarlo {id}")]
        }
        "campaign" => {
            vec![format!("ws query campaign_cells --param campaign={id}"), format!("ws campaign --resume {id}")]
        }
        "experiment" => {
            let (facts, name) = (story.experiment.as_ref(), run.name.as_deref().unwrap_or(id));
            let replayed = |run: &String| format!("ws replay {run}");
            let winner = facts.and_then(|facts| facts.winner_run_id.as_ref()).map(replayed);
            let test = facts.and_then(|facts| facts.test_run_id.as_ref()).map(replayed);
            let verb = if run.status == "finished" { "show" } else { "resume" };
            std::iter::once(format!("ws experiment {verb} {name}")).chain(winner).chain(test).collect()
        }
        "trial" => {
            let facts = story.experiment.as_ref();
            let test = facts.filter(|facts| facts.place.is_some_and(|place| place.is_winner));
            let test = test.and_then(|facts| facts.test_run_id.as_ref()).map(|run| format!("ws explain {run}"));
            let show = facts.map(|facts| format!("ws experiment show {}", facts.name));
            std::iter::once(format!("ws replay {id}")).chain(show).chain(test).collect()
        }
        "train" | "evaluate" => {
            let model = run.model_id.as_deref().unwrap_or(id);
            let then = if run.kind == "train" { "evaluate" } else { "backtest" };
            vec![
                format!("ws replay {id}"),
                format!("ws {then} --model {model}"),
                format!("ws report {id} --out report"),
            ]
        }
        _ => vec![format!("ws report {id} --out report")],
    }
}
