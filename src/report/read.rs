//! Reading runs and rows for a report. Every number shown comes through here, from views and tables.

use std::collections::BTreeMap;

use super::ReportError;
use crate::domain::Ts;
use crate::store::duckdb::types::Value;
use crate::store::duckdb::{self, Row, params_from_iter};
use crate::store::{Store, runs};

/// Stands for a currency that is unknown or mixed.
pub const NO_CURRENCY: &str = "¤";

/// Identity and lineage of a run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Key.
    pub run_id: String,
    /// Run it follows from.
    pub parent_run_id: Option<String>,
    /// train, evaluate or backtest.
    pub kind: String,
    /// research or backtest.
    pub mode: String,
    /// Given name.
    pub name: Option<String>,
    /// running, finished or failed.
    pub status: String,
    /// UTC start.
    pub started_at: Option<Ts>,
    /// UTC end.
    pub ended_at: Option<Ts>,
    /// Random seed.
    pub seed: Option<i64>,
    /// Version of the program.
    pub code_version: String,
    /// SHA-256 of the rows read.
    pub data_fingerprint: Option<String>,
    /// Hash of the feature set.
    pub feature_set_hash: Option<String>,
    /// Newest `close_ts` read.
    pub data_as_of: Option<Ts>,
    /// Model made or used.
    pub model_id: Option<String>,
    /// Strategy run.
    pub strategy: Option<String>,
    /// Bar length.
    pub interval: Option<String>,
    /// Instruments, sorted, joined by commas.
    pub symbols: String,
    /// Number of instruments.
    pub n_symbols: i64,
    /// What failed.
    pub error: Option<String>,
    /// The one currency of its instruments; [`NO_CURRENCY`] when unknown or mixed.
    pub currency: String,
    /// Whether any of its bars are simulated.
    pub is_synthetic: bool,
    /// Whether it traded on data its model was fitted on.
    pub is_in_sample: bool,
    /// Whether it traded signals whose look-ahead audit was left out.
    pub is_unaudited: bool,
    /// Whether its symbols come from a universe without a single ended membership.
    pub is_survivors: bool,
}

/// The run, or [`ReportError::UnknownRun`] naming the newest ones.
pub fn run(store: &Store, run_id: &str) -> Result<Run, ReportError> {
    let found = rows(store, crate::sql!("report/run"), &[run_id], |row| {
        let ts = |name: &str| -> duckdb::Result<Option<Ts>> { Ok(row.get::<_, Option<i64>>(name)?.map(Ts)) };
        Ok(Run {
            run_id: row.get("run_id")?,
            parent_run_id: row.get("parent_run_id")?,
            kind: row.get("kind")?,
            mode: row.get("mode")?,
            name: row.get("name")?,
            status: row.get("status")?,
            started_at: ts("started_at")?,
            ended_at: ts("ended_at")?,
            seed: row.get("seed")?,
            code_version: row.get("code_version")?,
            data_fingerprint: row.get("data_fingerprint")?,
            feature_set_hash: row.get("feature_set_hash")?,
            data_as_of: ts("data_as_of")?,
            model_id: row.get("model_id")?,
            strategy: row.get("strategy")?,
            interval: row.get("interval")?,
            symbols: row.get::<_, Option<String>>("symbols")?.unwrap_or_default(),
            n_symbols: row.get::<_, Option<i64>>("n_symbols")?.unwrap_or_default(),
            error: row.get("error")?,
            currency: row.get::<_, Option<String>>("currency")?.unwrap_or_else(|| NO_CURRENCY.into()),
            is_synthetic: row.get::<_, i64>("n_synthetic")? > 0,
            is_in_sample: row.get::<_, i64>("n_in_sample")? > 0,
            is_unaudited: row.get::<_, i64>("n_unaudited")? > 0,
            is_survivors: row.get("is_survivors")?,
        })
    })?;
    match found.into_iter().next() {
        Some(run) => Ok(run),
        None => Err(ReportError::UnknownRun { run_id: run_id.to_string(), newest: runs::newest(store, "", 5)? }),
    }
}

