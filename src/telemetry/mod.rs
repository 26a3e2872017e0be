//! What happened in a run, into tables.
//!
//! [`Recorder`](crate::telemetry::Recorder) is the sink that keeps everything; its `write` stores rows of `orders`,
//! `fills`, `trades`, `equity`, `prediction_traces` and `run_returns`, inside the caller's transaction.
//! [`Streaming`](crate::telemetry::Streaming) stores the same rows while the run goes on.
//! [`Meter`](crate::telemetry::Meter) is the sink of searches: the metrics of `run_performance`, and nothing stored.
//!
//! Not for: deciding anything, or metrics of stored runs (views).

mod benchmark;
mod intervals;
mod meter;
mod metrics;
mod outcomes;
mod recorder;
mod streaming;
mod write;

pub use meter::{Meter, Yearly};
pub use metrics::Metrics;
pub use outcomes::Directions;
pub use recorder::Recorder;
pub use streaming::{Streamed, Streaming};
pub use write::RunLabels;
