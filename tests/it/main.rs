//! The one integration binary: a further one would link all of DuckDB again.
//!
//! `architecture` holds the imports to README's map; `store` opening, migrations and their refusals; `ingest`, `ingest_fit` and `ingest_faults` real
//! and bad files; `simulate` the synthetic market; `features` and `labels` against TA-Lib and a second implementation, over the series of `market`;
//! `label_kinds` every kind of label by brute force, `label_peers` against pandas, `label_audit` what an audit finds;
//! `calendars` sessions against real files and a package; `bars` derived bars by hand and against pandas; `models` the
//! chain on real bars, and that no test bar reaches a model; `backtest` the engine against a reference and its laws;
//! `report` pages and pictures, `experiment_pages` those of experiments; `montecarlo` and `compare` what luck could have done, over the runs of `luck_store`; `campaign` many backtests at once; `splits` raw bars with splits against the series without; `slt` and `views` the metrics on hand-computed rows and against a second
//! implementation; `reproducible` that threads do not change them; `replay` and `replay_trials` runs made again and their stories; `experiment` and `experiment_cli` searches over parameters; `experiment_export` what an experiment looks like outside the store; `experiment_honest` what luck counts, and that nothing takes it back;
//! `build_script` which commit a program says it is; `meta` bets of a primary rule from labels to trades; `guard` user SQL at every door, hostile and not; `embargo` bars kept free around judged time, in each symbol's own bars; `cli` the program as users run it. Tests that read `../shared` fail when it is missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a failing test should stop loudly")]

mod architecture;
mod backtest;
mod bars;
mod build_script;
mod calendars;
mod campaign;
mod cli;
mod compare;
mod embargo;
mod experiment;
mod experiment_cli;
mod experiment_export;
mod experiment_honest;
mod experiment_pages;
mod feature_sets;
mod feature_world;
mod features;
mod guard;
mod increments;
mod ingest;
mod ingest_fit;
mod ingest_faults;
mod kernels;
mod label_audit;
mod label_kinds;
mod label_peers;
mod labels;
mod live_features;
mod lookahead;
mod luck_store;
mod market;
mod meta;
mod models;
mod montecarlo;
mod replay;
mod replay_trials;
mod report;
mod reproducible;
mod shared;
mod simulate;
mod slt;
mod splits;
mod store;
mod views;
