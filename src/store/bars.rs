//! Reading bars and what the store holds of them.

use duckdb::params;

use super::{Result, Store, series};
use crate::domain::{Bars, Interval, Symbol, Ts};

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
    coverage_of(store, &[], None)
}

/// The same of these symbols (none: all) at this interval (`None`: every one); other series are not looked at.
///
/// # Errors
/// Faults of DuckDB. Symbols without bars are missing from the answer.
pub fn coverage_of(store: &Store, symbols: &[Symbol], interval: Option<Interval>) -> Result<Vec<Coverage>> {
    // A join, not a condition that may hold for all: only then are row groups of other symbols passed over.
    const THESE: &str = "SEMI JOIN (SELECT unnest(string_split($1, chr(10))) AS symbol) AS w ON w.symbol = b.symbol
                         WHERE $1 <> ''";
    const ALL: &str = "WHERE $1 = ''";
    let mut statement = store.conn().prepare(&format!(
        "SELECT b.symbol, b.interval, count(*), epoch_us(min(b.ts)), epoch_us(max(b.ts))
         FROM bars AS b {} AND ($2 = '' OR b.interval = $2) GROUP BY ALL ORDER BY ALL",
        if symbols.is_empty() { ALL } else { THESE }
    ))?;
    let symbols: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
    let values = params![symbols.join("\n"), interval.map_or("", Interval::as_str)];
    let rows = statement.query_map(values, |row| {
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

/// The bars of one series as stored with `from <= ts < to`, ascending; either end may be open.
///
/// # Errors
/// Faults of DuckDB. An unknown symbol gives an empty series.
pub fn load(store: &Store, symbol: &Symbol, interval: Interval, from: Option<Ts>, to: Option<Ts>) -> Result<Bars> {
    const OF_SERIES: &str =
        "FROM bars WHERE symbol = ? AND interval = ? AND ts >= make_timestamp(?) AND ts < make_timestamp(?)";
    let from = from.map_or(MIN_MICROS, |ts| ts.0.clamp(MIN_MICROS, MAX_MICROS));
    let to = to.map_or(MAX_MICROS, |ts| ts.0.clamp(MIN_MICROS, MAX_MICROS));
    let key = params![symbol.as_str(), interval.as_str(), from, to];
    let rows: i64 = store.conn().query_row(&format!("SELECT count(*) {OF_SERIES}"), key, |row| row.get(0))?;
    let mut bars = Bars::empty(symbol.clone(), interval);
    bars.reserve(usize::try_from(rows).unwrap_or(0));
    let mut statement = store.conn().prepare(&format!(
        "SELECT CAST(0 AS BIGINT), ts, close_ts, session_date, open, high, low, close, volume, vwap {OF_SERIES}"
    ))?;
    for batch in statement.stream_arrow(key)? {
        series::push_batch(&batch?, &[], std::slice::from_mut(&mut bars));
    }
    series::sort(std::slice::from_mut(&mut bars));
    Ok(bars)
}

/// Smallest microseconds that `make_timestamp` takes: the year 1.
pub const MIN_MICROS: i64 = -62_135_596_800_000_000;
/// Largest ones: the end of the year 9999.
pub const MAX_MICROS: i64 = 253_402_300_799_000_000;
