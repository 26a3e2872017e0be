//! What no longer follows from the bars it was made of: marks in `stale_marks`, set by ingest, cleared by a rebuild.

use duckdb::params;

use super::{Result, Store};
use crate::domain::{Interval, Ts};

/// Bars of a series that changed, or came in before others.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Instrument.
    pub symbol: &'a str,
    /// Bar length.
    pub interval: &'a str,
    /// Start of the first such bar.
    pub from: Ts,
    /// What happened, for a reader.
    pub reason: &'a str,
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// `features`, `labels` or `bars`.
    pub kind: String,
    /// Feature set, label set, or how the bars were derived.
    pub name: String,
    /// Instrument.
    pub symbol: String,
    /// Bar length.
    pub interval: String,
    /// First row that may differ.
    pub from: Ts,
}

/// Marks what was derived from changed bars; what was marked, as `core23` or `tb_1.5_1_8`.
///
/// Features are stale from the changed bar on, labels from the first one whose outcome reaches it, resampled bars
/// from the first one that holds it.
///
/// # Errors
/// Faults of DuckDB.
pub fn mark(store: &Store, change: &Change<'_>, now: Ts) -> Result<Vec<String>> {
    let mut marked = mark_features(store, change, now)?;
    marked.extend(mark_labels(store, change, now)?);
    let key = params![change.symbol, change.interval, change.from.0];
    let mut statement = store.conn().prepare(
        "SELECT b.interval, epoch_us(min(b.ts)) FROM bars b WHERE b.symbol = ? AND b.interval <> ?
         AND ends_with(b.source, 'resample') AND b.close_ts > make_timestamp(?) GROUP BY b.interval ORDER BY b.interval",
    )?;
    let rows = statement.query_map(key, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (interval, from) = row?;
        // Only longer bars can be made of these.
        if interval.parse::<Interval>().ok() <= change.interval.parse().ok() {
            continue;
        }
        put(store, ("bars", "resample"), change, &interval, Ts(from), now)?;
        marked.push(format!("{interval} bars"));
    }
    marked.extend(mark_adjusted(store, change.symbol, Some(change.interval), change.reason, now)?);
    Ok(marked)
}

/// Marks what was derived from bars of a symbol that splits or dividends concern, from their first ex-dates on: splits
/// reach features and labels, dividends labels. `first` are the ex-dates of the first split and the first dividend that
/// are new or other than before, as days since 1970-01-01. What was marked.
///
/// # Errors
/// Faults of DuckDB.
pub fn mark_actions(
    store: &Store,
    symbol: &str,
    first: (Option<i64>, Option<i64>),
    reason: &str,
    now: Ts,
) -> Result<Vec<String>> {
    let mut marked = Vec::new();
    let mut statement = store.conn().prepare(crate::sql!("store/bars_from_session"))?;
    for (day, is_split) in [(first.0, true), (first.1, false)] {
        let Some(day) = day else { continue };
        let rows = statement.query_map(params![symbol, day, is_split], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
        })?;
        for row in rows {
            let (symbol, interval, from) = row?;
            let change = Change { symbol: &symbol, interval: &interval, from: Ts(from), reason };
            if is_split {
                marked.extend(mark_features(store, &change, now)?);
            }
            marked.extend(mark_labels(store, &change, now)?);
        }
    }
    Ok(marked)
}

fn mark_features(store: &Store, change: &Change<'_>, now: Ts) -> Result<Vec<String>> {
    let mut marked = Vec::new();
    let key = params![change.symbol, change.interval, change.from.0];
    for set in feature_sets(store)? {
        // The set's name was checked when it was registered; quoting keeps it a name in any case.
        let sql = format!(
            "SELECT count(*) FROM \"features_{}\" WHERE symbol = ? AND interval = ? AND ts >= make_timestamp(?)",
            set.replace('"', "\"\"")
        );
        let rows: i64 = store.conn().query_row(&sql, key, |row| row.get(0))?;
        if rows > 0 {
            put(store, ("features", &set), change, change.interval, change.from, now)?;
            marked.push(set);
        }
    }
    Ok(marked)
}

