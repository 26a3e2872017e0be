//! Typical price of a bar.
//!
//! `(high + low + close) / 3`, in the unit of price. Source: TA-Lib TYPPRICE.

/// Mean of a bar's high, low and close.
pub(super) fn typical_price(high: f64, low: f64, close: f64) -> f64 {
    (high + low + close) / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(typical_price(12.0, 8.0, 10.0), 10.0);
    }
}
