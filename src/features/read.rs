//! Reading a set's TOML: records with their lines, and what is wrong with one of them by itself.

use serde::Deserialize;
use toml::Spanned;

use super::asof::{AsOf, JOINED};
use super::error::{FeatureError, Result};
use super::expression::{BAR_COLUMNS, Expression, SENTIMENT};
use super::kernel::KernelSpec;
use super::record::{Definition, Role};
use super::set::{BAR_NUMBER, KEYS};
use super::window::Window;

/// Words that DuckDB reserves.
const RESERVED: &str = "anti asof at authorization bigint binary by collation concurrently cross current date double \
    following freeze full glob ilike inner is isnull join lag lead left like natural notnull outer over overlaps \
    partition positional preceding range right row rows semi similar tablesample unbounded unpack verbose \
    cs_rank cs_zscore finite all analyse analyze and any array as asc asymmetric both case cast check collate column \
    constraint create default deferrable desc describe distinct do else end except false fetch for foreign from group \
    having in initially intersect into lambda lateral leading limit not null offset on only or order pivot \
    pivot_longer pivot_wider placing primary qualify references returning select show some summarize symmetric table \
    then to trailing true union unique unpivot using variadic when where window with";

/// Names that the generated script uses for itself.
const TAKEN: [&str; 8] = ["close_ts", "session_date", SENTIMENT, BAR_NUMBER, "member", "fresh", "staged", "bar"];

/// A set as written, names and definitions checked one by one.
pub(super) struct Read {
    pub name: String,
    pub about: String,
    pub extends: Option<String>,
    pub universe: Option<String>,
    pub joins: Vec<AsOf>,
    pub records: Vec<Record>,
}

/// One feature as written.
#[derive(Clone)]
pub(super) struct Record {
    pub name: String,
    pub definition: Definition,
    pub unit: String,
    pub role: Role,
    pub about: String,
    pub source: String,
    pub place: Place,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub origin: String,
    pub line: usize,
}

impl Place {
    pub(super) fn wrong(&self, reason: impl Into<String>) -> FeatureError {
        FeatureError::Set { origin: self.origin.clone(), line: self.line, reason: reason.into() }
    }

    fn feature(&self, name: &str, reason: &str) -> FeatureError {
        self.wrong(format!("feature '{}': {reason}", shorten(name)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    name: Spanned<String>,
    about: String,
    extends: Option<Spanned<String>>,
    universe: Option<Spanned<String>>,
    #[serde(default)]
    asof: Vec<Spanned<RawAsOf>>,
    #[serde(default)]
    feature: Vec<RawFeature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAsOf {
    name: String,
    symbol: Option<String>,
    interval: Option<String>,
    max_age_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFeature {
    name: Spanned<String>,
    definition: Spanned<toml::Table>,
    unit: String,
    role: Role,
    #[serde(default)]
    about: String,
    #[serde(default)]
    source: String,
}

/// Reads a set; `origin` names it in errors.
pub(super) fn read(origin: &str, text: &str) -> Result<Read> {
    let place = |offset: usize| Place { origin: shorten(origin), line: line(text, offset) };
    let raw: RawSet = toml::from_str(text)
        .map_err(|error| place(error.span().map_or(0, |span| span.start)).wrong(error.message().replace('\n', "; ")))?;
    check_name(raw.name.get_ref()).map_err(|reason| place(raw.name.span().start).wrong(reason))?;
    if let Some(universe) = &raw.universe
        && (universe.get_ref().is_empty() || universe.get_ref().chars().any(char::is_control))
    {
        return Err(
            place(universe.span().start).wrong("universe must be the name of one, as 'ws ingest universe' took")
        );
    }
    let mut joins: Vec<AsOf> = Vec::new();
    for join in raw.asof {
        let here = place(join.span().start);
        let join = read_join(join.into_inner()).map_err(|reason| here.wrong(reason))?;
        if joins.iter().any(|known| known.name == join.name) {
            return Err(here.wrong(format!("the as-of name '{}' is used twice", join.name)));
        }
        joins.push(join);
    }
    let mut records = Vec::with_capacity(raw.feature.len());
    for feature in raw.feature {
        let at_name = place(feature.name.span().start);
        let at_definition = place(feature.definition.span().start);
        let RawFeature { name, definition, unit, role, about, source } = feature;
        let name = name.into_inner();
        let is_kernel = definition.get_ref().contains_key("kernel");
        check_feature_name(&name, is_kernel).map_err(|reason| at_name.feature(&name, &reason))?;
        let definition =
            read_definition(definition.into_inner()).map_err(|reason| at_definition.feature(&name, &reason))?;
        records.push(Record { name, definition, unit, role, about, source, place: at_definition });
    }
    Ok(Read {
        name: raw.name.into_inner(),
        about: raw.about,
        extends: raw.extends.map(Spanned::into_inner),
        universe: raw.universe.map(Spanned::into_inner),
        joins,
        records,
    })
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// What a user typed, short enough for a message.
pub(super) fn shorten(text: &str) -> String {
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

fn check_feature_name(name: &str, is_kernel: bool) -> std::result::Result<(), String> {
    check_name(name)?;
    if RESERVED.split_whitespace().any(|word| word == name) {
        return Err("the name is a word of SQL; choose another".into());
    }
    if KEYS.contains(&name) || TAKEN.contains(&name) || name.starts_with("step_") {
        return Err("the name is that of a key or input column; choose another".into());
    }
    if Window::named(name).is_ok_and(|window| window.is_some()) {
        return Err("the name is that of a window; choose another".into());
    }
    if is_kernel && BAR_COLUMNS.contains(&name) {
        return Err("a kernel can't be named like a column of the bar; choose another name".into());
    }
    Ok(())
}

fn read_join(raw: RawAsOf) -> std::result::Result<AsOf, String> {
    check_name(&raw.name)?;
    if BAR_COLUMNS.contains(&raw.name.as_str()) || raw.name == SENTIMENT {
        return Err(format!("the as-of name '{}' is that of a column; choose another", raw.name));
    }
    let symbol = raw.symbol.map(|text| text.parse()).transpose();
    let symbol = symbol.map_err(|error| format!("as-of '{}': {error}", raw.name))?;
    let interval = raw.interval.map(|text| text.parse()).transpose();
    let interval = interval.map_err(|error| format!("as-of '{}': {error}", raw.name))?;
    if symbol.is_none() && interval.is_none() {
        return Err(format!(
            "as-of '{}' must name another symbol or interval; its columns are {}",
            raw.name,
            JOINED.map(|column| format!("{}_{column}", raw.name)).join(", ")
        ));
    }
    Ok(AsOf { name: raw.name, symbol, interval, max_age_days: raw.max_age_days })
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
    let spec = KernelSpec::parse(table)?;
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