fn mark_labels(store: &Store, change: &Change<'_>, now: Ts) -> Result<Vec<String>> {
    let mut marked = Vec::new();
    let key = params![change.symbol, change.interval, change.from.0];
    let mut statement = store.conn().prepare(
        // An exit at the end of a session also hangs on there being no bar of it behind.
        "SELECT label_set, epoch_us(min(ts)) FROM labels WHERE symbol = $1 AND interval = $2
         AND (exit_ts >= make_timestamp($3) OR barrier = 'session' AND exit_ts >= (
             SELECT max(b.ts) FROM bars b WHERE b.symbol = $1 AND b.interval = $2 AND b.ts < make_timestamp($3)))
         GROUP BY label_set ORDER BY label_set",
    )?;
    let rows = statement.query_map(key, |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (set, from) = row?;
        put(store, ("labels", &set), change, change.interval, Ts(from).min(change.from), now)?;
        marked.push(set);
    }
    Ok(marked)
}

/// Marks the adjusted series of a symbol, from their first bar on: adjustment goes backward. What was marked.
///
/// `interval` is that of the bars that changed; `None` when it was corporate actions, which concern every interval.
///
/// # Errors
/// Faults of DuckDB.
pub fn mark_adjusted(
    store: &Store,
    symbol: &str,
    interval: Option<&str>,
    reason: &str,
    now: Ts,
) -> Result<Vec<String>> {
    let mut statement = store.conn().prepare(
        "SELECT b.symbol, b.interval, epoch_us(min(b.ts)) FROM bars b
         JOIN instruments i ON i.symbol = b.symbol AND i.base_symbol = $1
         WHERE ends_with(b.source, 'adjust') AND b.interval = coalesce($2, b.interval) GROUP BY ALL ORDER BY ALL",
    )?;
    let rows = statement.query_map(params![symbol, interval], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
    })?;
    let mut marked = Vec::new();
    for row in rows {
        let (derived, interval, from) = row?;
        let change = Change { symbol: &derived, interval: &interval, from: Ts(from), reason };
        put(store, ("bars", "adjust"), &change, &interval, Ts(from), now)?;
        marked.push(format!("{derived} {interval} bars"));
    }
    Ok(marked)
}

/// Names of feature sets that have a table.
fn feature_sets(store: &Store) -> Result<Vec<String>> {
    let mut statement = store.conn().prepare(
        "SELECT DISTINCT s.name FROM feature_sets s JOIN duckdb_tables() t ON t.table_name = 'features_' || s.name
         ORDER BY s.name",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

fn put(
    store: &Store,
    (kind, name): (&str, &str),
    change: &Change<'_>,
    interval: &str,
    from: Ts,
    now: Ts,
) -> Result<()> {
    let earlier: Option<i64> = store.conn().query_row(
        "SELECT epoch_us(min(from_ts)) FROM stale_marks WHERE kind = ? AND name = ? AND symbol = ? AND interval = ?",
        params![kind, name, change.symbol, interval],
        |row| row.get(0),
    )?;
    if earlier.is_some_and(|earlier| earlier <= from.0) {
        return Ok(());
    }
    store.conn().execute(
        "DELETE FROM stale_marks WHERE kind = ? AND name = ? AND symbol = ? AND interval = ?",
        params![kind, name, change.symbol, interval],
    )?;
    store.conn().execute(
        "INSERT INTO stale_marks VALUES (?, ?, ?, ?, make_timestamp(?), ?, make_timestamp(?))",
        params![kind, name, change.symbol, interval, from.0, change.reason, now.0],
    )?;
    Ok(())
}

/// Takes marks away after a rebuild of some series, given as symbol and interval.
///
/// # Errors
/// Faults of DuckDB.
pub fn clear<'a>(
    store: &Store,
    kind: &str,
    name: &str,
    series: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let marks: i64 = store.conn().query_row("SELECT count(*) FROM stale_marks", [], |row| row.get(0))?;
    if marks == 0 {
        return Ok(());
    }
    for (symbol, interval) in series {
        store.conn().execute(
            "DELETE FROM stale_marks WHERE kind = ? AND name = ? AND symbol = ? AND interval = ?",
            params![kind, name, symbol, interval],
        )?;
    }
    Ok(())
}

/// Every mark, sorted.
///
/// # Errors
/// Faults of DuckDB.
pub fn list(store: &Store) -> Result<Vec<Mark>> {
    let mut statement =
        store.conn().prepare("SELECT kind, name, symbol, interval, epoch_us(from_ts) FROM stale_marks ORDER BY ALL")?;
    let rows = statement.query_map([], |row| {
        Ok(Mark {
            kind: row.get(0)?,
            name: row.get(1)?,
            symbol: row.get(2)?,
            interval: row.get(3)?,
            from: Ts(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}
