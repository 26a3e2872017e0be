//! Reading feature rows, labels and closes by Arrow into one matrix a symbol.

use duckdb::arrow::array::{
    Array, AsArray, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use duckdb::arrow::datatypes::{Float64Type, Int32Type, TimestampMicrosecondType};

use super::{Dataset, DatasetError, FeatureSchema, Result, Sample, Series};
use crate::domain::bet::BetTerms;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::{Interval, Symbol, Ts};
use crate::features;
use crate::labels;
use crate::store::stale::{self, Mark};
use crate::store::{Store, StoreError, duckdb, params};

/// What to load.
#[derive(Debug, Clone)]
pub struct DatasetSpec {
    /// Feature set.
    pub schema: FeatureSchema,
    /// Labels to join; a set that doesn't exist leaves every sample unlabelled.
    pub label_set: String,
    /// Bar length.
    pub interval: Interval,
    /// Instruments; empty is all that have features.
    pub symbols: Vec<Symbol>,
    /// Rows a window has.
    pub lookback: usize,
    /// First sample time, inclusive; its window reaches further back.
    pub from: Option<Ts>,
    /// End of sample times, exclusive.
    pub to: Option<Ts>,
}

impl DatasetSpec {
    /// Rows a window has unless asked otherwise.
    pub const LOOKBACK: usize = 24;
}

/// Loads the samples of `spec`: the windows of `lookback` consecutive feature rows of one symbol that are all known.
///
/// # Errors
/// A set that was not built or was built with another definition, no rows, no complete window, faults of DuckDB.
pub fn load(store: &Store, spec: &DatasetSpec) -> Result<Dataset> {
    if spec.lookback == 0 || spec.schema.columns.is_empty() {
        return Err(DatasetError::Spec("a window needs a lookback of at least 1 and at least one feature".into()));
    }
    let table = format!("features_{}", spec.schema.set);
    check_version(store, &spec.schema, &table)?;
    refuse_stale(store, spec)?;
    // A set that nothing describes may leave bets open anywhere.
    let bets = labels::spec_of(store, &spec.label_set).ok();
    let has_sides = bets.is_some_and(|bets| bets.has_sides());
    let mut reader = Reader::new(spec, has_sides);
    let symbols: Vec<&str> = spec.symbols.iter().map(Symbol::as_str).collect();
    let mut statement = store.conn().prepare(crate::sql!("dataset/windows")).map_err(StoreError::from)?;
    let bound = params![
        table,
        spec.interval.as_str(),
        spec.label_set,
        symbols.join("\n"),
        spec.from.map_or(MIN_MICROS, |ts| ts.0.clamp(MIN_MICROS, MAX_MICROS)),
        spec.to.map_or(MAX_MICROS, |ts| ts.0.clamp(MIN_MICROS, MAX_MICROS)),
        (spec.lookback - 1) as i64,
        bets.map(|bets| i64::try_from(bets.horizon()).unwrap_or(i64::MAX).saturating_add(1)),
        has_sides,
    ];
    for batch in statement.stream_arrow(bound).map_err(StoreError::from)? {
        reader.read(&batch.map_err(StoreError::from)?)?;
    }
    reader.finish()
}

/// Refuses features and labels that were built from bars which have changed since.
fn refuse_stale(store: &Store, spec: &DatasetSpec) -> Result<()> {
    let wanted = |mark: &Mark| match mark.kind.as_str() {
        "features" => mark.name == spec.schema.set,
        "labels" => mark.name == spec.label_set,
        _ => false,
    };
    let marks = stale::list(store)?;
    let marked: Vec<String> = (marks.iter())
        .filter(|mark| wanted(mark) && mark.kind == "features" && mark.interval == spec.interval.as_str())
        .map(|mark| mark.symbol.clone())
        .collect();
    let found = marks.into_iter().filter(wanted).find(|mark| {
        mark.interval == spec.interval.as_str()
            && (spec.symbols.is_empty() || spec.symbols.iter().any(|symbol| symbol.as_str() == mark.symbol))
            && spec.to.is_none_or(|to| mark.from < to)
    });
    let Some(Mark { kind, name, symbol, interval, from }) = found else { return refuse_outdated(store, spec, &marked) };
    let next = match kind.as_str() {
        "features" => format!("ws features build --set {name}"),
        _ => "ws labels build".to_string(),
    };
    Err(DatasetError::Stale(format!(
        "{kind} {name} of {symbol} {interval} no longer follow from its bars from {from} on; build them again with '{next}'"
    )))
}

/// Refuses features of which anything they were made of has changed, also what no mark tells: a joined series, late
/// sentiment, the universe, or rows altered by other programs.
/// Of series that are marked it is known from when on; that was judged before.
fn refuse_outdated(store: &Store, spec: &DatasetSpec, marked: &[String]) -> Result<()> {
    let FeatureSchema { set, hash, .. } = &spec.schema;
    let mut outdated = features::outdated(store, set, hash, spec.interval, &spec.symbols)?;
    outdated.retain(|symbol| !marked.iter().any(|marked| marked == symbol.as_str()));
    let Some(symbol) = outdated.first() else { return Ok(()) };
    let others = if outdated.len() > 1 { format!(" and {} more", outdated.len() - 1) } else { String::new() };
    Err(DatasetError::Stale(format!(
        "features {set} of {symbol}{others} at {} no longer follow from what they were made of; build them again with \
         'ws features build --incremental --set {set}'",
        spec.interval
    )))
}

/// The label sets stored for an interval.
///
/// # Errors
/// Faults of DuckDB.
pub fn label_sets(store: &Store, interval: Interval) -> Result<Vec<String>> {
    let mut statement = store.conn().prepare(crate::sql!("dataset/label_sets")).map_err(StoreError::from)?;
    let rows = statement.query_map([interval.as_str()], |row| row.get(0)).map_err(StoreError::from)?;
    Ok(rows.collect::<std::result::Result<_, _>>().map_err(StoreError::from)?)
}

/// When the bets of a label set are left: what a model that learned it is traded with. `None` when nothing is known of the set.
///
/// # Errors
/// A record that is unreadable, faults of DuckDB.
pub fn bet_terms(store: &Store, label_set: &str) -> Result<Option<BetTerms>> {
    Ok(labels::terms_of(store, label_set)?)
}

/// Bounds that `make_timestamp` takes (years 1 to 9999).
const MIN_MICROS: i64 = -62_135_596_800_000_000;
const MAX_MICROS: i64 = 253_402_300_799_000_000;

fn check_version(store: &Store, schema: &FeatureSchema, table: &str) -> Result<()> {
    let (tables, stored): (i64, Option<String>) = store
        .conn()
        .query_row(crate::sql!("dataset/feature_version"), params![table, schema.set], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(StoreError::from)?;
    match stored {
        Some(stored) if tables > 0 && stored == schema.hash => Ok(()),
        Some(stored) if tables > 0 => {
            Err(DatasetError::Hash { set: schema.set.clone(), wanted: schema.hash.clone(), stored })
        }
        _ => Err(DatasetError::NotBuilt(schema.set.clone())),
    }
}

/// Gathers rows into series and samples as they stream by, ordered by symbol and time.
struct Reader<'a> {
    spec: &'a DatasetSpec,
    series: Vec<Series>,
    samples: Vec<Sample>,
    /// Complete rows in a row, up to the newest of the current series.
    complete: usize,
    /// Whether the labels judge bets of a primary rule: where that has no side there is nothing to judge.
    has_sides: bool,
    rows: usize,
    data_as_of: Option<Ts>,
    print: Fingerprint,
}

impl<'a> Reader<'a> {
    fn new(spec: &'a DatasetSpec, has_sides: bool) -> Self {
        let mut print = Fingerprint::new();
        print.text(&spec.schema.set);
        print.text(&spec.label_set);
        print.text(spec.interval.as_str());
        Self { spec, series: vec![], samples: vec![], complete: 0, has_sides, rows: 0, data_as_of: None, print }
    }

    fn read(&mut self, batch: &RecordBatch) -> Result<()> {
        let features = self.feature_columns(batch)?;
        let beside = Beside::of(batch, &self.spec.schema.set)?;
        for row in 0..batch.num_rows() {
            self.enter(&beside, row)?;
            let Some(series) = self.series.last_mut() else { continue };
            let start = series.values.len();
            series.values.extend(features.iter().map(|column| optional(column, row)));
            series.ts.push(Ts(beside.ts.value(row)));
            series.close.push(beside.close.value(row));
            let known = series.values[start..].iter().all(|value| value.is_finite());
            self.complete = if known { self.complete + 1 } else { 0 };
            let sample =
                beside.sample(row, self.series.len() - 1, self.series.last().map_or(0, |series| series.ts.len() - 1));
            self.print(&sample, start);
            self.data_as_of = self.data_as_of.max(Some(sample.close_ts));
            self.rows += 1;
            if self.complete >= self.spec.lookback && self.spec.from.is_none_or(|from| sample.ts >= from) {
                self.refuse_unlabelled(&beside, row)?;
                if !self.has_sides || sample.side.is_some() {
                    self.samples.push(sample);
                }
            }
        }
        Ok(())
    }

    /// Refuses a bar newer than a label set whose bets have sides: nobody knows on which side a model would be asked.
    fn refuse_unlabelled(&self, beside: &Beside<'_>, row: usize) -> Result<()> {
        if !self.has_sides || !beside.label_ts.is_null(row) {
            return Ok(());
        }
        Err(DatasetError::Stale(format!(
            "labels {} of {} {} have no row at {}, and its bets say on which side to trade; build them again with \
             'ws labels build'",
            self.spec.label_set,
            beside.symbol.value(row),
            self.spec.interval,
            Ts(beside.ts.value(row))
        )))
    }

    fn feature_columns<'b>(&self, batch: &'b RecordBatch) -> Result<Vec<&'b Float64Array>> {
        let set = &self.spec.schema.set;
        let find = |name: &String| {
            let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>());
            column.ok_or_else(|| DatasetError::Column { set: set.clone(), column: name.clone() })
        };
        self.spec.schema.columns.iter().map(|column| find(&column.name)).collect()
    }

    /// Begins a new series when the symbol changes.
    fn enter(&mut self, beside: &Beside<'_>, row: usize) -> Result<()> {
        let symbol = beside.symbol.value(row);
        if self.series.last().is_some_and(|series| series.symbol.as_str() == symbol) {
            return Ok(());
        }
        let symbol: Symbol = symbol
            .parse()
            .map_err(|error| DatasetError::Spec(format!("features_{}: {error}", self.spec.schema.set)))?;
        let asset_id = if beside.asset_id.is_null(row) { -1 } else { beside.asset_id.value(row) };
        self.print.text(symbol.as_str());
        self.series.push(Series { symbol, asset_id, ts: vec![], close: vec![], values: vec![] });
        self.complete = 0;
        Ok(())
    }

    fn print(&mut self, sample: &Sample, start: usize) {
        self.print.i64(sample.ts.0);
        self.print.i64(sample.close_ts.0);
        if let Some(series) = self.series.last() {
            self.print.f64s(&series.values[start..]);
            self.print.f64s(&series.close[series.close.len() - 1..]);
        }
        self.print.i64(sample.label.map_or(-1, i64::from));
        self.print.i64(sample.exit_ts.map_or(i64::MIN, |ts| ts.0));
        self.print.f64s(&[sample.forward_return]);
        // Sets without sides keep the fingerprints they had.
        sample.side.iter().for_each(|side| self.print.i64(i64::from(*side)));
    }

    fn finish(mut self) -> Result<Dataset> {
        let (spec, interval) = (self.spec, self.spec.interval.to_string());
        let absent: Vec<&str> = spec
            .symbols
            .iter()
            .filter(|symbol| self.series.iter().all(|series| series.symbol != **symbol))
            .map(Symbol::as_str)
            .collect();
        if self.series.is_empty() || !absent.is_empty() {
            let mut of = if absent.is_empty() { String::new() } else { format!(" of {}", absent.join(", ")) };
            of.extend(spec.from.map(|from| format!(" from {from} on")));
            of.extend(spec.to.map(|to| format!(" before {to}")));
            return Err(DatasetError::NoRows { set: spec.schema.set.clone(), interval, of });
        }
        if self.samples.is_empty() {
            return Err(DatasetError::NoWindow { lookback: spec.lookback, rows: self.rows, interval });
        }
        self.samples.sort_by_key(|sample| (sample.ts, sample.series));
        Ok(Dataset {
            schema: spec.schema.clone(),
            label_set: spec.label_set.clone(),
            interval: spec.interval,
            lookback: spec.lookback,
            series: self.series,
            samples: self.samples,
            fingerprint: self.print.finish(),
            data_as_of: self.data_as_of,
        })
    }
}

