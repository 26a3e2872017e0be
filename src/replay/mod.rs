//! Can a run be reproduced, and what is its story?
//!
//! [`replay`] makes a run again in a store in memory, from what it was made of as that was then: bars that were replaced
//! since come back from their revisions, bars that came later are left out. The same code runs over it, and everything
//! that it leaves there is held against what is stored: rows and whatever trials came to bit by bit, metrics of views to a
//! relative 1e-9 (sums may be taken in another order). The store itself is only read.
//!
//! [`explain`] tells what a run is, what it was made of and rests on, how often the same data was tried, and what the
//! experiment that it belongs to came to.
//!
//! Features and labels have no revisions. They are taken as they are stored; where that gives another run, and bars or
//! features are known to have changed since, they are built anew from the bars as they were. Weights are always those
//! stored. A trial is made again alone, from the inputs of its experiment; that a pruner stopped it is taken as stored, since
//! that followed from the trials before it. What was altered by other means shows as a difference.
//!
//! Not for: repairing; the store is only read.
//!
//! [`explain`]: crate::replay::explain
//! [`replay`]: crate::replay::replay

mod again;
mod checks;
mod compare;
mod error;
mod experiment;
mod facts;
mod past;
mod reasons;
mod run;
mod story;
mod trial;

pub use again::{Replayed, Request, replay};
pub use compare::Check;
pub use error::ReplayError;
pub use experiment::{Counts, ExperimentFacts, Place};
pub use facts::{Artifact, Audited, Input, Metric, ModelFacts, Parameter, Relative, Story};
pub use run::Run;
pub use story::explain;
