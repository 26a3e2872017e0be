//! Several tests at once: Holm's adjustment (1979).
//!
//! Of `m` probabilities in ascending order the `i`-th (from 1) is multiplied by `m - i + 1`, never below the one before
//! and at most 1. Judged at 5 %, the chance of even one false find stays at 5 %, whatever the tests share.

/// Adjusted probabilities in the order given; an unknown one stays unknown and does not count.
#[must_use]
pub fn holm(probabilities: &[Option<f64>]) -> Vec<Option<f64>> {
    let known = |index: &usize| probabilities[*index].filter(|p| !p.is_nan());
    let mut order: Vec<(usize, f64)> =
        (0..probabilities.len()).filter_map(|index| known(&index).map(|p| (index, p))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![None; probabilities.len()];
    let (tests, mut highest) = (order.len(), 0.0f64);
    for (place, (index, p)) in order.into_iter().enumerate() {
        highest = highest.max(p * (tests - place) as f64).min(1.0);
        adjusted[index] = Some(highest);
    }
    adjusted
}
