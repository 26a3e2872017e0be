//! What matters is found, what doesn't is not, and what can't be known is not said.

use super::problems::model_dimensions;
use super::*;

fn studied(space: &Space, n: usize, loss: impl Fn(&Assignment) -> f64) -> Vec<Observed> {
    let points = Sampler::Random.generation(space, &[], 21, 0, n, &[]);
    let trial = |(id, point): (usize, Assignment)| finished(id as u64, point.clone(), vec![0.0, loss(&point)]);
    points.into_iter().enumerate().map(trial).collect()
}

fn of<'a>(found: &'a Importance, name: &str) -> &'a ParameterImportance {
    found.parameters.iter().find(|parameter| parameter.name == name).unwrap()
}

#[test]
fn conditional_and_unordered_parameters_count_where_they_are_active() {
    let space = Space::new(model_dimensions()).unwrap();
    // Order of the categories is no order of the losses.
    let loss = |point: &Assignment| {
        let model = match &point["model"] {
            Value::Text(name) if name == "trees" => 3.0,
            _ => 0.0,
        };
        model + point.get("depth").and_then(Value::as_f64).map_or(0.0, |depth| depth / 3.0)
    };
    let found = importance(&space, &studied(&space, 200, loss), 1, 5).unwrap();
    assert!(found.r2 > 0.97, "{found:?}");
    assert_eq!((found.parameters[0].name.as_str(), found.parameters[1].name.as_str()), ("model", "depth"));
    assert!(of(&found, "depth").active < 100 && of(&found, "rate").active == 200);
    assert!(found.parameters[2..].iter().all(|parameter| parameter.fall < 0.02), "{found:?}");
    let shares: f64 = found.parameters.iter().map(|parameter| parameter.share.unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-12);
}

#[test]
fn noise_explains_nothing() {
    let space = Space::new(vec![always("x", float(0.0, 1.0)), always("n", int(0, 9, 1))]).unwrap();
    let mut stream = crate::stats::Stream::new(3, 3);
    let noise: Vec<f64> = (0..150).map(|_| stream.positive()).collect();
    let mut trials = studied(&space, 150, |_| 0.0);
    trials.iter_mut().zip(noise).for_each(|(trial, noise)| trial.values[1] = noise);
    let found = importance(&space, &trials, 1, 5).unwrap();
    assert!(found.r2 < 0.1, "{found:?}");
    assert!(found.parameters.iter().all(|parameter| parameter.fall.abs() < 0.4 && parameter.std > 0.0));
}

#[test]
fn the_same_seed_says_the_same_in_any_order_and_at_any_scale() {
    let space = Space::new(vec![always("x", float(0.0, 1.0)), always("k", texts(&["a", "b", "c"]))]).unwrap();
    let mut trials = studied(&space, 40, |point| point["x"].as_f64().unwrap());
    let first = importance(&space, &trials, 1, 5).unwrap();
    trials.reverse();
    assert_eq!(importance(&space, &trials, 1, 5).unwrap(), first);
    assert_ne!(importance(&space, &trials, 1, 6).unwrap(), first);
    trials.iter_mut().for_each(|trial| trial.values[1] *= 2.0_f64.powi(1000));
    let huge = importance(&space, &trials, 1, 5).unwrap();
    assert_eq!(huge, first);
}

#[test]
fn too_little_to_learn_from_is_unknown() {
    let space = Space::new(vec![always("x", float(0.0, 1.0))]).unwrap();
    let trials = studied(&space, 10, |point| point["x"].as_f64().unwrap());
    assert!(importance(&space, &trials, 1, 5).is_some());
    assert!(importance(&space, &trials[1..], 1, 5).is_none());
    assert!(importance(&space, &trials, 7, 5).is_none());
    assert!(importance(&space, &studied(&space, 30, |_| 0.3), 1, 5).is_none());
    let mut odd = trials.clone();
    odd[3].values[1] = f64::NAN;
    assert!(importance(&space, &odd, 1, 5).is_none());
    odd[3].values[1] = f64::INFINITY;
    assert!(importance(&space, &odd, 1, 5).is_none());
    let mut pruned = trials;
    pruned[0].state = TrialState::Pruned { step: 1 };
    assert!(importance(&space, &pruned, 1, 5).is_none());
    // Extremes of all there is.
    let mut extreme = studied(&space, 30, |point| point["x"].as_f64().unwrap());
    extreme
        .iter_mut()
        .enumerate()
        .for_each(|(at, trial)| trial.values[1] = if at % 2 == 0 { f64::MAX } else { f64::MIN });
    assert!(importance(&space, &extreme, 1, 5).unwrap().r2.is_finite());
    assert!(importance(&Space::new(vec![]).unwrap(), &extreme, 1, 5).unwrap().parameters.is_empty());
}
