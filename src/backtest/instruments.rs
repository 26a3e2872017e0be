//! What a backtest must know of its instruments: calendars, currency, grids, corporate actions, times of no trading.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{BacktestError, Plan};
use crate::domain::{Bars, Calendar, Symbol, Ts};
use crate::store::actions::{self, Actions};
use crate::store::{Store, calendars};
use crate::trade::costs::Commission;
use crate::trade::{Action, Contract, Hours};
use crate::venues::Surroundings;

/// The instruments of a run, by asset index.
#[derive(Debug, Clone)]
pub(super) struct Instruments {
    /// Trading days a year, the most among them.
    pub periods_per_year: u32,
    /// Their own grids.
    pub contracts: Vec<Contract>,
    /// What goes with their bars.
    pub around: Vec<Surroundings>,
}

/// A row of `instruments`; an unregistered one has nothing known.
#[derive(Debug, Clone, Default)]
struct Row {
    periods: Option<f64>,
    currency: Option<String>,
    multiplier: Option<f64>,
    calendar: Option<String>,
    contract: Contract,
}

impl Instruments {
    /// Reads them and refuses what one account can't hold.
    pub(super) fn load(store: &Store, plan: &Plan, series: &[Bars]) -> Result<Self, BacktestError> {
        let rows = rows(store, series)?;
        check_currencies(plan, series, &rows)?;
        let mut calendars = BTreeMap::new();
        let acting = actions::met(store.conn(), series.iter().map(|bars| (&bars.symbol, bars.interval)))?;
        let mut halts: BTreeMap<&Symbol, Vec<(Ts, Ts)>> = BTreeMap::new();
        for halt in &plan.halts {
            halts.entry(&halt.symbol).or_default().push((halt.from, halt.to));
        }
        let mut around = Vec::with_capacity(series.len());
        for ((bars, row), acting) in series.iter().zip(&rows).zip(&acting) {
            let hours = match &row.calendar {
                Some(name) => hours(store, name, &mut calendars)?,
                None => Arc::default(),
            };
            let actions = in_order(acting);
            around.push(Surroundings { hours, actions, halts: halts.remove(&bars.symbol).unwrap_or_default() });
        }
        let periods = series.iter().zip(&rows).map(|(bars, row)| periods_of(row.periods, bars));
        Ok(Self {
            periods_per_year: periods.max().unwrap_or(0),
            contracts: rows.iter().map(|row| row.contract).collect(),
            around,
        })
    }
}

/// Symbols as statements take them.
fn joined(series: &[Bars]) -> String {
    series.iter().map(|bars| bars.symbol.as_str()).collect::<Vec<_>>().join("\n")
}

/// A row a series, in one read: an account may have thousands.
fn rows(store: &Store, series: &[Bars]) -> Result<Vec<Row>, BacktestError> {
    let mut statement = store.conn().prepare(crate::sql!("backtest/instruments"))?;
    let found = statement.query_map([joined(series)], |row| {
        let above_zero = |step: Option<f64>| step.filter(|step| *step > 0.0);
        let known = Row {
            periods: row.get(1)?,
            currency: row.get(2)?,
            multiplier: row.get(3)?,
            calendar: row.get(4)?,
            contract: Contract { lot: above_zero(row.get(5)?), tick: above_zero(row.get(6)?) },
        };
        Ok((row.get::<_, String>(0)?, known))
    })?;
    let mut found = found.collect::<Result<BTreeMap<String, Row>, _>>()?;
    Ok(series.iter().map(|bars| found.remove(bars.symbol.as_str()).unwrap_or_default()).collect())
}

fn check_currencies(plan: &Plan, series: &[Bars], rows: &[Row]) -> Result<(), BacktestError> {
    let mut currencies = BTreeSet::new();
    for (bars, row) in series.iter().zip(rows) {
        if let Some(multiplier) = row.multiplier.filter(|multiplier| *multiplier != 1.0) {
            return Err(BacktestError::Multiplier { symbol: bars.symbol.clone(), multiplier });
        }
        if let (Commission::Schedule(levy), Some(ours)) = (&plan.costs.commission, &row.currency)
            && levy.schedule.currency != *ours
        {
            let (costs, theirs) = (levy.schedule.name.clone(), levy.schedule.currency.clone());
            return Err(BacktestError::CostCurrency { costs, theirs, symbol: bars.symbol.clone(), ours: ours.clone() });
        }
        currencies.extend(row.currency.clone());
    }
    if currencies.len() > 1 {
        return Err(BacktestError::Currencies(currencies.into_iter().collect()));
    }
    Ok(())
}

/// Hours of every session of a calendar, read once and shared: thousands of symbols trade on one exchange.
fn hours(
    store: &Store,
    name: &str,
    known: &mut BTreeMap<String, Arc<BTreeMap<i32, Hours>>>,
) -> Result<Arc<BTreeMap<i32, Hours>>, BacktestError> {
    if let Some(hours) = known.get(name) {
        return Ok(Arc::clone(hours));
    }
    let calendar = calendars::load(store, name)?;
    let sessions = calendar.iter().flat_map(Calendar::sessions);
    let hours: BTreeMap<i32, Hours> =
        sessions.map(|session| (session.date, Hours { open: session.open, close: session.close })).collect();
    let hours = Arc::new(hours);
    known.insert(name.to_string(), Arc::clone(&hours));
    Ok(hours)
}

/// Actions in order of time; of one day dividends come first, as they are on the share as it was before.
fn in_order(actions: &Actions) -> Vec<(i32, Action)> {
    let dividends = actions.dividends.iter().map(|(day, cash)| (*day, Action::Dividend(*cash)));
    let mut found: Vec<(i32, Action)> = dividends.collect();
    found.extend(actions.splits.iter().map(|(day, ratio)| (*day, Action::Split(*ratio))));
    found.sort_by_key(|(day, _)| *day);
    found
}

/// Trading days a year as its calendar says; an unknown one is judged by whether it trades on weekends.
pub(super) fn periods_of(of_calendar: Option<f64>, bars: &Bars) -> u32 {
    match of_calendar {
        Some(periods) => periods.round() as u32,
        None if bars.session_date.iter().any(|&day| is_weekend(day)) => 365,
        None => 252,
    }
}

/// Whether a day counted from 1970-01-01 (a Thursday) is a Saturday or Sunday.
fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

/// Bars of the longest session of a series: what a full one has.
pub(super) fn bars_of_session(bars: &Bars) -> usize {
    bars.session_date.chunk_by(|a, b| a == b).map(<[i32]>::len).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;
    use crate::domain::time::day_number;
    use chrono::NaiveDate;

    #[test]
    fn periods_follow_the_calendar_or_the_weekdays() {
        let day = |text: &str| day_number(text.parse::<NaiveDate>().unwrap());
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::D1);
        bars.session_date = vec![day("2024-01-05"), day("2024-01-08")];
        assert_eq!(periods_of(None, &bars), 252);
        bars.session_date.push(day("2024-01-13"));
        assert_eq!(periods_of(None, &bars), 365);
        assert_eq!(periods_of(Some(250.0), &bars), 250, "what its calendar says, weekend sessions or not");
        bars.session_date.extend([day("2024-01-14"); 3]);
        assert_eq!(bars_of_session(&bars), 3);
    }
}
