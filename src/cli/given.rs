//! The flags of a command as they were given, so that the same can be asked for again.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// Flags of the innermost command that stood on the command line, each as one word: `--name=value`, or `--name`.
///
/// Global options and positional arguments are left out.
pub fn flags(command: &Command, matches: &ArgMatches) -> Vec<String> {
    if let Some((name, inner)) = matches.subcommand() {
        return command.find_subcommand(name).map(|command| flags(command, inner)).unwrap_or_default();
    }
    let given = |arg: &&Arg| {
        !arg.is_global_set() && matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let mut found = Vec::new();
    for arg in command.get_arguments().filter(given) {
        let Some(long) = arg.get_long() else { continue };
        if !arg.get_action().takes_values() {
            found.push(format!("--{long}"));
            continue;
        }
        let values = matches.get_raw(arg.get_id().as_str()).into_iter().flatten();
        found.extend(values.map(|value| format!("--{long}={}", value.to_string_lossy())));
    }
    found
}

#[cfg(test)]
mod tests {
    fn of(args: &[&str]) -> Vec<String> {
        let args = args.iter().map(Into::into).collect();
        super::super::parse(args).unwrap().1
    }

    #[test]
    fn what_was_given_can_be_given_again() {
        let given = of(&[
            "ws",
            "--json",
            "backtest",
            "--strategy",
            "sma_cross,swing",
            "-p",
            "slow=9",
            "--param=sma_cross.fast=3",
            "--sentiment-gate",
            "--square-off=off",
            "--stop-loss",
            "0",
            "-v",
        ]);
        let mut sorted = given.clone();
        sorted.sort();
        assert_eq!(
            sorted,
            [
                "--param=slow=9",
                "--param=sma_cross.fast=3",
                "--sentiment-gate=-0.3,0.5,1.2",
                "--square-off=off",
                "--stop-loss=0",
                "--strategy=sma_cross",
                "--strategy=swing"
            ]
        );
        let again: Vec<&str> = ["ws", "backtest"].into_iter().chain(given.iter().map(String::as_str)).collect();
        assert_eq!(of(&again), given);
        assert!(of(&["ws", "init"]).is_empty());
    }
}
