//! What runs leave behind at their edges: never a panic, never a number that means nothing.

use proptest::prelude::*;

use crate::domain::Silent;
use crate::stats::*;

fn scale() -> PathScale {
    PathScale { years: 0.5, periods_per_year: 252.0, risk_free: 0.0 }
}

fn simulated(returns: &[f64], method: Method, block: Option<f64>) -> Result<Simulation, StatsError> {
    simulate(returns, &Plan { method, paths: 60, block, seed: 1, scale: scale() }, &Silent)
}

#[test]
fn too_few_or_not_numbers_are_refused_by_name() {
    assert_eq!(simulated(&[], Method::Block, None).unwrap_err(), StatsError::TooFew { found: 0, needed: 20 });
    assert_eq!(
        simulated(&[0.01; 19], Method::Shuffle, None).unwrap_err(),
        StatsError::TooFew { found: 19, needed: 20 }
    );
    let mut days = vec![0.01; 30];
    days[7] = f64::NAN;
    let told = simulated(&days, Method::Bootstrap, None).unwrap_err().to_string();
    assert_eq!(told, "observation 7 is NaN, not a finite number");
    for block in [0.0, 0.5, -3.0, f64::NAN, f64::INFINITY, 31.0] {
        let told = simulated(&[0.01; 30], Method::Block, Some(block)).unwrap_err();
        assert!(matches!(told, StatsError::Block { found: 30, .. }), "{told}");
    }
    let resampling = Resampling { block: None, resamples: 99, seed: 1 };
    assert_eq!(difference(&[0.1; 3], &[0.1; 4], &resampling).unwrap_err(), StatsError::Unpaired { left: 3, right: 4 });
    assert!(difference(&[0.1], &[0.1], &resampling).is_err() && difference(&[], &[], &resampling).is_err());
    assert!(mean_interval(&[1.0, 2.0], 1.0, 0, 1).is_err());
    assert!(moments(&[]).is_none() && quantile(&[], 0.5).is_none() && moments(&[f64::INFINITY]).is_none());
}

#[test]
fn nothing_varies_where_nothing_varies() {
    for day in [0.0, 0.001, -0.002] {
        for method in Method::ALL {
            let found = simulated(&[day; 40], method, None).unwrap();
            let total = found.spread("total_return").unwrap();
            assert!((total.interval().1 - total.interval().0).abs() < 1e-15 && total.observed == total.quantiles[3]);
            let sharpe = found.spread("sharpe").unwrap();
            assert!(sharpe.observed.is_nan() && sharpe.quantiles[3].is_nan() && sharpe.share_below.is_nan());
        }
        assert_eq!(block_length(&[day; 40]), 1.0);
        let resampling = Resampling { block: None, resamples: 99, seed: 1 };
        let same = difference(&[day; 40], &[day; 40], &resampling).unwrap();
        assert_eq!((same.mean, same.deviation, same.correlation), (0.0, None, None));
        assert!(same.bootstrap.is_none() && same.paired.is_none() && same.welch.is_none());
    }
    let only = moments(&[3.0]).unwrap();
    assert_eq!((only.mean, only.deviation, only.skewness), (3.0, None, None));
}

#[test]
fn losing_everything_ends_at_nothing() {
    let all_lost = vec![-0.9; 30];
    let found = simulated(&all_lost, Method::Block, None).unwrap();
    assert!(found.spread("total_return").unwrap().share_negative == 1.0);
    let mut ruined = vec![0.01; 30];
    ruined[29] = -1.4;
    for method in Method::ALL {
        let found = simulated(&ruined, method, None).unwrap();
        let (total, drawdown) = (found.spread("total_return").unwrap(), found.spread("max_drawdown").unwrap());
        assert!(total.quantiles[0] >= -1.0 && drawdown.quantiles[0] >= -1.0);
        assert_eq!((total.observed, drawdown.observed), (-1.0, -1.0));
    }
    // No time passes: growth a year is unknown.
    let timeless = PathScale { years: 0.0, ..scale() };
    assert!(path_stats(&[0.1, 0.2], &timeless).cagr.is_nan());
}

