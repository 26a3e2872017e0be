//! Real and made-up series for tests, read and stored without the program's own ingest.

use std::io::Read;
use std::path::{Path, PathBuf};

use workstation::domain::{Bar, Bars, Interval, Ts};
use workstation::store::{Columns, Store};

/// A path below `../shared`; fails when it isn't there.
pub fn shared(path: &str) -> PathBuf {
    let full = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    assert!(full.exists(), "{} is missing: this test needs the shared reference material", full.display());
    full
}

/// A CSV file, gzipped or not: lower-case header and rows.
pub fn csv_rows(path: &Path) -> (Vec<String>, Vec<csv::StringRecord>) {
    let file = std::fs::File::open(path).unwrap();
    let source: Box<dyn Read> = match path.extension().unwrap().to_str().unwrap() {
        "gz" => Box::new(flate2::read::MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let mut reader = csv::Reader::from_reader(source);
    let header = reader.headers().unwrap().iter().map(str::to_lowercase).collect();
    (header, reader.records().map(Result::unwrap).collect())
}

/// A file of bars: time in the first column, prices under their names; rows with gaps are left out.
pub fn read(path: &str, symbol: &str, interval: Interval) -> Bars {
    let (header, rows) = csv_rows(&shared(path));
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let [open, high, low, close, volume] = ["open", "high", "low", "close", "volume"].map(column);
    let mut bars = Bars::empty(symbol.parse().unwrap(), interval);
    for row in rows.iter().filter(|row| row.iter().all(|cell| !cell.is_empty())) {
        let number = |index: usize| row[index].parse::<f64>().unwrap();
        let prices = [open, high, low, close].map(number);
        push(&mut bars, Ts::parse(&row[0]).unwrap(), prices, number(volume));
    }
    bars
}

/// Adds a bar of `[open, high, low, close]`.
pub fn push(bars: &mut Bars, ts: Ts, prices: [f64; 4], volume: f64) {
    let [open, high, low, close] = prices;
    let close_ts = ts.plus(bars.interval.micros());
    bars.push(Bar { ts, close_ts, session_date: ts.day(), open, high, low, close, volume, vwap: f64::NAN });
}

/// Google's daily bars.
pub fn goog() -> Bars {
    read("data/real/GOOG_1d.csv", "GOOG", Interval::D1)
}

/// A month of a perpetual's minutes.
pub fn btc() -> Bars {
    read("data/real/BTC-PERP_1m.csv.gz", "BTC-PERP", Interval::M1)
}

/// Reliance's daily bars.
pub fn reliance() -> Bars {
    read("data/real/nse_1d/RELIANCE.csv", "RELIANCE", Interval::D1)
}

/// The first `n` bars.
pub fn head(bars: &Bars, n: usize) -> Bars {
    let mut cut = Bars::empty(bars.symbol.clone(), bars.interval);
    (0..n).map_while(|index| bars.get(index)).for_each(|bar| cut.push(bar));
    cut
}

/// The same bars under another name.
pub fn renamed(bars: &Bars, symbol: &str) -> Bars {
    Bars { symbol: symbol.parse().unwrap(), ..bars.clone() }
}

/// A store in memory that holds these series.
pub fn store_of(series: &[&Bars]) -> Store {
    let store = Store::in_memory().unwrap();
    series.iter().for_each(|bars| append(&store, bars));
    store
}

/// Appends a series to the bars of a store.
pub fn append(store: &Store, bars: &Bars) {
    let n = bars.len();
    Columns::new()
        .text("symbol", std::iter::repeat_n(bars.symbol.as_str(), n))
        .text("interval", std::iter::repeat_n(bars.interval.as_str(), n))
        .ts("ts", bars.ts.iter().copied())
        .ts("close_ts", bars.close_ts.iter().copied())
        .date("session_date", bars.session_date.iter().copied())
        .f64("open", bars.open.iter().copied())
        .f64("high", bars.high.iter().copied())
        .f64("low", bars.low.iter().copied())
        .f64("close", bars.close.iter().copied())
        .f64("volume", bars.volume.iter().copied())
        .f64("vwap", bars.vwap.iter().copied())
        .text("adjustment", std::iter::repeat_n("raw", n))
        .text("source", std::iter::repeat_n("csv", n))
        .ts("ingested_at", std::iter::repeat_n(Ts(0), n))
        .append_to(store, "bars")
        .unwrap();
}
