//! Which parameters to try next, which trials to stop, which parameters matter? Pure: what was seen in, suggestions out.
//!
//! Everything here is a function of its arguments: no store, no clock, and randomness only from a seed. A suggestion
//! depends on the space, the seed of the study, its own number and the trials of earlier generations, never on the order
//! in which those ended, so a search is the same at any number of workers.
//!
//! | question | answer |
//! |---|---|
//! | what can be tried? | `Space`: floats, ints and categories, with conditions |
//! | what to try next? | `Sampler`: grid, random, TPE |
//! | is a trial worth going on with? | `Pruner`: median, successive halving |
//! | which trials does none beat? | `pareto_front`, `non_dominated_ranks` |
//! | which parameters matter? | `importance`: what a random forest loses without them |
//!
//! Not for: running trials or judging winners.

mod axis;
mod error;
mod forest;
mod grid;
mod importance;
mod normal;
mod observed;
mod pareto;
mod pruner;
mod sampler;
mod space;
mod tpe;
mod value;

pub use error::{Problem, SpaceError};
pub use importance::{Importance, LEAST_TRIALS, ParameterImportance, REPEATS, TREES, importance};
pub use observed::{Direction, Observed, TrialState};
pub use pareto::{non_dominated_ranks, pareto_front};
pub use pruner::Pruner;
pub use sampler::Sampler;
pub use space::{Condition, Dimension, Domain, Space};
pub use tpe::Tpe;
pub use value::{Assignment, Value};

#[cfg(test)]
mod tests;
