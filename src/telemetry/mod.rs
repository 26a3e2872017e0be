//! What happened in a run, into tables.
//!
//! [`Recorder`] is the sink that keeps everything; [`Recorder::write`] stores it as rows of `orders`, `fills`,
//! `trades`, `equity`, `prediction_traces` and `run_returns`, inside the caller's transaction.

mod benchmark;
mod recorder;
mod write;

pub use recorder::Recorder;
pub use write::RunLabels;
