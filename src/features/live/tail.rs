//! What a series in use keeps at hand: its newest bars, its kernels after them, and what is not saved yet.

use crate::domain::{Bar, Bars, Ts};
use crate::features::error::Result;
use crate::features::kernel::Running;
use crate::features::staged::Rows;
use crate::features::state::{Key, State};
use crate::features::stepping::Plan;
use crate::store::actions::{self, Splits};
use crate::store::bars::Coverage;
use crate::store::duckdb::Connection;

/// The newest bars of a series, with its kernels after them.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) bars: Bars,
    pub(super) kernels: Vec<Vec<f64>>,
    pub(super) running: Vec<Box<dyn Running>>,
    /// Bars of the series so far.
    pub(super) count: i64,
    /// Product of the splits up to the newest bar: what prices as traded are multiplied by.
    pub(super) factor: f64,
    /// Whether splits are not in its prices as they come; asked for once a split is known.
    pub(super) is_raw: Option<bool>,
}

impl Tail {
    pub(super) fn new((symbol, interval): &Key, plan: &Plan) -> Self {
        let bars = Bars::empty(symbol.clone(), *interval);
        Self { bars, kernels: plan.columns(0), running: plan.start(), count: 0, factor: 1.0, is_raw: None }
    }

    /// Takes up the splits between the newest bar and a session. One that comes too late for that, behind bars that have
    /// been taken up without it, leaves the series in the units it has: the next increment builds it anew.
    pub(super) fn split(&mut self, conn: &Connection, splits: &Splits, session_date: i32) -> Result<()> {
        let is_raw = match self.is_raw {
            Some(known) => known,
            None => actions::is_raw(conn, &self.bars.symbol, self.bars.interval)?,
        };
        self.is_raw = Some(is_raw);
        if is_raw {
            let last = self.bars.session_date.last().copied().unwrap_or(i32::MIN);
            self.factor = splits.factor_from((last, self.factor), session_date);
        }
        Ok(())
    }

    pub(super) fn push(&mut self, plan: &Plan, bar: &Bar) {
        let from = self.bars.len();
        self.bars.push(bar.scaled(self.factor));
        plan.run(&mut self.running, &self.bars, from, &mut self.kernels);
        self.count += 1;
    }

    /// Start of the bar that lies so many bars before a time; before all times when it is no longer at hand.
    pub(super) fn back(&self, ts: Ts, bars: usize) -> Ts {
        let before = self.bars.ts.partition_point(|start| *start < ts);
        if before < bars && self.count > self.bars.len() as i64 {
            return Ts(i64::MIN);
        }
        let at = before.saturating_sub(bars);
        self.bars.ts.get(at).map_or(ts, |start| (*start).min(ts))
    }

    /// The bars from a time on, of which the newest `fresh` are to be written; `None` when earlier ones of them are no
    /// longer at hand.
    pub(super) fn rows(&self, from: Ts, fresh: usize) -> Option<Rows> {
        let at_hand = self.bars.ts.first().is_some_and(|first| *first <= from);
        if !at_hand && self.count > self.bars.len() as i64 {
            return None;
        }
        let from = self.bars.ts.partition_point(|start| *start < from);
        let mut bars = self.bars.clone();
        bars.forget_first(from);
        Some(Rows {
            first: self.count - bars.len() as i64,
            fresh: bars.len() - fresh,
            bars,
            kernels: self.kernels.iter().map(|column| column[from..].to_vec()).collect(),
        })
    }

    /// Drops the bars before a time, but never the newest.
    pub(super) fn forget(&mut self, before: Ts) {
        let gone = self.bars.ts.partition_point(|start| *start < before).min(self.bars.len().saturating_sub(1));
        self.bars.forget_first(gone);
        self.kernels.iter_mut().for_each(|column| drop(column.drain(..gone)));
    }

    pub(super) fn state(&self, plan: &Plan) -> Result<State> {
        let last = |times: &[Ts]| times.last().copied().unwrap_or(Ts(i64::MIN));
        Ok(State {
            bars: self.count,
            last_ts: last(&self.bars.ts),
            last_close_ts: last(&self.bars.close_ts),
            inputs: String::new(),
            state: plan.save(&self.running)?,
        })
    }
}

/// Bars whose rows were written, and what was known beside them.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub(super) bars: Bars,
    pub(super) inputs: Vec<Vec<f64>>,
}

impl Unsaved {
    /// Which series, and from when on.
    pub(super) fn place(&self, (symbol, interval): &Key) -> Option<(Coverage, Ts)> {
        let (first, last) = (*self.bars.ts.first()?, *self.bars.ts.last()?);
        let bars = self.bars.len() as i64;
        Some((Coverage { symbol: symbol.clone(), interval: *interval, bars, first, last }, first))
    }

    pub(super) fn extend(&mut self, later: Self) {
        (0..later.bars.len()).filter_map(|index| later.bars.get(index)).for_each(|bar| self.bars.push(bar));
        for (known, later) in self.inputs.iter_mut().zip(later.inputs) {
            known.extend(later);
        }
    }

    /// Whether these are the same bars with the same values beside them, unknown being equal to unknown.
    pub(super) fn is(&self, bars: &Bars, inputs: &[Vec<f64>]) -> bool {
        let columns =
            |bars: &Bars| [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume, &bars.vwap].map(Vec::clone);
        let same = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
        };
        self.bars.ts == bars.ts
            && self.bars.close_ts == bars.close_ts
            && self.bars.session_date == bars.session_date
            && columns(&self.bars).iter().zip(columns(bars)).all(|(a, b)| same(a, &b))
            && self.inputs.iter().zip(inputs).all(|(a, b)| same(a, b))
    }
}
