//! Differences that are nothing but rounding.
//!
//! Values that differ by at most 1e-14 of their magnitudes count as equal, so that a range or a move left by rounding
//! is not magnified into an answer. Source: TA-Lib, where it says that a range is 0.

const SHARE: f64 = 1e-14;

/// Whether `a` and `b` differ by no more than rounding.
pub(super) fn nearly_equal(a: f64, b: f64) -> bool {
    (a - b).abs() <= SHARE * (a.abs() + b.abs())
}

/// Whether `part` is nothing beside `whole` but rounding.
pub(super) fn negligible(part: f64, whole: f64) -> bool {
    part.abs() <= SHARE * whole.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_size() {
        assert!(nearly_equal(0.0, 0.0) && nearly_equal(100.0, 100.0 + 1e-12) && nearly_equal(-1e-9, -1e-9));
        assert!(!nearly_equal(100.0, 100.0 + 1e-11) && !nearly_equal(1e-20, 2e-20) && !nearly_equal(1.0, -1.0));
        assert!(negligible(1e-14, 2.0) && negligible(0.0, 0.0) && !negligible(1e-14, 0.5));
    }
}
