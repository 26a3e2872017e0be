//! Named queries: the files of `queries/`, parameterised and read-only.
//!
//! ```text
//! -- about: One line for 'ws query'
//! -- params: run VARCHAR, limit BIGINT = 20      without a default the parameter is required
//! SELECT .. WHERE run_id = $run LIMIT $limit
//! ```

use super::query::{self, Table};
use super::{Result, Store, StoreError, embedded};
use crate::domain::nearest;

/// A parameter of a named query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Name, as in `--param name=value`.
    pub name: String,
    /// DuckDB type the text is cast to.
    pub kind: String,
    /// `None`: required. `Some(None)`: NULL.
    pub default: Option<Option<String>>,
}

/// One query file.
#[derive(Debug, Clone)]
pub struct NamedQuery {
    /// File stem.
    pub name: &'static str,
    /// Folder: research, trading or ops.
    pub group: &'static str,
    /// What it answers.
    pub about: String,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// The file.
    pub text: &'static str,
}

/// Every named query, by group and name.
#[must_use]
pub fn all() -> Vec<NamedQuery> {
    embedded::QUERIES.iter().map(|&(path, text)| parse(path, text)).collect()
}

fn parse(path: &'static str, text: &'static str) -> NamedQuery {
    let (group, file) = path.rsplit_once('/').unwrap_or(("", path));
    let header = |key: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix("--")?.trim().strip_prefix(key)?.strip_prefix(':'));
        found.unwrap_or_default().trim().to_string()
    };
    let params = header("params").split(',').filter_map(param).collect();
    NamedQuery { name: file.trim_end_matches(".sql"), group, about: header("about"), params, text }
}

fn param(text: &str) -> Option<Param> {
    let (left, default) = match text.split_once('=') {
        Some((left, value)) => (left, Some(value.trim().trim_matches('\''))),
        None => (text, None),
    };
    let (name, kind) = left.trim().split_once(' ')?;
    let default = default.map(|value| (!value.eq_ignore_ascii_case("null")).then(|| value.to_string()));
    Some(Param { name: name.into(), kind: kind.trim().into(), default })
}

/// Finds a query by name.
///
/// # Errors
/// An unknown name, with the nearest one.
pub fn find(name: &str) -> Result<NamedQuery> {
    let queries = all();
    if let Some(found) = queries.iter().find(|query| query.name == name) {
        return Ok(found.clone());
    }
    let nearest = nearest(name, queries.iter().map(|query| query.name));
    let hint = nearest.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    Err(StoreError::Query(format!("unknown query '{name}'{hint} ('ws query' lists them)")))
}

/// A query ready to run: parameters numbered, values in that order.
pub struct Bound {
    /// SQL with `$1`, `$2`, ..
    pub sql: String,
    /// Values as text; each is cast to its declared type inside the SQL.
    pub values: Vec<Option<String>>,
}

/// Binds `name=value` pairs.
///
/// # Errors
/// An unknown parameter (naming the known ones) or a missing required one.
pub fn bind(query: &NamedQuery, given: &[(String, String)]) -> Result<Bound> {
    let known: Vec<&str> = query.params.iter().map(|param| param.name.as_str()).collect();
    for (name, _) in given {
        if !known.contains(&name.as_str()) {
            let list =
                if known.is_empty() { "it takes none".to_string() } else { format!("it takes {}", known.join(", ")) };
            return Err(StoreError::Query(format!("query '{}' has no parameter '{name}'; {list}", query.name)));
        }
    }
    let mut values = Vec::new();
    for param in &query.params {
        let value = given.iter().rev().find(|(name, _)| *name == param.name).map(|(_, value)| value.clone());
        match (value, &param.default) {
            (Some(value), _) => values.push(Some(value)),
            (None, Some(default)) => values.push(default.clone()),
            (None, None) => {
                return Err(StoreError::Query(format!(
                    "query '{}' needs --param {}={}",
                    query.name,
                    param.name,
                    param.kind.to_uppercase()
                )));
            }
        }
    }
    let (sql, order) = number(query);
    Ok(Bound { sql, values: order.into_iter().filter_map(|n| values.get(n).cloned()).collect() })
}

