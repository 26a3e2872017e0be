//! The views of `sql/views/`: one file each, file name = view name, replaced when their text changes.
//!
//! Every file opens with a header that is its whole configuration:
//!
//! ```text
//! -- about: One line that becomes the view's comment
//! -- grain: run_id, session_date        key columns: unique and never null
//! -- needs: other_view, another         views it reads, built first
//! -- col run_id: one line a column that becomes the column's comment, with its unit
//! -- metric: sharpe, sortino              columns whose comments are those of [`metric`]
//! ```

use std::collections::BTreeMap;

use super::{Result, Store, StoreError, embedded};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::metric;

/// One view file, header read.
#[derive(Debug, Clone)]
pub struct View {
    /// File stem and view name.
    pub name: &'static str,
    /// What it says.
    pub about: String,
    /// Key columns.
    pub grain: Vec<String>,
    /// Views it reads.
    pub needs: Vec<String>,
    /// (column, comment) in file order.
    pub columns: Vec<(String, String)>,
    /// The SELECT.
    pub body: &'static str,
}

/// Reads every view file, in build order.
///
/// # Errors
/// A missing header line, an unknown or circular need.
pub fn all() -> Result<Vec<View>> {
    let mut waiting = BTreeMap::new();
    for &(path, text) in embedded::VIEWS {
        let view = parse(path, text)?;
        waiting.insert(view.name, view);
    }
    let mut ordered: Vec<View> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready: Vec<&'static str> = waiting
            .values()
            .filter(|view| view.needs.iter().all(|need| ordered.iter().any(|done| done.name == need)))
            .map(|view| view.name)
            .collect();
        if ready.is_empty() {
            let name = waiting.keys().next().copied().unwrap_or_default().to_string();
            return Err(StoreError::View {
                name,
                reason: "needs a view that is missing, or is part of a circle".into(),
            });
        }
        ordered.extend(ready.iter().filter_map(|name| waiting.remove(name)));
    }
    Ok(ordered)
}

fn parse(path: &'static str, text: &'static str) -> Result<View> {
    let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".sql");
    let mut view = View { name, about: String::new(), grain: vec![], needs: vec![], columns: vec![], body: text };
    for line in text.lines().map_while(|line| line.strip_prefix("--")) {
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key.trim() {
            "about" => view.about = value.to_string(),
            "grain" => view.grain = list(value),
            "needs" => view.needs = list(value),
            "metric" => {
                for column in list(value) {
                    let reason = || format!("'{column}' is no metric: describe it by '-- col {column}: ..'");
                    let doc = metric::find(&column).map(|metric| metric.doc.to_string());
                    let doc = doc.ok_or_else(|| StoreError::View { name: name.into(), reason: reason() })?;
                    view.columns.push((column, doc));
                }
            }
            other => {
                if let Some(column) = other.strip_prefix("col ") {
                    view.columns.push((column.trim().to_string(), value.to_string()));
                }
            }
        }
    }
    if view.about.is_empty() || view.grain.is_empty() {
        return Err(StoreError::View { name: name.into(), reason: "header needs '-- about:' and '-- grain:'".into() });
    }
    Ok(view)
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect()
}

/// Hash of every view file and of what metrics mean: tells whether a store's views are the ones this program carries.
fn fingerprint() -> String {
    let mut print = Fingerprint::new();
    for (path, text) in embedded::VIEWS {
        print.text(path);
        print.text(text);
    }
    for metric in metric::all() {
        print.text(metric.doc);
    }
    print.finish()
}

/// Replaces all views in one transaction, unless the store already has these.
pub(super) fn refresh(store: &Store) -> Result<()> {
    let wanted = fingerprint();
    let stored: Option<String> =
        store.conn().query_row("SELECT max(value) FROM store_settings WHERE key = 'views'", [], |row| row.get(0))?;
    if stored.as_deref() == Some(wanted.as_str()) {
        return Ok(());
    }
    let views = all()?;
    store.transaction(|| {
        for view in &views {
            create(store, view)?;
        }
        store.conn().execute("DELETE FROM store_settings WHERE key = 'views'", [])?;
        store.conn().execute("INSERT INTO store_settings VALUES ('views', ?)", [wanted.as_str()])?;
        Ok(())
    })
}

fn create(store: &Store, view: &View) -> Result<()> {
    let fault = |error: duckdb::Error| StoreError::View { name: view.name.into(), reason: error.to_string() };
    let mut script = format!("CREATE OR REPLACE VIEW {} AS\n{};\n", view.name, view.body.trim().trim_end_matches(';'));
    script.push_str(&format!("COMMENT ON VIEW {} IS {};\n", view.name, quoted(&view.about)));
    for (column, comment) in &view.columns {
        script.push_str(&format!("COMMENT ON COLUMN {}.\"{column}\" IS {};\n", view.name, quoted(comment)));
    }
    store.conn().execute_batch(&script).map_err(fault)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
