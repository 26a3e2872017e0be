//! Splits and dividends as series meet them.
//!
//! Strategies, features and labels see raw bars adjusted for splits *forward*: prices times, and volume over, the product
//! of the splits with an ex-date up to the bar's session. Ratios between bars are those of a back-adjusted series, levels
//! differ from it by one factor for the whole series, and a split to come changes nothing that was before it. Bars that
//! their source adjusted already (`bars.adjustment` is `split` or `total`) stay as they are. Dividends reach books and the
//! forward returns of labels alone.
//!
//! Source: the cumulative factor to adjust prices as CRSP defines it (Data Descriptions Guide), compounded forward.

use std::collections::HashMap;

use duckdb::{Connection, params};

use super::Result;
use crate::domain::{Bars, Interval, Symbol};

/// Splits of one instrument with the factors they come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Splits {
    /// Ex-date (days since 1970-01-01), ratio, and the product of all ratios so far; ascending.
    steps: Vec<(i32, f64, f64)>,
}

impl Splits {
    /// Splits as ex-date and ratio (new units for one old unit), ascending.
    #[must_use]
    pub fn new(splits: &[(i32, f64)]) -> Self {
        let mut product = 1.0;
        let step = |&(day, ratio): &(i32, f64)| {
            product *= ratio;
            (day, ratio, product)
        };
        Self { steps: splits.iter().map(step).collect() }
    }

    /// What prices of a session are multiplied by: the product of the splits up to that day.
    #[must_use]
    pub fn factor(&self, session_date: i32) -> f64 {
        let met = self.steps.partition_point(|(day, ..)| *day <= session_date);
        met.checked_sub(1).map_or(1.0, |last| self.steps[last].2)
    }

    /// The factor of a session, given that of an earlier one.
    #[must_use]
    pub fn factor_from(&self, (earlier, factor): (i32, f64), session_date: i32) -> f64 {
        let between = self.steps.iter().filter(|(day, ..)| *day > earlier && *day <= session_date);
        between.fold(factor, |factor, (_, ratio, _)| factor * ratio)
    }

    /// First ex-date after one day and up to another.
    #[must_use]
    pub fn first_within(&self, after: i32, up_to: i32) -> Option<i32> {
        self.steps.iter().map(|(day, ..)| *day).find(|day| *day > after && *day <= up_to)
    }
}

/// The splits of some instruments; those without any are left out.
///
/// # Errors
/// Faults of DuckDB.
pub fn splits<'a>(conn: &Connection, symbols: impl IntoIterator<Item = &'a Symbol>) -> Result<HashMap<Symbol, Splits>> {
    let symbols: Vec<&str> = symbols.into_iter().map(Symbol::as_str).collect();
    let mut statement = conn.prepare_cached(crate::sql!("store/splits"))?;
    let rows = statement.query_map(params![symbols.join("\n")], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, f64>(2)?))
    })?;
    let mut found: HashMap<Symbol, Vec<(i32, f64)>> = HashMap::new();
    for row in rows {
        let (symbol, day, ratio) = row?;
        // Names in the table were validated when written; foreign ones are not ours to read.
        if let Ok(symbol) = symbol.parse() {
            found.entry(symbol).or_default().push((saturating(day), ratio));
        }
    }
    Ok(found.into_iter().map(|(symbol, splits)| (symbol, Splits::new(&splits))).collect())
}

/// Whether the newest bar of a series is as traded, so that splits are not in its price; a series without bars is.
///
/// # Errors
/// Faults of DuckDB.
pub fn is_raw(conn: &Connection, symbol: &Symbol, interval: Interval) -> Result<bool> {
    let mut statement = conn.prepare_cached(crate::sql!("store/is_raw"))?;
    Ok(statement.query_row(params![symbol.as_str(), interval.as_str()], |row| row.get(0))?)
}

/// What a holder of one series meets, in units and prices of its bars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Actions {
    /// Ex-date (days since 1970-01-01) and new units for one old unit, ascending; empty where prices have them.
    pub splits: Vec<(i32, f64)>,
    /// Ex-date and cash a unit as it was before, ascending; of one day dividends come before splits.
    pub dividends: Vec<(i32, f64)>,
}

