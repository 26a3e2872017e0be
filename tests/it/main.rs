//! The one integration binary: a further one would link all of DuckDB again.
//!
//! `slt` runs the hand-computed rows of `tests/sql`; `views` holds every view to its header on a populated store.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a failing test should stop loudly")]

mod slt;
mod views;
