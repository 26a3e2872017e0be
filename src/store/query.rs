//! Read-only SQL from users: one statement, any shape of result, four formats.
//!
//! Every statement passes the [guard](super::guard) first; results come as a stream of batches, or whole as a [`Table`].

use std::sync::Arc;

use duckdb::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType};
use duckdb::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Number, Value};

use super::guard::{Files, Statement};
use super::{Result, Store, StoreError};

/// Timestamps as `2024-01-31 09:15:00`, without a zone: the store keeps UTC.
pub(super) const TEXT: FormatOptions<'static> = FormatOptions::new()
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
    .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.f"));

/// Instants with a time zone as UTC: the formatter knows no zone names, and what is stored is UTC anyway.
pub(super) fn in_utc(batch: RecordBatch) -> RecordBatch {
    let utc = |array: &ArrayRef| -> ArrayRef {
        match array.as_primitive_opt::<TimestampMicrosecondType>() {
            Some(times) if times.timezone().is_some() => Arc::new(times.clone().with_timezone_opt(None::<Arc<str>>)),
            _ => Arc::clone(array),
        }
    };
    let columns: Vec<ArrayRef> = batch.columns().iter().map(utc).collect();
    let named = batch
        .schema()
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true))
        .collect::<Vec<_>>();
    // Only types without a zone took the place of types with one: lengths are as before.
    RecordBatch::try_new(Arc::new(Schema::new(named)), columns).unwrap_or(batch)
}

/// A whole result in memory.
#[derive(Debug, Clone)]
pub struct Table {
    /// Column names, made unique.
    pub columns: Vec<String>,
    /// Whether a column holds numbers (to be aligned right).
    pub numeric: Vec<bool>,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub(super) fn new(schema: &SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let columns = unique_names(schema);
        let numeric = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
        Self { columns, numeric, batches: batches.into_iter().map(in_utc).collect() }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows as text; NULL is `None`.
    ///
    /// # Errors
    /// A value Arrow can't show.
    pub fn text_rows(&self) -> Result<Vec<Vec<Option<String>>>> {
        self.rows_as(exact)
    }

    /// The first `limit` rows as text for a reader: doubles cut to six significant digits.
    ///
    /// # Errors
    /// A value Arrow can't show.
    pub fn shown_rows(&self, limit: usize) -> Result<Vec<Vec<Option<String>>>> {
        let mut head = self.clone();
        let mut left = limit;
        head.batches.retain_mut(|batch| {
            let taken = batch.num_rows().min(left);
            *batch = batch.slice(0, taken);
            left -= taken;
            taken > 0
        });
        head.rows_as(six_digits)
    }

    fn rows_as(&self, cell_text: fn(&dyn Array, usize, String) -> String) -> Result<Vec<Vec<Option<String>>>> {
        let mut rows = Vec::with_capacity(self.len());
        for batch in &self.batches {
            let formatters = batch
                .columns()
                .iter()
                .map(|array| ArrayFormatter::try_new(array.as_ref(), &TEXT))
                .collect::<std::result::Result<Vec<_>, _>>()
                .map_err(|error| StoreError::Query(error.to_string()))?;
            for row in 0..batch.num_rows() {
                let cell = |(column, formatter): (usize, &ArrayFormatter<'_>)| {
                    let array = batch.column(column).as_ref();
                    (!is_unknown(array, row)).then(|| cell_text(array, row, formatter.value(row).to_string()))
                };
                rows.push(formatters.iter().enumerate().map(cell).collect());
            }
        }
        Ok(rows)
    }

    /// Rows as JSON objects; NULL, NaN and infinities are null.
    #[must_use]
    pub fn json_rows(&self) -> Vec<Value> {
        let mut rows = Vec::with_capacity(self.len());
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                let mut object = Map::new();
                for (name, array) in self.columns.iter().zip(batch.columns()) {
                    object.insert(name.clone(), json_value(array.as_ref(), row));
                }
                rows.push(Value::Object(object));
            }
        }
        rows
    }
}

