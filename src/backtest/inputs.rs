//! What a backtest reads: bars, instruments, and signals by asset.

use std::collections::{BTreeMap, BTreeSet};

use super::{BacktestError, Config, Plan, Prediction};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::{Bars, Interval, Progress, Symbol, Ts};
use crate::store::{Store, bars, params, series};
use crate::trade::Signal;
use crate::venues::TimedSignal;

/// The bars of every symbol of a plan, each series with at least one that is traded, and those before the period that
/// strategies warm up on.
pub(super) fn load_bars(
    store: &Store,
    config: &Config,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<Vec<Bars>, BacktestError> {
    progress.start("load bars", plan.symbols.len() as u64);
    let wanted = warm_starts(store, config, plan)?;
    let loaded = series::load_between(store, &wanted, config.interval, config.to)?;
    progress.advance(loaded.len() as u64);
    progress.finish();
    let is_traded = |bars: &&Bars| bars.ts.last().is_some_and(|last| *last >= plan.settings.from);
    match loaded.iter().find(|bars| !is_traded(bars)) {
        Some(bars) => Err(missing(store, &bars.symbol, config.interval)?),
        None => Ok(loaded),
    }
}

/// Where to read each series from.
fn warm_starts(store: &Store, config: &Config, plan: &Plan) -> Result<Vec<(Symbol, Ts)>, BacktestError> {
    let all = |from: Ts| plan.symbols.iter().map(|symbol| (symbol.clone(), from)).collect();
    let Some(from) = config.from else { return Ok(all(Ts(i64::MIN))) };
    let before = config.bars_before();
    if before == 0 {
        return Ok(all(from));
    }
    let symbols: Vec<&str> = plan.symbols.iter().map(Symbol::as_str).collect();
    let values = params![symbols.join("\n"), config.interval.as_str(), from.0, before as i64];
    let mut statement = store.conn().prepare(crate::sql!("backtest/warm_start"))?;
    let rows = statement.query_map(values, |row| Ok((row.get::<_, String>(0)?, Ts(row.get(1)?))))?;
    let starts = rows.collect::<Result<BTreeMap<String, Ts>, _>>()?;
    let start = |symbol: &Symbol| starts.get(symbol.as_str()).copied().unwrap_or(from);
    Ok(plan.symbols.iter().map(|symbol| (symbol.clone(), start(symbol))).collect())
}

/// How many bars of a series are traded.
pub(super) fn traded(bars: &Bars, from: Ts) -> usize {
    bars.len() - bars.ts.partition_point(|ts| *ts < from)
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

/// The signals of a run by asset, each list ascending in time, and how many name no bar of the run.
///
/// `context` (sentiment, the volatility index) comes before the opinions of the same bar.
pub(super) fn signals(
    config: &Config,
    series: &[Bars],
    context: Vec<Vec<TimedSignal>>,
) -> Result<(Vec<Vec<TimedSignal>>, usize), BacktestError> {
    let mut by_asset = context;
    let mut unused = 0;
    let predictions = config.predictions.iter().map(|prediction| {
        let Prediction { probability, side, .. } = *prediction;
        (&prediction.symbol, prediction.ts, Signal::Prediction { probability, side })
    });
    let given = config.signals.iter().map(|signal| {
        (&signal.symbol, signal.ts, Signal::Directed { direction: signal.direction, confidence: signal.confidence })
    });
    let mut seen = BTreeSet::new();
    for (symbol, ts, signal) in predictions.chain(given) {
        check_range(symbol, ts, &signal)?;
        let Ok(asset) = series.binary_search_by(|bars| bars.symbol.cmp(symbol)) else {
            return Err(BacktestError::Signals(format!(
                "a signal at {ts} is about '{symbol}', which is not in the run"
            )));
        };
        let is_before = config.from.is_some_and(|from| ts < from);
        if is_before || series[asset].ts.binary_search(&ts).is_err() {
            unused += 1;
            continue;
        }
        if !seen.insert((asset, ts, matches!(signal, Signal::Prediction { .. }))) {
            return Err(BacktestError::Signals(format!("two signals about '{symbol}' at {ts}")));
        }
        by_asset[asset].push(TimedSignal { ts, signal });
    }
    by_asset.iter_mut().for_each(|signals| signals.sort_by_key(|signal| signal.ts));
    Ok((by_asset, unused))
}

/// What strategies are told besides bars and opinions, by asset: sentiment for the gate, the volatility index.
pub(super) fn context(store: &Store, plan: &Plan, series: &[Bars]) -> Result<Vec<Vec<TimedSignal>>, BacktestError> {
    let mut by_asset = vec![Vec::new(); series.len()];
    if let Some(symbol) = &plan.vol_index {
        let index = index_bars(store, symbol, plan.interval)?;
        let level = |at: usize| Signal::VolatilityIndex { level: index.close[at] };
        for (signals, bars) in by_asset.iter_mut().zip(series) {
            signals.extend(as_known(bars, &index.close_ts, level));
        }
    }
    if plan.settings.sentiment.is_some() {
        for (signals, bars) in by_asset.iter_mut().zip(series) {
            let (known, scores) = sentiment(store, &bars.symbol)?;
            signals.extend(as_known(bars, &known, |at| Signal::Sentiment { score: scores[at] }));
        }
    }
    Ok(by_asset)
}

/// The newest value known at each close, where it is another one than at the close before.
fn as_known<'a>(
    bars: &'a Bars,
    known: &'a [Ts],
    signal: impl Fn(usize) -> Signal + 'a,
) -> impl Iterator<Item = TimedSignal> + 'a {
    let mut told = 0;
    bars.ts.iter().zip(&bars.close_ts).filter_map(move |(ts, close_ts)| {
        let count = known.partition_point(|known| known <= close_ts);
        let is_new = count > told;
        told = count;
        is_new.then(|| TimedSignal { ts: *ts, signal: signal(count - 1) })
    })
}

/// The bars of an index: of the run's interval where there are any, else daily ones.
fn index_bars(store: &Store, symbol: &Symbol, interval: Interval) -> Result<Bars, BacktestError> {
    for interval in [interval, Interval::D1] {
        let found = bars::load(store, symbol, interval, None, None)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Err(missing(store, symbol, interval)?)
}

/// When scores of a symbol became known, and the scores.
fn sentiment(store: &Store, symbol: &Symbol) -> Result<(Vec<Ts>, Vec<f64>), BacktestError> {
    let mut statement = store.conn().prepare(crate::sql!("backtest/sentiment"))?;
    let rows = statement.query_map([symbol.as_str()], |row| Ok((Ts(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<Vec<(Ts, f64)>, _>>()?.into_iter().unzip())
}

/// Refuses series without any volume where something rests on it.
pub(super) fn check_volume(plan: &Plan, series: &[Bars]) -> Result<(), BacktestError> {
    let needed_by = if plan.volume_cap.is_some() { "the volume cap" } else { "slippage by volume share" };
    match series.iter().find(|bars| plan.needs_volume() && !bars.volume.iter().any(|volume| *volume > 0.0)) {
        Some(bars) => Err(BacktestError::NoVolume { symbol: bars.symbol.clone(), interval: bars.interval, needed_by }),
        None => Ok(()),
    }
}

/// Probabilities and confidences are fractions, scores lie around 0, levels are not negative; or they are unknown.
fn check_range(symbol: &Symbol, ts: Ts, signal: &Signal) -> Result<(), BacktestError> {
    let (name, value, low, high) = match signal {
        Signal::Prediction { probability, .. } => ("probability", *probability, 0.0, 1.0),
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
