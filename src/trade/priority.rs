//! Which entry comes first where several compete for cash, a cap or the volume of a bar.

use std::cmp::Ordering;

/// Orders confidences the surest first; an unknown one (`None`, or no number) comes last.
///
/// Entries that are equally sure go by symbol, then by the order of the strategies: callers sort stably from there.
#[must_use]
pub fn surest_first(a: Option<f64>, b: Option<f64>) -> Ordering {
    let known = |confidence: Option<f64>| confidence.filter(|confidence| !confidence.is_nan());
    match (known(a), known(b)) {
        (Some(a), Some(b)) => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_is_first_and_the_unknown_last() {
        let mut all = [None, Some(0.2), Some(f64::NAN), Some(1.0), Some(0.2), Some(0.0)];
        all.sort_by(|a, b| surest_first(*a, *b));
        assert_eq!(all[..4], [Some(1.0), Some(0.2), Some(0.2), Some(0.0)]);
        assert!(all[4].is_none() && all[5].is_some_and(f64::is_nan), "stable among the unknown: {all:?}");
    }
}