impl Actions {
    /// Dividends paid up to each bar on one unit held from before the first, in prices adjusted for splits forward; empty
    /// without dividends.
    ///
    /// Whoever holds a unit overnight into the first session from an ex-date on is paid: between the opens of bars `i` and
    /// `j > i` that is `paid[j] - paid[i]`.
    #[must_use]
    pub fn paid(&self, bars: &Bars) -> Vec<f64> {
        if self.dividends.is_empty() {
            return Vec::new();
        }
        let splits = Splits::new(&self.splits);
        let (mut sum, mut next) = (0.0, 0);
        let paid = |session: &i32| {
            while let Some((day, cash)) = self.dividends.get(next).filter(|(day, _)| day <= session) {
                sum += cash * splits.factor(day - 1);
                next += 1;
            }
            sum
        };
        bars.session_date.iter().map(paid).collect()
    }
}

/// The actions of some series, in the order given.
///
/// # Errors
/// Faults of DuckDB.
pub fn met<'a>(conn: &Connection, series: impl IntoIterator<Item = (&'a Symbol, Interval)>) -> Result<Vec<Actions>> {
    let (symbols, intervals): (Vec<&str>, Vec<&str>) =
        series.into_iter().map(|(symbol, interval)| (symbol.as_str(), interval.as_str())).unzip();
    let mut found = vec![Actions::default(); symbols.len()];
    let mut statement = conn.prepare_cached(crate::sql!("store/actions"))?;
    let values = params![symbols.join("\n"), intervals.join("\n"), symbols.len() as i64];
    let rows = statement.query_map(values, |row| {
        let (at, day): (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((at, saturating(day), row.get::<_, Option<f64>>(2)?, row.get::<_, Option<f64>>(3)?))
    })?;
    for row in rows {
        let (at, day, split, dividend) = row?;
        let Some(actions) = usize::try_from(at).ok().and_then(|at| found.get_mut(at)) else { continue };
        actions.splits.extend(split.map(|ratio| (day, ratio)));
        actions.dividends.extend(dividend.map(|cash| (day, cash)));
    }
    Ok(found)
}

/// A day beyond what a date can be is as good as never.
fn saturating(day: i64) -> i32 {
    i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Bar, Ts};

    #[test]
    fn factors_are_products_of_what_was_met() {
        let splits = Splits::new(&[(10, 3.0), (20, 0.5)]);
        let factors = [9, 10, 19, 20, 99].map(|day| splits.factor(day));
        assert_eq!(factors, [1.0, 3.0, 3.0, 1.5, 1.5]);
        assert_eq!(Splits::default().factor(5), 1.0);
        // From any earlier session on, the same factors.
        for (from, to) in [(9, 10), (9, 99), (10, 19), (10, 20), (20, 99)] {
            assert_eq!(splits.factor_from((from, splits.factor(from)), to), splits.factor(to));
        }
        assert_eq!(splits.first_within(10, 20), Some(20));
        assert_eq!(splits.first_within(9, 9), None);
    }

    #[test]
    fn who_holds_over_night_is_paid_on_the_share_of_the_day_before() {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::H1);
        for (index, session_date) in [1, 2, 2, 4].into_iter().enumerate() {
            let ts = Ts(index as i64);
            let (price, volume) = (1.0, f64::NAN);
            let [open, high, low, close] = [price; 4];
            bars.push(Bar { ts, close_ts: ts, session_date, open, high, low, close, volume, vwap: volume });
        }
        // A 3-for-1 split on day 2, after that day's dividend; day 3 has no session; the last one is to come.
        let actions = Actions { splits: vec![(2, 3.0)], dividends: vec![(2, 6.0), (3, 1.0), (9, 5.0)] };
        assert_eq!(actions.paid(&bars), [0.0, 6.0, 6.0, 9.0]);
        assert!(Actions::default().paid(&bars).is_empty());
    }
}