/// The columns of a batch that are no features.
struct Beside<'a> {
    symbol: &'a StringArray,
    ts: &'a TimestampMicrosecondArray,
    close_ts: &'a TimestampMicrosecondArray,
    close: &'a Float64Array,
    asset_id: &'a Int32Array,
    label: &'a Int32Array,
    forward_return: &'a Float64Array,
    exit_ts: &'a TimestampMicrosecondArray,
    side: &'a Int32Array,
    label_ts: &'a TimestampMicrosecondArray,
}

impl<'a> Beside<'a> {
    fn of(batch: &'a RecordBatch, set: &str) -> Result<Self> {
        let wrong = |name: &str| DatasetError::Column { set: set.to_string(), column: name.to_string() };
        let time = |name: &str| {
            let found =
                batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
            found.ok_or_else(|| wrong(name))
        };
        let number = |name: &str| {
            let found = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Float64Type>());
            found.ok_or_else(|| wrong(name))
        };
        let whole = |name: &str| {
            let found = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int32Type>());
            found.ok_or_else(|| wrong(name))
        };
        let symbol = batch.column_by_name("sample.symbol").and_then(|column| column.as_string_opt::<i32>());
        Ok(Self {
            symbol: symbol.ok_or_else(|| wrong("symbol"))?,
            ts: time("sample.ts")?,
            close_ts: time("sample.close_ts")?,
            close: number("sample.close")?,
            asset_id: whole("sample.asset_id")?,
            label: whole("sample.label")?,
            forward_return: number("sample.forward_return")?,
            exit_ts: time("sample.exit_ts")?,
            side: whole("sample.side")?,
            label_ts: time("sample.label_ts")?,
        })
    }

    fn sample(&self, row: usize, series: usize, at: usize) -> Sample {
        Sample {
            series: series as u32,
            row: at as u32,
            ts: Ts(self.ts.value(row)),
            close_ts: Ts(self.close_ts.value(row)),
            label: (!self.label.is_null(row)).then(|| self.label.value(row)),
            forward_return: optional(self.forward_return, row),
            exit_ts: (!self.exit_ts.is_null(row)).then(|| Ts(self.exit_ts.value(row))),
            side: (!self.side.is_null(row)).then(|| self.side.value(row)),
        }
    }
}

fn optional(column: &Float64Array, row: usize) -> f64 {
    if column.is_null(row) { f64::NAN } else { column.value(row) }
}
