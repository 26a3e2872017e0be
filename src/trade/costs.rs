//! What trading costs: commission and slippage.
//!
//! Commission = rate · price · units on each side. Slippage moves the price of a market order (a triggered stop is
//! one) against it: a buy pays `ref · (1 + bps / 10⁴)`, a sale gets `ref · (1 - bps / 10⁴)`. A take-profit is a
//! limit order and fills at its price or better, without slippage.

use super::order::Side;

/// Rates of cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Fraction of the traded value, a side.
    pub commission: f64,
    /// Price concession of a market order, in basis points of the price.
    pub slippage_bps: f64,
}

impl Default for Costs {
    /// 0.10 % a side and 5 bps.
    fn default() -> Self {
        Self { commission: 0.001, slippage_bps: 5.0 }
    }
}

impl Costs {
    /// Price of a market order when the market stands at `ref_price`.
    #[must_use]
    pub fn market_price(&self, side: Side, ref_price: f64) -> f64 {
        ref_price * (1.0 + side.sign() * self.slippage_bps * 1e-4)
    }

    /// Commission of one side, in currency.
    #[must_use]
    pub fn commission(&self, price: f64, units: f64) -> f64 {
        self.commission * price * units
    }
}
