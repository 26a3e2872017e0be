//! Real and made-up series for the tests.

use std::io::Read;
use std::path::Path;

use chrono::{NaiveDateTime, NaiveTime};
use workstation::domain::{Bar, Bars, Interval, Ts};

/// A file of the shared material next to the checkout; missing material fails the test.
pub fn shared(path: &str) -> String {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// Reads `time,open,high,low,close,volume` lines; a bar is known `interval` after its start.
fn read(symbol: &str, interval: Interval, text: &str) -> Bars {
    let mut bars = Bars::empty(symbol.parse().unwrap(), interval);
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let ts = Ts::parse(fields[0]).unwrap();
        let price = |field: usize| fields[field].parse::<f64>().unwrap();
        bars.push(bar(ts, interval, [price(1), price(2), price(3), price(4)]));
    }
    bars
}

pub fn bar(ts: Ts, interval: Interval, [open, high, low, close]: [f64; 4]) -> Bar {
    let close_ts = ts.plus(interval.micros());
    Bar { ts, close_ts, session_date: ts.day(), open, high, low, close, volume: 1.0, vwap: f64::NAN }
}

pub fn goog() -> Bars {
    read("GOOG", Interval::D1, &shared("data/real/GOOG_1d.csv"))
}

pub fn btc() -> Bars {
    read("BTC-PERP", Interval::M1, &shared("data/real/BTC-PERP_1m.csv.gz"))
}

/// A daily series from open, high, low, close, starting on 2024-01-01 (a Monday).
pub fn daily(symbol: &str, rows: &[[f64; 4]]) -> Bars {
    let start = Ts::parse("2024-01-01").unwrap();
    let mut bars = Bars::empty(symbol.parse().unwrap(), Interval::D1);
    for (day, prices) in rows.iter().enumerate() {
        bars.push(bar(start.plus(day as i64 * Interval::D1.micros()), Interval::D1, *prices));
    }
    bars
}

/// Bars `from..to` of a series.
pub fn part(bars: &Bars, from: usize, to: usize) -> Bars {
    let mut part = Bars::empty(bars.symbol.clone(), bars.interval);
    for index in from..to.min(bars.len()) {
        part.push(bars.get(index).unwrap());
    }
    part
}

/// Midnight UTC of a `2024-01-31` date.
pub fn midnight(date: &str) -> Ts {
    Ts::from_naive(NaiveDateTime::new(date.parse().unwrap(), NaiveTime::MIN))
}
