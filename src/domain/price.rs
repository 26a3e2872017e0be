//! When two prices are the same price: one rule for touches, crosses and labels, on a tick grid or not.
//!
//! Prices `a` and `b`, or averages of them, are equal when `|a − b| ≤ 1e-9 · max(|a|, |b|)`. Decimal prices have no
//! exact binary form, and a level is the product of two of them (`10.10 · 1.10` comes out above 11.11), so comparing bits
//! would miss touches and find crosses that are nothing but rounding. A price that is no number is neither equal to
//! another, nor above, nor below it.
//!
//! ```
//! use workstation::domain::price;
//!
//! assert!(11.11 < 10.10 * 1.10 && price::at_or_above(11.11, 10.10 * 1.10));
//! assert!(!price::above(10.10 * 1.10, 11.11) && price::above(11.12, 11.11));
//! ```

use super::bar::Bar;

/// Largest relative difference of equal prices.
pub const TOLERANCE: f64 = 1e-9;

/// `a − b`, exactly 0 when they are equal; NaN when one of them is no number.
#[inline(always)]
#[must_use]
pub fn difference(a: f64, b: f64) -> f64 {
    let gap = a - b;
    // Everything is within a share of infinity.
    if gap.abs() <= TOLERANCE * a.abs().max(b.abs()) && gap.is_finite() { 0.0 } else { gap }
}

/// Whether both are the same price.
#[inline(always)]
#[must_use]
pub fn equal(a: f64, b: f64) -> bool {
    difference(a, b) == 0.0
}

/// Whether `a` is higher than `b`, and not equal to it.
#[inline(always)]
#[must_use]
pub fn above(a: f64, b: f64) -> bool {
    difference(a, b) > 0.0
}

/// Whether `a` is lower than `b`, and not equal to it.
#[inline(always)]
#[must_use]
pub fn below(a: f64, b: f64) -> bool {
    difference(a, b) < 0.0
}

/// Whether `a` is higher than `b` or equal to it: it touches a level above.
#[inline(always)]
#[must_use]
pub fn at_or_above(a: f64, b: f64) -> bool {
    difference(a, b) >= 0.0
}

/// Whether `a` is lower than `b` or equal to it: it touches a level below.
#[inline(always)]
#[must_use]
pub fn at_or_below(a: f64, b: f64) -> bool {
    difference(a, b) <= 0.0
}

/// The price that a level which lies within `low` to `high`, or equals one of them, was traded at: the level, or the
/// end that it equals. Rounding never makes a fill at a price that the bar did not have.
#[inline]
#[must_use]
pub fn traded(level: f64, low: f64, high: f64) -> f64 {
    match level {
        level if equal(level, low) => low,
        level if equal(level, high) => high,
        level => level,
    }
}

impl Bar {
    /// The price at which a level that the bar touches was traded; see [`traded`].
    #[inline]
    #[must_use]
    pub fn traded(&self, level: f64) -> f64 {
        traded(level, self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_within_the_tolerance_and_not_beyond() {
        assert!(equal(100.0, 100.0 + 0.99e-7) && equal(-100.0, -100.0 - 0.99e-7) && equal(0.0, -0.0));
        assert!(!equal(100.0, 100.0 + 1.01e-7) && !equal(1.0, -1.0) && !equal(0.0, 1e-300));
        assert!(equal(1e-12, 1e-12 * (1.0 + 0.99e-9)) && !equal(1e-12, 2e-12), "no price is too small to be one");
        assert_eq!((difference(10.10 * 1.10, 11.11), difference(3.0, 1.0)), (0.0, 2.0));
    }

    #[test]
    fn order_and_equality_exclude_each_other() {
        let near = 50.0 * (1.0 + 1e-10);
        for (a, b) in [(50.0, near), (near, 50.0), (50.0, 50.0)] {
            assert!(!above(a, b) && !below(a, b) && at_or_above(a, b) && at_or_below(a, b));
        }
        assert!(above(50.1, 50.0) && at_or_above(50.1, 50.0) && !at_or_below(50.1, 50.0) && below(50.0, 50.1));
    }

    #[test]
    fn what_is_no_number_compares_with_nothing() {
        for (a, b) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, f64::NAN)] {
            assert!(!equal(a, b) && !above(a, b) && !below(a, b) && !at_or_above(a, b) && !at_or_below(a, b));
        }
        assert!(above(f64::INFINITY, 1e300) && below(f64::NEG_INFINITY, 0.0) && !equal(f64::INFINITY, 1.0));
    }

    #[test]
    fn a_touched_level_trades_inside_the_bar() {
        assert_eq!(traded(10.10 * 1.10, 10.0, 11.11), 11.11);
        assert_eq!(traded(14.0 * 0.98, 13.72, 14.0), 13.72);
        assert_eq!(traded(12.0, 11.0, 13.0), 12.0);
        assert_eq!(traded(6.5 * 0.9, 5.85, 6.5), 5.85, "above the low by a last digit");
        assert_eq!(traded(12.0, f64::NAN, 13.0), 12.0);
    }
}
