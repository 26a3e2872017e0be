//! How large a position is.

use std::fmt;
use std::str::FromStr;

use super::order::Quantity;

/// Size of a new position, in the form `units:100`, `notional:10000` or `equity:0.25`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sizing {
    /// This many units.
    Units(f64),
    /// This much currency, commission included.
    Notional(f64),
    /// This fraction of equity at the fill, commission included.
    Equity(f64),
}

/// A text that is no sizing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a sizing; use units:N, notional:AMOUNT or equity:FRACTION, each above 0 (equity at most 1)")]
pub struct InvalidSizing(pub String);

impl Sizing {
    /// 95 % of equity split over the symbols; the rest is headroom for positions that outgrow their share.
    #[must_use]
    pub fn split_evenly(symbols: usize) -> Self {
        Self::Equity(0.95 / symbols.max(1) as f64)
    }

    /// What to order when equity at the deciding close is this.
    #[must_use]
    pub fn quantity(self, equity: f64) -> Quantity {
        match self {
            Self::Units(units) => Quantity::Units(units),
            Self::Notional(amount) => Quantity::Value(amount),
            Self::Equity(fraction) => Quantity::Share { fraction, estimate: fraction * equity },
        }
    }
}

impl fmt::Display for Sizing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Units(units) => write!(f, "units:{units}"),
            Self::Notional(amount) => write!(f, "notional:{amount}"),
            Self::Equity(fraction) => write!(f, "equity:{fraction}"),
        }
    }
}

impl FromStr for Sizing {
    type Err = InvalidSizing;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidSizing(text.chars().take(60).collect());
        let (kind, amount) = text.split_once(':').ok_or_else(invalid)?;
        let amount: f64 = amount.parse().map_err(|_| invalid())?;
        if !amount.is_finite() || amount <= 0.0 {
            return Err(invalid());
        }
        match kind {
            "units" => Ok(Self::Units(amount)),
            "notional" => Ok(Self::Notional(amount)),
            "equity" if amount <= 1.0 => Ok(Self::Equity(amount)),
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_nonsense_is_refused() {
        for text in ["units:100", "notional:2500.5", "equity:0.25"] {
            assert_eq!(text.parse::<Sizing>().unwrap().to_string(), text);
        }
        for text in
            ["", "100", "units:", "units:0", "units:-1", "equity:1.5", "equity:nan", "notional:inf", "kelly:0.5"]
        {
            assert!(text.parse::<Sizing>().is_err(), "{text} must be refused");
        }
    }
}
