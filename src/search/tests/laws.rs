//! What holds for any suggestion, on seeded spaces and histories.

use super::problems::model_dimensions;
use super::*;
use crate::stats::Stream;

const SAMPLERS: [Sampler; 3] = [
    Sampler::Random,
    Sampler::Tpe(Tpe { n_startup: 1, n_candidates: 24, gamma: 0.1, multivariate: true }),
    Sampler::Tpe(Tpe { n_startup: 1, n_candidates: 5, gamma: 0.25, multivariate: false }),
];

/// Spaces with everything that is hard: one point, the whole range of numbers, tiny and huge floats, chains of conditions.
fn spaces() -> Vec<Space> {
    let two = || [Value::Int(1), Value::Int(2)];
    let sets = vec![
        vec![],
        model_dimensions(),
        vec![
            always("a", float(2.5, 2.5)),
            always("b", int(7, 7, 3)),
            always("c", texts(&["only"])),
            always("d", log_int(1, 1)),
        ],
        vec![
            always("a", int(i64::MIN, i64::MAX, 1)),
            always("b", int(i64::MIN, i64::MAX, i64::MAX)),
            always("c", log_int(1, i64::MAX)),
            always("d", log_int(i64::MAX - 1, i64::MAX)),
        ],
        vec![
            always("a", float(-8e307, 8e307)),
            always("b", float(0.0, 5e-324)),
            always("c", log_float(5e-324, 1.7e308)),
            always("d", stepped(1e9, 1e9 + 1e-3, 1e-6)),
            always("e", log_float(1.0, 1.0)),
            always("f", float(1.0, 1.0 + f64::EPSILON)),
        ],
        vec![
            always("a", int(0, 3, 1)),
            when("b", texts(&["x", "y"]), "a", &two()),
            when("c", float(0.0, 1.0), "b", &[text("x")]),
            when("d", log_float(0.1, 10.0), "a", &two()),
            when("e", bools(), "b", &[text("y"), text("x")]),
        ],
    ];
    sets.into_iter().map(|dimensions| Space::new(dimensions).unwrap()).collect()
}

/// Trials of every kind, with any values.
fn history(space: &Space, n: u64, seed: u64) -> Vec<Observed> {
    let mut stream = Stream::new(seed, 99);
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e308, -1e308];
    let mut value = |plain: u32| {
        let at = stream.below(plain) as usize;
        odd.get(at).copied().unwrap_or_else(|| stream.positive())
    };
    let points = Sampler::Random.generation(space, &[], seed, 0, n as usize, &[]);
    let trial = |(id, assignment): (usize, Assignment)| Observed {
        id: id as u64,
        assignment,
        state: match id % 5 {
            0 => TrialState::Failed,
            1 => TrialState::Pruned { step: id % 3 },
            _ => TrialState::Finished,
        },
        values: (0..=id % 7 % 3).map(|_| value(20)).collect(),
        intermediate: (0..id % 3).map(|_| value(20)).collect(),
        violation: if id % 4 == 3 { value(9) } else { 0.0 },
    };
    points.into_iter().enumerate().map(trial).collect()
}

#[test]
fn suggestions_lie_in_the_space_whatever_was_seen() {
    let directions = [Direction::Minimise, Direction::Maximise, Direction::Minimise];
    for space in spaces() {
        for (sampler, seed) in SAMPLERS.iter().flat_map(|sampler| (0..6).map(move |seed| (sampler, seed))) {
            for (n, objectives) in [(0, 1), (1, 1), (3, 2), (40, 1), (60, 2), (40, 0), (50, 3)] {
                let past = history(&space, n, seed);
                let points = sampler.generation(&space, &directions[..objectives], seed, n, 8, &past);
                assert_eq!(points.len(), 8);
                for point in points {
                    space.contains(&point).unwrap_or_else(|error| panic!("{error}: {point:?} of {sampler:?}"));
                }
            }
        }
    }
}

