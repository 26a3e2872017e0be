//! The one integration binary: every module tests one area through the public interface.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failing test should stop loudly")]

mod backtest;
