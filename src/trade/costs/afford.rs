//! How many units an amount of currency buys, commission included.
//!
//! The largest `u` with `cost(u) = price · u + commission(u) <= value`. For a fraction that is `value / (price · (1 +
//! rate))`. Every other cost rises strictly in `u`, so there is one answer; it is found between 0 and `value / price`
//! by false position, each third step halving, until `cost(u)` is within 1e-13 of `value` (relative, on either side).

use super::super::order::Side;
use super::commission::Commission;

/// Relative distance from `value` at which a cost is taken for it.
const CLOSE: f64 = 1e-13;

/// Most steps; halvings alone would need about 50.
const STEPS: usize = 200;

impl Commission {
    /// The largest units whose value at `price` and commission together stay within `value`, up to 1e-12 of it.
    ///
    /// 0 where nothing can be had: `value` does not cover the fee of a smallest order, or one of the numbers is not
    /// positive and finite (an unknown amount buys nothing).
    #[inline]
    #[must_use]
    pub fn units_for(&self, value: f64, side: Side, price: f64, session_date: i32) -> f64 {
        if !(value > 0.0 && value < f64::INFINITY && price > 0.0 && price < f64::INFINITY) {
            return 0.0;
        }
        let units = match self {
            Self::Fraction(rate) => value / (price + rate * price),
            _ => largest(value, value / price, |units| price * units + self.amount(side, price, units, session_date)),
        };
        if units.is_finite() { units } else { 0.0 }
    }
}

/// The largest units from 0 to `high` whose rising `cost` stays within `value`.
fn largest(value: f64, high: f64, cost: impl Fn(f64) -> f64) -> f64 {
    let close = CLOSE * value;
    let (mut low, mut under) = (0.0, -value);
    let (mut high, mut over) = (high, cost(high) - value);
    if over <= close {
        return high;
    }
    // Under this there is no order worth the name.
    let least = high * 1e-12;
    for step in 0..STEPS {
        if high <= least || high - low <= f64::EPSILON * high {
            break;
        }
        let units = between(low, under, high, over, step % 3 == 2);
        let excess = cost(units) - value;
        if excess.abs() <= close {
            return units;
        }
        if excess < 0.0 {
            (low, under) = (units, excess);
        } else {
            (high, over) = (units, excess);
        }
    }
    low
}

/// Where a line through both ends meets zero; the middle when `halve`, or when that is no step forward.
fn between(low: f64, under: f64, high: f64, over: f64, halve: bool) -> f64 {
    let met = low + (high - low) * (under / (under - over));
    if !halve && met > low && met < high { met } else { low + 0.5 * (high - low) }
}
