//! Where a simulated market goes: the store, or CSV files in the product's own input shape.
//!
//! Symbols are simulated in threads, a few ahead of the one that writes, batch by batch: memory stays the same however
//! long the series are. All of a market is one transaction.

use std::collections::VecDeque;
use std::io::Write;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::path::{Day, Factor, Path};
use super::{GENERATOR, Market, MarketError, Sentiment};
use crate::domain::{Bar, Progress, Symbol, Ts};
use crate::sql;
use crate::store::calendars;
use crate::store::columns::ROW_GROUP;
use crate::store::stale::{self, Change};
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

/// Rows of a batch.
const BATCH: usize = 2 * ROW_GROUP;

/// A piece of a symbol's series.
#[derive(Default)]
struct Piece {
    bars: Vec<Bar>,
    days: Vec<Day>,
}

/// Simulates one symbol into a channel; stops early when nobody listens.
fn simulate(mut path: Path, sender: &SyncSender<Piece>) {
    let room = || Piece { bars: Vec::with_capacity(BATCH + 2_000), days: Vec::new() };
    let mut piece = room();
    while let Some(day) = path.next_day(|bar| piece.bars.push(bar)) {
        piece.days.push(day);
        if piece.bars.len() >= BATCH && sender.send(std::mem::replace(&mut piece, room())).is_err() {
            return;
        }
    }
    // The writer may have failed; it knows why.
    let _ = sender.send(piece);
}

/// Writes the market into the store with source 'synthetic', replacing an earlier one of the same symbols and interval.
///
/// # Errors
/// A size out of range, a name that holds other bars, faults of the store; the store then is as before.
pub fn store_market(store: &Store, market: &Market, now: Ts, progress: &dyn Progress) -> Result<Written, WriteError> {
    let names = market.names()?;
    let factor = Arc::new(Factor::new(market)?);
    progress.start("simulate (symbols)", names.len() as u64);
    let mut written = Ok(Written::default());
    let limited: Result<(), StoreError> = store.with_memory_limit(|| {
        written = store.transaction(|| store_symbols(store, market, &names, &factor, now, progress));
        Ok(())
    });
    progress.finish();
    limited?;
    written
}

fn store_symbols(
    store: &Store,
    market: &Market,
    names: &[Symbol],
    factor: &Arc<Factor>,
    now: Ts,
    progress: &dyn Progress,
) -> Result<Written, WriteError> {
    let ahead = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut written = Written::default();
    std::thread::scope(|scope| {
        let begin = |n: usize| {
            // One batch waits while the next is made.
            let (sender, pieces) = sync_channel(1);
            let path = Path::new(market, Arc::clone(factor), n as u64 + 1);
            scope.spawn(move || simulate(path, &sender));
            pieces
        };
        let mut begun: VecDeque<Receiver<Piece>> = VecDeque::new();
        for (n, symbol) in names.iter().enumerate() {
            while begun.len() < ahead && n + begun.len() < names.len() {
                begun.push_back(begin(n + begun.len()));
            }
            let Some(pieces) = begun.pop_front() else { break };
            clear(store, market, symbol, now)?;
            let mut first = None;
            for piece in pieces {
                first = first.or(piece.bars.first().map(|bar| bar.ts));
                written.bars += piece.bars.len();
                written.snapshots += piece.days.len();
                progress.rows(piece.bars.len() as u64);
                store_truth(store, market, symbol.as_str(), &piece.days)?;
                let sentiment: Vec<Sentiment> = piece.days.iter().map(|day| day.sentiment).collect();
                store_sentiment(store, symbol.as_str(), &sentiment, now)?;
                store_bars(store, market, symbol.as_str(), &piece.bars, now)?;
            }
            mark_stale(store, market, symbol, first, now)?;
            written.symbols += 1;
            progress.advance(1);
        }
        log(store, market, now)?;
        Ok::<_, WriteError>(written)
    })
}

/// Makes room for a symbol: an earlier simulation goes, bars from elsewhere are a refusal.
fn clear(store: &Store, market: &Market, symbol: &Symbol, now: Ts) -> Result<(), WriteError> {
    let (conn, name, interval) = (store.conn(), symbol.as_str(), market.interval.as_str());
    let query = conn.query_row(sql!("ingest/count_not_synthetic"), params![name, interval], |row| row.get(0));
    let others: i64 = query.map_err(StoreError::from)?;
    if others > 0 {
        return Err(MarketError::Taken { symbol: name.to_string(), interval: interval.to_string() }.into());
    }
    let calendar = market.calendar.as_ref().map(|calendar| calendar.name());
    let run = |sql: &str, values: &[&dyn crate::store::duckdb::ToSql]| {
        conn.execute(sql, values).map(|_| ()).map_err(StoreError::from)
    };
    let exchange = calendar.and_then(|name| calendars::exchange(name).ok());
    let currency = exchange.and_then(|exchange| exchange.currency).unwrap_or_else(|| "USD".into());
    run(sql!("ingest/register_synthetic"), &[&name, &now.0, &calendar, &currency])?;
    run(sql!("ingest/delete_synthetic_bars"), &[&name, &interval])?;
    run(sql!("ingest/delete_synthetic_truth"), &[&name, &interval])?;
    run(sql!("ingest/delete_synthetic_sentiment"), &[&name])?;
    Ok(())
}