fn exact(_: &dyn Array, _: usize, text: String) -> String {
    text
}

fn six_digits(array: &dyn Array, row: usize, text: String) -> String {
    let Some(doubles) = array.as_primitive_opt::<duckdb::arrow::datatypes::Float64Type>() else { return text };
    let value = doubles.value(row);
    let magnitude = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if !value.is_finite() || !(-5.0..15.0).contains(&magnitude) {
        return text;
    }
    let rounded = format!("{value:.*}", (5.0 - magnitude).max(0.0) as usize);
    if rounded.contains('.') { rounded.trim_end_matches('0').trim_end_matches('.').to_string() } else { rounded }
}

/// Names of the columns; a name that came before gets an underscore.
pub(super) fn unique_names(schema: &SchemaRef) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for field in schema.fields() {
        let mut name = field.name().clone();
        while columns.contains(&name) {
            name.push('_');
        }
        columns.push(name);
    }
    columns
}

/// Runs one reading statement with positional parameters.
///
/// # Errors
/// [`StoreError::Query`] for what isn't a single reading statement and for every SQL error.
pub fn run(store: &Store, sql: &str, parameters: &[Option<String>]) -> Result<Table> {
    let statement = Statement::reading(sql, Files::Refused)?;
    collect(store, statement.text(), parameters)
}

/// Runs a reading statement of this program, which no guard has to judge.
///
/// # Errors
/// [`StoreError::Query`] for every SQL error.
pub fn own(store: &Store, sql: &'static str, parameters: &[Option<String>]) -> Result<Table> {
    collect(store, sql, parameters)
}

fn collect(store: &Store, judged: &str, parameters: &[Option<String>]) -> Result<Table> {
    let mut batches = Vec::new();
    let schema = stream(store, judged, parameters, |_, batch| {
        batches.push(batch);
        Ok(true)
    })?;
    Ok(Table::new(&schema, batches))
}

/// Runs a judged text and hands on its rows batch by batch, until `each` says that it has enough; gives the columns.
///
/// `each` is first called with an empty batch, so that columns are known where there is no row.
pub(super) fn stream(
    store: &Store,
    judged: &str,
    parameters: &[Option<String>],
    mut each: impl FnMut(&SchemaRef, RecordBatch) -> Result<bool>,
) -> Result<SchemaRef> {
    let fault = |error: duckdb::Error| StoreError::Query(tidy(&error));
    let mut statement = store.conn().prepare(judged).map_err(fault)?;
    let rows = statement.stream_arrow(duckdb::params_from_iter(parameters.iter())).map_err(fault)?;
    let schema = rows.get_schema();
    if each(&schema, RecordBatch::new_empty(Arc::clone(&schema)))? {
        for batch in rows {
            if !each(&schema, batch.map_err(fault)?)? {
                break;
            }
        }
    }
    Ok(schema)
}

/// Names and types of the columns that a statement gives.
///
/// # Errors
/// A statement that does not run, or can't stand inside another.
pub(super) fn columns(store: &Store, statement: &Statement) -> Result<Vec<(String, DataType)>> {
    let none = statement.within("SELECT * FROM", "AS given LIMIT 0")?;
    let schema = stream(store, &none, &[], |_, _| Ok(false))?;
    Ok(schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect())
}

/// DuckDB's message on one line, without its pointer drawing.
pub(super) fn tidy(error: &duckdb::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let kept: Vec<&str> = lines.take_while(|line| !line.starts_with("LINE ") && !line.starts_with('^')).collect();
    kept.join(" ")
}

