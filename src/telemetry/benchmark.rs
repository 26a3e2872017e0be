//! Buy and hold beside a run.
//!
//! The capital is split equally over the assets; each share buys at the asset's first open of the run and is held,
//! without costs. Until then it is cash. Splits change the units, dividends stay as cash. Value = Σ units · last close
//! + dividends.

use crate::trade::{Action, Step};

/// One asset's share.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Units bought; `None` before the first bar.
    units: Option<f64>,
    /// Dividends received.
    cash: f64,
    value: f64,
}

/// The held portfolio.
#[derive(Debug, Clone)]
pub struct Benchmark {
    shares: Vec<Share>,
}

impl Benchmark {
    /// Cash, split over `assets`.
    pub fn new(capital: f64, assets: usize) -> Self {
        Self { shares: vec![Share { units: None, cash: 0.0, value: capital / assets.max(1) as f64 }; assets] }
    }

    /// Value at the close of a step, in currency.
    #[inline]
    pub fn step(&mut self, step: &Step) -> f64 {
        self.act(step);
        for tick in &step.ticks {
            let share = &mut self.shares[tick.asset];
            let units = *share.units.get_or_insert(share.value / tick.bar.open);
            share.value = units * tick.bar.close + share.cash;
        }
        self.shares.iter().map(|share| share.value).sum()
    }

    /// Takes the corporate actions of a step, before its opens.
    #[inline]
    pub fn act(&mut self, step: &Step) {
        for at in &step.actions {
            let share = &mut self.shares[at.asset];
            match (&mut share.units, at.action) {
                (Some(units), Action::Split(ratio)) => *units *= ratio,
                (Some(units), Action::Dividend(cash)) => share.cash += *units * cash,
                (None, _) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Ts};
    use crate::trade::{StepAction, Tick};

    #[test]
    fn shares_wait_as_cash_and_then_follow_their_price() {
        let tick = |asset, open, close| {
            let bar = Bar {
                ts: Ts(0),
                close_ts: Ts(0),
                session_date: 0,
                open,
                high: close,
                low: open,
                close,
                volume: 1.0,
                vwap: 1.0,
            };
            Tick::new(asset, bar)
        };
        let step = |ticks| Step { ticks, ..Step::default() };
        let mut benchmark = Benchmark::new(100.0, 2);
        assert_eq!(benchmark.step(&step(vec![tick(0, 10.0, 11.0)])), 55.0 + 50.0);
        assert_eq!(benchmark.step(&step(vec![tick(0, 12.0, 20.0), tick(1, 5.0, 4.0)])), 100.0 + 40.0);
        assert_eq!(benchmark.step(&step(vec![tick(1, 4.0, 10.0)])), 100.0 + 100.0);
        // 10 units of the second asset: 2 of cash each, then two new ones for each.
        let actions = [Action::Dividend(2.0), Action::Split(2.0)].map(|action| StepAction { asset: 1, action });
        let after = Step { actions: actions.to_vec(), ..step(vec![tick(1, 4.0, 4.0)]) };
        assert_eq!(benchmark.step(&after), 100.0 + 20.0 + 80.0);
    }
}
