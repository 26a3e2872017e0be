//! The one readable SQL script that materialises a feature set.
//!
//! It reads `staged`: the bars being built in series and time order, with one column a kernel, the sentiment score and
//! the as-of columns known at each bar's close. An expression over earlier expressions gets a step of its own, so each
//! step reads only what the steps before it wrote. Rows that are only there for windows to look back at are not
//! `fresh` and are not written.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::expression::{BAR_COLUMNS, Expression, SENTIMENT};
use super::record::{Definition, Feature};
use super::set::{BAR_NUMBER, FeatureSet, KEYS};
use super::window::{ACROSS, Window};

/// Name of what is staged.
pub(super) const STAGED: &str = "staged";

/// Turns what a store holds of a set into the set's rows for the staged bars; see the module documentation.
#[must_use]
pub fn sql(set: &FeatureSet) -> String {
    let table = set.table();
    format!(
        "{}{}{}\n{}\n-- The bars being built give up the rows they had.\nDELETE FROM {table}\n\
         WHERE (symbol, interval, ts) IN (SELECT (symbol, interval, ts) FROM {STAGED} WHERE fresh);\n\n{};\n",
        header(set),
        create(set),
        comments(set),
        macros(set),
        insert(set, None)
    )
}

/// Creates the table with its comments.
pub(super) fn create_table(set: &FeatureSet) -> String {
    format!("{}{}", create(set), comments(set))
}

/// Writes the rows of the staged bars; `source` says what `staged` is, when it is no table.
pub(super) fn insert(set: &FeatureSet, source: Option<&str>) -> String {
    let mut steps: Vec<String> = source.map(|source| format!("{STAGED} AS (\n    {source}\n)")).into_iter().collect();
    let last = set.features().iter().map(|feature| feature.level).max().unwrap_or(0);
    // The last step is the SELECT itself, unless rows must be left out after its windows have seen them.
    let filtered = set.context() > 0 || set.is_across();
    let mut from = STAGED.to_string();
    for level in 1..(if filtered { last + 1 } else { last }) {
        steps.push(step(set, level, &from));
        from = format!("step_{level}");
    }
    let columns =
        KEYS.iter().map(ToString::to_string).chain(set.features().iter().map(|feature| match &feature.definition {
            Definition::Expression(expression) if !filtered && last > 0 && feature.level == last => {
                value(feature, expression)
            }
            _ => feature.name.clone(),
        }));
    let columns: Vec<String> = columns.collect();
    let with = if steps.is_empty() { String::new() } else { format!("WITH {}\n", steps.join(",\n")) };
    let windows = if filtered || last == 0 { String::new() } else { windows(set, last) };
    let fresh = if filtered { "\nWHERE fresh" } else { "" };
    format!("INSERT INTO {}\n{with}SELECT\n    {}\nFROM {from}{fresh}{windows}", set.table(), columns.join(",\n    "))
}

/// Creates an empty table for what is staged, for sets that need all series at once.
pub(super) fn staging_table(set: &FeatureSet) -> String {
    let mut columns: Vec<String> = vec![
        "symbol VARCHAR".into(),
        "interval VARCHAR".into(),
        "ts TIMESTAMP".into(),
        "close_ts TIMESTAMP".into(),
        "session_date DATE".into(),
        format!("{BAR_NUMBER} BIGINT"),
        "fresh BOOLEAN".into(),
        "member BOOLEAN".into(),
    ];
    columns.extend(numbers(set).iter().map(|name| format!("{name} DOUBLE")));
    format!("CREATE OR REPLACE TEMP TABLE {STAGED} ({})", columns.join(", "))
}

/// Creates an empty table with every column that an expression can name.
pub(super) fn check_table(set: &FeatureSet) -> String {
    let staged = staging_table(set).replace(STAGED, CHECKED);
    let there = numbers(set);
    let features = set.features().iter().map(|feature| &feature.name).filter(|name| !there.contains(name));
    let columns: String = features.map(|name| format!(", {name} DOUBLE")).collect();
    format!("{}{columns})", staged.trim_end_matches(')'))
}

/// Name of that table.
const CHECKED: &str = "staged_check";

