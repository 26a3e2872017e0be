//! `ws query`.

use serde_json::json;

use super::sql::{self, Shape};
use crate::cli::output::grid;
use crate::cli::{Ctx, Failure, Output};
use crate::store::guard::Files;
use crate::store::named::{self, NamedQuery, Param};

/// Run a named query; without a name, list them
#[derive(Debug, clap::Args)]
pub struct QueryArgs {
    /// Name of the query
    name: Option<String>,
    /// Parameter as name=value; may be repeated
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Print the SQL instead of running it
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    shape: Shape,
}

/// Splits `name=value`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_string(), value.to_string())),
        _ => Err("expected NAME=VALUE".to_string()),
    }
}

pub fn run(args: &QueryArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let Some(name) = &args.name else { return Ok(list(&named::all())) };
    let query = named::find(name)?;
    if args.show {
        return Ok(Output::new(query.text, json!({ "name": query.name, "sql": query.text })));
    }
    let bound = named::bind(&query, &args.params)?;
    let store = ctx.open_read_only()?;
    sql::answer(&store, &bound.sql, &bound.values, Files::Refused, &args.shape, ctx)
}

fn list(queries: &[NamedQuery]) -> Output {
    let rows: Vec<Vec<String>> = queries
        .iter()
        .map(|query| {
            let params: Vec<String> = query.params.iter().map(signature).collect();
            vec![query.group.into(), query.name.into(), params.join(" "), query.about.clone()]
        })
        .collect();
    let document: Vec<_> = queries
        .iter()
        .map(|query| {
            let params: Vec<_> = query
                .params
                .iter()
                .map(|param| json!({ "name": param.name, "type": param.kind, "required": param.default.is_none(), "default": param.default }))
                .collect();
            json!({ "name": query.name, "group": query.group, "about": query.about, "params": params })
        })
        .collect();
    let text = grid(&["group", "query", "parameters", "answers"], &[], &rows);
    Output::new(text + "\n\nrun one: ws query NAME --param name=value", json!(document))
}

fn signature(param: &Param) -> String {
    match &param.default {
        None => param.name.clone(),
        Some(None) => format!("[{}]", param.name),
        Some(Some(default)) => format!("[{}={default}]", param.name),
    }
}
