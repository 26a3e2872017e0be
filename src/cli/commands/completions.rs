//! `ws completions`.

use clap_complete::Shell;

use crate::cli::{self, Output};

/// Print a completion script for a shell
///
/// For example: ws completions bash > /etc/bash_completion.d/ws
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub fn run(args: &CompletionsArgs) -> Output {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "ws", &mut script);
    Output::raw(script)
}
