//! Welch's t test of two means, and the paired t test.
//!
//! Welch (1947): `t = (m_a - m_b) / sqrt(v_a / n_a + v_b / n_b)` with the degrees of freedom of Satterthwaite,
//! `(q_a + q_b)^2 / (q_a^2 / (n_a - 1) + q_b^2 / (n_b - 1))` for `q = v / n`; it takes the series for independent.
//! Paired: the mean of the differences against their standard error, `n - 1` degrees of freedom; it takes the differences
//! of one day for independent of those of the next. Probabilities are two-sided, intervals hold 95 %.

use serde::Serialize;

use super::moments::moments;
use super::student::{quantile, two_sided};

/// Outcome of a t test of a difference in means against none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TTest {
    /// Test statistic.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided probability of a statistic at least as far from 0 were there no difference.
    pub p: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
}

impl TTest {
    fn of(difference: f64, error: f64, df: f64) -> Option<Self> {
        let t = difference / error;
        let reach = quantile(0.975, df) * error;
        let found = Self { t, df, p: two_sided(t, df), low: difference - reach, high: difference + reach };
        [found.t, found.df, found.p, found.low, found.high].iter().all(|value| value.is_finite()).then_some(found)
    }
}

/// Welch's test of the mean of `a` against that of `b`; `None` for fewer than two values or without variance.
#[must_use]
pub fn welch(a: &[f64], b: &[f64]) -> Option<TTest> {
    let (left, right) = (moments(a)?, moments(b)?);
    if left.n < 2 || right.n < 2 || left.deviation.or(right.deviation).is_none() {
        return None;
    }
    // A series without variance adds none to the error.
    let share = |deviation: Option<f64>, n: usize| deviation.unwrap_or(0.0).powi(2) / n as f64;
    let (qa, qb) = (share(left.deviation, left.n), share(right.deviation, right.n));
    let df = (qa + qb).powi(2) / (qa * qa / (left.n as f64 - 1.0) + qb * qb / (right.n as f64 - 1.0));
    TTest::of(left.mean - right.mean, (qa + qb).sqrt(), df)
}

/// The paired test of `a - b`; `None` for unequal lengths, fewer than two pairs or differences without variance.
#[must_use]
pub fn paired(a: &[f64], b: &[f64]) -> Option<TTest> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
    let found = moments(&differences)?;
    let n = found.n as f64;
    TTest::of(found.mean, found.deviation? / n.sqrt(), n - 1.0)
}
