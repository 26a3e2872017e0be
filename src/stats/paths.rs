//! What a path of returns comes to.
//!
//! The account starts at 1 and is multiplied by `max(0, 1 + r)` each step: more than everything can't be lost. With its
//! highest value so far as peak (the start included), drawdown is `value / peak - 1`. `CAGR = growth^(1 / years) - 1`;
//! Sharpe is `sqrt(P) mean(r - rf) / deviation` over the steps, with `P` steps a year and `rf` a step.

use super::error::{StatsError, checked};
use super::moments::LEAST_DEVIATION;

/// What a path is measured with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathScale {
    /// Years the path takes.
    pub years: f64,
    /// Steps a year.
    pub periods_per_year: f64,
    /// Risk-free return of a step, a fraction.
    pub risk_free: f64,
}

/// Outcome of a path; NaN is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathStats {
    /// Growth minus 1, a fraction.
    pub total_return: f64,
    /// Growth a year minus 1, a fraction; unknown when the path takes no time.
    pub cagr: f64,
    /// Deepest drawdown at a step's end, a fraction up to 0.
    pub max_drawdown: f64,
    /// Sharpe ratio a year; unknown without variance.
    pub sharpe: f64,
}

/// Walks a path, telling `see` the account's value after each step.
pub(super) fn walk(returns: &[f64], scale: &PathScale, mut see: impl FnMut(usize, f64)) -> PathStats {
    let (mut value, mut peak, mut deepest) = (1.0f64, 1.0f64, 0.0f64);
    // Sums around the first return, so that a common level costs no digits.
    let base = returns.first().copied().unwrap_or(0.0);
    let (mut sum, mut squares) = (0.0, 0.0);
    for (step, change) in returns.iter().enumerate() {
        value *= (1.0 + change).max(0.0);
        if value > peak {
            peak = value;
        } else {
            deepest = deepest.min(value / peak - 1.0);
        }
        let off = change - base;
        sum += off;
        squares += off * off;
        see(step, value);
    }
    let n = returns.len() as f64;
    let deviation = ((squares - sum * sum / n) / (n - 1.0)).max(0.0).sqrt();
    let excess = base + sum / n - scale.risk_free;
    let sharpe = scale.periods_per_year.sqrt() * excess / deviation;
    let cagr = value.powf(scale.years.recip()) - 1.0;
    PathStats {
        total_return: value - 1.0,
        cagr: if cagr.is_finite() && scale.years > 0.0 { cagr } else { f64::NAN },
        max_drawdown: deepest,
        sharpe: if deviation > LEAST_DEVIATION && sharpe.is_finite() { sharpe } else { f64::NAN },
    }
}

/// Outcome of a path of returns.
#[must_use]
pub fn path_stats(returns: &[f64], scale: &PathScale) -> PathStats {
    walk(returns, scale, |_, _| {})
}

/// The account's value before the first and after each step, from 1.
#[must_use]
pub fn growth_curve(returns: &[f64]) -> Vec<f64> {
    let grow = |value: &mut f64, change: &f64| {
        *value *= (1.0 + change).max(0.0);
        Some(*value)
    };
    std::iter::once(1.0).chain(returns.iter().scan(1.0, grow)).collect()
}

/// Profits and losses in order of exit as returns, each against the account that the trades before it had left.
///
/// Their product is what the trades made of the capital. Trades that were open side by side are taken one after another.
///
/// # Errors
/// Amounts or capital that are no finite numbers, and an account that was used up before the last trade.
pub fn trade_returns(pnls: &[f64], capital: f64) -> Result<Vec<f64>, StatsError> {
    checked(&[capital], 1)?;
    checked(pnls, 0)?;
    let mut account = capital;
    let mut returns = Vec::with_capacity(pnls.len());
    for (index, pnl) in pnls.iter().enumerate() {
        if account <= 0.0 {
            return Err(StatsError::Ruined { trade: index });
        }
        returns.push(pnl / account);
        account += pnl;
    }
    Ok(returns)
}
