//! What a market order concedes against the price it was meant to get.
//!
//! | form | price of a buy (+) or sale (-) |
//! |---|---|
//! | basis points | `ref · (1 ± bps / 10⁴)` |
//! | half spread | `ref ± half_spread`, in currency; a half spread told in basis points is the form above |
//! | volume share | `ref · (1 ± coefficient · share²)`, `share = units / units traded in the bar` |
//!
//! The last is Zipline's `VolumeShareSlippage` (its `price_impact` is our coefficient, 0.1 there). Its volume limit is
//! the engine's volume cap and not repeated here. An order of the whole bar or more has a share of 1, and so has one in a
//! bar whose volume is unknown or 0: taking the worst makes missing data cost, where no impact would flatter it.
//! [`Slippage::needs_volume`] lets a caller refuse such data at the start.
//!
//! A price never falls below 0. An unknown (NaN) reference stays unknown.
//!
//! Source: Zipline, `zipline.finance.slippage.VolumeShareSlippage`.

use super::super::order::Side;

/// What a market order concedes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slippage {
    /// Basis points of the price.
    Bps(f64),
    /// Half the spread, in currency.
    HalfSpread(f64),
    /// Coefficient of the squared share of the bar's volume, from 0 to 1.
    VolumeShare(f64),
}

impl Default for Slippage {
    /// 5 basis points.
    fn default() -> Self {
        Self::Bps(Self::DEFAULT_BPS)
    }
}

impl Slippage {
    /// The default: 5 basis points.
    pub const DEFAULT_BPS: f64 = 5.0;

    /// Price of a market order of `units` when the market stands at `ref_price` in a bar of `bar_volume` units (NaN
    /// when unknown).
    #[inline]
    #[must_use]
    pub fn price(&self, side: Side, ref_price: f64, units: f64, bar_volume: f64) -> f64 {
        match self {
            Self::Bps(bps) => ref_price * (1.0 + side.sign() * bps * 1e-4),
            Self::HalfSpread(half) => {
                let price = ref_price + side.sign() * half;
                if price < 0.0 { 0.0 } else { price }
            }
            Self::VolumeShare(coefficient) => {
                let share = share(units, bar_volume);
                ref_price * (1.0 + side.sign() * coefficient * share * share)
            }
        }
    }

    /// Whether prices depend on the volume of bars.
    #[must_use]
    pub const fn needs_volume(&self) -> bool {
        matches!(self, Self::VolumeShare(_))
    }
}

/// Share of the bar's volume, from 0 to 1; 1 when it can't be told.
fn share(units: f64, bar_volume: f64) -> f64 {
    if (0.0..bar_volume).contains(&units) { units / bar_volume } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_moves_the_price_against_the_order() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a} {b}");
        let default = Slippage::default();
        close(default.price(Side::Buy, 200.0, 1.0, f64::NAN), 200.1);
        close(default.price(Side::Sell, 200.0, 1.0, f64::NAN), 199.9);
        close(Slippage::HalfSpread(0.01).price(Side::Buy, 200.0, 1.0, 1.0), 200.01);
        close(Slippage::HalfSpread(0.01).price(Side::Sell, 200.0, 1.0, 1.0), 199.99);
        assert_eq!(Slippage::HalfSpread(0.01).price(Side::Sell, 0.001, 1.0, 1.0), 0.0);
    }

    #[test]
    fn volume_share_is_the_formula_of_zipline() {
        // 200 of 1000 units are a share of 0.2: 0.1 · 0.04 = 0.4 % of 50 is 0.2.
        let slippage = Slippage::VolumeShare(0.1);
        assert!((slippage.price(Side::Buy, 50.0, 200.0, 1_000.0) - 50.2).abs() < 1e-12);
        assert!((slippage.price(Side::Sell, 50.0, 200.0, 1_000.0) - 49.8).abs() < 1e-12);
        // 2.5 % of the bar, Zipline's default limit: 0.1 · 0.000625.
        assert!((slippage.price(Side::Buy, 50.0, 25.0, 1_000.0) - 50.003_125).abs() < 1e-12);
    }

    #[test]
    fn without_a_volume_the_share_is_the_whole_bar() {
        let slippage = Slippage::VolumeShare(0.1);
        for volume in [f64::NAN, 0.0, -1.0, 100.0, 50.0] {
            assert!((slippage.price(Side::Buy, 50.0, 100.0, volume) - 55.0).abs() < 1e-12, "{volume}");
        }
        assert!((slippage.price(Side::Buy, 50.0, f64::NAN, 100.0) - 55.0).abs() < 1e-12);
        assert!(slippage.needs_volume() && !Slippage::default().needs_volume());
    }
}
