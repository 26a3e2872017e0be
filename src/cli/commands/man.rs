//! `ws man`.

use crate::cli::{self, Failure, Output};

/// Print the manual page, or that of a subcommand (roff)
///
/// For example: ws man > ws.1 && man ./ws.1
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Subcommand, for example: ingest csv
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

pub fn run(args: &ManArgs) -> Result<Output, Failure> {
    let mut command = cli::command();
    command.build();
    let mut name = String::from("ws");
    for part in &args.path {
        let found = command.find_subcommand(part).cloned();
        command = found.ok_or_else(|| {
            Failure::fault(format!("'{name}' has no subcommand '{part}'")).hint("'ws help' lists the commands")
        })?;
        name = format!("{name}-{part}");
    }
    let mut page = Vec::new();
    let command = command.display_name(name.clone()).name(name);
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::fault(format!("rendering the manual: {error}")))?;
    Ok(Output::raw(page))
}
