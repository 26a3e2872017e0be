//! `[space]`: what is searched.
//!
//! ```toml
//! [space]
//! fast  = { int = [5, 50] }
//! slow  = { int = [20, 200], step = 5 }
//! alpha = { float = [1e-3, 1e3], log = true }
//! entry = { choice = ["market", "limit:0.001"] }
//! depth = { int = [1, 4], when = { entry = ["market"] } }
//! account.stop_loss = { float = [0.005, 0.1], points = 5 }
//! ```
//!
//! A table with `int`, `float` or `choice` is a parameter; any other is a prefix of names.

use std::collections::BTreeMap;

use super::error::SpecError;
use super::section::{Section, Source, scalar};
use crate::search::{Condition, Dimension, Domain, Space, Value};
use toml::de::DeValue;

/// The searched parameters, and the line of each.
#[derive(Debug, Clone)]
pub struct Searched {
    /// What they are.
    pub space: Space,
    /// Where they stand.
    pub lines: BTreeMap<String, usize>,
}

const KINDS: [&str; 3] = ["int", "float", "choice"];

/// Reads the table.
pub fn read(section: &Section<'_>) -> Result<Searched, SpecError> {
    let mut found = Vec::new();
    collect(section, "", &mut found)?;
    if found.is_empty() {
        return Err(section.source.wrong(&section.at, "[space] is empty: name at least one parameter to search"));
    }
    let found = in_order(found);
    let lines = found.iter().map(|(dimension, line)| (dimension.name.clone(), *line)).collect::<BTreeMap<_, _>>();
    let dimensions = found.into_iter().map(|(dimension, _)| dimension).collect();
    let space = Space::new(dimensions).map_err(|error| SpecError {
        origin: section.source.origin.to_string(),
        line: lines.get(error.dimension()).copied().unwrap_or(1),
        reason: error.to_string(),
    })?;
    Ok(Searched { space, lines })
}

/// Parameters that others wait for come first; the rest stays in the order of the text.
fn in_order(found: Vec<(Dimension, usize)>) -> Vec<(Dimension, usize)> {
    let (mut left, mut placed): (Vec<_>, Vec<(Dimension, usize)>) = (found, Vec::new());
    while let Some(next) = left.iter().position(|(dimension, _)| {
        let parent = dimension.when.as_ref().map(|when| when.param.as_str());
        parent.is_none_or(|parent| placed.iter().any(|(placed, _)| placed.name == parent))
    }) {
        placed.push(left.remove(next));
    }
    // What waits for a parameter that never comes is refused by the space itself.
    placed.extend(left);
    placed
}

fn collect(section: &Section<'_>, prefix: &str, into: &mut Vec<(Dimension, usize)>) -> Result<(), SpecError> {
    for entry in section.entries() {
        let name = format!("{prefix}{}", entry.key);
        let DeValue::Table(table) = entry.value.get_ref() else {
            return Err(section.wrong(
                entry.key,
                format!("'{name}' must be a table: {{ int = [low, high] }}, {{ float = [low, high] }} or {{ choice = [..] }}"),
            ));
        };
        let inner = Section::new(section.source, &format!("space.{name}"), entry.at.clone(), table);
        if KINDS.iter().any(|kind| table.contains_key(*kind)) {
            let line = section.source.line(&entry.at);
            into.push((dimension(&inner, name)?, line));
        } else if table.iter().next().is_some_and(|(_, value)| value.get_ref().is_table()) {
            collect(&inner, &format!("{name}."), into)?;
        } else {
            return Err(section.wrong(entry.key, format!("'{name}' needs int, float or choice with what to try")));
        }
    }
    Ok(())
}

fn dimension(section: &Section<'_>, name: String) -> Result<Dimension, SpecError> {
    let given: Vec<&str> = KINDS.into_iter().filter(|kind| section.has(kind)).collect();
    if let [first, second, ..] = given.as_slice() {
        return Err(section.wrong(second, format!("'{name}' has both {first} and {second}; give one")));
    }
    let domain = match given.first().copied() {
        Some("int") => int(section, &name)?,
        Some("float") => float(section, &name)?,
        _ => Domain::Categorical(section.values("choice")?),
    };
    let when = condition(section, &name)?;
    section.finish()?;
    Ok(Dimension { name, domain, when })
}

fn bounds(section: &Section<'_>, kind: &str, name: &str) -> Result<(Value, Value), SpecError> {
    match <[Value; 2]>::try_from(section.values(kind)?) {
        Ok([low, high]) => Ok((low, high)),
        Err(_) => Err(section.wrong(kind, format!("'{name}': {kind} must be [low, high]"))),
    }
}

fn int(section: &Section<'_>, name: &str) -> Result<Domain, SpecError> {
    let (Value::Int(low), Value::Int(high)) = bounds(section, "int", name)? else {
        return Err(section.wrong("int", format!("'{name}': int must be two whole numbers [low, high]")));
    };
    let step = section.whole("step", 1..=i64::MAX)?.unwrap_or(1);
    Ok(Domain::Int { low, high, step, log: section.flag("log")?.unwrap_or(false) })
}

fn float(section: &Section<'_>, name: &str) -> Result<Domain, SpecError> {
    let (low, high) = bounds(section, "float", name)?;
    let (Some(low), Some(high)) = (low.as_f64(), high.as_f64()) else {
        return Err(section.wrong("float", format!("'{name}': float must be two numbers [low, high]")));
    };
    let points = section.whole("points", 2..=1_000_000)?.map(|points| points as u32);
    Ok(Domain::Float { low, high, log: section.flag("log")?.unwrap_or(false), step: section.number("step")?, points })
}

fn condition(section: &Section<'_>, name: &str) -> Result<Option<Condition>, SpecError> {
    let Some(when) = section.section("when")? else { return Ok(None) };
    let wanted = || format!("'{name}': when must name one parameter and its values, as in {{ entry = [\"market\"] }}");
    match when.entries().as_slice() {
        [only] => {
            Ok(Some(Condition { param: only.key.to_string(), is: one_or_many(section.source, only.value, &wanted())? }))
        }
        _ => Err(section.wrong("when", wanted())),
    }
}

fn one_or_many(source: Source<'_>, value: &toml::Spanned<DeValue<'_>>, wanted: &str) -> Result<Vec<Value>, SpecError> {
    let refused = || source.wrong(&value.span(), wanted);
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| scalar(item.get_ref()).ok_or_else(refused)).collect(),
        other => scalar(other).map(|value| vec![value]).ok_or_else(refused),
    }
}
