//! Which series there are, and when their sessions begin.

use std::collections::HashSet;

use crate::backtest::Config;
use crate::domain::{Interval, Symbol, Ts};
use crate::experiments::ExperimentError;
use crate::experiments::spec::Spec;
use crate::store::bars::{coverage, coverage_of};
use crate::store::{Store, params};

/// Sessions of some series together.
pub(super) struct Sessions {
    /// First bar start of each, ascending.
    pub starts: Vec<Ts>,
    /// End of bar starts, not included.
    pub end: Ts,
}

/// The symbols and the interval that a specification means.
pub(super) fn series(store: &Store, spec: &Spec) -> Result<(Vec<Symbol>, Interval), ExperimentError> {
    let asked = &spec.data.symbols;
    let held = coverage_of(store, asked, None)?;
    let there: HashSet<&Symbol> = held.iter().map(|found| &found.symbol).collect();
    if let Some(symbol) = asked.iter().find(|symbol| !there.contains(symbol)) {
        let held = coverage(store)?;
        let known = crate::domain::nearest(symbol.as_str(), held.iter().map(|found| found.symbol.as_str()));
        let hint = known
            .map_or_else(|| "'ws query coverage' lists what there is".into(), |near| format!("did you mean '{near}'?"));
        return Err(spec.wrong("data", format!("the store has no bars of '{symbol}'; {hint}")).into());
    }
    let mut intervals: Vec<Interval> = held.iter().map(|found| found.interval).collect();
    intervals.sort();
    intervals.dedup();
    let interval = match (spec.data.interval, intervals.as_slice()) {
        (Some(interval), found) if found.contains(&interval) => interval,
        (Some(interval), found) => {
            let names: Vec<&str> = found.iter().map(|interval| interval.as_str()).collect();
            let there = if names.is_empty() { "none".to_string() } else { names.join(", ") };
            return Err(spec
                .wrong("data", format!("there are no {interval} bars of the symbols; there are {there}"))
                .into());
        }
        (None, [only]) => *only,
        (None, []) => {
            return Err(ExperimentError::refused("the store has no bars", "bring some in: ws ingest csv PATH.."));
        }
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|interval| interval.as_str()).collect();
            let reason =
                format!("the symbols have bars of {}; say which: interval = \"{}\"", names.join(", "), names[0]);
            return Err(spec.wrong("data", reason).into());
        }
    };
    if !asked.is_empty() {
        return Ok((asked.clone(), interval));
    }
    let symbols = held.into_iter().filter(|found| found.interval == interval).map(|found| found.symbol).collect();
    Ok((symbols, interval))
}

/// When the sessions of a configuration begin; no price is read.
pub(super) fn sessions(store: &Store, config: &Config) -> Result<Sessions, ExperimentError> {
    let symbols: Vec<&str> = config.symbols.iter().map(Symbol::as_str).collect();
    let (from, to) = (config.from.map(|ts| ts.0), config.to.map(|ts| ts.0));
    let mut statement = store.conn().prepare(crate::sql!("experiments/sessions"))?;
    let bound = params![symbols.join("\n"), config.interval.as_str(), from, to];
    let rows = statement.query_map(bound, |row| Ok((Ts(row.get(0)?), Ts(row.get(1)?))))?;
    let rows = rows.collect::<Result<Vec<(Ts, Ts)>, _>>()?;
    let end = rows.iter().map(|(_, last)| last.plus(1)).max().unwrap_or(Ts(0));
    Ok(Sessions { starts: rows.into_iter().map(|(first, _)| first).collect(), end })
}
