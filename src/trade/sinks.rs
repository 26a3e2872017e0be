//! A sink that only counts: the sweep path.

use super::event::Step;
use super::order::{Fill, Order, Outcome, Trade};
use super::portfolio::Account;
use super::ports::Sink;

/// Totals of a run; nothing is kept but these.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counters {
    /// Steps taken.
    pub steps: u64,
    /// Orders decided.
    pub orders: u64,
    /// Orders refused.
    pub refused: u64,
    /// Closed round trips.
    pub trades: u64,
    /// Those with pnl above 0.
    pub wins: u64,
    /// Sum of positive pnl, in currency.
    pub gross_profit: f64,
    /// Sum of negative pnl, in currency, <= 0.
    pub gross_loss: f64,
    /// Paid commissions, in currency.
    pub commission: f64,
    /// Steps at whose close a position was open.
    pub exposed_steps: u64,
    /// Equity at the last close, in currency.
    pub final_equity: f64,
    /// Lowest equity / highest equity before - 1, <= 0; the capital counts as the first value.
    pub max_drawdown: f64,
    peak: f64,
}

impl Counters {
    /// Nothing counted; `capital` is the equity before the first step.
    #[must_use]
    pub fn new(capital: f64) -> Self {
        Self {
            steps: 0,
            orders: 0,
            refused: 0,
            trades: 0,
            wins: 0,
            gross_profit: 0.0,
            gross_loss: 0.0,
            commission: 0.0,
            exposed_steps: 0,
            final_equity: capital,
            max_drawdown: 0.0,
            peak: capital,
        }
    }
}

impl Sink for Counters {
    fn order(&mut self, _: &Order) {
        self.orders += 1;
    }

    fn outcome(&mut self, _: u64, outcome: &Outcome) {
        self.refused += u64::from(matches!(outcome, Outcome::Refused(_)));
    }

    fn fill(&mut self, fill: &Fill) {
        self.commission += fill.commission;
    }

    fn trade(&mut self, trade: &Trade) {
        self.trades += 1;
        self.wins += u64::from(trade.pnl > 0.0);
        self.gross_profit += trade.pnl.max(0.0);
        self.gross_loss += trade.pnl.min(0.0);
    }

    #[inline]
    fn account(&mut self, _: &Step, account: &Account) {
        self.steps += 1;
        self.exposed_steps += u64::from(account.exposure > 0.0);
        self.final_equity = account.equity;
        self.peak = self.peak.max(account.equity);
        // Below the peak by less than the worst so far: no division.
        if account.equity < self.peak * (1.0 + self.max_drawdown) {
            self.max_drawdown = account.equity / self.peak - 1.0;
        }
    }
}
