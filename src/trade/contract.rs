//! The grid an instrument trades on: lots of units and ticks of price.

use super::order::Side;

/// What quantities and prices an instrument allows; `None` is any.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Contract {
    /// Smallest tradable quantity, in units, above 0.
    pub lot: Option<f64>,
    /// Smallest price step, in currency, above 0.
    pub tick: Option<f64>,
}

/// How near to a whole number of lots or ticks counts as one: decimal grids have no exact binary form.
const WHOLE: f64 = 1e-9;

/// The same relative to the count, for counts so large that numbers lie further apart than that.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

impl Contract {
    /// The largest whole number of lots within `units`.
    #[inline]
    #[must_use]
    pub fn units(&self, units: f64) -> f64 {
        match self.lot {
            None => units,
            Some(lot) => down(units / lot) * lot,
        }
    }

    /// Price of a market order, moved to the grid against the trader.
    #[inline]
    #[must_use]
    pub fn active(&self, side: Side, price: f64) -> f64 {
        match (self.tick, side) {
            (None, _) => price,
            (Some(tick), Side::Buy) => up(price / tick) * tick,
            (Some(tick), Side::Sell) => down(price / tick) * tick,
        }
    }

    /// Price of a limit order, moved to the grid away from the market.
    #[inline]
    #[must_use]
    pub fn passive(&self, side: Side, price: f64) -> f64 {
        match side {
            Side::Buy => self.active(Side::Sell, price),
            Side::Sell => self.active(Side::Buy, price),
        }
    }
}

fn down(count: f64) -> f64 {
    whole(count).unwrap_or_else(|| count.floor())
}

fn up(count: f64) -> f64 {
    whole(count).unwrap_or_else(|| count.ceil())
}

/// The whole number that a count stands for, if it does.
fn whole(count: f64) -> Option<f64> {
    let nearest = count.round();
    ((count - nearest).abs() <= WHOLE.max(ROUNDING * count.abs())).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_round_where_they_should() {
        let contract = Contract { lot: Some(0.1), tick: Some(0.05) };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(contract.units(0.3), 0.3) && near(contract.units(0.39), 0.3) && contract.units(0.09) == 0.0);
        assert!(near(contract.active(Side::Buy, 100.01), 100.05) && near(contract.active(Side::Sell, 100.04), 100.0));
        assert!(near(contract.active(Side::Buy, 100.05), 100.05) && near(contract.passive(Side::Buy, 100.04), 100.0));
        // A fine lot hands out no lot too many: 1e11 of them are wanted here, less a little.
        let fine = Contract { lot: Some(1e-8), tick: None };
        assert!(near(fine.units(1000.0), 1000.0) && fine.units(999.999_999_994) <= 999.999_999_99 + 1e-12);
        assert!(fine.units(12_345.678_901_239) <= 12_345.678_901_239);
        let any = Contract::default();
        assert_eq!((any.units(0.123), any.active(Side::Buy, 1.234)), (0.123, 1.234));
    }
}
