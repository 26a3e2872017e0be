//! A grid of moving-average crossings over one series in memory: how to call the engine from Rust, and the contender of
//! `benches/peers/run.sh sweep`.
//!
//!     cargo run --release --example sweep -- BARS.csv PAIRS.csv OUT.csv
//!
//! BARS.csv is any file `ws ingest csv` takes (one symbol, minutes); PAIRS.csv has `fast,slow` lines; OUT.csv gets `fast,slow,
//! trades,equity`. All pairs share one copy of the bars; the last word printed is the seconds without loading.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;
use workstation::backtest::{Config, Data, sweep};
use workstation::domain::{Bars, Interval, Silent, Ts};
use workstation::ingest::{self, Options};
use workstation::store::Store;
use workstation::store::bars::{coverage, load};
use workstation::trade::Sizing;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [bars, pairs, out] = paths.as_slice() else { return Err("use: sweep BARS.csv PAIRS.csv OUT.csv".into()) };
    let series = [read(bars)?];
    let pairs = std::fs::read_to_string(pairs)?;
    let started = Instant::now();
    let lines: Vec<String> =
        pairs.lines().collect::<Vec<_>>().par_iter().map(|pair| line(&series, pair)).collect::<Outcome<_>>()?;
    let seconds = started.elapsed().as_secs_f64();
    std::fs::write(out, lines.concat())?;
    println!("{} pairs x {} bars in {seconds:.3}", lines.len(), series[0].len());
    Ok(())
}

/// The bars of the only series in a file.
fn read(path: &PathBuf) -> Outcome<Bars> {
    let store = Store::in_memory()?;
    ingest::run(&store, std::slice::from_ref(path), &Options::default(), Ts(0), &Silent)?;
    let found = coverage(&store)?.into_iter().next().ok_or("the file has no bars")?;
    Ok(load(&store, &found.symbol, found.interval, None, None)?)
}

/// Trades and final equity of one `fast,slow` pair: 100 units either way, 0.1 % a side, no slippage.
fn line(series: &[Bars], pair: &str) -> Outcome<String> {
    let (fast, slow) = pair.split_once(',').ok_or("PAIRS.csv has fast,slow lines")?;
    let interval: Interval = series[0].interval;
    let mut config = Config::new("sma_cross", vec![series[0].symbol.clone()], interval);
    config.params.insert("fast".into(), fast.into());
    config.params.insert("slow".into(), slow.into());
    config.capital = 1e8;
    config.sizing = Some("units:100".parse::<Sizing>()?);
    config.slippage = "bps:0".parse()?;
    let totals = sweep(&Data::of(series), &config.check()?)?;
    let mut line = String::new();
    writeln!(line, "{fast},{slow},{},{}", totals.trades, totals.final_equity)?;
    Ok(line)
}
