//! Composition: a strategy over stored bars, recorded as a run.
//!
//! Engine from `trade`, feed and broker from `venues`, records from `telemetry`. [`run`](crate::backtest::run) loads
//! bars, simulates and stores everything under a new run; [`sweep`](crate::backtest::sweep) is the same simulation
//! without store and records, for searches.
//!
//! Money is in the currency of the bars, rates are fractions, `ts` is UTC.

mod config;
mod error;
mod inputs;
mod predictions;
mod record;
mod simulate;

pub use config::{Config, GivenSignal, ModelRef, Plan, Prediction};
pub use error::BacktestError;
pub use record::{Outcome, run};
pub use simulate::{measure, simulate, sweep};
