//! Chande's momentum oscillator, in TA-Lib's form with Wilder's smoothing.
//!
//! With gains and losses averaged as in `changes`, `cmo = 100 · (gain − loss) / (gain + loss)`, and 0 when both are 0.
//! From −100 to 100. First value at bar n; memory decaying. Source: TA-Lib CMO.

use serde::{Deserialize, Serialize};

use super::changes::Changes;

/// Chande's momentum oscillator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cmo {
    changes: Changes,
}

impl Cmo {
    /// Over `n` changes; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { changes: Changes::new(n) }
    }

    /// Takes the newest value; gives the oscillator once `n` changes were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let averages = self.changes.update(value)?;
        let both = averages.gain + averages.loss;
        Some(if both == 0.0 { 0.0 } else { 100.0 * ((averages.gain - averages.loss) / both) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Averages 1 and 0.5, then 2 and 0.25.
        let mut cmo = Cmo::new(2);
        let got = [10.0, 12.0, 11.0, 14.0].map(|x| cmo.update(x));
        assert_eq!(got[..2], [None, None]);
        assert!((got[2].unwrap() - 100.0 / 3.0).abs() < 1e-12);
        assert!((got[3].unwrap() - 700.0 / 9.0).abs() < 1e-12);
        let mut flat = Cmo::new(1);
        assert_eq!([5.0; 2].map(|x| flat.update(x)), [None, Some(0.0)]);
    }
}
