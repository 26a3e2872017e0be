//! From parameters to what is simulated: the one place that knows which name belongs where.
//!
//! | name in `[space]` | belongs to |
//! |---|---|
//! | `account.stop_loss` | a setting of the account, as in `[account]` |
//! | `strategy.threshold` | a parameter of strategy `model`, where a model is searched |
//! | any other | a parameter of the strategy, or of the model |

use std::collections::BTreeMap;

use super::{Study, market};
use crate::backtest::{BacktestError, Config, Learned, ModelRef};
use crate::dataset;
use crate::experiments::ExperimentError;
use crate::experiments::spec::{Spec, SpecError, Subject, text_of};
use crate::features;
use crate::models::Learning;
use crate::search::{Assignment, Domain, Value};
use crate::store::Store;
use crate::trade::strategies::params::ParamError;

/// What every trial shares, without a period.
pub(super) fn base(store: &Store, spec: &Spec) -> Result<Config, ExperimentError> {
    let (symbols, interval) = market::series(store, spec)?;
    let mut config = Config::new("", symbols, interval);
    match &spec.subject {
        Subject::Strategy(names) => {
            if let Some(name) = names.iter().find(|name| ["model", "signals"].contains(&name.as_str())) {
                let instead = if name == "model" {
                    "say model = \"logistic\" instead"
                } else {
                    "a statement has nothing to search"
                };
                return Err(spec
                    .wrong("strategy", format!("strategy '{name}' can't be searched by itself; {instead}"))
                    .into());
            }
            config.strategies.clone_from(names);
            config.params.clone_from(&spec.params);
        }
        Subject::Model(subject) => {
            config.strategies = vec!["model".into()];
            config.params.clone_from(&spec.strategy_params);
            // Named for each trial when its rows are stored.
            let (model_id, parent_run_id, feature_set_hash) = (String::new(), String::new(), String::new());
            config.model = Some(ModelRef { model_id, parent_run_id, feature_set_hash });
            let label_set = super::model::label_set(store, spec, subject, interval)?;
            let terms = dataset::bet_terms(store, &label_set)?;
            let feature_set = features::named(store, &subject.features);
            let feature_set = feature_set.map_err(|error| spec.wrong("data", error.to_string()))?.name().to_string();
            config.learned = Some(Learned { label_set, feature_set, terms });
        }
    }
    for (name, value) in &spec.account {
        let place = format!("account.{name}");
        config.set(name, value).map_err(|error| spec.wrong(&place, error.to_string()))?;
    }
    (config.from, config.to) = (spec.data.from, spec.data.to);
    config.name.clone_from(&spec.name);
    check_names(spec, &config)?;
    Ok(config)
}

/// Refuses strategies and fixed parameters that don't exist.
fn check_names(spec: &Spec, config: &Config) -> Result<(), ExperimentError> {
    match config.check() {
        Err(error @ (BacktestError::Strategy(_) | BacktestError::Strategies(_))) => {
            Err(spec.wrong("strategy", error.to_string()).into())
        }
        Err(BacktestError::Param {
            strategy,
            source: source @ (ParamError::Unknown { .. } | ParamError::Invalid { .. }),
        }) => {
            let table = if matches!(spec.subject, Subject::Model(_)) { "strategy_params" } else { "params" };
            Err(spec.wrong(table, format!("strategy {strategy}: {source}")).into())
        }
        // The rest may depend on what is searched.
        _ => Ok(()),
    }
}

impl Study {
    /// Trades models as before runs knew what these learned: by the strategy's own exits, with traces that have no features.
    pub fn forget_learned(&mut self) {
        self.base.learned = None;
    }

    /// What a trial simulates.
    ///
    /// # Errors
    /// Parameters out of range, or that don't go together.
    pub fn config(&self, assignment: &Assignment) -> Result<Config, BacktestError> {
        let is_model = self.model.is_some();
        let mut config = self.base.clone();
        for (name, value) in assignment {
            let text = text_of(value);
            match name.split_once('.') {
                Some(("account", setting)) => config.set(setting, &text)?,
                Some(("strategy", param)) if is_model => drop(config.params.insert(param.to_string(), text)),
                _ if is_model => {}
                _ => drop(config.params.insert(name.clone(), text)),
            }
        }
        Ok(config)
    }

