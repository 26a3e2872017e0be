//! Highest and lowest value of a window.
//!
//! The largest, or smallest, of the last n values. Unit of the input. First value at bar n − 1; memory finite, n
//! bars. Source: TA-Lib MAX and MIN.

use serde::{Deserialize, Serialize};

use super::extreme::Extreme;

/// Highest of the last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Highest {
    extreme: Extreme,
}

impl Highest {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { extreme: Extreme::highest(n) }
    }

    /// Takes the newest value; gives the highest once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.extreme.update(value)
    }
}

/// Lowest of the last `n` values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lowest {
    extreme: Extreme,
}

impl Lowest {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { extreme: Extreme::lowest(n) }
    }

    /// Takes the newest value; gives the lowest once `n` known values follow each other.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.extreme.update(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (mut highest, mut lowest) = (Highest::new(2), Lowest::new(2));
        let values = [3.0, 5.0, 4.0, 1.0];
        assert_eq!(values.map(|x| highest.update(x)), [None, Some(5.0), Some(5.0), Some(4.0)]);
        assert_eq!(values.map(|x| lowest.update(x)), [None, Some(3.0), Some(4.0), Some(1.0)]);
    }
}
