//! Composition: strategies over stored bars, recorded as a run.
//!
//! Engine from `trade`, feed and broker from `venues`, records from `telemetry`. [`run`](crate::backtest::run) loads
//! bars, calendars, corporate actions and sentiment, simulates and stores everything under a new run;
//! [`simulate`](crate::backtest::simulate) is the same on series in memory, [`sweep`](crate::backtest::sweep) without
//! records, for searches; [`campaign`](crate::backtest::campaign) is many of them at once.
//!
//! Money is in the currency of the bars, rates are fractions, `ts` is UTC.

mod annualisation;
pub mod campaign;
mod check;
mod chosen;
mod config;
mod error;
mod holding;
mod inputs;
mod instruments;
mod market;
mod plan;
mod predictions;
mod ranges;
mod record;
mod restore;
mod settings;
mod signals;
mod simulate;
mod steps;

pub use chosen::{Chosen, params_by_strategy};
pub use config::{Config, GivenSignal, Halt, ModelRef, Prediction, SignalSource};
pub use error::BacktestError;
pub use holding::{HoldingTime, InvalidHoldingTime};
pub use market::Market;
pub use plan::Plan;
pub use record::{Outcome, run};
pub use settings::Setting;
pub use simulate::{Data, measure, simulate, sweep};
