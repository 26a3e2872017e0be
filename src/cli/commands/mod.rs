//! One file a subcommand; its doc comment is its help.

mod audit;
mod backtest;
mod bars;
mod campaign;
mod compare;
mod completions;
mod demo;
mod doctor;
mod evaluate;
mod experiment;
mod explain;
mod features;
mod ingest;
mod ingest_reference;
mod init;
mod labels;
mod labels_audit;
mod man;
mod model;
mod montecarlo;
mod query;
mod replay;
mod report;
mod simulate;
mod sql;
mod train;

use super::{Ctx, Failure, Output};

/// Every command.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Demo(demo::DemoArgs),
    Doctor(doctor::DoctorArgs),
    Ingest(ingest::IngestArgs),
    Simulate(simulate::SimulateArgs),
    Bars(bars::BarsArgs),
    Features(features::FeaturesArgs),
    Labels(labels::LabelsArgs),
    Train(train::TrainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Experiment(experiment::ExperimentArgs),
    Backtest(Box<backtest::BacktestArgs>),
    Campaign(Box<campaign::CampaignArgs>),
    Montecarlo(montecarlo::MontecarloArgs),
    Compare(compare::CompareArgs),
    Replay(replay::ReplayArgs),
    Explain(explain::ExplainArgs),
    Audit(audit::AuditArgs),
    Report(report::ReportArgs),
    Sql(sql::SqlArgs),
    Query(query::QueryArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs one command.
pub fn run(command: Command, ctx: &Ctx) -> Result<Output, Failure> {
    match command {
        Command::Init(args) => init::run(&args, ctx),
        Command::Demo(args) => demo::run(&args, ctx),
        Command::Doctor(args) => doctor::run(&args, ctx),
        Command::Ingest(args) => ingest::run(args, ctx),
        Command::Simulate(args) => simulate::run(&args, ctx),
        Command::Bars(args) => bars::run(&args, ctx),
        Command::Features(args) => features::run(&args, ctx),
        Command::Labels(args) => labels::run(&args, ctx),
        Command::Train(args) => train::run(&args, ctx),
        Command::Evaluate(args) => evaluate::run(&args, ctx),
        Command::Experiment(args) => experiment::run(&args, ctx),
        Command::Backtest(args) => backtest::run(&args, ctx),
        Command::Campaign(args) => campaign::run(&args, ctx),
        Command::Montecarlo(args) => montecarlo::run(&args, ctx),
        Command::Compare(args) => compare::run(&args, ctx),
        Command::Replay(args) => replay::run(&args, ctx),
        Command::Explain(args) => explain::run(&args, ctx),
        Command::Audit(args) => audit::run(&args, ctx),
        Command::Report(args) => report::run(&args, ctx),
        Command::Sql(args) => sql::run(&args, ctx),
        Command::Query(args) => query::run(&args, ctx),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => man::run(&args),
    }
}
