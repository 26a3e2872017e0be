//! Averages of exponential averages: DEMA, TEMA, T3.
//!
//! With `e1 = ema(x, n)` and `e(i+1) = ema(e(i), n)`, each seeded by the mean of the first n values it sees:
//! - `dema = 2·e1 − e2`, from bar 2(n − 1);
//! - `tema = 3·e1 − 3·e2 + e3`, from bar 3(n − 1);
//! - `t3 = c1·e6 + c2·e5 + c3·e4 + c4·e3` with `c1 = −v³`, `c2 = 3v² + 3v³`, `c3 = −6v² − 3v − 3v³`,
//!   `c4 = 1 + 3v + 3v² + v³`, from bar 6(n − 1).
//!
//! Unit of the input; memory decaying. Source: TA-Lib DEMA, TEMA and T3.

use serde::{Deserialize, Serialize};

use super::Ema;

/// Exponential averages, each of the one before it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EmaChain {
    links: Vec<Ema>,
}

impl EmaChain {
    /// `links` averages over `n` bars each.
    pub(super) fn new(links: usize, n: usize) -> Self {
        Self { links: vec![Ema::new(n); links] }
    }

    /// Takes the newest value; gives the last average once it is known.
    pub(super) fn update(&mut self, value: f64) -> Option<f64> {
        // An average without an answer hands on an unknown value, so that all after it start again together.
        let last = self.links.iter_mut().fold(value, |value, link| link.update(value).unwrap_or(f64::NAN));
        last.is_finite().then_some(last)
    }

    /// Sum of the averages from number `first` (counted from 0) on, times their weights.
    fn weigh(&self, first: usize, weights: &[f64]) -> Option<f64> {
        let averages = self.links.get(first..)?.iter();
        averages.zip(weights).try_fold(0.0, |sum, (link, weight)| Some(sum + weight * link.value()?))
    }
}

/// Double exponential moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dema {
    chain: EmaChain,
}

impl Dema {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { chain: EmaChain::new(2, n) }
    }

    /// Takes the newest value; gives the average once `2n − 1` known values were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.chain.update(value)?;
        self.chain.weigh(0, &[2.0, -1.0])
    }
}

/// Triple exponential moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tema {
    chain: EmaChain,
}

impl Tema {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { chain: EmaChain::new(3, n) }
    }

    /// Takes the newest value; gives the average once `3n − 2` known values were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.chain.update(value)?;
        self.chain.weigh(0, &[3.0, -3.0, 1.0])
    }
}

/// Tillson's T3 moving average.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct T3 {
    chain: EmaChain,
    weights: [f64; 4],
}

impl T3 {
    /// Over `n` bars (0 counts as 1) with volume factor `v`, usually 0.7.
    #[must_use]
    pub fn new(n: usize, v: f64) -> Self {
        let (square, cube) = (v * v, v * v * v);
        let weights = [
            1.0 + 3.0 * v + 3.0 * square + cube,
            -6.0 * square - 3.0 * v - 3.0 * cube,
            3.0 * square + 3.0 * cube,
            -cube,
        ];
        Self { chain: EmaChain::new(6, n), weights }
    }

    /// Takes the newest value; gives the average once `6n − 5` known values were seen.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.chain.update(value)?;
        self.chain.weigh(2, &self.weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dema_by_hand() {
        // n = 3, weight 1/2. e1 from bar 2: 2, 4, 6; e2 at bar 4: 4.
        let mut dema = Dema::new(3);
        let got = [1.0, 2.0, 3.0, 6.0, 8.0].map(|x| dema.update(x));
        assert_eq!(got, [None, None, None, None, Some(8.0)]);
    }

    #[test]
    fn first_answers_and_a_flat_series() {
        let (mut dema, mut tema, mut t3) = (Dema::new(4), Tema::new(4), T3::new(4, 0.7));
        let first = |got: &mut dyn FnMut() -> Option<f64>| (0..30).position(|_| got().is_some());
        assert_eq!(first(&mut || dema.update(2.0)), Some(6));
        assert_eq!(first(&mut || tema.update(2.0)), Some(9));
        assert_eq!(first(&mut || t3.update(2.0)), Some(18));
        assert!((t3.update(2.0).unwrap() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn all_links_start_again_after_an_unknown_value() {
        let mut dema = Dema::new(2);
        let got = [1.0, 1.0, 1.0, f64::NAN, 5.0, 5.0, 5.0].map(|x| dema.update(x));
        assert_eq!(got, [None, None, Some(1.0), None, None, None, Some(5.0)]);
    }
}
