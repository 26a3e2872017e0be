//! What a backtest must know of its instruments: calendars, currency, grids, corporate actions, times of no trading.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::annualisation::{self, Market};
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
    /// Sessions a year of an account of them.
    pub periods_per_year: u32,
    /// Their own grids.
    pub contracts: Vec<Contract>,
    /// What goes with their bars.
    pub around: Vec<Surroundings>,
}

/// A row of `instruments`; an unregistered one has nothing known.
#[derive(Debug, Clone, Default)]
struct Row {
    market: Market,
    currency: Option<String>,
    multiplier: Option<f64>,
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
            let hours = match &row.market.calendar {
                Some(name) => hours(store, name, &mut calendars)?,
                None => Arc::default(),
            };
            let actions = in_order(acting);
            let halts = halts.remove(&bars.symbol).unwrap_or_default();
            let bars_per_year = Some(bars_per_year(annualisation::of_asset(row.market.periods, bars), bars));
            around.push(Surroundings { hours, actions, halts, bars_per_year });
        }
        let markets: Vec<Market> = rows.iter().map(|row| row.market.clone()).collect();
        Ok(Self {
            periods_per_year: annualisation::of_account(&markets, series, &several(store, &markets)?),
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
            market: Market { periods: row.get(1)?, calendar: row.get(4)? },
            currency: row.get(2)?,
            multiplier: row.get(3)?,
            contract: Contract { lot: above_zero(row.get(5)?), tick: above_zero(row.get(6)?) },
        };
        Ok((row.get::<_, String>(0)?, known))
    })?;
    let mut found = found.collect::<Result<BTreeMap<String, Row>, _>>()?;
    Ok(series.iter().map(|bars| found.remove(bars.symbol.as_str()).unwrap_or_default()).collect())
}

fn check_currencies(plan: &Plan, series: &[Bars], rows: &[Row]) -> Result<(), BacktestError> {
    let (mut currencies, mut unknown) = (BTreeSet::new(), Vec::new());
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
        match &row.currency {
            Some(currency) => _ = currencies.insert(currency.clone()),
            None => unknown.push(bars.symbol.clone()),
        }
    }
    let mut currencies: Vec<String> = currencies.into_iter().collect();
    match (currencies.pop(), unknown.is_empty()) {
        (Some(last), _) if !currencies.is_empty() => Err(BacktestError::Currencies([currencies, vec![last]].concat())),
        (Some(known), false) => Err(BacktestError::UnknownCurrency { known, unknown }),
        _ => Ok(()),
    }
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

/// The calendars of markets that differ in theirs; none where one calendar says it all.
fn several(store: &Store, markets: &[Market]) -> Result<BTreeMap<String, Calendar>, BacktestError> {
    let known = markets.iter().filter(|market| market.periods.is_some());
    let names: BTreeSet<&String> = known.filter_map(|market| market.calendar.as_ref()).collect();
    let mut found = BTreeMap::new();
    if names.len() > 1 {
        for name in names {
            found.extend(calendars::load(store, name)?.map(|calendar| (name.clone(), calendar)));
        }
    }
    Ok(found)
}

/// Actions in order of time; of one day dividends come first, as they are on the share as it was before.
fn in_order(actions: &Actions) -> Vec<(i32, Action)> {
    let dividends = actions.dividends.iter().map(|(day, cash)| (*day, Action::Dividend(*cash)));
    let mut found: Vec<(i32, Action)> = dividends.collect();
    found.extend(actions.splits.iter().map(|(day, ratio)| (*day, Action::Split(*ratio))));
    found.sort_by_key(|(day, _)| *day);
    found
}

/// Bars a year of a series with so many trading days a year.
pub(super) fn bars_per_year(periods: u32, bars: &Bars) -> f64 {
    f64::from(periods) * bars_of_session(bars) as f64
}

/// Bars of the longest session of a series: what a full one has.
fn bars_of_session(bars: &Bars) -> usize {
    bars.session_date.chunk_by(|a, b| a == b).map(<[i32]>::len).max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;
    use crate::domain::time::day_number;
    use chrono::NaiveDate;

    #[test]
    fn a_full_session_is_the_longest() {
        let day = |text: &str| day_number(text.parse::<NaiveDate>().unwrap());
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::D1);
        bars.session_date = vec![day("2024-01-05"), day("2024-01-08")];
        bars.session_date.extend([day("2024-01-14"); 3]);
        assert_eq!(bars_of_session(&bars), 3);
    }
}