fn number(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A bare `NULL` has a type of its own, whose cells carry no null mark.
pub(super) fn is_unknown(array: &dyn Array, row: usize) -> bool {
    *array.data_type() == DataType::Null || array.is_null(row)
}

/// One cell as JSON.
pub(super) fn json_value(array: &dyn Array, row: usize) -> Value {
    if is_unknown(array, row) {
        return Value::Null;
    }
    use duckdb::arrow::datatypes as types;
    match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Int8 => array.as_primitive::<types::Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<types::Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<types::Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<types::Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<types::UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<types::UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<types::UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<types::UInt64Type>().value(row).into(),
        DataType::Float32 => number(f64::from(array.as_primitive::<types::Float32Type>().value(row))),
        DataType::Float64 => number(array.as_primitive::<types::Float64Type>().value(row)),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|item| json_value(items.as_ref(), item)).collect()
        }
        DataType::Struct(fields) => {
            let parts = array.as_struct();
            let pairs = fields.iter().enumerate();
            Value::Object(
                pairs.map(|(n, field)| (field.name().clone(), json_value(parts.column(n).as_ref(), row))).collect(),
            )
        }
        DataType::Decimal128(_, _) | DataType::Decimal64(_, _) | DataType::Decimal32(_, _) => decimal(array, row),
        _ => shown(array, row).map_or(Value::Null, Value::String),
    }
}

/// Exact whole numbers stay whole; others become the nearest double.
fn decimal(array: &dyn Array, row: usize) -> Value {
    let Some(text) = shown(array, row) else { return Value::Null };
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    text.parse().map_or(Value::String(text), number)
}

fn shown(array: &dyn Array, row: usize) -> Option<String> {
    ArrayFormatter::try_new(array, &TEXT).ok().map(|formatter| formatter.value(row).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_get_six_digits_and_files_all_of_them() {
        let store = Store::in_memory().unwrap();
        let sql = "SELECT 0.7780438396944956 AS a, 1234567.891 AS b, 0.0 AS c, -1e-9 AS d, 2.0::DOUBLE AS e"
            .replace(" AS", "::DOUBLE AS");
        let table = run(&store, &sql.replace("::DOUBLE::DOUBLE", "::DOUBLE"), &[]).unwrap();
        let cells = |rows: Vec<Vec<Option<String>>>| rows[0].iter().flatten().cloned().collect::<Vec<_>>();
        assert_eq!(cells(table.shown_rows(9).unwrap())[..3], ["0.778044", "1234568", "0"]);
        assert_eq!(cells(table.text_rows().unwrap())[0], "0.7780438396944956");
        assert!(table.shown_rows(0).unwrap().is_empty());
    }

    #[test]
    fn every_result_shape_becomes_text_and_json() {
        let store = Store::in_memory().unwrap();
        let sql = "SELECT 1 AS a, 2.5::DOUBLE AS a, NULL AS n, 'NaN'::DOUBLE AS x, [1, 2] AS l, {'k': 'v'} AS s,
                   TIMESTAMP '2024-01-31 09:15:00' AS t, DATE '2024-01-31' AS d, 12345678901234567890::HUGEINT AS h, true AS b";
        let table = run(&store, sql, &[]).unwrap();
        let json = table.json_rows();
        assert_eq!(json[0]["a"], 1);
        assert_eq!(json[0]["a_"], 2.5);
        assert!(json[0]["n"].is_null() && json[0]["x"].is_null());
        assert_eq!(json[0]["l"], serde_json::json!([1, 2]));
        assert_eq!(json[0]["s"]["k"], "v");
        assert_eq!(json[0]["t"], "2024-01-31 09:15:00");
        assert_eq!(json[0]["d"], "2024-01-31");
        let shown = table.shown_rows(1).unwrap();
        assert_eq!(shown[0][1].as_deref(), Some("2.5"));
        let text = table.text_rows().unwrap();
        assert_eq!(text[0][8].as_deref(), Some("12345678901234567890"));
        assert!(run(&store, "SELECT nothing_here", &[]).unwrap_err().to_string().contains("nothing_here"));
    }
}
