//! Composition: strategies over stored bars, recorded as a run.
//!
//! Engine from `trade`, feed and broker from `venues`, records from `telemetry`. [`run`](crate::backtest::run) loads
//! bars, calendars, corporate actions and sentiment, simulates and stores everything under a new run;
//! [`simulate`](crate::backtest::simulate) is the same on series in memory, [`sweep`](crate::backtest::sweep) without
//! records, for searches; [`campaign`](crate::backtest::campaign) is many of them at once.
//!
//! Money is in the currency of the bars, rates are fractions, `ts` is UTC.
//!
//! Not for: deciding or executing (`trade`, `venues`), metrics (views; `telemetry` for searches).

mod annualisation;
pub mod campaign;
mod check;
mod chosen;
mod config;
mod error;
mod form;
mod holding;
mod inputs;
mod instruments;
mod learned;
mod market;
mod plan;
mod predictions;
mod record;
mod restore;
mod settings;
mod signals;
mod simulate;
mod steps;

pub use chosen::{Chosen, params_by_strategy};
pub use config::{Config, GivenSignal, Halt, InvalidHalt, ModelRef, Prediction, SignalSource};
pub use error::BacktestError;
pub use form::Scalar;
pub use holding::{HoldingTime, InvalidHoldingTime};
pub use learned::Learned;
pub use market::{Market, Recorded};
pub use plan::Plan;
pub use record::{Outcome, run};
pub use settings::{Flag, Setting};
pub use simulate::{Data, measure, simulate, sweep};
