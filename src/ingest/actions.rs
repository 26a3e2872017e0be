//! Splits and dividends from a CSV file into `corporate_actions`.
//!
//! Columns: `symbol`, `ex_date` (2024-01-31) and `split` and/or `dividend`. A split is new shares for one old share (2, or
//! 0.1 for a reverse split); a dividend is cash a share in the instrument's currency, on the share before the ex-date. A
//! row may have both; they are stored as two. Any mistake refuses the whole file with its line. Reading a file twice
//! changes nothing; a corrected value replaces the earlier one, which is kept in `corporate_actions_revisions`. What was
//! derived from the bars of the symbol is marked as stale from the ex-date on.

use std::collections::BTreeMap;
use std::path::Path;

pub use super::reference::Report;

use super::IngestError;
use super::reference::Rows;
use crate::domain::{Symbol, Ts};
use crate::sql;
use crate::store::{Columns, Store, StoreError, params, stale};

const COLUMNS: [&str; 4] = ["symbol", "ex_date", "split", "dividend"];
const HINT: &str =
    "the columns are symbol, ex_date (2024-01-31), split (new shares for one old) and dividend (cash a share)";

/// Which of the two an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Split,
    Dividend,
}

/// Merges a file of actions in one transaction.
///
/// # Errors
/// An unreadable file; a refusal with file and line for anything that is not as it should be; faults of the store.
pub fn run(store: &Store, path: &Path, now: Ts) -> Result<Report, IngestError> {
    let rows = Rows::read(path, &COLUMNS, 2, HINT)?;
    let actions = parse(&rows)?;
    let counts = store.transaction(|| write(store, &actions, path, now));
    store.conn().execute_batch(sql!("ingest/actions_drop")).map_err(StoreError::from)?;
    let (inserted, updated, unchanged) = counts?;
    Ok(Report { rows_read: rows.len(), inserted, updated, unchanged })
}

type Actions = BTreeMap<(Symbol, i32, Sort), f64>;

fn parse(rows: &Rows<'_>) -> Result<Actions, IngestError> {
    let mut actions = Actions::new();
    for row in rows.iter() {
        let (symbol, ex_date) = (row.symbol(0)?, row.date(1)?);
        let (split, dividend) = (row.positive(2)?, row.positive(3)?);
        if split.is_none() && dividend.is_none() {
            return Err(row.refusal("has neither a split nor a dividend"));
        }
        if split == Some(1.0) {
            return Err(row.refusal("a split of 1 changes nothing"));
        }
        for (sort, value) in [(Sort::Split, split), (Sort::Dividend, dividend)] {
            let Some(value) = value else { continue };
            let other = actions.insert((symbol.clone(), ex_date, sort), value);
            if other.is_some_and(|other| other != value) {
                return Err(
                    row.refusal(format!("an earlier row has another {sort:?} of {symbol} on that day").to_lowercase())
                );
            }
        }
    }
    Ok(actions)
}

fn write(store: &Store, actions: &Actions, path: &Path, now: Ts) -> Result<(i64, i64, i64), StoreError> {
    let conn = store.conn();
    conn.execute_batch(sql!("ingest/actions_create"))?;
    let of =
        |wanted: Sort| actions.iter().map(move |((_, _, sort), value)| if *sort == wanted { *value } else { f64::NAN });
    Columns::new()
        .text("symbol", actions.keys().map(|(symbol, ..)| symbol.as_str()))
        .date("ex_date", actions.keys().map(|(_, date, _)| *date))
        .f64("split", of(Sort::Split))
        .f64("dividend", of(Sort::Dividend))
        .append_to(store, "staged_actions")?;
    let counts = conn.query_row(sql!("ingest/actions_count"), [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    mark_stale(store, &format!("corporate actions changed by {file}"), now)?;
    conn.execute(sql!("ingest/actions_keep_revisions"), params![now.0])?;
    conn.execute(sql!("ingest/actions_delete"), [])?;
    conn.execute(sql!("ingest/actions_insert"), params![file, now.0])?;
    Ok(counts)
}

/// Marks what was derived from the bars that new and corrected actions concern.
fn mark_stale(store: &Store, reason: &str, now: Ts) -> Result<(), StoreError> {
    let mut statement = store.conn().prepare(sql!("ingest/actions_changed"))?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(2)?))
    })?;
    for row in rows {
        let (symbol, split, dividend) = row?;
        stale::mark_adjusted(store, &symbol, None, reason, now)?;
        stale::mark_actions(store, &symbol, (split, dividend), reason, now)?;
    }
    Ok(())
}
