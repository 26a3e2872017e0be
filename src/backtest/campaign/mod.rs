//! Many backtests asked for at once: subjects x groups of symbols x periods, each a run of its own.
//!
//! [`lay_out`] says which cells there are, [`begin`] stores them as pending, [`carry_out`] reads and simulates them on
//! several threads and stores them from the calling one. A cell is stored whole, with its run, in one transaction; one
//! that can't be done is kept with the reason, and the others go on. What cells come to does not depend on the number of
//! threads or on the order in which they end.
//!
//! Who trades is called a subject: a strategy, or a model. This room does not know models: whoever calls turns a cell
//! into a [`Config`](crate::backtest::Config), on the thread and over the connection that will simulate it.

mod begin;
mod execute;
mod held;
mod layout;
mod periods;

pub use begin::{begin, carry_out, reopen};
pub use execute::{Campaign, Ended};
pub use layout::{Cell, Group, Layout, LeftOut, Subject, Why, lay_out};
pub use periods::{Cut, InvalidCut, Period};
