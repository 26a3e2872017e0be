//! Where a simulated market goes: the store, or CSV files in the product's own input shape.

use std::io::Write;
use std::path::Path;

use super::{Market, MarketError, SESSION, Sentiment, Series};
use crate::domain::{Progress, Ts};
use crate::ingest::Adjustment;
use crate::ingest::merge::{apply, compare};
use crate::sql;
use crate::store::{Columns, Store, StoreError, params};

/// What was simulated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Symbols.
    pub symbols: usize,
    /// Bars.
    pub bars: usize,
    /// Sentiment snapshots.
    pub snapshots: usize,
}

/// Failure to write a market.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It can't be simulated.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file failed.
    #[error("writing the market: {0}")]
    Io(#[from] std::io::Error),
}

/// When a day's score is known: an hour before the open.
#[must_use]
fn known_ts(sentiment: &Sentiment) -> Ts {
    Ts::from_day(sentiment.day).plus((SESSION.0 - 60) * 60_000_000)
}

/// Writes the market into the store with source 'synthetic', replacing an earlier one of the same symbols and interval.
///
/// # Errors
/// A size out of range; faults of the store, which then is as before.
pub fn store_market(store: &Store, market: &Market, now: Ts, progress: &dyn Progress) -> Result<Written, WriteError> {
    progress.start("simulate", market.symbols as u64);
    let written = store.transaction(|| {
        let mut written = Written::default();
        for series in market.series()? {
            store_series(store, market, &series, now)?;
            written.symbols += 1;
            written.bars += series.bars.len();
            written.snapshots += series.sentiment.len();
            progress.advance(1);
        }
        Ok::<_, WriteError>(written)
    });
    progress.finish();
    written
}

fn store_series(store: &Store, market: &Market, series: &Series, now: Ts) -> Result<(), StoreError> {
    let symbol = series.symbol.as_str();
    let (bars, n) = (&series.bars, series.bars.len());
    store.conn().execute(sql!("ingest/register_synthetic"), params![symbol, now.0])?;
    store.conn().execute(sql!("ingest/delete_synthetic_bars"), params![symbol, market.interval.as_str()])?;
    store.conn().execute_batch(sql!("ingest/create_staging"))?;
    Columns::new()
        .text("symbol", std::iter::repeat_n(symbol, n))
        .i64("line", 0..n as i64)
        .ts("ts", bars.iter().map(|bar| bar.ts))
        .ts("close_ts", bars.iter().map(|bar| bar.close_ts))
        .date("session_date", bars.iter().map(|bar| bar.session_date))
        .f64("open", bars.iter().map(|bar| bar.open))
        .f64("high", bars.iter().map(|bar| bar.high))
        .f64("low", bars.iter().map(|bar| bar.low))
        .f64("close", bars.iter().map(|bar| bar.close))
        .f64("volume", bars.iter().map(|bar| bar.volume))
        .append_to(store, "staged_bars")?;
    compare(store, market.interval.as_str(), Adjustment::Raw)?;
    apply(store, market.interval.as_str(), Adjustment::Raw, "synthetic", now)?;
    store.conn().execute_batch(sql!("ingest/drop_staging"))?;
    store.conn().execute(sql!("ingest/delete_synthetic_sentiment"), params![symbol])?;
    store_sentiment(store, symbol, &series.sentiment, now)
}

/// Appends daily scores of one symbol with provider 'synthetic'.
pub(super) fn store_sentiment(store: &Store, symbol: &str, days: &[Sentiment], now: Ts) -> Result<(), StoreError> {
    let n = days.len();
    Columns::new()
        .text("symbol", std::iter::repeat_n(symbol, n))
        .ts("known_ts", days.iter().map(known_ts))
        .date("date", days.iter().map(|day| day.day))
        .text("provider", std::iter::repeat_n("synthetic", n))
        .f64("score", days.iter().map(|day| day.score))
        .f64("confidence", days.iter().map(|day| day.confidence))
        .ts("fetched_at", std::iter::repeat_n(now, n))
        .append_to(store, "sentiment_snapshots")
}

/// Writes `{SYMBOL}_{interval}.csv.gz` files and `sentiment.csv.gz` into a folder.
///
/// # Errors
/// A size out of range; a folder that can't be written.
pub fn write_csv(market: &Market, folder: &Path, progress: &dyn Progress) -> Result<Written, WriteError> {
    std::fs::create_dir_all(folder)?;
    let mut written = Written::default();
    let mut sentiment = gzip(&folder.join("sentiment.csv.gz"))?;
    writeln!(sentiment, "symbol,known_ts,date,provider,score,confidence")?;
    progress.start("simulate", market.symbols as u64);
    for series in market.series()? {
        let mut file = gzip(&folder.join(format!("{}_{}.csv.gz", series.symbol, market.interval)))?;
        writeln!(file, "timestamp,open,high,low,close,volume")?;
        for bar in &series.bars {
            writeln!(file, "{},{},{},{},{},{}", bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume)?;
        }
        file.finish()?;
        for day in &series.sentiment {
            let (known, date) = (known_ts(day), crate::domain::time::date_of(day.day));
            writeln!(sentiment, "{},{known},{date},synthetic,{},{}", series.symbol, day.score, day.confidence)?;
        }
        written.symbols += 1;
        written.bars += series.bars.len();
        written.snapshots += series.sentiment.len();
        progress.advance(1);
    }
    progress.finish();
    sentiment.finish()?;
    Ok(written)
}

fn gzip(path: &Path) -> std::io::Result<flate2::write::GzEncoder<std::io::BufWriter<std::fs::File>>> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    Ok(flate2::write::GzEncoder::new(file, flate2::Compression::best()))
}
