//! Ranges of numbers.

/// Above `low` (or from it on, when `closed`) and below `high`.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    low: f64,
    closed: bool,
    high: f64,
    /// What is allowed, for a reader.
    pub wanted: &'static str,
}

/// The first number above 1.
pub(super) const ABOVE_ONE: f64 = 1.0 + f64::EPSILON;

pub(super) const fn above(low: f64, high: f64, wanted: &'static str) -> Range {
    Range { low, closed: false, high, wanted }
}

pub(super) const fn from(low: f64, high: f64, wanted: &'static str) -> Range {
    Range { low, closed: true, high, wanted }
}

impl Range {
    /// Whether a number is allowed; NaN and infinity never are.
    pub(super) fn has(self, value: f64) -> bool {
        (if self.closed { value >= self.low } else { value > self.low }) && value < self.high
    }

    /// A number in it.
    pub(super) fn number(self, text: &str) -> Result<f64, String> {
        let value = text.parse::<f64>().ok().filter(|value| self.has(*value));
        value.ok_or_else(|| format!("use {}", self.wanted))
    }

    /// A number in it, 0 for off, or nothing where the text is `unset`.
    pub(super) fn limit(self, text: &str, unset: &str) -> Result<Option<f64>, String> {
        let is_off = text == super::NONE || text.parse() == Ok(0.0);
        match text {
            text if text == unset || is_off && unset == super::NONE => Ok(None),
            _ if is_off => Ok(Some(0.0)),
            text => self.number(text).map(Some),
        }
    }
}
