//! What a run left behind against what it leaves behind now.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::ReplayError;
use crate::domain::fingerprint::Fingerprint;
use crate::store::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use crate::store::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use crate::store::arrow::util::display::array_value_to_string;
use crate::store::{Store, StoreError, params, query};

/// Metrics of views are sums, which may be taken in another order.
const TOLERANCE: f64 = 1e-9;
/// Columns told of a row that differs, and metrics told of those that do.
const TOLD: usize = 4;

/// One thing that was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub what: String,
    /// As it is stored.
    pub stored: String,
    /// As it came out now.
    pub now: String,
    /// Whether they are the same.
    pub equal: bool,
    /// Where they first differ, for a reader.
    pub difference: Option<String>,
}

impl Check {
    /// Two texts that must be the same.
    pub(super) fn text(what: &str, stored: Option<&str>, now: Option<&str>) -> Self {
        let shown = |text: Option<&str>| text.unwrap_or("none").to_string();
        let equal = stored == now;
        let difference = (!equal).then(|| format!("{what}: {} stored, {} now", shown(stored), shown(now)));
        Self { what: what.into(), stored: shown(stored), now: shown(now), equal, difference }
    }

    /// Two maps from names to texts that must be the same.
    pub(super) fn texts(what: &str, stored: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Self {
        let names = stored.keys().chain(now.keys().filter(|name| !stored.contains_key(*name)));
        let differing = names.filter(|name| stored.get(*name) != now.get(*name)).map(|name| {
            let shown = |map: &BTreeMap<String, String>| map.get(name).map_or("nothing", String::as_str).to_string();
            format!("{name} is {} stored, {} now", shown(stored), shown(now))
        });
        Self::counted(what, (stored.len(), now.len()), &differing.collect::<Vec<_>>())
    }

    fn counted(what: &str, (stored, now): (usize, usize), differing: &[String]) -> Self {
        let shown = differing.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
        let more = differing.len().saturating_sub(TOLD);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Self {
            what: what.into(),
            stored: stored.to_string(),
            now: now.to_string(),
            equal: differing.is_empty(),
            difference: (!differing.is_empty()).then(|| format!("{what}: {shown}{more}")),
        }
    }
}

/// How alike metrics must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// Bit by bit.
    Exact,
    /// As sums are that may be taken in another order.
    OfSums,
}

impl Precision {
    fn is_same(self, a: f64, b: f64) -> bool {
        match self {
            Self::Exact => a.to_bits() == b.to_bits(),
            Self::OfSums => (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) + 1e-12,
        }
    }
}

/// The metrics of a run against those of another in another store.
pub(super) fn metrics(stored: (&Store, &str), now: (&Store, &str), precision: Precision) -> Result<Check, ReplayError> {
    let (stored, now) = (metrics_of(stored)?, metrics_of(now)?);
    let names = stored.keys().chain(now.keys().filter(|name| !stored.contains_key(*name)));
    let shown = |value: Option<&Option<f64>>| match value {
        None => "missing".to_string(),
        Some(None) => "unknown".to_string(),
        Some(Some(value)) => value.to_string(),
    };
    let is_same = |name: &String| match (stored.get(name), now.get(name)) {
        (Some(Some(a)), Some(Some(b))) => precision.is_same(*a, *b),
        (a, b) => a == b,
    };
    let differing: Vec<String> = names
        .filter(|name| !is_same(name))
        .map(|name| format!("{name} is {} stored, {} now", shown(stored.get(name)), shown(now.get(name))))
        .collect();
    Ok(Check::counted("metrics", (stored.len(), now.len()), &differing))
}

