//! Against closed forms and brute force.

use std::collections::BTreeMap;

use super::series;
use crate::domain::Silent;
use crate::stats::*;

fn scale() -> PathScale {
    PathScale { years: 1.0, periods_per_year: 252.0, risk_free: 0.02 / 252.0 }
}

fn plan(method: Method, block: Option<f64>, paths: usize) -> Plan {
    Plan { method, paths, block, seed: 3, scale: scale() }
}

#[test]
fn a_path_by_hand() {
    let found = path_stats(&[0.1, -0.5, 0.2, 1.0], &PathScale { years: 2.0, ..scale() });
    assert!((found.total_return - (1.1 * 0.5 * 1.2 * 2.0 - 1.0)).abs() < 1e-15);
    assert!((found.cagr - ((1.32f64).sqrt() - 1.0)).abs() < 1e-15);
    assert!((found.max_drawdown - -0.5).abs() < 1e-15);
    let sharpe = 252f64.sqrt() * (0.2 - 0.02 / 252.0) / (1.14f64 / 3.0).sqrt();
    assert!((found.sharpe - sharpe).abs() < 1e-12, "{} {sharpe}", found.sharpe);
    // The start is a peak too, and more than everything can't be lost.
    assert_eq!(path_stats(&[-0.25], &scale()).max_drawdown, -0.25);
    let ruined = path_stats(&[0.5, -1.5, 3.0], &scale());
    assert_eq!((ruined.total_return, ruined.cagr, ruined.max_drawdown), (-1.0, -1.0, -1.0));
    assert_eq!(growth_curve(&[0.1, -0.5]), [1.0, 1.1, 0.55]);
}

#[test]
fn trades_multiply_to_what_they_made_of_the_capital() {
    let pnls = [500.0, -1200.0, 30.0, 0.0, 4000.0];
    let returns = trade_returns(&pnls, 10_000.0).unwrap();
    assert_eq!(returns[1], -1200.0 / 10_500.0);
    let growth = growth_curve(&returns);
    assert!((growth[5] - 1.333).abs() < 1e-12);
    assert_eq!(trade_returns(&[-10.0, -90.0, 5.0], 100.0), Err(StatsError::Ruined { trade: 2 }));
    assert!(trade_returns(&[-10.0, -90.0], 100.0).is_ok(), "the last trade may take everything");
}

/// Each order of six days, by Heap's algorithm.
fn drawdowns_of_all_orders(days: &mut [f64], size: usize, found: &mut BTreeMap<Vec<u64>, f64>) {
    if size <= 1 {
        let order = days.iter().map(|day| day.to_bits()).collect();
        found.insert(order, path_stats(days, &scale()).max_drawdown);
        return;
    }
    for at in 0..size {
        drawdowns_of_all_orders(days, size - 1, found);
        days.swap(if size.is_multiple_of(2) { at } else { 0 }, size - 1);
    }
}

#[test]
fn every_order_is_as_likely() {
    let mut days = [0.05, -0.1, 0.02, -0.03, 0.08, -0.06];
    let mut all = BTreeMap::new();
    drawdowns_of_all_orders(&mut days, 6, &mut all);
    assert_eq!(all.len(), 720, "each order once");
    let resampler = Resampler::new(Method::Shuffle, 6, 1.0).unwrap();
    let (mut drawn, mut mean) = (Vec::new(), 0.0);
    let orders = 40_000;
    for number in 0..orders {
        resampler.draw(&days, &mut Stream::new(1, number), &mut drawn);
        mean += path_stats(&drawn, &scale()).max_drawdown / orders as f64;
    }
    let exact = all.values().sum::<f64>() / 720.0;
    assert!((mean - exact).abs() < 3e-4, "{mean} beside {exact}");
    let sum: f64 = drawn.iter().sum();
    assert!((sum - days.iter().sum::<f64>()).abs() < 1e-15, "the same days");
}

#[test]
fn shuffling_keeps_the_return_and_varies_the_drawdown() {
    let returns = series(31, 250, 0.0, 0.0004, 0.01);
    let found = simulate(&returns, &plan(Method::Shuffle, None, 2_000), &Silent).unwrap();
    let observed = path_stats(&returns, &scale());
    let total = found.spread("total_return").unwrap();
    assert!(total.quantiles.iter().all(|value| *value == observed.total_return) && total.share_negative.is_nan());
    let drawdown = found.spread("max_drawdown").unwrap();
    assert!(drawdown.interval().0 < drawdown.interval().1 && drawdown.observed == observed.max_drawdown);
    // All paths end where the run did.
    let last = found.bands.values.last().unwrap();
    assert!(last.iter().all(|value| (value - 1.0 - observed.total_return).abs() < 1e-5), "{last:?}");
}

