//! Judging a parse tree: every member, kind, function, type and table of it must be known to read only.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use super::Files;
use super::tree::{Node, Tree};

/// Deepest nesting of lambdas: the time to bind them doubles with each.
const LAMBDAS: usize = 8;

/// Most names in a row, as in `a.b.c`: the time to bind them grows with their square.
const NAMES: usize = 64;

/// The words of `allowed.txt` by section.
static ALLOWED: LazyLock<HashMap<&'static str, HashSet<&'static str>>> = LazyLock::new(|| {
    let (mut sections, mut section) = (HashMap::new(), "");
    for line in include_str!("allowed.txt").lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name,
            None => sections.entry(section).or_insert_with(HashSet::new).extend(line.split_whitespace()),
        }
    }
    sections
});

pub(super) fn is_allowed(section: &str, word: &str) -> bool {
    ALLOWED.get(section).is_some_and(|words| words.contains(word))
}

/// What a statement names.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Tables and views, in lower case.
    pub tables: BTreeSet<String>,
    /// The first name by which it asks about the database itself.
    pub introspects: Option<String>,
}

impl Named {
    fn asks(&mut self, name: &str) {
        self.introspects.get_or_insert_with(|| name.to_string());
    }
}

/// Judges a tree; gives what it names. `own` are functions that the program itself has defined.
///
/// # Errors
/// What is refused, and what to do instead.
pub(super) fn judge(tree: &Tree, files: Files, own: &[&str]) -> Result<Named, String> {
    let mut named = Named::default();
    let tables = table_functions(tree);
    let mut lambdas = 0;
    for members in tree.objects() {
        if let Some((key, _)) = members.iter().find(|(key, _)| !is_allowed("keys", key)) {
            return Err(format!("'{key}' is no part of a reading statement; {READING}"));
        }
        match (tree.text(members, "class"), tree.text(members, "type")) {
            (Some(class), kind) => {
                lambdas += usize::from(class == "LAMBDA");
                expression(tree, members, class, kind.unwrap_or_default(), (files, own), &tables, &mut named)?;
            }
            (None, Some(kind)) => reference(tree, members, kind, files, &mut named)?,
            (None, None) => {}
        }
    }
    if lambdas > LAMBDAS && nested_lambdas(tree) > LAMBDAS {
        return Err(format!("lambdas are nested deeper than {LAMBDAS}; unnest the lists instead"));
    }
    Ok(named)
}

const READING: &str = "only statements that read are run here (SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE, PIVOT .. IN, EXPLAIN)";

const FILES: &str = "only 'ws sql' with --allow-files reads files; 'ws ingest' brings data into the store";

/// Where the functions of FROM stand: they are judged by another list.
fn table_functions(tree: &Tree) -> HashSet<*const (String, usize)> {
    let functions = tree.objects().filter(|members| tree.text(members, "type") == Some("TABLE_FUNCTION"));
    let called = functions.filter_map(|members| match tree.node(tree.member(members, "function")?) {
        Node::Object(members) => Some(members.as_ptr()),
        _ => None,
    });
    called.collect()
}

fn expression(
    tree: &Tree,
    members: &[(String, usize)],
    class: &str,
    kind: &str,
    (files, own): (Files, &[&str]),
    tables: &HashSet<*const (String, usize)>,
    named: &mut Named,
) -> Result<(), String> {
    if !is_allowed("expressions", class) {
        return Err(format!("{class} {kind} is no expression known to read only"));
    }
    match class {
        "FUNCTION" | "WINDOW" => {
            let name = tree.text(members, "function_name").unwrap_or_default().to_lowercase();
            let in_from = tables.contains(&members.as_ptr());
            let known = if in_from {
                is_allowed("tables", &name)
            } else {
                is_allowed("functions", &name) || own.contains(&name.as_str())
            };
            let reads_files = in_from && is_allowed("files", &name);
            if !known && reads_files && files == Files::Refused {
                return Err(format!("{name}() reads files; {FILES}"));
            }
            if !known && !reads_files {
                return Err(format!("function '{name}' is not among those known to read only"));
            }
            if is_allowed("catalogue", &name) || is_catalogue(&name) {
                named.asks(&name);
            }
        }
        "TYPE" => {
            let name = tree.text(members, "type_name").unwrap_or_default().to_lowercase();
            if !is_allowed("types", &name.replace(' ', "_")) && !is_allowed("types", &name) {
                return Err(format!("type '{name}' is not among those that user SQL may cast to"));
            }
        }
        "COLUMN_REF" => {
            let names = tree.member(members, "column_names").map(|at| tree.items(at)).unwrap_or_default();
            if names.len() > NAMES {
                return Err(format!("a column has {} names in a row; at most {NAMES} are read", names.len()));
            }
            if let [only] = names
                && let Node::Text(name) = tree.node(*only)
                && is_allowed("catalogue", &name.to_lowercase())
            {
                // Some are called without parentheses.
                named.asks(&name.to_lowercase());
            }
        }
        _ => {}
    }
    Ok(())
}

