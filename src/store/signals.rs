//! Signals that one reading statement gives: `symbol, ts, direction, confidence`.
//!
//! `ts` is the start of the bar at whose close a signal is known, in UTC; a TIMESTAMPTZ and a text with an offset are
//! converted to it. `confidence` may be left out or NULL; other columns are
//! refused, as nothing reads them.

use duckdb::arrow::datatypes::DataType;

use super::guard::{Files, Statement};
use super::{Result, Store, StoreError, query, stamps};
use crate::domain::{Interval, Ts, nearest};

/// One signal as the statement has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalRow {
    /// Instrument.
    pub symbol: String,
    /// Start of the bar at whose close it is known.
    pub ts: Ts,
    /// LONG, SHORT or FLAT, if the statement is right.
    pub direction: String,
    /// From 0 to 1, when there is one.
    pub confidence: Option<f64>,
}

const NEEDED: [&str; 3] = ["symbol", "ts", "direction"];
const CONFIDENCE: &str = "confidence";

/// Runs the statement and gives its signals by symbol and time.
///
/// # Errors
/// What is no reading statement or does not run; a missing or an unknown column; NULL as symbol, ts or direction; values
/// that are no time or no number.
pub fn read(store: &Store, sql: &str) -> Result<Vec<SignalRow>> {
    let statement = Statement::reading(sql, Files::Refused)?;
    let guarded = store.guarded()?;
    let columns = query::columns(&guarded, &statement)?;
    let confidence = if check_columns(&columns)? { "CAST(confidence AS DOUBLE)" } else { "CAST(NULL AS DOUBLE)" };
    let zoned = ts_type(&columns).is_some_and(stamps::may_have_zone);
    let ts = if zoned { "CAST(ts AS VARCHAR)" } else { "CAST(epoch_us(CAST(ts AS TIMESTAMP)) AS VARCHAR)" };
    let rows = statement.within(
        &format!("SELECT CAST(symbol AS VARCHAR), {ts}, CAST(direction AS VARCHAR), {confidence} FROM"),
        "AS given ORDER BY ALL",
    )?;
    let fault = |error: duckdb::Error| StoreError::Query(query::tidy(&error));
    let mut statement = guarded.conn().prepare(&rows).map_err(fault)?;
    let mut rows = statement.query([]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let symbol: Option<String> = row.get(0)?;
        let symbol = symbol.ok_or_else(|| StoreError::Query("a row has no symbol (NULL)".into()))?;
        let ts: Option<String> = row.get(1)?;
        let ts = ts.ok_or_else(|| StoreError::Query(format!("a row about '{symbol}' has no ts (NULL)")))?;
        let instant = if zoned { stamps::instant(&ts) } else { ts.parse().ok() };
        let ts = Ts(instant
            .ok_or_else(|| StoreError::Query(format!("a row about '{symbol}' has the ts '{ts}'; {}", stamps::FORM)))?);
        let direction: Option<String> = row.get(2)?;
        let none = || StoreError::Query(format!("the row about '{symbol}' at {ts} has no direction (NULL)"));
        let direction = direction.ok_or_else(none)?;
        found.push(SignalRow { symbol, ts, direction, confidence: row.get(3)? });
    }
    // Texts are in the order of their letters, which is not that of their instants.
    found.sort_by(|a, b| (&a.symbol, a.ts).cmp(&(&b.symbol, b.ts)));
    Ok(found)
}

/// The statement with the interval of its bars and directions as numbers: 1, -1 and 0, as an audit compares them.
///
/// # Errors
/// What is no reading statement or does not run.
pub fn keyed(store: &Store, sql: &str, interval: Interval) -> Result<String> {
    let statement = Statement::reading(sql, Files::Refused)?;
    let columns = query::columns(&store.guarded()?, &statement)?;
    let ts = stamps::utc("ts", ts_type(&columns));
    statement.within(
        &format!(
            "SELECT symbol, '{interval}' AS interval, {ts} AS ts,
                CASE upper(direction) WHEN 'LONG' THEN 1 WHEN 'SHORT' THEN -1 WHEN 'FLAT' THEN 0 END AS direction,
                signals.* EXCLUDE (symbol, ts, direction)
         FROM"
        ),
        "AS signals",
    )
}

fn ts_type(columns: &[(String, DataType)]) -> Option<&DataType> {
    columns.iter().find(|(name, _)| name.eq_ignore_ascii_case("ts")).map(|(_, kind)| kind)
}

/// Refuses missing and unknown columns; says whether there is a confidence.
fn check_columns(columns: &[(String, DataType)]) -> Result<bool> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if let Some(missing) = NEEDED.iter().find(|needed| !has(needed)) {
        let given = names.join(", ");
        return Err(StoreError::Query(format!("column '{missing}' is missing; the statement gives {given}")));
    }
    let known = || NEEDED.into_iter().chain([CONFIDENCE]);
    if let Some(unknown) = names.iter().find(|name| !known().any(|known| known.eq_ignore_ascii_case(name))) {
        let hint = match nearest(unknown, known()) {
            Some(near) if !has(near) => format!("did you mean '{near}'?"),
            _ => "leave it out".into(),
        };
        return Err(StoreError::Query(format!("column '{unknown}' is read by nothing; {hint}")));
    }
    Ok(has(CONFIDENCE))
}
