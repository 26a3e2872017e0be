//! Copying tables and rows from one store into another.

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

/// Makes a table of one store in another, with its comment and without rows; says whether there is such a table.
///
/// # Errors
/// Faults of DuckDB in either store.
pub fn table(from: &Store, to: &Store, table: &str) -> Result<bool> {
    let found = from.conn().query_row(
        "SELECT sql, coalesce(comment, '') FROM duckdb_tables() WHERE table_name = ? AND schema_name = 'main'
         AND NOT internal AND NOT temporary",
        [table],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
    );
    let (sql, comment) = match found {
        Err(duckdb::Error::QueryReturnedNoRows) => return Ok(false),
        found => found?,
    };
    to.conn().execute_batch(&sql)?;
    // Statements about the catalogue take no parameters; quoting keeps both what they are.
    let (table, comment) = (table.replace('"', "\"\""), comment.replace('\'', "''"));
    to.conn().execute_batch(&format!("COMMENT ON TABLE \"{table}\" IS '{comment}'"))?;
    Ok(true)
}
