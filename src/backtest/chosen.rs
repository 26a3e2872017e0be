//! The strategies of a backtest, each with its parameters.
//!
//! A parameter given as `fast` belongs to the only strategy that has it; `sma_cross.fast` names one.

use std::collections::{BTreeMap, BTreeSet};

use super::{BacktestError, Config, Learned};
use crate::domain::bet::Width;
use crate::domain::{shown, suggestion};
use crate::trade::Trader;
use crate::trade::strategies::params::{ParamError, Params};
use crate::trade::strategies::{self, StrategySpec};

/// A strategy with its parameters and the exits that go with its entries.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// Strategy.
    pub spec: &'static StrategySpec,
    /// Its parameters, defaults filled in.
    pub params: Params,
    /// Stop.
    pub stop_loss: Option<Width>,
    /// Target.
    pub take_profit: Option<Width>,
}

impl Chosen {
    /// A fresh trader for so many assets.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub fn trader(&self, assets: usize) -> Result<Trader, BacktestError> {
        let strategy = self
            .spec
            .build(&self.params, assets)
            .map_err(|source| BacktestError::Param { strategy: self.spec.name, source })?;
        Ok(Trader { strategy, stop_loss: self.stop_loss, take_profit: self.take_profit })
    }
}

/// Level of the volatility index below which strategy `model` does not enter, once an index is named.
const VOL_INDEX_MIN: f64 = 15.0;

/// The strategies that a configuration names, in that order.
pub(super) fn chosen(config: &Config) -> Result<Vec<Chosen>, BacktestError> {
    let specs = specs(&config.strategies)?;
    let mut given = sorted(&specs, &config.params)?;
    if let Some(model) = specs.iter().position(|spec| spec.name == "model") {
        if config.vol_index.is_some() {
            given[model].entry("vol_index_min".into()).or_insert_with(|| VOL_INDEX_MIN.to_string());
        }
        if let Some(terms) = config.bet_terms() {
            given[model].entry("max_holding".into()).or_insert_with(|| terms.horizon.to_string());
        }
    }
    let choose = |(spec, given): (&&'static StrategySpec, &BTreeMap<String, String>)| {
        let params =
            Params::check(spec.params, given).map_err(|source| BacktestError::Param { strategy: spec.name, source })?;
        let learned = config.bet_terms().filter(|_| spec.name == "model");
        let own = (spec.stop_loss.map(Width::Fraction), spec.take_profit.map(Width::Fraction));
        let (stop, target) = learned.map_or(own, |terms| (terms.stop_loss, terms.take_profit));
        let stop_loss = Learned::width(config.stop_loss, stop);
        let take_profit = Learned::width(config.take_profit, target);
        let chosen = Chosen { spec, params, stop_loss, take_profit };
        // Parameters that don't go together show here.
        chosen.trader(1).map(|_| chosen)
    };
    specs.iter().zip(&given).map(choose).collect()
}

/// Parameters as given (`fast`, or `sma_cross.fast`) by the strategy that each belongs to, in the order of the names.
///
/// # Errors
/// Unknown or repeated strategies; parameters that none or several of them have.
pub fn params_by_strategy(
    names: &[String],
    given: &BTreeMap<String, String>,
) -> Result<Vec<BTreeMap<String, String>>, BacktestError> {
    sorted(&specs(names)?, given)
}

fn sorted(
    specs: &[&'static StrategySpec],
    given: &BTreeMap<String, String>,
) -> Result<Vec<BTreeMap<String, String>>, BacktestError> {
    let mut found = vec![BTreeMap::new(); specs.len()];
    for (name, value) in given {
        let (strategy, param) = owner(specs, name)?;
        if found[strategy].insert(param.to_string(), value.clone()).is_some() {
            return Err(BacktestError::Strategies(format!(
                "parameter {param} of {} is given twice",
                specs[strategy].name
            )));
        }
    }
    Ok(found)
}

fn specs(names: &[String]) -> Result<Vec<&'static StrategySpec>, BacktestError> {
    let specs = names.iter().map(|name| strategies::find(name)).collect::<Result<Vec<_>, _>>()?;
    if specs.is_empty() {
        return Err(BacktestError::Strategies("no strategy given".into()));
    }
    let mut seen = BTreeSet::new();
    match specs.iter().find(|spec| !seen.insert(spec.name)) {
        Some(twice) => Err(BacktestError::Strategies(format!("strategy {} is given twice", twice.name))),
        None => Ok(specs),
    }
}

