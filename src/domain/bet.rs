//! When a bet is left: what labels judge it by, and what a model that learned them is traded with.
//!
//! A bet is entered at the open after its decision. It is left at a gain of `take_profit` or a loss of `stop_loss`, both
//! fractions of the entry price, whichever comes first; else at the open after `horizon` bars, the entry bar counted; else,
//! where it is bounded by its session, at the close of the last bar of the session it was entered in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a barrier is from the entry price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Width {
    /// A fraction of the entry price.
    Fraction(f64),
    /// A multiple of the volatility of a bar at the decision: the sample standard deviation (n - 1) of the last `window` log
    /// returns from close to close, the newest being that of the deciding bar.
    Volatility {
        /// Multiple, above 0.
        multiple: f64,
        /// Returns, at least 2.
        window: usize,
    },
}

impl Width {
    /// Volatility of a bar below which there is none: what rounding leaves of prices that do not move.
    pub const NO_VOLATILITY: f64 = 1e-9;

    /// Returns that it rests on, where it rests on volatility.
    #[must_use]
    pub const fn window(self) -> Option<usize> {
        match self {
            Self::Fraction(_) => None,
            Self::Volatility { window, .. } => Some(window),
        }
    }
}

impl fmt::Display for Width {
    /// `0.02`, or `1.5 x volatility of 20 returns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(fraction) => write!(f, "{fraction}"),
            Self::Volatility { multiple, window } => write!(f, "{multiple} x volatility of {window} returns"),
        }
    }
}

/// When a bet is left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetTerms {
    /// Gain at which it is left; `None` is no target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_profit: Option<Width>,
    /// Loss at which it is left; `None` is no stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_loss: Option<Width>,
    /// Bars it is held at most, the entry bar counted; at least 1.
    pub horizon: usize,
    /// Whether it ends with the session of its entry bar.
    #[serde(default)]
    pub session_bounded: bool,
}

impl BetTerms {
    /// Closes that must be known before a decision, so that every width is: 0 where none rests on volatility.
    #[must_use]
    pub fn closes(&self) -> usize {
        let windows = [self.take_profit, self.stop_loss].into_iter().flatten().filter_map(Width::window);
        windows.max().map_or(0, |returns| returns + 1)
    }
}

impl fmt::Display for BetTerms {
    /// `target 0.05, stop 0.02, 8 bars`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, width) in [("target", self.take_profit), ("stop", self.stop_loss)] {
            match width {
                Some(width) => write!(f, "{name} {width}, ")?,
                None => write!(f, "no {name}, ")?,
            }
        }
        write!(f, "{} {}", self.horizon, if self.horizon == 1 { "bar" } else { "bars" })?;
        if self.session_bounded { write!(f, ", not beyond the session") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_read_as_they_are_written() {
        let fixed = BetTerms {
            take_profit: Some(Width::Fraction(0.05)),
            stop_loss: Some(Width::Fraction(0.02)),
            horizon: 8,
            session_bounded: false,
        };
        let scaled = Width::Volatility { multiple: 1.5, window: 20 };
        let bounded = BetTerms { take_profit: None, stop_loss: Some(scaled), horizon: 1, session_bounded: true };
        assert_eq!(fixed.to_string(), "target 0.05, stop 0.02, 8 bars");
        let text = "no target, stop 1.5 x volatility of 20 returns, 1 bar, not beyond the session";
        assert_eq!((bounded.to_string().as_str(), fixed.closes(), bounded.closes()), (text, 0, 21));
        for terms in [fixed, bounded] {
            let json = serde_json::to_string(&terms).unwrap();
            assert_eq!(serde_json::from_str::<BetTerms>(&json).unwrap(), terms, "{json}");
        }
        assert!(serde_json::from_str::<BetTerms>(r#"{"horizon": 8, "stop": {"fraction": 0.02}}"#).is_err());
        assert!(serde_json::from_str::<BetTerms>(r#"{"take_profit": {"fraction": 0.02}}"#).is_err());
    }
}
