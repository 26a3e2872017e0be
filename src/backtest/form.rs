//! A configuration as serde writes it: settings by name, from the one table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BacktestError, Config, GivenSignal, Learned, ModelRef, Prediction, SignalSource};
use crate::domain::{Interval, Symbol, Ts, shown, suggestion};

/// A single value, of the kind that its text has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// true or false.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(String),
}

impl From<String> for Scalar {
    /// A number or a flag only where that reads as the same text again.
    fn from(text: String) -> Self {
        let flag = text.parse().ok().map(Self::Flag);
        let number =
            flag.or_else(|| text.parse().ok().map(Self::Whole)).or_else(|| text.parse().ok().map(Self::Number));
        match number.filter(|number| number.to_string() == text && !matches!(number, Self::Number(n) if !n.is_finite()))
        {
            Some(value) => value,
            None => Self::Text(text),
        }
    }
}

impl Scalar {
    /// As a value of a TOML file: text in quotes.
    #[must_use]
    pub fn toml(&self) -> String {
        match self {
            Self::Text(text) => toml::Value::from(text.as_str()).to_string(),
            other => other.to_string(),
        }
    }
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Whole(whole) => whole.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A configuration in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Written {
    strategies: Vec<String>,
    symbols: Vec<Symbol>,
    interval: Interval,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Ts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Ts>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    /// Every other key: the settings that are asked for.
    #[serde(flatten)]
    settings: BTreeMap<String, Scalar>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, Scalar>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<ModelRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    learned: Option<Learned>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    predictions: Vec<Prediction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SignalSource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signals: Vec<GivenSignal>,
}

/// Keys beside the settings.
const KEYS: [&str; 14] = [
    "strategies",
    "symbols",
    "interval",
    "from",
    "to",
    "name",
    "parent",
    "seed",
    "params",
    "model",
    "learned",
    "predictions",
    "source",
    "signals",
];

impl From<Config> for Written {
    fn from(config: Config) -> Self {
        let text = |setting: &super::Setting| Some((setting.name.to_string(), setting.text(&config)?.into()));
        Self {
            settings: Config::SETTINGS.iter().filter_map(text).collect(),
            strategies: config.strategies,
            symbols: config.symbols,
            interval: config.interval,
            from: config.from,
            to: config.to,
            name: config.name,
            parent: config.parent,
            seed: config.seed,
            params: config.params.into_iter().map(|(name, value)| (name, value.into())).collect(),
            model: config.model,
            learned: config.learned,
            predictions: config.predictions,
            source: config.source,
            signals: config.signals,
        }
    }
}

impl TryFrom<Written> for Config {
    type Error = BacktestError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let mut config = Self::new("", written.symbols, written.interval);
        for (name, value) in &written.settings {
            config.set(name, &value.to_string()).map_err(|error| match error {
                BacktestError::UnknownSetting { .. } => BacktestError::UnknownSetting {
                    name: shown(name),
                    hint: suggestion(name, KEYS.into_iter().chain(Self::SETTINGS.iter().map(|setting| setting.name))),
                },
                other => other,
            })?;
        }
        Ok(Self {
            strategies: written.strategies,
            from: written.from,
            to: written.to,
            name: written.name,
            parent: written.parent,
            seed: written.seed,
            params: written.params.into_iter().map(|(name, value)| (name, value.to_string())).collect(),
            model: written.model,
            learned: written.learned,
            predictions: written.predictions,
            source: written.source,
            signals: written.signals,
            ..config
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_is_asked_for_and_the_rest_is_the_default() {
        let text = "strategies = [\"sma_cross\"]\nsymbols = [\"M&M\"]\ninterval = \"1d\"\nfrom = \"2024-01-31\"\n\
                    capital = 5000\ncommission = \"in-delivery\"\n[params]\nfast = 5\n";
        let config: Config = toml::from_str(text).unwrap();
        let mut asked = Config::new("sma_cross", vec!["M&M".parse().unwrap()], Interval::D1);
        asked.from = Ts::parse("2024-01-31");
        asked.capital = 5000.0;
        asked.commission = "in-delivery".parse().unwrap();
        asked.params.insert("fast".into(), "5".into());
        assert_eq!(config, asked);
        assert_eq!(toml::from_str::<Config>(&toml::to_string(&asked).unwrap()).unwrap(), asked);
    }

    #[test]
    fn predictions_and_signals_survive_json() {
        let mut config = Config::new("signals", vec!["A".parse().unwrap()], Interval::D1);
        let (symbol, ts) = (config.symbols[0].clone(), Ts(5));
        let direction = Some(crate::trade::Direction::Short);
        config.signals = vec![GivenSignal { symbol: symbol.clone(), ts, direction, confidence: None }];
        let probability = f64::NAN;
        let unknown = Prediction {
            symbol,
            ts,
            probability,
            side: None,
            label: None,
            forward_return: None,
            latency_ms: Some(1.5),
        };
        config.predictions = vec![Prediction { probability: 0.1 + 0.2, ..unknown.clone() }];
        let back =
            |config: &Config| -> Config { serde_json::from_str(&serde_json::to_string(config).unwrap()).unwrap() };
        assert_eq!(back(&config), config);
        config.predictions = vec![unknown];
        assert!(back(&config).predictions[0].probability.is_nan());
    }

    #[test]
    fn unknown_keys_and_wrong_values_are_refused() {
        let refusal = |line: &str| {
            let text = format!("strategies = []\nsymbols = []\ninterval = \"1d\"\n{line}\n");
            toml::from_str::<Config>(&text).unwrap_err().to_string()
        };
        assert!(refusal("stop_los = 1").contains("did you mean 'stop_loss'?"));
        assert!(refusal("predictons = 1").contains("did you mean 'predictions'?"));
        assert!(refusal("capital = -1").contains("use an amount above 0"));
    }

    #[test]
    fn values_are_of_the_kind_that_reads_as_the_same_text() {
        let kind = |text: &str| Scalar::from(text.to_string());
        assert_eq!(kind("5"), Scalar::Whole(5));
        assert_eq!(kind("0.25"), Scalar::Number(0.25));
        assert_eq!(kind("true"), Scalar::Flag(true));
        for text in ["007", "1e5", "inf", "NaN", "+1", "in-delivery"] {
            assert_eq!(kind(text), Scalar::Text(text.into()));
        }
        assert_eq!(kind("a \"b\"").toml(), "'a \"b\"'");
    }
}
