//! Long curves cut down to what a picture can show, keeping every extreme.

/// Thins a curve ascending in x to at most about `4 * buckets` points: the first, lowest, highest and last of
/// each of `buckets` equal parts of the x range. Curves that are short enough stay as they are.
#[must_use]
pub fn thin(points: &[(f64, f64)], buckets: usize) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let span = last.0 - first.0;
    if points.len() <= buckets.saturating_mul(4) || span <= 0.0 || buckets == 0 {
        return points.to_vec();
    }
    let bucket_of = |x: f64| (((x - first.0) / span * buckets as f64) as usize).min(buckets - 1);
    let mut kept = Vec::with_capacity(buckets * 4);
    for part in points.chunk_by(|a, b| bucket_of(a.0) == bucket_of(b.0)) {
        let by_height = |a: &(usize, &(f64, f64)), b: &(usize, &(f64, f64))| a.1.1.total_cmp(&b.1.1);
        let low = part.iter().enumerate().min_by(by_height).map_or(0, |(index, _)| index);
        let high = part.iter().enumerate().max_by(by_height).map_or(0, |(index, _)| index);
        let mut picks = [0, low.min(high), low.max(high), part.len() - 1].to_vec();
        picks.dedup();
        kept.extend(picks.into_iter().map(|index| part[index]));
    }
    kept
}

/// The unbroken parts of a curve.
pub type Parts = Vec<Vec<(f64, f64)>>;

/// Splits a curve with gaps into its unbroken parts.
#[must_use]
pub fn unbroken(points: impl IntoIterator<Item = (f64, Option<f64>)>) -> Parts {
    let mut parts = vec![Vec::new()];
    for (x, y) in points {
        match y.filter(|y| y.is_finite()) {
            Some(y) => parts.last_mut().map_or((), |part| part.push((x, y))),
            None if parts.last().is_some_and(|part| !part.is_empty()) => parts.push(Vec::new()),
            None => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn thinning_keeps_ends_order_and_extremes(ys in prop::collection::vec(-1e6..1e6f64, 1..5000), buckets in 1..200usize) {
            let points: Vec<_> = ys.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
            let kept = thin(&points, buckets);
            prop_assert!(kept.len() <= buckets * 4);
            prop_assert!(kept.windows(2).all(|pair| pair[0].0 < pair[1].0));
            prop_assert_eq!(kept.first(), points.first());
            prop_assert_eq!(kept.last(), points.last());
            let highest = |of: &[(f64, f64)]| of.iter().map(|point| point.1).fold(f64::MIN, f64::max);
            let lowest = |of: &[(f64, f64)]| of.iter().map(|point| point.1).fold(f64::MAX, f64::min);
            prop_assert_eq!(highest(&kept), highest(&points));
            prop_assert_eq!(lowest(&kept), lowest(&points));
        }
    }

    #[test]
    fn gaps_break_a_curve() {
        let parts = unbroken([(0.0, None), (1.0, Some(1.0)), (2.0, Some(f64::NAN)), (3.0, None), (4.0, Some(2.0))]);
        assert_eq!(parts, vec![vec![(1.0, 1.0)], vec![(4.0, 2.0)]]);
        assert!(unbroken([(0.0, None)]).is_empty());
    }
}
