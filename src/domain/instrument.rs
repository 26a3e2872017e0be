//! Instrument names.

use std::fmt;
use std::str::FromStr;

use super::names::shown;

/// A symbol as its source writes it: 1 to 32 of `A-Z a-z 0-9 . _ - & ^ / = : + ! #`, starting with none of `-/.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(String);

/// A text that can't be a symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a symbol; use 1 to 32 letters, digits or . _ - & ^ / = : + ! #")]
pub struct InvalidSymbol(pub String);

impl Symbol {
    /// Longest symbol, in characters.
    pub const MAX_LEN: usize = 32;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Symbol {
    type Err = InvalidSymbol;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-&^/=:+!#".contains(c);
        let first_ok = text.chars().next().is_some_and(|c| !"-/.".contains(c));
        if first_ok && text.len() <= Self::MAX_LEN && text.chars().all(allowed) {
            Ok(Self(text.to_string()))
        } else {
            Err(InvalidSymbol(shown(text)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_names_pass_and_sql_does_not() {
        for good in ["GOOG", "BTC-PERP", "M&M", "^NSEI", "BRK.B", "EUR/USD", "ES=F"] {
            assert_eq!(good.parse::<Symbol>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "x'; DROP TABLE bars; --", "..", "-rf", "a\"b", &"x".repeat(33)] {
            assert!(bad.parse::<Symbol>().is_err(), "{bad} must be refused");
        }
    }
}
