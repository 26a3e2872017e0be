//! Results of judged statements, written while they come: CSV, JSON lines of an array, Parquet, or the first rows.

use std::io::Write;
use std::path::Path;

use duckdb::arrow::array::{Array, AsArray, RecordBatch};
use duckdb::arrow::datatypes::{DataType, SchemaRef};
use duckdb::arrow::util::display::ArrayFormatter;

use super::guard::Statement;
use super::query::{self, Table};
use super::{Result, Store, StoreError};

fn fault(error: impl std::fmt::Display) -> StoreError {
    StoreError::Query(format!("writing the result: {error}"))
}

/// Writes RFC 4180 CSV with a header line; NULL is an empty field. Gives the number of rows.
///
/// # Errors
/// Everything DuckDB and the writer report.
pub fn csv(store: &Store, statement: &Statement, values: &[Option<String>], out: &mut dyn Write) -> Result<u64> {
    let (mut rows, mut writer, mut begun) = (0, csv::Writer::from_writer(out), false);
    query::stream(store, statement.text(), values, |schema, batch| {
        if !begun {
            writer.write_record(query::unique_names(schema)).map_err(fault)?;
            begun = true;
        }
        rows += batch.num_rows() as u64;
        let batch = query::in_utc(batch);
        let formatters = formatters(&batch)?;
        for row in 0..batch.num_rows() {
            for (array, formatter) in batch.columns().iter().zip(&formatters) {
                if query::is_unknown(array.as_ref(), row) {
                    writer.write_field("").map_err(fault)?;
                } else {
                    writer.write_field(formatter.value(row).to_string()).map_err(fault)?;
                }
            }
            writer.write_record(None::<&[u8]>).map_err(fault)?;
        }
        Ok(true)
    })?;
    writer.flush().map_err(fault)?;
    Ok(rows)
}

fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>> {
    batch.columns().iter().map(|array| ArrayFormatter::try_new(array.as_ref(), &query::TEXT).map_err(fault)).collect()
}

/// Writes an array of objects, one a line, members in the order of the columns; NULL, NaN and infinities are null.
/// Gives the number of rows.
///
/// # Errors
/// Everything DuckDB and the writer report.
pub fn json(store: &Store, statement: &Statement, values: &[Option<String>], out: &mut dyn Write) -> Result<u64> {
    let mut rows = 0_u64;
    out.write_all(b"[").map_err(fault)?;
    query::stream(store, statement.text(), values, |schema, batch| {
        let names = quoted(&query::unique_names(schema))?;
        let batch = query::in_utc(batch);
        for row in 0..batch.num_rows() {
            out.write_all(if rows == 0 { b"\n  {" } else { b",\n  {" }).map_err(fault)?;
            rows += 1;
            for (column, (name, array)) in names.iter().zip(batch.columns()).enumerate() {
                write!(out, "{}{name}: ", if column == 0 { "" } else { ", " }).map_err(fault)?;
                value(array.as_ref(), row, out)?;
            }
            out.write_all(b"}").map_err(fault)?;
        }
        Ok(true)
    })?;
    out.write_all(if rows == 0 { b"]\n" } else { b"\n]\n" }).map_err(fault)?;
    Ok(rows)
}

/// One cell as JSON, structs in the order of their members.
fn value(array: &dyn Array, row: usize, out: &mut dyn Write) -> Result<()> {
    match array.data_type() {
        _ if query::is_unknown(array, row) => out.write_all(b"null").map_err(fault),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            out.write_all(b"[").map_err(fault)?;
            for item in 0..items.len() {
                if item > 0 {
                    out.write_all(b", ").map_err(fault)?;
                }
                value(items.as_ref(), item, out)?;
            }
            out.write_all(b"]").map_err(fault)
        }
        DataType::Struct(fields) => {
            let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
            out.write_all(b"{").map_err(fault)?;
            for (n, name) in quoted(&names)?.iter().enumerate() {
                write!(out, "{}{name}: ", if n == 0 { "" } else { ", " }).map_err(fault)?;
                value(array.as_struct().column(n).as_ref(), row, out)?;
            }
            out.write_all(b"}").map_err(fault)
        }
        _ => serde_json::to_writer(out, &query::json_value(array, row)).map_err(fault),
    }
}

fn quoted(names: &[String]) -> Result<Vec<String>> {
    names.iter().map(|name| serde_json::to_string(name).map_err(fault)).collect()
}

/// The first `limit` rows, and how many there are in all.
///
/// # Errors
/// Everything DuckDB reports.
pub fn head(store: &Store, statement: &Statement, values: &[Option<String>], limit: usize) -> Result<(Table, u64)> {
    let (mut kept, mut total, mut batches): (usize, u64, Vec<RecordBatch>) = (0, 0, Vec::new());
    let schema: SchemaRef = query::stream(store, statement.text(), values, |_, batch| {
        total += batch.num_rows() as u64;
        let taken = batch.num_rows().min(limit - kept);
        if taken > 0 {
            kept += taken;
            batches.push(batch.slice(0, taken));
        }
        Ok(true)
    })?;
    Ok((Table::new(&schema, batches), total))
}

/// Writes a Parquet file (zstd).
///
/// The store's doors must let DuckDB write it: see [`Store::close_doors_but`].
///
/// # Errors
/// As [`csv()`].
pub fn parquet(store: &Store, statement: &Statement, values: &[Option<String>], path: &Path) -> Result<u64> {
    // Only a text that stands between parentheses as exactly one subquery gets there.
    let rows = statement.within("SELECT * FROM", "AS result")?;
    let target = path.display().to_string().replace('\'', "''");
    let copy = format!("COPY ({rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
    let done = store.conn().execute(&copy, duckdb::params_from_iter(values.iter()));
    done.map(|rows| rows as u64).map_err(|error| StoreError::Query(query::tidy(&error)))
}
