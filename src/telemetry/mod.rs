//! What happened in a run, into tables.
//!
//! [`Recorder`](crate::telemetry::Recorder) is the sink that keeps everything; its `write` stores rows of `orders`,
//! `fills`, `trades`, `equity`, `prediction_traces` and `run_returns`, inside the caller's transaction.

mod benchmark;
mod recorder;
mod write;

pub use recorder::Recorder;
pub use write::RunLabels;
