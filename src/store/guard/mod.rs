//! The guard of user SQL: one statement, and it only reads.
//!
//! A text is judged by what DuckDB's own parser makes of it, never by its words:
//!
//! 1. At most 64 KiB, no NUL byte, expressions at most 250 deep; parsed on a thread with a stack of its own.
//! 2. Exactly one statement. `EXPLAIN` is judged by the statement it explains.
//! 3. Every member, kind, function, type and table of the parse tree is on a list of what is known to read
//!    (`allowed.txt`); what is not on it is refused, so that kinds of a later DuckDB are refused too.
//! 4. A statement that becomes part of a larger one does so only when the larger text parses to exactly the larger
//!    statement around the judged tree ([`Statement::within`]).
//!
//! What passes still runs with doors closed ([`Store::guarded`](super::Store::guarded)): in a READ ONLY transaction,
//! without files, other databases or the network, and with the configuration locked.
//!
//! A PIVOT without `IN (..)` is refused: DuckDB makes a type of the values it finds, and so more than one statement.
//!
//! ```
//! use workstation::store::guard::{Files, Statement};
//!
//! let statement = Statement::reading("-- closes\nSELECT symbol, last(close) FROM bars GROUP BY ALL;", Files::Refused)?;
//! assert!(statement.names_table("bars"));
//! assert!(Statement::reading("WITH w AS (DELETE FROM bars RETURNING *) FROM w", Files::Refused).is_err());
//! # Ok::<(), workstation::store::StoreError>(())
//! ```

mod parser;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use super::{Result, StoreError};
use tree::{Node, Tree};

/// Longest text, in bytes.
pub const LONGEST: usize = 64 << 10;

/// Most that parentheses may nest, as the sum of their depths: the parser's time for tables in them grows with it, 4 µs each.
const NESTED: usize = 100_000;

/// What closes a DuckDB instance for good: only the settings that this program changes itself stay open.
pub(super) const CLOSED: &str = "SET max_expression_depth = 250;
SET allowed_configs = ['memory_limit', 'preserve_insertion_order', 'threads', 'max_expression_depth'];
SET enable_external_access = false;
SET lock_configuration = true;";

/// Whether a statement may read files besides the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Tables and views of the store only.
    Refused,
    /// Files too (`ws sql --allow-files`).
    Read,
}

/// One statement that only reads.
#[derive(Debug)]
pub struct Statement {
    text: String,
    tree: Tree,
    named: walk::Named,
    explains: bool,
}

impl Statement {
    /// Judges a text.
    ///
    /// # Errors
    /// [`StoreError::Query`]: what is refused or does not parse, and what to do instead.
    pub fn reading(text: &str, files: Files) -> Result<Self> {
        check_text(text)?;
        let (prefix, inner) = explained(text);
        let tree = parse(inner)?;
        let statements = tree.at(0, &["statements"]).map(|at| tree.items(at).len()).unwrap_or_default();
        if statements != 1 {
            let found = if statements == 0 { "no statement" } else { "several statements" };
            return Err(refused(format!("one SQL statement is needed, {found} given")));
        }
        let named = walk::judge(&tree, files, &[]).map_err(refused)?;
        let (text, explains) = match prefix {
            Some(prefix) => (format!("{prefix} {inner}"), true),
            None => (inner.to_string(), false),
        };
        Ok(Self { text, tree, named, explains })
    }

    /// The text to run.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names a table, view or common table expression so.
    #[must_use]
    pub fn names_table(&self, table: &str) -> bool {
        self.named.tables.contains(&table.to_lowercase())
    }

    /// Whether it reads a table or view of that name of the store itself: a common table expression of the same name
    /// hides it from what comes after.
    #[must_use]
    pub fn reads_table(&self, table: &str) -> bool {
        walk::reads(&self.tree, &table.to_lowercase())
    }

    /// The name by which it asks about the database itself instead of about rows, if it does: functions, tables and
    /// statements that show what the database holds, where it is or how it is set.
    #[must_use]
    pub fn introspects(&self) -> Option<&str> {
        self.named.introspects.as_deref()
    }

    /// A larger SELECT with this statement as its first table: `before ( statement ) after`.
    ///
    /// `before` ends in `FROM` and `after` is the rest, both texts of this program.
    ///
    /// # Errors
    /// An EXPLAIN, and any text whose meaning would not be exactly the larger statement around this one.
    pub fn within(&self, before: &str, after: &str) -> Result<String> {
        if self.explains {
            return Err(refused("EXPLAIN gives a plan and no rows to work on".into()));
        }
        let inner = self.tree.at(0, &["statements", "0", "node"]);
        let template = parse(&format!("{before} (SELECT NULL) {after}"))?;
        // A closing semicolon can't stand inside parentheses: the text ends before it.
        let ends = self.text.match_indices(';').map(|(at, _)| at).rev().take(64);
        for end in std::iter::once(self.text.len()).chain(ends) {
            let wrapped = format!("{before} (\n{}\n) {after}", &self.text[..end]);
            let Ok(tree) = parse(&wrapped) else { continue };
            let (Some(inner), Some(found)) = (inner, first_subquery(&tree)) else { continue };
            if tree.same(found, &self.tree, inner, None) && tree.same(0, &template, 0, Some(found)) {
                return Ok(wrapped);
            }
        }
        Err(refused("the statement can't stand inside another one; leave out what follows its semicolon".into()))
    }
}

