//! `ws experiment run` and `ws experiment resume`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::report::open;
use super::{plan, read};
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::domain::Ts;
use crate::experiments::run::{self, Ended, Options, Outcome};
use crate::experiments::{Spec, Study};
use crate::report::experiment;
use crate::store::Store;

/// How a search is carried out.
#[derive(Debug, Clone, clap::Args)]
struct How {
    /// Trials at most, when fewer than the budget of the specification
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_trials: Option<u64>,
    /// Trials at a time [default: the number of cores]; changes no result
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
    /// Folder for page and pictures; made when missing
    #[arg(long, value_name = "DIR", default_value = "experiment")]
    out: PathBuf,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Specification; 'ws experiment example' prints one
    #[arg(value_name = "SPEC.toml")]
    spec: PathBuf,
    #[command(flatten)]
    how: How,
    /// Check everything, say which trials and dated windows there would be and how long it would take, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of `resume`.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    /// Experiment: name (the newest of it) or id
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    how: How,
}

pub fn run(args: &RunArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let origin = args.spec.display().to_string();
    let text = std::fs::read_to_string(&args.spec).map_err(|error| {
        Failure::fault(format!("{origin}: {error}"))
            .hint("'ws experiment example' prints a specification to begin with")
    })?;
    let spec = Spec::parse(&origin, &text).map_err(crate::experiments::ExperimentError::from)?;
    // Reading first: a refused request must not create a store.
    let store = if args.dry_run { ctx.open_read_only()? } else { ctx.open_existing()? };
    let study = Study::plan(&store, spec, ctx.progress())?;
    if args.dry_run {
        return plan::dry_run(&study, args.how.max_trials);
    }
    let clock = || -> Ts { ctx.now() };
    let outcome = run::run(&store, &study, &args.how.options(&clock, ctx))?;
    report(&store, &outcome, &args.how, ctx)
}

pub fn resume(args: &ResumeArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_existing()?;
    let experiment = read::find(&store, &args.name)?;
    if experiment.status == "finished" {
        return Err(Failure::refused(format!("experiment {} has ended: there is nothing left to do", experiment.name)).hint(
            "a longer search would look at the test period again: begin a new one, whose trials are counted with these",
        ));
    }
    let spec = Spec::parse(&experiment.name, &experiment.spec).map_err(crate::experiments::ExperimentError::from)?;
    let study = Study::plan(&store, spec, ctx.progress())?;
    let clock = || -> Ts { ctx.now() };
    let outcome = run::resume(&store, &study, &args.how.options(&clock, ctx), &experiment)?;
    report(&store, &outcome, &args.how, ctx)
}

impl How {
    fn options<'a>(&self, clock: &'a (dyn Fn() -> Ts + Sync), ctx: &'a Ctx) -> Options<'a> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = self.workers.map_or(cores, usize::from);
        Options { workers, max_trials: self.max_trials, clock, progress: ctx.progress() }
    }
}

/// The result, as `show` has it, with the page.
fn report(store: &Store, outcome: &Outcome, how: &How, ctx: &Ctx) -> Result<Output, Failure> {
    let shown = read::told(store, &outcome.experiment_id, 10)?;
    let written = experiment::write(store, &outcome.experiment_id, &how.out, ctx.now())?;
    if how.open {
        open(&written.html)?;
    }
    let ended = match outcome.ended {
        Ended::Trials => "all trials were run",
        Ended::Time => "the time was up",
        Ended::Exhausted => "every combination was tried",
    };
    let counts = outcome.counts;
    let mut document = shown.json;
    if let Value::Object(fields) = &mut document {
        fields.insert("run_id".into(), json!(outcome.experiment_id));
        fields.insert("ended".into(), json!(ended));
        fields.insert("html".into(), json!(written.html));
        fields.insert("pngs".into(), json!(written.pngs));
        fields.insert("done_before".into(), json!(outcome.done_before));
        fields.insert("n_finished".into(), json!(counts.finished));
        fields.insert("n_pruned".into(), json!(counts.pruned));
        fields.insert("n_failed".into(), json!(counts.failed));
        fields.insert("n_repeated".into(), json!(counts.repeated));
    }
    let told = Output::new(format!("{}\n{ended}; report: {}", shown.human, written.html.display()), document);
    // Without a winner a search has not given what was asked for.
    Ok(if outcome.winner.is_some() { told } else { told.exit(Exit::Refused) })
}