#[test]
fn distributions_answer_outside_their_domain_with_nan() {
    for (t, df) in [(f64::NAN, 5.0), (1.0, f64::NAN), (1.0, 0.0), (1.0, -2.0)] {
        assert!(two_sided(t, df).is_nan() && cdf(t, df).is_nan());
    }
    assert_eq!((two_sided(f64::INFINITY, 3.0), cdf(f64::NEG_INFINITY, 3.0), cdf(f64::INFINITY, 3.0)), (0.0, 0.0, 1.0));
    for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
        assert!(student_quantile(p, 4.0).is_nan());
    }
    assert!(ln_gamma(0.0).is_nan() && ln_gamma(-1.5).is_nan() && regularized_beta(0.5, 0.5, -1.0, 1.0).is_nan());
    assert_eq!(regularized_beta(0.0, 1.0, 2.0, 3.0), 0.0);
    assert_eq!(regularized_beta(1.0, 0.0, 2.0, 3.0), 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        // The same cases on every machine.
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_numbers_are_survived(values in prop::collection::vec(prop_oneof![
        5 => -2.0..2.0f64, 1 => Just(0.0), 1 => prop::num::f64::ANY], 0..80), block in 0.1..90.0f64) {
        for method in Method::ALL {
            if let Ok(found) = simulated(&values, method, Some(block)) {
                for spread in &found.spreads {
                    prop_assert!(spread.quantiles.windows(2).all(|pair| pair[0].is_nan() || pair[0] <= pair[1]), "{spread:?}");
                }
                let drawdown = found.spread("max_drawdown").unwrap();
                prop_assert!((-1.0..=0.0).contains(&drawdown.quantiles[0]));
            }
        }
        let length = block_length(&values);
        prop_assert!(length >= 1.0 && length <= values.len().max(1) as f64, "{length}");
        let other: Vec<f64> = values.iter().rev().copied().collect();
        if let Ok(found) = difference(&values, &other, &Resampling { block: None, resamples: 50, seed: 1 }) {
            prop_assert!(found.mean.is_finite() && found.bootstrap.is_none_or(|found| (0.0..=1.0).contains(&found.p)));
        }
        let columns = [values.clone(), other.clone(), vec![0.0; values.len()]];
        if let Some(found) = overfit(&columns, 6) {
            prop_assert!((0.0..=1.0).contains(&found.pbo) && found.logits.iter().all(|logit| logit.is_finite()));
            prop_assert!(found.in_sample.iter().chain(&found.out_of_sample).all(|ratio| ratio.is_finite()));
        }
        if let Some(found) = superior(&columns, None, 20, 1) {
            prop_assert!(found.spa_lower > 0.0 && found.spa_lower <= found.spa_consistent, "{found:?}");
            prop_assert!(found.spa_consistent <= found.spa_upper && found.spa_upper <= 1.0, "{found:?}");
            prop_assert!(found.statistic.is_finite() && found.reality_check_statistic.is_finite());
        }
        prop_assert!(deflated_sharpe(&values, 9, 0.01).is_none_or(|found| found.probability <= found.psr_zero));
        prop_assert!(sharpe_gap(&values, &other).is_none_or(|found| (0.0..=1.0).contains(&found.p)));
        let _ = (moments(&values), welch(&values, &other), trade_returns(&values, 10.0));
    }

    #[test]
    fn probabilities_are_probabilities(t in -1e9..1e9f64, df in 0.01..1e9f64, p in 0.0..1.0f64) {
        let found = two_sided(t, df);
        prop_assert!((0.0..=1.0).contains(&found), "{found}");
        prop_assert!(!(0.5..1e6).contains(&df) || p < 1e-6 || (cdf(student_quantile(p, df), df) - p).abs() < 1e-9);
    }
}
