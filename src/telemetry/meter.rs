//! The metrics of a run without a store: what `run_performance` says, from a sink that keeps one number a session.
//!
//! For searches, which look at many runs and store few of them. The names and formulas are those of the view; a test
//! holds both to each other.

use super::benchmark::Benchmark;
use super::metrics::{Account, Metrics, Trades};
use super::outcomes::{Directions, Outcomes};
use crate::domain::Interval;
use crate::trade::{Fill, Order, Outcome, Sink, Step, Trade};

/// What metrics need besides the run itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Yearly {
    /// Risk-free rate a year, a fraction.
    pub risk_free_rate: f64,
    /// Sessions a year.
    pub periods_per_year: u32,
}

/// Counts a run as it happens; memory grows with the sessions, not with the bars.
#[derive(Debug, Clone)]
pub struct Meter {
    yearly: Yearly,
    benchmark: Benchmark,
    account: Account,
    trades: Trades,
    outcomes: Outcomes,
    refused: u64,
}

impl Meter {
    /// Nothing counted of an account with this capital in so many assets, on bars of this length.
    #[must_use]
    pub fn new(capital: f64, assets: usize, interval: Interval, yearly: Yearly) -> Self {
        let (benchmark, account) = (Benchmark::new(capital, assets), Account::new(capital));
        let outcomes = Outcomes::new(interval);
        Self { yearly, benchmark, account, trades: Trades::default(), outcomes, refused: 0 }
    }

    /// Orders refused so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The metrics of what happened so far; `None` before the first step.
    #[must_use]
    pub fn metrics(&self) -> Option<Metrics> {
        Metrics::of(&self.account, &self.trades, self.yearly)
    }

    /// How often predicted directions came true, as `classification_report` would say; `None` before the first trade.
    #[must_use]
    pub fn directions(&self) -> Option<Directions> {
        self.outcomes.directions()
    }

    /// Trading days (since 1970-01-01) and the account's return on each, as `run_returns` has them.
    #[must_use]
    pub fn returns(&self) -> Vec<(i32, f64)> {
        self.account.returns()
    }
}

impl Sink for Meter {
    fn order(&mut self, _: &Order) {}

    fn outcome(&mut self, _: u64, outcome: &Outcome) {
        self.refused += u64::from(matches!(outcome, Outcome::Refused(_)));
    }

    fn fill(&mut self, fill: &Fill) {
        self.trades.traded_value += fill.size * fill.price;
        self.trades.costs += fill.commission + fill.slippage;
    }

    fn trade(&mut self, trade: &Trade) {
        self.trades.close(trade.pnl, trade.holding_minutes());
        self.outcomes.close(trade);
    }

    fn opened(&mut self, step: &Step) {
        self.benchmark.act(step);
    }

    #[inline]
    fn account(&mut self, step: &Step, account: &crate::trade::Account) {
        let benchmark = self.benchmark.step(step);
        self.account.bar(step.session_date, account.equity, account.exposure > 0.0, benchmark);
    }
}
