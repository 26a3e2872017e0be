//! Backtests: agreement with an independent engine and an independent labelling, laws of the account, stored runs.

mod account;
mod annualisation;
mod auditor;
mod cases;
mod clocks;
mod given;
mod golden;
mod harness;
mod labels;
mod laws;
mod learned;
mod limits;
mod market;
mod metrics;
mod orders;
mod parts;
mod peers;
mod pinned;
mod rules;
mod series;
mod stored;
mod ties;
mod wired;
