//! Price paths, session by session: volatility, market factor, gaps, bars, volume, sentiment.

use std::sync::Arc;

use super::random::Stream;
use super::{Market, MarketError, Sentiment};
use crate::domain::{Bar, Interval, Session, Ts};

/// Share of a day's variance that falls between close and open.
pub const OVERNIGHT: f64 = 0.2;
/// Daily volatility in the calm and in the stressed regime, as a log return.
pub const REGIMES: [f64; 2] = [0.011, 0.026];
/// Chance a day of leaving each regime.
pub const LEAVE: [f64; 2] = [0.01, 0.04];

/// A day's volatility, following regimes and a log-AR(1) within them.
#[derive(Default)]
struct Volatility {
    stressed: usize,
    log: f64,
}

impl Volatility {
    fn next(&mut self, stream: &mut Stream) -> f64 {
        if stream.uniform() < LEAVE[self.stressed] {
            self.stressed = 1 - self.stressed;
        }
        self.log = 0.95 * self.log + 0.1 * stream.normal();
        REGIMES[self.stressed] * self.log.exp()
    }
}

fn regime(stressed: usize) -> &'static str {
    if stressed == 0 { "calm" } else { "stressed" }
}

/// One session of the market factor.
struct FactorDay {
    session: Session,
    stressed: usize,
    sigma: f64,
    gap: f64,
    /// Standard deviation of a bar.
    step: f64,
    /// Log return of each bar.
    bars: Vec<f64>,
}

/// The market's path: the same for every symbol of a seed.
pub struct Factor(Vec<FactorDay>);

impl Factor {
    /// Draws the factor of a market.
    ///
    /// # Errors
    /// As [`Market::sessions`].
    pub fn new(market: &Market) -> Result<Self, MarketError> {
        let mut stream = Stream::new(market.seed, 0);
        let mut volatility = Volatility::default();
        let day = |session: Session| {
            let sigma = volatility.next(&mut stream);
            let gap = sigma * OVERNIGHT.sqrt() * stream.fat_tailed();
            let n = bars_of(&session, market.interval);
            let step = sigma * ((1.0 - OVERNIGHT) / n as f64).sqrt();
            let bars = (0..n).map(|_| step * stream.fat_tailed()).collect();
            FactorDay { session, stressed: volatility.stressed, sigma, gap, step, bars }
        };
        Ok(Self(market.sessions()?.into_iter().map(day).collect()))
    }
}

/// Bars of a session; the last may be short.
fn bars_of(session: &Session, interval: Interval) -> usize {
    let bars = (session.close.0 - session.open.0 + interval.micros() - 1) / interval.micros();
    if interval.is_intraday() { usize::try_from(bars).unwrap_or(1).max(1) } else { 1 }
}

/// What a session of a symbol was drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Sentiment, which is published.
    pub sentiment: Sentiment,
    /// Loading on the market factor.
    pub beta: f64,
    /// Regime of the market factor: calm or stressed.
    pub market_regime: &'static str,
    /// Regime of the idiosyncratic part.
    pub own_regime: &'static str,
    /// Daily standard deviation of the market factor.
    pub market_sigma: f64,
    /// Daily standard deviation of the idiosyncratic part.
    pub own_sigma: f64,
    /// Log return from the close before to the open.
    pub gap: f64,
    /// Planted mean of the log return from open to close.
    pub expected_return: f64,
}

/// One symbol over the market's path.
pub struct Path {
    interval: Interval,
    drift: f64,
    factor: Arc<Factor>,
    next: usize,
    stream: Stream,
    beta: f64,
    idiosyncratic: f64,
    price: f64,
    base_volume: f64,
    volatility: Volatility,
    mood: f64,
}

impl Path {
    /// The path of symbol `number`, which selects its random stream.
    #[must_use]
    pub fn new(market: &Market, factor: Arc<Factor>, number: u64) -> Self {
        let mut stream = Stream::new(market.seed, number);
        Self {
            interval: market.interval,
            drift: market.drift,
            factor,
            next: 0,
            beta: 0.6 + 0.8 * stream.uniform(),
            idiosyncratic: 0.8 + 0.6 * stream.uniform(),
            price: 20.0 * (3.0 * stream.uniform()).exp(),
            base_volume: 10_000.0 * (3.0 * stream.uniform()).exp(),
            volatility: Volatility::default(),
            mood: 0.0,
            stream,
        }
    }

