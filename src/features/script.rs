//! The one readable SQL script that materialises a feature set.
//!
//! It reads `staged` (the bars being built, one column a kernel, in series and time order) and, when the set speaks of
//! `sentiment`, the snapshots known at each bar's close. An expression over earlier expressions gets a step of its
//! own, so each step reads only what the steps before it wrote.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::expression::{BAR_COLUMNS, Expression, SENTIMENT};
use super::record::{Definition, Feature};
use super::set::{BAR_NUMBER, FeatureSet, KEYS};

/// Types of the staged columns that are not DOUBLE.
const STAGED_KEYS: [(&str, &str); 6] = [
    ("symbol", "VARCHAR"),
    ("interval", "VARCHAR"),
    ("ts", "TIMESTAMP"),
    ("close_ts", "TIMESTAMP"),
    ("session_date", "DATE"),
    (BAR_NUMBER, "BIGINT"),
];
/// Name of the staging table.
pub(super) const STAGED: &str = "staged";

/// Turns what a store holds of a set into the set's rows for the staged bars; see the module documentation.
#[must_use]
pub fn sql(set: &FeatureSet) -> String {
    let mut script = header(set);
    script.push_str(&table(set));
    script.push_str(&comments(set));
    let table = set.table();
    let _ = write!(
        script,
        "\n-- Unknown is NULL, never infinite.\n\
         CREATE OR REPLACE TEMP MACRO finite(x) AS CASE WHEN isfinite(CAST(x AS DOUBLE)) THEN CAST(x AS DOUBLE) END;\n\n\
         DELETE FROM {table}\nWHERE (symbol, interval) IN (SELECT DISTINCT symbol, interval FROM {STAGED});\n\n\
         INSERT INTO {table}\n{};\n",
        select(set)
    );
    script
}

/// Creates the empty staging table of a set.
pub(super) fn staging(set: &FeatureSet) -> String {
    let keys = STAGED_KEYS.iter().map(|(name, kind)| format!("{name} {kind}"));
    let numbers = BAR_COLUMNS[..6].iter().copied().chain(kernels(set).map(|(name, _)| name));
    let columns: Vec<String> = keys.chain(numbers.map(|name| format!("{name} DOUBLE"))).collect();
    format!("CREATE OR REPLACE TEMP TABLE {STAGED} ({})", columns.join(", "))
}

/// Drops what the script needed, once everything is built.
pub(super) fn unstaging() -> String {
    format!("DROP TABLE {STAGED}; DROP MACRO finite")
}

/// Drops the table of a set.
pub(super) fn drop_table(set: &FeatureSet) -> String {
    format!("DROP TABLE {}", set.table())
}

/// Counts the rows of the table of a set.
pub(super) fn count_rows(set: &FeatureSet) -> String {
    format!("SELECT count(*) FROM {}", set.table())
}

/// What the table's comment says; names the version that every row was built with.
pub(super) fn table_comment(set: &FeatureSet) -> String {
    let about = one_line(set.about());
    format!("{about}. Unique by symbol, interval, ts. Feature set {} version {}", set.name(), set.hash())
}

fn kernels(set: &FeatureSet) -> impl Iterator<Item = (&str, &Definition)> {
    let kernel = |feature: &&Feature| matches!(feature.definition, Definition::Kernel { .. });
    set.features().iter().filter(kernel).map(|feature| (feature.name.as_str(), &feature.definition))
}

fn header(set: &FeatureSet) -> String {
    let mut text = format!(
        "-- Builds {} from bars. Generated from feature set '{}',\n-- version {}.\n\
         -- {STAGED} holds the bars being built, {BAR_NUMBER} counting them from 0 in each series",
        set.table(),
        set.name(),
        set.hash()
    );
    let width = kernels(set).map(|(name, _)| name.len()).max().unwrap_or(0);
    text.push_str(if width > 0 { ", and these kernels stepped over them:\n" } else { ".\n" });
    for (name, definition) in kernels(set) {
        let _ = writeln!(text, "--   {name:width$} = {definition}");
    }
    text.push('\n');
    text
}

fn table(set: &FeatureSet) -> String {
    let mut lines: Vec<String> = KEYS
        .iter()
        .zip(["VARCHAR", "VARCHAR", "TIMESTAMP"])
        .map(|(name, kind)| format!("    {name} {kind} NOT NULL"))
        .collect();
    lines.extend(set.features().iter().map(|feature| format!("    {} DOUBLE", feature.name)));
    format!("CREATE TABLE IF NOT EXISTS {} (\n{}\n);\n", set.table(), lines.join(",\n"))
}