/// Runs a named query.
///
/// # Errors
/// As [`bind`] and [`query::run`].
pub fn run(store: &Store, query: &NamedQuery, given: &[(String, String)]) -> Result<Table> {
    let bound = bind(query, given)?;
    query::run(store, &bound.sql, &bound.values)
}

/// Replaces `$name` by a cast of a numbered parameter, outside quotes and comments; returns which were used.
fn number(query: &NamedQuery) -> (String, Vec<usize>) {
    let text = query.text;
    let mut starts = Vec::new();
    scan(text, |at, c, code| {
        if code && c == '$' {
            starts.push(at);
        }
    });
    let (mut sql, mut used, mut from) = (String::new(), Vec::new(), 0);
    for at in starts {
        let word: String = text[at + 1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let Some(n) = query.params.iter().position(|param| param.name == word) else { continue };
        let slot = used.iter().position(|&seen| seen == n).unwrap_or_else(|| {
            used.push(n);
            used.len() - 1
        });
        sql.push_str(&text[from..at]);
        sql.push_str(&format!("CAST(${} AS {})", slot + 1, query.params[n].kind));
        from = at + 1 + word.len();
    }
    sql.push_str(&text[from..]);
    (sql, used)
}

/// What a scan of a query file is inside of.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    Single,
    Double,
    Line,
    Block,
}

/// Walks a query file of this program, calling `see(byte offset, char, whether it is code)`; it knows plain quotes and
/// comments, all that those files have.
fn scan(sql: &str, mut see: impl FnMut(usize, char, bool)) {
    let mut state = Inside::Code;
    let mut previous = '\0';
    for (at, c) in sql.char_indices() {
        let next = match (state, previous, c) {
            (Inside::Code, _, '\'') => Inside::Single,
            (Inside::Code, _, '"') => Inside::Double,
            (Inside::Code, '-', '-') => Inside::Line,
            (Inside::Code, '/', '*') => Inside::Block,
            (Inside::Single, _, '\'')
            | (Inside::Double, _, '"')
            | (Inside::Line, _, '\n')
            | (Inside::Block, '*', '/') => Inside::Code,
            (same, _, _) => same,
        };
        see(at, c, state == Inside::Code && next == Inside::Code);
        // A closing slash must not open a comment together with what follows it.
        previous = if state == next { c } else { '\0' };
        state = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> NamedQuery {
        let text = "-- about: x\n-- params: run VARCHAR, limit BIGINT = 2, other VARCHAR = NULL\nSELECT $run AS r, '$run' AS s, $limit + $limit AS l -- $limit\n";
        parse("ops/example.sql", text)
    }

    #[test]
    fn parameters_are_bound_never_spliced() {
        let store = Store::in_memory().unwrap();
        let hostile = "x'; DROP TABLE bars; --".to_string();
        let table = run(&store, &example(), &[("run".into(), hostile.clone())]).unwrap();
        let row = &table.json_rows()[0];
        assert_eq!(row["r"], hostile);
        assert_eq!(row["s"], "$run");
        assert_eq!(row["l"], 4);
    }

    #[test]
    fn missing_and_unknown_parameters_are_named() {
        assert!(bind(&example(), &[]).err().unwrap().to_string().contains("--param run=VARCHAR"));
        let unknown = bind(&example(), &[("rnu".into(), "1".into())]).err().unwrap().to_string();
        assert!(unknown.contains("run, limit, other"), "{unknown}");
    }

    #[test]
    fn nearest_names_help_typos_only() {
        assert_eq!(nearest("leaderbord", ["leaderboard", "trades"].into_iter()), Some("leaderboard"));
        assert_eq!(nearest("zzzzzz", ["leaderboard", "trades"].into_iter()), None);
    }
}
