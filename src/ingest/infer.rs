//! What a file doesn't say: the interval, from the modal spacing of its stamps, and the grid they stand on.

use std::collections::BTreeMap;

use crate::domain::{Interval, Ts};

/// How far off the grid a stamp may be, in microseconds; it is then moved onto the grid.
pub const TOLERANCE: i64 = 5_000_000;

/// The most frequent distance between neighbouring distinct stamps of one series, in microseconds.
///
/// Distances within the tolerance of an interval count as that, others are rounded to seconds, so that jitter does not
/// split the mode; on a tie the shorter wins.
#[must_use]
pub fn modal_spacing(stamps: impl Iterator<Item = Vec<Ts>>) -> Option<i64> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for mut series in stamps {
        series.sort_unstable();
        series.dedup();
        for pair in series.windows(2) {
            let distance = pair[1].0 - pair[0].0;
            let seconds = (distance + 500_000) / 1_000_000 * 1_000_000;
            *counts.entry(interval_of(distance).map_or(seconds, Interval::micros)).or_default() += 1;
        }
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(spacing, _)| spacing)
}

/// The interval of a spacing, when it is one.
#[must_use]
pub fn interval_of(spacing: i64) -> Option<Interval> {
    Interval::ALL.into_iter().find(|interval| (interval.micros() - spacing).abs() <= TOLERANCE)
}

/// The most frequent position of intraday stamps within their interval, in microseconds.
///
/// Hourly bars of a session that opens at 09:15 stand a quarter past; nothing is assumed of the exchange.
#[must_use]
pub fn grid_phase(stamps: impl Iterator<Item = Ts>, interval: Interval) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for ts in stamps {
        *counts.entry(ts.0.rem_euclid(interval.micros())).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    counts.into_iter().find(|(_, count)| *count == most).map_or(0, |(phase, _)| phase)
}

/// Moves a stamp onto the grid; `None` when it is further than [`TOLERANCE`] from it.
#[must_use]
pub fn snap(ts: Ts, interval: Interval, phase: i64) -> Option<Ts> {
    let step = interval.micros();
    let off = (ts.0 - phase + step / 2).rem_euclid(step) - step / 2;
    (off.abs() <= TOLERANCE).then(|| Ts(ts.0 - off))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_survives_gaps_and_jitter() {
        let minute = 60_000_000;
        let stamps: Vec<Ts> = [0, 1, 2, 3, 60, 61, 62].iter().map(|m| Ts(m * minute)).collect();
        let spacing = modal_spacing([stamps].into_iter()).unwrap();
        assert_eq!(interval_of(spacing), Some(Interval::M1));
        assert_eq!(modal_spacing([vec![Ts(0)]].into_iter()), None);
        assert_eq!(interval_of(7 * 86_400_000_000), None);
    }

    #[test]
    fn stamps_snap_within_five_seconds() {
        let quarter = 15 * 60_000_000;
        let hour = Interval::H1;
        let stamps = [0, 1, 2].map(|n| Ts(n * hour.micros() + quarter));
        let phase = grid_phase(stamps.into_iter(), hour);
        assert_eq!(phase, quarter);
        assert_eq!(snap(Ts(quarter + TOLERANCE), hour, phase), Some(Ts(quarter)));
        assert_eq!(snap(Ts(quarter - TOLERANCE), hour, phase), Some(Ts(quarter)));
        assert_eq!(snap(Ts(quarter + TOLERANCE + 1), hour, phase), None);
    }
}
