//! The sink that keeps everything a run did, in columns where there is a row a bar.

use super::benchmark::Benchmark;
use crate::domain::Ts;
use crate::trade::{Account, Fill, Order, Outcome, Sink, Step, Trade};

/// Account values, a row a step.
#[derive(Debug, Clone, Default)]
pub(super) struct EquityColumns {
    pub ts: Vec<Ts>,
    pub session_date: Vec<i32>,
    pub equity: Vec<f64>,
    pub cash: Vec<f64>,
    pub exposure: Vec<f64>,
    pub benchmark: Vec<f64>,
}

/// Records orders, fills, trades and account values in memory.
#[derive(Debug, Clone)]
pub struct Recorder {
    benchmark: Benchmark,
    pub(super) orders: Vec<Order>,
    /// What became of `orders`, by the same index.
    pub(super) outcomes: Vec<Option<Outcome>>,
    pub(super) fills: Vec<Fill>,
    pub(super) trades: Vec<Trade>,
    pub(super) equity: EquityColumns,
    pub(super) capital: f64,
}

impl Recorder {
    /// An empty record of an account with this capital, with room for `steps` account values.
    #[must_use]
    pub fn new(capital: f64, assets: usize, steps: usize) -> Self {
        let equity = EquityColumns {
            ts: Vec::with_capacity(steps),
            session_date: Vec::with_capacity(steps),
            equity: Vec::with_capacity(steps),
            cash: Vec::with_capacity(steps),
            exposure: Vec::with_capacity(steps),
            benchmark: Vec::with_capacity(steps),
        };
        let benchmark = Benchmark::new(capital, assets);
        Self { benchmark, orders: vec![], outcomes: vec![], fills: vec![], trades: vec![], equity, capital }
    }

    /// Closed round trips, in order of exit.
    #[must_use]
    pub fn trades(&self) -> &[Trade] {
        &self.trades
    }

    /// Executions, in order of time.
    #[must_use]
    pub fn fills(&self) -> &[Fill] {
        &self.fills
    }

    /// Every order with what became of it (`None`: nothing yet), in order of decision.
    pub fn orders(&self) -> impl Iterator<Item = (&Order, Option<&Outcome>)> {
        self.orders.iter().zip(self.outcomes.iter().map(Option::as_ref))
    }

    /// Number of refused orders.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Some(Outcome::Refused(_)))).count()
    }

    /// When the account was valued: the step of each value of [`Recorder::equity`], strictly rising.
    #[must_use]
    pub fn equity_times(&self) -> &[Ts] {
        &self.equity.ts
    }

    /// Equity at the close of every step, in currency.
    #[must_use]
    pub fn equity(&self) -> &[f64] {
        &self.equity.equity
    }

    /// Buy and hold at the close of every step, in currency.
    #[must_use]
    pub fn benchmark(&self) -> &[f64] {
        &self.equity.benchmark
    }

    /// Equity at the end; the capital when there was no step.
    #[must_use]
    pub fn final_equity(&self) -> f64 {
        self.equity.equity.last().copied().unwrap_or(self.capital)
    }
}

impl Sink for Recorder {
    fn order(&mut self, order: &Order) {
        self.orders.push(*order);
        self.outcomes.push(None);
    }

    fn outcome(&mut self, order_id: u64, outcome: &Outcome) {
        // Ids count up from 1, one an order.
        if let Some(known) = self.outcomes.get_mut(order_id as usize - 1) {
            *known = Some(*outcome);
        }
    }

    fn fill(&mut self, fill: &Fill) {
        self.fills.push(*fill);
    }

    fn trade(&mut self, trade: &Trade) {
        self.trades.push(*trade);
    }

    fn opened(&mut self, step: &Step) {
        self.benchmark.act(step);
    }

    #[inline]
    fn account(&mut self, step: &Step, account: &Account) {
        self.equity.ts.push(step.ts);
        self.equity.session_date.push(step.session_date);
        self.equity.equity.push(account.equity);
        self.equity.cash.push(account.cash);
        self.equity.exposure.push(account.exposure);
        self.equity.benchmark.push(self.benchmark.step(step));
    }
}
