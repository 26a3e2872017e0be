//! Choosing series (a symbol at an interval) and reading many of them in one ordered scan.
//!
//! What features and labels read ([`load`], [`load_with`]) is adjusted for splits forward ([`super::actions`]); what books
//! read ([`load_between`]) is as stored.

use std::collections::HashSet;

use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, ToSql};

use super::actions::{self, Splits};
use super::bars::{Coverage, MAX_MICROS, MIN_MICROS, coverage, coverage_of};
use super::{Result, Store, StoreError};
use crate::domain::{Bars, Interval, Symbol, Ts};

/// Which of the stored series a command is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesFilter {
    /// Instruments; empty is all of them.
    pub symbols: Vec<Symbol>,
    /// Bar length; `None` is every one.
    pub interval: Option<Interval>,
}

impl SeriesFilter {
    /// The series with bars that match, sorted by symbol and interval.
    ///
    /// # Errors
    /// A wanted symbol or interval without bars, naming what there is; faults of DuckDB.
    pub fn resolve(&self, store: &Store) -> Result<Vec<Coverage>> {
        let series = coverage_of(store, &self.symbols, self.interval)?;
        let held: HashSet<&Symbol> = series.iter().map(|found| &found.symbol).collect();
        let missing: Vec<&Symbol> = self.symbols.iter().filter(|symbol| !held.contains(symbol)).collect();
        if !missing.is_empty() || series.is_empty() {
            return Err(StoreError::Query(self.refusal(&missing, &coverage(store)?)));
        }
        Ok(series)
    }

    /// Whether a series is among those wanted.
    #[must_use]
    pub fn takes(&self, symbol: &Symbol, interval: Interval) -> bool {
        self.interval.is_none_or(|wanted| wanted == interval)
            && (self.symbols.is_empty() || self.symbols.contains(symbol))
    }

    fn refusal(&self, missing: &[&Symbol], series: &[Coverage]) -> String {
        const SHOWN: usize = 8;
        if series.is_empty() {
            return "the store has no bars yet; bring some in with 'ws ingest csv PATH..'".into();
        }
        let list = |names: &[String]| {
            let more = names.len().saturating_sub(SHOWN);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{tail}", names[..names.len() - more].join(", "))
        };
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let symbols = if missing.is_empty() { String::new() } else { format!(" for {}", list(&missing)) };
        let interval = self.interval.map_or(String::new(), |interval| format!("{interval} "));
        let known: Vec<String> = series.iter().map(|found| format!("{} {}", found.symbol, found.interval)).collect();
        format!("no {interval}bars{symbols}; the store has {}", list(&known))
    }
}

/// Cuts series into runs of about `max_bars` bars, so that work on them needs bounded memory.
#[must_use]
pub fn chunks(series: &[Coverage], max_bars: i64) -> Vec<&[Coverage]> {
    chunks_by(series, max_bars, series.iter().map(|found| found.bars))
}

/// The same by weights of one's own, one a series.
#[must_use]
pub fn chunks_by(series: &[Coverage], most: i64, weights: impl IntoIterator<Item = i64>) -> Vec<&[Coverage]> {
    let mut cut = Vec::new();
    let (mut start, mut weight) = (0, 0_i64);
    for (index, here) in weights.into_iter().enumerate().take(series.len()) {
        if index > start && weight.saturating_add(here) > most {
            cut.push(&series[start..index]);
            (start, weight) = (index, 0);
        }
        weight = weight.saturating_add(here);
    }
    if start < series.len() {
        cut.push(&series[start..]);
    }
    cut
}

/// All bars of the given series, each ascending, in the order given; raw ones adjusted for splits forward.
///
/// # Errors
/// Faults of DuckDB.
pub fn load(store: &Store, series: &[Coverage]) -> Result<Vec<Bars>> {
    load_with(store.conn(), series, &vec![Ts(i64::MIN); series.len()])
}

