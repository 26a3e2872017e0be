//! What an audit asks the store.

use super::{AuditPlan, Check, LabelTimes, Periods, SPLITS, SplitFigures};
use crate::domain::{Symbol, Ts};
use crate::labels::error::LabelError;
use crate::labels::row::{Barrier, LabelRow};
use crate::store::{Store, StoreError, duckdb, params};

/// When the chosen series have rows, and when any of them has a label.
pub(super) fn times(store: &Store, plan: &AuditPlan) -> Result<LabelTimes, LabelError> {
    let mut statement = store.conn().prepare(crate::sql!("labels/times")).map_err(StoreError::from)?;
    let bound = params![plan.label_set, plan.interval.as_str(), joined(&plan.symbols)];
    let rows = statement.query_map(bound, |row| Ok((row.get(0)?, Ts(row.get(1)?), row.get(2)?)));
    let (mut found, mut last) = (LabelTimes::default(), String::new());
    for row in rows.map_err(StoreError::from)? {
        let (symbol, ts, is_labelled): (String, Ts, bool) = row.map_err(StoreError::from)?;
        if found.series.is_empty() || symbol != last {
            found.series.push(Vec::new());
            last = symbol;
        }
        found.series.last_mut().into_iter().for_each(|series| series.push(ts));
        if is_labelled {
            found.labelled.push(ts);
        }
    }
    found.labelled.sort_unstable();
    found.labelled.dedup();
    Ok(found)
}

fn joined(symbols: &[Symbol]) -> String {
    symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join("\n")
}

/// The splits in figures.
pub(super) fn figures(store: &Store, plan: &AuditPlan, periods: &Periods) -> Result<Vec<SplitFigures>, LabelError> {
    let read = |row: &duckdb::Row<'_>| {
        let (n_rows, n_null): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(SplitFigures {
            split: row.get(0)?,
            n_rows,
            n_null,
            null_share: (n_rows > 0).then(|| n_null as f64 / n_rows as f64),
            n_purged: row.get(3)?,
            n: row.get(4)?,
            base_rate: row.get(5)?,
            take_profit: row.get(6)?,
            stop_loss: row.get(7)?,
            horizon: row.get(8)?,
            session: row.get(9)?,
            mean_return: row.get(10)?,
            median_return: row.get(11)?,
            mean_bars_held: row.get(12)?,
            mean_weight: row.get(13)?,
        })
    };
    let [train, valid, test] = periods;
    let symbols = joined(&plan.symbols);
    let interval = plan.interval.as_str();
    let bound =
        params![plan.label_set, interval, symbols, train.0.0, train.1.0, valid.0.0, valid.1.0, test.0.0, test.1.0];
    let mut statement = store.conn().prepare(crate::sql!("labels/split_figures")).map_err(StoreError::from)?;
    let found = statement.query_map(bound, read).map_err(StoreError::from)?;
    let mut found: Vec<SplitFigures> = found.collect::<duckdb::Result<_>>().map_err(StoreError::from)?;
    found.sort_by_key(|figures| SPLITS.iter().position(|split| *split == figures.split));
    Ok(found)
}

/// What every row was held to.
pub(super) struct RowChecks {
    /// The rules.
    pub checks: Vec<Check>,
    /// Labels without a weight.
    pub unweighed: i64,
    /// Rows of simulated bars.
    pub synthetic: i64,
}

/// The rules that hold for every row.
pub(super) fn row_checks(store: &Store, plan: &AuditPlan) -> Result<RowChecks, LabelError> {
    const RULES: [(&str, &str); 7] = [
        ("unique", "one row a series and time"),
        ("has_bar", "every decision has its bar"),
        ("entry_is_next_bar", "the entry is the start of the bar after the decision"),
        ("entry_after_close", "the entry is not before the decision's close_ts"),
        ("exit_after_entry", "the exit is not before the entry"),
        ("all_or_nothing", "label, return, exit and barrier are known together, a weight only with them"),
        ("weight_range", "a weight is above 0 and at most 1"),
    ];
    let bound = params![plan.label_set, plan.interval.as_str(), joined(&plan.symbols)];
    let read = |row: &duckdb::Row<'_>| (0..10).map(|column| row.get(column)).collect::<duckdb::Result<Vec<i64>>>();
    let counts = store.conn().query_row(crate::sql!("labels/row_checks"), bound, read).map_err(StoreError::from)?;
    let checked = counts[0];
    let checks = RULES.iter().zip(&counts[1..]).map(|((name, rule), violations)| Check {
        name,
        rule,
        checked,
        violations: *violations,
    });
    Ok(RowChecks { checks: checks.collect(), unweighed: counts[8], synthetic: counts[9] })
}

/// A drawn row before its bars are known: split, symbol, label.
pub(super) type Drawn = (String, String, LabelRow);

/// The random sample.
pub(super) fn drawn(store: &Store, plan: &AuditPlan, periods: &Periods) -> Result<Vec<Drawn>, LabelError> {
    let read = |row: &duckdb::Row<'_>| {
        let ts = |column: usize| Ok::<_, duckdb::Error>(row.get::<_, Option<i64>>(column)?.map(Ts));
        let label = LabelRow {
            ts: Ts(row.get(2)?),
            label: row.get(3)?,
            forward_return: row.get(4)?,
            entry_ts: ts(5)?,
            exit_ts: ts(6)?,
            barrier: row.get::<_, Option<String>>(7)?.as_deref().and_then(Barrier::from_name),
            side: row.get(8)?,
            weight: row.get(9)?,
        };
        Ok((row.get(0)?, row.get(1)?, label))
    };
    let [train, valid, test] = periods;
    let (symbols, interval) = (joined(&plan.symbols), plan.interval.as_str());
    let bound = params![
        plan.label_set,
        interval,
        symbols,
        train.0.0,
        train.1.0,
        valid.0.0,
        valid.1.0,
        test.0.0,
        test.1.0,
        plan.seed,
        plan.per_split as i64
    ];
    let mut statement = store.conn().prepare(crate::sql!("labels/sample")).map_err(StoreError::from)?;
    let found = statement.query_map(bound, read).map_err(StoreError::from)?;
    Ok(found.collect::<duckdb::Result<_>>().map_err(StoreError::from)?)
}