fn metrics_of((store, run_id): (&Store, &str)) -> Result<BTreeMap<String, Option<f64>>, ReplayError> {
    let mut statement = store.conn().prepare(crate::sql!("replay/metrics"))?;
    let rows = statement.query_map([run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Columns of `trades` that runs of before there were fees by side have not filled.
const FEES: [&str; 4] = ["gross_pnl", "entry_commission", "exit_commission", "carry"];

fn is_before_fees((store, run_id): (&Store, &str)) -> Result<bool, ReplayError> {
    Ok(store.conn().query_row(crate::sql!("replay/before_fees"), [run_id], |row| row.get(0))?)
}

/// The rows of a run in a table against those of another in another store, bit by bit.
pub(super) fn rows(table: &str, stored: (&Store, &str), now: (&Store, &str)) -> Result<Check, ReplayError> {
    let younger = if table == "trades" && is_before_fees(stored)? { &FEES[..] } else { &[] };
    let (was, is) = (Rows::read(stored, table, younger)?, Rows::read(now, table, younger)?);
    let equal = was.hash == is.hash;
    let difference = if equal { None } else { Some(told(table, younger, (stored, &was), (now, &is))?) };
    Ok(Check { what: table.into(), stored: was.to_string(), now: is.to_string(), equal, difference })
}

/// Rows as hashes: each one, and all of them in their order.
struct Rows {
    each: Vec<u64>,
    hash: String,
}

impl std::fmt::Display for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows {}", self.each.len(), self.hash.get(..12).unwrap_or(&self.hash))
    }
}

impl Rows {
    /// The rows without some of their columns.
    fn read((store, run_id): (&Store, &str), table: &str, without: &[&str]) -> Result<Self, ReplayError> {
        let mut statement = store.conn().prepare(crate::sql!("replay/rows"))?;
        let (mut each, mut print) = (Vec::new(), Fingerprint::new());
        let mut bytes = Vec::new();
        for batch in statement.stream_arrow(params![run_id, table])? {
            let batch: RecordBatch = batch?;
            let schema = batch.schema();
            let named = schema.fields().iter().zip(batch.columns());
            let columns: Vec<&ArrayRef> = named
                .filter(|(field, _)| !without.contains(&field.name().as_str()))
                .map(|(_, column)| column)
                .collect();
            for row in 0..batch.num_rows() {
                bytes.clear();
                columns.iter().try_for_each(|column| put(&mut bytes, column, row))?;
                let mut hasher = DefaultHasher::new();
                bytes.hash(&mut hasher);
                each.push(hasher.finish());
                print.bytes(&bytes);
            }
        }
        Ok(Self { each, hash: print.finish() })
    }
}

/// Adds a value to the bytes of its row, such that different values are different bytes.
fn put(bytes: &mut Vec<u8>, column: &ArrayRef, row: usize) -> Result<(), ReplayError> {
    bytes.push(u8::from(column.is_null(row)));
    if column.is_null(row) {
        return Ok(());
    }
    let mut text = |text: &str| {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    match column.data_type() {
        DataType::Float64 => bytes.extend(column.as_primitive::<Float64Type>().value(row).to_bits().to_le_bytes()),
        DataType::Int64 => bytes.extend(column.as_primitive::<Int64Type>().value(row).to_le_bytes()),
        DataType::Int32 => bytes.extend(column.as_primitive::<Int32Type>().value(row).to_le_bytes()),
        DataType::Date32 => bytes.extend(column.as_primitive::<Date32Type>().value(row).to_le_bytes()),
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            bytes.extend(column.as_primitive::<TimestampMicrosecondType>().value(row).to_le_bytes());
        }
        DataType::Utf8 => text(column.as_string::<i32>().value(row)),
        _ => {
            let fault = |source| StoreError::Arrow { table: "a run's rows".into(), source };
            text(&array_value_to_string(column, row).map_err(fault)?);
        }
    }
    Ok(())
}

/// Where rows first differ: how many do, and the columns of the first.
fn told(
    table: &str,
    without: &[&str],
    (stored, was): ((&Store, &str), &Rows),
    (now, is): ((&Store, &str), &Rows),
) -> Result<String, ReplayError> {
    let first = was.each.iter().zip(&is.each).take_while(|(a, b)| a == b).count();
    let counts = format!("{table}: {} rows stored, {} now", was.each.len(), is.each.len());
    let (Some(a), Some(b)) = (row(stored, table, first)?, row(now, table, first)?) else { return Ok(counts) };
    let differing = a
        .iter()
        .zip(&b)
        .filter(|(a, b)| a != b && !without.contains(&a.0.as_str()))
        .map(|((name, a), (_, b))| format!("{name} {a} stored, {b} now"));
    let columns: Vec<String> = differing.take(TOLD).collect();
    let counts = if was.each.len() == is.each.len() { table.to_string() } else { counts };
    Ok(format!("{counts}; row {} differs first: {}", first + 1, columns.join(", ")))
}

/// A row by its place, as names and texts.
fn row(
    (store, run_id): (&Store, &str),
    table: &str,
    place: usize,
) -> Result<Option<Vec<(String, String)>>, ReplayError> {
    let values = [run_id.to_string(), table.to_string(), place.to_string()].map(Some);
    let found = query::own(store, crate::sql!("replay/row"), &values)?;
    let Some(row) = found.text_rows()?.into_iter().next() else { return Ok(None) };
    let shown = row.into_iter().map(|value| value.unwrap_or_else(|| "NULL".into()));
    Ok(Some(found.columns.iter().cloned().zip(shown).collect()))
}
