//! The story of a run for people.

use serde_json::Value;

use super::experiment;
use crate::cli::output::{grid, number};
use crate::replay::{Audited, Input, ModelFacts, Parameter, Story};

/// Symbols shown one by one.
const SHOWN: usize = 12;

/// Sections under headings, empty ones left out.
pub(super) fn human(story: &Story) -> String {
    let run = &story.run;
    let name = run.name.as_ref().map(|name| format!(" '{name}'")).unwrap_or_default();
    let mut text = format!("{} {}{name}: {}\n{}", run.kind, run.run_id, run.status, identity(story));
    let sections = [
        ("before believing it", lines(&story.marks)),
        ("experiment", story.experiment.as_ref().map(experiment::human).unwrap_or_default()),
        ("what it was made of", data(story)),
        ("what it rests on", lines(&rests_on(story))),
        ("model", story.model.as_ref().map(model).unwrap_or_default()),
        ("asked for", chosen(story)),
        ("by default, or not known to be otherwise", others(story)),
        ("result", metrics(story)),
        ("how often the same data was tried", tried(story)),
        ("files", files(story)),
        ("changed since", lines(&story.changes)),
        ("next", lines(&story.next)),
    ];
    for (heading, body) in sections.iter().filter(|(_, body)| !body.is_empty()) {
        text.push_str(&format!("\n\n{heading}\n{body}"));
    }
    text
}

fn lines(all: &[String]) -> String {
    all.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

/// When, by what, from what.
fn identity(story: &Story) -> String {
    let run = &story.run;
    let mut rows = vec![
        vec!["began".into(), run.started_at.to_string()],
        vec!["ended".into(), or_dash(run.ended_at)],
        vec!["made by".into(), format!("ws {}", run.code_version)],
        vec!["seed".into(), or_dash(run.seed)],
    ];
    rows.extend(run.strategy.as_ref().map(|strategy| vec!["strategy".into(), strategy.clone()]));
    for parent in &story.ancestors {
        let name = parent.name.as_ref().map(|name| format!(" '{name}'")).unwrap_or_default();
        rows.push(vec!["follows from".into(), format!("{} {}{name}, {}", parent.kind, parent.run_id, parent.status)]);
    }
    if let Some((campaign, cell)) = &story.cell_of {
        rows.push(vec!["cell".into(), format!("{cell} of campaign {campaign}")]);
    }
    for (kind, status, n) in &story.children {
        rows.push(vec!["followed by".into(), format!("{n} {kind} ({status})")]);
    }
    grid(&["", ""], &[], &rows).trim_start_matches('\n').to_string()
}

fn data(story: &Story) -> String {
    let run = &story.run;
    if story.inputs.is_empty() {
        return String::new();
    }
    let total: i64 = story.inputs.iter().map(|input| input.bars).sum();
    let mut text = format!(
        "  {total} bars of {} symbols at {}, known by {}\n  fingerprint {}\n",
        story.inputs.len(),
        or_dash(run.interval.as_ref()),
        or_dash(run.data_as_of),
        or_dash(run.data_fingerprint.as_ref())
    );
    let rows: Vec<Vec<String>> = story.inputs.iter().take(SHOWN).map(series).collect();
    let columns = ["symbol", "bars", "first", "last", "source", "adjustment", "replaced since", "added since"];
    text.push_str(&grid(&columns, &[false, true, false, false, false, false, true, true], &rows));
    let more = story.inputs.len().saturating_sub(SHOWN);
    if more > 0 {
        text.push_str(&format!("\n  .. and {more} more symbols (all of them: --json)"));
    }
    text
}

fn series(input: &Input) -> Vec<String> {
    vec![
        input.symbol.clone(),
        input.bars.to_string(),
        or_dash(input.first),
        or_dash(input.last),
        input.sources.clone(),
        input.adjustments.clone(),
        input.replaced.to_string(),
        input.added.to_string(),
    ]
}

/// Features and labels, and whether anything proves that they do not see ahead.
fn rests_on(story: &Story) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(hash) = &story.run.feature_set_hash {
        found.push(format!("features {}, version {hash}", or_dash(story.feature_set.as_ref())));
    }
    found.extend(story.run.params.get("label_set").map(|labels| format!("labels {labels}")));
    found.extend(story.run.params.get("signals").map(|name| format!("statement {name}")));
    found.extend(story.audits.iter().map(audit));
    found
}

