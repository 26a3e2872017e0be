//! Price paths: volatility, market factor, gaps, bars within a session, volume, sentiment.

use super::random::Stream;
use super::{Market, SESSION, Sentiment, Series};
use crate::domain::time::DAY_MICROS;
use crate::domain::{Bar, Interval, Symbol, Ts};

/// Share of a day's variance that falls between close and open.
const OVERNIGHT: f64 = 0.2;
/// Steps inside a bar from which high and low are taken.
const STEPS: usize = 8;
/// Daily volatility in the calm and in the stressed regime.
const REGIMES: [f64; 2] = [0.011, 0.026];
/// Chance a day of leaving each regime.
const LEAVE: [f64; 2] = [0.02, 0.08];

/// A day's volatility, as a fraction, following regimes and a log-AR(1) within them.
struct Volatility {
    stressed: usize,
    log: f64,
}

impl Volatility {
    fn next(&mut self, stream: &mut Stream) -> f64 {
        if stream.uniform() < LEAVE[self.stressed] {
            self.stressed = 1 - self.stressed;
        }
        self.log = 0.9 * self.log + 0.12 * stream.normal();
        REGIMES[self.stressed] * self.log.exp()
    }
}

/// One trading day of the market factor.
pub struct FactorDay {
    day: i32,
    sigma: f64,
    gap: f64,
    bars: Vec<f64>,
}

/// Trading days: Mondays to Fridays.
fn trading_days(market: &Market) -> impl Iterator<Item = i32> + '_ {
    // 1970-01-01 was a Thursday: day number + 3 counts from a Monday.
    (market.start_day..).filter(|day| (day + 3).rem_euclid(7) < 5).take(market.days)
}

fn bars_a_day(interval: Interval) -> usize {
    let minutes = SESSION.1 - SESSION.0;
    usize::try_from((minutes / interval.minutes()).max(1)).unwrap_or(1)
}

/// The market's path: the same for every symbol of a seed.
pub fn factor(market: &Market) -> Vec<FactorDay> {
    let mut stream = Stream::new(market.seed, 0);
    let mut volatility = Volatility { stressed: 0, log: 0.0 };
    let n = bars_a_day(market.interval);
    trading_days(market)
        .map(|day| {
            let sigma = volatility.next(&mut stream);
            let gap = sigma * OVERNIGHT.sqrt() * stream.fat_tailed();
            let step = sigma * ((1.0 - OVERNIGHT) / n as f64).sqrt();
            FactorDay { day, sigma, gap, bars: (0..n).map(|_| step * stream.fat_tailed()).collect() }
        })
        .collect()
}

/// One symbol over the market's path; `number` selects its random stream.
pub fn series(market: &Market, factor: &[FactorDay], number: u64, symbol: Symbol) -> Series {
    let mut stream = Stream::new(market.seed, number);
    let beta = 0.6 + 0.8 * stream.uniform();
    let idiosyncratic = 0.8 + 0.6 * stream.uniform();
    let mut price = 20.0 * (3.0 * stream.uniform()).exp();
    let base_volume = 10_000.0 * (3.0 * stream.uniform()).exp();
    let mut volatility = Volatility { stressed: 0, log: 0.0 };
    let mut mood = 0.0;
    let mut series = Series { symbol, bars: Vec::new(), sentiment: Vec::new() };
    for day in factor {
        mood = 0.85 * mood + 0.3 * stream.normal();
        let score = round(f64::tanh(mood), 4);
        let confidence = round(0.5 + 0.5 * stream.uniform(), 4);
        series.sentiment.push(Sentiment { day: day.day, score, confidence });
        let own = idiosyncratic * volatility.next(&mut stream);
        let total = (beta * day.sigma).hypot(own);
        price *= (beta * day.gap + own * OVERNIGHT.sqrt() * stream.fat_tailed()).exp();
        let session = Session { market, day, beta, own, mean: market.drift * score * total, base_volume };
        price = session.run(&mut stream, price, &mut series.bars);
    }
    series
}

/// What one session of one symbol needs.
struct Session<'a> {
    market: &'a Market,
    day: &'a FactorDay,
    beta: f64,
    own: f64,
    /// Expected log return of the whole session.
    mean: f64,
    base_volume: f64,
}

