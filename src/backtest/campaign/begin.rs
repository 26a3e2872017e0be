//! The life of a campaign as a run: begun with its cells, carried out, ended.

use super::execute::execute;
use super::{Campaign, Cell, Ended};
use crate::backtest::BacktestError;
use crate::domain::{Progress, Ts};
use crate::store::Store;
use crate::store::campaigns::{self, CellRow, CellState};
use crate::store::runs::{self, NewRun};

/// Stores a campaign as running and its cells as pending; returns its id.
///
/// # Errors
/// Faults of the store.
pub fn begin(store: &Store, run: &NewRun, cells: &[Cell], now: Ts) -> Result<String, BacktestError> {
    store.transaction(|| {
        let campaign_id = runs::insert(store, run, now)?;
        let rows: Vec<CellRow> = cells.iter().map(row).collect();
        campaigns::insert(store, &campaign_id, &rows)?;
        Ok(campaign_id)
    })
}

fn row(cell: &Cell) -> CellRow {
    CellRow {
        cell: cell.number,
        subject: cell.subject.clone(),
        model_id: cell.model_id.clone(),
        symbols: cell.symbols.iter().map(ToString::to_string).collect(),
        period: cell.period.name.clone(),
        from: cell.period.from,
        to: cell.period.to,
        state: CellState::Pending,
        seconds: None,
    }
}

/// Marks a campaign as running again, before more of its cells are carried out.
///
/// # Errors
/// Faults of the store.
pub fn reopen(store: &Store, campaign_id: &str) -> Result<(), BacktestError> {
    Ok(campaigns::reopen(store, campaign_id)?)
}

/// Carries out cells of a begun campaign and ends its run: finished, or failed when any of all its cells is not.
///
/// # Errors
/// Faults of the store that are not those of a cell: what was stored before stays, and the run is failed.
pub fn carry_out(
    store: &Store,
    campaign: &Campaign<'_>,
    cells: &[Cell],
    progress: &dyn Progress,
) -> Result<Ended, BacktestError> {
    let id = campaign.campaign_id;
    let ended = execute(store, campaign, cells, progress).inspect_err(|error| {
        // The first error is the one to tell.
        let _ = runs::fail(store, id, &error.to_string(), (campaign.clock)());
    })?;
    let all = campaigns::cells(store, id)?;
    let unfinished = all.iter().filter(|row| !matches!(row.state, CellState::Finished(_))).count();
    match unfinished {
        0 => runs::finish(store, id, (campaign.clock)())?,
        n => runs::fail(store, id, &format!("{n} of {} cells are not finished", all.len()), (campaign.clock)())?,
    }
    Ok(ended)
}
