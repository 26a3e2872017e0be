//! Dated memberships from a CSV file into `universe`.
//!
//! Columns: `name`, `symbol`, `from` (first session as a member) and `to` (last one; empty is still a member). Any mistake
//! refuses the whole file with its line; so do periods of one name and symbol that overlap, in the file or with what is
//! stored. Reading a file twice changes nothing; a period that starts on the same day replaces the earlier one, so that
//! an end can be told later.

use std::collections::BTreeMap;
use std::path::Path;

pub use super::reference::Report;

use super::IngestError;
use super::reference::Rows;
use crate::domain::time::date_of;
use crate::domain::{Symbol, Ts, shown};
use crate::sql;
use crate::store::arrow::array::Date32Array;
use crate::store::{Columns, Store, StoreError, params};

const COLUMNS: [&str; 4] = ["name", "symbol", "from", "to"];
const HINT: &str = "the columns are name, symbol, from (2024-01-31) and to (empty: still a member)";

/// Longest name of a universe, in characters.
const MAX_NAME: usize = 40;

/// Merges a file of memberships in one transaction.
///
/// # Errors
/// An unreadable file; a refusal with file and line for anything that is not as it should be; faults of the store.
pub fn run(store: &Store, path: &Path, now: Ts) -> Result<Report, IngestError> {
    let rows = Rows::read(path, &COLUMNS, 3, HINT)?;
    let members = parse(&rows)?;
    let counts = store.transaction(|| write(store, &rows, &members, path, now));
    store.conn().execute_batch(sql!("ingest/universe_drop")).map_err(StoreError::from)?;
    let (inserted, updated, unchanged) = counts?;
    Ok(Report { rows_read: rows.len(), inserted, updated, unchanged })
}

/// (name, symbol, from) -> to
type Members = BTreeMap<(String, Symbol, i32), Option<i32>>;

fn parse(rows: &Rows<'_>) -> Result<Members, IngestError> {
    let mut members = Members::new();
    for row in rows.iter() {
        let name = row.text(0).unwrap_or_default();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(allowed) {
            let shown = shown(name);
            return Err(row.refusal(format!("'{shown}' is no name; use 1 to {MAX_NAME} letters, digits or _ - .")));
        }
        let (symbol, from, to) = (row.symbol(1)?, row.date(2)?, row.date_opt(3)?);
        if to.is_some_and(|to| to < from) {
            return Err(row.refusal("to lies before from"));
        }
        let overlaps = |(key, other_to): (&(String, Symbol, i32), &Option<i32>)| {
            key.0 == name && key.1 == symbol && key.2 <= to.unwrap_or(i32::MAX) && from <= other_to.unwrap_or(i32::MAX)
        };
        let same = members.get(&(name.to_string(), symbol.clone(), from)) == Some(&to);
        let of_symbol =
            members.range((name.to_string(), symbol.clone(), i32::MIN)..=(name.to_string(), symbol.clone(), i32::MAX));
        if !same && of_symbol.into_iter().any(overlaps) {
            return Err(row.refusal(format!("overlaps another period of {symbol} in {name}")));
        }
        members.insert((name.to_string(), symbol, from), to);
    }
    Ok(members)
}

fn write(
    store: &Store,
    rows: &Rows<'_>,
    members: &Members,
    path: &Path,
    now: Ts,
) -> Result<(i64, i64, i64), IngestError> {
    let conn = store.conn();
    let fault = StoreError::from;
    conn.execute_batch(sql!("ingest/universe_create")).map_err(fault)?;
    Columns::new()
        .text("name", members.keys().map(|(name, ..)| name.as_str()))
        .text("symbol", members.keys().map(|(_, symbol, _)| symbol.as_str()))
        .date("from", members.keys().map(|(.., from)| *from))
        .array("to", std::sync::Arc::new(members.values().copied().collect::<Date32Array>()))
        .append_to(store, "staged_members")?;
    let counts = conn
        .query_row(sql!("ingest/universe_count"), [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .map_err(fault)?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    conn.execute(sql!("ingest/universe_delete"), []).map_err(fault)?;
    conn.execute(sql!("ingest/universe_insert"), params![file, now.0]).map_err(fault)?;
    let mut statement = conn.prepare(sql!("ingest/universe_overlaps")).map_err(fault)?;
    let mut found = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)))
        .map_err(fault)?;
    if let Some(overlap) = found.next() {
        let (name, symbol, from) = overlap.map_err(fault)?;
        let day = date_of(i32::try_from(from).unwrap_or_default());
        return Err(rows.refusal(None, format!("the period of {symbol} in {name} from {day} overlaps a stored one")));
    }
    Ok(counts)
}
