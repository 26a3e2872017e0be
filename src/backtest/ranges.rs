//! Ranges of settings.

use super::BacktestError;

/// A setting's range: above `low` (or at it, when `closed`) and below `high`.
#[derive(Clone, Copy)]
pub(super) struct Range {
    setting: &'static str,
    low: f64,
    closed: bool,
    high: f64,
    wanted: &'static str,
}

const fn above(setting: &'static str, low: f64, high: f64, wanted: &'static str) -> Range {
    Range { setting, low, closed: false, high, wanted }
}

const fn from(setting: &'static str, low: f64, high: f64, wanted: &'static str) -> Range {
    Range { setting, low, closed: true, high, wanted }
}

/// The first number above 1.
const ABOVE_ONE: f64 = 1.0 + f64::EPSILON;

pub(super) const CAPITAL: Range = above("capital", 0.0, 1e15, "an amount above 0 and up to 1e15");
pub(super) const COMMISSION: Range = from("commission", 0.0, 1.0, "a fraction from 0 to below 1 (0.001 is 0.10 %)");
pub(super) const SLIPPAGE_BPS: Range = from("slippage_bps", 0.0, 10_000.0, "basis points from 0 to below 10000");
pub(super) const BORROW_RATE: Range = from("borrow_rate", 0.0, 10.0, "a yearly fraction from 0 to below 10");
pub(super) const MARGIN: Range = above("margin", 0.0, ABOVE_ONE, "a fraction above 0 and up to 1 (1 is no leverage)");
pub(super) const MAINTENANCE: Range =
    above("maintenance", 0.0, 1.0, "a fraction above 0 and below the margin, or 0 for none");
pub(super) const VOLUME_CAP: Range =
    above("volume_cap", 0.0, ABOVE_ONE, "a fraction above 0 and up to 1, or 0 for none");
pub(super) const LOT: Range = from("lot", 1e-12, 1e12, "units from 1e-12 on, or 0 for any quantity");
pub(super) const TICK: Range = from("tick", 1e-12, 1e12, "a price step from 1e-12 on, or 0 for any price");
pub(super) const SYMBOL_CAP: Range = above("symbol_cap", 0.0, f64::INFINITY, "an amount above 0, or 0 for none");
pub(super) const MAX_DRAWDOWN: Range = above("max_drawdown", 0.0, 1.0, "a fraction above 0 and below 1, or 0 for none");
pub(super) const STOP_LOSS: Range =
    above("stop_loss", 0.0, 1.0, "a fraction above 0 and below 1 (0.02 is 2 %), or 0 for none");
pub(super) const TAKE_PROFIT: Range =
    above("take_profit", 0.0, 1_000.0, "a fraction above 0 (0.04 is 4 %), or 0 for none");
pub(super) const EXPOSURE_CAP: Range = above("exposure_cap", 0.0, f64::INFINITY, "an amount above 0, or 0 for none");
pub(super) const DAILY_LOSS_CAP: Range =
    above("daily_loss_cap", 0.0, 1.0, "a fraction above 0 and below 1, or 0 for none");
pub(super) const RISK_FREE: Range = above("risk_free_rate", -1.0, 1.0, "a yearly fraction between -1 and 1");

impl Range {
    /// What is allowed, for a reader.
    pub(super) fn wanted(self) -> &'static str {
        self.wanted
    }

    /// `value` when it is allowed; NaN and infinity never are.
    pub(super) fn check(self, value: f64) -> Result<f64, BacktestError> {
        let low_ok = if self.closed { value >= self.low } else { value > self.low };
        if low_ok && value < self.high {
            return Ok(value);
        }
        Err(BacktestError::Setting { setting: self.setting, value, wanted: self.wanted })
    }

    /// A guard: as given, off when given as 0, else its default.
    pub(super) fn guard(self, given: Option<f64>, default: Option<f64>) -> Result<Option<f64>, BacktestError> {
        match given {
            Some(0.0) => Ok(None),
            Some(value) => self.check(value).map(Some),
            None => Ok(default),
        }
    }
}
