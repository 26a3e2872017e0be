//! Backtests: agreement with an independent engine and an independent labelling, laws of the account, stored runs.

mod auditor;
mod golden;
mod labels;
mod laws;
mod peers;
mod rules;
mod series;
mod stored;
