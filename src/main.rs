//! The `ws` binary: parse, run, exit code.

use std::process::ExitCode;

/// Bytes of the stack that commands run on: DuckDB plans deeply nested statements by recursion.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    let command = || workstation::cli::main(std::env::args_os());
    let thread = std::thread::Builder::new().name("main".into()).stack_size(STACK).spawn(command);
    thread.ok().and_then(|thread| thread.join().ok()).unwrap_or(ExitCode::from(2))
}