/// For each expression a statement that DuckDB can prepare if it can run it.
pub(super) fn checks(set: &FeatureSet) -> impl Iterator<Item = (&Feature, String)> {
    set.expressions().map(|(feature, expression)| {
        let windows: Vec<String> = expression.windows().iter().map(|window| window.definition()).collect();
        let windows = if windows.is_empty() { String::new() } else { format!(" WINDOW {}", windows.join(", ")) };
        (feature, format!("SELECT {} FROM {CHECKED}{windows}", value(feature, expression)))
    })
}

/// Columns of numbers that are staged, in order.
pub(super) fn numbers(set: &FeatureSet) -> Vec<String> {
    let mut names: Vec<String> = BAR_COLUMNS[..6].iter().map(ToString::to_string).collect();
    if set.reads_sentiment() {
        names.push(SENTIMENT.into());
    }
    names.extend(set.joined_columns().into_iter().map(|(name, ..)| name));
    names.extend(kernels(set).map(|(name, _)| name.to_string()));
    names
}

/// Drops the table of a set.
pub(super) fn drop_table(set: &FeatureSet) -> String {
    format!("DROP TABLE {}", set.table())
}

/// Deletes every row.
pub(super) fn delete_all(set: &FeatureSet) -> String {
    format!("DELETE FROM {}", set.table())
}

/// Counts the rows of the table of a set.
pub(super) fn count_rows(set: &FeatureSet) -> String {
    format!("SELECT count(*) FROM {}", set.table())
}

/// Counts the rows of each series.
pub(super) fn count_series(set: &FeatureSet) -> String {
    format!("SELECT symbol, interval, count(*) FROM {} GROUP BY ALL", set.table())
}

/// Symbols and intervals, bound side by side as texts joined by line feeds.
const PAIRS: &str =
    "(symbol, interval) IN (SELECT (unnest(string_split($1, chr(10))), unnest(string_split($2, chr(10)))))";

/// Counts the rows of all but the series bound.
pub(super) fn count_others(set: &FeatureSet) -> String {
    format!("SELECT count(*) FROM {} WHERE NOT {PAIRS}", set.table())
}

/// Deletes the rows of the series bound.
pub(super) fn delete_series(set: &FeatureSet) -> String {
    format!("DELETE FROM {} WHERE {PAIRS}", set.table())
}

/// Symbols, intervals and times, bound side by side as texts joined by line feeds.
const WANTED: &str = "SELECT unnest(string_split($1, chr(10))) AS symbol, unnest(string_split($2, chr(10))) AS interval, \
     CAST(unnest(string_split($3, chr(10))) AS BIGINT) AS us";

/// Deletes the rows of the series bound from each one's time on.
pub(super) fn delete_from(set: &FeatureSet) -> String {
    format!(
        "DELETE FROM {table} USING ({WANTED}) w WHERE {table}.symbol = w.symbol AND {table}.interval = w.interval \
         AND epoch_us({table}.ts) >= w.us",
        table = set.table()
    )
}

/// For each series bound the start of the bar that lies so many bars before its time.
pub(super) fn starts_before(bars: usize) -> String {
    format!(
        "WITH wanted AS ({WANTED}, unnest(range(CAST($4 AS BIGINT))) AS at)
         SELECT w.at, epoch_us(list_min(max(b.ts, {}))) FROM wanted w
         JOIN bars b ON b.symbol = w.symbol AND b.interval = w.interval WHERE epoch_us(b.ts) < w.us GROUP BY w.at",
        bars
    )
}

/// Kernel columns stored for each series bound, from its time on; `None` without kernels.
pub(super) fn stored_kernels(set: &FeatureSet) -> Option<String> {
    let columns: Vec<String> = kernels(set).map(|(name, _)| format!("f.{name}")).collect();
    (!columns.is_empty()).then(|| {
        format!(
            "WITH wanted AS ({WANTED}, unnest(range(CAST($4 AS BIGINT))) AS at)
             SELECT w.at, f.ts, {} FROM wanted w JOIN {} f ON f.symbol = w.symbol AND f.interval = w.interval
             WHERE epoch_us(f.ts) >= w.us",
            columns.join(", "),
            set.table()
        )
    })
}

/// What the table's comment says; names the version that every row was built with.
pub(super) fn table_comment(set: &FeatureSet) -> String {
    let about = one_line(set.about());
    format!("{about}. Unique by symbol, interval, ts. Feature set {} version {}", set.name(), set.hash())
}

/// Features that are kernels, in the order of the set.
pub(super) fn kernels(set: &FeatureSet) -> impl Iterator<Item = (&str, &Definition)> {
    let kernel = |feature: &&Feature| matches!(feature.definition, Definition::Kernel { .. });
    set.features().iter().filter(kernel).map(|feature| (feature.name.as_str(), &feature.definition))
}

