//! How long blocks should be for the stationary bootstrap of a mean, from the data.
//!
//! Politis and White (2004), "Automatic block-length selection for the dependent bootstrap", with the correction of
//! Patton, Politis and White (2009). With autocovariances `R(k)` and the flat-top window `w(s)` (1 up to 1/2, then
//! `2 (1 - |s|)` down to 0 at 1):
//!
//! ```text
//! G = sum w(k / M) |k| R(k)      g = sum w(k / M) R(k)      over k = -M .. M
//! length = (2 G^2 / (2 g^2))^(1/3) n^(1/3), within 1 .. min(3 sqrt n, n / 3)
//! ```
//!
//! `M` is twice the first lag, at least 1, from which 5 correlations in a row stay within `2 sqrt(log10(n) / n)` of 0, and
//! at most `ceil(sqrt n) + 5`. The correlation at a lag is scaled by the variances of the two parts that overlap there,
//! which matters for short series only.

use super::moments::{mean, moments};

/// Autocorrelations in a row that must be negligible.
const IN_A_ROW: usize = 5;

/// The mean block length; 1 for a series too short or without variance, whose days need no company.
#[must_use]
pub fn block_length(values: &[f64]) -> f64 {
    let n = values.len();
    // Needs a row of lags, and room for two blocks.
    if n < 2 * IN_A_ROW || moments(values).and_then(|found| found.deviation).is_none() {
        return 1.0;
    }
    let count = n as f64;
    let longest = count.sqrt().ceil() as usize + IN_A_ROW;
    let centre = mean(values);
    let centred: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let lags: Vec<Lag> = (0..=longest.min(n - 1)).map(|lag| Lag::of(&centred, lag)).collect();
    let reach = bandwidth(&lags, count).min(lags.len() - 1);
    let (mut weighted, mut spectrum) = (0.0, lags[0].covariance);
    for (lag, Lag { covariance, .. }) in lags.iter().enumerate().take(reach + 1).skip(1) {
        let share = lag as f64 / reach as f64;
        let window = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        weighted += 2.0 * window * lag as f64 * covariance;
        spectrum += 2.0 * window * covariance;
    }
    let most = (3.0 * count.sqrt()).min(count / 3.0).ceil();
    let length = (weighted * weighted / (spectrum * spectrum)).cbrt() * count.cbrt();
    // A spectrum of 0 at frequency 0 asks for blocks without end.
    if length.is_nan() { 1.0 } else { length.clamp(1.0, most) }
}

/// What a centred series has to do with itself some days earlier.
struct Lag {
    /// Sum of products over all days, divided by the number of days.
    covariance: f64,
    /// The same scaled by what overlaps; NaN where nothing varies.
    correlation: f64,
}

impl Lag {
    fn of(centred: &[f64], lag: usize) -> Self {
        let (late, early) = (&centred[lag..], &centred[..centred.len() - lag]);
        let product: f64 = late.iter().zip(early).map(|(a, b)| a * b).sum();
        let squares = |part: &[f64]| part.iter().map(|value| value * value).sum::<f64>();
        let scale = (squares(late) * squares(early)).sqrt();
        Self { covariance: product / centred.len() as f64, correlation: product / scale }
    }
}

/// Lags that the window reaches over.
fn bandwidth(lags: &[Lag], n: f64) -> usize {
    let bound = 2.0 * (n.log10() / n).sqrt();
    let is_small = |lag: &Lag| lag.correlation.abs() < bound;
    let first = (1..lags.len()).find(|&from| {
        let row = lags.get(from..from + IN_A_ROW);
        row.is_some_and(|row| row.iter().all(is_small))
    });
    first.map_or(lags.len() - 1, |lag| 2 * lag)
}
