//! `ws experiment best`.

use std::path::PathBuf;

use serde_json::json;

use super::read;
use crate::cli::{Ctx, Failure, Output};
use crate::experiments::apply;

/// Arguments of `best`.
#[derive(Debug, clap::Args)]
pub struct BestArgs {
    /// Experiment: name (the newest of it) or id
    #[arg(value_name = "NAME")]
    name: String,
    /// Write the winner's configuration into this file, for 'ws --config FILE'; no production setting changes
    #[arg(long, value_name = "FILE.toml")]
    apply: Option<PathBuf>,
    /// Replace the file when it is there
    #[arg(long, requires = "apply")]
    force: bool,
}

pub fn run(args: &BestArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let found = read::find(&store, &args.name)?;
    let path = args.apply.clone().unwrap_or_else(|| PathBuf::from(format!("{}.toml", found.name)));
    let id = &found.experiment_id;
    let applied = match &args.apply {
        Some(path) => apply::write(&store, id, path, args.force, ctx.now())?,
        None => apply::configuration(&store, id, &path, ctx.now())?,
    };
    let mut lines = vec![applied.text.trim_end().to_string()];
    if !applied.obstacles.is_empty() {
        lines.push(format!("not to be promoted: {}", applied.obstacles.join(" ").replace("**", "")));
    }
    lines.push(match &args.apply {
        Some(path) => {
            format!("written to {}; no production setting was changed\nnext: {}", path.display(), applied.command)
        }
        None => format!("next: ws experiment best {} --apply {}", found.name, path.display()),
    });
    let document = json!({
        "experiment_id": applied.experiment_id, "trial": applied.trial, "test_run_id": applied.test_run_id,
        "command": applied.command, "words": applied.words, "file": args.apply, "toml": applied.text, "obstacles": applied.obstacles,
    });
    Ok(Output::new(lines.join("\n\n"), document))
}
