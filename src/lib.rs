//! `ws`: a quant research workstation over one DuckDB file. This is the map, in rank order.
//!
//! Rooms meet only in tables and import only downwards; README.md lists which may import which, and a test
//! holds the code to it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop loudly"))]

/// Nouns without I/O: bars, time, symbols, identity, progress.
pub mod domain;
/// The one door to DuckDB: open, migrate, views, rows, read-only queries.
pub mod store;
/// Tables into samples: windows, splits by time, scaling.
pub mod dataset;
/// Learning and predicting: specifications, learners, stored models.
pub mod models;
