//! OHLCV bars, one at a time and as columns of one series.

use super::{Interval, Symbol, Ts};

/// One bar of one instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// UTC start of the bar.
    pub ts: Ts,
    /// UTC time at which the bar was complete and known.
    pub close_ts: Ts,
    /// Trading day, as days since 1970-01-01.
    pub session_date: i32,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Units traded; NaN when the source has none.
    pub volume: f64,
    /// Volume-weighted average price; NaN when the source has none.
    pub vwap: f64,
}

impl Bar {
    /// The same bar in other units: prices times `factor`, volume divided by it.
    #[inline]
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            open: self.open * factor,
            high: self.high * factor,
            low: self.low * factor,
            close: self.close * factor,
            volume: self.volume / factor,
            vwap: self.vwap * factor,
            ..self
        }
    }
}

/// The bars of one instrument and interval as parallel columns, ascending and unique in `ts`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Instrument.
    pub symbol: Symbol,
    /// Bar length.
    pub interval: Interval,
    /// UTC starts.
    pub ts: Vec<Ts>,
    /// UTC times at which the bars were known.
    pub close_ts: Vec<Ts>,
    /// Trading days, as days since 1970-01-01.
    pub session_date: Vec<i32>,
    /// First prices.
    pub open: Vec<f64>,
    /// Highest prices.
    pub high: Vec<f64>,
    /// Lowest prices.
    pub low: Vec<f64>,
    /// Last prices.
    pub close: Vec<f64>,
    /// Units traded; NaN when the source has none.
    pub volume: Vec<f64>,
    /// Volume-weighted average prices; NaN when the source has none.
    pub vwap: Vec<f64>,
}

impl Bars {
    /// A series without bars.
    #[must_use]
    pub fn empty(symbol: Symbol, interval: Interval) -> Self {
        Self {
            symbol,
            interval,
            ts: Vec::new(),
            close_ts: Vec::new(),
            session_date: Vec::new(),
            open: Vec::new(),
            high: Vec::new(),
            low: Vec::new(),
            close: Vec::new(),
            volume: Vec::new(),
            vwap: Vec::new(),
        }
    }

    /// Number of bars.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.ts.len()
    }

    /// Whether there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    /// Adds a bar at the end; the caller keeps `ts` ascending.
    pub fn push(&mut self, bar: Bar) {
        self.ts.push(bar.ts);
        self.close_ts.push(bar.close_ts);
        self.session_date.push(bar.session_date);
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
        self.vwap.push(bar.vwap);
    }

    /// Drops the first `bars` bars; all when there are fewer.
    pub fn forget_first(&mut self, bars: usize) {
        let bars = bars.min(self.len());
        self.ts.drain(..bars);
        self.close_ts.drain(..bars);
        self.session_date.drain(..bars);
        for prices in [&mut self.open, &mut self.high, &mut self.low, &mut self.close, &mut self.volume, &mut self.vwap]
        {
            prices.drain(..bars);
        }
    }

    /// The bar at `index`, or `None` past the end.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Bar> {
        if index >= self.len() {
            return None;
        }
        Some(Bar {
            ts: self.ts[index],
            close_ts: self.close_ts[index],
            session_date: self.session_date[index],
            open: self.open[index],
            high: self.high[index],
            low: self.low[index],
            close: self.close[index],
            volume: self.volume[index],
            vwap: self.vwap[index],
        })
    }

    /// Puts the bar at `index` into other units, as [`Bar::scaled`]; nothing happens past the end.
    pub fn scale(&mut self, index: usize, factor: f64) {
        let Some(bar) = self.get(index).map(|bar| bar.scaled(factor)) else { return };
        let values = [bar.open, bar.high, bar.low, bar.close, bar.volume, bar.vwap];
        for (column, value) in self.numbers_mut().into_iter().zip(values) {
            column[index] = value;
        }
    }

    /// Makes room for more bars.
    pub fn reserve(&mut self, bars: usize) {
        self.ts.reserve(bars);
        self.close_ts.reserve(bars);
        self.session_date.reserve(bars);
        let [open, high, low, close, volume, vwap] = self.numbers_mut();
        for column in [open, high, low, close, volume, vwap] {
            column.reserve(bars);
        }
    }

    /// Puts the bars in the order of `ts`.
    pub fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|index| self.ts[*index]);
        self.ts = order.iter().map(|index| self.ts[*index]).collect();
        self.close_ts = order.iter().map(|index| self.close_ts[*index]).collect();
        self.session_date = order.iter().map(|index| self.session_date[*index]).collect();
        for column in self.numbers_mut() {
            *column = order.iter().map(|index| column[*index]).collect();
        }
    }

    /// Drops all but the newest `bars`; says how many were dropped.
    pub fn keep_newest(&mut self, bars: usize) -> usize {
        let dropped = self.len().saturating_sub(bars);
        self.ts.drain(..dropped);
        self.close_ts.drain(..dropped);
        self.session_date.drain(..dropped);
        for column in self.numbers_mut() {
            column.drain(..dropped);
        }
        dropped
    }

    fn numbers_mut(&mut self) -> [&mut Vec<f64>; 6] {
        [&mut self.open, &mut self.high, &mut self.low, &mut self.close, &mut self.volume, &mut self.vwap]
    }
}
