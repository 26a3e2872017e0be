//! Rate of change of a triple-smoothed average.
//!
//! `trix(t) = 100 · (e3(t) / e3(t−1) − 1)` with `e3 = ema(ema(ema(x, n), n), n)`. In percent, unknown when the older
//! average is 0. First value at bar 3(n − 1) + 1; memory decaying. Source: TA-Lib TRIX.

use serde::{Deserialize, Serialize};

use super::Roc;
use super::ema_chain::EmaChain;

/// Rate of change of a triple-smoothed average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trix {
    chain: EmaChain,
    roc: Roc,
}

impl Trix {
    /// Averages over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { chain: EmaChain::new(3, n), roc: Roc::new(1) }
    }

    /// Takes the newest value; gives the rate once two averages are known.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.roc.update(self.chain.update(value).unwrap_or(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_smoothing_it_is_the_rate_of_change() {
        let mut trix = Trix::new(1);
        assert_eq!(
            [4.0, 5.0, f64::NAN, 5.0, 10.0].map(|x| trix.update(x)),
            [None, Some(25.0), None, None, Some(100.0)]
        );
    }

    #[test]
    fn first_answer() {
        let mut trix = Trix::new(5);
        let got: Vec<_> = (0..20).map(|i| trix.update(100.0 + f64::from(i))).collect();
        assert_eq!(got.iter().position(Option::is_some), Some(13));
    }
}
