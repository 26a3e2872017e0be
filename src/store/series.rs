//! Choosing series (a symbol at an interval) and reading many of them in one ordered scan.

use duckdb::arrow::array::{Array, AsArray};
use duckdb::arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, params};

use super::bars::{Coverage, coverage};
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
        let mut series = coverage(store)?;
        let mut missing: Vec<&Symbol> = self.symbols.iter().collect();
        missing.retain(|symbol| !series.iter().any(|found| found.symbol == **symbol && self.has_interval(found)));
        if !missing.is_empty() || !series.iter().any(|found| self.has_interval(found)) {
            return Err(StoreError::Query(self.refusal(&missing, &series)));
        }
        series.retain(|found| self.takes(&found.symbol, found.interval));
        Ok(series)
    }

    /// Whether a series is among those wanted.
    #[must_use]
    pub fn takes(&self, symbol: &Symbol, interval: Interval) -> bool {
        self.interval.is_none_or(|wanted| wanted == interval)
            && (self.symbols.is_empty() || self.symbols.contains(symbol))
    }

    fn has_interval(&self, found: &Coverage) -> bool {
        self.interval.is_none_or(|interval| interval == found.interval)
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

/// All bars of the given series, each ascending, in the order given.
///
/// # Errors
/// Faults of DuckDB.
pub fn load(store: &Store, series: &[Coverage]) -> Result<Vec<Bars>> {
    load_with(store.conn(), series, &vec![Ts(i64::MIN); series.len()])
}

/// The bars of the given series from each one's time on, ascending, over any connection to the store.
///
/// # Errors
/// Faults of DuckDB.
pub fn load_with(conn: &Connection, series: &[Coverage], from: &[Ts]) -> Result<Vec<Bars>> {
    if series.is_empty() {
        return Ok(Vec::new());
    }
    let symbols: Vec<&str> = series.iter().map(|found| found.symbol.as_str()).collect();
    let intervals: Vec<String> = series.iter().map(|found| found.interval.to_string()).collect();
    let mut loaded: Vec<Bars> = series.iter().map(|found| Bars::empty(found.symbol.clone(), found.interval)).collect();
    for ((bars, found), from) in loaded.iter_mut().zip(series).zip(from) {
        let whole = from.0 == i64::MIN;
        bars.reserve(if whole { usize::try_from(found.bars).unwrap_or(0) } else { 0 });
    }
    let from: Vec<String> = from.iter().map(|ts| ts.0.to_string()).collect();
    // Symbols can't hold line feeds, so lists travel as one bound text each. Bars mostly lie in order in the file;
    // sorting what does not here is much faster than sorting everything there.
    let mut statement = conn.prepare(
        "WITH wanted AS (
             SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval,
                    CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS from_us,
                    unnest(range(CAST($4 AS BIGINT))) AS series)
         SELECT w.series, b.ts, b.close_ts, b.session_date, b.open, b.high, b.low, b.close, b.volume, b.vwap
         FROM bars b JOIN wanted w ON b.symbol = w.symbol AND b.interval = w.interval
         WHERE epoch_us(b.ts) >= w.from_us",
    )?;
    let keys = params![symbols.join("\n"), intervals.join("\n"), from.join("\n"), series.len() as i64];
    for batch in statement.stream_arrow(keys)? {
        push_batch(&batch?, &mut loaded);
    }
    loaded.iter_mut().filter(|bars| !bars.ts.is_sorted()).for_each(Bars::sort);
    Ok(loaded)
}

/// Takes over a batch run by run: neighbouring rows mostly belong to one series.
fn push_batch(batch: &RecordBatch, loaded: &mut [Bars]) {
    let series = batch.column(0).as_primitive::<Int64Type>().values();
    let ts = batch.column(1).as_primitive::<TimestampMicrosecondType>().values();
    let close_ts = batch.column(2).as_primitive::<TimestampMicrosecondType>().values();
    let session = batch.column(3).as_primitive::<Date32Type>().values();
    let numbers = [4, 5, 6, 7, 8, 9].map(|column| batch.column(column).as_primitive::<Float64Type>());
    let mut from = 0;
    for run in series.chunk_by(|a, b| a == b) {
        let rows = from..from + run.len();
        from = rows.end;
        let Some(bars) = usize::try_from(run[0]).ok().and_then(|at| loaded.get_mut(at)) else { continue };
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
