//! Labels: what a trade decided at each bar would have brought. The only room that looks forward.
//!
//! [`label`] marks every bar of a series by the triple-barrier method of [`TripleBarrier`]; [`build`] does it for the
//! chosen series of a store and keeps the result in table `labels`, keyed by `label_set, symbol, interval, ts`. The
//! label of a bar belongs to the features of the same bar: both speak of the moment its close is known.
//!
//! ```
//! use workstation::labels::TripleBarrier;
//! assert_eq!(TripleBarrier::default().name(), "tb_5_2_8");
//! ```
//!
//! [`TripleBarrier`]: crate::labels::TripleBarrier
//! [`build`]: crate::labels::build
//! [`label`]: crate::labels::label

mod build;
mod error;
mod triple_barrier;

pub use build::{LabelReport, SeriesLabels, build};
pub use error::LabelError;
pub use triple_barrier::{Barrier, LabelRow, MAX_HORIZON, TripleBarrier, label};