fn reference(
    tree: &Tree,
    members: &[(String, usize)],
    kind: &str,
    files: Files,
    named: &mut Named,
) -> Result<(), String> {
    if !is_allowed("nodes", kind) {
        let what = kind.trim_end_matches("_QUERY_NODE").trim_end_matches("_NODE");
        return Err(format!("{what} is refused; {READING}"));
    }
    let is_null = |key: &str| {
        tree.member(members, key).is_none_or(|at| matches!(tree.node(at), Node::Plain(text) if text == "null"))
    };
    if !is_null("at_clause") {
        return Err("AT (..) is refused: a store has one version of its tables".into());
    }
    let (is_table, is_shown) = (kind == "BASE_TABLE", kind == "SHOW_REF");
    if !is_table && !is_shown {
        return Ok(());
    }
    let of = |key: &str| tree.text(members, key).unwrap_or_default().to_lowercase();
    let (catalog, schema, table) = (of("catalog_name"), of("schema_name"), of("table_name"));
    if is_shown && tree.text(members, "show_type") == Some("SHOW_SPECIAL") {
        named.asks("show tables");
        return match table.as_str() {
            "\"tables\"" | "__show_tables_expanded" => Ok(()),
            other => Err(format!("SHOW {} is refused; 'SHOW TABLES' lists tables and views", other.trim_matches('"'))),
        };
    }
    if !catalog.is_empty() || !["", "main", "information_schema", "pg_catalog"].contains(&schema.as_str()) {
        let full = [catalog, schema, table].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        return Err(format!("table '{full}' is not in this store; name its tables without a database"));
    }
    let is_path = table.contains(['.', '/', '\\', ':', '*', '?', '[', '{', '%']);
    if is_path && files == Files::Refused {
        return Err(format!("'{table}' names a file; {FILES}"));
    }
    if is_catalogue(&table) && !is_allowed("tables", &table) {
        return Err(format!("'{table}' is not among the tables that user SQL may read"));
    }
    if is_allowed("catalogue", &schema) {
        named.asks(&schema);
    } else if is_catalogue(&table) || is_allowed("catalogue", &table) {
        named.asks(&table);
    }
    if !table.is_empty() {
        named.tables.insert(table);
    }
    Ok(())
}

/// Whether a table, or a function of FROM, is about the database itself by its name.
fn is_catalogue(name: &str) -> bool {
    name.starts_with("duckdb_") || name.starts_with("pragma_")
}

/// Whether a tree reads a table of that lower-case name where no common table expression hides it. One hides it from those
/// after it and from its own statement, not from itself.
pub(super) fn reads(tree: &Tree, table: &str) -> bool {
    let mut waiting = vec![(0, false)];
    while let Some((at, hidden)) = waiting.pop() {
        let members = match tree.node(at) {
            Node::Object(members) => members,
            Node::Array(items) => {
                waiting.extend(items.iter().map(|&item| (item, hidden)));
                continue;
            }
            _ => continue,
        };
        let says = |key: &str| tree.text(members, key).unwrap_or_default().to_lowercase();
        if says("type") == "base_table" && says("table_name") == table && (!hidden || !says("schema_name").is_empty()) {
            return true;
        }
        let mut hidden = hidden;
        let expressions = tree.at(at, &["cte_map", "map"]).map(|map| tree.items(map)).unwrap_or_default();
        for &expression in expressions {
            waiting.push((expression, hidden));
            let name = tree.at(expression, &["key"]).map(|key| tree.node(key));
            hidden |= matches!(name, Some(Node::Text(name)) if name.to_lowercase() == table);
        }
        waiting.extend(members.iter().filter(|(key, _)| key != "cte_map").map(|&(_, member)| (member, hidden)));
    }
    false
}

/// How deep lambdas stand inside each other.
fn nested_lambdas(tree: &Tree) -> usize {
    let (mut deepest, mut waiting) = (0, vec![(0, 0)]);
    while let Some((at, depth)) = waiting.pop() {
        match tree.node(at) {
            Node::Object(members) => {
                let depth = depth + usize::from(tree.text(members, "class") == Some("LAMBDA"));
                deepest = deepest.max(depth);
                waiting.extend(members.iter().map(|&(_, at)| (at, depth)));
            }
            Node::Array(items) => waiting.extend(items.iter().map(|&at| (at, depth))),
            _ => {}
        }
    }
    deepest
}
