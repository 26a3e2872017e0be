//! Features: numbers known when a bar closes, built from that bar and the past.
//!
//! A [`FeatureSet`] is data (TOML). Each of its features is one record: a **kernel** of [`crate::indicators`] stepped
//! over the bars in order, or an **expression** in SQL that can only look back. [`build`] steps the kernels of many
//! series in parallel, stages them, and runs the script of [`sql`], which writes `features_<set>`: one row a bar, keyed
//! by `symbol, interval, ts`, one DOUBLE column a feature in the order of the set. The row of a bar is known at the
//! bar's `close_ts`.
//!
//! Unknown is NULL: inside the warm-up, where an input is unknown, and where a result would not be finite.
//!
//! Who trains on features needs: [`FeatureSet::load`], [`FeatureSet::columns`] (their order is the table's),
//! [`FeatureSet::hash`] (stored with models and runs), [`FeatureSet::features`] with each [`Feature::role`] for
//! scaling, [`FeatureSet::warmup`], and the table [`FeatureSet::table`].
//!
//! ```
//! use workstation::features::FeatureSet;
//! let set = FeatureSet::load("core23")?;
//! assert_eq!(set.columns().len(), 23);
//! assert_eq!(set.table(), "features_core23");
//! assert_eq!(set.warmup(), 33); // MACD's signal is the last to have a value
//! assert!(FeatureSet::load("core24").is_err());
//! # Ok::<(), workstation::features::FeatureError>(())
//! ```
//!
//! Not for: anything known only after the close of the bar; that is `labels`.
//!
//! [`Feature::role`]: crate::features::Feature::role
//! [`FeatureSet`]: crate::features::FeatureSet
//! [`FeatureSet::columns`]: crate::features::FeatureSet::columns
//! [`FeatureSet::features`]: crate::features::FeatureSet::features
//! [`FeatureSet::hash`]: crate::features::FeatureSet::hash
//! [`FeatureSet::load`]: crate::features::FeatureSet::load
//! [`FeatureSet::table`]: crate::features::FeatureSet::table
//! [`FeatureSet::warmup`]: crate::features::FeatureSet::warmup
//! [`build`]: crate::features::build
//! [`sql`]: crate::features::sql

mod asof;
mod build;
mod built;
mod error;
mod expression;
mod increment;
mod inputs;
mod kernel;
mod live;
mod order;
mod outdated;
mod read;
mod record;
mod script;
mod set;
mod staged;
mod state;
mod stepping;
mod tokens;
mod window;
mod write;

pub use asof::AsOf;
pub use build::{BuildReport, SeriesBuilt, build, materialise};
pub use built::{built, named};
pub use error::FeatureError;
pub use expression::Expression;
pub use increment::increment;
pub use kernel::{Input, KERNELS, KernelInfo, KernelSpec, MAX_OUTPUTS, Outputs, Param, Reads, Running, StateError};
pub use live::Live;
pub use outdated::outdated;
pub use record::{Definition, Feature, Memory, Role};
pub use script::sql;
pub use set::FeatureSet;
pub use stepping::kernel_columns;
