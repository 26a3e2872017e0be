//! Typed, documented parameters: one table gives checking, defaults and help.

use std::collections::BTreeMap;

use crate::domain::{shown, suggestion};

/// One parameter of a strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParamSpec {
    /// Name in commands and tables.
    pub name: &'static str,
    /// Value when not given.
    pub default: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Whether only whole numbers are allowed.
    pub whole: bool,
    /// Unit, as it reads after a number.
    pub unit: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// The longest average a strategy may ask for, in bars; keeps memory an asset small.
const LONGEST: f64 = 100_000.0;

/// What is wrong with given parameters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ParamError {
    /// Not a parameter of this strategy.
    #[error("unknown parameter '{name}'; {hint}")]
    Unknown {
        /// What was given.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// Not a number, or out of range.
    #[error("parameter {name}={value}: use {wanted}")]
    Invalid {
        /// Parameter.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        wanted: String,
    },
    /// Each is in range, but not together.
    #[error("{0}")]
    Conflict(String),
}

/// Checked values, one for each parameter of a strategy, defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Params(Vec<(&'static str, f64)>);

impl Params {
    /// Checks given texts against the table and fills in defaults.
    ///
    /// # Errors
    /// An unknown name, a text that is no number, a number out of range.
    pub fn check(specs: &'static [ParamSpec], given: &BTreeMap<String, String>) -> Result<Self, ParamError> {
        if let Some(name) = given.keys().find(|name| specs.iter().all(|spec| spec.name != *name)) {
            let hint = suggestion(name, specs.iter().map(|spec| spec.name));
            return Err(ParamError::Unknown { name: shown(name), hint });
        }
        let value = |spec: &ParamSpec| given.get(spec.name).map_or(Ok(spec.default), |text| spec.parse(text));
        specs.iter().map(|spec| Ok((spec.name, value(spec)?))).collect::<Result<_, _>>().map(Self)
    }

    /// Every value by name, in table order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.0.iter().copied()
    }

    /// The value of a parameter of the table these were checked against; NaN for any other name.
    #[must_use]
    pub fn get(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, value)| *value)
    }

    /// The value of a whole-number parameter.
    #[must_use]
    pub fn whole(&self, name: &str) -> u32 {
        // In range by the table; a float cast saturates and takes NaN to 0.
        self.get(name) as u32
    }
}

impl ParamSpec {
    /// A whole number within `range`, bounds included.
    #[must_use]
    pub const fn whole(
        name: &'static str,
        default: f64,
        range: (f64, f64),
        unit: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, default, min: range.0, max: range.1, whole: true, unit, doc }
    }

    /// Any number within `range`, bounds included.
    #[must_use]
    pub const fn number(
        name: &'static str,
        default: f64,
        range: (f64, f64),
        unit: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { name, default, min: range.0, max: range.1, whole: false, unit, doc }
    }

    /// A length in bars of at least `min`; where that is 0, 0 switches off what it belongs to.
    #[must_use]
    pub const fn bars(name: &'static str, default: f64, min: f64, doc: &'static str) -> Self {
        Self::whole(name, default, (min, LONGEST), "bars", doc)
    }

    /// Off (0) or on (1).
    #[must_use]
    pub const fn switch(name: &'static str, default: f64, doc: &'static str) -> Self {
        Self::whole(name, default, (0.0, 1.0), "", doc)
    }

    fn parse(&self, text: &str) -> Result<f64, ParamError> {
        let value = text.trim().parse::<f64>().ok().filter(|value| (self.min..=self.max).contains(value));
        value.filter(|value| !self.whole || value.fract() == 0.0).ok_or_else(|| ParamError::Invalid {
            name: self.name,
            value: shown(text),
            wanted: self.range(),
        })
    }

    /// What values are allowed, for a reader.
    #[must_use]
    pub fn range(&self) -> String {
        let kind = if self.whole { "a whole number" } else { "a number" };
        format!("{kind} from {} to {}", self.min, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: &[ParamSpec] = &[
        ParamSpec::whole("fast", 10.0, (1.0, 1000.0), "bars", "length"),
        ParamSpec::number("threshold", 0.6, (0.0, 1.0), "", "probability"),
    ];

    fn check(name: &str, value: &str) -> Result<Params, ParamError> {
        Params::check(SPECS, &BTreeMap::from([(name.to_string(), value.to_string())]))
    }

    #[test]
    fn defaults_fill_in_and_given_values_win() {
        let params = check("fast", "12").unwrap();
        assert_eq!(params.iter().collect::<Vec<_>>(), [("fast", 12.0), ("threshold", 0.6)]);
        assert_eq!(params.whole("fast"), 12);
    }

    #[test]
    fn bad_values_are_refused_with_what_is_allowed() {
        for value in ["", "x", "0", "1001", "1.5", "nan", "inf", "1e9"] {
            let error = check("fast", value).unwrap_err().to_string();
            assert_eq!(error, format!("parameter fast={value}: use a whole number from 1 to 1000"));
        }
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        assert_eq!(check("fats", "1").unwrap_err().to_string(), "unknown parameter 'fats'; did you mean 'fast'?");
        assert_eq!(check("length", "1").unwrap_err().to_string(), "unknown parameter 'length'; known: fast, threshold");
    }
}
