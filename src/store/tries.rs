//! The ledger of everything that was ever tried on some days, and of looks at test periods: what the luck of a search counts.
//!
//! Rows are only added: deleting runs or experiments does not make a search look narrower than it was.

use duckdb::params;

use super::{Result, Store};
use crate::domain::Ts;

/// How something was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As a trial of a search.
    Trial,
    /// As a backtest by itself.
    Backtest,
    /// As a cell of a campaign.
    Campaign,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Backtest => "backtest",
            Self::Campaign => "campaign",
        }
    }
}

/// Enters runs that have ended, with their parameters and returns stored; the caller holds the transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn add(store: &Store, run_ids: &[String], kind: Kind) -> Result<()> {
    let (Some(first), Some(last)) = (run_ids.iter().min(), run_ids.iter().max()) else { return Ok(()) };
    let values = params![run_ids.join("\n"), first, last, kind.as_str()];
    store.conn().prepare_cached(crate::sql!("store/tries_add"))?.execute(values)?;
    Ok(())
}

/// How much was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// All of it.
    pub all: i64,
    /// Distinct combinations among it: what luck is reckoned by.
    pub distinct: i64,
    /// Trials of searches.
    pub trials: i64,
    /// Backtests.
    pub backtests: i64,
    /// Cells of campaigns.
    pub cells: i64,
}

/// What was tried on some data: symbols joined by line feeds, first bar start and end. Trials count where their development
/// period overlaps, backtests and cells of campaigns where they share half of the days.
///
/// # Errors
/// Faults of DuckDB.
pub fn on(store: &Store, symbols: &str, (from, to): (Ts, Ts)) -> Result<Tries> {
    let values = params![symbols, from.0, to.0];
    Ok(store.conn().query_row(crate::sql!("store/tries_count"), values, |row| {
        Ok(Tries {
            all: row.get(0)?,
            distinct: row.get(1)?,
            trials: row.get(2)?,
            backtests: row.get(3)?,
            cells: row.get(4)?,
        })
    })?)
}

/// The same for the development period of an experiment, its own trials among them.
///
/// # Errors
/// Faults of DuckDB.
pub fn on_data_of(store: &Store, experiment_id: &str) -> Result<Tries> {
    let (symbols, from, to) = data_of(store, experiment_id)?;
    on(store, &symbols, (from, to))
}

/// Symbols of an experiment joined by line feeds, and its development period.
fn data_of(store: &Store, experiment_id: &str) -> Result<(String, Ts, Ts)> {
    Ok(store.conn().query_row(crate::sql!("experiments/data_of"), [experiment_id], |row| {
        Ok((row.get(0)?, Ts(row.get(1)?), Ts(row.get(2)?)))
    })?)
}

/// Daily returns of distinct feasible trials of other experiments on exactly these days (since 1970-01-01, ascending), one
/// column a trial, in the order of the days: the `most` best ones by Sharpe ratio.
///
/// # Errors
/// Faults of DuckDB.
pub fn returns_of_others(store: &Store, experiment_id: &str, days: &[i32], most: usize) -> Result<Vec<Vec<f64>>> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let (symbols, ..) = data_of(store, experiment_id)?;
    let mut statement = store.conn().prepare(crate::sql!("store/tries_returns_of_others"))?;
    let mut rows = statement.query(params![experiment_id, symbols, first, last, days.len() as i64, most as i64])?;
    let (mut found, mut column, mut current) = (Vec::new(), Vec::with_capacity(days.len()), None);
    // A trial with a return on every day is one of these days; what it has besides is passed over.
    let mut end = |column: &mut Vec<f64>| {
        if column.len() == days.len() {
            found.push(std::mem::take(column));
        }
        column.clear();
    };
    while let Some(row) = rows.next()? {
        let (place, day, value): (i64, i32, f64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if current.replace(place) != Some(place) {
            end(&mut column);
        }
        if days.get(column.len()) == Some(&day) {
            column.push(value);
        }
    }
    end(&mut column);
    Ok(found)
}

/// Enters that an experiment looks at its test period; a second look of the same one changes nothing.
///
/// # Errors
/// Faults of DuckDB.
pub fn look(store: &Store, experiment_id: &str, at: Ts) -> Result<()> {
    store.conn().execute(crate::sql!("store/tries_look"), params![experiment_id, at.0])?;
    Ok(())
}

/// Who has seen a test period besides the experiment itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Other experiments that have looked at an overlapping test period.
    pub looks: i64,
    /// Trials of other experiments that were developed on days of it.
    pub searched: i64,
    /// Backtests and cells of campaigns on at least half of its days.
    pub backtests: i64,
}

/// Who has seen the test period of an experiment.
///
/// # Errors
/// Faults of DuckDB.
pub fn seen(store: &Store, experiment_id: &str) -> Result<Seen> {
    Ok(store.conn().query_row(crate::sql!("store/tries_test_looks"), [experiment_id], |row| {
        Ok(Seen { looks: row.get(0)?, searched: row.get(1)?, backtests: row.get(2)? })
    })?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Every statement below a folder, with its path.
    fn statements(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                statements(&path, found);
            } else {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }

    #[test]
    fn no_statement_takes_anything_out_of_a_ledger() {
        let mut found = Vec::new();
        statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sql"), &mut found);
        statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas"), &mut found);
        assert!(found.iter().any(|(_, text)| text.contains("INSERT INTO tries")));
        for (name, text) in found {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            for ledger in ["tries", "test_looks"] {
                for verb in ["delete from", "update", "truncate", "drop table", "insert or replace into"] {
                    assert!(!format!("{words} ").contains(&format!("{verb} {ledger} ")), "{name} alters {ledger}");
                }
            }
        }
    }
}
