//! The order in which features can be computed, and what follows from it: warm-up, memory, steps.
//!
//! A set may list its features in any order; each is computed after those it reads. A name means the feature of that
//! name, and only inside the feature itself, and where no feature is called so, the bar's column.

use std::collections::HashMap;

use super::asof::AsOf;
use super::error::{FeatureError, Result};
use super::expression::{BAR_COLUMNS, Expression, SENTIMENT};
use super::read::{Place, Record};
use super::record::{Definition, Feature, Memory};
use super::set::BAR_NUMBER;
use crate::domain::suggestion;

/// Most features of a set.
const MOST: usize = 1_000;

/// Most bars that features over features may look back together.
const FARTHEST: usize = 100_000;

/// Completes the records of a set, in the order given.
///
/// # Errors
/// Unknown columns, names used twice, and features that depend on themselves; each with its place.
pub(super) fn complete(records: Vec<Record>, joins: &[AsOf]) -> Result<Vec<Feature>> {
    if let Some(record) = records.get(MOST) {
        return Err(wrong(record, &format!("a set has at most {MOST} features")));
    }
    let mut index = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        if let Some(earlier) = index.insert(record.name.as_str(), at) {
            let other: &Record = &records[earlier];
            let Place { origin, line } = &other.place;
            return Err(wrong(record, &format!("the name is used twice, first at {origin}:{line}")));
        }
        if joins.iter().any(|join| join.column(&record.name).is_some()) {
            return Err(wrong(record, "the name is that of an as-of column; choose another"));
        }
    }
    let mut order = Order { records: &records, index, joins, reached: vec![None; records.len()], path: Vec::new() };
    for at in 0..records.len() {
        order.visit(at)?;
    }
    let reached = std::mem::take(&mut order.reached);
    drop(order);
    let reached = reached.into_iter().map(Option::unwrap_or_default);
    Ok(records
        .into_iter()
        .zip(reached)
        .map(|(record, reach)| {
            let Record { name, definition, unit, role, about, source, place } = record;
            let Reach { warmup, memory, context, level } = reach;
            Feature { name, definition, unit, role, about, source, warmup, memory, context, level, line: place.line }
        })
        .collect())
}

fn wrong(record: &Record, reason: &str) -> FeatureError {
    record.place.wrong(format!("feature '{}': {reason}", record.name))
}

/// What follows from a definition.
#[derive(Clone, Copy)]
struct Reach {
    warmup: usize,
    memory: Memory,
    context: usize,
    level: usize,
}

impl Default for Reach {
    fn default() -> Self {
        Self { warmup: 0, memory: Memory::Finite(1), context: 0, level: 0 }
    }
}

struct Order<'a> {
    records: &'a [Record],
    index: HashMap<&'a str, usize>,
    joins: &'a [AsOf],
    reached: Vec<Option<Reach>>,
    path: Vec<usize>,
}

impl Order<'_> {
    fn visit(&mut self, at: usize) -> Result<Reach> {
        if let Some(known) = self.reached[at] {
            return Ok(known);
        }
        let record = &self.records[at];
        if let Some(start) = self.path.iter().position(|earlier| *earlier == at) {
            let names = self.path[start..].iter().chain([&at]).map(|at| self.records[*at].name.as_str());
            let cycle = names.collect::<Vec<_>>().join(" -> ");
            return Err(wrong(record, &format!("it depends on itself: {cycle}")));
        }
        self.path.push(at);
        let reach = match &record.definition {
            Definition::Kernel { spec, .. } => {
                Reach { warmup: spec.warmup(), memory: spec.memory(), ..Reach::default() }
            }
            Definition::Expression(expression) => self.expression(record, expression)?,
        };
        self.path.pop();
        self.reached[at] = Some(reach);
        Ok(reach)
    }

    /// Its own windows on top of what its columns need.
    fn expression(&mut self, record: &Record, expression: &Expression) -> Result<Reach> {
        let mut reach = Reach::default();
        if expression.is_column(&record.name) && BAR_COLUMNS.contains(&record.name.as_str()) {
            return Ok(reach);
        }
        for column in expression.columns() {
            let other = self.index.get(column.as_str()).copied();
            match other.filter(|_| *column != record.name || !BAR_COLUMNS.contains(&column.as_str())) {
                Some(other) => {
                    let below = self.visit(other)?;
                    reach.warmup = reach.warmup.max(below.warmup);
                    reach.memory = reach.memory.and(below.memory);
                    reach.context = reach.context.max(below.context);
                    reach.level = reach.level.max(below.level);
                }
                None if column == BAR_NUMBER => reach.memory = Memory::Anchored,
                None => self.check_column(record, column)?,
            }
        }
        reach.warmup += expression.warmup();
        reach.memory = reach.memory.behind(expression.back());
        reach.context += expression.back();
        if reach.context > FARTHEST {
            return Err(wrong(record, &format!("its windows together look back more than {FARTHEST} bars")));
        }
        reach.level += 1;
        Ok(reach)
    }

    fn check_column(&self, record: &Record, column: &str) -> Result<()> {
        let joined = self.joins.iter().any(|join| join.column(column).is_some());
        if joined || BAR_COLUMNS.contains(&column) || column == SENTIMENT {
            return Ok(());
        }
        let features = self.records.iter().map(|record| record.name.as_str());
        let joined: Vec<String> = self.joins.iter().flat_map(AsOf::names).collect();
        let joined = joined.iter().map(String::as_str);
        let known = BAR_COLUMNS.into_iter().chain([SENTIMENT, BAR_NUMBER]).chain(joined).chain(features);
        let hint = suggestion(column, known);
        Err(wrong(record, &format!("unknown column '{column}'; {hint}")))
    }
}
