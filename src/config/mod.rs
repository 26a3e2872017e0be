//! Configuration: defaults < file < environment < flags. Files are TOML and refuse unknown keys.
//!
//! ```toml
//! db = "research.duckdb"
//! [backtest]
//! capital = 100000.0
//! commission = 0.001
//! slippage_bps = 5.0
//! risk_free_rate = 0.02
//! ```

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Settled configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Store to use.
    pub db: Option<PathBuf>,
    /// Defaults of backtests.
    pub backtest: BacktestDefaults,
}

/// Defaults of backtests; flags beat them.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BacktestDefaults {
    /// Starting capital, in currency.
    pub capital: f64,
    /// Commission a side, as a fraction of the traded value.
    pub commission: f64,
    /// Slippage a side, in basis points of the price.
    pub slippage_bps: f64,
    /// Risk-free rate a year, as a fraction.
    pub risk_free_rate: f64,
}

impl Default for BacktestDefaults {
    fn default() -> Self {
        Self { capital: 100_000.0, commission: 0.001, slippage_bps: 5.0, risk_free_rate: 0.02 }
    }
}

/// A configuration file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It can't be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// It is wrong; the message has line and column.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        message: String,
    },
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// A missing file, a syntax error or an unknown key, with its place.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.into(), source })?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::Invalid { path: path.into(), message: error.to_string().trim().to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = toml::from_str::<Config>("[backtest]\ncapitol = 1.0\n").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("capitol"), "{error}");
        let config: Config = toml::from_str("[backtest]\ncapital = 5.0\n").unwrap();
        assert_eq!((config.backtest.capital, config.backtest.commission), (5.0, 0.001));
    }
}
