//! `golden`: numbers that scikit-learn and numpy computed; `battery`: what every learner must do; `runs`: training,
//! evaluating and predicting in a store.

mod battery;
pub(super) mod golden;
mod runs;
