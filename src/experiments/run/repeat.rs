//! A stored trial made again by itself: the same parameters and seed, stopped where it was stopped.
//!
//! What a pruner decided depended on the trials before it; here its decision is taken as stored, so that one trial can be
//! made again without the others.

use std::collections::BTreeMap;

use super::{account, record, work};
use crate::domain::Ts;
use crate::experiments::ExperimentError;
use crate::experiments::spec::text_of;
use crate::experiments::study::Study;
use crate::search::{Assignment, Dimension, Domain, Value};
use crate::store::Store;
use crate::store::experiments::{self, Tried};

/// A stored trial.
#[derive(Debug, Clone, Copy)]
pub struct Repeat<'a> {
    /// Its experiment.
    pub experiment_id: &'a str,
    /// As it is stored.
    pub tried: &'a Tried,
    /// Its stored settings.
    pub settings: &'a BTreeMap<String, String>,
    /// Whether the rows of its account were kept.
    pub is_kept: bool,
    /// When it began.
    pub now: Ts,
}

/// Judges a stored trial again and stores it in `store`, a fresh one, under the same run id.
///
/// # Errors
/// Stored parameters that are none of the space; faults of the store.
pub fn repeat(store: &Store, study: &Study, of: &Repeat<'_>) -> Result<(), ExperimentError> {
    let Tried { trial, seed, .. } = *of.tried;
    let assignment = if trial == 0 { study.baseline() } else { assignment(study, of)? };
    let until = (of.tried.state == "pruned").then_some(of.tried.steps.len());
    let prune = |steps: &[f64]| until.is_some_and(|until| steps.len() >= until);
    let numbered = (trial, seed.cast_unsigned());
    let ran = work::judge((study, &|| of.now), numbered, &assignment, &prune);
    let row = record::row(study, of.experiment_id, &ran);
    let trial_run = record::trial_run(study, of.experiment_id);
    store.transaction(|| experiments::insert_trials(store, &trial_run, &[row]))?;
    if of.is_kept {
        account::keep(store, study, &trial_run, numbered, &assignment, of.now)?;
    }
    Ok(())
}

/// The searched parameters, from the settings: unlike JSON, their text is read without losing a digit.
fn assignment(study: &Study, of: &Repeat<'_>) -> Result<Assignment, ExperimentError> {
    let stored: BTreeMap<String, Value> = serde_json::from_str(&of.tried.params).unwrap_or_default();
    let mut found = Assignment::new();
    for dimension in study.spec.searched.space.dimensions() {
        let Some(text) = of.settings.get(&format!("searched.{}", dimension.name)) else { continue };
        let value = value_of(dimension, text, stored.get(&dimension.name)).ok_or_else(|| {
            let message = format!("'{text}' is no value of the searched parameter '{}'", dimension.name);
            ExperimentError::refused(
                message,
                "the settings of the trial were altered, or another version of ws wrote them",
            )
        })?;
        found.insert(dimension.name.clone(), value);
    }
    Ok(found)
}

/// The value of a text within its domain; of categories with the same text the one that was stored.
fn value_of(dimension: &Dimension, text: &str, stored: Option<&Value>) -> Option<Value> {
    match &dimension.domain {
        Domain::Int { .. } => text.parse().ok().map(Value::Int),
        Domain::Float { .. } => text.parse().ok().map(Value::Float),
        Domain::Categorical(values) => {
            let alike = || values.iter().filter(|value| text_of(value) == text);
            alike().find(|value| Some(*value) == stored).or_else(|| alike().next()).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimension(domain: Domain) -> Dimension {
        Dimension { name: "x".into(), domain, when: None }
    }

    #[test]
    fn texts_come_back_as_the_values_they_were_to_the_last_bit() {
        let float = dimension(Domain::Float { low: 0.0, high: 10.0, log: false, step: None, points: None });
        for value in [5.0, 0.1 + 0.2, 1.0 / 3.0, 7.0_f64.sqrt(), f64::MIN_POSITIVE] {
            let text = text_of(&Value::Float(value));
            let Some(Value::Float(back)) = value_of(&float, &text, None) else { panic!("{text}") };
            assert_eq!(back.to_bits(), value.to_bits(), "{text}");
        }
        let int = dimension(Domain::Int { low: 1, high: 9, step: 1, log: false });
        assert_eq!(value_of(&int, "7", None), Some(Value::Int(7)));
        assert_eq!(value_of(&int, "7.5", None), None);
    }

    #[test]
    fn categories_of_one_text_are_told_apart_by_what_was_stored() {
        let values = vec![Value::Int(1), Value::Text("1".into()), Value::Bool(true), Value::Text("market".into())];
        let choice = dimension(Domain::Categorical(values.clone()));
        for value in &values {
            assert_eq!(value_of(&choice, &text_of(value), Some(value)).as_ref(), Some(value));
        }
        assert_eq!(value_of(&choice, "true", None), Some(Value::Bool(true)));
        assert_eq!(value_of(&choice, "limit", None), None);
    }
}