/// The expectation of the product of n independent draws is the power of the mean, the deviation of their sum sqrt(n) times
/// that of one; the median sum lies within a few hundredths of a deviation of the mean.
#[test]
fn independent_draws_follow_closed_forms() {
    let returns = series(32, 250, 0.0, 0.0006, 0.01);
    let found = simulate(&returns, &plan(Method::Bootstrap, None, 40_000), &Silent).unwrap();
    let total = found.spread("total_return").unwrap();
    let mean = moments(&returns).unwrap().mean;
    let exact = (1.0 + mean).powi(250) - 1.0;
    let logs: Vec<f64> = returns.iter().map(|value| value.ln_1p()).collect();
    let spread = moments(&logs).unwrap().deviation.unwrap() * 250f64.sqrt();
    assert!((total.mean - exact).abs() < 4.0 * spread * (1.0 + exact) / 200.0, "{} beside {exact}", total.mean);
    let median = total.quantiles[3].ln_1p();
    assert!((median - total.observed.ln_1p()).abs() < 0.03 * spread, "{median}");
    for (at, z) in [(0, -1.959_964), (1, -1.644_854), (5, 1.644_854), (6, 1.959_964)] {
        let expected = total.observed.ln_1p() + z * spread;
        assert!((total.quantiles[at].ln_1p() - expected).abs() < 0.06 * spread, "level {at}");
    }
    assert!((total.share_below - 0.5).abs() < 0.02);
}

/// Politis and Romano (1994), lemma 1, exactly: the variance of the mean of stationary resamples, from circular
/// autocovariances C(i): n Var = C(0) + 2 sum (1 - i / n) (1 - p)^i C(i).
#[test]
fn the_deviation_of_block_means_follows_its_closed_form() {
    for (phi, length) in [(0.0, 1.0), (0.6, 9.0), (0.9, 40.0), (-0.5, 4.0)] {
        let values = series(33, 240, phi, 0.001, 0.01);
        let (n, mean) = (values.len(), moments(&values).unwrap().mean);
        let circular = |lag: usize| -> f64 {
            (0..n).map(|day| (values[day] - mean) * (values[(day + lag) % n] - mean)).sum::<f64>() / n as f64
        };
        let kept = 1.0 - 1.0 / length;
        let rest: f64 =
            (1..n).map(|lag| (1.0 - lag as f64 / n as f64) * f64::powi(kept, lag as i32) * circular(lag)).sum();
        let exact = ((circular(0) + 2.0 * rest) / n as f64).sqrt();
        let found = mean_interval(&values, length, 60_000, 5).unwrap();
        assert!((found.error / exact - 1.0).abs() < 0.015, "phi {phi}: {} beside {exact}", found.error);
        assert!((found.mean - mean).abs() < 1e-15 && found.low < mean && mean < found.high);
    }
}

#[test]
fn blocks_keep_neighbours_and_have_their_mean_length() {
    let n = 5_000;
    let values: Vec<f64> = (0..n).map(f64::from).collect();
    let resampler = Resampler::new(Method::Block, values.len(), 20.0).unwrap();
    let (mut drawn, mut breaks) = (Vec::new(), 0);
    for number in 0..20 {
        resampler.draw(&values, &mut Stream::new(9, number), &mut drawn);
        assert_eq!(drawn.len(), values.len());
        breaks += drawn.windows(2).filter(|pair| pair[1] != (pair[0] + 1.0) % f64::from(n)).count();
    }
    let mean = 20.0 * f64::from(n) / breaks as f64;
    assert!((mean - 20.0).abs() < 1.0, "{mean}");
    // Whole numbers below n come as often as each other.
    let mut stream = Stream::new(4, 0);
    let mut counts = [0u32; 7];
    (0..70_000).for_each(|_| counts[stream.below(7) as usize] += 1);
    assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
}

#[test]
fn bands_are_the_quantiles_of_the_paths() {
    let returns = series(34, 200, 0.0, 0.0005, 0.01);
    let found = simulate(&returns, &plan(Method::Bootstrap, None, 4_000), &Silent).unwrap();
    assert_eq!((found.bands.steps.first(), found.bands.steps.last(), found.bands.paths), (Some(&0), Some(&200), 4_000));
    assert!(found.bands.steps.len() <= 121 && found.bands.values[0] == [1.0; 5]);
    let last = found.bands.values.last().unwrap();
    let total = found.spread("total_return").unwrap();
    for (at, level) in [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)] {
        assert!((last[at] - 1.0 - total.quantiles[level]).abs() < 1e-6, "band {at}");
    }
    // Beyond the limit only the first paths are marked, and all are measured.
    let many = simulate(&returns[..20], &plan(Method::Bootstrap, None, BAND_PATHS + 700), &Silent).unwrap();
    assert_eq!((many.bands.paths, many.spread("total_return").unwrap().values.len()), (BAND_PATHS, BAND_PATHS + 700));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let returns = series(35, 300, 0.3, 0.0003, 0.01);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let paths = Method::ALL.map(|method| simulate(&returns, &plan(method, None, 1_111), &Silent).unwrap());
            (format!("{paths:?}"), mean_interval(&returns, 7.0, 3_333, 2).unwrap())
        })
    };
    let one = with(1);
    assert!(one == with(2) && one == with(4));
    let other = simulate(&returns, &Plan { seed: 4, ..plan(Method::Bootstrap, None, 1_111) }, &Silent).unwrap();
    assert!(!one.0.contains(&format!("{other:?}")), "another seed draws other paths");
}
