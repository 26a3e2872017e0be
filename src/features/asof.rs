//! As-of columns: what another series was worth when a bar closed.
//!
//! A set names them once and its expressions use `<name>_<column>`:
//!
//! ```toml
//! [[asof]]
//! name = "daily"        # daily_open .. daily_vwap
//! interval = "1d"       # of bars of this length; default: that of the bar itself
//! symbol = "NIFTY"      # of this instrument; default: that of the bar itself
//! max_age_days = 5      # older ones are unknown; default: any age
//! ```
//!
//! The value is that of the newest bar with `close_ts` at or before the bar's own `close_ts`: what was known then,
//! whatever the starts of the bars say.

use crate::domain::{Bars, Interval, Symbol, Ts};

/// Another series, joined by the time it was known.
#[derive(Debug, Clone, PartialEq)]
pub struct AsOf {
    /// Prefix of its columns.
    pub name: String,
    /// Instrument; `None` is the bar's own.
    pub symbol: Option<Symbol>,
    /// Bar length; `None` is the bar's own.
    pub interval: Option<Interval>,
    /// Age from which a value is unknown.
    pub max_age_days: Option<u32>,
}

/// Columns of a bar that can be joined.
pub(super) const JOINED: [&str; 6] = ["open", "high", "low", "close", "volume", "vwap"];

impl AsOf {
    /// Its columns.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        JOINED.into_iter().map(|column| format!("{}_{column}", self.name))
    }

    /// The series that bars of this symbol and interval look at.
    #[must_use]
    pub fn of(&self, symbol: &Symbol, interval: Interval) -> (Symbol, Interval) {
        (self.symbol.clone().unwrap_or_else(|| symbol.clone()), self.interval.unwrap_or(interval))
    }

    /// The bar column that a name of this join means; `None` when it is none of its columns.
    pub(super) fn column(&self, name: &str) -> Option<&'static str> {
        let rest = name.strip_prefix(self.name.as_str())?.strip_prefix('_')?;
        JOINED.into_iter().find(|column| *column == rest)
    }

    /// One value a bar, from `from` on: `column` of the newest bar of `other` known at that bar's close; NaN where
    /// there is none, or it is too old.
    #[must_use]
    pub fn join(&self, bars: &Bars, other: Option<&Bars>, column: &str) -> Vec<f64> {
        let Some(other) = other else { return vec![f64::NAN; bars.len()] };
        let values = values(other, column);
        let oldest = |now: Ts| {
            let age = self.max_age_days.map_or(i64::MAX, |days| i64::from(days) * 86_400_000_000);
            now.0.saturating_sub(age)
        };
        newest_known(&bars.close_ts, &other.close_ts)
            .map(|(now, index)| match index {
                Some(index) if other.close_ts[index].0 >= oldest(now) => values[index],
                _ => f64::NAN,
            })
            .collect()
    }
}

/// For each time of `at`, which ascends, the last index of `known`, which ascends, that is not after it.
pub(super) fn newest_known<'a>(at: &'a [Ts], known: &'a [Ts]) -> impl Iterator<Item = (Ts, Option<usize>)> + 'a {
    let mut next = 0;
    at.iter().map(move |now| {
        while known.get(next).is_some_and(|known| known <= now) {
            next += 1;
        }
        (*now, next.checked_sub(1))
    })
}

fn values<'a>(bars: &'a Bars, column: &str) -> &'a [f64] {
    match column {
        "open" => &bars.open,
        "high" => &bars.high,
        "low" => &bars.low,
        "close" => &bars.close,
        "volume" => &bars.volume,
        _ => &bars.vwap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bar;

    fn series(closes: &[(i64, f64)]) -> Bars {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
        for &(known, close) in closes {
            let nan = f64::NAN;
            let (ts, close_ts) = (Ts(known - 10), Ts(known));
            let [open, high, low] = [close; 3];
            bars.push(Bar { ts, close_ts, session_date: 0, open, high, low, close, volume: nan, vwap: nan });
        }
        bars
    }

    #[test]
    fn takes_what_was_known_at_the_close_and_not_a_moment_later() {
        let join = AsOf { name: "d".into(), symbol: None, interval: None, max_age_days: None };
        let bars = series(&[(10, 0.0), (20, 0.0), (21, 0.0), (40, 0.0)]);
        let other = series(&[(20, 1.0), (41, 2.0)]);
        let got = join.join(&bars, Some(&other), "close");
        assert!(got[0].is_nan());
        assert_eq!(got[1..], [1.0, 1.0, 1.0]);
        assert!(join.join(&bars, None, "close").iter().all(|value| value.is_nan()));
    }

    #[test]
    fn too_old_is_unknown() {
        let join = AsOf { name: "d".into(), symbol: None, interval: None, max_age_days: Some(1) };
        let day = 86_400_000_000;
        let bars = series(&[(20 + day, 0.0), (21 + day, 0.0)]);
        let got = join.join(&bars, Some(&series(&[(20, 1.0)])), "close");
        assert_eq!(got[0], 1.0);
        assert!(got[1].is_nan());
    }

    #[test]
    fn columns_are_told_by_their_prefix() {
        let join = AsOf { name: "daily".into(), symbol: None, interval: Some(Interval::D1), max_age_days: None };
        assert_eq!(join.column("daily_close"), Some("close"));
        assert_eq!(join.column("daily_range"), None);
        assert_eq!(join.column("dailyclose"), None);
        assert_eq!(join.of(&"X".parse().unwrap(), Interval::H1), ("X".parse().unwrap(), Interval::D1));
    }
}
