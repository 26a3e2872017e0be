//! The one integration binary: a further one would link all of DuckDB again.
//!
//! `architecture` holds the imports to README's map; `store` opening, migrations and their refusals; `ingest` real
//! and bad files; `backtest` the engine against a reference and its laws; `slt` and `views` the metrics on
//! hand-computed rows and against a second implementation; `cli` the program as users run it. Tests that read
//! `../shared` fail when it is missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a failing test should stop loudly")]

mod architecture;
mod backtest;
mod cli;
mod ingest;
mod shared;
mod store;
