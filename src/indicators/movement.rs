//! Directional movement, Wilder's smoothing: what the directional indicators have in common.
//!
//! Moves: `up = high − last high`, `down = last low − low`; the larger counts when positive, a tie counts for
//! neither. Their sums, and that of the true range, start as plain sums over the first n − 1 bars after the first, then
//! `sum(t) = sum(t−1)·(1 − 1/n) + part(t)`. `di± = 100 · dm± / tr`, 0 when the range is 0.

use serde::{Deserialize, Serialize};

use super::atr::true_range;

/// A sum that decays once n − 1 parts are in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WilderSum {
    n: usize,
    parts: usize,
    sum: f64,
}

impl WilderSum {
    fn new(n: usize) -> Self {
        Self { n: n.max(1), parts: 0, sum: 0.0 }
    }

    fn add(&mut self, part: f64) {
        self.parts = self.parts.saturating_add(1);
        if self.parts >= self.n {
            self.sum -= self.sum / self.n as f64;
        }
        self.sum += part;
    }
}

/// Smoothed directional moves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Movement {
    /// High and low of the last bar.
    last: Option<(f64, f64)>,
    up: WilderSum,
    down: WilderSum,
}

/// A measure of the upward and of the downward moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct UpDown {
    pub(super) up: f64,
    pub(super) down: f64,
}

impl Movement {
    /// Over `n` bars; 0 counts as 1.
    pub(super) fn new(n: usize) -> Self {
        Self { last: None, up: WilderSum::new(n), down: WilderSum::new(n) }
    }

    /// Takes the newest bar; gives the sums once `n − 1` moves, and at least one, were seen.
    pub(super) fn update(&mut self, high: f64, low: f64) -> Option<UpDown> {
        if !(high.is_finite() && low.is_finite()) {
            *self = Self::new(self.up.n);
            return None;
        }
        let (last_high, last_low) = self.last.replace((high, low))?;
        let (up, down) = (high - last_high, last_low - low);
        self.up.add(if up > down && up > 0.0 { up } else { 0.0 });
        self.down.add(if down > up && down > 0.0 { down } else { 0.0 });
        (self.up.parts >= self.up.n - 1).then_some(UpDown { up: self.up.sum, down: self.down.sum })
    }
}

/// Smoothed directional moves as parts of the smoothed true range.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Directions {
    movement: Movement,
    last_close: Option<f64>,
    range: WilderSum,
}

impl Directions {
    /// Over `n` bars; 0 counts as 1.
    pub(super) fn new(n: usize) -> Self {
        Self { movement: Movement::new(n), last_close: None, range: WilderSum::new(n) }
    }

    /// Takes the newest bar; gives `di+` and `di−` once `n` bars came before it.
    pub(super) fn update(&mut self, high: f64, low: f64, close: f64) -> Option<UpDown> {
        if !(high.is_finite() && low.is_finite() && close.is_finite()) {
            *self = Self::new(self.range.n);
            return None;
        }
        let moves = self.movement.update(high, low);
        self.range.add(true_range(high, low, self.last_close.replace(close)?));
        if self.range.parts < self.range.n {
            return None;
        }
        let (moves, range) = (moves?, self.range.sum);
        let part = |moved: f64| if range == 0.0 { 0.0 } else { 100.0 * (moved / range) };
        Some(UpDown { up: part(moves.up), down: part(moves.down) })
    }
}

impl UpDown {
    /// `dx = 100 · |di+ − di−| / (di+ + di−)`; nothing when nothing moved.
    pub(super) fn dx(self) -> Option<f64> {
        let both = self.up + self.down;
        (both != 0.0).then(|| 100.0 * ((self.down - self.up).abs() / both))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_move_counts_and_a_tie_does_not() {
        // Ups 2, 1, 3; downs −1, 1, 4.
        let mut movement = Movement::new(1);
        let bars = [(10.0, 5.0), (12.0, 6.0), (13.0, 5.0), (16.0, 1.0)];
        let got = bars.map(|(high, low)| movement.update(high, low).map(|sums| (sums.up, sums.down)));
        assert_eq!(got, [None, Some((2.0, 0.0)), Some((0.0, 0.0)), Some((0.0, 4.0))]);
    }

    #[test]
    fn sums_start_plain_and_decay() {
        let mut movement = Movement::new(3);
        let got = [1.0, 2.0, 3.0, 9.0].map(|x| movement.update(x, x).map(|sums| sums.up));
        // 1 + 1, then 2·2/3 + 6.
        assert_eq!(got, [None, None, Some(2.0), Some(2.0 - 2.0 / 3.0 + 6.0)]);
        assert_eq!(movement.update(f64::NAN, 9.0), None);
        assert_eq!(movement.update(9.0, 9.0), None);
    }

    #[test]
    fn a_flat_series_has_no_direction() {
        let mut directions = Directions::new(2);
        let got = [5.0; 3].map(|x| directions.update(x, x, x));
        assert_eq!(got, [None, None, Some(UpDown { up: 0.0, down: 0.0 })]);
        assert_eq!(got[2].unwrap().dx(), None);
    }
}
