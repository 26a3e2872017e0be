//! Rows of `campaign_cells`: which backtests a campaign is made of, and what became of each.

use duckdb::{OptionalExt, params};

use super::{Columns, Result, Store};
use crate::domain::Ts;

/// Whether a cell is still to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum CellState {
    /// Not done yet.
    Pending,
    /// Its backtest is stored under this run.
    Finished(String),
    /// It could not be done, for this reason.
    Failed(String),
}

/// One backtest of a campaign as rows know it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellRow {
    /// Number within the campaign, from 1.
    pub cell: i64,
    /// Strategy, or model as `name@version`.
    pub subject: String,
    /// Model asked.
    pub model_id: Option<String>,
    /// Instruments on one account, sorted.
    pub symbols: Vec<String>,
    /// Name of the period.
    pub period: String,
    /// First bar start.
    pub from: Ts,
    /// End of bar starts, not included.
    pub to: Ts,
    /// What became of it.
    pub state: CellState,
    /// Time to read and simulate it, in seconds.
    pub seconds: Option<f64>,
}

/// Stores the cells of a campaign as pending; the caller holds the transaction.
///
/// # Errors
/// Faults of DuckDB.
pub fn insert(store: &Store, campaign_id: &str, cells: &[CellRow]) -> Result<()> {
    Columns::new()
        .i64("cell", cells.iter().map(|row| row.cell))
        .text("subject", cells.iter().map(|row| &row.subject))
        .text_opt("model_id", cells.iter().map(|row| row.model_id.as_ref()))
        .text("symbols", cells.iter().map(|row| row.symbols.join("\n")))
        .text("period", cells.iter().map(|row| &row.period))
        .ts("period_from", cells.iter().map(|row| row.from))
        .ts("period_to", cells.iter().map(|row| row.to))
        .insert_with(store, crate::sql!("store/insert_cells"), &[&campaign_id])
}

/// The cells of a campaign in their order; none for an unknown one.
///
/// # Errors
/// Faults of DuckDB.
pub fn cells(store: &Store, campaign_id: &str) -> Result<Vec<CellRow>> {
    let mut statement = store.conn().prepare(crate::sql!("store/campaign_cells"))?;
    let rows = statement.query_map([campaign_id], |row| {
        let (status, run_id, error): (String, Option<String>, Option<String>) = (row.get(7)?, row.get(8)?, row.get(9)?);
        Ok(CellRow {
            cell: row.get(0)?,
            subject: row.get(1)?,
            model_id: row.get(2)?,
            symbols: row.get::<_, String>(3)?.split('\n').map(ToString::to_string).collect(),
            period: row.get(4)?,
            from: Ts(row.get(5)?),
            to: Ts(row.get(6)?),
            state: match (status.as_str(), run_id) {
                ("finished", Some(run_id)) => CellState::Finished(run_id),
                ("failed", _) => CellState::Failed(error.unwrap_or_default()),
                _ => CellState::Pending,
            },
            seconds: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Name of a campaign, empty when it was given none; `None` when the run is no campaign.
///
/// # Errors
/// Faults of DuckDB.
pub fn name(store: &Store, campaign_id: &str) -> Result<Option<String>> {
    Ok(store.conn().query_row(crate::sql!("store/campaign_name"), [campaign_id], |row| row.get(0)).optional()?)
}

/// Keeps what became of a cell.
///
/// # Errors
/// Faults of DuckDB.
pub fn end(store: &Store, campaign_id: &str, cell: i64, state: &CellState, seconds: Option<f64>) -> Result<()> {
    let (status, run_id, error) = match state {
        CellState::Pending => ("pending", None, None),
        CellState::Finished(run_id) => ("finished", Some(run_id), None),
        CellState::Failed(error) => ("failed", None, Some(error)),
    };
    store.conn().execute(crate::sql!("store/end_cell"), params![campaign_id, cell, status, run_id, error, seconds])?;
    Ok(())
}

/// Marks a stopped or failed run as running again.
///
/// # Errors
/// Faults of DuckDB.
pub fn reopen(store: &Store, campaign_id: &str) -> Result<()> {
    store.conn().execute(crate::sql!("store/reopen_run"), params![campaign_id])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_with_what_became_of_them() {
        let store = Store::in_memory().unwrap();
        let row = |cell: i64, model: Option<&str>| CellRow {
            cell,
            subject: "s".into(),
            model_id: model.map(Into::into),
            symbols: vec!["A".into(), "B'; --".into()],
            period: "2024".into(),
            from: Ts(5),
            to: Ts(9),
            state: CellState::Pending,
            seconds: None,
        };
        let rows = vec![row(1, None), row(2, Some("m")), row(3, None)];
        insert(&store, "c", &rows).unwrap();
        insert(&store, "other", &rows).unwrap();
        assert_eq!(cells(&store, "c").unwrap(), rows);
        let states = [CellState::Finished("r".into()), CellState::Failed("no bars".into())];
        for (cell, state) in (1..).zip(&states) {
            end(&store, "c", cell, state, Some(0.5)).unwrap();
        }
        let found = cells(&store, "c").unwrap();
        assert_eq!((&found[0].state, &found[1].state, found[0].seconds), (&states[0], &states[1], Some(0.5)));
        assert_eq!(found[2], rows[2]);
        assert_eq!(cells(&store, "other").unwrap(), rows);
        assert!(cells(&store, "none").unwrap().is_empty());
    }
}
