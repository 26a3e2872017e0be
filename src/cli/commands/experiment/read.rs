//! `ws experiment list` and `ws experiment show`.

use serde_json::{Value, json};

use crate::cli::output::result_grid;
use crate::cli::{Ctx, Failure, Output};
use crate::domain::nearest;
use crate::store::Store;
use crate::store::experiments::{self, Experiment};
use crate::store::query::{self, Table};

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {}

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Experiment: name (the newest of it) or id
    #[arg(value_name = "NAME")]
    name: String,
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

pub fn list(_: &ListArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let table = ask(&store, crate::sql!("experiments/list"), &[])?;
    if table.is_empty() {
        return Ok(Output::new("the store has no experiments; begin one: ws experiment run SPEC.toml", json!([])));
    }
    Ok(Output::new(result_grid(&table)?, Value::Array(table.json_rows())))
}

pub fn show(args: &ShowArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let experiment = find(&store, &args.name)?;
    let told = told(&store, &experiment.experiment_id)?;
    Ok(Output::new(told.human, told.json))
}

/// Everything a reader wants to know of an experiment at once.
pub fn told(store: &Store, experiment_id: &str) -> Result<Told, Failure> {
    let luck = ask(store, crate::sql!("experiments/luck"), &[experiment_id])?;
    let best = ask(store, crate::sql!("experiments/best"), &[experiment_id])?;
    let human = format!("{}\n\n{}", result_grid(&best)?, result_grid(&luck)?);
    Ok(Told {
        human,
        json: json!({ "experiment_id": experiment_id, "best": best.json_rows(), "luck": luck.json_rows() }),
    })
}
