//! Average uniqueness: how much of a label is its own.
//!
//! Labels whose bets are open at the same time share returns and are not independent samples. With `c_t` the number of
//! bets of the series that are open at bar t, the entry and the exit bar counted, the weight of label i is
//!
//! `w_i = mean over t from entry_i to exit_i of 1 / c_t`, in (0, 1]; 1 is a label that shares no bar.
//!
//! A bet that the data's end leaves open counts from its entry to the last bar but has no weight itself, so that no
//! weight changes when bars are added. O(bars): concurrency by a difference array, means by prefix sums, whose rounding
//! is below 1e-9 for ten million bars.
//!
//! Source: M. López de Prado, *Advances in Financial Machine Learning* (2018), chapter 4 (concurrent labels, average
//! uniqueness of a label).

/// Weights by decision bar; `spans` are first and last bar of each bet, both inclusive, `None` where there is none.
///
/// A span that ends past the last bar is cut there.
pub(super) fn uniqueness(bars: usize, spans: &[Option<(usize, usize)>]) -> Vec<Option<f64>> {
    let covered = |span: Option<(usize, usize)>| {
        span.map(|(first, last)| (first, last.min(bars.saturating_sub(1)))).filter(|(first, last)| first <= last)
    };
    let mut change = vec![0_i64; bars + 1];
    for (first, last) in spans.iter().filter_map(|span| covered(*span)) {
        change[first] += 1;
        change[last + 1] -= 1;
    }
    let mut shares = Vec::with_capacity(bars + 1);
    let (mut open, mut sum) = (0_i64, 0.0);
    shares.push(sum);
    for step in &change[..bars] {
        open += step;
        // A bar without a bet lies within no span, so what it adds is never asked for.
        sum += if open > 0 { 1.0 / open as f64 } else { 0.0 };
        shares.push(sum);
    }
    let mean =
        |(first, last): (usize, usize)| ((shares[last + 1] - shares[first]) / (last + 1 - first) as f64).min(1.0);
    spans.iter().map(|span| covered(*span).map(mean)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(found: &[Option<f64>], expected: &[Option<f64>]) {
        let same = |pair: (&Option<f64>, &Option<f64>)| match pair {
            (Some(a), Some(b)) => (a - b).abs() < 1e-12,
            (a, b) => a == b,
        };
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(same), "{found:?} is not {expected:?}");
    }

    #[test]
    fn weights_by_hand() {
        // Bars 1..=3 and 3..=4 share bar 3: (1 + 1 + 1/2) / 3 and (1/2 + 1) / 2; bar 6 stands alone.
        let spans = [Some((1, 3)), None, Some((3, 4)), None, None, Some((6, 6)), None];
        is(&uniqueness(7, &spans), &[Some(2.5 / 3.0), None, Some(0.75), None, None, Some(1.0), None]);
        // Three that cover the same bars.
        is(&uniqueness(3, &[Some((1, 2)); 3]), &[Some(1.0 / 3.0); 3]);
    }

    #[test]
    fn odd_spans_do_no_harm() {
        assert!(uniqueness(0, &[]).is_empty());
        is(&uniqueness(0, &[Some((1, 0))]), &[None]);
        is(&uniqueness(2, &[Some((1, 9)), Some((2, 9))]), &[Some(1.0), None]);
    }
}
