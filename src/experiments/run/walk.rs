//! The choice itself, out of sample: in every fold the trial that did best on the training windows, on what follows.
//!
//! A winner was chosen on the very days it is shown on. What choosing was worth can only be seen on days the choice did
//! not see: for each fold the trial with the best daily Sharpe ratio on the training windows is taken on the validation
//! window. Combinatorial folds make several paths. Days of a trial that lost its account count as 0.

use std::collections::BTreeMap;

use crate::experiments::study::Study;
use crate::experiments::windows::Span;
use crate::stats::sharpe;
use crate::store::experiments::DailyReturns;

/// Fewest days to choose on.
const LEAST_DAYS: usize = 10;

/// A path of choices: day (since 1970-01-01), the trial chosen for it, its return.
pub(super) struct Choice {
    /// Number, from 1.
    pub path: i64,
    /// Its days in order.
    pub days: Vec<(i32, i64, f64)>,
}

/// Trials and their daily returns.
pub(super) type Returns = [DailyReturns];

/// Walks the choice through the folds; empty where no fold has days to choose on.
pub(super) fn choose(study: &Study, returns: &Returns) -> Vec<Choice> {
    let trials: Vec<&DailyReturns> = returns.iter().filter(|(trial, _)| *trial > 0).collect();
    let windows = &study.windows;
    let chosen: BTreeMap<usize, i64> = (0..windows.folds.len())
        .filter_map(|at| {
            let days: Vec<(i32, i32)> = windows.folds[at].train.iter().filter_map(|span| study.days(span)).collect();
            best(&trials, &days).map(|trial| (at, trial))
        })
        .collect();
    let walk = |path: &Vec<usize>| -> Vec<(i32, i64, f64)> {
        let of_part = |(part, fold): (usize, &usize)| {
            let (trial, days) = (*chosen.get(fold)?, study.days(&windows.parts[part])?);
            let own = &trials.iter().find(|(number, _)| *number == trial)?.1;
            Some(within(own, days).iter().map(|(day, value)| (*day, trial, *value)).collect::<Vec<_>>())
        };
        path.iter().enumerate().filter_map(of_part).flatten().collect()
    };
    let paths = windows.paths.iter().map(walk).filter(|days| !days.is_empty());
    (1..).zip(paths).map(|(path, days)| Choice { path, days }).collect()
}

/// The trial with the best Sharpe ratio on some days.
fn best(trials: &[&DailyReturns], days: &[(i32, i32)]) -> Option<i64> {
    let judged = trials.iter().filter_map(|(trial, returns)| {
        let seen: Vec<f64> = days.iter().flat_map(|days| within(returns, *days)).map(|(_, value)| *value).collect();
        (seen.len() >= LEAST_DAYS).then_some(())?;
        Some((*trial, sharpe(&seen)?))
    });
    // The first of equals.
    judged
        .fold(
            None,
            |best: Option<(i64, f64)>, next| if best.is_none_or(|best| next.1 > best.1) { Some(next) } else { best },
        )
        .map(|(trial, _)| trial)
}

/// The returns of days from one to before another.
fn within(returns: &[(i32, f64)], (from, to): (i32, i32)) -> &[(i32, f64)] {
    let at = |bound: i32| returns.partition_point(|(day, _)| *day < bound);
    &returns[at(from)..at(to).max(at(from))]
}

impl Study {
    /// Trading days of a stretch: the first, and the one after its last.
    pub(super) fn days(&self, span: &Span) -> Option<(i32, i32)> {
        let of = |bars: &crate::domain::Bars| {
            let (from, to) =
                (bars.ts.partition_point(|ts| *ts < span.from), bars.ts.partition_point(|ts| *ts < span.to));
            let days = bars.session_date.get(from..to).filter(|days| !days.is_empty())?;
            Some((days[0], days[days.len() - 1] + 1))
        };
        let all: Vec<(i32, i32)> = self.market().bars().iter().filter_map(of).collect();
        Some((all.iter().map(|days| days.0).min()?, all.iter().map(|days| days.1).max()?))
    }
}
