//! Building a set: kernels stepped over the bars, staged, and turned into rows by the generated script.

use std::iter::repeat_n;

use rayon::prelude::*;
use serde::Serialize;

use super::error::{FeatureError, Result};
use super::kernel::KernelSpec;
use super::record::Definition;
use super::script;
use super::set::{BAR_NUMBER, FeatureSet, KEYS};
use crate::domain::{Bars, Progress, Ts};
use crate::store::bars::Coverage;
use crate::store::series::{self, SeriesFilter};
use crate::store::stale;
use crate::store::{Columns, Store, StoreError, params};

/// Bars staged at once: bounds memory however many series are built.
const CHUNK_BARS: i64 = 500_000;

/// What a build did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildReport {
    /// Set built.
    pub set: String,
    /// Its hash.
    pub version: String,
    /// Table written.
    pub table: String,
    /// Number of feature columns.
    pub columns: usize,
    /// Rows written.
    pub rows: i64,
    /// Series written.
    pub series: Vec<SeriesBuilt>,
    /// Set when a table of other definitions was dropped first: says so, with its number of rows.
    pub recreated: Option<String>,
}

/// One series of a build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesBuilt {
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// Rows written.
    pub rows: i64,
}

/// Builds a set for the chosen series, replacing their rows, in one transaction.
///
/// A table that other definitions built (its comment names their hash) is dropped first, whatever series it held: the
/// rows of one table always come from one version. The report says so.
///
/// # Errors
/// Series without bars, expressions that DuckDB can't run, faults of the store. Nothing is written then.
pub fn build(
    store: &Store,
    set: &FeatureSet,
    filter: &SeriesFilter,
    now: Ts,
    progress: &dyn Progress,
) -> Result<BuildReport> {
    let series = filter.resolve(store)?;
    let rows = series.iter().map(|found| found.bars).sum();
    progress.start("features", u64::try_from(rows).unwrap_or(0));
    let done = store.transaction(|| {
        let recreated = drop_outdated(store, set)?;
        for chunk in series::chunks(&series, CHUNK_BARS) {
            build_chunk(store, set, chunk)?;
            let built = chunk.iter().map(|found| (found.symbol.as_str(), found.interval.as_str()));
            stale::clear(store, "features", set.name(), built)?;
            progress.advance(chunk.iter().map(|found| found.bars.unsigned_abs()).sum());
        }
        run(store, set, &script::unstaging())?;
        register(store, set, now)?;
        Ok::<_, FeatureError>(recreated)
    });
    progress.finish();
    let recreated = done?;
    Ok(BuildReport {
        set: set.name().into(),
        version: set.hash().into(),
        table: set.table(),
        columns: set.features().len(),
        rows,
        series: series
            .iter()
            .map(|found| SeriesBuilt {
                symbol: found.symbol.to_string(),
                interval: found.interval.to_string(),
                rows: found.bars,
            })
            .collect(),
        recreated,
    })
}

/// Kernel columns of a set over one series, in the order of the set's kernel features; NaN is unknown.
#[must_use]
pub fn kernel_columns(set: &FeatureSet, bars: &Bars) -> Vec<Vec<f64>> {
    let wanted: Vec<(KernelSpec, usize)> = set
        .features()
        .iter()
        .filter_map(|feature| match feature.definition {
            Definition::Kernel { spec, output } => Some((spec, output)),
            Definition::Expression(_) => None,
        })
        .collect();
    let mut columns: Vec<Vec<f64>> = vec![Vec::with_capacity(bars.len()); wanted.len()];
    for (first, (spec, _)) in wanted.iter().enumerate() {
        // Outputs of one kernel are taken from one pass.
        if wanted[..first].iter().any(|(earlier, _)| earlier == spec) {
            continue;
        }
        let mut kernel = spec.start();
        for bar in (0..bars.len()).filter_map(|index| bars.get(index)) {
            let outputs = kernel.step(&bar);
            for (column, (same, output)) in columns.iter_mut().zip(&wanted).skip(first) {
                if same == spec {
                    column.push(outputs[*output]);
                }
            }
        }
    }
    columns
}

