//! Feature sets: reading them, checking them, and what they say of their features.
//!
//! A set is a TOML text: `name`, `about` and an ordered list of `[[feature]]` records {name, definition, unit, role,
//! about, source}. The definition is `{ kernel = .., .. }` or `{ expression = ".." }`. Built-in sets are the files of
//! `sql/features/`; any other is loaded by its path.

use std::path::Path;

use serde::Deserialize;

use super::error::{FeatureError, Result};
use super::expression::{BAR_COLUMNS, Expression, SENTIMENT};
use super::kernel::KernelSpec;
use super::record::{Definition, Feature, Memory, Role};
use crate::domain::fingerprint::Fingerprint;
use crate::store::embedded;

/// Counts up whenever kernels or generated SQL change what a set means, so that its hash changes, too.
const GENERATOR_VERSION: i64 = 1;

/// Columns of the features table that are no features.
pub(super) const KEYS: [&str; 3] = ["symbol", "interval", "ts"];

/// Number of the bar in its series, from 0.
pub(super) const BAR_NUMBER: &str = "bar_n";

/// Words that DuckDB reserves.
const RESERVED: &str = "all analyse analyze and any array as asc asymmetric both case cast check collate column \
    constraint create default deferrable desc describe distinct do else end except false fetch for foreign from group \
    having in initially intersect into lambda lateral leading limit not null offset on only or order pivot \
    pivot_longer pivot_wider placing primary qualify references returning select show some summarize symmetric table \
    then to trailing true union unique unpivot using variadic when where window with";

/// A checked feature set.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSet {
    name: String,
    about: String,
    text: String,
    hash: String,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    name: String,
    about: String,
    #[serde(default)]
    feature: Vec<RawFeature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFeature {
    name: String,
    definition: toml::Table,
    unit: String,
    role: Role,
    about: String,
    source: String,
}

impl RawFeature {
    /// Whether it is a column of the bar under its own name: the same before and after its place in the set.
    fn is_column(&self) -> bool {
        self.definition.get("expression").and_then(toml::Value::as_str) == Some(self.name.as_str())
    }
}

impl FeatureSet {
    /// The built-in set of this name, or the set in this file when the name ends in `.toml`.
    ///
    /// # Errors
    /// An unknown name (the message lists the known ones), an unreadable file, or a set that can't be used.
    pub fn load(name: &str) -> Result<Self> {
        let path = Path::new(name);
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(path)
                .map_err(|source| FeatureError::Read { path: path.to_path_buf(), source })?;
            let set = Self::parse(name, &text)?;
            let taken = builtin(&set.name).is_some_and(|known| known != text);
            let reason = || format!("the name '{}' is that of a built-in set; choose another", set.name);
            return if taken { Err(FeatureError::Set { origin: name.into(), reason: reason() }) } else { Ok(set) };
        }
        let text = builtin(name)
            .ok_or_else(|| FeatureError::UnknownSet { name: shorten(name), known: Self::known().collect() })?;
        Self::parse(name, text)
    }

    /// Names of the built-in sets.
    pub fn known() -> impl Iterator<Item = &'static str> {
        embedded::FEATURE_SETS.iter().map(|(file, _)| file.trim_end_matches(".toml"))
    }

    /// Reads and checks a set; `origin` names it in errors.
    ///
    /// # Errors
    /// TOML of another shape, and features that can't be used, each with its place and reason.
    pub fn parse(origin: &str, text: &str) -> Result<Self> {
        let origin = shorten(origin);
        let raw: RawSet = toml::from_str(text)
            .map_err(|source| FeatureError::Toml { origin: origin.clone(), source: Box::new(source) })?;
        check_name(&raw.name).map_err(|reason| FeatureError::Set { origin: origin.clone(), reason })?;
        if raw.feature.is_empty() {
            let reason = "it has no [[feature]]".to_string();
            return Err(FeatureError::Set { origin, reason });
        }
        let named: Vec<String> =
            raw.feature.iter().filter(|raw| !raw.is_column()).map(|raw| raw.name.clone()).collect();
        let mut features: Vec<Feature> = Vec::with_capacity(raw.feature.len());
        for record in raw.feature {
            let feature = record.name.clone();
            let checked = check_feature(record, &features, &named);
            features.push(checked.map_err(|reason| FeatureError::Feature {
                origin: origin.clone(),
                feature,
                reason,
            })?);
        }
        let mut print = Fingerprint::new();
        print.i64(GENERATOR_VERSION);
        print.text(text);
        Ok(Self { name: raw.name, about: raw.about, text: text.to_string(), hash: print.finish(), features })
    }

    /// Name of the set.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the set is for, in one line.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The set as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Table of its values: `features_<name>`, keyed by symbol, interval, ts.
    #[must_use]
    pub fn table(&self) -> String {
        format!("features_{}", self.name)
    }

    /// Feature columns in order.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        self.features.iter().map(|feature| feature.name.as_str()).collect()
    }

    /// SHA-256 of definitions and generator: what models and runs store as feature-set hash.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The features in order.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Index of the first bar at which every feature can have a value.
    #[must_use]
    pub fn warmup(&self) -> usize {
        self.features.iter().map(|feature| feature.warmup).max().unwrap_or(0)
    }
}

