//! Configuration: defaults < file < environment < flags. Files are TOML and refuse unknown keys.
//!
//! ```toml
//! db = "research.duckdb"
//! [backtest]              # any setting of `ws backtest --help`, with underscores
//! capital = 100000
//! commission = "in-delivery"
//! slippage_bps = 5
//! stop_loss = 0.02
//! [windows]               # for `--window` of `ws campaign` and `ws evaluate`; ends are not included
//! crash = { from = "2020-02-20", to = "2020-04-08" }
//! ```

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::backtest::{self, BacktestError, Scalar, Setting};
use crate::domain::Windows;

/// Settled configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Store to use.
    pub db: Option<PathBuf>,
    /// Defaults of backtests.
    pub backtest: BacktestDefaults,
    /// Windows of time by name.
    pub windows: Windows,
}

/// Defaults of backtests, each a row of [`backtest::Config::SETTINGS`] with its text; flags beat them.
#[derive(Debug, Clone, Default)]
pub struct BacktestDefaults(Vec<(&'static Setting, String)>);

impl BacktestDefaults {
    /// Sets them.
    ///
    /// # Errors
    /// None for those of a file, which were checked when it was read.
    pub fn apply(&self, config: &mut backtest::Config) -> Result<(), BacktestError> {
        self.0.iter().try_for_each(|(setting, text)| setting.set(config, text))
    }
}

impl<'de> Deserialize<'de> for BacktestDefaults {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Defaults)
    }
}

/// Reads settings one by one, so that what is wrong is told with its line.
struct Defaults;

impl<'de> Visitor<'de> for Defaults {
    type Value = BacktestDefaults;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut given: Vec<(&'static Setting, String)> = Vec::new();
        while let Some(Key(setting)) = map.next_key()? {
            let text = map.next_value_seed(Value(setting))?;
            let conflict = |one: &Setting, other: &Setting| one.flag.and_then(|flag| flag.conflict) == Some(other.name);
            if let Some((other, _)) =
                given.iter().find(|(other, _)| conflict(setting, other) || conflict(other, setting))
            {
                let (one, other) = (setting.name, other.name);
                return Err(A::Error::custom(format!("{one} and {other} say the same; give one of them")));
            }
            given.push((setting, text));
        }
        Ok(BacktestDefaults(given))
    }
}

/// A key of `[backtest]`.
struct Key(&'static Setting);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let setting = backtest::Config::setting(&String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        match setting.flag {
            Some(_) => Ok(Self(setting)),
            None => Err(D::Error::custom(format!("{} is no default: give --{}", setting.name, setting.flag_name()))),
        }
    }
}

/// The value of a setting, as text.
struct Value(&'static Setting);

impl<'de> DeserializeSeed<'de> for Value {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let text = Scalar::deserialize(deserializer)?.to_string();
        self.0
            .check_text(&text)
            .map(|()| text)
            .map_err(|problem| D::Error::custom(format!("{}: {problem}", self.0.name)))
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
        assert!(error.contains("did you mean 'capital'?"), "{error}");
    }

    fn refusal(text: &str) -> String {
        toml::from_str::<Config>(text).unwrap_err().to_string()
    }

    #[test]
    fn every_setting_of_a_backtest_can_have_a_default() {
        let text = "[backtest]\ncapital = 5\ncosts = \"flat:20\"\nstop_loss = 0.01\nsquare_off = false\n\
                    halts = \"A,2024-01-01,2024-01-02\"\n";
        let config: Config = toml::from_str(text).unwrap();
        let mut asked = backtest::Config::new("sma_cross", vec!["A".parse().unwrap()], crate::domain::Interval::D1);
        config.backtest.apply(&mut asked).unwrap();
        assert_eq!((asked.capital, asked.stop_loss, asked.square_off), (5.0, Some(0.01), Some(false)));
        assert_eq!((asked.commission.to_string().as_str(), asked.halts.len()), ("flat:20", 1));
        assert_eq!(asked.risk_free_rate, 0.02, "what the file does not say is the default");
    }

    #[test]
    fn windows_have_names() {
        let config: Config =
            toml::from_str("[windows]\ncrash = { from = \"2020-02-20\", to = \"2020-04-08\" }\n").unwrap();
        assert!(config.windows.find("crash").is_ok());
        let error = refusal("[windows]\ncrash = { from = \"2020-02-20\", to = \"2020-01-01\" }\n");
        assert!(error.contains("line 2") && error.contains("is empty"), "{error}");
    }

    #[test]
    fn wrong_values_are_refused_with_their_line() {
        let error = refusal("[backtest]\nwarmup = 10\ncapital = -5\n");
        assert!(error.contains("line 3") && error.contains("use an amount above 0"), "{error}");
        assert!(refusal("[backtest]\ncommission = 0.1\ncosts = \"flat:1\"\n").contains("say the same"));
        assert!(refusal("[backtest]\nin_sample = true\n").contains("give --in-sample"));
    }
}
