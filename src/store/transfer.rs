//! Copying rows from one store into another.

use duckdb::ToSql;

use super::{Result, Store};

/// Appends what a statement reads in one store to the columns of the same names in a table of another.
///
/// # Errors
/// Faults of DuckDB in either store.
pub fn copy(from: &Store, sql: &str, parameters: &[&dyn ToSql], to: &Store, table: &str) -> Result<()> {
    let mut statement = from.conn().prepare(sql)?;
    let stream = statement.stream_arrow(parameters)?;
    let schema = stream.get_schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut appender = to.conn().appender_with_columns(table, &names)?;
    for batch in stream {
        appender.append_record_batch(batch?)?;
    }
    // Errors surface here; dropped unflushed they would be lost.
    appender.flush()?;
    Ok(())
}