fn store_bars(store: &Store, market: &Market, symbol: &str, bars: &[Bar], now: Ts) -> Result<(), StoreError> {
    let columns = Columns::new()
        .ts("ts", bars.iter().map(|bar| bar.ts))
        .ts("close_ts", bars.iter().map(|bar| bar.close_ts))
        .date("session_date", bars.iter().map(|bar| bar.session_date))
        .f64("open", bars.iter().map(|bar| bar.open))
        .f64("high", bars.iter().map(|bar| bar.high))
        .f64("low", bars.iter().map(|bar| bar.low))
        .f64("close", bars.iter().map(|bar| bar.close))
        .f64("volume", bars.iter().map(|bar| bar.volume));
    let interval = market.interval.as_str();
    columns.insert_with(store, sql!("ingest/insert_synthetic"), &[&symbol, &interval, &now.0])
}

fn store_truth(store: &Store, market: &Market, symbol: &str, days: &[Day]) -> Result<(), StoreError> {
    let n = days.len();
    let columns = Columns::new()
        .date("date", days.iter().map(|day| day.sentiment.day))
        .f64("beta", days.iter().map(|day| day.beta))
        .text("market_regime", days.iter().map(|day| day.market_regime))
        .text("own_regime", days.iter().map(|day| day.own_regime))
        .f64("market_sigma", days.iter().map(|day| day.market_sigma))
        .f64("own_sigma", days.iter().map(|day| day.own_sigma))
        .f64("gap", days.iter().map(|day| day.gap))
        .f64("expected_return", days.iter().map(|day| day.expected_return));
    let interval = market.interval.as_str();
    if n == 0 {
        return Ok(());
    }
    columns.insert_with(store, sql!("ingest/insert_truth"), &[&symbol, &interval, &market.seed])
}

/// Features and labels of an earlier simulation do not follow from the new bars.
fn mark_stale(store: &Store, market: &Market, symbol: &Symbol, first: Option<Ts>, now: Ts) -> Result<(), StoreError> {
    let Some(from) = first else { return Ok(()) };
    let change =
        Change { symbol: symbol.as_str(), interval: market.interval.as_str(), from, reason: "simulated again" };
    stale::mark(store, &change, now).map(|_| ())
}

fn log(store: &Store, market: &Market, now: Ts) -> Result<(), StoreError> {
    let values = params![market.seed, market.interval.as_str(), market.calendar_name(), market.drift, GENERATOR, now.0];
    store.conn().execute(sql!("ingest/log_synthetic"), values)?;
    Ok(())
}

/// Appends daily scores of one symbol with provider 'synthetic'.
pub(super) fn store_sentiment(store: &Store, symbol: &str, days: &[Sentiment], now: Ts) -> Result<(), StoreError> {
    let n = days.len();
    Columns::new()
        .text("symbol", std::iter::repeat_n(symbol, n))
        .ts("known_ts", days.iter().map(|day| day.known_ts))
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
pub fn write_csv(market: &Market, folder: &FilePath, progress: &dyn Progress) -> Result<Written, WriteError> {
    std::fs::create_dir_all(folder)?;
    let mut written = Written::default();
    let mut sentiment = gzip(&folder.join("sentiment.csv.gz"))?;
    writeln!(sentiment, "symbol,known_ts,date,provider,score,confidence")?;
    progress.start("simulate (symbols)", market.symbols as u64);
    let factor = Arc::new(Factor::new(market)?);
    for (n, symbol) in market.names()?.iter().enumerate() {
        let mut file = gzip(&folder.join(format!("{symbol}_{}.csv.gz", market.interval)))?;
        writeln!(file, "timestamp,open,high,low,close,volume")?;
        let mut path = Path::new(market, Arc::clone(&factor), n as u64 + 1);
        let mut bars: Vec<Bar> = Vec::new();
        while let Some(day) = path.next_day(|bar| bars.push(bar)) {
            for bar in bars.drain(..) {
                writeln!(file, "{},{},{},{},{},{}", bar.ts, bar.open, bar.high, bar.low, bar.close, bar.volume)?;
                written.bars += 1;
            }
            let Sentiment { day, known_ts, score, confidence } = day.sentiment;
            let date = crate::domain::time::date_of(day);
            writeln!(sentiment, "{symbol},{known_ts},{date},synthetic,{score},{confidence}")?;
            written.snapshots += 1;
        }
        file.finish()?;
        written.symbols += 1;
        progress.advance(1);
    }
    progress.finish();
    sentiment.finish()?;
    Ok(written)
}

fn gzip(path: &FilePath) -> std::io::Result<flate2::write::GzEncoder<std::io::BufWriter<std::fs::File>>> {
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    Ok(flate2::write::GzEncoder::new(file, flate2::Compression::best()))
}
