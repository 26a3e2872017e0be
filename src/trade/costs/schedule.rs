//! Named charges whose rates change by date.
//!
//! A schedule is the brokerage and then, in order, charges: each has a side, and rows that hold from their date until the
//! next row. A row's amount is `rate · base`, at most its cap, where the base is the value, the units, or the sum of
//! earlier charges (a tax on fees). The row of an execution is the last one from its session date or before; before
//! the first row a charge is not levied. Nothing is rounded: rules that round do so on the sum of a day's contract note,
//! which one execution doesn't know.

use super::super::order::Side;
use super::tariff::Tariff;

/// What a market's traders pay, by date.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Name in texts.
    pub name: String,
    /// Currency of its amounts.
    pub currency: String,
    /// One line for a reader.
    pub doc: String,
    /// Acts, circulars and advisories it rests on.
    pub source: String,
    /// Brokerage when none is told.
    pub brokerage: Tariff,
    /// At most [`Schedule::MOST`] - 1; a charge refers to earlier ones only.
    pub(super) charges: Vec<Charge>,
}

/// A charge: name and rates by date.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// Name in breakdowns, unique in its schedule.
    pub name: String,
    /// One line for a reader.
    pub doc: String,
    /// Side that pays; `None` is both.
    pub side: Option<Side>,
    /// Ascending by date, at least one.
    pub rows: Vec<Row>,
}

/// A rate in force from a date on.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// First trading day, as days since 1970-01-01.
    pub from: i32,
    /// Fraction of the base, or currency a unit.
    pub rate: f64,
    /// Largest amount of an execution, in currency; infinite when there is none.
    pub cap: f64,
    /// What the rate is applied to.
    pub basis: Basis,
    /// Act, circular or advisory.
    pub source: String,
    /// Whether figure and date were read in the source, rather than generally known.
    pub sure: bool,
}

/// What a rate is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The traded value.
    Value,
    /// The units.
    Units,
    /// The sum of components: bit i is the component of index i, 0 the brokerage.
    Components(u32),
}

impl Schedule {
    /// Most components, the brokerage included.
    pub const MOST: usize = 16;

    /// The charges, in the order they are reckoned.
    #[must_use]
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    /// Names of the components: `brokerage`, then the charges.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        std::iter::once(Self::BROKERAGE).chain(self.charges.iter().map(|charge| charge.name.as_str()))
    }

    /// Name of the first component.
    pub const BROKERAGE: &str = "brokerage";

    /// The amount of each component of an execution of `units` worth `value`, both positive; zeros fill up.
    #[must_use]
    pub fn amounts(
        &self,
        brokerage: &Tariff,
        side: Side,
        value: f64,
        units: f64,
        session_date: i32,
    ) -> [f64; Self::MOST] {
        let mut amounts = [0.0; Self::MOST];
        amounts[0] = brokerage.fee(value, units);
        for (index, charge) in (1..Self::MOST).zip(&self.charges) {
            if charge.side.is_none_or(|payer| payer == side) {
                amounts[index] = charge.amount(value, units, session_date, &amounts);
            }
        }
        amounts
    }
}

impl Charge {
    /// The row in force on a day.
    #[must_use]
    pub fn row(&self, session_date: i32) -> Option<&Row> {
        self.rows[..self.rows.partition_point(|row| row.from <= session_date)].last()
    }

    fn amount(&self, value: f64, units: f64, session_date: i32, earlier: &[f64]) -> f64 {
        let Some(row) = self.row(session_date) else { return 0.0 };
        let base = match row.basis {
            Basis::Value => value,
            Basis::Units => units,
            Basis::Components(set) => {
                earlier.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1).map(|(_, amount)| amount).sum()
            }
        };
        (row.rate * base).min(row.cap)
    }
}