impl Session<'_> {
    /// Adds the bars of the day; returns the last price.
    fn run(&self, stream: &mut Stream, mut price: f64, bars: &mut Vec<Bar>) -> f64 {
        let n = self.day.bars.len();
        let own_step = self.own * ((1.0 - OVERNIGHT) / n as f64).sqrt();
        for (number, shared) in self.day.bars.iter().enumerate() {
            let shock = self.beta * shared + own_step * stream.fat_tailed() + self.mean / n as f64;
            let open = price;
            let (high, low) = self.extremes(stream, open, shock, own_step);
            price = open * shock.exp();
            let volume = self.volume(stream, number, n, shock.abs() / own_step);
            bars.push(self.bar(number, [open, high, low, price], volume));
        }
        price
    }

    /// Highest and lowest price of a bridge from open to close in small steps.
    fn extremes(&self, stream: &mut Stream, open: f64, shock: f64, sigma: f64) -> (f64, f64) {
        let steps: Vec<f64> = (0..STEPS).map(|_| sigma / (STEPS as f64).sqrt() * stream.normal()).collect();
        let excess = (steps.iter().sum::<f64>() - shock) / STEPS as f64;
        let (mut at, mut top, mut bottom) = (0.0_f64, 0.0_f64, 0.0_f64);
        for step in steps {
            at += step - excess;
            top = top.max(at);
            bottom = bottom.min(at);
        }
        (open * top.exp(), open * bottom.exp())
    }

    /// U-shaped over the session, larger with the size of the move.
    fn volume(&self, stream: &mut Stream, number: usize, n: usize, size: f64) -> f64 {
        let x = if n > 1 { 2.0 * number as f64 / (n - 1) as f64 - 1.0 } else { 0.0 };
        let shape = 0.6 + 0.9 * x * x;
        (self.base_volume / n as f64 * shape * (1.0 + 0.5 * size.min(6.0)) * (0.35 * stream.normal()).exp()).round()
    }

    /// A bar with prices on the tick of 0.01.
    fn bar(&self, number: usize, [open, high, low, close]: [f64; 4], volume: f64) -> Bar {
        let tick = |price: f64| round(price.max(0.01), 2);
        let (open, close) = (tick(open), tick(close));
        let interval = self.market.interval;
        let ts = if interval.is_intraday() {
            Ts(Ts::from_day(self.day.day).0 + SESSION.0 * 60_000_000 + number as i64 * interval.micros())
        } else {
            Ts::from_day(self.day.day)
        };
        let close_ts = if interval.is_intraday() { ts.plus(interval.micros()) } else { ts.plus(DAY_MICROS) };
        let (high, low) = (tick(high).max(open).max(close), tick(low).min(open).min(close));
        Bar { ts, close_ts, session_date: self.day.day, open, high, low, close, volume, vwap: f64::NAN }
    }
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(drift: f64) -> Market {
        Market { symbols: 6, days: 500, interval: Interval::H1, seed: 7, drift, start_day: 19_000 }
    }

    #[test]
    fn bars_are_valid_and_repeatable() {
        let first: Vec<Series> = market(0.2).series().unwrap().collect();
        let again: Vec<Series> = market(0.2).series().unwrap().collect();
        assert_eq!(first.len(), 6);
        for (a, b) in first.iter().zip(&again) {
            assert_eq!(a.bars.len(), 500 * 7);
            assert!(a.bars.iter().zip(&b.bars).all(|(x, y)| x.close.to_bits() == y.close.to_bits()));
            assert!(a.bars.windows(2).all(|pair| pair[0].ts < pair[1].ts));
            assert!(a.bars.iter().all(|bar| bar.high >= bar.open.max(bar.close) && bar.low <= bar.open.min(bar.close)));
        }
    }

    /// Correlation of yesterday-evening knowledge (the score) with the session's return.
    fn sentiment_correlation(drift: f64) -> f64 {
        let mut pairs = Vec::new();
        for series in market(drift).series().unwrap() {
            for (day, sentiment) in series.bars.chunks(7).zip(&series.sentiment) {
                pairs.push((sentiment.score, (day[6].close / day[0].open).ln()));
            }
        }
        let n = pairs.len() as f64;
        let mean = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / n;
        let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
        let cov = mean(&|p| (p.0 - mx) * (p.1 - my));
        cov / (mean(&|p| (p.0 - mx).powi(2)) * mean(&|p| (p.1 - my).powi(2))).sqrt()
    }

    #[test]
    fn sentiment_predicts_only_when_planted() {
        // 3 000 pairs: the standard error of a zero correlation is 0.018.
        assert!(sentiment_correlation(0.0).abs() < 0.06);
        assert!(sentiment_correlation(0.5) > 0.12);
    }
}