    /// Simulates the next session; its bars go to `each`. `None` at the end.
    pub fn next_day(&mut self, mut each: impl FnMut(Bar)) -> Option<Day> {
        let factor = Arc::clone(&self.factor);
        let market = factor.0.get(self.next)?;
        self.next += 1;
        self.mood = 0.85 * self.mood + 0.3 * self.stream.normal();
        let score = round(f64::tanh(self.mood), 4);
        let confidence = round(0.5 + 0.5 * self.stream.uniform(), 4);
        let own = self.idiosyncratic * self.volatility.next(&mut self.stream);
        let total = (self.beta * market.sigma).hypot(own);
        let gap = self.beta * market.gap + own * OVERNIGHT.sqrt() * self.stream.fat_tailed();
        let expected_return = self.drift * score * total;
        // Far from where prices on a tick of 0.01 lose their meaning, up or down.
        self.price = (self.price * gap.exp()).clamp(1.0, 1e6);
        self.session(market, own, expected_return, &mut each);
        let known_ts = market.session.open.plus(-3_600_000_000);
        Some(Day {
            sentiment: Sentiment { day: market.session.date, known_ts, score, confidence },
            beta: self.beta,
            market_regime: regime(market.stressed),
            own_regime: regime(self.volatility.stressed),
            market_sigma: market.sigma,
            own_sigma: own,
            gap,
            expected_return,
        })
    }

    fn session(&mut self, market: &FactorDay, own: f64, expected: f64, each: &mut impl FnMut(Bar)) {
        let n = market.bars.len();
        let own_step = own * ((1.0 - OVERNIGHT) / n as f64).sqrt();
        let sigma = (self.beta * market.step).hypot(own_step);
        for (number, shared) in market.bars.iter().enumerate() {
            let shock = self.beta * shared + own_step * self.stream.fat_tailed() + expected / n as f64;
            let open = self.price;
            let (top, bottom) = self.extremes(shock, sigma);
            self.price = (open * shock.exp()).clamp(1.0, 1e6);
            let volume = self.volume(number, n, shock.abs() / sigma);
            let prices = [open, open * top.exp(), open * bottom.exp(), self.price];
            each(bar(&market.session, self.interval, number, prices, volume));
        }
    }

    /// Highest and lowest log price of a Brownian bridge from 0 to `shock`.
    fn extremes(&mut self, shock: f64, sigma: f64) -> (f64, f64) {
        let reach = |u: f64| (shock * shock - 2.0 * sigma * sigma * u.ln()).sqrt();
        let (up, down) = (reach(self.stream.positive()), reach(self.stream.positive()));
        ((shock + up) / 2.0, (shock - down) / 2.0)
    }

    /// U-shaped over the session, larger with the size of the move.
    fn volume(&mut self, number: usize, n: usize, size: f64) -> f64 {
        let x = if n > 1 { 2.0 * number as f64 / (n - 1) as f64 - 1.0 } else { 0.0 };
        let shape = 0.6 + 0.9 * x * x;
        let noise = (0.35 * self.stream.normal()).exp();
        (self.base_volume / n as f64 * shape * (1.0 + 0.5 * size.min(6.0)) * noise).round()
    }
}

/// A bar with prices on the tick of 0.01.
fn bar(session: &Session, interval: Interval, number: usize, [open, high, low, close]: [f64; 4], volume: f64) -> Bar {
    let tick = |price: f64| round(price.max(0.01), 2);
    let (open, close) = (tick(open), tick(close));
    let (ts, close_ts) = if interval.is_intraday() {
        let ts = session.open.plus(number as i64 * interval.micros());
        (ts, ts.plus(interval.micros()).min(session.close))
    } else {
        (Ts::from_day(session.date), session.close)
    };
    let (high, low) = (tick(high).max(open).max(close), tick(low).min(open).min(close));
    Bar { ts, close_ts, session_date: session.date, open, high, low, close, volume, vwap: f64::NAN }
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
