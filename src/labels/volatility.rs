//! Barriers that move with the market: multiples of a trailing volatility.
//!
//! `σ_t` is the sample standard deviation (n − 1) of the `vol_window` close-to-close log returns that end at bar t, so it
//! is known at the decision's close and needs `vol_window + 1` closes. A return over a night or a weekend counts as one.
//! The barriers of the bet are `take_profit · σ_t` and `stop_loss · σ_t`, fractions of the entry price.
//!
//! The width is a multiple of the volatility **of one bar**, whatever the horizon: that is how chapter 3 of López de
//! Prado sets its barriers (there a multiple of daily volatility, for a vertical barrier any number of days away).
//! Whoever wants it to grow with the horizon multiplies by the square root himself.
//!
//! No bet while σ is unknown or below 1e-9, which is what rounding leaves of prices that don't move. A loss barrier of
//! 100 % or more is never touched.
//!
//! Source: M. López de Prado, *Advances in Financial Machine Learning* (2018), chapter 3 (dynamic thresholds); there the
//! deviation is exponentially weighted, which never forgets, here it is a window, so that a label has a finite past.

use serde::{Deserialize, Serialize};

use super::error::{LabelError, whole_within};
use super::triple_barrier::MAX_HORIZON;
use crate::domain::Bars;
use crate::domain::bet::Width;

/// Smallest multiple of volatility: below, every bar touches a barrier.
const MIN_MULTIPLE: f64 = 0.001;

/// Longest trailing window, in bars.
pub const MAX_WINDOW: usize = 10_000;
/// Largest multiple; beyond it nothing is ever touched.
const MAX_MULTIPLE: f64 = 1e3;

/// Barriers as multiples of volatility.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Volatility {
    /// Profit at which to leave, in volatilities; default 2.
    pub take_profit: f64,
    /// Loss at which to leave, in volatilities; default 1.
    pub stop_loss: f64,
    /// Bars to wait for either, the entry bar counted; default 8.
    pub horizon: usize,
    /// Returns the volatility is taken from; default 20.
    pub vol_window: usize,
}

impl Default for Volatility {
    fn default() -> Self {
        Self { take_profit: 2.0, stop_loss: 1.0, horizon: 8, vol_window: 20 }
    }
}

impl Volatility {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Which one can't be used, and the rule.
    pub fn check(&self) -> Result<(), LabelError> {
        for (name, value) in [("take_profit", self.take_profit), ("stop_loss", self.stop_loss)] {
            if !(MIN_MULTIPLE..=MAX_MULTIPLE).contains(&value) {
                let rule = format!("a multiple of volatility is from {MIN_MULTIPLE} to {MAX_MULTIPLE}");
                return Err(LabelError::Parameter { name, value: value.to_string(), rule });
            }
        }
        whole_within("horizon", self.horizon, 1, MAX_HORIZON)?;
        whole_within("vol_window", self.vol_window, 2, MAX_WINDOW)
    }

    /// Name of the label set: `vol_<take profit>_<stop loss>_<horizon>_w<window>`, for example `vol_2_1_8_w20`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("vol_{}_{}_{}_w{}", self.take_profit, self.stop_loss, self.horizon, self.vol_window)
    }

    /// σ by bar; `None` where it is unknown or none.
    pub(super) fn trailing(&self, bars: &Bars) -> Vec<Option<f64>> {
        let returns: Vec<f64> = bars.close.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect();
        let window = self.vol_window;
        (0..bars.len()).map(|t| deviation(returns.get(t.checked_sub(window)?..t)?)).collect()
    }
}

/// Sample standard deviation, in two passes over the window alone: the same window gives the same number, whatever
/// came before it.
fn deviation(returns: &[f64]) -> Option<f64> {
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let squares: f64 = returns.iter().map(|value| (value - mean) * (value - mean)).sum();
    let sigma = (squares / (n - 1.0)).sqrt();
    (sigma.is_finite() && sigma >= Width::NO_VOLATILITY).then_some(sigma)
}
