//! The embargo: bars kept free around a boundary of time, counted for each symbol in its own bars.
//!
//! Symbols need not share their times: of two hourly ones, one at :00 and one at :30, twelve bars are twelve hours of
//! each, not six of both together. Where a symbol has fewer bars than the embargo on that side, none of them is free.

use crate::domain::Ts;

/// The end, not included, of what is free before `boundary`: the last `embargo` of the ascending `bars` before it are not.
pub(super) fn free_before(bars: &[Ts], boundary: Ts, embargo: usize) -> Ts {
    let at = bars.partition_point(|ts| *ts < boundary);
    match at.checked_sub(embargo) {
        None => Ts(i64::MIN),
        Some(first) => bars.get(first).map_or(boundary, |ts| (*ts).min(boundary)),
    }
}

/// The start of what is free from `boundary` on: the first `embargo` of the ascending `bars` from there on are not.
pub(super) fn free_after(bars: &[Ts], boundary: Ts, embargo: usize) -> Ts {
    if embargo == 0 {
        return boundary;
    }
    let at = bars.partition_point(|ts| *ts < boundary);
    let free = at.checked_add(embargo).and_then(|first| bars.get(first));
    free.copied().unwrap_or(Ts(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_counted_on_either_side_of_a_boundary() {
        let bars: Vec<Ts> = (0..10).map(|bar| Ts(bar * 10)).collect();
        assert_eq!([0, 1, 3, 5, 6].map(|n| free_before(&bars, Ts(45), n).0), [45, 40, 20, 0, i64::MIN]);
        assert_eq!([0, 1, 3, 5].map(|n| free_after(&bars, Ts(45), n).0), [45, 60, 80, i64::MAX]);
        // A boundary on a bar: that bar is after it.
        assert_eq!((free_before(&bars, Ts(50), 1), free_after(&bars, Ts(50), 1)), (Ts(40), Ts(60)));
        // Past the end of the data, and before its beginning.
        assert_eq!((free_before(&bars, Ts(500), 2), free_after(&bars, Ts(500), 2)), (Ts(80), Ts(i64::MAX)));
        assert_eq!((free_before(&bars, Ts(-5), 1), free_after(&bars, Ts(-5), 1)), (Ts(i64::MIN), Ts(10)));
        assert_eq!((free_before(&[], Ts(5), 0), free_after(&[], Ts(5), 0)), (Ts(5), Ts(5)));
        assert_eq!(free_after(&bars, Ts(45), usize::MAX), Ts(i64::MAX));
    }
}
