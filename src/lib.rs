//! `ws`: a quant research workstation over one DuckDB file. This is the map, in rank order.
//!
//! Rooms meet only in tables and import only downwards; README.md lists which may import which, and a test
//! holds the code to it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop loudly"))]

/// Nouns without I/O: bars, time, symbols, identity, progress.
pub mod domain;
/// Kernels: incremental indicators, the same code in batch and live.
pub mod indicators;
/// How much could be luck: tests, intervals and resampled paths of returns.
pub mod stats;
/// Which parameters to try next, which trials to stop, which parameters matter?
pub mod search;
/// The one door to DuckDB: open, migrate, views, rows, read-only queries.
pub mod store;
/// Pure decisions: events in, effects out; strategies, risk, portfolio, costs, engine.
pub mod trade;
/// Port adapters: the replay feed and the paper broker.
pub mod venues;
/// What happened in a run, into tables.
pub mod telemetry;
/// Past-only columns of a bar: sets as data, generated SQL, kernels.
pub mod features;
/// What came after a bar: the only room that looks forward.
pub mod labels;
/// Files of bars into tables.
pub mod ingest;
/// Does anything see ahead? Features, labels and queries audited on the data.
pub mod audit;
/// Tables into samples: windows, splits by time, scaling.
pub mod dataset;
/// Composition: a strategy over stored bars, recorded as a run.
pub mod backtest;
/// Learning and predicting: specifications, learners, stored models.
pub mod models;
/// Searches over parameters, validated honestly, with the odds that the winner is luck.
pub mod experiments;
/// Runs made again from their inputs as they were, and the story of any run.
pub mod replay;
/// Reports: HTML pages and PNG pictures of runs.
pub mod report;
/// Defaults < file < environment < flags.
pub mod config;
/// The command line.
pub mod cli;
