//! The one integration binary: a further one would link all of DuckDB again.
//!
//! `features` compares kernels and built tables to TA-Lib and to themselves on shorter histories, `feature_sets` reads
//! good and bad sets; `labels` compares
//! the triple barrier to a second implementation; `market` reads the real series both use. Tests that read
//! `../shared` fail when it is missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a failing test should stop loudly")]

mod feature_sets;
mod features;
mod labels;
mod market;
