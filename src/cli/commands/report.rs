//! `ws report`.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::{Ctx, Exit, Failure, Output};
use crate::report::{self, ReportError};
use crate::store::runs;

/// Write runs as one self-contained HTML page and PNG pictures
///
/// The page needs no network and no other file; it is readable on a phone, in print, light and dark.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Runs: ids, their beginnings, or names given with --name [default: the newest backtest]
    #[arg(value_name = "RUN")]
    runs: Vec<String>,
    /// Folder to write to; made when missing
    #[arg(long, value_name = "DIR", default_value = "report")]
    out: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &ReportArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let chosen = match args.runs.as_slice() {
        [] => runs::newest(&store, "backtest", 1)?,
        given => given.iter().map(|run| runs::find(&store, run)).collect::<Result<_, _>>()?,
    };
    if chosen.is_empty() {
        return Err(Failure::refused("the store has no backtest to report on")
            .hint("run one: ws backtest --strategy sma_cross"));
    }
    let written = report::write(&store, &chosen, &args.out, ctx.now())?;
    if args.open {
        open(&written.html)?;
    }
    let text = format!("{}\n{} pictures beside it", written.html.display(), written.pngs.len());
    Ok(Output::new(text, json!({ "runs": chosen, "html": written.html, "pngs": written.pngs })))
}

/// Opens a page in the browser.
pub fn open(page: &Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = std::process::Command::new(opener).arg(page).spawn();
    started
        .map(drop)
        .map_err(|error| Failure::fault(format!("{opener}: {error}")).hint(format!("open {} yourself", page.display())))
}
