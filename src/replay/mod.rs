//! Can a run be reproduced, and what is its story?
//!
//! [`replay`] makes a run again in a store in memory, from what it was made of as that was then: bars that were replaced
//! since come back from their revisions, bars that came later are left out. The same code runs over it, and everything
//! that it leaves there is held against what is stored: rows bit by bit, metrics of views to a relative 1e-9 (sums may be
//! taken in another order). The store itself is only read.
//!
//! Features, labels and weights are taken as they are stored now: they have no revisions. Where they were changed
//! since, the run differs and that is told.
//!
//! [`replay`]: crate::replay::replay

mod again;
mod compare;
mod error;
mod past;
mod reasons;
mod run;

pub use again::{Replayed, Request, replay};
pub use compare::Check;
pub use error::ReplayError;
pub use run::Run;
