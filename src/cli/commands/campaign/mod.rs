//! `ws campaign`.

mod asked;
mod market;
mod pages;
mod resume;
mod results;
mod text;

use std::path::PathBuf;

use serde_json::json;

use super::backtest::{Data, Settings, strategies_help};
use super::query::pair;
use super::report::open;
use crate::backtest::campaign::{self, Campaign, Cell, Cut, Ended};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::Ts;
use crate::report::study;
use crate::store::Store;
use asked::Asked;
use results::Results;

/// Backtest strategies and models on many symbols and periods at once, and compare them
///
/// Every strategy and model trades every symbol on an account of its own, in every period: each is a cell, and each
/// finished cell is a stored backtest with the numbers that 'ws backtest' gives. Cells run side by side on several
/// threads; what they come to does not depend on how many. A cell that can't be done is kept with the reason and the
/// others go on; the exit status is 1 when there is one.
///
/// A campaign that was stopped goes on with --resume: what is stored stays, what is missing or failed is done. A model
/// trades only bars that it has not seen, so its periods may begin later than those of a strategy; symbols have no cell
/// in periods before their first or after their last bar. Every cell begins with a fresh account; bars before its period
/// warm averages up (--warmup).
///
/// The comparison (HTML that needs no network, and PNG pictures) shows the views campaign_summary, campaign_symbols and
/// campaign_results; 'ws query campaign', 'ws query campaign_cells' and 'ws query campaign_failures' print them.
///
/// For example: ws campaign trend --strategy sma_cross,swing --model mlp --periods year --dry-run
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = strategies_help(), allow_negative_numbers = true)]
pub struct CampaignArgs {
    /// Name of the campaign; its backtests are called NAME/1, NAME/2 and so on [default: its run id]
    #[arg(value_name = "NAME", conflicts_with = "resume")]
    name: Option<String>,
    /// Strategies, separated by commas, of those below; each trades alone. Models go by --model, and a SQL strategy runs
    /// by 'ws backtest --signals'
    #[arg(long, value_delimiter = ',')]
    strategy: Vec<String>,
    /// Models, separated by commas: id, name or name@version
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    model: Vec<String>,
    /// Strategy parameter; once for each. STRATEGY.NAME=VALUE where several strategies have it
    #[arg(long = "param", short, value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Let models trade bars they were trained on; every report is then marked IN-SAMPLE
    #[arg(long, requires = "model")]
    in_sample: bool,
    #[command(flatten)]
    data: Data,
    /// Put all symbols on one account instead of each on its own
    #[arg(long)]
    together: bool,
    /// Periods within the time of the bars: whole, year, quarter, month, or a number of equal parts
    #[arg(long, value_name = "PERIODS", default_value = "whole")]
    periods: Cut,
    /// Named windows as periods, separated by commas: those of [windows] in the file of --config
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with_all = ["periods", "from", "to"])]
    window: Vec<String>,
    #[command(flatten)]
    settings: Settings,
    /// Cells at a time [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Go on with a campaign, by id or name: do what is missing or failed. Other flags are not needed; given ones must
    /// ask for the same
    #[arg(long, value_name = "ID")]
    resume: Option<String>,
    /// Say which cells there are, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Folder for page and pictures; made when missing
    #[arg(long, value_name = "DIR", default_value = "campaign")]
    out: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

/// Flags that say how a campaign is carried out, not what it is.
const NOT_ASKED: [&str; 5] = ["--jobs", "--resume", "--dry-run", "--out", "--open"];

/// The flags that say what a campaign is.
fn asked_flags(given: &[String]) -> Vec<String> {
    let is_asked = |flag: &&String| !NOT_ASKED.contains(&flag.split('=').next().unwrap_or_default());
    given.iter().filter(is_asked).cloned().collect()
}

/// A campaign with the cells to be done now.
struct Todo {
    /// Its run; `None` before it is stored.
    campaign_id: Option<String>,
    /// Given name.
    name: String,
    cells: Vec<Cell>,
    /// Cells that are stored already.
    done: usize,
}

pub fn run(args: &CampaignArgs, ctx: &Ctx) -> Result<Output, Failure> {
    // Reading first: a refused request must not create a store.
    let store = if args.dry_run { ctx.open_read_only()? } else { ctx.open_existing()? };
    if let Some(given) = &args.resume {
        let (args, todo) = resume::resume(args, given, &store, ctx)?;
        let asked = Asked::settle(&args, &store, ctx)?;
        resume::check(&asked, &todo, &store)?;
        return carry_out(&asked, todo, &store, ctx);
    }
    let asked = Asked::settle(args, &store, ctx)?;
    let name = args.name.clone().unwrap_or_default();
    let todo = Todo { campaign_id: None, name, cells: asked.layout.cells.clone(), done: 0 };
    carry_out(&asked, todo, &store, ctx)
}

fn carry_out(asked: &Asked<'_>, todo: Todo, store: &Store, ctx: &Ctx) -> Result<Output, Failure> {
    if asked.args.dry_run {
        return Ok(text::dry_run(asked, &todo));
    }
    let campaign_id = match &todo.campaign_id {
        Some(campaign_id) => {
            campaign::reopen(store, campaign_id)?;
            campaign_id.clone()
        }
        None => campaign::begin(store, &asked.new_run(&todo.name, ctx), &todo.cells, ctx.now())?,
    };
    let ended = execute(asked, &todo, &campaign_id, store, ctx)?;
    let mut results = Results::read(store, &campaign_id)?;
    results.notes.extend(asked.notes());
    let written = study::write(store, &pages::study(&results, &todo.name), &asked.args.out, ctx.now())?;
    if asked.args.open {
        open(&written.html)?;
    }
    let exit = if results.failed() > 0 { Exit::Refused } else { Exit::Done };
    let document = json!({
        "run_id": campaign_id, "name": todo.name, "cells": results.cells.len(), "finished": results.finished(),
        "failed": results.failed(), "done_before": todo.done, "most_in_memory": ended.most_held,
        "summary": results.summary, "by_symbol": results.symbols, "failures": results.failures(),
        "left_out": text::left_out(asked), "notes": results.notes,
        "badges": results.badges.iter().map(|badge| badge.text.as_str()).collect::<Vec<_>>(),
        "html": written.html, "pngs": written.pngs,
    });
    Ok(Output::new(text::human(&results, &todo, ended, &written), document).exit(exit))
}

/// Runs the cells and ends the campaign's run.
fn execute(asked: &Asked<'_>, todo: &Todo, campaign_id: &str, store: &Store, ctx: &Ctx) -> Result<Ended, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = asked.args.jobs.map_or(cores, usize::from);
    let called = if todo.name.is_empty() { campaign_id } else { &todo.name };
    let config_of = |reader: &Store, cell: &Cell| {
        let config = asked.config(reader, cell, true).map_err(|failure| failure.message)?;
        Ok(crate::backtest::Config { name: format!("{called}/{}", cell.number), ..config })
    };
    let clock = || -> Ts { ctx.now() };
    let campaign = Campaign { campaign_id, jobs, config_of: &config_of, clock: &clock };
    Ok(campaign::carry_out(store, &campaign, &todo.cells, ctx.progress())?)
}
