//! Reading files that DuckDB understands, beside the store's own connection.

use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, params};

use super::{Result, Store, StoreError};

/// A second connection, so that a file is read while the first one writes.
pub struct Scanner {
    conn: Connection,
}

impl Scanner {
    /// A scanner of this store's DuckDB instance; it shares its memory limit.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn new(store: &Store) -> Result<Self> {
        Ok(Self { conn: store.conn().try_clone()? })
    }

    /// Names and DuckDB types of a Parquet file's columns.
    ///
    /// # Errors
    /// A file that isn't Parquet or can't be read.
    pub fn parquet_columns(&self, path: &str) -> Result<Vec<(String, String)>> {
        let mut statement =
            self.conn.prepare("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet($1))")?;
        let rows = statement.query_map(params![path], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Streams a Parquet file: the expressions, then the row number from 1 as `BIGINT`, in file order.
    ///
    /// Expressions are SQL over the file's columns; [`Scanner::column`] quotes a name. `each` gets every batch and
    /// says whether to go on.
    ///
    /// # Errors
    /// Damaged files and faults of DuckDB.
    pub fn parquet_rows(
        &self,
        path: &str,
        expressions: &[String],
        mut each: impl FnMut(&RecordBatch) -> bool,
    ) -> Result<()> {
        let list = expressions.join(", ");
        let sql = format!("SELECT {list}, file_row_number + 1 FROM read_parquet($1, file_row_number = true)");
        let mut statement = self.conn.prepare(&sql)?;
        for batch in statement.stream_arrow(params![path])? {
            if !each(&batch.map_err(StoreError::from)?) {
                break;
            }
        }
        Ok(())
    }

    /// A column name as an SQL identifier.
    #[must_use]
    pub fn column(name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
