//! Labels: what a trade decided at each bar would have brought. The only room that looks forward.
//!
//! A [`LabelSpec`] marks every bar of a series by barriers of fixed width, barriers scaled by volatility, a fixed horizon
//! or the bets of a primary rule (meta labels); [`build`] does it for the chosen series of a store and keeps the result
//! in table `labels`, keyed by `label_set, symbol, interval, ts`, and the specification in `label_sets`. The label of a
//! bar belongs to the features of the same bar: both speak of the moment its close is known. [`audit`] holds stored labels
//! against their bars.
//!
//! ```
//! use workstation::labels::LabelSpec;
//! assert_eq!(LabelSpec::default().name(), "tb_5_2_8");
//! ```
//!
//! Not for: anything a strategy may read; `dataset` alone joins labels to features.
//!
//! [`LabelSpec`]: crate::labels::LabelSpec
//! [`audit`]: crate::labels::audit()
//! [`build`]: crate::labels::build()

mod audit;
mod build;
mod catalogue;
mod error;
mod fixed_horizon;
mod primary;
mod row;
mod spec;
mod trade;
mod triple_barrier;
mod volatility;
mod weights;

pub use audit::{
    AuditPlan, AuditReport, Check, LabelTimes, Periods, SPLITS, SampledLabel, SplitFigures, audit, label_times,
};
pub use build::{LabelReport, SeriesLabels, build};
pub use catalogue::{LabelSet, sets, spec_of, terms_of};
pub use error::LabelError;
pub use fixed_horizon::FixedHorizon;
pub use primary::SmaCross;
pub use row::{Barrier, LabelRow};
pub use spec::{Barriers, Bounded, LabelSpec, Meta};
pub use triple_barrier::{MAX_HORIZON, TripleBarrier};
pub use volatility::{MAX_WINDOW, Volatility};
