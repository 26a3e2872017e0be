//! `ws evaluate`.

use serde_json::{Value, json};

use super::model::newest_or;
use super::train::metrics_grid;
use crate::cli::output::{grid, number, result_grid};
use crate::cli::{Ctx, Failure, Output};
use crate::domain::WindowError;
use crate::models::{self, Evaluated};
use crate::store::{Store, query};

/// Judge a model on its untouched test period
///
/// Accuracy, precision, recall, F1, ROC-AUC, PR-AUC, log-loss, the confusion matrix and the threshold sweep, all
/// read from views over the stored predictions.
#[derive(Debug, clap::Args)]
pub struct EvaluateArgs {
    /// Model: id, name or name@version [default: the newest]
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Named window to judge it on instead: one of [windows] in the file of --config, all of it after what the model has seen
    #[arg(long, value_name = "NAME")]
    window: Option<String>,
}

pub fn run(args: &EvaluateArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let window = args.window.as_deref().map(|name| Ok::<_, WindowError>((name, ctx.config.windows.find(name)?)));
    let window = window.transpose()?;
    let store = ctx.open_existing()?;
    let model = newest_or(&store, args.model.as_deref())?;
    let evaluated = match window {
        Some(window) => models::evaluate_within(&store, &model, window, ctx.now(), ctx.progress())?,
        None => models::evaluate(&store, &model, ctx.now(), ctx.progress())?,
    };
    report(&store, &evaluated)
}

fn report(store: &Store, evaluated: &Evaluated) -> Result<Output, Failure> {
    let run = [Some(evaluated.run_id.clone())];
    let confusion = query::run(store, crate::sql!("cli/confusion"), &run)?;
    let sweep = query::run(store, crate::sql!("cli/threshold_sweep"), &run)?;
    let (from, to) = evaluated.period;
    let mut text = format!(
        "model {} on {} {from} to {to}: {} windows, run {}\n\n",
        evaluated.model_id,
        evaluated.judged_on(),
        evaluated.windows,
        evaluated.run_id
    );
    text.push_str(&metrics_grid(&evaluated.metrics));
    text.push_str(&format!("\n\nconfusion matrix\n{}", result_grid(&confusion)?));
    text.push_str(&format!("\n\nthreshold sweep\n{}", rounded(&sweep.json_rows(), &sweep.columns)));
    for warning in &evaluated.warnings {
        text.push_str(&format!("\n\nwarning: {warning}"));
    }
    text.push_str(&format!("\n\nnext: ws backtest --model {}", evaluated.model_id));
    let document = json!({ "run_id": evaluated.run_id, "model_id": evaluated.model_id, "windows": evaluated.windows,
        "window": evaluated.window, "from": from.to_string(), "to": to.to_string(), "metrics": evaluated.metrics, "confusion_matrix": confusion.json_rows(),
        "threshold_sweep": sweep.json_rows(), "warnings": evaluated.warnings, "seconds": evaluated.seconds });
    Ok(Output::new(text, document))
}

/// Numbers cut to what a reader needs; whole ones stay whole.
fn rounded(rows: &[Value], columns: &[String]) -> String {
    let cell = |value: &Value| match value {
        Value::Number(found) if found.is_f64() => number(found.as_f64()),
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|column| cell(&row[column])).collect()).collect();
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    grid(&names, &vec![true; names.len()], &rows)
}
