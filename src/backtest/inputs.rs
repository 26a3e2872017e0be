//! What a backtest reads: bars, instruments, and signals by asset.

use std::collections::BTreeSet;

use super::{BacktestError, Config, Plan};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::{Bars, Interval, Progress, Symbol, Ts};
use crate::store::{Store, bars, duckdb};
use crate::trade::Signal;
use crate::venues::TimedSignal;

/// The bars of every symbol of a plan, each series with at least one.
pub(super) fn load_bars(
    store: &Store,
    config: &Config,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<Vec<Bars>, BacktestError> {
    progress.start("load bars", plan.symbols.len() as u64);
    let load = |symbol: &Symbol| {
        let series = bars::load(store, symbol, config.interval, config.from, config.to)?;
        progress.advance(1);
        if series.is_empty() { Err(missing(store, symbol, config.interval)?) } else { Ok(series) }
    };
    let series = plan.symbols.iter().map(load).collect();
    progress.finish();
    series
}

/// Tells a symbol without bars from one whose bars lie outside the period.
fn missing(store: &Store, symbol: &Symbol, interval: Interval) -> Result<BacktestError, BacktestError> {
    let coverage = bars::coverage(store)?;
    if let Some(found) = coverage.iter().find(|found| found.symbol == *symbol && found.interval == interval) {
        let (first, last) = (found.first, found.last);
        return Ok(BacktestError::EmptyPeriod { symbol: symbol.clone(), interval, first, last });
    }
    const SHOWN: usize = 12;
    let mut known: Vec<String> = coverage.iter().map(|found| format!("{} {}", found.symbol, found.interval)).collect();
    let more = known.len().saturating_sub(SHOWN);
    known.truncate(SHOWN);
    let mut known = if known.is_empty() { "no bars yet".to_string() } else { known.join(", ") };
    if more > 0 {
        known.push_str(&format!(" and {more} more"));
    }
    Ok(BacktestError::UnknownSymbol { symbol: symbol.clone(), interval, known })
}

/// SHA-256 of all bars, and the newest `close_ts` among them.
pub(super) fn identity(series: &[Bars]) -> (String, Option<Ts>) {
    let mut print = Fingerprint::new();
    for bars in series {
        print.bars(bars);
    }
    (print.finish(), series.iter().flat_map(|bars| &bars.close_ts).max().copied())
}

/// Trading days a year, the most among the symbols; refuses what one account can't hold.
pub(super) fn periods_per_year(store: &Store, series: &[Bars]) -> Result<u32, BacktestError> {
    let mut currencies = BTreeSet::new();
    let mut periods = 0;
    for bars in series {
        let found = store.conn().query_row(crate::sql!("backtest/instrument"), [bars.symbol.as_str()], |row| {
            Ok((row.get::<_, Option<f64>>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, f64>(2)?))
        });
        let (of_calendar, currency, multiplier) = match found {
            Err(duckdb::Error::QueryReturnedNoRows) => (None, None, 1.0),
            found => found?,
        };
        if multiplier != 1.0 {
            return Err(BacktestError::Multiplier { symbol: bars.symbol.clone(), multiplier });
        }
        currencies.extend(currency);
        periods = periods.max(periods_of(of_calendar, bars));
    }
    if currencies.len() > 1 {
        return Err(BacktestError::Currencies(currencies.into_iter().collect()));
    }
    Ok(periods)
}

/// Trading days a year as its calendar says; an unknown one is judged by whether it trades on weekends.
fn periods_of(of_calendar: Option<f64>, bars: &Bars) -> u32 {
    match of_calendar {
        Some(periods) => periods.round() as u32,
        None if bars.session_date.iter().any(|&day| is_weekend(day)) => 365,
        None => 252,
    }
}

/// Whether a day counted from 1970-01-01 (a Thursday) is a Saturday or Sunday.
fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

/// The signals of a run by asset, each list ascending in time, and how many name no bar of the run.
pub(super) fn signals(config: &Config, series: &[Bars]) -> Result<(Vec<Vec<TimedSignal>>, usize), BacktestError> {
    let mut by_asset = vec![Vec::new(); series.len()];
    let mut unused = 0;
    let predictions = config.predictions.iter().map(|prediction| {
        (&prediction.symbol, prediction.ts, Signal::Prediction { probability: prediction.probability })
    });
    let given = config.signals.iter().map(|signal| {
        (&signal.symbol, signal.ts, Signal::Directed { direction: signal.direction, confidence: signal.confidence })
    });
    for (symbol, ts, signal) in predictions.chain(given) {
        check_range(symbol, ts, &signal)?;
        let Ok(asset) = series.binary_search_by(|bars| bars.symbol.cmp(symbol)) else {
            return Err(BacktestError::Signals(format!(
                "a signal at {ts} is about '{symbol}', which is not in the run"
            )));
        };
        if series[asset].ts.binary_search(&ts).is_ok() {
            by_asset[asset].push(TimedSignal { ts, signal });
        } else {
            unused += 1;
        }
    }
    for (signals, bars) in by_asset.iter_mut().zip(series) {
        signals.sort_by_key(|signal: &TimedSignal| signal.ts);
        if let Some(pair) = signals.windows(2).find(|pair| pair[0].ts == pair[1].ts) {
            return Err(BacktestError::Signals(format!("two signals about '{}' at {}", bars.symbol, pair[0].ts)));
        }
    }
    Ok((by_asset, unused))
}

/// Probabilities and confidences are fractions, scores lie around 0, levels are not negative; or they are unknown.
fn check_range(symbol: &Symbol, ts: Ts, signal: &Signal) -> Result<(), BacktestError> {
    let (name, value, low, high) = match signal {
        Signal::Prediction { probability } => ("probability", *probability, 0.0, 1.0),
        Signal::Directed { confidence, .. } => ("confidence", confidence.unwrap_or(f64::NAN), 0.0, 1.0),
        Signal::Sentiment { score } => ("sentiment", *score, -1.0, 1.0),
        Signal::VolatilityIndex { level } => ("volatility index", *level, 0.0, f64::MAX),
    };
    if value.is_nan() || (low..=high).contains(&value) {
        return Ok(());
    }
    let wanted = if high == f64::MAX { "0 or more".to_string() } else { format!("between {low} and {high}") };
    Err(BacktestError::Signals(format!("'{symbol}' at {ts}: {name} {value} is not {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::day_number;
    use chrono::NaiveDate;

    #[test]
    fn periods_follow_the_calendar_or_the_weekdays() {
        let day = |text: &str| day_number(text.parse::<NaiveDate>().unwrap());
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::D1);
        bars.session_date = vec![day("2024-01-05"), day("2024-01-08")];
        assert_eq!(periods_of(None, &bars), 252);
        bars.session_date.push(day("2024-01-13"));
        assert_eq!(periods_of(None, &bars), 365);
        assert_eq!(periods_of(Some(250.0), &bars), 250, "what its calendar says, weekend sessions or not");
    }
}
