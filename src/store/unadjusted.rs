//! Whether a statement reads prices as traded across a split, which tell of a fall where nothing fell.
//!
//! What a statement reads is told by its parse tree; tables named by a text are refused by the guard.

use duckdb::params;

use super::guard::{Files, Statement};
use super::{Result, Store};
use crate::domain::{Interval, Symbol, Ts};

/// The table of bars as they came.
const BARS: &str = "bars";
/// End of what a time of DuckDB's can be here (year 9999).
const MAX_MICROS: i64 = 253_402_300_799_000_000;

/// The first split, as symbol and ex-date, that lies within the raw bars before a time of the symbols that a statement
/// speaks of, when the statement reads `bars`; `None` when there is none, or it reads something else.
///
/// # Errors
/// What is no reading statement, and faults of DuckDB.
pub fn split_crossed(
    store: &Store,
    sql: &str,
    symbols: &[Symbol],
    interval: Interval,
    to: Option<Ts>,
) -> Result<Option<(String, String)>> {
    if !Statement::reading(sql, Files::Refused)?.reads_table(BARS) {
        return Ok(None);
    }
    let asked = symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join("\n");
    let to = to.map_or(MAX_MICROS, |ts| ts.0.min(MAX_MICROS));
    let mut statement = store.conn().prepare(crate::sql!("store/split_within"))?;
    let mut rows = statement.query(params![asked, interval.as_str(), to])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_bars_is_told_by_the_parser() {
        for (sql, reads) in [
            ("FROM bars", true),
            ("SELECT * FROM main.\"BARS\"", true),
            ("SELECT (SELECT max(close) FROM bars) AS x", true),
            ("WITH q AS (FROM bars) FROM q", true),
            // The first reads the table, the second the expression of its name.
            ("WITH bars AS (SELECT * FROM bars) FROM bars", true),
            ("WITH bars AS (FROM bars_adjusted) FROM bars", false),
            ("WITH bars AS (FROM bars_adjusted) FROM main.bars", true),
            ("SELECT * FROM bars_adjusted a JOIN bars_adjusted b USING (symbol) WHERE a.close > 1 -- not bars", false),
            ("SELECT 'bars' AS bars FROM bars_adjusted", false),
            ("FROM bars_adjusted WHERE EXISTS (SELECT 1 FROM features_core23 SEMI JOIN bars USING (symbol))", true),
            ("PIVOT bars ON symbol IN ('A') USING max(close)", true),
            ("FROM (DESCRIBE bars)", true),
            ("WITH a AS (WITH bars AS (SELECT 1 AS x) FROM bars) FROM a", false),
            ("WITH a AS (WITH bars AS (SELECT 1 AS x) FROM bars) FROM a, bars", true),
            ("WITH a AS (FROM bars), bars AS (SELECT 1 AS x) FROM a", true),
        ] {
            assert_eq!(Statement::reading(sql, Files::Refused).unwrap().reads_table(BARS), reads, "{sql}");
        }
    }
}