/// Which strategy a parameter belongs to, and its name there.
fn owner<'a>(specs: &[&'static StrategySpec], name: &'a str) -> Result<(usize, &'a str), BacktestError> {
    if let Some((strategy, param)) = name.split_once('.') {
        let found = specs.iter().position(|spec| spec.name == strategy);
        let names = specs.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ");
        let refused = || BacktestError::Strategies(format!("parameter {name}: the strategies of the run are {names}"));
        return found.map(|index| (index, param)).ok_or_else(refused);
    }
    let has = |spec: &&&'static StrategySpec| spec.params.iter().any(|param| param.name == name);
    let owners: Vec<usize> = specs.iter().enumerate().filter(|(_, spec)| has(spec)).map(|(index, _)| index).collect();
    match owners.as_slice() {
        [only] => Ok((*only, name)),
        // The strategy itself says what it knows.
        [] if specs.len() == 1 => Ok((0, name)),
        [] => Err(unknown(specs, name)),
        several => {
            let names: Vec<String> = several.iter().map(|index| format!("{}.{name}", specs[*index].name)).collect();
            Err(BacktestError::Strategies(format!("parameter {name} is ambiguous; say {}", names.join(" or "))))
        }
    }
}

fn unknown(specs: &[&'static StrategySpec], name: &str) -> BacktestError {
    let known = specs.iter().flat_map(|spec| spec.params.iter().map(|param| param.name));
    let hint = suggestion(name, known);
    let names = specs.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ");
    BacktestError::Strategies(format!("strategies {names}: {}", ParamError::Unknown { name: shown(name), hint }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Interval;

    fn params(names: &[&str], given: &[(&str, &str)]) -> Result<Vec<Chosen>, String> {
        let mut config = Config::new("", vec!["A".parse().unwrap()], Interval::D1).with_strategies(names);
        config.params = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        chosen(&config).map_err(|error| error.to_string())
    }

    #[test]
    fn parameters_find_their_strategy() {
        let two = params(&["sma_cross", "swing"], &[("fast", "3"), ("sma_cross.slow", "7")]);
        // Both average: only a name tells which.
        assert_eq!(two.unwrap_err(), "parameter fast is ambiguous; say sma_cross.fast or swing.fast");
        let two =
            params(&["sma_cross", "signals"], &[("fast", "3"), ("sma_cross.slow", "7"), ("max_holding", "4")]).unwrap();
        assert_eq!((two[0].params.whole("fast"), two[0].params.whole("slow")), (3, 7));
        assert_eq!(two[1].params.whole("max_holding"), 4);
    }

    #[test]
    fn what_belongs_nowhere_is_refused() {
        let error = |names: &[&str], given: &[(&str, &str)]| params(names, given).unwrap_err();
        assert_eq!(
            error(&["sma_cross"], &[("fats", "3")]),
            "strategy sma_cross: unknown parameter 'fats'; did you mean 'fast'?"
        );
        assert_eq!(
            error(&["sma_cross", "signals"], &[("max_holdin", "3")]),
            "strategies sma_cross, signals: unknown parameter 'max_holdin'; did you mean 'max_holding'?"
        );
        assert_eq!(
            error(&["sma_cross"], &[("swing.fast", "3")]),
            "parameter swing.fast: the strategies of the run are sma_cross"
        );
        assert_eq!(
            error(&["sma_cross"], &[("fast", "3"), ("sma_cross.fast", "4")]),
            "parameter fast of sma_cross is given twice"
        );
        assert_eq!(error(&["swing", "swing"], &[]), "strategy swing is given twice");
        assert_eq!(error(&[], &[]), "no strategy given");
    }
}
