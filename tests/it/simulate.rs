//! The synthetic market: that it has what it claims, that its truth is the truth, that nothing else is touched.
//!
//! Thresholds stand several standard errors away from what chance gives; seeds are fixed.

use workstation::domain::{Interval, Silent};
use workstation::ingest::synthetic::{Market, Series, WriteError, store_market};
use workstation::store::{Store, calendars};

use crate::shared::{ingest_all, now, number, shared};

fn market(symbols: usize, days: usize, interval: Interval, drift: f64) -> Market {
    Market { symbols, days, interval, seed: 7, drift, start_day: 15_000, calendar: None }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let product =
        |x: &[f64], mx: f64, y: &[f64], my: f64| x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>();
    product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt()
}

/// Log returns from close to close.
fn returns(series: &Series) -> Vec<f64> {
    series.bars.windows(2).map(|pair| (pair[1].close / pair[0].close).ln()).collect()
}

fn lagged(values: &[f64], lag: usize) -> f64 {
    correlation(&values[lag..], &values[..values.len() - lag])
}

#[test]
fn daily_returns_have_fat_tails_and_clustered_volatility_but_no_memory_of_their_own() {
    let all: Vec<Series> = market(8, 4_000, Interval::D1, 0.0).series().unwrap().collect();
    for series in &all {
        let r = returns(series);
        let (m, n) = (mean(&r), r.len() as f64);
        let moment = |k: i32| r.iter().map(|x| (x - m).powi(k)).sum::<f64>() / n;
        // A normal sample of 4 000 has excess kurtosis 0 +- 0.08.
        assert!(moment(4) / moment(2).powi(2) - 3.0 > 1.0, "{}", series.symbol);
        let size: Vec<f64> = r.iter().map(|x| x.abs()).collect();
        // The standard error of an autocorrelation is 0.016; volatility itself makes that of returns larger.
        let memory: Vec<f64> = (1..=20).map(|lag| lagged(&size, lag)).collect();
        assert!(memory[..5].iter().all(|x| *x > 0.05) && mean(&memory) > 0.05, "{} {memory:?}", series.symbol);
        assert!(mean(&(1..=20).map(|lag| lagged(&r, lag)).collect::<Vec<_>>()).abs() < 0.02);
    }
}

#[test]
fn symbols_move_together_as_their_betas_say_and_a_fifth_of_variance_is_overnight() {
    let all: Vec<Series> = market(6, 4_000, Interval::D1, 0.0).series().unwrap().collect();
    for (i, a) in all.iter().enumerate() {
        for b in &all[..i] {
            let variance = |s: &Series| {
                mean(
                    &s.days.iter().map(|d| (d.beta * d.market_sigma).powi(2) + d.own_sigma.powi(2)).collect::<Vec<_>>(),
                )
            };
            let shared = mean(
                &a.days.iter().zip(&b.days).map(|(x, y)| x.beta * y.beta * x.market_sigma.powi(2)).collect::<Vec<_>>(),
            );
            let (expected, found) =
                (shared / (variance(a) * variance(b)).sqrt(), correlation(&returns(a), &returns(b)));
            assert!(
                (expected - found).abs() < 0.08 && found > 0.1,
                "{} {}: {found} beside {expected}",
                a.symbol,
                b.symbol
            );
        }
        let gaps: f64 = a.bars.windows(2).map(|pair| (pair[1].open / pair[0].close).ln().powi(2)).sum();
        let whole: f64 = returns(a).iter().map(|r| r * r).sum();
        assert!((gaps / whole - 0.2).abs() < 0.05, "{}: {}", a.symbol, gaps / whole);
    }
    // The chain's stationary share of the stressed regime is 0.01 / (0.01 + 0.04); over six symbols of 4 000 days, with
    // spells of 25 and 100 days, the standard error is about 0.02.
    let stressed = |s: &Series| s.days.iter().filter(|day| day.own_regime == "stressed").count() as f64 / 4_000.0;
    let share = mean(&all.iter().map(stressed).collect::<Vec<_>>());
    assert!((share - 0.2).abs() < 0.07, "{share}");
}

#[test]
fn intraday_volume_is_u_shaped_and_bars_are_valid() {
    let series = market(1, 400, Interval::M5, 0.0).series().unwrap().next().unwrap();
    let (mut sums, mut days) = (vec![0.0; 84], 0);
    for day in series.bars.chunk_by(|a, b| a.session_date == b.session_date).filter(|day| day.len() == 84) {
        days += 1;
        day.iter().zip(&mut sums).for_each(|(bar, sum)| *sum += bar.volume);
    }
    assert!(days > 390);
    let middle = mean(&sums[36..48]);
    assert!(mean(&sums[..6]) > 1.7 * middle && mean(&sums[78..]) > 1.7 * middle, "{sums:?}");
    assert!(series.bars.iter().all(|b| b.low <= b.open.min(b.close) && b.high >= b.open.max(b.close) && b.low > 0.0));
    assert!(series.bars.windows(2).all(|pair| pair[0].ts < pair[1].ts && pair[0].close_ts <= pair[1].ts));
}

