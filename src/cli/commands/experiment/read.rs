//! `ws experiment list`, `show`, `best` and `compare`: what the views say.

use serde_json::{Value, json};

use crate::cli::output::{grid, number, percent, result_grid};
use crate::cli::{Ctx, Failure, Output};
use crate::domain::nearest;
use crate::store::Store;
use crate::store::experiments::{self, Experiment};
use crate::store::query::{self, Table};

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Experiments shown, the newest first
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
}

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Experiment: name (the newest of it) or id
    #[arg(value_name = "NAME")]
    name: String,
    /// Trials shown, the best first
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    trials: u32,
}

/// Arguments of `compare`.
#[derive(Debug, clap::Args)]
pub struct CompareArgs {
    /// Experiments: name (the newest of it) or id
    #[arg(value_name = "NAME", required = true, num_args = 2..)]
    names: Vec<String>,
}

/// An experiment for people and as a document.
pub struct Told {
    pub human: String,
    pub json: Value,
}

/// The experiment of a name.
pub fn find(store: &Store, given: &str) -> Result<Experiment, Failure> {
    if let Some(found) = experiments::find(store, given)? {
        return Ok(found);
    }
    let known = experiments::newest(store, 8)?;
    let hint = match nearest(given, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean '{near}'?"),
        None if known.is_empty() => "the store has none: ws experiment run SPEC.toml".into(),
        None => format!("the newest are {}", known.join(", ")),
    };
    let shown: String = given.chars().take(60).collect();
    Err(Failure::refused(format!("no experiment '{shown}'")).hint(hint))
}

fn ask(store: &Store, sql: &str, values: &[&str]) -> Result<Table, Failure> {
    let values: Vec<Option<String>> = values.iter().map(|value| Some((*value).to_string())).collect();
    Ok(query::run(store, sql, &values)?)
}

pub fn list(args: &ListArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let table = ask(&store, crate::sql!("cli/experiments"), &[&args.limit.to_string()])?;
    if table.is_empty() {
        return Ok(Output::new("the store has no experiments; begin one: ws experiment run SPEC.toml", json!([])));
    }
    Ok(Output::new(result_grid(&table)?, Value::Array(table.json_rows())))
}

pub fn show(args: &ShowArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let experiment = find(&store, &args.name)?;
    let told = told(&store, &experiment.experiment_id, args.trials)?;
    Ok(Output::new(told.human, told.json))
}

/// Everything a reader wants to know of an experiment at once.
pub fn told(store: &Store, experiment_id: &str, trials: u32) -> Result<Told, Failure> {
    let summary = ask(store, crate::sql!("cli/experiment_summary"), &[experiment_id])?.json_rows().pop();
    let summary = summary.ok_or_else(|| Failure::fault(format!("experiment {experiment_id} has no row")))?;
    let luck = ask(store, crate::sql!("cli/experiment_luck"), &[experiment_id])?;
    let best = ask(store, crate::sql!("cli/experiment_trials"), &[experiment_id, &trials.to_string()])?;
    let sides = ask(store, crate::sql!("cli/experiment_sides"), &[experiment_id])?;
    let failures = ask(store, crate::sql!("cli/experiment_failures"), &[experiment_id])?;
    let mut human =
        vec![heading(&summary), verdict(&summary), result_grid(&sides)?, luck_lines(&summary), result_grid(&best)?];
    if !failures.is_empty() {
        human.push(result_grid(&failures)?);
    }
    human.push(next_steps(&summary));
    let document = json!({
        "experiment_id": experiment_id, "summary": summary, "verdict": summary["verdict"],
        "luck": luck.json_rows(), "sides": sides.json_rows(), "trials": best.json_rows(), "failures": failures.json_rows(),
    });
    Ok(Told { human: human.join("\n\n"), json: document })
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("-")
}

fn heading(summary: &Value) -> String {
    let count = |key: &str| summary[key].as_i64().unwrap_or(0);
    let objectives: Vec<String> = text(summary, "directions")
        .split(',')
        .zip(text(summary, "objectives").split(','))
        .map(|(direction, metric)| format!("{} {}", direction.trim(), metric.trim()))
        .collect();
    let day = |key: &str| text(summary, key).chars().take(10).collect::<String>();
    format!(
        "experiment {} ({})\n{} on {} {}, {}, {}; development {} .. {}, test to {}\n{} trials, {} distinct: {} finished, {} pruned, {} failed, {} \
         missed a constraint ({} s of work)",
        text(summary, "name"),
        text(summary, "experiment_id"),
        text(summary, "strategy"),
        text(summary, "symbols"),
        text(summary, "interval"),
        objectives.join(", "),
        text(summary, "scheme"),
        day("dev_from"),
        day("test_from"),
        day("test_to"),
        count("n_trials"),
        count("n_distinct"),
        count("n_finished"),
        count("n_pruned"),
        count("n_failed"),
        count("n_infeasible"),
        number(summary["seconds"].as_f64()),
    )
}

