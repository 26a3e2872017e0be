//! Rows keyed by symbol, interval and time with columns of numbers: what two computations are compared by.

use std::hash::{DefaultHasher, Hash, Hasher};

use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::compute::cast;
use duckdb::arrow::datatypes::{DataType, Float64Type, Int64Type};
use duckdb::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::guard::{Files, Statement};
use super::{Result, Store, StoreError, query, stamps};

/// Keyed numbers, sorted by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// Names of the columns.
    pub names: Vec<String>,
    /// Symbol, interval and microseconds of each row.
    pub keys: Vec<(String, String, i64)>,
    /// When each row was known, in microseconds; `None` when it isn't yet.
    pub known: Vec<Option<i64>>,
    /// One column a name; NaN is NULL. What is no number is a number that stands for it.
    pub columns: Vec<Vec<f64>>,
}

impl Frame {
    /// Rows of a table of features, known at the closes of their bars.
    ///
    /// # Errors
    /// Faults of DuckDB.
    pub fn of_features(store: &Store, table: &str, columns: &[&str]) -> Result<Self> {
        let columns: Vec<String> = columns.iter().map(|name| format!("f.{name}")).collect();
        Self::read(
            store,
            &format!(
                "SELECT f.symbol, f.interval, epoch_us(f.ts) AS ts_us, epoch_us(b.close_ts) AS known_us, {}
                 FROM {table} f JOIN bars b ON b.symbol = f.symbol AND b.interval = f.interval AND b.ts = f.ts
                 ORDER BY ALL",
                columns.join(", ")
            ),
        )
    }

    /// Keeps the rows of some keys.
    pub fn retain(&mut self, keep: impl Fn(&(String, String, i64)) -> bool) {
        let kept: Vec<bool> = self.keys.iter().map(keep).collect();
        let mut each = kept.iter();
        self.keys.retain(|_| *each.next().unwrap_or(&false));
        let mut each = kept.iter();
        self.known.retain(|_| *each.next().unwrap_or(&false));
        for column in &mut self.columns {
            let mut each = kept.iter();
            column.retain(|_| *each.next().unwrap_or(&false));
        }
    }

    /// Rows of one reading statement that gives `symbol, interval, ts` of a bar and further columns, known at the
    /// bars' closes.
    ///
    /// # Errors
    /// What isn't one reading statement, lacks a key or does not run.
    pub fn of_query(store: &Store, sql: &str) -> Result<Self> {
        let guarded = store.guarded()?;
        let statement = Statement::reading(sql, Files::Refused)?;
        let columns = query::columns(&guarded, &statement)?;
        let ts = columns.iter().find(|(name, _)| name.eq_ignore_ascii_case("ts"));
        let utc = stamps::utc("ts", ts.map(|(_, kind)| kind));
        let keyed = statement.within(&format!("SELECT {utc} AS ts, * EXCLUDE (ts) FROM"), "AS asked")?;
        // Read back through the guard: what stands inside the next statement is judged as a whole.
        let keyed = Statement::reading(&keyed, Files::Refused)?;
        let rows = keyed.within(
            "SELECT q.symbol, q.interval, epoch_us(CAST(q.ts AS TIMESTAMP)) AS ts_us, epoch_us(b.close_ts) AS known_us,
                    q.* EXCLUDE (symbol, interval, ts) FROM",
            "AS q JOIN bars AS b ON b.symbol = q.symbol AND b.interval = q.interval AND b.ts = q.ts ORDER BY ALL",
        );
        Self::read(&guarded, &rows?)
    }

    /// Rows of a statement that gives symbol, interval, the row's time and when it was known (both in microseconds,
    /// BIGINT), and then the columns.
    ///
    /// # Errors
    /// Faults of DuckDB, as [`StoreError::Query`].
    pub fn read(store: &Store, sql: &str) -> Result<Self> {
        let fault = |error: duckdb::Error| StoreError::Query(query::tidy(&error));
        let mut statement = store.conn().prepare(sql).map_err(fault)?;
        let stream = statement.stream_arrow([]).map_err(fault)?;
        let schema = stream.get_schema();
        let mut frame = Self {
            names: schema.fields().iter().skip(4).map(|field| field.name().clone()).collect(),
            ..Self::default()
        };
        frame.columns = vec![Vec::new(); frame.names.len()];
        for batch in stream {
            let batch = batch.map_err(fault)?;
            let [symbol, interval] = [0, 1].map(|column| batch.column(column).as_string::<i32>());
            let [ts, known] = [2, 3].map(|column| batch.column(column).as_primitive::<Int64Type>());
            for row in 0..batch.num_rows() {
                frame.keys.push((symbol.value(row).into(), interval.value(row).into(), ts.value(row)));
                frame.known.push((!known.is_null(row)).then(|| known.value(row)));
            }
            for (column, values) in frame.columns.iter_mut().enumerate() {
                values.extend(numbers(batch.column(column + 4).as_ref()));
            }
        }
        Ok(frame)
    }
}

/// Numbers as they are, times in microseconds, anything else by what it says.
fn numbers(array: &dyn Array) -> Vec<f64> {
    let kind = array.data_type();
    let as_number = match kind {
        DataType::Boolean => cast(array, &DataType::Float64).ok(),
        DataType::Timestamp(..) => cast(array, &DataType::Int64).and_then(|us| cast(&us, &DataType::Float64)).ok(),
        kind if kind.is_numeric() => cast(array, &DataType::Float64).ok(),
        _ => None,
    };
    if let Some(array) = as_number {
        let array = array.as_primitive::<Float64Type>();
        return (0..array.len()).map(|row| if array.is_null(row) { f64::NAN } else { array.value(row) }).collect();
    }
    let options = FormatOptions::new();
    let text = ArrayFormatter::try_new(array, &options).ok();
    (0..array.len())
        .map(|row| {
            let Some(text) = text.as_ref().filter(|_| !array.is_null(row)) else { return f64::NAN };
            let mut hasher = DefaultHasher::new();
            text.value(row).to_string().hash(&mut hasher);
            // 53 bits are what a double can tell apart.
            (hasher.finish() >> 11) as f64
        })
        .collect()
}
