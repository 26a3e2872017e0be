//! Against scikit-learn; `tests/peers/sklearn_metrics.py` writes the numbers.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::models::calibration::{Calibration, CalibrationMethod};
use crate::models::objective::{average_precision, best_threshold, f1, log_loss};

/// Reads a golden file.
pub(in crate::models) fn golden<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/tests/peers/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))).unwrap()
}

pub(in crate::models) fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found}, expected {expected}");
}

#[derive(Deserialize)]
struct Objectives {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    labels: Vec<bool>,
    log_odds: Vec<f64>,
    average_precision: f64,
    best_f1: f64,
    f1_at_0: f64,
    log_loss: f64,
    platt: Platt,
    probes: Vec<f64>,
    isotonic: Vec<f64>,
}

#[derive(Deserialize)]
struct Platt {
    slope: f64,
    intercept: f64,
}

#[test]
fn objectives_are_scikit_learns() {
    let Objectives { cases } = golden("objectives.json");
    assert_eq!(cases.len(), 5);
    for case in &cases {
        let (labels, scores) = (&case.labels, &case.log_odds);
        assert_close(average_precision(labels, scores).unwrap(), case.average_precision, 1e-10, "average precision");
        assert_close(f1(labels, scores, 0.0).unwrap(), case.f1_at_0, 1e-10, "f1");
        assert_close(log_loss(labels, scores), case.log_loss, 1e-10, "log-loss");
        let best = best_threshold(labels, scores).unwrap();
        assert_close(best.f1, case.best_f1, 1e-10, "best f1");
        assert_close(f1(labels, scores, best.value).unwrap(), case.best_f1, 1e-10, "f1 at the best threshold");
    }
}

#[test]
fn platt_is_the_maximum_likelihood_fit() {
    for case in golden::<Objectives>("objectives.json").cases {
        let fitted = Calibration::fit(CalibrationMethod::Platt, &case.labels, &case.log_odds);
        let Calibration::Platt { slope, intercept } = fitted else { panic!("another method") };
        assert_close(slope, case.platt.slope, 1e-6, "slope");
        assert_close(intercept, case.platt.intercept, 1e-6, "intercept");
    }
}

#[test]
fn isotonic_is_scikit_learns() {
    for case in golden::<Objectives>("objectives.json").cases {
        let fitted = Calibration::fit(CalibrationMethod::Isotonic, &case.labels, &case.log_odds);
        for (probe, expected) in case.probes.iter().zip(&case.isotonic) {
            assert_close(fitted.probability(*probe), *expected, 1e-9, "isotonic probability");
        }
    }
}

#[test]
fn degenerate_rankings_have_no_score() {
    assert_eq!(average_precision(&[false, false], &[0.1, 0.2]), None);
    assert_eq!(best_threshold(&[false], &[0.1]), None);
    assert_eq!(f1(&[false], &[0.1], 0.5), None);
    // One score for all: nothing to rank by, and still numbers.
    let flat = Calibration::fit(CalibrationMethod::Platt, &[true, false, false], &[0.3; 3]);
    assert_close(flat.probability(0.3), (2.0 / 3.0 + 2.0 * 0.25) / 3.0, 1e-6, "mean of the smoothed targets");
}
