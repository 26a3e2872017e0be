//! Grids have every combination once.

use std::collections::BTreeSet;

use super::*;

fn listed(space: &Space) -> Vec<Assignment> {
    let mut points = Vec::new();
    loop {
        let more = Sampler::Grid.generation(space, &[], 0, points.len() as u64, 7, &[]);
        let ended = more.len() < 7;
        points.extend(more);
        if ended {
            return points;
        }
    }
}

/// Every combination by trying each value of each dimension, the slow way.
fn nested(space: &Space) -> Vec<Assignment> {
    let mut points = vec![Assignment::new()];
    for dimension in space.dimensions() {
        let values: Vec<Value> = (0..dimension.domain.count().unwrap()).map(|at| dimension.domain.nth(at)).collect();
        points = points
            .into_iter()
            .flat_map(|point| {
                if !dimension.active(&point) {
                    return vec![point];
                }
                let with = |value: &Value| {
                    let mut point = point.clone();
                    point.insert(dimension.name.clone(), value.clone());
                    point
                };
                values.iter().map(with).collect()
            })
            .collect();
    }
    points
}

fn words(points: &[Assignment]) -> Vec<String> {
    points.iter().map(|point| serde_json::to_string(point).unwrap()).collect()
}

#[test]
fn the_last_parameter_varies_fastest() {
    let space = Space::new(vec![always("a", int(1, 2, 1)), always("b", texts(&["x", "y"]))]).unwrap();
    assert_eq!(
        words(&listed(&space)),
        [r#"{"a":1,"b":"x"}"#, r#"{"a":1,"b":"y"}"#, r#"{"a":2,"b":"x"}"#, r#"{"a":2,"b":"y"}"#]
    );
}

#[test]
fn conditions_leave_out_what_does_not_matter() {
    let space = Space::new(vec![
        always("n", int(0, 9, 3)),
        when("deep", int(1, 3, 1), "n", &[Value::Int(3), Value::Int(9)]),
        always("kind", texts(&["a", "b", "c"])),
        when("b_only", bools(), "kind", &[text("b")]),
        when("b_or_c", stepped(0.1, 0.35, 0.1), "kind", &[text("c"), text("b")]),
        when("true_only", int(5, 6, 1), "b_only", &[Value::Bool(true)]),
    ])
    .unwrap();
    let (found, expected) = (listed(&space), nested(&space));
    assert_eq!(space.size(), Some(expected.len() as u128));
    // (2 + 2 · 3) · (1 + (1 + 2) · 3 + 3)
    assert_eq!(expected.len(), 8 * 13);
    let unique: BTreeSet<String> = words(&found).into_iter().collect();
    assert_eq!(unique.len(), found.len());
    assert_eq!(unique, words(&expected).into_iter().collect());
    assert!(found.iter().all(|point| space.contains(point).is_ok()));
}

#[test]
fn floats_on_a_grid_have_round_values_and_exact_ends() {
    let points =
        |domain: Domain| -> Vec<String> { (0..domain.count().unwrap()).map(|at| domain.nth(at).to_string()).collect() };
    assert_eq!(points(stepped(0.1, 0.5, 0.1)), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
    assert_eq!(points(stepped(0.0, 1.0, 0.4)), ["0.0", "0.4", "0.8"]);
    let log = Domain::Float { low: 1e-4, high: 1.0, log: true, step: None, points: Some(5) };
    let found: Vec<f64> = points(log).iter().map(|text| text.parse().unwrap()).collect();
    for (value, exact) in found.iter().zip([1e-4, 1e-3, 1e-2, 0.1, 1.0]) {
        assert!((value / exact - 1.0).abs() < 1e-12, "{found:?}");
    }
    assert_eq!((found[0], found[4]), (1e-4, 1.0));
    let even = Domain::Float { low: -1.0, high: 1.0, log: false, step: None, points: Some(3) };
    assert_eq!(points(even), ["-1.0", "0.0", "1.0"]);
}

#[test]
fn a_continuum_is_no_grid_and_says_where() {
    let space = Space::new(vec![always("n", int(1, 3, 1)), always("rate", float(0.0, 1.0))]).unwrap();
    assert_eq!(space.size(), None);
    assert_eq!(Sampler::Grid.check(&space).unwrap_err().dimension(), "rate");
    assert!(Sampler::Grid.generation(&space, &[], 0, 0, 8, &[]).is_empty());
    assert!(Sampler::Random.check(&space).is_ok());
}

#[test]
fn huge_grids_are_counted_and_reached_without_listing() {
    let wide = || int(i64::MIN, i64::MAX, 1);
    let one = Space::new(vec![always("a", wide())]).unwrap();
    assert_eq!(one.size(), Some(1 << 64));
    let point = &Sampler::Grid.generation(&one, &[], 0, u64::MAX, 4, &[])[0];
    assert_eq!(point["a"], Value::Int(i64::MAX));
    let three = Space::new(vec![always("a", wide()), always("b", wide()), always("c", int(0, 1, 1))]).unwrap();
    assert_eq!(three.size(), Some(u128::MAX));
    let point = &Sampler::Grid.generation(&three, &[], 0, 5, 1, &[])[0];
    assert_eq!((&point["b"], &point["c"]), (&Value::Int(i64::MIN + 2), &Value::Int(1)));
    assert_eq!(Space::new(vec![]).unwrap().size(), Some(1));
    assert_eq!(listed(&Space::new(vec![]).unwrap()), [Assignment::new()]);
}
