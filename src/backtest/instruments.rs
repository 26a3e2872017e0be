//! What a backtest must know of its instruments: calendars, currency, grids, corporate actions, times of no trading.

use std::collections::{BTreeMap, BTreeSet};

use super::{BacktestError, Plan};
use crate::domain::{Bars, Calendar};
use crate::store::{Store, calendars, duckdb, params};
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
#[derive(Default)]
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
        let rows = series.iter().map(|bars| row(store, bars)).collect::<Result<Vec<_>, _>>()?;
        check_currencies(plan, series, &rows)?;
        let mut known = BTreeMap::new();
        let mut around = Vec::with_capacity(series.len());
        for (bars, row) in series.iter().zip(&rows) {
            let hours = match &row.calendar {
                Some(name) => hours(calendar(store, name, &mut known)?, bars),
                None => BTreeMap::new(),
            };
            let actions = actions(store, bars)?;
            let halts = plan.halts.iter().filter(|halt| halt.symbol == bars.symbol);
            around.push(Surroundings { hours, actions, halts: halts.map(|halt| (halt.from, halt.to)).collect() });
        }
        let periods = series.iter().zip(&rows).map(|(bars, row)| periods_of(row.periods, bars));
        Ok(Self {
            periods_per_year: periods.max().unwrap_or(0),
            contracts: rows.iter().map(|row| row.contract).collect(),
            around,
        })
    }
}

fn row(store: &Store, bars: &Bars) -> Result<Row, BacktestError> {
    let found = store.conn().query_row(crate::sql!("backtest/instrument"), [bars.symbol.as_str()], |row| {
        let above_zero = |step: Option<f64>| step.filter(|step| *step > 0.0);
        Ok(Row {
            periods: row.get(0)?,
            currency: row.get(1)?,
            multiplier: row.get(2)?,
            calendar: row.get(3)?,
            contract: Contract { lot: above_zero(row.get(4)?), tick: above_zero(row.get(5)?) },
        })
    });
    match found {
        Err(duckdb::Error::QueryReturnedNoRows) => Ok(Row::default()),
        found => Ok(found?),
    }
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

/// A calendar of the store, read once.
fn calendar<'a>(
    store: &Store,
    name: &str,
    known: &'a mut BTreeMap<String, Option<Calendar>>,
) -> Result<Option<&'a Calendar>, BacktestError> {
    if !known.contains_key(name) {
        known.insert(name.to_string(), calendars::load(store, name)?);
    }
    Ok(known.get(name).and_then(Option::as_ref))
}

/// Hours of the sessions that a series may meet.
fn hours(calendar: Option<&Calendar>, bars: &Bars) -> BTreeMap<i32, Hours> {
    let (Some(calendar), Some(first), Some(last)) = (calendar, bars.session_date.first(), bars.session_date.last())
    else {
        return BTreeMap::new();
    };
    let met = calendar.sessions().iter().filter(|session| (*first..=*last).contains(&session.date));
    met.map(|session| (session.date, Hours { open: session.open, close: session.close })).collect()
}

fn actions(store: &Store, bars: &Bars) -> Result<Vec<(i32, Action)>, BacktestError> {
    let mut statement = store.conn().prepare(crate::sql!("backtest/actions"))?;
    let rows = statement.query_map(params![bars.symbol.as_str(), bars.interval.as_str()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<f64>>(1)?, row.get::<_, Option<f64>>(2)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (day, split, dividend) = row?;
        found.extend(dividend.map(|cash| (day as i32, Action::Dividend(cash))));
        found.extend(split.filter(|ratio| *ratio > 0.0).map(|ratio| (day as i32, Action::Split(ratio))));
    }
    Ok(found)
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