fn build_chunk(store: &Store, set: &FeatureSet, chunk: &[Coverage]) -> Result<()> {
    let loaded = series::load(store, chunk)?;
    let stepped: Vec<Vec<Vec<f64>>> = loaded.par_iter().map(|bars| kernel_columns(set, bars)).collect();
    run(store, set, &script::staging(set))?;
    stage(store, set, &loaded, &stepped)?;
    run(store, set, &script::sql(set))
}

/// Appends all series at once: each append has a cost of its own.
fn stage(store: &Store, set: &FeatureSet, loaded: &[Bars], stepped: &[Vec<Vec<f64>>]) -> Result<()> {
    let each = |of: fn(&Bars) -> &Vec<f64>| loaded.iter().flat_map(move |bars| of(bars).iter().copied());
    let mut columns = Columns::new()
        .text("symbol", loaded.iter().flat_map(|bars| repeat_n(bars.symbol.as_str(), bars.len())))
        .text("interval", loaded.iter().flat_map(|bars| repeat_n(bars.interval.as_str(), bars.len())))
        .ts("ts", loaded.iter().flat_map(|bars| bars.ts.iter().copied()))
        .ts("close_ts", loaded.iter().flat_map(|bars| bars.close_ts.iter().copied()))
        .date("session_date", loaded.iter().flat_map(|bars| bars.session_date.iter().copied()))
        .i64(BAR_NUMBER, loaded.iter().flat_map(|bars| 0..bars.len() as i64))
        .f64("open", each(|bars| &bars.open))
        .f64("high", each(|bars| &bars.high))
        .f64("low", each(|bars| &bars.low))
        .f64("close", each(|bars| &bars.close))
        .f64("volume", each(|bars| &bars.volume))
        .f64("vwap", each(|bars| &bars.vwap));
    let kernels = set.features().iter().filter(|feature| matches!(feature.definition, Definition::Kernel { .. }));
    for (index, feature) in kernels.enumerate() {
        columns = columns.f64(&feature.name, stepped.iter().flat_map(|series| series[index].iter().copied()));
    }
    Ok(columns.append_to(store, script::STAGED)?)
}

/// Runs generated SQL; what DuckDB refuses in it is the set's fault.
fn run(store: &Store, set: &FeatureSet, sql: &str) -> Result<()> {
    store
        .conn()
        .execute_batch(sql)
        .map_err(|error| FeatureError::Script { set: set.name().into(), reason: error.to_string() })
}

/// Drops the set's table when its comment names another version or its columns are others.
fn drop_outdated(store: &Store, set: &FeatureSet) -> Result<Option<String>> {
    let Some((comment, stored)) = stored_table(store, &set.table())? else { return Ok(None) };
    let wanted = [&KEYS[..], &set.columns()[..]].concat().join(",");
    if stored == wanted && comment == Some(script::table_comment(set)) {
        return Ok(None);
    }
    let rows: i64 = store.conn().query_row(&script::count_rows(set), [], |row| row.get(0)).map_err(StoreError::from)?;
    run(store, set, &script::drop_table(set))?;
    let what = if stored == wanted { "another version of the set" } else { "other columns" };
    let table = set.table();
    Ok(Some(format!(
        "{table} had {what}; it was dropped with its {rows} rows and built anew for the chosen series only"
    )))
}

/// Comment and column list of a stored table, if there is one.
fn stored_table(store: &Store, table: &str) -> Result<Option<(Option<String>, String)>> {
    let mut statement = store.conn().prepare(crate::sql!("features/stored_table")).map_err(StoreError::from)?;
    let mut rows = statement.query([table]).map_err(StoreError::from)?;
    let Some(row) = rows.next().map_err(StoreError::from)? else { return Ok(None) };
    Ok(Some((row.get(0).map_err(StoreError::from)?, row.get(1).map_err(StoreError::from)?)))
}

fn register(store: &Store, set: &FeatureSet, now: Ts) -> Result<()> {
    let columns = set.columns().join("\n");
    store
        .conn()
        .execute(crate::sql!("features/register"), params![set.name(), set.hash(), set.text(), columns, now.0])
        .map_err(StoreError::from)?;
    Ok(())
}
