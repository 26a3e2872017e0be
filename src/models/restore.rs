//! From the stored parameters of a training run back to what it was asked for.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ModelError, Result, TrainConfig};
use crate::dataset::{DatasetSpec, FeatureSchema};
use crate::domain::{Interval, Symbol, Ts};

impl TrainConfig {
    /// What a training run was asked for: `params` are its rows of `run_params`, `schema` is the set that they name.
    ///
    /// # Errors
    /// A parameter that is missing or that this version can't read.
    pub fn restore(
        params: &BTreeMap<String, String>,
        schema: FeatureSchema,
        (symbols, interval): (&[Symbol], Interval),
        (name, seed): (&str, u64),
    ) -> Result<Self> {
        let lookback = text(params, "lookback")?;
        Ok(Self {
            name: name.to_string(),
            dataset: DatasetSpec {
                schema,
                label_set: text(params, "label_set")?.to_string(),
                interval,
                symbols: symbols.to_vec(),
                lookback: lookback.parse().map_err(|_| unreadable("lookback", "it is no number"))?,
                from: bound(params, "from")?,
                to: bound(params, "to")?,
            },
            split: part(params, "split")?,
            model: part(params, "model")?,
            calibration: serde_json::from_value(Value::String(text(params, "calibration")?.to_string()))
                .map_err(|error| unreadable("calibration", &error.to_string()))?,
            seed,
        })
    }
}

fn unreadable(key: &str, reason: &str) -> ModelError {
    ModelError::Unreadable { key: key.to_string(), reason: reason.to_string() }
}

fn text<'a>(params: &'a BTreeMap<String, String>, key: &str) -> Result<&'a str> {
    params.get(key).map(String::as_str).ok_or_else(|| unreadable(key, "it is missing"))
}

fn bound(params: &BTreeMap<String, String>, key: &str) -> Result<Option<Ts>> {
    let time = |text: &String| Ts::parse(text).ok_or_else(|| unreadable(key, "it is no UTC time"));
    params.get(key).map(time).transpose()
}

/// Everything under `<prefix>.`, as it was before it was flattened.
fn part<T: DeserializeOwned>(params: &BTreeMap<String, String>, prefix: &str) -> Result<T> {
    let mut root = Map::new();
    for (key, value) in params {
        let Some(path) = key.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.')) else { continue };
        // Words stand for themselves; numbers, lists and switches were written as JSON.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        put(&mut root, path, value);
    }
    serde_json::from_value(Value::Object(root)).map_err(|error| unreadable(prefix, &error.to_string()))
}

fn put(into: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(into.insert(path.to_string(), value)),
        Some((first, rest)) => {
            let inner = into.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::train::stored_params;
    use super::super::{CalibrationMethod, ClassWeights, LogisticSpec, MlpSpec, ModelSpec, Objective, Schedule};
    use super::*;
    use crate::dataset::SplitSpec;

    fn schema() -> FeatureSchema {
        FeatureSchema { set: "core23".into(), hash: "h".into(), columns: Vec::new() }
    }

    fn config(model: ModelSpec) -> TrainConfig {
        TrainConfig {
            name: "m".into(),
            dataset: DatasetSpec {
                schema: schema(),
                label_set: "1".into(),
                interval: Interval::H1,
                symbols: vec!["A".parse().unwrap()],
                lookback: 7,
                from: Ts::parse("2024-01-31 09:15"),
                to: None,
            },
            split: SplitSpec { train: 0.1 + 0.2, valid: 0.2, test: 0.5, embargo: Some(3) },
            model,
            calibration: CalibrationMethod::Isotonic,
            seed: u64::MAX,
        }
    }

    fn restored(params: &BTreeMap<String, String>) -> Result<TrainConfig> {
        TrainConfig::restore(params, schema(), (&["A".parse().unwrap()], Interval::H1), ("m", u64::MAX))
    }

    #[test]
    fn any_stored_training_is_found_again() {
        let logistic = LogisticSpec { alpha: 1.0 / 3.0, max_iterations: 5, ..LogisticSpec::default() };
        let mlp = MlpSpec {
            hidden: vec![3, 1],
            batch_norm: false,
            schedule: Schedule::Constant,
            class_weights: ClassWeights::Equal,
            early_stop: Objective::LogLoss,
            learning_rate: 1e-17,
            ..MlpSpec::default()
        };
        for model in [ModelSpec::Logistic(logistic), ModelSpec::Mlp(mlp), ModelSpec::Mlp(MlpSpec::default())] {
            let config = config(model);
            let restored = restored(&stored_params(&config)).unwrap();
            assert_eq!(format!("{restored:?}"), format!("{config:?}"));
        }
    }

    #[test]
    fn what_is_missing_or_altered_is_named() {
        let params = stored_params(&config(ModelSpec::Logistic(LogisticSpec::default())));
        let refusal = |change: &dyn Fn(&mut BTreeMap<String, String>)| {
            let mut params = params.clone();
            change(&mut params);
            restored(&params).unwrap_err().to_string()
        };
        assert_eq!(refusal(&|params| drop(params.remove("lookback"))), "stored parameter lookback: it is missing");
        assert_eq!(
            refusal(&|params| drop(params.insert("from".into(), "soon".into()))),
            "stored parameter from: it is no UTC time"
        );
        let other = refusal(&|params| drop(params.insert("model.alhpa".into(), "1".into())));
        assert!(other.starts_with("stored parameter model: unknown field `alhpa`"), "{other}");
        assert!(refusal(&|params| drop(params.insert("model.kind".into(), "forest".into()))).contains("forest"));
    }
}
