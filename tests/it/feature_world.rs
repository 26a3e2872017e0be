//! A small made-up world for feature tests: sessions of six hours, two bar lengths, sentiment and a universe.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use workstation::domain::{Bar, Bars, Interval, Ts};
use workstation::store::Store;

use crate::market;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// Trading hours of a session.
pub const HOURS: i64 = 6;

/// A set with a feature of every kind: windows by name, cross-sections, as-of joins, sentiment, kernels of each memory.
pub const RICH: &str = r#"
name = "rich"
about = "A feature of every kind"
universe = "club"
[[asof]]
name = "daily"
interval = "1d"
[[asof]]
name = "market"
symbol = "AAA"
max_age_days = 3
[[feature]]
name = "rank_momentum"
definition = { expression = "cs_rank(momentum)" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "momentum"
definition = { expression = "close / lag(close, 5) - 1" }
unit = "fraction"
role = "return"
[[feature]]
name = "ema_5"
definition = { kernel = "ema", input = "close", n = 5 }
unit = "currency"
role = "price"
[[feature]]
name = "obv"
definition = { kernel = "obv" }
unit = "units"
role = "flow"
[[feature]]
name = "over_ema"
definition = { expression = "close / ema_5 - avg(close / ema_5) OVER last_7" }
unit = "fraction"
role = "return"
[[feature]]
name = "against_peers"
definition = { expression = "over_ema - avg(over_ema) OVER peers" }
unit = "fraction"
role = "return"
[[feature]]
name = "mean_rank"
definition = { expression = "avg(rank_momentum) OVER last_4" }
unit = "0 to 1"
role = "bounded"
[[feature]]
name = "z"
definition = { expression = "cs_zscore(volume)" }
unit = "deviations"
role = "return"
[[feature]]
name = "session_high"
definition = { expression = "max(high) OVER session / open - 1" }
unit = "fraction"
role = "return"
[[feature]]
name = "breakout"
definition = { expression = "close > max(high) OVER prior_10" }
unit = "0 or 1"
role = "bounded"
[[feature]]
name = "to_daily"
definition = { expression = "close / daily_close - 1" }
unit = "fraction"
role = "return"
[[feature]]
name = "to_market"
definition = { expression = "corr(close, market_close) OVER last_20" }
unit = "-1 to 1"
role = "bounded"
[[feature]]
name = "mood"
definition = { expression = "coalesce(sentiment, 0) - coalesce(lag(sentiment, 3), 0)" }
unit = "-2 to 2"
role = "bounded"
"#;

/// The same without comparing symbols: series stand alone.
pub fn alone() -> String {
    let across = ["rank_momentum", "against_peers", "mean_rank", "z"];
    let parts: Vec<&str> = RICH.split("[[feature]]").collect();
    let kept = parts.iter().filter(|part| !across.iter().any(|name| part.contains(&format!("name = \"{name}\""))));
    let text = kept.copied().collect::<Vec<_>>().join("[[feature]]");
    text.replace("name = \"rich\"", "name = \"alone\"").replace("universe = \"club\"\n", "")
}

/// Start of trading on a session.
pub fn open_of(day: i64) -> Ts {
    Ts((19_000 + day) * DAY + 9 * HOUR)
}

/// Bars of a random walk: `days` sessions from `first` on.
pub fn walk(symbol: &str, interval: Interval, first: i64, days: i64, seed: u64) -> Bars {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bars = Bars::empty(symbol.parse().unwrap(), interval);
    let mut price = 100.0;
    for day in first..first + days {
        let a_day = if interval == Interval::D1 { 1 } else { HOURS };
        for hour in 0..a_day {
            let open: f64 = price;
            price *= 1.0 + (random.random::<f64>() - 0.5) / 20.0;
            let (high, low) = (open.max(price) * 1.003, open.min(price) * 0.996);
            let start = if interval == Interval::D1 { (19_000 + day) * DAY } else { open_of(day).0 + hour * HOUR };
            let close_ts = if interval == Interval::D1 { open_of(day).0 + HOURS * HOUR } else { start + HOUR };
            bars.push(Bar {
                ts: Ts(start),
                close_ts: Ts(close_ts),
                session_date: (19_000 + day) as i32,
                open,
                high,
                low,
                close: price,
                volume: (random.random::<f64>() * 1e4).floor(),
                vwap: f64::NAN,
            });
        }
    }
    bars
}

/// Four symbols of hours, two of them with days, sentiment every other hour, and a club that members join and leave.
pub fn store(days: i64) -> Store {
    let store = Store::in_memory().unwrap();
    for (n, symbol) in ["AAA", "BBB", "CCC", "DDD"].into_iter().enumerate() {
        market::append(&store, &walk(symbol, Interval::H1, 0, days, n as u64));
        if n < 2 {
            market::append(&store, &walk(symbol, Interval::D1, 0, days, 100 + n as u64));
        }
    }
    store
        .conn()
        .execute_batch(
            "INSERT INTO sentiment_snapshots
             SELECT symbol, close_ts - INTERVAL 7 MINUTE, session_date, 'test', sin(epoch_us(ts) / 1e11), 0.9, close_ts, NULL
             FROM bars WHERE interval = '1h' AND hour(ts) % 2 = 0 AND symbol <> 'DDD';
             INSERT INTO universe SELECT 'club', symbol, min(session_date),
                 CASE WHEN symbol = 'CCC' THEN min(session_date) + 20 END, 'test', min(ts)
             FROM bars WHERE symbol <> 'BBB' GROUP BY symbol;
             INSERT INTO universe SELECT 'club', 'BBB', min(session_date) + 10, NULL, 'test', min(ts) FROM bars",
        )
        .unwrap();
    store
}
