//! Do the intervals hold what they promise, and the probabilities too? On SYNTHETIC series whose truth is known.

use super::{series, study};
use crate::stats::*;

/// Shares of series whose 95 % interval of the mean holds the true one, 0: block bootstrap, t.
fn coverage(phi: f64, n: usize, series_drawn: u64, length: Option<f64>) -> (f64, f64) {
    let (mut block, mut t) = (0, 0);
    for number in 0..series_drawn {
        // Seeds far apart: the generator's neighbours start alike.
        let seed = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let values = &series(seed, n + 50, phi, 0.0, 0.01)[50..];
        let found = mean_interval(values, length.unwrap_or_else(|| block_length(values)), 1_000, number).unwrap();
        block += usize::from(found.low <= 0.0 && 0.0 <= found.high);
        let test = paired(values, &vec![0.0; n]).unwrap();
        t += usize::from(test.low <= 0.0 && 0.0 <= test.high);
    }
    (block as f64 / series_drawn as f64, t as f64 / series_drawn as f64)
}

#[test]
fn intervals_of_independent_days_hold_the_truth_as_often_as_they_say() {
    for length in [Some(1.0), None] {
        let (block, t) = coverage(0.0, 250, study(200, 600), length);
        assert!(study(0.90..=0.98, 0.92..=0.97).contains(&block), "block {block} at {length:?}");
        assert!(study(0.91..=0.98, 0.93..=0.97).contains(&t), "t {t}");
    }
}

#[test]
fn blocks_hold_where_days_remember_and_t_does_not() {
    let series_drawn = study(120, 400);
    let (block, t) = coverage(0.5, 500, series_drawn, None);
    assert!(study(0.87..=0.99, 0.89..=0.98).contains(&block), "{block}");
    assert!(t < 0.80, "the t interval is too narrow for these: {t}");
    let (single, _) = coverage(0.5, 500, series_drawn, Some(1.0));
    assert!(single < 0.80, "so is one of single days: {single}");
}

/// Without a difference, each probability falls below 5 % in about 5 % of all cases.
#[test]
fn differences_of_nothing_are_found_as_rarely_as_promised() {
    let (mut bootstrap, mut paired_t, mut welch_t) = (0, 0, 0);
    let studies = study(200, 400);
    for number in 0..studies {
        let seed = |part: u64| (3 * number + part).wrapping_mul(0xD134_2543_DE82_EF95);
        let market = series(seed(0), 200, 0.0, 0.0, 0.01);
        let own = |part: u64| -> Vec<f64> {
            let noise = series(seed(part), 200, 0.0, 0.0, 0.004);
            market.iter().zip(noise).map(|(all, own)| all + own).collect()
        };
        let resampling = Resampling { block: None, resamples: 999, seed: number };
        let found = difference(&own(1), &own(2), &resampling).unwrap();
        assert!(found.correlation.unwrap() > 0.6);
        bootstrap += usize::from(found.bootstrap.unwrap().p < 0.05);
        paired_t += usize::from(found.paired.unwrap().p < 0.05);
        welch_t += usize::from(found.welch.unwrap().p < 0.05);
    }
    let share = |count: usize| count as f64 / studies as f64;
    assert!(study(0.01..=0.11, 0.02..=0.09).contains(&share(bootstrap)), "{}", share(bootstrap));
    assert!(study(0.01..=0.10, 0.02..=0.08).contains(&share(paired_t)), "{}", share(paired_t));
    // Welch's takes correlated series for independent: it hardly ever finds anything.
    assert!(share(welch_t) < 0.01, "{}", share(welch_t));
}

#[test]
fn a_difference_that_is_there_is_found() {
    let market = series(77, 500, 0.0, 0.0, 0.01);
    let better: Vec<f64> = market.iter().zip(series(78, 500, 0.0, 0.001, 0.003)).map(|(all, own)| all + own).collect();
    let found = difference(&better, &market, &Resampling { block: None, resamples: 2_000, seed: 1 }).unwrap();
    let bootstrap = found.bootstrap.unwrap();
    assert!(bootstrap.p < 0.001 && bootstrap.low > 0.0 && found.paired.unwrap().p < 1e-6);
    assert!((found.mean - bootstrap.mean).abs() < 1e-15 && found.welch.unwrap().p > 0.05);
}