/// Correlation of the score with its session's return, and of the planted mean with it.
fn sentiment_correlation(drift: f64) -> f64 {
    let (mut scores, mut moves) = (Vec::new(), Vec::new());
    for series in market(6, 1_000, Interval::D1, drift).series().unwrap() {
        for (bar, day) in series.bars.iter().zip(&series.days) {
            assert!(day.sentiment.known_ts < bar.close_ts);
            scores.push(day.sentiment.score);
            moves.push((bar.close / bar.open).ln() / (day.beta * day.market_sigma).hypot(day.own_sigma));
        }
    }
    correlation(&scores, &moves)
}

#[test]
fn sentiment_predicts_as_much_as_was_planted_and_nothing_at_drift_zero() {
    // 6 000 pairs share a market factor: the standard error of a zero correlation is about 0.02.
    assert!(sentiment_correlation(0.0).abs() < 0.06);
    // Scores have a standard deviation of about 0.45, a session one of sqrt(0.8): 0.25 x 0.45 / 0.9 = 0.13.
    let (quarter, half) = (sentiment_correlation(0.25), sentiment_correlation(0.5));
    assert!((0.07..0.19).contains(&quarter) && half > 1.6 * quarter, "{quarter} {half}");
}

#[test]
fn the_store_holds_the_same_bars_as_the_series_and_their_truth() {
    let store = Store::in_memory().unwrap();
    let wanted = market(3, 60, Interval::M15, 0.25);
    let written = store_market(&store, &wanted, now(), &Silent).unwrap();
    let all: Vec<Series> = wanted.series().unwrap().collect();
    let bars: usize = all.iter().map(|series| series.bars.len()).sum();
    assert_eq!((written.symbols, written.bars, written.snapshots), (3, bars, 180));
    let sum = all.iter().flat_map(|series| &series.bars).map(|bar| bar.close * bar.volume).sum::<f64>();
    let stored: f64 = number(&store, "SELECT sum(close * volume) FROM bars WHERE source = 'synthetic'");
    assert!((stored / sum - 1.0).abs() < 1e-12);
    let truth = "SELECT count(*) FROM synthetic_truth t JOIN sentiment_snapshots s USING (symbol, date)
                 WHERE abs(t.expected_return - 0.25 * s.score * sqrt((t.beta * t.market_sigma) ** 2 + t.own_sigma ** 2)) < 1e-12";
    assert_eq!(number::<i64>(&store, truth), 180);
    // Again, with another seed: replaced, not added to; the log keeps both.
    store_market(&store, &Market { seed: 8, ..wanted }, now(), &Silent).unwrap();
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars") as usize, bars);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM synthetic_truth"), 180);
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM synthetic_markets WHERE symbols = 3 AND sessions = 60"), 2);
}

#[test]
fn real_sessions_are_kept_and_real_bars_never_replaced() {
    let store = Store::in_memory().unwrap();
    ingest_all(&store, &shared("data/real/GOOG_1d.csv"));
    store.conn().execute_batch("UPDATE bars SET symbol = 'SYN002'").unwrap();
    let refused = store_market(&store, &market(3, 10, Interval::D1, 0.0), now(), &Silent).unwrap_err();
    assert!(matches!(&refused, WriteError::Market(_)) && refused.to_string().contains("SYN002"), "{refused}");
    assert_eq!(number::<i64>(&store, "SELECT count(*) FROM bars"), 2_148, "all of the market or nothing");
    let nse = calendars::load(&store, "NSE").unwrap().map(std::sync::Arc::new);
    let wanted = Market { calendar: nse, start_day: 18_260, ..market(1, 300, Interval::H1, 0.0) };
    store_market(&store, &wanted, now(), &Silent).unwrap();
    let outside = "SELECT count(*) FROM bars b LEFT JOIN sessions s ON s.calendar = 'NSE' AND s.date = b.session_date
                   AND b.ts >= s.open_ts AND b.close_ts <= s.close_ts WHERE b.interval = '1h' AND s.date IS NULL";
    assert_eq!(number::<i64>(&store, outside), 0);
    let saturday = "SELECT count(*) FROM bars WHERE interval = '1h' AND session_date = '2020-02-01'";
    assert_eq!(number::<i64>(&store, saturday), 7);
    let far = Market { start_day: 20_400, days: 5_000, ..wanted };
    assert!(store_market(&store, &far, now(), &Silent).unwrap_err().to_string().contains("5000 are asked for"));
}
