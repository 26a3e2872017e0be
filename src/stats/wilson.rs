//! How sure is a share? The interval of Wilson (1927), "Probable inference, the law of succession, and statistical
//! inference":
//!
//! ```text
//! (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)        p = hits / n, z = Phi^-1(1/2 + level/2)
//! ```
//!
//! It stays within 0 and 1 and means something for small counts too, where the textbook's `p +- z sqrt(p (1 - p) / n)`
//! does not. The cases are taken for independent.

use super::normal::normal_quantile;

/// The interval that holds the true share with probability `level`, having seen `hits` of `n`.
///
/// `None` without a case, for more hits than cases, and for a level that is not between 0 and 1.
#[must_use]
pub fn wilson(hits: u64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n == 0 || hits > n || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let (count, z) = (n as f64, normal_quantile(f64::midpoint(1.0, level)));
    let share = hits as f64 / count;
    let middle = share + z * z / (2.0 * count);
    let half = z * (share * (1.0 - share) / count + (z / (2.0 * count)).powi(2)).sqrt();
    let scale = 1.0 + z * z / count;
    // Where all or none hit, the outer end is 1 or 0 itself, whatever rounding makes of it.
    let low = if hits == 0 { 0.0 } else { ((middle - half) / scale).max(0.0) };
    let high = if hits == n { 1.0 } else { ((middle + half) / scale).min(1.0) };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 3.
    #[test]
    fn published_intervals() {
        for (hits, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = wilson(hits, n, 0.95).unwrap();
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{hits}/{n}: {found:?}");
        }
        assert_eq!(wilson(20, 20, 0.95).unwrap().1, 1.0);
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        assert_eq!((wilson(0, 0, 0.95), wilson(3, 2, 0.95), wilson(1, 2, 1.0)), (None, None, None));
        assert_eq!(wilson(1, 2, f64::NAN), None);
    }
}
