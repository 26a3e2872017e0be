//! Tables of a TOML file that know their lines, and that refuse what nobody reads.

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::SpecError;
use crate::domain::suggestion;
use crate::search::Value;

/// The text that lines are counted in.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What errors call it.
    pub origin: &'a str,
    /// The whole text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a place of the text.
    pub fn wrong(&self, at: &Range<usize>, reason: impl Into<String>) -> SpecError {
        SpecError { origin: self.origin.to_string(), line: self.line(at), reason: reason.into() }
    }

    /// The line of a place, from 1.
    pub fn line(&self, at: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(at.start);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

/// A table being read.
pub struct Section<'a> {
    /// Where it is.
    pub source: Source<'a>,
    /// Its place in the text.
    pub at: Range<usize>,
    name: String,
    table: &'a DeTable<'a>,
    known: RefCell<Vec<String>>,
}

/// An entry of a table.
pub struct Entry<'a> {
    /// Its key.
    pub key: &'a str,
    /// Place of the key.
    pub at: Range<usize>,
    /// Its value.
    pub value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Section<'a> {
    /// A table called so; the whole file is called by no name.
    pub fn new(source: Source<'a>, name: &str, at: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self { source, at, name: name.to_string(), table, known: RefCell::default() }
    }

    /// An error at a key, or at the table itself where the key is missing.
    pub fn wrong(&self, key: &str, reason: impl Into<String>) -> SpecError {
        let at = self.table.get_key_value(key).map_or_else(|| self.at.clone(), |(key, _)| key.span());
        self.source.wrong(&at, reason)
    }

    /// Key as a reader writes it, with its table.
    pub fn called(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_string() } else { format!("{}.{key}", self.name) }
    }

    /// The line of a key.
    pub fn line(&self, key: &str) -> usize {
        let at = self.table.get_key_value(key).map_or_else(|| self.at.clone(), |(key, _)| key.span());
        self.source.line(&at)
    }

    /// Whether a key is given; it counts as known.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let mut known = self.known.borrow_mut();
        if !known.iter().any(|name| name == key) {
            known.push(key.to_string());
        }
        self.table.get(key)
    }

    fn expected(&self, key: &str, wanted: &str, found: &DeValue<'_>) -> SpecError {
        let shown = match found {
            DeValue::Integer(whole) => whole.as_str().chars().take(40).collect(),
            DeValue::Float(number) => number.as_str().chars().take(40).collect(),
            other => article(other.type_str()),
        };
        self.wrong(key, format!("{} must be {wanted}, not {shown}", self.called(key)))
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<Option<String>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let value = value.get_ref();
        value.as_str().map(|text| Some(text.to_string())).ok_or_else(|| self.expected(key, "text in quotes", value))
    }

    /// A text, a date or a time, as text.
    pub fn moment(&self, key: &str) -> Result<Option<String>, SpecError> {
        match self.get(key).map(Spanned::get_ref) {
            Some(DeValue::Datetime(moment)) => Ok(Some(moment.to_string().replace('T', " "))),
            _ => self.text(key),
        }
    }

    /// A number.
    pub fn number(&self, key: &str) -> Result<Option<f64>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = scalar(value.get_ref()).as_ref().and_then(Value::as_f64).filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.expected(key, "a finite number", value.get_ref()))
    }

    /// A whole number within bounds.
    pub fn whole(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        match scalar(value.get_ref()) {
            Some(Value::Int(whole)) if range.contains(&whole) => Ok(Some(whole)),
            Some(Value::Int(whole)) => Err(self.wrong(key, format!("{} = {whole} must be {wanted}", self.called(key)))),
            _ => Err(self.expected(key, &wanted, value.get_ref())),
        }
    }

    /// true or false.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.expected(key, "true or false", value.get_ref()))
    }

    /// One text or a list of texts; empty when it is not given.
    pub fn texts(&self, key: &str) -> Result<Vec<String>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wanted = "text or a list of texts";
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Array(items) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(ToString::to_string))
                .collect::<Option<_>>()
                .ok_or_else(|| self.expected(key, wanted, value.get_ref())),
            other => Err(self.expected(key, wanted, other)),
        }
    }

    /// Values one by one; empty when the key is not given.
    pub fn values(&self, key: &str) -> Result<Vec<Value>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let items = value.get_ref().as_array().ok_or_else(|| self.expected(key, "a list", value.get_ref()))?;
        let read = |item: &Spanned<DeValue<'_>>| {
            let wanted = "a list of numbers, texts, true or false";
            scalar(item.get_ref()).ok_or_else(|| self.expected(key, wanted, item.get_ref()))
        };
        items.iter().map(read).collect()
    }

    /// A table within this one.
    pub fn section(&self, key: &str) -> Result<Option<Section<'a>>, SpecError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let table = value.get_ref().as_table().ok_or_else(|| self.expected(key, "a table", value.get_ref()))?;
        let at = self.table.get_key_value(key).map_or_else(|| value.span(), |(key, _)| key.span());
        Ok(Some(Section::new(self.source, &self.called(key), at, table)))
    }

    /// Everything in it, in the order of the text; all of it counts as known.
    pub fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> =
            self.table.iter().map(|(key, value)| Entry { key: key.get_ref(), at: key.span(), value }).collect();
        entries.sort_by_key(|entry| entry.at.start);
        self.known.borrow_mut().extend(entries.iter().map(|entry| entry.key.to_string()));
        entries
    }

    /// Every value as text, by key: numbers, texts, true and false.
    pub fn settings(&self) -> Result<Vec<(String, String)>, SpecError> {
        let read = |entry: Entry<'a>| {
            let value = plain(entry.value.get_ref());
            let wanted = "a number, text, true or false";
            value
                .map(|value| (entry.key.to_string(), value))
                .ok_or_else(|| self.expected(entry.key, wanted, entry.value.get_ref()))
        };
        self.entries().into_iter().map(read).collect()
    }

    /// Refuses keys that nothing has asked for.
    pub fn finish(&self) -> Result<(), SpecError> {
        let known = self.known.borrow();
        let unknown = self.table.keys().filter(|key| !known.iter().any(|name| name == key.get_ref()));
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let hint = suggestion(key.get_ref(), known.iter().map(String::as_str));
        let shown: String = self.called(key.get_ref()).chars().take(60).collect();
        Err(self.source.wrong(&key.span(), format!("unknown key '{shown}'; {hint}")))
    }
}

/// A single value.
pub fn scalar(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::Text(text.to_string())),
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Integer(whole) => {
            let digits = whole.as_str().replace('_', "");
            i64::from_str_radix(&digits, whole.radix()).ok().map(Value::Int)
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok().map(Value::Float),
        _ => None,
    }
}

/// A value as commands take it: text without quotes.
fn plain(value: &DeValue<'_>) -> Option<String> {
    if let DeValue::Array(items) = value {
        let items = items.iter().map(|item| plain(item.get_ref())).collect::<Option<Vec<_>>>()?;
        return Some(format!("[{}]", items.join(", ")));
    }
    scalar(value).map(|value| text_of(&value))
}

/// A searched value as commands take it: text without quotes, whole floats without a point.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(whole) => whole.to_string(),
        Value::Float(number) => number.to_string(),
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
