//! Selection honesty against published examples, purgedcv, skfolio, arch, SciPy and mpmath (`tests/peers/luck_peer.py`).

use serde_json::Value;

use super::golden::close;
use super::series;
use crate::stats::*;

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/golden/luck.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(of: &Value) -> Vec<f64> {
    of.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn rows(of: &Value) -> Vec<Vec<f64>> {
    let found: Vec<Vec<f64>> = of.as_array().unwrap().iter().map(numbers).collect();
    assert!(!found.is_empty());
    found
}

/// Columns of a case, made as the peer makes them.
fn columns(case: &Value) -> Vec<Vec<f64>> {
    let n = case["n"].as_u64().unwrap() as usize;
    let column = |spec: Vec<f64>| {
        let mut made = if spec[0] == 0.0 { vec![0.0; n] } else { series(spec[0] as u64, n, 0.0, spec[1], spec[2]) };
        made[..spec[3] as usize].fill(0.0);
        made
    };
    rows(&case["columns"]).into_iter().map(column).collect()
}

/// Skewed returns with fat tails: seed, days, level and scale.
fn skewed(row: &[f64]) -> Vec<f64> {
    let (seed, n) = (row[0] as u64, row[1] as usize);
    let tails = series(seed + 100, n, 0.0, 0.0, 0.1);
    series(seed, n, 0.0, row[2], row[3]).iter().zip(tails).map(|(x, tail)| x + tail * tail - 0.01).collect()
}

#[test]
fn the_normal_distribution_agrees_with_mpmath() {
    let golden = golden();
    for row in rows(&golden["normal_cdf"]) {
        close(normal_cdf(row[0]), row[1], 1e-13, &format!("cdf({})", row[0]));
    }
    for row in rows(&golden["normal_quantile"]) {
        assert!((normal_quantile(row[0]) - row[1]).abs() < 1e-13 * row[1].abs().max(1.0), "quantile({})", row[0]);
    }
}

/// Numbers of the papers: Bailey and López de Prado 2014 (an annual ratio of 2.5 over 1 250 days) and 2012 (track records in
/// years of a ratio of 2 against 1).
#[test]
fn published_examples_come_out() {
    let daily = 2.5 / 250f64.sqrt();
    let deflated = |trials: u64, skewness: f64, excess: f64| {
        let benchmark = expected_maximum_sharpe(trials, 0.5 / 250.0).unwrap();
        (benchmark, probabilistic_sharpe(daily, benchmark, 1250, skewness, excess).unwrap())
    };
    let (benchmark, probability) = deflated(100, -3.0, 7.0);
    assert!((benchmark - 0.1132).abs() < 5e-5 && (probability - 0.9004).abs() < 5e-5, "{benchmark} {probability}");
    assert!((deflated(46, -3.0, 7.0).1 - 0.9505).abs() < 5e-5 && (deflated(88, 0.0, 0.0).1 - 0.9505).abs() < 5e-5);
    let years = |a_year: f64, skewness: f64, excess: f64| {
        minimum_track_record(2.0 / a_year.sqrt(), 1.0 / a_year.sqrt(), skewness, excess, 0.95).unwrap() / a_year
    };
    for (found, published) in
        [(years(12.0, 0.0, 0.0), 3.24), (years(52.0, 0.0, 0.0), 2.83), (years(12.0, -0.72, 2.78), 4.99)]
    {
        assert!((found - published).abs() < 6e-3, "{found} beside {published}");
    }
}

#[test]
fn sharpe_ratios_agree_with_skfolio_purgedcv_and_scipy() {
    let golden = golden();
    for row in rows(&golden["deflated"]) {
        let found = deflated_sharpe(&skewed(&row), row[4] as u64, row[5]).unwrap();
        close(found.probability, row[6], 1e-10, "deflated");
        close(found.psr_zero, row[7], 1e-10, "probabilistic");
        close(found.benchmark, row[9], 1e-11, "expected maximum");
        // Their moments differ, the formula doesn't.
        close(probabilistic_sharpe(row[8], row[9], found.n, row[10], row[11]).unwrap(), row[12], 1e-10, "purgedcv");
    }
    for row in rows(&golden["track_record"]) {
        let found = minimum_track_record(row[0], row[1], row[2], row[3], row[4]).unwrap();
        assert_eq!(found.ceil(), row[5], "{row:?}");
    }
    for row in rows(&golden["gap"]) {
        let returns = skewed(&row);
        let (validation, test) = returns.split_at(returns.len() / 2);
        let found = sharpe_gap(validation, test).unwrap();
        for (ours, theirs) in [found.validation, found.test, found.z, found.p].into_iter().zip(&row[4..]) {
            close(ours, *theirs, 1e-9, "gap");
        }
    }
    for row in rows(&golden["maximum"]) {
        close(expected_maximum_sharpe(row[0] as u64, row[1]).unwrap(), row[2], 1e-11, "maximum");
    }
}

#[test]
fn overfitting_agrees_with_purgedcv() {
    for case in golden()["overfit"].as_array().unwrap() {
        let number = |name: &str| case[name].as_f64().unwrap();
        let found = overfit(&columns(case), number("blocks") as usize).unwrap();
        assert_eq!(
            (found.n_combinations, found.n_blocks),
            (number("combinations") as usize, number("blocks") as usize)
        );
        let below = found.logits.iter().filter(|logit| **logit < 0.0).count();
        close(below as f64 / found.n_combinations as f64, number("below"), 1e-11, "logits below 0");
        close(found.pbo, number("below") + number("middle"), 1e-11, "pbo");
        close(found.slope.unwrap(), number("slope"), 1e-9, "slope");
        close(found.intercept.unwrap(), number("intercept"), 1e-9, "intercept");
        close(found.probability_of_loss, number("loss"), 1e-11, "loss");
        assert!((found.logits.iter().sum::<f64>() - number("sum")).abs() < 1e-8);
        let parts =
            [(&found.logits, "logits"), (&found.in_sample, "in_sample"), (&found.out_of_sample, "out_of_sample")];
        for (ours, name) in parts {
            let theirs = numbers(&case[name]);
            let ours: Vec<f64> = ours.iter().step_by(number("step") as usize).copied().collect();
            assert_eq!(ours.len(), theirs.len());
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                assert!((ours - theirs).abs() < 1e-10, "{name} {at}: {ours} beside {theirs}");
            }
        }
    }
}

