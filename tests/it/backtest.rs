//! Backtests: agreement with an independent engine and an independent labelling, laws of the account, stored runs.

mod golden;
mod labels;
mod laws;
mod metrics;
mod rules;
mod series;
mod stored;
