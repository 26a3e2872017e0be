//! A value of a parameter, as text and back without losing a bit.
//!
//! `Display` and `FromStr` are inverse: `5` is an int, `5.0` and `1e-5` are floats, `true` and `false` bools, all else is
//! text. Text that would read as another kind is written as a JSON string (`"5"`). Store this text rather than JSON
//! numbers, which readers may round in the last digit.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A value that a parameter takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A name.
    Text(String),
}

/// A value for every active parameter, by name.
pub type Assignment = BTreeMap<String, Value>;

impl Value {
    /// The number it is, if it is one.
    #[must_use]
    pub const fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    /// What text without quotes stands for.
    fn bare(text: &str) -> Self {
        if let Ok(value) = text.parse() {
            Self::Bool(value)
        } else if let Ok(value) = text.parse() {
            Self::Int(value)
        } else if let Ok(value) = text.parse() {
            Self::Float(value)
        } else {
            Self::Text(text.to_owned())
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => f.pad(if *value { "true" } else { "false" }),
            Self::Int(value) => f.pad(&value.to_string()),
            // Debug keeps the point of whole floats and every digit that matters.
            Self::Float(value) => f.pad(&format!("{value:?}")),
            Self::Text(text) if text.starts_with('"') || !matches!(Self::bare(text), Self::Text(_)) => {
                f.pad(&serde_json::Value::from(text.as_str()).to_string())
            }
            Self::Text(text) => f.pad(text),
        }
    }
}

impl FromStr for Value {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let quoted = text.starts_with('"').then(|| serde_json::from_str::<String>(text).ok()).flatten();
        Ok(quoted.map_or_else(|| Self::bare(text), Self::Text))
    }
}
