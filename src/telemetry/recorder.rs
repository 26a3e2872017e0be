//! The sink that keeps everything a run did, in columns where there is a row a bar.

use super::benchmark::Benchmark;
use crate::domain::Ts;
use crate::trade::{Account, Fill, Order, OrderKind, Outcome, Sink, Step, Trade};

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

impl EquityColumns {
    fn with_capacity(steps: usize) -> Self {
        Self {
            ts: Vec::with_capacity(steps),
            session_date: Vec::with_capacity(steps),
            equity: Vec::with_capacity(steps),
            cash: Vec::with_capacity(steps),
            exposure: Vec::with_capacity(steps),
            benchmark: Vec::with_capacity(steps),
        }
    }

    pub(super) fn clear(&mut self) {
        self.ts.clear();
        self.session_date.clear();
        self.equity.clear();
        self.cash.clear();
        self.exposure.clear();
        self.benchmark.clear();
    }
}

/// Records orders, fills, trades and account values in memory.
#[derive(Debug, Clone)]
pub struct Recorder {
    benchmark: Benchmark,
    pub(super) orders: Vec<Order>,
    /// What became of `orders`, by the same index.
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// How many of the orders stayed when others were taken out: ids only count up by one after those.
    stayed: usize,
    pub(super) fills: Vec<Fill>,
    pub(super) trades: Vec<Trade>,
    pub(super) equity: EquityColumns,
    pub(super) capital: f64,
    closed: usize,
    refused: usize,
    filled: usize,
    filled_without_volume: usize,
    /// Equity and buy and hold at the last close.
    last: Option<(f64, f64)>,
}

impl Recorder {
    /// An empty record of an account with this capital, with room for `steps` account values.
    #[must_use]
    pub fn new(capital: f64, assets: usize, steps: usize) -> Self {
        Self {
            benchmark: Benchmark::new(capital, assets),
            orders: vec![],
            outcomes: vec![],
            stayed: 0,
            fills: vec![],
            trades: vec![],
            equity: EquityColumns::with_capacity(steps),
            capital,
            closed: 0,
            refused: 0,
            filled: 0,
            filled_without_volume: 0,
            last: None,
        }
    }

    /// Number of closed round trips.
    #[must_use]
    pub fn n_trades(&self) -> usize {
        self.closed
    }

    /// Closed round trips, in order of their last exits.
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
        self.refused
    }

    /// Entries of a strategy that were ordered and not refused: the asset, and when they were decided.
    pub fn entries(&self, strategy: usize) -> impl Iterator<Item = (usize, Ts)> + '_ {
        accepted(self.orders(), strategy)
    }

    /// Number of executions.
    #[must_use]
    pub fn n_fills(&self) -> usize {
        self.filled
    }

    /// Number of executions in bars whose volume is 0.
    #[must_use]
    pub fn fills_without_volume(&self) -> usize {
        self.filled_without_volume
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
        self.last.map_or(self.capital, |(equity, _)| equity)
    }

    /// Buy and hold at the end; the capital when there was no step.
    #[must_use]
    pub fn final_benchmark(&self) -> f64 {
        self.last.map_or(self.capital, |(_, benchmark)| benchmark)
    }

    /// Orders that came since the last time orders were taken out.
    pub(super) fn new_orders(&self) -> usize {
        self.orders.len() - self.stayed
    }

    /// Takes out the orders of which it is known what became of them, with that; the others stay.
    pub(super) fn take_settled(&mut self) -> (Vec<Order>, Vec<Option<Outcome>>) {
        let (orders, outcomes) = (std::mem::take(&mut self.orders), std::mem::take(&mut self.outcomes));
        let (mut settled, mut ends) = (Vec::with_capacity(orders.len()), Vec::with_capacity(orders.len()));
        for (order, outcome) in orders.into_iter().zip(outcomes) {
            let (orders, outcomes) = match outcome {
                Some(_) => (&mut settled, &mut ends),
                None => (&mut self.orders, &mut self.outcomes),
            };
            orders.push(order);
            outcomes.push(outcome);
        }
        self.stayed = self.orders.len();
        (settled, ends)
    }

    /// Rows of the table that has most to come.
    #[inline]
    pub(super) fn fullest(&self) -> usize {
        self.new_orders().max(self.fills.len()).max(self.trades.len()).max(self.equity.ts.len())
    }

    /// Drops what is recorded but for the totals.
    pub(super) fn forget(&mut self) {
        drop(self.take_settled());
        self.fills.clear();
        self.trades.clear();
        self.equity.clear();
    }

    /// Index of an order.
    fn index_of(&self, id: u64) -> Option<usize> {
        let (stayed, new) = self.orders.split_at(self.stayed);
        match new.first() {
            // Ids count up by one.
            Some(first) if id >= first.id => usize::try_from(id - first.id).ok().map(|at| self.stayed + at),
            _ => stayed.binary_search_by_key(&id, |order| order.id).ok(),
        }
    }
}

/// Entries of a strategy that were not refused, among orders with what became of them.
pub(super) fn accepted<'a>(
    orders: impl Iterator<Item = (&'a Order, Option<&'a Outcome>)>,
    strategy: usize,
) -> impl Iterator<Item = (usize, Ts)> {
    let entries = orders.filter(move |(order, outcome)| {
        let refused = matches!(outcome, Some(Outcome::Refused(_)));
        order.strategy == strategy && matches!(order.kind, OrderKind::Entry(_)) && !refused
    });
    entries.map(|(order, _)| (order.asset, order.decided_ts))
}

impl Sink for Recorder {
    fn order(&mut self, order: &Order) {
        self.orders.push(*order);
        self.outcomes.push(None);
    }

    fn outcome(&mut self, order_id: u64, outcome: &Outcome) {
        self.refused += usize::from(matches!(outcome, Outcome::Refused(_)));
        if let Some(known) = self.index_of(order_id).and_then(|at| self.outcomes.get_mut(at)) {
            *known = Some(*outcome);
        }
    }

    fn fill(&mut self, fill: &Fill) {
        self.filled += 1;
        self.filled_without_volume += usize::from(fill.without_volume);
        self.fills.push(*fill);
    }

    fn trade(&mut self, trade: &Trade) {
        self.closed += 1;
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
        let benchmark = self.benchmark.step(step);
        self.equity.benchmark.push(benchmark);
        self.last = Some((account.equity, benchmark));
    }
}