fn header(set: &FeatureSet) -> String {
    let mut text = format!(
        "-- Builds {} from bars. Generated from feature set '{}',\n-- version {}.\n\
         -- {STAGED} holds the bars being built, {BAR_NUMBER} counting them from 0 in each series, with:\n",
        set.table(),
        set.name(),
        set.hash()
    );
    let mut lines: Vec<(String, String)> = Vec::new();
    if set.reads_sentiment() {
        lines.push((SENTIMENT.into(), "newest score with known_ts <= close_ts, the most confident of several".into()));
    }
    for (name, join, column) in set.joined_columns() {
        let (symbol, interval) = (join.symbol.as_ref(), join.interval);
        let symbol = symbol.map_or("the same symbol".to_string(), ToString::to_string);
        let interval = interval.map_or("the same interval".to_string(), |interval| interval.to_string());
        let age = join.max_age_days.map_or(String::new(), |days| format!(", at most {days} days old"));
        lines.push((
            name,
            format!("{column} of the newest bar of {symbol}, {interval}, with close_ts <= close_ts{age}"),
        ));
    }
    if set.is_across() {
        let whom = set
            .universe()
            .map_or("always".to_string(), |name| format!("in universe '{}' on session_date", one_line(name)));
        lines.push(("member".into(), whom));
    }
    lines.push(("fresh".into(), "whether the bar's row is written; the others are looked back at".into()));
    lines
        .extend(kernels(set).map(|(name, definition)| (name.to_string(), format!("{definition}, stepped bar by bar"))));
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, what) in lines {
        let _ = writeln!(text, "--   {name:width$} = {what}");
    }
    text.push('\n');
    text
}

fn create(set: &FeatureSet) -> String {
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

/// The script's macros.
pub(super) fn macros(set: &FeatureSet) -> String {
    let mut text = "\n-- Unknown is NULL, never infinite.\n\
         CREATE OR REPLACE TEMP MACRO finite(x) AS CASE WHEN isfinite(CAST(x AS DOUBLE)) THEN CAST(x AS DOUBLE) END;\n"
        .to_string();
    for (name, definition) in ACROSS {
        if set.expressions().any(|(_, expression)| expression.text().to_ascii_lowercase().contains(name)) {
            text.push_str(definition);
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}

fn one_line(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn step(set: &FeatureSet, level: usize, from: &str) -> String {
    let (mut replaced, mut added) = (Vec::new(), Vec::new());
    for (feature, expression) in set.expressions().filter(|(feature, _)| feature.level == level) {
        let here = value(feature, expression);
        if BAR_COLUMNS.contains(&feature.name.as_str()) { replaced.push(here) } else { added.push(here) }
    }
    let replace = if replaced.is_empty() { String::new() } else { format!(" REPLACE ({})", replaced.join(", ")) };
    let added: String = added.iter().map(|column| format!(",\n           {column}")).collect();
    let windows = windows(set, level).replace('\n', "\n    ");
    format!("step_{level} AS (\n    SELECT *{replace}{added}\n    FROM {from}{windows}\n)")
}

/// The WINDOW clause of a step, when it has windows by name.
fn windows(set: &FeatureSet, level: usize) -> String {
    let here = set.expressions().filter(|(feature, _)| feature.level == level);
    let windows: BTreeSet<Window> = here.flat_map(|(_, expression)| expression.windows().iter().copied()).collect();
    let definitions: Vec<String> = windows.into_iter().map(Window::definition).collect();
    if definitions.is_empty() { String::new() } else { format!("\nWINDOW {}", definitions.join(",\n       ")) }
}

/// `expression AS name`: finite or NULL, and NULL inside the warm-up.
fn value(feature: &Feature, expression: &Expression) -> String {
    let finite = format!("finite({})", expression.sql());
    let mut only = Vec::new();
    if feature.warmup > 0 {
        only.push(format!("{BAR_NUMBER} >= {}", feature.warmup));
    }
    // Who is no member has no peers.
    if expression.windows().contains(&Window::Peers) {
        only.push("member".into());
    }
    match only.as_slice() {
        [] => format!("{finite} AS {}", feature.name),
        _ => format!("CASE WHEN {} THEN {finite} END AS {}", only.join(" AND "), feature.name),
    }
}