fn comments(set: &FeatureSet) -> String {
    let table = set.table();
    let mut text = format!("COMMENT ON TABLE {table} IS {};\n", quoted(&table_comment(set)));
    for (key, about) in
        KEYS.iter().zip(["Instrument", "Bar length", "UTC start of the bar; the row is known at its close_ts"])
    {
        let _ = writeln!(text, "COMMENT ON COLUMN {table}.{key} IS {};", quoted(about));
    }
    for feature in set.features() {
        let about = format!(
            "{} [{}; role {}; first at bar {}; memory {}; source {}]",
            feature.about,
            feature.unit,
            feature.role.as_str(),
            feature.warmup,
            feature.memory,
            feature.source
        );
        let _ = writeln!(text, "COMMENT ON COLUMN {table}.{} IS {};", feature.name, quoted(&about));
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}

fn one_line(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The steps as common table expressions, and the final SELECT.
fn select(set: &FeatureSet) -> String {
    let levels = levels(set);
    let last = levels.values().copied().max().unwrap_or(0);
    let mut steps = Vec::new();
    let mut from = STAGED.to_string();
    if speaks_of_sentiment(set) {
        steps.extend(sentiment_steps());
        from = "bar".into();
    }
    for level in 1..last {
        steps.push(step(set, &levels, level, &from));
        from = format!("step_{level}");
    }
    let mut columns: Vec<String> = KEYS.map(String::from).to_vec();
    columns.extend(set.features().iter().map(|feature| match &feature.definition {
        Definition::Expression(expression) if last > 0 && levels[feature.name.as_str()] == last => {
            value(feature, expression)
        }
        _ => feature.name.clone(),
    }));
    let with = if steps.is_empty() { String::new() } else { format!("WITH {}\n", steps.join(",\n")) };
    format!("{with}SELECT\n    {}\nFROM {from}", columns.join(",\n    "))
}

fn speaks_of_sentiment(set: &FeatureSet) -> bool {
    set.features().iter().any(|feature| match &feature.definition {
        Definition::Expression(expression) => expression.columns().iter().any(|column| column == SENTIMENT),
        Definition::Kernel { .. } => false,
    })
}

/// The as-of join: the newest score known when the bar closed. It runs on keys only, so that wide rows are neither
/// sorted nor moved, and costs next to nothing where there is no sentiment.
fn sentiment_steps() -> [String; 3] {
    [
        format!(
            "sentiment_known AS (\n    \
             -- One score a symbol and time: of several providers the most confident one, then the first by name.\n    \
             SELECT symbol, known_ts, score AS {SENTIMENT}\n    \
             FROM sentiment_snapshots\n    \
             WHERE symbol IN (SELECT symbol FROM {STAGED})\n    \
             QUALIFY row_number() OVER (PARTITION BY symbol, known_ts\n                               \
             ORDER BY confidence DESC, provider, fetched_at DESC, score) = 1\n)"
        ),
        format!(
            "sentiment_at_close AS (\n    \
             SELECT {STAGED}.rowid AS staged_row, {SENTIMENT}\n    \
             FROM {STAGED} ASOF JOIN sentiment_known\n      \
             ON {STAGED}.symbol = sentiment_known.symbol AND {STAGED}.close_ts >= sentiment_known.known_ts\n)"
        ),
        format!(
            "bar AS (\n    \
             SELECT {STAGED}.*, {SENTIMENT}\n    \
             FROM {STAGED} LEFT JOIN sentiment_at_close ON {STAGED}.rowid = staged_row\n)"
        ),
    ]
}

/// Steps of the features: 0 is there once staged, an expression comes one after the last expression it reads.
fn levels(set: &FeatureSet) -> HashMap<&str, usize> {
    let mut levels: HashMap<&str, usize> = HashMap::new();
    for feature in set.features() {
        let level = match &feature.definition {
            Definition::Expression(expression) if !expression.is_column(&feature.name) => {
                let reads = expression.columns().iter().filter(|column| **column != feature.name);
                1 + reads.filter_map(|column| levels.get(column.as_str()).copied()).max().unwrap_or(0)
            }
            _ => 0,
        };
        levels.insert(&feature.name, level);
    }
    levels
}

fn step(set: &FeatureSet, levels: &HashMap<&str, usize>, level: usize, from: &str) -> String {
    let (mut replaced, mut added) = (Vec::new(), Vec::new());
    for feature in set.features().iter().filter(|feature| levels[feature.name.as_str()] == level) {
        if let Definition::Expression(expression) = &feature.definition {
            let here = value(feature, expression);
            if BAR_COLUMNS.contains(&feature.name.as_str()) { replaced.push(here) } else { added.push(here) }
        }
    }
    let replace = if replaced.is_empty() { String::new() } else { format!(" REPLACE ({})", replaced.join(", ")) };
    let added: String = added.iter().map(|column| format!(",\n           {column}")).collect();
    format!("step_{level} AS (\n    SELECT *{replace}{added}\n    FROM {from}\n)")
}

/// `expression AS name`: finite or NULL, and NULL inside the warm-up.
fn value(feature: &Feature, expression: &Expression) -> String {
    let finite = format!("finite({})", expression.text());
    if feature.warmup == 0 {
        return format!("{finite} AS {}", feature.name);
    }
    format!("CASE WHEN {BAR_NUMBER} >= {} THEN {finite} END AS {}", feature.warmup, feature.name)
}
