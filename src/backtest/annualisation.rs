//! Sessions a year, by which daily figures are annualised: an asset's own, and those of an account of several.
//!
//! ```text
//! one asset   its calendar's (252 XNYS, 250 NSE, 260 FX, 365 for 24x7); without a calendar 365 when a tenth or more of
//!             its sessions are weekend days, else 252
//! an account  that of its calendar, when its assets share one. Of several calendars the union, as the account has a
//!             session when any asset has: the distinct dates of all, over the years that all of them cover, a year.
//!             An asset without a calendar has no dates to unite and counts with its own. The most of these holds.
//! ```
//!
//! So NSE beside XNYS has about 260, and either beside 24x7 has 365. The view `run_settings` says the same of runs that
//! stored none.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Bars, Calendar};

/// Days of a year, leap years counted.
const YEAR: f64 = 365.25;

/// What is known of an asset's sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct Market {
    /// Name of its calendar.
    pub calendar: Option<String>,
    /// Sessions a year that the calendar states; `None` when the store has no such calendar.
    pub periods: Option<f64>,
}

/// Sessions a year of an asset: its calendar's, else judged by the days of its bars.
pub(super) fn of_asset(stated: Option<f64>, bars: &Bars) -> u32 {
    match stated {
        Some(periods) => periods.round() as u32,
        None if trades_weekends(&bars.session_date) => 365,
        None => 252,
    }
}

/// Sessions a year of an account of these assets; `calendars` holds those of its assets, where there are several.
pub(super) fn of_account(markets: &[Market], series: &[Bars], calendars: &BTreeMap<String, Calendar>) -> u32 {
    let own = markets.iter().zip(series).map(|(market, bars)| of_asset(market.periods, bars));
    let named: BTreeSet<&String> = markets.iter().filter_map(|market| market.calendar.as_ref()).collect();
    let kept: Vec<&Calendar> = named.into_iter().filter_map(|name| calendars.get(name)).collect();
    own.chain(united(&kept)).max().unwrap_or(0)
}

/// Distinct dates a year of several calendars, over the dates that all of them speak of; `None` of fewer than two, and
/// where they have no time in common.
fn united(calendars: &[&Calendar]) -> Option<u32> {
    let first = calendars.iter().map(|calendar| calendar.span().0).max()?;
    let last = calendars.iter().map(|calendar| calendar.span().1).min()?;
    if calendars.len() < 2 || last < first {
        return None;
    }
    let dates = calendars.iter().flat_map(|calendar| calendar.sessions()).map(|session| session.date);
    let dates: BTreeSet<i32> = dates.filter(|date| (first..=last).contains(date)).collect();
    Some((dates.len() as f64 * YEAR / f64::from(last - first + 1)).round() as u32)
}

/// Whether a tenth or more of the sessions of these bars, ascending, are weekend days: one Saturday among weekdays is an
/// exception, not a market that never closes.
fn trades_weekends(session_date: &[i32]) -> bool {
    let (mut sessions, mut weekend) = (0_usize, 0_usize);
    for day in session_date.chunk_by(|a, b| a == b).filter_map(<[i32]>::first) {
        sessions += 1;
        weekend += usize::from(is_weekend(*day));
    }
    weekend > 0 && weekend * 10 >= sessions
}

/// Whether a day counted from 1970-01-01 (a Thursday) is a Saturday or Sunday.
fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::day_number;
    use crate::domain::{Interval, Session, SessionKind, Ts};
    use chrono::NaiveDate;

    fn day(text: &str) -> i32 {
        day_number(text.parse::<NaiveDate>().unwrap())
    }

    fn bars(days: impl IntoIterator<Item = i32>) -> Bars {
        let mut bars = Bars::empty("X".parse().unwrap(), Interval::D1);
        bars.session_date = days.into_iter().collect();
        bars
    }

    #[test]
    fn a_tenth_of_weekend_days_makes_a_market_that_never_closes() {
        // From Friday 2024-01-05: nine weekdays and a Saturday are a tenth, ten and a Saturday are less.
        let weekdays = |n| (day("2024-01-05")..).filter(|day| !is_weekend(*day)).take(n).collect::<Vec<_>>();
        assert_eq!(of_asset(None, &bars(weekdays(9))), 252);
        let with_saturday = |n| bars(weekdays(n).into_iter().chain([day("2024-03-02")]));
        assert_eq!(of_asset(None, &with_saturday(9)), 365);
        assert_eq!(of_asset(None, &with_saturday(10)), 252);
        // Sessions count, not bars: a Saturday with many bars is one session.
        assert_eq!(of_asset(None, &bars(weekdays(10).into_iter().chain([day("2024-03-02"); 50]))), 252);
        assert_eq!(of_asset(Some(250.0), &with_saturday(1)), 250, "what its calendar says, weekend sessions or not");
        assert_eq!(of_asset(None, &bars([])), 252);
    }

    /// A calendar that speaks of `span` and trades on these weekdays (0 is Monday).
    fn calendar(name: &str, span: (i32, i32), trades: impl Fn(i32) -> bool) -> (String, Calendar) {
        let dates = (span.0..=span.1).filter(|day| trades((day + 3).rem_euclid(7)));
        let session = |date| Session { date, open: Ts(0), close: Ts(1), kind: SessionKind::Regular };
        let made = Calendar::new(name.into(), chrono_tz::UTC, span.0, span.1, dates.map(session).collect());
        (name.to_string(), made)
    }

    #[test]
    fn an_account_has_the_sessions_of_all_its_assets() {
        let four_years = (day("2020-01-01"), day("2023-12-31"));
        let longer = (day("1990-01-01"), day("2023-12-31"));
        let calendars = BTreeMap::from([
            calendar("FIRST", four_years, |weekday| weekday < 4),
            calendar("LAST", longer, |weekday| (2..5).contains(&weekday)),
            calendar("ALWAYS", longer, |_| true),
        ]);
        let market = |name: &str, periods: f64| Market { calendar: Some(name.into()), periods: Some(periods) };
        let of = |markets: &[Market], days: &[&[i32]]| {
            let series: Vec<Bars> = days.iter().map(|days| bars(days.iter().copied())).collect();
            of_account(markets, &series, &calendars)
        };
        assert_eq!(of(&[market("FIRST", 200.0), market("FIRST", 200.0)], &[&[], &[]]), 200, "one calendar: as stated");
        // Monday to Thursday and Wednesday to Friday: five days a week, 1043 weekdays in 1461 days.
        assert_eq!(of(&[market("FIRST", 200.0), market("LAST", 150.0)], &[&[], &[]]), 261);
        assert_eq!(of(&[market("FIRST", 200.0), market("ALWAYS", 365.0)], &[&[], &[]]), 365);
        // Unknown ones count with their own: 365 for weekends, 252 for weekdays.
        let weekend = [day("2024-01-06"), day("2024-01-07")];
        assert_eq!(of(&[market("FIRST", 200.0), Market::default()], &[&[], &weekend]), 365);
        assert_eq!(of(&[market("FIRST", 200.0), Market::default()], &[&[], &[]]), 252);
        // One that the store does not have is unknown.
        let lost = Market { calendar: Some("GONE".into()), periods: None };
        assert_eq!(of(&[market("FIRST", 200.0), lost], &[&[], &[]]), 252);
        assert_eq!(of(&[], &[]), 0);
    }
}
