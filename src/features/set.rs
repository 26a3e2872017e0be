//! Feature sets: what they are called, what they hold, and what they say of their features.
//!
//! A set is a TOML text: `name`, `about` and a list of `[[feature]]` records {name, definition, unit, role, about,
//! source}. The definition is `{ kernel = .., .. }` or `{ expression = ".." }`. `extends` takes over the features of a
//! built-in set, `[[asof]]` joins other series ([`AsOf`]), `universe` says whom cross-sections compare. Built-in sets
//! are the files of `sql/features/`; any other is loaded by its path.

use std::path::Path;

use super::asof::AsOf;
use super::error::{FeatureError, Result};
use super::expression::SENTIMENT;
use super::order;
use super::read::{self, Place, shorten};
use super::record::{Definition, Feature};
use crate::domain::fingerprint::Fingerprint;
use crate::store::embedded;

/// Counts up whenever kernels or generated SQL change what a set means, so that its hash changes, too.
const GENERATOR_VERSION: i64 = 2;

/// Columns of the features table that are no features.
pub(super) const KEYS: [&str; 3] = ["symbol", "interval", "ts"];

/// Number of the bar in its series, from 0.
pub(super) const BAR_NUMBER: &str = "bar_n";

/// A checked feature set.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSet {
    name: String,
    about: String,
    text: String,
    hash: String,
    universe: Option<String>,
    joins: Vec<AsOf>,
    features: Vec<Feature>,
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
            let place = Place { origin: shorten(name), line: 1 };
            return if taken { Err(place.wrong(reason())) } else { Ok(set) };
        }
        let text = builtin(name).ok_or_else(|| FeatureError::UnknownSet {
            name: shorten(name),
            known: Self::known().map(Into::into).collect(),
        })?;
        Self::parse(name, text)
    }

    /// Names of the built-in sets.
    pub fn known() -> impl Iterator<Item = &'static str> {
        embedded::FEATURE_SETS.iter().map(|(file, _)| file.trim_end_matches(".toml"))
    }

    /// Reads and checks a set; `origin` names it in errors.
    ///
    /// # Errors
    /// TOML of another shape, and features that can't be used, each with its line and reason.
    pub fn parse(origin: &str, text: &str) -> Result<Self> {
        let mut read = read::read(origin, text)?;
        let first = Place { origin: shorten(origin), line: 1 };
        let extends = Place { origin: shorten(origin), line: line_of(text, "extends", "") };
        let mut print = Fingerprint::new();
        print.i64(GENERATOR_VERSION);
        let mut records = Vec::new();
        if let Some(base) = &read.extends {
            let text = builtin(base).filter(|_| *base != read.name).ok_or_else(|| {
                let known = Self::known().collect::<Vec<_>>().join(", ");
                extends.wrong(format!("extends = '{}': no built-in set is called so; there are {known}", shorten(base)))
            })?;
            let base = read::read(base, text)?;
            if base.extends.is_some() || !base.joins.is_empty() {
                return Err(
                    extends.wrong("it extends a set that joins or extends others; only plain sets can be extended")
                );
            }
            print.text(text);
            records = base.records;
        }
        records.append(&mut read.records);
        if records.is_empty() {
            return Err(first.wrong("it has no [[feature]]"));
        }
        let features = order::complete(records, &read.joins)?;
        print.text(text);
        let set = Self::of(read, text, print.finish(), features);
        set.refuse_unused(&shorten(origin))?;
        Ok(set)
    }

    fn of(read: read::Read, text: &str, hash: String, features: Vec<Feature>) -> Self {
        let (name, about, universe, joins) = (read.name, read.about, read.universe, read.joins);
        Self { name, about, text: text.to_string(), hash, universe, joins, features }
    }

    /// Nothing that a set says is taken and ignored.
    fn refuse_unused(&self, origin: &str) -> Result<()> {
        let place = |key, value| Place { origin: origin.to_string(), line: line_of(&self.text, key, value) };
        if self.universe.is_some() && !self.is_across() {
            return Err(place("universe", "")
                .wrong("it names a universe and compares no symbols; leave it out, or use cs_rank or peers"));
        }
        let read = self.joined_columns();
        match self.joins.iter().find(|join| !read.iter().any(|(_, used, _)| used.name == join.name)) {
            Some(join) => Err(place("name", &join.name)
                .wrong(format!("nothing reads the columns of as-of '{}', such as {0}_close", join.name))),
            None => Ok(()),
        }
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

    /// Other series it joins.
    #[must_use]
    pub fn joins(&self) -> &[AsOf] {
        &self.joins
    }

    /// Whom its cross-sections compare; `None` is every symbol.
    #[must_use]
    pub fn universe(&self) -> Option<&str> {
        self.universe.as_deref()
    }

    /// Index of the first bar at which every feature can have a value.
    #[must_use]
    pub fn warmup(&self) -> usize {
        self.features.iter().map(|feature| feature.warmup).max().unwrap_or(0)
    }

    /// How many bars before the newest must be at hand, with their kernels, to compute its row.
    #[must_use]
    pub fn context(&self) -> usize {
        self.features.iter().map(|feature| feature.context).max().unwrap_or(0)
    }

    /// Whether a feature compares symbols with each other.
    #[must_use]
    pub fn is_across(&self) -> bool {
        self.expressions().any(|(_, expression)| expression.is_across())
    }

    /// How many features compare symbols with each other.
    pub(super) fn comparisons(&self) -> usize {
        self.features.iter().filter(|feature| feature.is_across()).count()
    }

    /// Whether a feature reads the sentiment score.
    #[must_use]
    pub fn reads_sentiment(&self) -> bool {
        self.reads(SENTIMENT)
    }

    fn reads(&self, column: &str) -> bool {
        self.expressions().any(|(_, expression)| expression.columns().iter().any(|name| name == column))
    }

    /// Features that are expressions.
    pub(super) fn expressions(&self) -> impl Iterator<Item = (&Feature, &super::Expression)> {
        self.features.iter().filter_map(|feature| match &feature.definition {
            Definition::Expression(expression) => Some((feature, expression)),
            Definition::Kernel { .. } => None,
        })
    }

    /// As-of columns that are read: their name, the join, and its column.
    pub(super) fn joined_columns(&self) -> Vec<(String, &AsOf, &'static str)> {
        let mut columns: Vec<(String, &AsOf, &'static str)> = Vec::new();
        let named = |name: &str| self.features.iter().any(|feature| feature.name == name);
        for name in self.expressions().flat_map(|(_, expression)| expression.columns()) {
            let join = self.joins.iter().find_map(|join| Some((join, join.column(name)?)));
            if let Some((join, column)) = join
                && !named(name)
                && !columns.iter().any(|(known, ..)| known == name)
            {
                columns.push((name.clone(), join, column));
            }
        }
        columns
    }
}

fn builtin(name: &str) -> Option<&'static str> {
    embedded::FEATURE_SETS.iter().find(|(file, _)| file.trim_end_matches(".toml") == name).map(|(_, text)| *text)
}

/// The first line that sets a key, to a text that contains `value`; 1 when there is none.
fn line_of(text: &str, key: &str, value: &str) -> usize {
    let sets = |line: &str| {
        line.split_once('=')
            .is_some_and(|(found, rest)| found.trim() == key && (value.is_empty() || rest.contains(value)))
    };
    text.lines().position(sets).map_or(1, |at| at + 1)
}
