//! Functions to be minimised, as `tests/peers/optuna_peer.py` has them. The last is SYNTHETIC.

use std::f64::consts::PI;

use super::*;

/// A space and the loss of its points.
pub(super) struct Problem {
    pub(super) name: &'static str,
    pub(super) space: Space,
    pub(super) loss: fn(&Assignment) -> f64,
}

pub(super) fn all() -> Vec<Problem> {
    let cube = |low: f64, high: f64, n: usize| (0..n).map(|i| always(&format!("x{i}"), float(low, high))).collect();
    let make = |name, dimensions: Vec<Dimension>, loss| Problem { name, space: Space::new(dimensions).unwrap(), loss };
    vec![
        make("branin", vec![always("x0", float(-5.0, 10.0)), always("x1", float(0.0, 15.0))], branin),
        make("hartmann6", cube(0.0, 1.0, 6), hartmann6),
        make("rosenbrock", cube(-2.0, 2.0, 4), rosenbrock),
        make("model", model_dimensions(), model_loss),
    ]
}

pub(super) fn model_dimensions() -> Vec<Dimension> {
    vec![
        always("model", texts(&["linear", "trees", "net"])),
        always("rate", log_float(1e-5, 1.0)),
        always("window", int(5, 200, 5)),
        always("volume", bools()),
        when("depth", int(1, 12, 1), "model", &[text("trees")]),
        when("width", log_int(4, 1024), "model", &[text("net")]),
        when("dropout", stepped(0.0, 0.5, 0.1), "model", &[text("net")]),
    ]
}

fn number(point: &Assignment, name: &str) -> f64 {
    point[name].as_f64().unwrap()
}

fn numbers(point: &Assignment) -> Vec<f64> {
    point.values().map(|value| value.as_f64().unwrap()).collect()
}

pub(super) fn branin(point: &Assignment) -> f64 {
    let (x, y) = (number(point, "x0"), number(point, "x1"));
    let (b, c, t) = (5.1 / (4.0 * PI * PI), 5.0 / PI, 1.0 / (8.0 * PI));
    (y - b * x * x + c * x - 6.0).powi(2) + 10.0 * (1.0 - t) * x.cos() + 10.0
}

pub(super) fn hartmann6(point: &Assignment) -> f64 {
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [1312.0, 1696.0, 5569.0, 124.0, 8283.0, 5886.0],
        [2329.0, 4135.0, 8307.0, 3736.0, 1004.0, 9991.0],
        [2348.0, 1451.0, 3522.0, 2883.0, 3047.0, 6650.0],
        [4047.0, 8828.0, 8732.0, 5743.0, 1091.0, 381.0],
    ];
    let x = numbers(point);
    let hill = |k: usize| (0..6).map(|j| A[k][j] * (x[j] - P[k][j] / 1e4).powi(2)).sum::<f64>();
    -[1.0, 1.2, 3.0, 3.2].iter().enumerate().map(|(k, weight)| weight * (-hill(k)).exp()).sum::<f64>()
}

pub(super) fn rosenbrock(point: &Assignment) -> f64 {
    let x = numbers(point);
    x.windows(2).map(|x| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)).sum()
}

pub(super) fn model_loss(point: &Assignment) -> f64 {
    let rate = number(point, "rate").log10();
    let model = point["model"].to_string();
    let mut loss = match model.as_str() {
        "linear" => 1.0,
        "trees" => 0.5,
        _ => 0.2,
    };
    loss += if point["volume"] == Value::Bool(true) { 0.0 } else { 0.1 };
    loss += ((number(point, "window") - 60.0) / 100.0).powi(2);
    match model.as_str() {
        "linear" => loss + 0.1 * (rate + 2.0).powi(2),
        "trees" => loss + 0.2 * (rate + 1.5).powi(2) + 0.02 * (number(point, "depth") - 5.0).powi(2),
        _ => {
            let width = (number(point, "width") / 64.0).log2();
            loss + 0.2 * (rate + 3.5).powi(2) + 0.02 * width.powi(2) + 2.0 * (number(point, "dropout") - 0.2).powi(2)
        }
    }
}

/// Runs a study in generations of `at_once`; the losses in order.
pub(super) fn losses(sampler: &Sampler, problem: &Problem, seed: u64, trials: usize, at_once: usize) -> Vec<f64> {
    let mut history: Vec<Observed> = Vec::new();
    while history.len() < trials {
        let (first, count) = (history.len() as u64, (trials - history.len()).min(at_once));
        let points = sampler.generation(&problem.space, &[Direction::Minimise], seed, first, count, &history);
        assert_eq!(points.len(), count);
        for point in points {
            let loss = (problem.loss)(&point);
            history.push(finished(history.len() as u64, point, vec![loss]));
        }
    }
    history.iter().map(|trial| trial.values[0]).collect()
}