/// The bars of the given series from each one's time on, ascending, over any connection to the store; raw ones adjusted
/// for splits forward.
///
/// # Errors
/// Faults of DuckDB.
pub fn load_with(conn: &Connection, series: &[Coverage], from: &[Ts]) -> Result<Vec<Bars>> {
    if series.is_empty() {
        return Ok(Vec::new());
    }
    let mut loaded: Vec<Bars> = series.iter().map(|found| Bars::empty(found.symbol.clone(), found.interval)).collect();
    for ((bars, found), from) in loaded.iter_mut().zip(series).zip(from) {
        let whole = from.0 == i64::MIN;
        bars.reserve(if whole { usize::try_from(found.bars).unwrap_or(0) } else { 0 });
    }
    let splits = actions::splits(conn, series.iter().map(|found| &found.symbol))?;
    let splits: Vec<Option<&Splits>> = series.iter().map(|found| splits.get(&found.symbol)).collect();
    read(conn, &Wanted::of(&loaded, from, None), &splits, &mut loaded)?;
    Ok(loaded)
}

/// The bars of symbols at one interval as stored, each from its own time on and before `to` (open: all), ascending, in the order
/// given. A symbol without any gives an empty series.
///
/// # Errors
/// Faults of DuckDB.
pub fn load_between(store: &Store, wanted: &[(Symbol, Ts)], interval: Interval, to: Option<Ts>) -> Result<Vec<Bars>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut loaded: Vec<Bars> = wanted.iter().map(|(symbol, _)| Bars::empty(symbol.clone(), interval)).collect();
    let from: Vec<Ts> = wanted.iter().map(|(_, from)| *from).collect();
    let wanted = Wanted::of(&loaded, &from, to);
    // Counting takes a fraction of the time of reading, and what grows into its place needs up to twice the memory.
    let mut statement =
        store.conn().prepare(&format!("{WANTED} SELECT w.series, count(*) {OF_WANTED} GROUP BY w.series"))?;
    let rows = statement.query_map(wanted.params(), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (series, bars) = row?;
        if let Some(series) = usize::try_from(series).ok().and_then(|at| loaded.get_mut(at)) {
            series.reserve(usize::try_from(bars).unwrap_or(0));
        }
    }
    read(store.conn(), &wanted, &[], &mut loaded)?;
    Ok(loaded)
}

/// Symbols can't hold line feeds, so lists travel as one bound text each.
const WANTED: &str = "WITH wanted AS (
     SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
            make_timestamp(CAST(unnest(string_split($3, chr(10))) AS BIGINT)) AS from_ts,
            unnest(range(CAST($4 AS BIGINT))) AS series)";

/// The bounds of all series together let row groups be passed over.
const OF_WANTED: &str = "FROM bars b JOIN wanted w ON b.symbol = w.symbol AND b.interval = w.interval
     WHERE b.ts >= w.from_ts AND b.ts >= make_timestamp($5) AND b.ts < make_timestamp($6)";

/// Series with the times from which they are read, as bound values.
struct Wanted {
    symbols: String,
    intervals: String,
    from: String,
    series: i64,
    first: i64,
    to: i64,
}

impl Wanted {
    fn of(series: &[Bars], from: &[Ts], to: Option<Ts>) -> Self {
        let joined = |texts: Vec<&str>| texts.join("\n");
        let from: Vec<i64> = from.iter().map(|ts| ts.0.clamp(MIN_MICROS, MAX_MICROS)).collect();
        Self {
            symbols: joined(series.iter().map(|bars| bars.symbol.as_str()).collect()),
            intervals: joined(series.iter().map(|bars| bars.interval.as_str()).collect()),
            from: from.iter().map(i64::to_string).collect::<Vec<_>>().join("\n"),
            series: series.len() as i64,
            first: from.iter().copied().min().unwrap_or(MIN_MICROS),
            to: to.map_or(MAX_MICROS, |to| to.0.clamp(MIN_MICROS, MAX_MICROS)),
        }
    }

    fn params(&self) -> [&dyn ToSql; 6] {
        [&self.symbols, &self.intervals, &self.from, &self.series, &self.first, &self.to]
    }
}