/// Judges an expression that becomes part of a statement of this program: `SELECT (expression) FROM given WINDOW windows`.
///
/// `windows` are definitions separated by commas, or empty; `own` are functions that the program has defined.
///
/// # Errors
/// What does not parse, is more than one expression, has a subquery or does anything but read.
pub fn check_expression(text: &str, windows: &str, own: &[&str]) -> Result<()> {
    check_text(text)?;
    let after = if windows.is_empty() { String::new() } else { format!(" WINDOW {windows}") };
    let tree = parse(&format!("SELECT (\n{text}\n) FROM given{after}"))?;
    let template = parse(&format!("SELECT (NULL) FROM given{after}"))?;
    let found = tree.at(0, &["statements", "0", "node", "select_list", "0"]);
    // Between parentheses a list, or nothing, would be a row; without them a name could be given.
    let bare = parse(&format!("SELECT\n{text}\nFROM given{after}"))?;
    if found.is_none() || !tree.same(0, &template, 0, found) || !tree.same(0, &bare, 0, None) {
        return Err(refused("one SQL expression is needed".into()));
    }
    if matches!(found.map(|at| tree.node(at)), Some(Node::Object(members)) if tree.text(members, "class") == Some("STAR"))
    {
        return Err(refused("one SQL expression is needed; name the column instead of *".into()));
    }
    if tree.objects().any(|members| tree.text(members, "class") == Some("SUBQUERY")) {
        return Err(refused("an expression can't have a subquery".into()));
    }
    walk::judge(&tree, Files::Refused, own).map(|_| ()).map_err(refused)
}

/// Where the statement stands in the tree of the larger one: its FROM, or the first table of the joins there.
fn first_subquery(tree: &Tree) -> Option<usize> {
    let mut table = tree.at(0, &["statements", "0", "node", "from_table"])?;
    while let Some(left) = tree.at(table, &["left"]) {
        table = left;
    }
    tree.at(table, &["subquery", "node"])
}

fn refused(message: String) -> StoreError {
    StoreError::Query(message)
}

fn check_text(text: &str) -> Result<()> {
    if text.len() > LONGEST {
        return Err(refused(format!("the statement has {} bytes; at most {LONGEST} are read", text.len())));
    }
    if let Some(at) = text.find('\0') {
        return Err(refused(format!("the statement has a NUL byte at {at}")));
    }
    // Those of texts and comments count too: this only bounds time, and what is written by hand nests far less.
    let (mut depth, mut nested) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'(' => {
                depth += 1;
                nested += depth;
            }
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if nested > NESTED {
        return Err(refused("parentheses are nested too deep; name the inner parts with WITH".into()));
    }
    Ok(())
}

/// The tree of a text that parses and can be serialised.
fn parse(text: &str) -> Result<Tree> {
    let tree = parser::parse(text).map_err(refused)?;
    let Node::Object(members) = tree.node(0) else { return Err(refused("the parser gave no tree".into())) };
    if tree.at(0, &["statements"]).is_some() {
        return Ok(tree);
    }
    let message = tree.text(members, "error_message").unwrap_or("the statement can't be read").to_string();
    if !message.contains("Only SELECT statements") {
        return Err(refused(message));
    }
    let word: String = after_comments(text).chars().take_while(char::is_ascii_alphabetic).collect();
    Err(refused(match word.to_uppercase().as_str() {
        "PIVOT" | "SELECT" | "FROM" | "WITH" => {
            "a PIVOT must say its columns here: PIVOT .. ON column IN ('a', 'b') USING ..".into()
        }
        word => format!(
            "'{word}' is refused: only statements that read are run here (SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, \
             SUMMARIZE, PIVOT .. IN, EXPLAIN)"
        ),
    }))
}

/// Splits `EXPLAIN [ANALYZE] [(options)]` from what it explains.
fn explained(text: &str) -> (Option<String>, &str) {
    let Some(rest) = after_word(after_comments(text), "explain") else { return (None, text) };
    let mut prefix = String::from("EXPLAIN");
    let mut rest = after_comments(rest);
    if let Some(after) = after_word(rest, "analyze") {
        prefix.push_str(" ANALYZE");
        rest = after_comments(after);
    }
    let known = ["analyze", "format", "json", "text", "html", "graphviz", "yaml", "mermaid"];
    if let Some((options, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let mut words = options.split([' ', ',', '\n', '\t', '\r']).filter(|word| !word.is_empty());
        if words.clone().next().is_some() && words.all(|word| known.contains(&word.to_lowercase().as_str())) {
            prefix.push_str(&format!(" ({options})"));
            rest = after;
        }
    }
    (Some(prefix), rest)
}

/// What follows a word, whatever its case.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (first.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

/// The text behind leading spaces and comments.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start()
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest).trim_start()
        } else {
            return rest;
        };
    }
}