fn builtin(name: &str) -> Option<&'static str> {
    embedded::FEATURE_SETS.iter().find(|(file, _)| file.trim_end_matches(".toml") == name).map(|(_, text)| *text)
}

/// What a user typed, short enough for a message.
fn shorten(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Names of sets and features become names of tables and columns.
fn check_name(name: &str) -> std::result::Result<(), String> {
    let letters = name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
    if !letters || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.len() > 60 {
        return Err(format!("'{}' is no usable name; use a-z, then a-z 0-9 _, at most 60", shorten(name)));
    }
    Ok(())
}

fn check_feature(raw: RawFeature, earlier: &[Feature], named: &[String]) -> std::result::Result<Feature, String> {
    check_name(&raw.name)?;
    if RESERVED.split_whitespace().any(|word| word == raw.name) {
        return Err("the name is a word of SQL; choose another".into());
    }
    if KEYS.contains(&raw.name.as_str())
        || ["close_ts", "session_date", SENTIMENT, BAR_NUMBER].contains(&raw.name.as_str())
    {
        return Err("the name is that of a key or input column; choose another".into());
    }
    if earlier.iter().any(|feature| feature.name == raw.name) {
        return Err("the name is used twice".into());
    }
    let definition = read_definition(raw.definition)?;
    let (warmup, memory) = match &definition {
        Definition::Kernel { spec, .. } if BAR_COLUMNS.contains(&raw.name.as_str()) => {
            return Err(format!("{spec} can't be named like a column of the bar; choose another name"));
        }
        Definition::Kernel { spec, .. } => (spec.warmup(), spec.memory()),
        Definition::Expression(expression) => reach(expression, &raw.name, earlier, named)?,
    };
    let RawFeature { name, unit, role, about, source, .. } = raw;
    Ok(Feature { name, definition, unit, role, about, source, warmup, memory })
}

fn read_definition(mut table: toml::Table) -> std::result::Result<Definition, String> {
    if let Some(expression) = table.remove("expression") {
        let text = expression.as_str().ok_or("the expression must be a text")?;
        return match table.keys().next() {
            None => Ok(Definition::Expression(Expression::parse(text)?)),
            Some(other) => Err(format!("'{other}' doesn't go with an expression")),
        };
    }
    let output = table.remove("output");
    let spec: KernelSpec = table.try_into().map_err(|error: toml::de::Error| error.message().to_string())?;
    spec.check()?;
    let outputs = spec.outputs();
    let output = match (&output, outputs) {
        (None, [_]) => Some(0),
        (Some(name), [_, _, ..]) => outputs.iter().position(|known| name.as_str() == Some(known)),
        _ => None,
    };
    let wanted = || match outputs {
        [_] => format!("{spec} has one output; leave 'output' out"),
        _ => format!("{spec} has several outputs; add output = one of {}", outputs.join(", ")),
    };
    Ok(Definition::Kernel { spec, output: output.ok_or_else(wanted)? })
}

/// Warm-up and memory of an expression: its own windows on top of what its columns need. `named` are the features of
/// the whole set that give a name a new meaning.
fn reach(
    expression: &Expression,
    name: &str,
    earlier: &[Feature],
    named: &[String],
) -> std::result::Result<(usize, Memory), String> {
    let (mut warmup, mut memory) = (0, Memory::Finite(1));
    for column in expression.columns() {
        if let Some(feature) = earlier.iter().find(|feature| feature.name == *column) {
            warmup = warmup.max(feature.warmup);
            memory = memory.max(feature.memory);
        } else if column != name && named.contains(column) {
            return Err(format!("it reads '{column}', which comes later in the set; move it up"));
        } else if !BAR_COLUMNS.contains(&column.as_str()) && column != SENTIMENT {
            let known: Vec<&str> = earlier.iter().map(|feature| feature.name.as_str()).collect();
            return Err(format!(
                "unknown column '{column}'; there are {}, {SENTIMENT} and the features before it: {}",
                BAR_COLUMNS.join(", "),
                if known.is_empty() { "none".to_string() } else { known.join(", ") }
            ));
        }
    }
    let memory = match memory {
        Memory::Finite(bars) => Memory::Finite(bars + expression.back()),
        further => further,
    };
    Ok((warmup + expression.warmup(), memory))
}
