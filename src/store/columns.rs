//! Building Arrow batches column by column and appending them to tables.

use std::sync::Arc;

use duckdb::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use duckdb::arrow::buffer::{BooleanBuffer, NullBuffer};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::vtab::arrow::{ArrowBatchRegistration, ArrowVTab};

use super::{Result, Store, StoreError};
use crate::domain::Ts;

/// Rows of one row group of DuckDB: what a thread compresses at a time.
pub const ROW_GROUP: usize = 122_880;

/// Makes `arrow($1)` known to a connection, for [`Columns::insert_with`].
pub(super) fn register(conn: &duckdb::Connection) -> Result<()> {
    Ok(conn.register_table_function::<ArrowVTab>("arrow")?)
}

/// Named columns of equal length, to be appended to a table.
///
/// NaN in an `f64` column is written as NULL: unknown is NULL, never a number.
#[derive(Default)]
pub struct Columns {
    names: Vec<String>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// No columns yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds any Arrow array.
    #[must_use]
    pub fn array(mut self, name: &str, array: ArrayRef) -> Self {
        self.names.push(name.to_string());
        self.arrays.push(array);
        self
    }

    /// Adds text.
    #[must_use]
    pub fn text<S: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = S>) -> Self {
        self.array(name, Arc::new(StringArray::from_iter_values(values)))
    }

    /// Adds text that may be NULL.
    #[must_use]
    pub fn text_opt<S: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = Option<S>>) -> Self {
        self.array(name, Arc::new(values.into_iter().collect::<StringArray>()))
    }

    /// Adds TIMESTAMPs.
    #[must_use]
    pub fn ts(self, name: &str, values: impl IntoIterator<Item = Ts>) -> Self {
        self.array(name, Arc::new(TimestampMicrosecondArray::from_iter_values(values.into_iter().map(|ts| ts.0))))
    }

    /// Adds TIMESTAMPs that may be NULL.
    #[must_use]
    pub fn ts_opt(self, name: &str, values: impl IntoIterator<Item = Option<Ts>>) -> Self {
        let values = values.into_iter().map(|ts| ts.map(|ts| ts.0));
        self.array(name, Arc::new(values.collect::<TimestampMicrosecondArray>()))
    }

    /// Adds DATEs given as days since 1970-01-01.
    #[must_use]
    pub fn date(self, name: &str, values: impl IntoIterator<Item = i32>) -> Self {
        self.array(name, Arc::new(Date32Array::from_iter_values(values)))
    }

    /// Adds text that repeats: a run of each value as long as its count says.
    #[must_use]
    pub fn text_runs<S: AsRef<str>>(self, name: &str, runs: impl IntoIterator<Item = (S, usize)>) -> Self {
        let mut builder = StringBuilder::new();
        for (text, rows) in runs {
            (0..rows).for_each(|_| builder.append_value(text.as_ref()));
        }
        self.array(name, Arc::new(builder.finish()))
    }

    /// Adds DOUBLEs; NaN becomes NULL.
    #[must_use]
    pub fn f64(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.f64_vec(name, values.into_iter().collect())
    }

    /// Adds DOUBLEs without copying them; NaN becomes NULL.
    #[must_use]
    pub fn f64_vec(self, name: &str, values: Vec<f64>) -> Self {
        let known = values.iter().any(|value| value.is_nan()).then(|| {
            let known = BooleanBuffer::collect_bool(values.len(), |row| !values[row].is_nan());
            NullBuffer::new(known)
        });
        self.array(name, Arc::new(Float64Array::new(values.into(), known)))
    }

    /// Adds BOOLEANs.
    #[must_use]
    pub fn bool(self, name: &str, values: impl IntoIterator<Item = bool>) -> Self {
        self.array(name, Arc::new(BooleanArray::from(values.into_iter().collect::<Vec<_>>())))
    }

    /// Adds BIGINTs.
    #[must_use]
    pub fn i64(self, name: &str, values: impl IntoIterator<Item = i64>) -> Self {
        self.array(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    /// Adds INTEGERs.
    #[must_use]
    pub fn i32(self, name: &str, values: impl IntoIterator<Item = i32>) -> Self {
        self.array(name, Arc::new(Int32Array::from_iter_values(values)))
    }

    /// Adds INTEGERs that may be NULL.
    #[must_use]
    pub fn i32_opt(self, name: &str, values: impl IntoIterator<Item = Option<i32>>) -> Self {
        self.array(name, Arc::new(values.into_iter().collect::<Int32Array>()))
    }

    /// Runs an `INSERT .. SELECT` over the rows, which are `arrow($1)` and, from row [`ROW_GROUP`] on, `arrow($2)`;
    /// `$3` and on are `values`.
    ///
    /// The two halves of a `UNION ALL` are written in parallel, each in its order. Faster than [`Columns::append_to`]
    /// also because constants and computed columns come from SQL.
    ///
    /// # Errors
    /// Columns of different lengths and whatever the statement reports.
    pub fn insert_with(self, store: &Store, sql: &str, values: &[&dyn duckdb::ToSql]) -> Result<()> {
        let batch = self.batch("arrow")?;
        let rows = batch.num_rows();
        let first = ROW_GROUP.min(rows);
        let halves = [batch.slice(0, first), batch.slice(first, rows - first)].map(ArrowBatchRegistration::new);
        let tokens = [&halves[0], &halves[1]];
        let mut all: Vec<&dyn duckdb::ToSql> = vec![&tokens[0], &tokens[1]];
        all.extend_from_slice(values);
        // Generated scripts are long; reading one again takes longer than running it over a few rows.
        store.conn().prepare_cached(sql)?.execute(all.as_slice())?;
        Ok(())
    }

    pub(super) fn batch(self, table: &str) -> Result<RecordBatch> {
        let fault = |source| StoreError::Arrow { table: table.to_string(), source };
        let pairs = self.names.into_iter().zip(self.arrays);
        RecordBatch::try_from_iter_with_nullable(pairs.map(|(name, array)| (name, array, true))).map_err(fault)
    }

    /// Appends to the columns of the same names of `table` and flushes; other columns get their defaults.
    ///
    /// # Errors
    /// Columns of different lengths, unknown columns, type mismatches and full disks.
    pub fn append_to(self, store: &Store, table: &str) -> Result<()> {
        let names = self.names.clone();
        let batch = self.batch(table)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut appender = store.conn().appender_with_columns(table, &names)?;
        appender.append_record_batch(batch)?;
        // Errors surface here; dropped unflushed they would be lost.
        appender.flush()?;
        Ok(())
    }
}
