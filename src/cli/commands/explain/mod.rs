//! `ws explain`.

mod experiment;
mod text;

use serde_json::{Value, json};

use crate::cli::{Ctx, Failure, Output};
use crate::domain::Ts;
use crate::replay::{self, Audited, Input, ModelFacts, Parameter, Relative, Story};

/// Tell the whole story of a run: inputs, lineage, audits, trials, result, what changed since
///
/// What it is and when which program made it; what it follows from, up to the root, and what follows from it; the bars
/// behind it as they were, with their source, fingerprint and what was replaced since; features, labels, model and
/// whether their look-ahead audits passed; its parameters, those that were chosen first; its metrics; how many trials
/// and backtests were made on the same data; of an experiment what it searched and came to, of a trial its place there;
/// and what a reader must know before believing it. For any kind of run, finished or not. Changes nothing in the store.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// Run: id, the beginning of it, or its name
    #[arg(value_name = "RUN")]
    run: String,
}

pub fn run(args: &ExplainArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let story = replay::explain(&store, &args.run)?;
    Ok(Output::new(text::human(&story), document(&story)))
}

fn document(story: &Story) -> Value {
    let run = &story.run;
    let children: Vec<Value> =
        story.children.iter().map(|(kind, status, n)| json!({ "kind": kind, "status": status, "n": n })).collect();
    json!({
        "run_id": run.run_id, "kind": run.kind, "mode": run.mode, "name": run.name, "status": run.status, "error": run.error,
        "started_at": run.started_at.to_string(), "ended_at": time(run.ended_at), "code_version": run.code_version,
        "seed": run.seed, "strategy": run.strategy, "interval": run.interval, "symbols": run.symbols,
        "ancestors": story.ancestors.iter().map(relative).collect::<Vec<_>>(), "children": children,
        "cell_of": story.cell_of.as_ref().map(|(campaign, cell)| json!({ "campaign": campaign, "cell": cell })),
        "marks": story.marks, "experiment": story.experiment.as_ref().map(experiment::document),
        "data": {
            "bars": story.inputs.iter().map(|input| input.bars).sum::<i64>(),
            "is_synthetic": story.inputs.iter().any(|input| input.is_synthetic),
            "fingerprint": run.data_fingerprint, "as_of": time(run.data_as_of),
            "series": story.inputs.iter().map(input).collect::<Vec<_>>(),
        },
        "feature_set": run.feature_set_hash.as_ref().map(|hash| json!({ "name": story.feature_set, "hash": hash })),
        "label_set": run.params.get("label_set"),
        "audits": story.audits.iter().map(audited).collect::<Vec<_>>(),
        "model": story.model.as_ref().map(model),
        "params": story.params.iter().map(parameter).collect::<Vec<_>>(),
        "metrics": metrics(story), "tried": { "trials": story.trials, "backtests": story.backtests },
        "artifacts": story.artifacts.iter().map(|artifact| {
            json!({ "name": artifact.name, "sha256": artifact.sha256, "bytes": artifact.bytes })
        }).collect::<Vec<_>>(),
        "changes": story.changes, "next": story.next,
    })
}

fn time(ts: Option<Ts>) -> Option<String> {
    ts.map(|ts| ts.to_string())
}

fn relative(run: &Relative) -> Value {
    json!({ "run_id": run.run_id, "kind": run.kind, "name": run.name, "status": run.status,
            "started_at": time(run.started_at) })
}

fn input(input: &Input) -> Value {
    json!({ "symbol": input.symbol, "bars": input.bars, "first": time(input.first), "last": time(input.last),
            "sources": input.sources, "adjustments": input.adjustments, "is_synthetic": input.is_synthetic,
            "replaced_since": input.replaced, "added_since": input.added })
}

fn audited(audit: &Audited) -> Value {
    json!({ "subject": audit.subject, "name": audit.name, "passed": audit.passed, "cuts": audit.cuts,
            "alarms": audit.alarms, "date": audit.date })
}

fn model(model: &ModelFacts) -> Value {
    json!({ "model_id": model.model_id, "name": model.name, "kind": model.kind, "run_id": model.run_id,
            "sha256": model.sha256, "manifest": model.manifest })
}

fn parameter(parameter: &Parameter) -> Value {
    json!({ "key": parameter.key, "value": parameter.value, "default": parameter.default,
            "chosen": parameter.default.is_some().then(|| parameter.is_chosen()) })
}

/// By split, then by name.
fn metrics(story: &Story) -> Value {
    let mut splits = serde_json::Map::new();
    for metric in &story.metrics {
        let split = splits.entry(metric.split.clone()).or_insert_with(|| json!({}));
        split[metric.key.as_str()] = json!(metric.value);
    }
    Value::Object(splits)
}