fn verdict(summary: &Value) -> String {
    format!("could this be luck? {}\n{}", text(summary, "verdict"), text(summary, "reason"))
}

/// The measures in words.
fn luck_lines(summary: &Value) -> String {
    let of = |key: &str| summary[key].as_f64();
    let whole = |key: &str| of(key).map_or_else(|| "-".into(), |value| format!("{value:.0}"));
    let p = |key: &str| of(key).map_or_else(|| "-".into(), |value| format!("{value:.3}"));
    let rows = [
        (
            "deflated Sharpe ratio",
            p("deflated_sharpe"),
            format!(
                "probability of skill after {} distinct of {} tries on these days; 0.95 is asked",
                whole("n_trials_counted"),
                whole("n_tries_counted")
            ),
        ),
        (
            "overfitting (PBO)",
            percent(of("pbo")),
            format!(
                "splits in which the best of one half is no better than the median of the other; own trials {}, with earlier \
                 ones {}",
                percent(of("pbo_own")),
                percent(of("pbo_union"))
            ),
        ),
        (
            "reality check, SPA",
            format!("{}, {}", p("reality_check_p"), p("spa_p")),
            format!(
                "p-values that no trial beats cash; SPA of own trials {}, with earlier ones {}",
                p("spa_p_own"),
                p("spa_p_union")
            ),
        ),
        ("SPA against baseline", p("baseline_spa_p"), "p-value that no trial beats the baseline".into()),
        ("Sharpe, validation", number(of("validation_sharpe")), "of the winner, where it was chosen".into()),
        (
            "Sharpe, test",
            number(of("test_sharpe")),
            format!(
                "of the winner, not seen by the search; {} experiments have looked at this time, {} backtests traded it before",
                whole("test_looks"),
                whole("test_backtests")
            ),
        ),
        ("gap", format!("{} (p {})", number(of("sharpe_gap")), p("sharpe_gap_p")), "validation less test".into()),
        (
            "Sharpe, walked forward",
            number(of("walk_sharpe")),
            "of the choice itself, on days it was not made on".into(),
        ),
        (
            "track record",
            format!("{} of {} days", whole("track_record"), whole("minimum_track_record")),
            "there are, and would be needed".into(),
        ),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, value, detail)| vec![name.into(), value, detail]).collect();
    grid(&["luck", "", ""], &[false, true, false], &rows)
}

fn next_steps(summary: &Value) -> String {
    let name = text(summary, "name");
    match (summary["winner_trial"].as_i64(), text(summary, "status")) {
        (Some(_), _) => format!(
            "next: ws experiment best {name} --apply winner.toml; ws experiment export {name} --out export; ws replay {}",
            text(summary, "winner_run_id")
        ),
        (None, "finished") => "no trial could win: see the states and constraints above".into(),
        (None, _) => format!("next: ws experiment resume {name}"),
    }
}

pub fn compare(args: &CompareArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let mut found = Vec::new();
    for name in &args.names {
        let experiment = find(&store, name)?;
        let row = ask(&store, crate::sql!("cli/experiment_summary"), &[&experiment.experiment_id])?.json_rows().pop();
        found.extend(row);
    }
    let shown = [
        "experiment_id",
        "status",
        "strategy",
        "symbols",
        "interval",
        "scheme",
        "sampler",
        "objectives",
        "n_trials",
        "n_distinct",
        "n_finished",
        "best_score",
        "baseline_score",
        "validation_sharpe",
        "test_sharpe",
        "baseline_test_sharpe",
        "test_return",
        "test_max_drawdown",
        "walk_sharpe",
        "n_trials_counted",
        "n_tries_counted",
        "deflated_sharpe",
        "pbo",
        "pbo_own",
        "pbo_union",
        "reality_check_p",
        "spa_p",
        "spa_p_own",
        "spa_p_union",
        "sharpe_gap",
        "sharpe_gap_p",
        "test_looks",
        "verdict",
    ];
    let cell = |value: &Value| match value {
        Value::Null => "-".to_string(),
        Value::String(text) => text.chars().take(40).collect(),
        Value::Number(value) if value.is_f64() => number(value.as_f64()),
        other => other.to_string(),
    };
    let row =
        |key: &&str| std::iter::once((*key).to_string()).chain(found.iter().map(|row| cell(&row[*key]))).collect();
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    let header: Vec<&str> = std::iter::once("").chain(found.iter().map(|row| text(row, "name"))).collect();
    let numeric: Vec<bool> = (0..header.len()).map(|column| column > 0).collect();
    Ok(Output::new(grid(&header, &numeric, &rows), json!({ "experiments": found })))
}
