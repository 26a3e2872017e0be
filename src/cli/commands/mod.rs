//! One file a subcommand; its doc comment is its help.

mod completions;
mod doctor;
mod ingest;
mod init;
mod man;
mod query;
mod simulate;
mod sql;

use super::{Ctx, Failure, Output};

/// Every command.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Doctor(doctor::DoctorArgs),
    Ingest(ingest::IngestArgs),
    Simulate(simulate::SimulateArgs),
    Sql(sql::SqlArgs),
    Query(query::QueryArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs one command.
pub fn run(command: Command, ctx: &Ctx) -> Result<Output, Failure> {
    match command {
        Command::Init(args) => init::run(&args, ctx),
        Command::Doctor(args) => doctor::run(&args, ctx),
        Command::Ingest(args) => ingest::run(args, ctx),
        Command::Simulate(args) => simulate::run(&args, ctx),
        Command::Sql(args) => sql::run(&args, ctx),
        Command::Query(args) => query::run(&args, ctx),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => man::run(&args),
    }
}
