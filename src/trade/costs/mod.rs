//! What trading costs: commission, slippage, borrow.
//!
//! - Commission (`commission`): a fraction of the value, an amount an order or a share, tiers, or a dated schedule of
//!   named charges (`schedule`, read from `data/costs/*.toml` by `catalogue`). All amounts are currency of the
//!   instrument and unrounded.
//! - Slippage (`slippage`) moves the price of a market order (a triggered stop is one) against it. A limit order fills
//!   at its price or better, without slippage: that is the broker's to know.
//! - Borrow: `borrow_rate · |value of the short position| · days / 365`, calendar days.
//!
//! `text` reads and writes all of them as short texts such as `in-intraday,brokerage=0.0003,cap=20`.
//!
//! ```
//! use workstation::trade::{Costs, Side};
//!
//! let costs = Costs::default();
//! assert_eq!(costs.commission(Side::Buy, 100.0, 50.0, 0), 5.0);
//! assert!((costs.market_price(Side::Sell, 100.0, 50.0, f64::NAN) - 99.95).abs() < 1e-12);
//! ```

mod afford;
pub mod catalogue;
pub mod commission;
pub mod error;
pub mod schedule;
pub mod slippage;
pub mod tariff;
mod text;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod laws;

pub use catalogue::schedules;
pub use commission::{Commission, Levy};
pub use error::CostsError;
pub use schedule::Schedule;
pub use slippage::Slippage;
pub use tariff::{Tariff, Tiers};

use super::order::Side;

/// Days of a year of borrow.
const YEAR_DAYS: f64 = 365.0;

/// What trading costs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// What is paid for an execution; 0.10 % of the value by default.
    pub commission: Commission,
    /// What a market order concedes; 5 basis points by default.
    pub slippage: Slippage,
    /// Yearly cost of a short position, a fraction of its value; 0 by default.
    pub borrow_rate: f64,
}

impl Costs {
    /// Price of a market order of `units` when the market stands at `ref_price` in a bar of `bar_volume` units (NaN
    /// when unknown).
    #[inline]
    #[must_use]
    pub fn market_price(&self, side: Side, ref_price: f64, units: f64, bar_volume: f64) -> f64 {
        self.slippage.price(side, ref_price, units, bar_volume)
    }

    /// Commission of one execution, in currency; see [`Commission::amount`].
    #[inline]
    #[must_use]
    pub fn commission(&self, side: Side, price: f64, units: f64, session_date: i32) -> f64 {
        self.commission.amount(side, price, units, session_date)
    }

    /// Value of an execution with its commission, in currency: what a buyer pays.
    #[inline]
    #[must_use]
    pub fn cost(&self, side: Side, price: f64, units: f64, session_date: i32) -> f64 {
        price * units + self.commission(side, price, units, session_date)
    }

    /// The largest units whose [`Costs::cost`] stays within `value`; see [`Commission::units_for`].
    #[inline]
    #[must_use]
    pub fn units_for(&self, value: f64, side: Side, price: f64, session_date: i32) -> f64 {
        self.commission.units_for(value, side, price, session_date)
    }

    /// What holding a short position worth `value` for `days` calendar days costs, in currency: `rate · |value| ·
    /// days / 365`; 0 for no time.
    #[must_use]
    pub fn borrow(&self, value: f64, days: f64) -> f64 {
        if days <= 0.0 { 0.0 } else { self.borrow_rate * value.abs() * days / YEAR_DAYS }
    }
}
