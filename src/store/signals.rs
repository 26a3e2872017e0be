//! Signals that one reading statement gives: `symbol, ts, direction, confidence`.
//!
//! `ts` is the start of the bar at whose close a signal is known. `confidence` may be left out or NULL; other columns are
//! refused, as nothing reads them.

use super::{Result, Store, StoreError, query};
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
    let sql = query::single_reading(sql)?;
    let confidence = if check_columns(store, sql)? { "CAST(confidence AS DOUBLE)" } else { "CAST(NULL AS DOUBLE)" };
    let fault = |error: duckdb::Error| StoreError::Query(query::tidy(&error));
    let mut statement = store
        .conn()
        .prepare(&format!(
            "SELECT CAST(symbol AS VARCHAR), epoch_us(CAST(ts AS TIMESTAMP)), CAST(direction AS VARCHAR), {confidence}
             FROM (\n{sql}\n) ORDER BY ALL"
        ))
        .map_err(fault)?;
    let mut rows = statement.query([]).map_err(fault)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let symbol: Option<String> = row.get(0)?;
        let symbol = symbol.ok_or_else(|| StoreError::Query("a row has no symbol (NULL)".into()))?;
        let ts: Option<i64> = row.get(1)?;
        let ts = ts.ok_or_else(|| StoreError::Query(format!("a row about '{symbol}' has no ts (NULL)")))?;
        let direction: Option<String> = row.get(2)?;
        let none = || StoreError::Query(format!("the row about '{symbol}' at {} has no direction (NULL)", Ts(ts)));
        let direction = direction.ok_or_else(none)?;
        found.push(SignalRow { symbol, ts: Ts(ts), direction, confidence: row.get(3)? });
    }
    Ok(found)
}

/// The statement with the interval of its bars and directions as numbers: 1, -1 and 0, as an audit compares them.
///
/// # Errors
/// What is no reading statement.
pub fn keyed(sql: &str, interval: Interval) -> Result<String> {
    let sql = query::single_reading(sql)?;
    Ok(format!(
        "SELECT symbol, '{interval}' AS interval, CAST(ts AS TIMESTAMP) AS ts,
                CASE upper(direction) WHEN 'LONG' THEN 1 WHEN 'SHORT' THEN -1 WHEN 'FLAT' THEN 0 END AS direction,
                signals.* EXCLUDE (symbol, ts, direction)
         FROM (\n{sql}\n) AS signals"
    ))
}

/// Refuses missing and unknown columns; says whether there is a confidence.
fn check_columns(store: &Store, sql: &str) -> Result<bool> {
    let fault = |error: duckdb::Error| StoreError::Query(query::tidy(&error));
    let mut statement = store.conn().prepare(&format!("DESCRIBE SELECT * FROM (\n{sql}\n)")).map_err(fault)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault)?;
    let names = names.collect::<std::result::Result<Vec<_>, _>>().map_err(fault)?;
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
