//! The inputs of a run as they were when it (or the experiment of a trial) began, in a store of their own in memory.

use super::{ReplayError, Run};
use crate::domain::{Silent, Ts};
use crate::store::series::SeriesFilter;
use crate::store::{Store, bars, duckdb, params, transfer};
use crate::{features, labels};

/// Which bars of a series a run reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    /// First bar start, before the bars that warm up.
    pub from: Option<Ts>,
    /// End of bar starts, not included.
    pub to: Option<Ts>,
    /// Bars before `from`.
    pub warmup: u32,
}

impl Period {
    /// Every bar.
    pub(super) const ALL: Self = Self { from: None, to: None, warmup: 0 };
}

/// Which of the inputs.
pub(super) enum Extent {
    /// Bars and sentiment of these symbols; of the index all, in any interval.
    Series {
        /// Which bars of the symbols.
        period: Period,
        /// Volatility index.
        index: Option<String>,
    },
    /// The bars that features and labels of the run are joined with, and those.
    Learning {
        /// Feature set, by name.
        feature_set: String,
        /// Label set.
        label_set: String,
        /// Volatility index.
        index: Option<String>,
    },
    /// The same, with features and labels built anew from the bars as they were.
    Anew {
        /// Feature set, by name.
        feature_set: String,
        /// Label set.
        label_set: String,
    },
    /// Everything that a statement may read.
    Everything {
        /// Whether features are built anew from the bars as they were.
        anew: bool,
    },
}

/// A copy of the inputs of `run` as they were when it read them.
///
/// # Errors
/// Faults of the store.
pub(super) fn take(store: &Store, run: &Run, extent: &Extent) -> Result<Store, ReplayError> {
    let past = Store::in_memory()?;
    surroundings(store, run, &past)?;
    match extent {
        Extent::Series { period, index } => all_series(store, run, &past, *period, index.as_deref())?,
        Extent::Learning { feature_set, label_set, index } => {
            all_series(store, run, &past, Period::ALL, index.as_deref())?;
            feature_rows(store, &past, feature_set, &run.joined_symbols())?;
            label_rows(store, &past, label_set, &run.joined_symbols())?;
        }
        Extent::Anew { feature_set, label_set } => {
            series(store, run, &past, ("", ""), Period::ALL)?;
            build_features(store, run, &past, feature_set)?;
            build_labels(store, run, &past, label_set)?;
        }
        Extent::Everything { anew } => {
            series(store, run, &past, ("", ""), Period::ALL)?;
            for set in features::built(store)? {
                match anew {
                    true => drop(features::build(&past, &set, &SeriesFilter::default(), run.inputs_at, &Silent)?),
                    false => feature_rows(store, &past, set.name(), "")?,
                }
            }
            label_rows(store, &past, "", "")?;
        }
    }
    if let Some(model) = &run.model_id {
        transfer::copy(store, crate::sql!("replay/model_row"), params![model], &past, "models")?;
    }
    Ok(past)
}

/// What goes with bars: instruments, calendars, corporate actions, memberships, definitions.
fn surroundings(store: &Store, run: &Run, past: &Store) -> Result<(), ReplayError> {
    let then = run.inputs_at.0;
    past.conn().execute_batch(crate::sql!("replay/clear_calendars"))?;
    transfer::copy(store, crate::sql!("replay/calendars"), &[], past, "calendars")?;
    transfer::copy(store, crate::sql!("replay/sessions"), &[], past, "sessions")?;
    transfer::copy(store, crate::sql!("replay/instruments"), &[], past, "instruments")?;
    transfer::copy(store, crate::sql!("replay/feature_sets"), &[], past, "feature_sets")?;
    transfer::copy(store, crate::sql!("replay/label_sets"), &[], past, "label_sets")?;
    transfer::copy(store, crate::sql!("replay/actions_then"), params![then], past, "corporate_actions")?;
    transfer::copy(store, crate::sql!("replay/universe_then"), params![then], past, "universe")?;
    Ok(())
}

/// Bars and sentiment of the run's symbols, and of an index in any interval.
fn all_series(store: &Store, run: &Run, past: &Store, period: Period, index: Option<&str>) -> Result<(), ReplayError> {
    if !run.symbols.is_empty() {
        let interval = run.interval.as_deref().unwrap_or_default();
        series(store, run, past, (&run.joined_symbols(), interval), period)?;
    }
    match index {
        Some(index) if !run.symbols.iter().any(|symbol| symbol == index) => {
            series(store, run, past, (index, ""), Period::ALL)
        }
        _ => Ok(()),
    }
}

/// Bars and sentiment of symbols at an interval; empty is all.
fn series(
    store: &Store,
    run: &Run,
    past: &Store,
    (symbols, interval): (&str, &str),
    period: Period,
) -> Result<(), ReplayError> {
    let then = run.inputs_at.0;
    let from = period.from.map_or(bars::MIN_MICROS, |ts| ts.0);
    let to = period.to.map_or(bars::MAX_MICROS, |ts| ts.0);
    let values = params![symbols, interval, then, from, i64::from(period.warmup), to];
    transfer::copy(store, crate::sql!("replay/bars_then"), values, past, "bars")?;
    let sentiment = crate::sql!("replay/sentiment_then");
    transfer::copy(store, sentiment, params![symbols, then], past, "sentiment_snapshots")?;
    Ok(())
}

fn feature_rows(store: &Store, past: &Store, set: &str, symbols: &str) -> Result<(), ReplayError> {
    let table = format!("features_{set}");
    // A set that was never built is missed by whoever reads it, with a message of its own.
    if transfer::table(store, past, &table)? {
        transfer::copy(store, crate::sql!("replay/feature_rows"), params![table, symbols], past, &table)?;
    }
    Ok(())
}

/// Builds the version of a set that the run read, for every series of its interval: sets may compare symbols.
fn build_features(store: &Store, run: &Run, past: &Store, name: &str) -> Result<(), ReplayError> {
    let hash = run.feature_set_hash.clone().unwrap_or_default();
    let spec =
        store.conn().query_row(crate::sql!("features/spec_of"), params![name, hash], |row| row.get::<_, String>(0));
    let set = match spec {
        Err(duckdb::Error::QueryReturnedNoRows) => features::named(store, name)?,
        spec => features::FeatureSet::parse(name, &spec?)?,
    };
    let filter = SeriesFilter { symbols: Vec::new(), interval: Some(run.checked_interval()?) };
    features::build(past, &set, &filter, run.inputs_at, &Silent)?;
    Ok(())
}

/// Builds a label set for the symbols of the run; a backtest needs none.
fn build_labels(store: &Store, run: &Run, past: &Store, name: &str) -> Result<(), ReplayError> {
    if run.kind == "backtest" {
        return Ok(());
    }
    let spec = labels::spec_of(store, name)?;
    let filter = SeriesFilter { symbols: run.checked_symbols()?, interval: Some(run.checked_interval()?) };
    labels::build(past, &spec, &filter, run.inputs_at, &Silent)?;
    Ok(())
}

fn label_rows(store: &Store, past: &Store, set: &str, symbols: &str) -> Result<(), ReplayError> {
    transfer::copy(store, crate::sql!("replay/label_rows"), params![set, symbols], past, "labels")?;
    past.conn().execute_batch(crate::sql!("replay/labels_then"))?;
    Ok(())
}
