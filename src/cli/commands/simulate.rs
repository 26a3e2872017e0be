//! `ws simulate`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use crate::cli::{Ctx, Failure, Output};
use crate::domain::{Interval, Ts};
use crate::ingest::synthetic::{self, Market, WriteError, Written};
use crate::store::{Store, calendars};

/// Simulate a market into the store, or into CSV files (always labelled synthetic)
///
/// Symbols SYN001, SYN002, .. share a market factor; volatility switches between a calm and a stressed regime and
/// clusters, tails are fat, prices gap overnight, volume is U-shaped; a daily sentiment score, known an hour before the
/// open, moves its session by --drift. With --drift 0 there is nothing to find. The same seed gives the same bars. What
/// every session was drawn from is in synthetic_truth. An earlier simulation of the same symbols and interval is replaced.
#[derive(Debug, clap::Args)]
pub struct SimulateArgs {
    /// Number of symbols
    #[arg(long, default_value_t = 8)]
    symbols: usize,
    /// Trading days
    #[arg(long, default_value_t = 250)]
    days: usize,
    /// Bar length
    #[arg(long, default_value = "1h")]
    interval: Interval,
    /// Random seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What a full sentiment score adds to the session's mean, in daily standard deviations
    #[arg(long, default_value_t = 0.25)]
    drift: f64,
    /// First trading day
    #[arg(long, default_value = "2024-01-01", value_name = "DATE", value_parser = day)]
    start: i32,
    /// Sessions of this exchange: NSE, XNYS, FX, 24x7 [default: a made-up calendar, 09:00 to 16:00 UTC]
    #[arg(long, value_name = "CODE")]
    exchange: Option<String>,
    /// Write {SYMBOL}_{interval}.csv.gz and sentiment.csv.gz into this folder instead of the store
    #[arg(long, value_name = "DIR")]
    csv: Option<PathBuf>,
}

fn day(text: &str) -> Result<i32, String> {
    let valid = Ts::parse(text).filter(|ts| (0..=40_000).contains(&ts.day()));
    valid.map(Ts::day).ok_or_else(|| format!("'{text}' is not a date like 2024-01-31"))
}

pub fn run(args: &SimulateArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let calendar = match &args.exchange {
        Some(code) => {
            let exchange = calendars::exchange(code)?;
            // Calendars are data of the program: a store in memory has them too, and nothing is created yet.
            calendars::load(&Store::in_memory()?, &exchange.calendar)?.map(Arc::new)
        }
        None => None,
    };
    let market = Market {
        symbols: args.symbols,
        days: args.days,
        interval: args.interval,
        seed: args.seed,
        drift: args.drift,
        start_day: args.start,
        calendar,
    };
    // Sizes are checked before a store is made.
    market.names().and_then(|_| market.sessions()).map_err(|error| Failure::refused(error.to_string()))?;
    let (written, place) = match &args.csv {
        Some(folder) => (synthetic::write_csv(&market, folder, ctx.progress()), folder.clone()),
        None => (synthetic::store_market(&ctx.open()?, &market, ctx.now(), ctx.progress()), ctx.db.clone()),
    };
    let Written { symbols, bars, snapshots } = written.map_err(|error| match error {
        WriteError::Market(refusal) => Failure::refused(refusal.to_string()).hint("use another --db"),
        WriteError::Store(fault) => fault.into(),
        other => Failure::fault(other.to_string()),
    })?;
    let human = format!(
        "SYNTHETIC market: {symbols} symbols, {bars} bars of {}, {snapshots} sentiment snapshots (seed {}, drift {}) in {}",
        args.interval,
        args.seed,
        args.drift,
        place.display()
    );
    let document = json!({ "symbols": symbols, "bars": bars, "snapshots": snapshots, "interval": args.interval.as_str(),
        "seed": args.seed, "drift": args.drift, "source": "synthetic", "path": place });
    Ok(Output::new(human, document))
}
