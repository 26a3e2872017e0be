//! Reading bars and what the store holds of them.

use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::datatypes::{Date32Type, Float64Type, TimestampMicrosecondType};
use duckdb::params;

use super::{Result, Store};
use crate::domain::{Bar, Bars, Interval, Symbol, Ts};

/// What the store holds of one symbol and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// Instrument.
    pub symbol: Symbol,
    /// Bar length.
    pub interval: Interval,
    /// Number of bars.
    pub bars: i64,
    /// First bar start.
    pub first: Ts,
    /// Last bar start.
    pub last: Ts,
}

/// Every symbol and interval with bars, sorted.
///
/// # Errors
/// Faults of DuckDB.
pub fn coverage(store: &Store) -> Result<Vec<Coverage>> {
    let mut statement = store.conn().prepare(
        "SELECT symbol, interval, count(*), epoch_us(min(ts)), epoch_us(max(ts)) FROM bars GROUP BY ALL ORDER BY ALL",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, Ts(row.get(3)?), Ts(row.get(4)?)))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (symbol, interval, bars, first, last) = row?;
        // Names in the table were validated when written; foreign ones are not ours to read.
        if let (Ok(symbol), Ok(interval)) = (symbol.parse(), interval.parse()) {
            found.push(Coverage { symbol, interval, bars, first, last });
        }
    }
    Ok(found)
}

/// The bars of one series with `from <= ts < to`, ascending; either end may be open.
///
/// # Errors
/// Faults of DuckDB. An unknown symbol gives an empty series.
pub fn load(store: &Store, symbol: &Symbol, interval: Interval, from: Option<Ts>, to: Option<Ts>) -> Result<Bars> {
    let mut statement = store.conn().prepare(
        "SELECT ts, close_ts, session_date, open, high, low, close, volume, vwap FROM bars
         WHERE symbol = ? AND interval = ? AND ts >= make_timestamp(?) AND ts < make_timestamp(?) ORDER BY ts",
    )?;
    let from = from.map_or(MIN_MICROS, |ts| ts.0.max(MIN_MICROS));
    let to = to.map_or(MAX_MICROS, |ts| ts.0.min(MAX_MICROS));
    let mut bars = Bars::empty(symbol.clone(), interval);
    for batch in statement.stream_arrow(params![symbol.as_str(), interval.as_str(), from, to])? {
        let batch = batch?;
        let ts = batch.column(0).as_primitive::<TimestampMicrosecondType>();
        let close_ts = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        let session = batch.column(2).as_primitive::<Date32Type>();
        let price = |column: usize| batch.column(column).as_primitive::<Float64Type>();
        let optional =
            |column: usize, row: usize| if price(column).is_null(row) { f64::NAN } else { price(column).value(row) };
        for row in 0..batch.num_rows() {
            bars.push(Bar {
                ts: Ts(ts.value(row)),
                close_ts: Ts(close_ts.value(row)),
                session_date: session.value(row),
                open: price(3).value(row),
                high: price(4).value(row),
                low: price(5).value(row),
                close: price(6).value(row),
                volume: optional(7, row),
                vwap: optional(8, row),
            });
        }
    }
    Ok(bars)
}

/// Bounds that `make_timestamp` takes (years 1 to 9999).
const MIN_MICROS: i64 = -62_135_596_800_000_000;
const MAX_MICROS: i64 = 253_402_300_799_000_000;
