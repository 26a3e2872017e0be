//! `ws replay`.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::output::grid;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::replay::{self, Check, ReplayError, Replayed, Request};

/// Make a run again and compare: the same to the last digit, or what changed
///
/// Backtests (cells of campaigns too), training runs, evaluations and trials of experiments (NAME/7, whether they finished,
/// were pruned or failed) are made again in memory with their stored parameters. Bars are taken as they were when the run began: replaced ones from their revisions, later ones left out.
/// Everything that comes out is held against what is stored: fingerprint of the data, parameters, weights, and every row
/// of equity, daily returns, orders, fills, trades, traces and predictions bit by bit; metrics to 1e-9 of their size, those
/// of trials bit by bit too. A trial reads what its experiment read when that began, and stops where it was stopped.
/// Exit status 0: reproduced exactly; 1: it differs, the reasons first. Changes nothing in the store.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// Run: id, the beginning of it, or its name
    #[arg(value_name = "RUN")]
    run: String,
    /// Statement behind the signals of a SQL strategy, for runs whose store does not have its text [default: the text
    /// kept with the run]
    #[arg(long, value_name = "FILE.sql")]
    signals: Option<PathBuf>,
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &ReplayArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| Failure::fault(format!("{}: {error}", path.display())))
    };
    let statement = args.signals.as_ref().map(read).transpose()?;
    let request = Request { run: &args.run, statement: statement.as_deref() };
    let replayed = replay::replay(&store, &request, ctx.progress())?;
    let exit = if replayed.reproduced { Exit::Done } else { Exit::Refused };
    Ok(Output::new(human(&replayed), document(&replayed)).exit(exit))
}

fn human(replayed: &Replayed) -> String {
    let run = &replayed.run;
    let verdict = if replayed.reproduced { "reproduced exactly" } else { "DIFFERS" };
    let mut text = format!("{} {}: {verdict}", run.kind, run.run_id);
    for reason in &replayed.reasons {
        text.push_str(&format!("\n  {reason}"));
    }
    if !replayed.checks.is_empty() {
        let rows: Vec<Vec<String>> = replayed.checks.iter().map(row).collect();
        text.push_str(&format!("\n\n{}", grid(&["what", "stored", "now", "equal"], &[false, true, true], &rows)));
    }
    text.push_str(&format!("\n\ncode: ws {} then, ws {} now", run.code_version, replayed.code_now));
    if replayed.reproduced {
        let other = replayed.changes.iter().filter(|change| !change.starts_with("code"));
        other.for_each(|change| text.push_str(&format!("\nchanged since, without effect here: {change}")));
    }
    text.push_str(&format!("\nnext: ws explain {}", run.run_id));
    text
}

fn row(check: &Check) -> Vec<String> {
    // Hashes are told in full with --json.
    let shown =
        |text: &String| if text.len() > 40 { format!("{}..", &text.get(..12).unwrap_or(text)) } else { text.clone() };
    let equal = if check.equal { "yes" } else { "NO" };
    vec![check.what.clone(), shown(&check.stored), shown(&check.now), equal.into()]
}

fn document(replayed: &Replayed) -> Value {
    let checks: Vec<Value> = replayed
        .checks
        .iter()
        .map(|check| {
            json!({ "what": check.what, "stored": check.stored, "now": check.now, "equal": check.equal,
                    "difference": check.difference })
        })
        .collect();
    json!({
        "run_id": replayed.run.run_id, "kind": replayed.run.kind, "reproduced": replayed.reproduced,
        "code_version": { "stored": replayed.run.code_version, "now": replayed.code_now },
        "checks": checks, "reasons": replayed.reasons, "changes": replayed.changes,
    })
}
