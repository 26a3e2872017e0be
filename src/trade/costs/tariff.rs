//! What a broker asks for an order: a tariff with bounds, or tiers.
//!
//! `fee = min(max(rate · value + per_unit · units, min), cap, max · value)`: where a bound from above is under the
//! minimum, it wins, as brokers have it for small orders.
//!
//! Tiers are marginal: the rate of a step is paid on the part of the order between that step and the next, so a larger
//! order never costs less. The size of an order is its value (rates are fractions) or its units (rates are currency a
//! unit). A tier looks at one order; volumes of a month are not known here.

/// A fee with bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tariff {
    /// Fraction of the value.
    pub rate: f64,
    /// Currency a unit.
    pub per_unit: f64,
    /// Least fee of an execution, in currency.
    pub min: f64,
    /// Largest fee of an execution, in currency; infinite when there is none.
    pub cap: f64,
    /// Largest fee, a fraction of the value; infinite when there is none.
    pub max: f64,
}

impl Tariff {
    /// Nothing at all.
    pub const FREE: Self = Self { rate: 0.0, per_unit: 0.0, min: 0.0, cap: f64::INFINITY, max: f64::INFINITY };

    /// Fee of an execution of `units` worth `value`, both positive.
    #[must_use]
    pub fn fee(&self, value: f64, units: f64) -> f64 {
        let fee = (self.rate * value + self.per_unit * units).max(self.min).min(self.cap);
        // Without a bound there is no product: infinity times a value too small to be told from 0 is not a number.
        if self.max < f64::INFINITY { fee.min(self.max * value) } else { fee }
    }
}

/// What the steps of tiers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierBasis {
    /// Value of the order, in currency.
    Value,
    /// Units of the order.
    Units,
}

/// Rates that change with the size of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    basis: TierBasis,
    steps: Vec<(f64, f64)>,
}

impl Tiers {
    /// Most steps.
    pub const MOST: usize = 32;

    /// Tiers of `steps` = (size from which the rate holds, rate).
    ///
    /// # Errors
    /// Without steps or with too many, a first step other than 0, steps that don't ascend, a negative or endless number.
    pub fn new(basis: TierBasis, steps: Vec<(f64, f64)>) -> Result<Self, String> {
        if steps.first().is_none_or(|step| step.0 != 0.0) {
            return Err("the first step must be 0".into());
        }
        if steps.len() > Self::MOST {
            return Err(format!("{} steps, at most {} are allowed", steps.len(), Self::MOST));
        }
        if steps.iter().any(|(from, rate)| !(from.is_finite() && (0.0..1e6).contains(rate))) {
            return Err("a step or rate is out of range".into());
        }
        if let Some(pair) = steps.windows(2).find(|pair| pair[1].0 <= pair[0].0) {
            return Err(format!("step {} must be above {}", pair[1].0, pair[0].0));
        }
        Ok(Self { basis, steps })
    }

    /// What the steps count.
    #[must_use]
    pub const fn basis(&self) -> TierBasis {
        self.basis
    }

    /// (size from which the rate holds, rate), ascending, the first from 0.
    #[must_use]
    pub fn steps(&self) -> &[(f64, f64)] {
        &self.steps
    }

    /// Fee of an execution of `units` worth `value`, both positive.
    #[must_use]
    pub fn fee(&self, value: f64, units: f64) -> f64 {
        let size = match self.basis {
            TierBasis::Value => value,
            TierBasis::Units => units,
        };
        let ends = self.steps[1..].iter().map(|step| step.0).chain([f64::INFINITY]);
        let paid = |(from, rate): (f64, f64), end: f64| rate * (size.min(end) - from);
        self.steps.iter().zip(ends).take_while(|(step, _)| step.0 < size).map(|(step, end)| paid(*step, end)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_and_the_upper_one_wins() {
        let tariff = Tariff { per_unit: 0.005, min: 1.0, max: 0.01, ..Tariff::FREE };
        // 1000 units at 25: 5.00; 100 at 25: 0.50, raised to 1; 1 at 25: 1, held to 1 % of 25.
        assert_eq!(tariff.fee(25_000.0, 1_000.0), 5.0);
        assert_eq!(tariff.fee(2_500.0, 100.0), 1.0);
        assert_eq!(tariff.fee(25.0, 1.0), 0.25);
        let tariff = Tariff { rate: 0.0003, cap: 20.0, ..Tariff::FREE };
        assert_eq!((tariff.fee(50_000.0, 1.0), tariff.fee(100_000.0, 1.0)), (0.0003 * 50_000.0, 20.0));
    }

    #[test]
    fn tiers_are_paid_part_by_part() {
        let tiers = Tiers::new(TierBasis::Value, vec![(0.0, 0.001), (100_000.0, 0.0005), (1e6, 0.0)]).unwrap();
        assert_eq!(tiers.fee(50_000.0, 1.0), 50.0);
        assert_eq!(tiers.fee(100_000.0, 1.0), 100.0);
        assert_eq!(tiers.fee(300_000.0, 1.0), 100.0 + 100.0);
        assert_eq!(tiers.fee(5e6, 1.0), 100.0 + 450.0);
        let tiers = Tiers::new(TierBasis::Units, vec![(0.0, 0.0035), (300.0, 0.002)]).unwrap();
        assert!((tiers.fee(1e9, 1_000.0) - (300.0 * 0.0035 + 700.0 * 0.002)).abs() < 1e-12);
    }

    #[test]
    fn bad_tiers_are_refused() {
        let refusal = |steps: &[(f64, f64)]| Tiers::new(TierBasis::Value, steps.to_vec()).unwrap_err();
        assert!(refusal(&[]).contains("must be 0"));
        assert!(refusal(&[(1.0, 0.1)]).contains("must be 0"));
        assert!(refusal(&[(0.0, 0.1), (5.0, 0.1), (5.0, 0.1)]).contains("above 5"));
        assert!(refusal(&[(0.0, -0.1)]).contains("out of range"));
        assert!(refusal(&[(0.0, 0.1), (f64::NAN, 0.1)]).contains("out of range"));
        assert!(refusal(&(0..40).map(|i| (f64::from(i), 0.1)).collect::<Vec<_>>()).contains("at most 32"));
    }
}
