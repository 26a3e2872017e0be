//! Sampled labels computed again from their bars.

use std::collections::BTreeMap;

use super::read::Drawn;
use super::{AuditPlan, SampledLabel};
use crate::domain::{Bars, Ts, price};
use crate::labels::error::LabelError;
use crate::labels::row::{Barrier, LabelRow, dividends};
use crate::labels::spec::LabelSpec;
use crate::labels::trade::Bet;
use crate::store::series::{self, SeriesFilter};
use crate::store::{Store, actions};

/// Bars loaded at once.
const CHUNK_BARS: i64 = 500_000;
/// Bars shown before the decision and after the exit.
const BEFORE: usize = 10;
const AFTER: usize = 5;

/// A rule about one label that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Computed again, it is another.
    Recomputed,
    /// Its return lies beyond its barriers.
    Outside,
}

/// Loads the bars of every drawn row, computes its label again and looks at both.
pub(super) fn judge(
    store: &Store,
    plan: &AuditPlan,
    spec: &LabelSpec,
    drawn: Vec<Drawn>,
) -> Result<Vec<(SampledLabel, Vec<Fault>)>, LabelError> {
    let mut by_symbol: BTreeMap<String, Vec<(String, LabelRow)>> = BTreeMap::new();
    for (split, symbol, row) in drawn {
        by_symbol.entry(symbol).or_default().push((split, row));
    }
    let mut judged = Vec::new();
    let filter = SeriesFilter { symbols: vec![], interval: Some(plan.interval) };
    let mut wanted = if by_symbol.is_empty() { Vec::new() } else { filter.resolve(store)? };
    wanted.retain(|found| by_symbol.contains_key(found.symbol.as_str()));
    for chunk in series::chunks(&wanted, CHUNK_BARS) {
        let acting = actions::met(store.conn(), chunk.iter().map(|found| (&found.symbol, found.interval)))?;
        for (bars, acting) in series::load(store, chunk)?.into_iter().zip(acting) {
            let Some(rows) = by_symbol.remove(bars.symbol.as_str()) else { continue };
            let paid = acting.paid(&bars);
            let (again, bets) = (spec.label_paid(&bars, &paid), spec.bets(&bars));
            for (split, row) in rows {
                // A label whose bar is gone is counted among the rules for every row.
                let Ok(decision) = bars.ts.binary_search(&row.ts) else { continue };
                judged.push(judge_one(split, row, (&bars, &paid), decision, &again[decision], bets[decision].as_ref()));
            }
        }
    }
    Ok(judged)
}

fn judge_one(
    split: String,
    row: LabelRow,
    (bars, paid): (&Bars, &[f64]),
    decision: usize,
    again: &LabelRow,
    bet: Option<&Bet>,
) -> (SampledLabel, Vec<Fault>) {
    let entry = (decision + 1).min(bars.len() - 1);
    let exit = row.exit_ts.and_then(|ts| bars.ts.binary_search(&ts).ok()).unwrap_or(entry).max(entry);
    let entry_price = bars.open[entry];
    let side = f64::from(row.side.unwrap_or(1));
    // Barriers and the price of the exit know of no dividends.
    let by_price = row.forward_return.map(|found| found - side * dividends(bars, paid, entry, exit));
    let exit_price = entry_price * (1.0 + side * by_price.unwrap_or(f64::NAN));
    let (mut faults, mut told) = (Vec::new(), Vec::new());
    if let Some(difference) = difference(&row, again) {
        faults.push(Fault::Recomputed);
        told.push(format!("computed again, {difference}"));
    }
    if let Some(bet) = bet
        && !by_price.is_none_or(|found| is_within(found, bet, bars, entry, exit))
    {
        faults.push(Fault::Outside);
        told.push("its return lies beyond its barriers".to_string());
    }
    let (from, to) = (decision.saturating_sub(BEFORE), (exit + AFTER + 1).min(bars.len()));
    let mut shown = Bars::empty(bars.symbol.clone(), bars.interval);
    (from..to).filter_map(|index| bars.get(index)).for_each(|bar| shown.push(bar));
    let barriers = bet.map(|bet| bet.barriers(entry_price));
    let (decision, exit) = (decision - from, exit - from);
    (SampledLabel { split, row, bars: shown, decision, exit, entry_price, exit_price, barriers, faults: told }, faults)
}

/// The first difference between a stored and a computed label, in words.
fn difference(stored: &LabelRow, again: &LabelRow) -> Option<String> {
    let far = |a: Option<f64>, b: Option<f64>, within: f64| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() > within,
        (a, b) => a != b,
    };
    let number = |value: Option<f64>| value.map_or("unknown".to_string(), |value| format!("{value:.6}"));
    let time = |value: Option<Ts>| value.map_or("unknown".to_string(), |ts| ts.to_string());
    let end = |value: Option<Barrier>| value.map_or("unknown", Barrier::as_str);
    let whole = |value: Option<i32>| value.map_or("unknown".to_string(), |value| value.to_string());
    if stored.label != again.label {
        Some(format!("label is {}, not {}", whole(again.label), whole(stored.label)))
    } else if stored.barrier != again.barrier {
        Some(format!("barrier is {}, not {}", end(again.barrier), end(stored.barrier)))
    } else if stored.entry_ts != again.entry_ts {
        Some(format!("entry_ts is {}, not {}", time(again.entry_ts), time(stored.entry_ts)))
    } else if stored.exit_ts != again.exit_ts {
        Some(format!("exit_ts is {}, not {}", time(again.exit_ts), time(stored.exit_ts)))
    } else if stored.side != again.side {
        Some(format!("side is {}, not {}", whole(again.side), whole(stored.side)))
    } else if far(stored.forward_return, again.forward_return, 1e-12) {
        Some(format!("forward_return is {}, not {}", number(again.forward_return), number(stored.forward_return)))
    } else if stored.weight.is_some() && far(stored.weight, again.weight, 1e-9) {
        // Labels without a weight are older than weights; a note says so.
        Some(format!("weight is {}, not {}", number(again.weight), number(stored.weight)))
    } else {
        None
    }
}

/// Whether a return lies within the barriers of its bet, or was filled at the open of a later bar than the entry's.
fn is_within(found: f64, bet: &Bet, bars: &Bars, entry: usize, exit: usize) -> bool {
    let paid = bars.open[entry];
    let fill = paid * (1.0 + bet.side * found);
    let (take, stop) = bet.barriers(paid);
    let (low, high) = (take.min(stop), take.max(stop));
    if price::at_or_above(fill, low) && price::at_or_below(fill, high) {
        return true;
    }
    exit > entry && price::equal(fill, bars.open[exit])
}