/// Reads the bars of the wanted series into those of the same index, raw ones adjusted for the splits given.
fn read(conn: &Connection, wanted: &Wanted, splits: &[Option<&Splits>], loaded: &mut [Bars]) -> Result<()> {
    // Without splits nobody asks which bars are raw.
    let is_raw = if splits.iter().any(Option::is_some) { ", b.adjustment = 'raw'" } else { "" };
    let mut statement = conn.prepare(&format!(
        "{WANTED} SELECT w.series, b.ts, b.close_ts, b.session_date, b.open, b.high, b.low, b.close, b.volume, b.vwap
                         {is_raw}
         {OF_WANTED}"
    ))?;
    for batch in statement.stream_arrow(wanted.params().as_slice())? {
        push_batch(&batch?, splits, loaded);
    }
    sort(loaded);
    Ok(())
}

/// Bars mostly lie in order in the file; sorting what does not here is much faster than sorting everything there.
pub(super) fn sort(loaded: &mut [Bars]) {
    loaded.iter_mut().filter(|bars| !bars.ts.is_sorted()).for_each(Bars::sort);
}

/// Takes over a batch run by run: neighbouring rows mostly belong to one series. With splits for any series an eleventh
/// column says which bars are raw.
pub(super) fn push_batch(batch: &RecordBatch, splits: &[Option<&Splits>], loaded: &mut [Bars]) {
    let series = batch.column(0).as_primitive::<Int64Type>().values();
    let ts = batch.column(1).as_primitive::<TimestampMicrosecondType>().values();
    let close_ts = batch.column(2).as_primitive::<TimestampMicrosecondType>().values();
    let session = batch.column(3).as_primitive::<Date32Type>().values();
    let numbers = [4, 5, 6, 7, 8, 9].map(|column| batch.column(column).as_primitive::<Float64Type>());
    let mut from = 0;
    for run in series.chunk_by(|a, b| a == b) {
        let rows = from..from + run.len();
        from = rows.end;
        let Ok(at) = usize::try_from(run[0]) else { continue };
        let Some(bars) = loaded.get_mut(at) else { continue };
        let first = bars.len();
        bars.ts.extend(ts[rows.clone()].iter().map(|us| Ts(*us)));
        bars.close_ts.extend(close_ts[rows.clone()].iter().map(|us| Ts(*us)));
        bars.session_date.extend_from_slice(&session[rows.clone()]);
        let columns =
            [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close, &mut bars.volume, &mut bars.vwap];
        for (column, values) in columns.into_iter().zip(numbers) {
            match values.nulls() {
                None => column.extend_from_slice(&values.values()[rows.clone()]),
                Some(_) => column.extend(rows.clone().map(|row| match values.is_null(row) {
                    true => f64::NAN,
                    false => values.value(row),
                })),
            }
        }
        if let Some(splits) = splits.get(at).copied().flatten() {
            let is_raw = batch.column(10).as_boolean();
            let raw = rows.enumerate().filter(|(_, row)| is_raw.is_valid(*row) && is_raw.value(*row));
            raw.for_each(|(index, row)| bars.scale(first + index, splits.factor(session[row])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(symbol: &str, bars: i64) -> Coverage {
        Coverage { symbol: symbol.parse().unwrap(), interval: Interval::D1, bars, first: Ts(0), last: Ts(0) }
    }

    #[test]
    fn chunks_keep_series_whole_and_lose_none() {
        let series = [found("A", 5), found("B", 5), found("C", 1), found("D", 100), found("E", 1)];
        let sizes: Vec<usize> = chunks(&series, 10).iter().map(|chunk| chunk.len()).collect();
        assert_eq!(sizes, [2, 1, 1, 1]);
        assert!(chunks(&[], 10).is_empty());
    }

    #[test]
    fn an_empty_store_says_what_to_do() {
        let store = Store::in_memory().unwrap();
        let refused = SeriesFilter::default().resolve(&store).unwrap_err();
        assert!(refused.is_refusal() && refused.to_string().contains("ws ingest csv"), "{refused}");
    }
}
