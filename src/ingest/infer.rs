//! Arithmetic of intervals and grids: distances, their mode, positions within the hour, snapping.

use std::collections::BTreeMap;

use crate::domain::{Interval, Ts};

/// How far off the grid a stamp may be, in microseconds; it is then moved onto the grid.
pub const TOLERANCE: i64 = 5_000_000;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A distance as it is counted: within the tolerance of an interval that interval, else whole seconds.
#[must_use]
pub fn rounded(distance: i64) -> i64 {
    interval_of(distance).map_or((distance + SECOND / 2) / SECOND * SECOND, Interval::micros)
}

/// The most frequent key; on a tie the smallest.
#[must_use]
pub fn mode(counts: &BTreeMap<i64, usize>) -> Option<i64> {
    let most = counts.values().copied().max()?;
    counts.iter().find(|(_, count)| **count == most).map(|(key, _)| *key)
}

/// The most frequent distance between neighbouring distinct stamps of one series, in microseconds.
#[must_use]
pub fn modal_spacing(stamps: impl Iterator<Item = Vec<Ts>>) -> Option<i64> {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for mut series in stamps {
        series.sort_unstable();
        series.dedup();
        for pair in series.windows(2) {
            *counts.entry(rounded(pair[1].0 - pair[0].0)).or_default() += 1;
        }
    }
    mode(&counts)
}

/// The interval of a spacing, when it is one.
#[must_use]
pub fn interval_of(spacing: i64) -> Option<Interval> {
    Interval::ALL.into_iter().find(|interval| (interval.micros() - spacing).abs() <= TOLERANCE)
}

/// Position within the hour, in microseconds: on the whole minute when within the tolerance, else on the second.
///
/// Jitter of a few seconds thus leaves a series on its minute, even when every single stamp has some.
#[must_use]
pub fn position(ts: Ts) -> i64 {
    let at = ts.0.rem_euclid(HOUR);
    let minute = (at + MINUTE / 2) / MINUTE * MINUTE;
    let near = if (at - minute).abs() <= TOLERANCE { minute } else { (at + SECOND / 2) / SECOND * SECOND };
    near.rem_euclid(HOUR)
}

/// The most frequent position of intraday stamps within their interval, in microseconds.
///
/// `seconds` counts rows by their second within the hour. Hourly bars of a session that opens at 09:15 stand a
/// quarter past; nothing is assumed of the exchange.
#[must_use]
pub fn phase(seconds: &[usize], interval: Interval) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for (second, count) in seconds.iter().enumerate().filter(|(_, count)| **count > 0) {
        *counts.entry((second as i64 * SECOND).rem_euclid(interval.micros())).or_default() += count;
    }
    mode(&counts).unwrap_or(0)
}

/// Moves a stamp onto the grid; `None` when it is further than [`TOLERANCE`] from it.
#[must_use]
pub fn snap(ts: Ts, interval: Interval, phase: i64) -> Option<Ts> {
    let step = interval.micros();
    let off = (ts.0 - phase + step / 2).rem_euclid(step) - step / 2;
    (off.abs() <= TOLERANCE).then(|| Ts(ts.0 - off))
}

/// The last grid point before an instant.
#[must_use]
pub fn before(ts: Ts, interval: Interval, phase: i64) -> Ts {
    Ts(ts.0 - 1 - (ts.0 - 1 - phase).rem_euclid(interval.micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_survives_gaps_and_jitter() {
        let stamps: Vec<Ts> = [0, 1, 2, 3, 60, 61, 62].iter().map(|m| Ts(m * MINUTE)).collect();
        let spacing = modal_spacing([stamps].into_iter()).unwrap();
        assert_eq!(interval_of(spacing), Some(Interval::M1));
        assert_eq!(modal_spacing([vec![Ts(0)]].into_iter()), None);
        assert_eq!(interval_of(7 * 86_400_000_000), None);
    }

    fn phase_of(stamps: &[i64], interval: Interval) -> i64 {
        let mut seconds = vec![0; 3600];
        stamps.iter().for_each(|ts| seconds[(position(Ts(*ts)) / SECOND) as usize] += 1);
        phase(&seconds, interval)
    }

    #[test]
    fn stamps_snap_within_five_seconds() {
        let quarter = 15 * MINUTE;
        let hour = Interval::H1;
        assert_eq!(phase_of(&[0, 1, 2].map(|n| n * HOUR + quarter), hour), quarter);
        assert_eq!(snap(Ts(quarter + TOLERANCE), hour, quarter), Some(Ts(quarter)));
        assert_eq!(snap(Ts(quarter - TOLERANCE), hour, quarter), Some(Ts(quarter)));
        assert_eq!(snap(Ts(quarter + TOLERANCE + 1), hour, quarter), None);
        assert_eq!(before(Ts(quarter), hour, quarter), Ts(quarter - HOUR));
        assert_eq!(before(Ts(quarter + 1), hour, quarter), Ts(quarter));
    }

    #[test]
    fn a_series_whose_every_stamp_jitters_stays_on_the_minute() {
        let jitter = [3, 2, 4, 1, 5, 3].iter().enumerate().map(|(n, s)| n as i64 * MINUTE + s * SECOND);
        assert_eq!(phase_of(&jitter.collect::<Vec<_>>(), Interval::M1), 0);
        let half = [0, 1, 2].map(|n| n * MINUTE + 30 * SECOND);
        assert_eq!(phase_of(&half, Interval::M1), 30 * SECOND);
    }
}