#[test]
fn superiority_agrees_with_arch_on_its_own_resamples() {
    for case in golden()["superior"].as_array().unwrap() {
        let n = case["n"].as_u64().unwrap() as u32;
        let days = |runs: &Value| -> Vec<u32> {
            let blocks = rows(runs);
            blocks.iter().flat_map(|block| (0..block[1] as u32).map(|day| (block[0] as u32 + day) % n)).collect()
        };
        let resamples: Vec<Vec<u32>> = case["resamples"].as_array().unwrap().iter().map(days).collect();
        let found = superior_of(&columns(case), case["block"].as_f64().unwrap(), &resamples).unwrap();
        let drawn = resamples.len() as f64;
        // k / B over there, (1 + k) / (1 + B) here.
        let ours = |p: f64| (1.0 + p * drawn) / (1.0 + drawn);
        close(found.reality_check_p, ours(case["reality_check"].as_f64().unwrap()), 1e-10, "reality check");
        close(found.reality_check_statistic, case["reality_check_statistic"].as_f64().unwrap(), 1e-10, "White's");
        let (statistic, spa) = (case["statistic"].as_f64().unwrap(), numbers(&case["spa"]));
        let own = [found.spa_lower, found.spa_consistent, found.spa_upper];
        if statistic < 0.0 {
            // Hansen's statistic is never below 0, which arch leaves out.
            assert_eq!((found.statistic, own), (0.0, [1.0; 3]));
            continue;
        }
        close(found.statistic, statistic, 1e-10, "Hansen's");
        own.iter().zip(spa).for_each(|(p, theirs)| close(*p, ours(theirs), 1e-10, "spa"));
    }
}