#[test]
fn a_suggestion_is_a_function_of_its_number_and_of_earlier_generations() {
    for (space, sampler) in spaces().iter().flat_map(|space| SAMPLERS.iter().map(move |sampler| (space, sampler))) {
        let past = history(space, 64, 3);
        let suggest = |seed, past: &[Observed]| {
            format!("{:?}", sampler.generation(space, &[Direction::Minimise], seed, 64, 8, past))
        };
        let first = suggest(3, &past);
        assert_eq!(first, suggest(3, &past));
        // Trials may be handed over in any order.
        let mut turned = past.clone();
        turned.reverse();
        assert_eq!(first, suggest(3, &turned));
        turned.rotate_left(17);
        assert_eq!(first, suggest(3, &turned));
        if space.size().is_none_or(|size| size > 1_000) {
            assert_ne!(first, suggest(4, &past));
        }
        // A shorter generation is the beginning of a longer one.
        let one = sampler.generation(space, &[Direction::Minimise], 3, 64, 3, &past);
        let all = sampler.generation(space, &[Direction::Minimise], 3, 64, 8, &past);
        assert_eq!(format!("{one:?}"), format!("{:?}", &all[..3]));
    }
}

#[test]
fn a_generation_does_not_collapse_onto_one_point() {
    let space = Space::new(vec![always("x", float(0.0, 1.0)), always("n", int(0, 99, 1))]).unwrap();
    let points = Sampler::Random.generation(&space, &[], 1, 0, 40, &[]);
    let loss = |point: &Assignment| (point["x"].as_f64().unwrap() - 0.3).powi(2) + point["n"].as_f64().unwrap() / 1e3;
    let past: Vec<Observed> = points
        .into_iter()
        .enumerate()
        .map(|(id, point)| finished(id as u64, point.clone(), vec![loss(&point)]))
        .collect();
    let sampler = Sampler::Tpe(Tpe::default());
    let points = sampler.generation(&space, &[Direction::Minimise], 1, 40, 8, &past);
    for (at, point) in points.iter().enumerate() {
        let near = |other: &&Assignment| (other["x"].as_f64().unwrap() - point["x"].as_f64().unwrap()).abs() < 1e-3;
        assert_eq!(points[..at].iter().filter(near).filter(|other| other["n"] == point["n"]).count(), 0, "{points:?}");
    }
}

#[test]
fn small_spaces_are_searched_without_repeats() {
    let space = Space::new(vec![always("a", int(0, 5, 1)), always("b", texts(&["x", "y", "z"]))]).unwrap();
    let mut past: Vec<Observed> = Vec::new();
    for generation in 0..2 {
        for point in SAMPLERS[1].generation(&space, &[Direction::Maximise], 5, generation * 6, 6, &past) {
            past.push(finished(past.len() as u64, point.clone(), vec![point["a"].as_f64().unwrap()]));
        }
    }
    let first: Vec<String> = past[..6].iter().map(|trial| format!("{:?}", trial.assignment)).collect();
    let second: std::collections::BTreeSet<String> =
        past[6..].iter().map(|trial| format!("{:?}", trial.assignment)).collect();
    assert_eq!(second.len(), 6);
    assert!(first.iter().all(|point| !second.contains(point)));
}

#[test]
fn what_breaks_constraints_is_left() {
    // The objective would have x at 1, the constraint holds below a half.
    let space = Space::new(vec![always("x", float(0.0, 1.0))]).unwrap();
    let share_above = |violation: fn(f64) -> f64, state: fn(f64) -> TrialState| {
        let points = Sampler::Random.generation(&space, &[], 2, 0, 80, &[]);
        let trial = |(id, point): (usize, Assignment)| {
            let x = point["x"].as_f64().unwrap();
            let mut trial = finished(id as u64, point, vec![x]);
            (trial.violation, trial.state) = (violation(x), state(x));
            trial
        };
        let past: Vec<Observed> = points.into_iter().enumerate().map(trial).collect();
        let sampler = Sampler::Tpe(Tpe::default());
        let suggest = |seed| sampler.generation(&space, &[Direction::Maximise], seed, 80, 8, &past);
        let points: Vec<Assignment> = (0..5).flat_map(suggest).collect();
        points.iter().filter(|point| point["x"].as_f64().unwrap() > 0.6).count()
    };
    let finished = |_: f64| TrialState::Finished;
    assert!(share_above(|_| 0.0, finished) > 30);
    assert!(share_above(|x| (x - 0.5).max(0.0), finished) < 10);
    assert!(share_above(|x| if x > 0.5 { f64::NAN } else { 0.0 }, finished) < 10);
    assert!(share_above(|_| 0.0, |x| if x > 0.5 { TrialState::Failed } else { TrialState::Finished }) < 10);
    assert!(share_above(|_| 0.0, |x| if x > 0.5 { TrialState::Pruned { step: 2 } } else { TrialState::Finished }) < 10);
}
