//! `ws experiment`.

mod best;
mod export;
mod plan;
mod read;
mod search;

use crate::cli::{Ctx, Exit, Failure, Output};
use crate::experiments::ExperimentError;

/// Search parameters of a strategy or a model, validated honestly, with the odds that the winner is luck
///
/// One TOML file says what is searched, on which data, how trials are judged and when the search ends. Every trial is a
/// run of its own; the last part of the data is left untouched until the winner and the baseline are looked at there,
/// once. The result always comes with what luck could have done: deflated Sharpe ratio, probability of backtest
/// overfitting, reality check, the gap between validation and test.
///
/// Examples with every key explained are in data/experiments/ of the project, and printed by 'ws experiment example'.
#[derive(Debug, clap::Args)]
pub struct ExperimentArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Carry out a specification; a report with pictures is written at the end
    ///
    /// Ctrl-C or a kill loses only the trials under way: 'ws experiment resume NAME' goes on. Equal specifications give
    /// equal trials, bit for bit, at any number of workers.
    Run(search::RunArgs),
    /// Go on with an experiment that was stopped
    Resume(search::ResumeArgs),
    /// Experiments of the store with their best trial and what to think of it
    List(read::ListArgs),
    /// One experiment: verdict, winner against baseline, luck, best trials
    Show(read::ShowArgs),
    /// The winner: its configuration, and the command that repeats its run on the test period
    Best(best::BestArgs),
    /// Experiments side by side
    Compare(read::CompareArgs),
    /// Write an experiment into a folder: files for people and programs, or for MLflow
    ///
    /// The deployment plan says what a deployment would have to hold; nothing in the store or in production changes.
    Export(export::ExportArgs),
    /// A commented specification to begin with
    Example(plan::ExampleArgs),
}

impl From<ExperimentError> for Failure {
    fn from(error: ExperimentError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &ExperimentArgs, ctx: &Ctx) -> Result<Output, Failure> {
    match &args.action {
        Action::Run(args) => search::run(args, ctx),
        Action::Resume(args) => search::resume(args, ctx),
        Action::List(args) => read::list(args, ctx),
        Action::Show(args) => read::show(args, ctx),
        Action::Best(args) => best::run(args, ctx),
        Action::Compare(args) => read::compare(args, ctx),
        Action::Export(args) => export::run(args, ctx),
        Action::Example(args) => plan::example(args),
    }
}
