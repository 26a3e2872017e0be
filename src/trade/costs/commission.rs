//! What is paid for an execution.
//!
//! | form | fee of an execution worth `value = price · units` |
//! |---|---|
//! | fraction | `rate · value` |
//! | flat | an amount |
//! | per share | `min(max(per_share · units, min), max · value)` |
//! | tiered | the rate of each step on the part of the order above it (`tariff`) |
//! | schedule | brokerage and every charge in force on the session date (`schedule`) |
//!
//! Every fee is at least 0 and never falls as units grow. An execution of nothing (units or price 0 or below) costs
//! nothing; where price or units are unknown (NaN) or the value is beyond what a number holds, the fee is NaN.

use std::sync::Arc;

use super::super::order::Side;
use super::schedule::Schedule;
use super::tariff::{Tariff, Tiers};

/// What is paid for an execution.
#[derive(Debug, Clone, PartialEq)]
pub enum Commission {
    /// A fraction of the value, a side.
    Fraction(f64),
    /// An amount an order, in currency.
    Flat(f64),
    /// An amount a unit, with bounds.
    PerShare {
        /// Currency a unit.
        per_share: f64,
        /// Least fee, in currency.
        min: f64,
        /// Largest fee, a fraction of the value; infinite when there is none. It wins over the least.
        max: f64,
    },
    /// Rates that change with the size of the order.
    Tiered(Arc<Tiers>),
    /// Named charges by date.
    Schedule(Levy),
}

/// A schedule and what the broker asks on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Levy {
    /// The charges.
    pub schedule: Arc<Schedule>,
    /// Brokerage: the schedule's own unless told otherwise.
    pub brokerage: Tariff,
}

impl Default for Commission {
    /// 0.10 % a side.
    fn default() -> Self {
        Self::Fraction(Self::DEFAULT_FRACTION)
    }
}

impl Commission {
    /// The default: 0.10 % a side.
    pub const DEFAULT_FRACTION: f64 = 0.001;

    /// Commission of one execution, in currency. `session_date` is the trading day, as days since 1970-01-01.
    #[inline]
    #[must_use]
    pub fn amount(&self, side: Side, price: f64, units: f64, session_date: i32) -> f64 {
        match (traded(price, units), self) {
            (Err(fee), _) => fee,
            (Ok(_), Self::Fraction(rate)) => rate * price * units,
            (Ok(value), _) => known(self.fee(side, value, units, session_date)),
        }
    }

    /// Every component of the commission with its amount, in the order they are reckoned; their sum is
    /// [`Commission::amount`]. Schedules have several, zero when not levied; the other forms have `commission` alone.
    #[must_use]
    pub fn breakdown(&self, side: Side, price: f64, units: f64, session_date: i32) -> Vec<(&str, f64)> {
        let Self::Schedule(levy) = self else {
            return vec![("commission", self.amount(side, price, units, session_date))];
        };
        let amounts = match traded(price, units) {
            Ok(value) => levy.schedule.amounts(&levy.brokerage, side, value, units, session_date).map(known),
            Err(fee) => [fee; Schedule::MOST],
        };
        levy.schedule.components().zip(amounts).collect()
    }

    fn fee(&self, side: Side, value: f64, units: f64, session_date: i32) -> f64 {
        match self {
            Self::Fraction(rate) => rate * value,
            Self::Flat(amount) => *amount,
            Self::PerShare { per_share, min, max } => {
                Tariff { per_unit: *per_share, min: *min, max: *max, ..Tariff::FREE }.fee(value, units)
            }
            Self::Tiered(tiers) => tiers.fee(value, units),
            Self::Schedule(levy) => {
                levy.schedule.amounts(&levy.brokerage, side, value, units, session_date).iter().sum()
            }
        }
    }
}

/// Value of an execution, or what one without a value costs.
#[inline]
fn traded(price: f64, units: f64) -> Result<f64, f64> {
    let value = price * units;
    if price > 0.0 && units > 0.0 && value < f64::INFINITY {
        Ok(value)
    } else if price <= 0.0 || units <= 0.0 {
        Err(0.0)
    } else {
        Err(f64::NAN)
    }
}

/// A fee beyond what a number holds is unknown.
fn known(fee: f64) -> f64 {
    if fee.is_finite() { fee } else { f64::NAN }
}
