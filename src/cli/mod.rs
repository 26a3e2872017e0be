//! The command line: an enum, a match, and one file a subcommand.
//!
//! Not for: anything a library user would miss; commands ask rooms and print what they answer.

mod commands;
mod context;
mod error;
mod given;
mod output;
mod progress;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};

pub use context::Ctx;
pub use error::{Exit, Failure};
pub use output::Output;

/// A quant research workstation: one binary over one DuckDB file.
///
/// Bars, features, labels, models, runs and trades are tables of one DuckDB file, and every reported number is
/// a SQL view in it. Start with 'ws demo', or bring your own data with 'ws ingest csv PATH..'.
#[derive(Debug, Parser)]
#[command(name = "ws", version = crate::store::runs::code_version(), propagate_version = true)]
#[command(after_help = "Exit status: 0 done, 1 refused or a gate failed, 2 a fault (bad arguments, I/O, network).")]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: commands::Command,
}

/// Options of every command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Store: one DuckDB file [default: ws.duckdb]
    #[arg(long, global = true, env = "WS_DB", value_name = "PATH")]
    pub db: Option<PathBuf>,
    /// Configuration file (TOML): db, named windows, and in its table backtest any setting of 'ws backtest', such as capital = 50000
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON document on stdout instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// More about what happens, on stderr (-vv: even more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// No progress and no warnings on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// Parses arguments, runs the command, prints its result; never panics.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let asked_json = args.iter().any(|arg| arg == "--json");
    let (cli, given) = match parse(args) {
        Ok(parsed) => parsed,
        Err(error) => {
            // A closed stdout is no reason to fail twice.
            let _ = error.print();
            if asked_json && error.use_stderr() {
                let message = error.to_string();
                let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
                let document = serde_json::json!({ "error": { "message": first, "next": "see --help" } });
                let _ = writeln!(std::io::stdout(), "{document}");
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let json = cli.global.json;
    let started = std::time::Instant::now();
    let result = Ctx::new(&cli.global, given).and_then(|ctx| commands::run(cli.command, &ctx));
    tracing::info!("took {:.3} s", started.elapsed().as_secs_f64());
    let exit = match result {
        Ok(output) => output.print(json),
        Err(failure) => failure.print(json),
    };
    let _ = std::io::stdout().flush();
    ExitCode::from(exit as u8)
}

/// The arguments, and those of the command as they were given.
fn parse(args: Vec<OsString>) -> Result<(Cli, Vec<String>), clap::Error> {
    let mut parser = Cli::command();
    let matches = parser.try_get_matches_from_mut(args)?;
    let given = given::flags(&parser, &matches);
    Cli::from_arg_matches(&matches).map(|cli| (cli, given)).map_err(|error| error.format(&mut parser))
}

/// The argument parser, for completions and the manual.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}
