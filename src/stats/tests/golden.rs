//! Against mpmath, SciPy, statsmodels and arch (`tests/peers/stats_peer.py`).

use serde_json::Value;

use super::series;
use crate::stats::*;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden/stats.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Rows of numbers; text is left out.
fn rows(golden: &Value, name: &str) -> Vec<Vec<f64>> {
    let numbers = |row: &Value| row.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let found: Vec<Vec<f64>> = golden[name].as_array().unwrap().iter().map(numbers).collect();
    assert!(!found.is_empty(), "{name}");
    found
}

fn named(golden: &Value, name: &str) -> Vec<f64> {
    let shape = &golden["series"][name];
    let part = |key: &str, default: f64| shape[key].as_f64().unwrap_or(default);
    let n = shape["n"].as_u64().unwrap() as usize;
    series(shape["seed"].as_u64().unwrap(), n, part("phi", 0.0), part("level", 0.0), part("scale", 0.01))
}

#[track_caller]
pub(super) fn close(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    let off = (ours - theirs).abs() / theirs.abs().max(1e-300);
    assert!(off <= tolerance || ours == theirs, "{what}: {ours} beside {theirs}, off by {off:e}");
}

#[test]
fn both_sides_make_the_same_series() {
    let golden = golden();
    for (name, first) in golden["first"].as_object().unwrap() {
        let ours = named(&golden, name);
        for (value, theirs) in ours.iter().zip(first.as_array().unwrap()) {
            // JSON numbers are read to the last digit but one.
            close(*value, theirs.as_f64().unwrap(), 1e-15, name);
        }
    }
}

#[test]
fn special_functions_agree_with_mpmath_and_scipy() {
    let golden = golden();
    for row in rows(&golden, "ln_gamma") {
        let error = (ln_gamma(row[0]) - row[1]).abs();
        assert!(error < 1e-14 * row[1].abs().max(10.0), "ln_gamma({}) off by {error:e}", row[0]);
    }
    for row in rows(&golden, "beta") {
        close(regularized_beta(row[0], 1.0 - row[0], row[1], row[2]), row[3], 2e-12, &format!("I{row:?}"));
    }
    for row in rows(&golden, "two_sided") {
        let tolerance = if row[1] <= 1e4 { 1e-11 } else { 1e-7 };
        close(two_sided(row[0], row[1]), row[2], tolerance, &format!("t {row:?}"));
        close(cdf(row[0], row[1]) + cdf(-row[0], row[1]), 1.0, 1e-15, "both sides");
    }
    for row in rows(&golden, "t_quantile") {
        close(
            student_quantile(row[0], row[1]),
            row[2],
            if row[1] <= 1e4 { 1e-11 } else { 1e-7 },
            &format!("quantile {row:?}"),
        );
    }
}

#[test]
fn t_tests_agree_with_scipy() {
    let golden = golden();
    let pairs = |name: &str| golden[name].as_array().unwrap().clone();
    let side = |row: &Value, at: usize| named(&golden, row[at].as_str().unwrap());
    for row in pairs("welch") {
        let found = welch(&side(&row, 0), &side(&row, 1)).unwrap();
        for (at, ours) in [found.t, found.df, found.p, found.low, found.high].into_iter().enumerate() {
            close(ours, row[at + 2].as_f64().unwrap(), 1e-10, &format!("welch {row} {at}"));
        }
    }
    for row in pairs("paired") {
        let (a, b) = (side(&row, 0), side(&row, 1));
        let found = paired(&a, &b).unwrap();
        let ours = [found.t, found.df, found.p, found.low, found.high, correlation(&a, &b).unwrap()];
        for (at, ours) in ours.into_iter().enumerate() {
            close(ours, row[at + 2].as_f64().unwrap(), 1e-10, &format!("paired {row} {at}"));
        }
    }
}

#[test]
fn moments_and_quantiles_agree_with_scipy_and_numpy() {
    let golden = golden();
    for row in golden["moments"].as_array().unwrap() {
        let mut values = named(&golden, row[0].as_str().unwrap());
        let found = moments(&values).unwrap();
        values.sort_by(f64::total_cmp);
        let cuts = [0.0, 0.025, 0.3, 0.5, 0.975, 1.0].map(|p| quantile(&values, p).unwrap());
        let own = [found.mean, found.deviation.unwrap(), found.skewness.unwrap(), found.kurtosis.unwrap()];
        for (at, ours) in own.into_iter().chain(cuts).enumerate() {
            close(ours, row[at + 1].as_f64().unwrap(), 1e-9, &format!("{row} {at}"));
        }
    }
}

/// arch scales correlations by parts one day shorter than what overlaps, which can tip a lag over the bound in short series.
#[test]
fn block_lengths_agree_with_arch() {
    let (mut longest, mut tipped) = (0.0f64, Vec::new());
    for row in rows(&golden(), "block_length") {
        let ours = block_length(&series(row[0] as u64, row[1] as usize, row[2], 0.0, 0.01));
        if (ours / row[3] - 1.0).abs() > 1e-9 {
            tipped.push((row[1], row[2], ours, row[3]));
        }
        longest = longest.max(ours);
    }
    assert!(tipped.len() <= 3 && tipped.iter().all(|row| row.0 < 250.0), "{tipped:?}");
    assert!(longest > 50.0, "no long memory among them");
}

/// 100 000 resamples on either side; quantiles apart by what sampling explains.
#[test]
fn stationary_resamples_are_spread_as_archs() {
    for row in rows(&golden(), "stationary") {
        let values = series(row[0] as u64, row[1] as usize, row[2], 0.001, 0.01);
        let found = mean_interval(&values, row[3], 100_000, 1).unwrap();
        close(found.error, row[4], 0.012, "deviation of the means");
        // Standard errors of a tail quantile are about 0.008 of the deviation; of the difference of two, 1.4 times that.
        for (ours, theirs) in [(found.low, row[5]), (found.high, row[9])] {
            assert!((ours - theirs).abs() < 0.05 * row[4], "{row:?}: {ours} beside {theirs}");
        }
    }
}

#[test]
fn holms_adjustment_agrees_with_statsmodels() {
    let golden = golden();
    for row in golden["holm"].as_array().unwrap() {
        let numbers = |at: usize| row[at].as_array().unwrap().iter().map(|p| p.as_f64().unwrap()).collect::<Vec<_>>();
        let given: Vec<Option<f64>> = numbers(0).into_iter().map(Some).collect();
        for (ours, theirs) in holm(&given).into_iter().zip(numbers(1)) {
            close(ours.unwrap(), theirs, 1e-14, "holm");
        }
    }
    assert_eq!(holm(&[None, Some(0.02), Some(f64::NAN), Some(0.04)]), [None, Some(0.04), None, Some(0.04)]);
}
