//! Going on with a campaign: the same cells, and only those that are missing or failed.

use clap::Parser;

use super::asked::Asked;
use super::{CampaignArgs, Todo, asked_flags};
use crate::backtest::campaign::{Cell, Period};
use crate::cli::commands::Command;
use crate::cli::{Cli, Ctx, Failure};
use crate::store::campaigns::{self, CellRow, CellState};
use crate::store::{Store, runs};

/// The campaign that a word names: what was asked then (or is asked now, where flags are given) and what is left to do.
pub fn resume(args: &CampaignArgs, given: &str, store: &Store, ctx: &Ctx) -> Result<(CampaignArgs, Todo), Failure> {
    let campaign_id = runs::find(store, given)?;
    let Some(name) = campaigns::name(store, &campaign_id)? else {
        return Err(Failure::refused(format!("run {campaign_id} is no campaign"))
            .hint("list campaigns: ws sql \"FROM runs WHERE kind = 'campaign'\""));
    };
    let rows = campaigns::cells(store, &campaign_id)?;
    let left = rows.iter().filter(|row| !matches!(row.state, CellState::Finished(_)));
    let cells = left.map(cell).collect::<Result<Vec<_>, _>>()?;
    let done = rows.len() - cells.len();
    let stored = runs::params_of(store, &campaign_id)?;
    let mut asked = args.clone();
    if asked_flags(&ctx.given).is_empty() {
        let flags = stored.get("flags").and_then(|flags| serde_json::from_str(flags).ok()).unwrap_or_default();
        asked = CampaignArgs { model: list(stored.get("models")), ..again(flags, &campaign_id)? };
    }
    // What was left open then is what it came to then, whatever bars there are by now.
    if asked.data.symbols.is_empty() {
        asked.data.symbols = list(stored.get("symbols")).iter().filter_map(|symbol| symbol.parse().ok()).collect();
    }
    if asked.data.interval.is_none() {
        asked.data.interval = stored.get("interval").and_then(|interval| interval.parse().ok());
    }
    let CampaignArgs { jobs, dry_run, out, open, .. } = args.clone();
    Ok((CampaignArgs { jobs, dry_run, out, open, ..asked }, Todo { campaign_id: Some(campaign_id), name, cells, done }))
}

/// Refuses a campaign that would not be the same.
pub fn check(asked: &Asked<'_>, todo: &Todo, store: &Store) -> Result<(), Failure> {
    let Some(campaign_id) = &todo.campaign_id else { return Ok(()) };
    let stored = runs::params_of(store, campaign_id)?;
    let mut differences = Vec::new();
    for (key, now) in &asked.spec {
        match stored.get(key) {
            Some(then) if then == now => {}
            Some(then) => differences.push(format!("{key} was {then}, is {now}")),
            None => differences.push(format!("{key} was not set, is {now}")),
        }
    }
    let gone = stored.iter().filter(|(key, _)| *key != "flags" && !asked.spec.contains_key(*key));
    differences.extend(gone.map(|(key, then)| format!("{key} was {then}, is not set")));
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!("campaign {campaign_id} asked for something else: {}", differences.join("; ")))
        .hint("leave the other flags out, or begin a new campaign without --resume"))
}

/// Flags as they were given once, read again.
fn again(flags: Vec<String>, campaign_id: &str) -> Result<CampaignArgs, Failure> {
    let words = ["ws", "campaign"].map(ToString::to_string).into_iter().chain(flags);
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Campaign(args)) => Ok(*args),
        Ok(_) => Err(Failure::fault(format!("the stored flags of {campaign_id} are not those of a campaign"))),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_string();
            Err(Failure::refused(format!("the stored flags of {campaign_id} are no longer understood: {first}"))
                .hint("give the flags again beside --resume"))
        }
    }
}

fn list(stored: Option<&String>) -> Vec<String> {
    stored.into_iter().flat_map(|text| text.split(',')).filter(|word| !word.is_empty()).map(Into::into).collect()
}

fn cell(row: &CellRow) -> Result<Cell, Failure> {
    let symbols = row.symbols.iter().map(|symbol| symbol.parse()).collect::<Result<Vec<_>, _>>();
    Ok(Cell {
        number: row.cell,
        subject: row.subject.clone(),
        model_id: row.model_id.clone(),
        symbols: symbols.map_err(|error| Failure::fault(format!("cell {}: {error}", row.cell)))?,
        period: Period { name: row.period.clone(), from: row.from, to: row.to },
    })
}