fn audit(audit: &Audited) -> String {
    let (subject, name, date) = (&audit.subject, &audit.name, or_dash(audit.date.as_ref()));
    let cuts = audit.cuts.unwrap_or_default();
    match audit.passed {
        Some(true) => format!("audit of {subject} {name}: passed, {cuts} cuts ({date})"),
        Some(false) => {
            let alarms = audit.alarms.unwrap_or_default();
            format!("audit of {subject} {name}: FAILED, {alarms} columns saw ahead at {cuts} cuts ({date})")
        }
        None => format!("audit of {subject} {name}: never made"),
    }
}

fn model(model: &ModelFacts) -> String {
    let fact = |key: &str| match &model.manifest[key] {
        Value::Null => "-".to_string(),
        Value::String(text) => text.clone(),
        Value::Number(found) if found.is_f64() => number(found.as_f64()),
        other => other.to_string(),
    };
    let period = |name: &str| format!("{} to {}", fact(&format!("{name}_start")), fact(&format!("{name}_end")));
    let rows = [
        ("model", format!("{} ({}), {}", model.model_id, model.name, model.kind)),
        ("trained by", model.run_id.clone()),
        ("trained on", period("train")),
        ("validated on", period("valid")),
        ("untouched test", period("test")),
        ("threshold", fact("threshold")),
        ("weights", model.sha256.clone()),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(key, value)| vec![key.to_string(), value]).collect();
    grid(&["", ""], &[], &rows).trim_start_matches('\n').to_string()
}

fn chosen(story: &Story) -> String {
    let rows: Vec<Vec<String>> = story
        .params
        .iter()
        .filter(|parameter| parameter.is_chosen())
        .map(|parameter| vec![parameter.key.clone(), parameter.value.clone(), or_dash(parameter.default.as_ref())])
        .collect();
    if rows.is_empty() { String::new() } else { grid(&["parameter", "value", "default"], &[], &rows) }
}

fn others(story: &Story) -> String {
    let others = story.params.iter().filter(|parameter| !parameter.is_chosen());
    let rows: Vec<Vec<String>> = others.map(|Parameter { key, value, .. }| vec![key.clone(), value.clone()]).collect();
    if rows.is_empty() { String::new() } else { grid(&["parameter", "value"], &[], &rows) }
}

fn metrics(story: &Story) -> String {
    let rows: Vec<Vec<String>> = story
        .metrics
        .iter()
        .map(|metric| {
            let is_count = metric.key == "n" || metric.key.starts_with("n_");
            let count = metric.value.filter(|_| is_count).map(|value| format!("{value:.0}"));
            vec![metric.split.clone(), metric.key.clone(), count.unwrap_or_else(|| number(metric.value))]
        })
        .collect();
    if rows.is_empty() { String::new() } else { grid(&["split", "metric", "value"], &[false, false, true], &rows) }
}

fn tried(story: &Story) -> String {
    if story.inputs.is_empty() {
        return String::new();
    }
    format!("  {} trials of searches, {} other backtests", story.trials, story.backtests)
}

fn files(story: &Story) -> String {
    let rows: Vec<Vec<String>> = story
        .artifacts
        .iter()
        .map(|artifact| vec![artifact.name.clone(), artifact.bytes.to_string(), artifact.sha256.clone()])
        .collect();
    if rows.is_empty() { String::new() } else { grid(&["file", "bytes", "SHA-256"], &[false, true], &rows) }
}
