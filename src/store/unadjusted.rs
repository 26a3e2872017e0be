//! Whether a statement reads prices as traded across a split, which tell of a fall where nothing fell.
//!
//! What a statement reads is asked of DuckDB's own parser. One that can't be told apart (DuckDB does not serialise it, or a
//! table is named by a text) counts as reading `bars` where the word stands in it.

use duckdb::params;
use serde_json::Value;

use super::{Result, Store};
use crate::domain::{Interval, Symbol, Ts};

/// The table of bars as they came.
const BARS: &str = "bars";
/// Functions that read a table or run a statement named by a text.
const BY_TEXT: [&str; 2] = ["query_table", "query"];
/// End of what a time of DuckDB's can be here (year 9999).
const MAX_MICROS: i64 = 253_402_300_799_000_000;

/// The first split, as symbol and ex-date, that lies within the raw bars before a time of the symbols that a statement
/// speaks of, when the statement reads `bars`; `None` when there is none, or it reads something else.
///
/// # Errors
/// Faults of DuckDB.
pub fn split_crossed(
    store: &Store,
    sql: &str,
    symbols: &[Symbol],
    interval: Interval,
    to: Option<Ts>,
) -> Result<Option<(String, String)>> {
    let asked = symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join("\n");
    let to = to.map_or(MAX_MICROS, |ts| ts.0.min(MAX_MICROS));
    let mut statement = store.conn().prepare(crate::sql!("store/split_within"))?;
    let mut rows = statement.query(params![asked, interval.as_str(), to])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let found = (row.get(0)?, row.get(1)?);
    Ok(reads_bars(store, sql)?.then_some(found))
}

/// Whether a statement reads the table `bars`, under whatever name.
fn reads_bars(store: &Store, sql: &str) -> Result<bool> {
    let tree: Option<String> =
        store.conn().query_row("SELECT json_serialize_sql(?)", params![sql], |row| row.get(0))?;
    let tree = tree.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    match tree.filter(|tree| tree["error"] == Value::Bool(false)) {
        Some(tree) => Ok(names_bars(&tree["statements"], &mut Vec::new()).unwrap_or_else(|| has_word(sql))),
        None => Ok(has_word(sql)),
    }
}

/// Whether a tree reads `bars`; `hidden` are the names of common table expressions in scope. `None` when it can't be told.
fn names_bars(tree: &Value, hidden: &mut Vec<String>) -> Option<bool> {
    let object = match tree {
        Value::Array(items) => return any(items.iter(), hidden),
        Value::Object(object) => object,
        _ => return Some(false),
    };
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    if text("type") == "base_table" && text("table_name") == BARS {
        return Some(!text("schema_name").is_empty() || !hidden.iter().any(|name| name == BARS));
    }
    if BY_TEXT.contains(&text("function_name").as_str()) {
        return None;
    }
    let outside = hidden.len();
    let expressions = object.get("cte_map").and_then(|map| map["map"].as_array()).map_or(&[][..], Vec::as_slice);
    let mut found = Some(false);
    for expression in expressions {
        // Its own name is hidden from what comes after it, not from itself.
        found = either(found, names_bars(&expression["value"], hidden));
        hidden.push(expression["key"].as_str().unwrap_or_default().to_lowercase());
    }
    let rest = object.iter().filter(|(key, _)| *key != "cte_map").map(|(_, value)| value);
    found = either(found, any(rest, hidden));
    hidden.truncate(outside);
    found
}

fn any<'a>(trees: impl Iterator<Item = &'a Value>, hidden: &mut Vec<String>) -> Option<bool> {
    trees.fold(Some(false), |found, tree| either(found, names_bars(tree, hidden)))
}

/// One that reads `bars` settles it; what can't be told is next.
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        _ => Some(false),
    }
}

/// Whether the word stands in a text by itself, in quotes, comments or neither.
fn has_word(sql: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    sql.to_lowercase().split(|c| !part(c)).any(|word| word == BARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_bars_is_told_by_the_parser() {
        let store = Store::in_memory().unwrap();
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
            ("FROM query_table('bars')", true),
            ("FROM query_table('bars_adjusted')", false),
            ("FROM bars_adjusted WHERE EXISTS (SELECT 1 FROM features_core23 SEMI JOIN bars USING (symbol))", true),
            ("PIVOT bars ON symbol USING max(close)", true),
            ("not even SQL about bars", true),
            ("not even SQL", false),
        ] {
            assert_eq!(reads_bars(&store, sql).unwrap(), reads, "{sql}");
        }
    }
}