/// The runs asked for, each followed by those that tell the rest of its model's story, without repetition.
pub fn runs_with_companions(store: &Store, run_ids: &[&str]) -> Result<Vec<Run>, ReportError> {
    let mut order: Vec<String> = Vec::new();
    for run_id in run_ids {
        // Unknown runs are refused before anything is read or written.
        order.push(run(store, run_id)?.run_id);
    }
    for run_id in run_ids {
        order.extend(rows(store, crate::sql!("report/companions"), &[run_id], |row| row.get::<_, String>(0))?);
    }
    let mut found: Vec<Run> = Vec::new();
    for run_id in order {
        if !found.iter().any(|known| known.run_id == run_id) {
            found.push(run(store, &run_id)?);
        }
    }
    Ok(found)
}

/// Runs a statement with text parameters `$1`, `$2`, .. and reads every row.
pub fn rows<T>(
    store: &Store,
    sql: &str,
    args: &[&str],
    mut read: impl FnMut(&Row<'_>) -> duckdb::Result<T>,
) -> Result<Vec<T>, ReportError> {
    let mut statement = store.conn().prepare(sql)?;
    let found = statement.query_map(params_from_iter(args), |row| read(row))?;
    Ok(found.collect::<duckdb::Result<_>>()?)
}

/// The columns of one row of a view: numbers by name, everything else as text.
#[derive(Debug, Clone, Default)]
pub struct Record {
    numbers: BTreeMap<String, f64>,
    texts: BTreeMap<String, String>,
    columns: Vec<String>,
}

impl Record {
    /// A finite number, or `None` when it is NULL, not a number, or no such column.
    #[must_use]
    pub fn number(&self, column: &str) -> Option<f64> {
        self.numbers.get(column).copied().filter(|value| value.is_finite())
    }

    /// A text or date as text.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<&str> {
        self.texts.get(column).map(String::as_str)
    }

    /// Whether the view has this column at all.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }
}

/// Runs a statement and reads every column of every row by its type.
pub fn records(store: &Store, sql: &str, args: &[&str]) -> Result<Vec<Record>, ReportError> {
    let mut statement = store.conn().prepare(sql)?;
    let mut found = statement.query(params_from_iter(args))?;
    let mut records = Vec::new();
    while let Some(row) = found.next()? {
        let columns = row.as_ref().column_names();
        let mut record = Record { columns: columns.clone(), ..Record::default() };
        for (index, column) in columns.into_iter().enumerate() {
            match row.get::<_, Value>(index)? {
                Value::Null => {}
                Value::Text(text) => drop(record.texts.insert(column, text)),
                Value::Date32(_) | Value::Timestamp(..) => drop(record.texts.insert(column, row.get(index)?)),
                _ => {
                    // Lists and the like have no place in a summary; numbers of any width do.
                    if let Ok(number) = row.get::<_, f64>(index) {
                        record.numbers.insert(column, number);
                    }
                }
            }
        }
        records.push(record);
    }
    Ok(records)
}

/// A statement as a reader can paste it: without its header, its parameters as literals.
#[must_use]
pub fn pasteable(sql: &str, args: &[&str]) -> String {
    let body: Vec<&str> = sql.lines().filter(|line| !line.starts_with("--")).collect();
    let text = body.join("\n").trim().to_string();
    // Highest number first, so that $1 is not taken for the start of $10.
    let numbered = args.iter().enumerate().rev();
    let filled = numbered.fold(text, |text, (index, value)| {
        text.replace(&format!("${}", index + 1), &format!("'{}'", value.replace('\'', "''")))
    });
    filled + ";"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasteable_sql_quotes_its_values() {
        let sql = "-- why\nSELECT $1, $2\nFROM t";
        assert_eq!(pasteable(sql, &["a'b", "test"]), "SELECT 'a''b', 'test'\nFROM t;");
    }
}
