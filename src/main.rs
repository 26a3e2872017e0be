//! The `ws` binary: parse, run, exit code.

fn main() -> std::process::ExitCode {
    workstation::cli::main(std::env::args_os())
}