    /// The model that a trial fits.
    ///
    /// # Errors
    /// Parameters that are unknown or out of range, in words.
    pub fn learning(&self, assignment: &Assignment) -> Result<Learning, String> {
        let Subject::Model(subject) = &self.spec.subject else { return Err("no model is searched".into()) };
        let mut params: BTreeMap<&str, String> =
            self.spec.params.iter().map(|(name, text)| (name.as_str(), toml_of(text))).collect();
        let own = assignment.iter().filter(|(name, _)| !name.starts_with("account.") && !name.starts_with("strategy."));
        params.extend(own.map(|(name, value)| (name.as_str(), toml_of(&text_of(value)))));
        let lines: Vec<String> = params.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        Learning::parse(&format!("kind = \"{}\"\n{}", subject.kind, lines.concat()), subject.calibration)
    }

    /// Why an assignment can't be tried, when it can't.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn is_possible(&self, assignment: &Assignment) -> Result<(), String> {
        let config = self.config(assignment).map_err(|error| error.to_string())?;
        config.check().map_err(|error| error.to_string())?;
        if self.model.is_some() { self.learning(assignment).map(|_| ()) } else { Ok(()) }
    }

    /// Refuses searched parameters that don't exist, or whose ends are out of range, with their line.
    pub(super) fn check_space(&self) -> Result<(), ExperimentError> {
        if self.model.is_some() {
            self.learning(&Assignment::new()).map_err(|reason| self.spec.wrong("params", reason))?;
        }
        for dimension in self.spec.searched.space.dimensions() {
            let wrong = |reason: String| self.spec.wrong(&dimension.name, format!("'{}': {reason}", dimension.name));
            if let Some(name) = dimension.name.strip_prefix("account.")
                && Config::setting(name).is_ok_and(|setting| setting.is_input)
            {
                return Err(
                    wrong(format!("{name} decides what is read and can't be searched; put it into [account]")).into()
                );
            }
            for value in ends(&dimension.domain) {
                let alone = Assignment::from([(dimension.name.clone(), value)]);
                self.check_alone(&alone).map_err(wrong)?;
            }
        }
        self.is_possible(&self.baseline()).map_err(|reason| {
            let reason = format!("the baseline can't be run: {reason}; set what is missing in [baseline]");
            ExperimentError::Spec(self.spec.wrong("baseline", reason))
        })
    }

    /// What is wrong with one value whatever the others are.
    fn check_alone(&self, alone: &Assignment) -> Result<(), String> {
        let checked = self.config(alone).and_then(|config| config.check().map(|_| ()));
        match checked {
            Err(BacktestError::Param { source: ParamError::Conflict(_), .. } | BacktestError::Combination(_))
            | Ok(()) => {}
            Err(error) => return Err(error.to_string()),
        }
        if self.model.is_some() { self.learning(alone).map(|_| ()) } else { Ok(()) }
    }
}

impl From<SpecError> for String {
    fn from(error: SpecError) -> Self {
        error.to_string()
    }
}

/// The outermost values of a domain, or all of its categories.
fn ends(domain: &Domain) -> Vec<Value> {
    match domain {
        // One between the ends tells a whole-number parameter that is searched as a float.
        Domain::Float { low, high, step: None, .. } => {
            vec![Value::Float(*low), Value::Float(low + (high - low) * 0.381_966), Value::Float(*high)]
        }
        Domain::Float { low, high, .. } => vec![Value::Float(*low), Value::Float(*high)],
        Domain::Int { low, high, .. } => vec![Value::Int(*low), Value::Int(*high)],
        Domain::Categorical(values) => values.clone(),
    }
}

/// Numbers, lists and booleans as they are, words in quotes.
fn toml_of(text: &str) -> String {
    let is_plain = toml::from_str::<toml::Table>(&format!("x = {text}")).is_ok();
    if is_plain { text.to_string() } else { format!("{text:?}") }
}
