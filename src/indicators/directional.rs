//! Directional movement, directional indicators and their index.
//!
//! The moves and their smoothing are those of `movement`:
//! - [`PlusDm`], [`MinusDm`]: the smoothed moves, in the unit of price, from bar n − 1 (bar 1 for n = 1);
//! - [`PlusDi`], [`MinusDi`]: their part of the smoothed true range, 0 to 100, from bar n; 0 when the range is 0;
//! - [`Dx`]: `100 · |di+ − di−| / (di+ + di−)`, 0 to 100, from bar n; where nothing moved it keeps its value, 0 at the
//!   start.
//!
//! Memory decaying. Source: TA-Lib PLUS_DM, MINUS_DM, PLUS_DI, MINUS_DI and DX; for n = 1 its indicators are fractions,
//! here they stay in percent.

use serde::{Deserialize, Serialize};

use super::movement::{Directions, Movement};

/// Upward directional movement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlusDm {
    movement: Movement,
}

impl PlusDm {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { movement: Movement::new(n) }
    }

    /// Takes the newest bar; gives the movement once `n − 1` moves were seen.
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        self.movement.update(high, low).map(|moves| moves.up)
    }
}

/// Downward directional movement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MinusDm {
    movement: Movement,
}

impl MinusDm {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { movement: Movement::new(n) }
    }

    /// Takes the newest bar; gives the movement once `n − 1` moves were seen.
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        self.movement.update(high, low).map(|moves| moves.down)
    }
}

/// Upward directional indicator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlusDi {
    directions: Directions,
}

impl PlusDi {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { directions: Directions::new(n) }
    }

    /// Takes the newest bar; gives the indicator once `n` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        self.directions.update(high, low, close).map(|parts| parts.up)
    }
}

/// Downward directional indicator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MinusDi {
    directions: Directions,
}

impl MinusDi {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { directions: Directions::new(n) }
    }

    /// Takes the newest bar; gives the indicator once `n` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        self.directions.update(high, low, close).map(|parts| parts.down)
    }
}

/// Directional movement index.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dx {
    directions: Directions,
    value: f64,
}

impl Dx {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { directions: Directions::new(n), value: 0.0 }
    }

    /// Takes the newest bar; gives the index once `n` bars came before it.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let Some(parts) = self.directions.update(high, low, close) else {
            self.value = 0.0;
            return None;
        };
        self.value = parts.dx().unwrap_or(self.value);
        Some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // n = 2. Moves: bar 1 up 2, bar 2 down 1, bar 3 up 2; true ranges 3, 3.5, 4.5.
    const BARS: [(f64, f64, f64); 4] = [(10.0, 9.0, 9.5), (12.0, 9.0, 11.5), (11.0, 8.0, 8.5), (13.0, 8.5, 9.0)];

    #[test]
    fn movement_by_hand() {
        let (mut plus, mut minus) = (PlusDm::new(2), MinusDm::new(2));
        assert_eq!(BARS.map(|(high, low, _)| plus.update(high, low)), [None, Some(2.0), Some(1.0), Some(2.5)]);
        assert_eq!(BARS.map(|(high, low, _)| minus.update(high, low)), [None, Some(0.0), Some(1.0), Some(0.5)]);
    }

    #[test]
    fn indicators_by_hand() {
        let (mut plus, mut minus, mut dx) = (PlusDi::new(2), MinusDi::new(2), Dx::new(2));
        let got = BARS.map(|(high, low, close)| {
            (plus.update(high, low, close), minus.update(high, low, close), dx.update(high, low, close))
        });
        assert_eq!(got[..2], [(None, None, None); 2]);
        // Ranges 3/2 + 3.5 = 5, then 2.5 + 4.5 = 7.
        assert_eq!(got[2], (Some(20.0), Some(20.0), Some(0.0)));
        let (plus, minus, dx) = (got[3].0.unwrap(), got[3].1.unwrap(), got[3].2.unwrap());
        assert!((plus - 250.0 / 7.0).abs() < 1e-12 && (minus - 50.0 / 7.0).abs() < 1e-12);
        assert!((dx - 200.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn without_movement_the_index_stays() {
        let mut dx = Dx::new(1);
        let got = [1.0, 2.0, 2.0, f64::NAN, 2.0, 2.0].map(|x| dx.update(x, x, x));
        assert_eq!(got, [None, Some(100.0), Some(100.0), None, None, Some(0.0)]);
    }
}
