//! Do the judges of selection find nothing in noise, and what is there in signals? On SYNTHETIC normal returns.

use std::f64::consts::TAU;

use super::study;
use crate::stats::*;

/// Columns of independent normal days with the mean 0 and a deviation of 1 %, drawn from the stream `study` of a seed.
fn noise(study: u64, n_columns: usize, n: usize) -> Vec<Vec<f64>> {
    let mut stream = Stream::new(20_261_121, study);
    let mut normal = || 0.01 * (-2.0 * stream.positive().ln()).sqrt() * (TAU * stream.positive()).cos();
    (0..n_columns).map(|_| (0..n).map(|_| normal()).collect()).collect()
}

/// The deflated Sharpe ratio of the best column, every column a trial.
fn deflated(columns: &[Vec<f64>]) -> Deflated {
    let ratios: Vec<f64> = columns.iter().map(|column| sharpe(column).unwrap()).collect();
    let best = (0..ratios.len()).max_by(|a, b| ratios[*a].total_cmp(&ratios[*b])).unwrap();
    let variance = moments(&ratios).unwrap().deviation.unwrap().powi(2);
    deflated_sharpe(&columns[best], columns.len() as u64, variance).unwrap()
}

/// 200 studies (60 in a quick run) of 50 strategies without skill.
#[test]
fn nothing_is_found_in_noise() {
    let studies = study(60, 200);
    let (mut pbo, mut loss, mut naive, mut skilled) = (0.0, 0.0, 0, 0);
    let mut superior_found = [0; 4];
    for study in 0..studies {
        let columns = noise(study, 50, 500);
        let found = overfit(&columns, OVERFIT_BLOCKS).unwrap();
        assert_eq!((found.n_combinations, found.logits.len()), (12_870, 12_870));
        pbo += found.pbo / studies as f64;
        loss += found.probability_of_loss / studies as f64;
        let best = deflated(&columns);
        skilled += usize::from(best.probability > 0.95);
        naive += usize::from(best.psr_zero > 0.95);
        let found = superior(&columns, None, 299, study).unwrap();
        let p = [found.reality_check_p, found.spa_lower, found.spa_consistent, found.spa_upper];
        superior_found.iter_mut().zip(p).for_each(|(count, p)| *count += usize::from(p < 0.05));
    }
    let share = |count: usize| count as f64 / studies as f64;
    assert!(study(0.40..=0.60, 0.45..=0.55).contains(&pbo), "{pbo}");
    assert!(study(0.40..=0.60, 0.45..=0.55).contains(&loss), "{loss}");
    assert!(share(skilled) <= 0.05, "{skilled}");
    assert!(share(naive) > 0.85, "the best of 50 looks skilled to who forgets the other 49: {naive}");
    let [white, lower, consistent, upper] = superior_found;
    assert!(
        [white, consistent, upper].iter().all(|count| study(0.0..=0.12, 0.02..=0.07).contains(&share(*count))),
        "{superior_found:?}"
    );
    // What bounds from below finds more than it should.
    assert!(lower >= consistent && share(lower) < 0.2, "{superior_found:?}");
}

#[test]
fn a_planted_signal_is_found() {
    for study in 0..5 {
        let mut columns = noise(1_000 + study, 50, 1_000);
        // A true daily Sharpe ratio of 0.2.
        columns[17].iter_mut().for_each(|day| *day += 0.002);
        let found = overfit(&columns, OVERFIT_BLOCKS).unwrap();
        assert!(found.pbo < 0.1 && found.probability_of_loss < 0.05, "{} {}", found.pbo, found.probability_of_loss);
        assert!(found.chosen.iter().filter(|column| **column == 17).count() > 9_000);
        let best = deflated(&columns);
        assert!(best.probability > 0.95 && best.benchmark > 0.06, "{best:?}");
        let found = superior(&columns, None, 499, study).unwrap();
        assert!(found.spa_consistent < 0.05 && found.reality_check_p < 0.05, "{found:?}");
        assert_eq!((found.best_column, found.reality_check_column, found.n_strategies), (17, 17, 50));
    }
}

/// Strategies far below the benchmark that vary much hide a good one from White's check, not from Hansen's.
#[test]
fn bad_strategies_dilute_the_reality_check() {
    let (mut white, mut hansen) = (0, 0);
    for study in 0..40 {
        let mut columns = noise(2_000 + study, 20, 500);
        columns[0].iter_mut().for_each(|day| *day += 0.0014);
        columns[10..].iter_mut().flatten().for_each(|day| *day = 5.0 * *day - 0.02);
        let found = superior(&columns, Some(1.0), 299, study).unwrap();
        assert!(found.spa_lower <= found.spa_consistent && found.spa_consistent <= found.spa_upper, "{found:?}");
        white += usize::from(found.reality_check_p < 0.05);
        hansen += usize::from(found.spa_consistent < 0.05);
    }
    assert!(white <= 4 && hansen >= 20, "White's {white}, Hansen's {hansen} of 40");
}

/// A gap of nothing is found as rarely as promised; a winner's is found.
#[test]
fn gaps_are_wide_for_winners_only() {
    let (mut found, mut winners) = (0, 0);
    for study in 0..400 {
        let columns = noise(3_000 + study, 20, 400);
        let gap = |column: usize| sharpe_gap(&columns[column][..250], &columns[column][250..]).unwrap();
        found += usize::from(gap(0).p < 0.05);
        let best = (0..20).max_by(|a, b| gap(*a).validation.total_cmp(&gap(*b).validation)).unwrap();
        winners += usize::from(gap(best).z > 1.0);
    }
    assert!((8..=34).contains(&found), "{found} of 400");
    assert!(winners > 200, "{winners} of 400");
}

#[test]
fn any_number_of_threads_gives_the_same_selection() {
    let columns = noise(4_000, 30, 257);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}{:?}", overfit(&columns, 12), superior(&columns, None, 500, 3)))
    };
    let one = with(1);
    assert!(one == with(2) && one == with(5));
    assert_ne!(superior(&columns, None, 500, 3), superior(&columns, None, 500, 4), "another seed draws other days");
}

#[test]
fn what_cannot_be_judged_is_unknown() {
    let (columns, n) = (noise(5_000, 3, 40), 40);
    let ragged = vec![columns[0].clone(), columns[1][1..].to_vec()];
    let mut broken = columns.clone();
    broken[2][7] = f64::NAN;
    for bad in [&ragged, &broken, &Vec::new()] {
        assert!(overfit(bad, 16).is_none() && superior(bad, None, 99, 1).is_none());
    }
    assert!(overfit(&columns[..1], 16).is_none(), "nothing to choose from");
    assert!(overfit(&columns, 3).is_none() && overfit(&columns, 0).is_none());
    let short: Vec<Vec<f64>> = columns.iter().map(|column| column[..7].to_vec()).collect();
    assert!(overfit(&short, 16).is_none() && superior(&short, None, 99, 1).is_none());
    // Blocks are fewer where days are, and an odd number or too many of them is not used.
    let blocks = |rows: usize, asked: usize| {
        let part: Vec<Vec<f64>> = columns.iter().map(|column| column[..rows].to_vec()).collect();
        overfit(&part, asked).map(|found| (found.n_blocks, found.n_combinations))
    };
    assert_eq!([blocks(n, 16), blocks(31, 16), blocks(8, 16)], [Some((16, 12_870)), Some((14, 3_432)), Some((4, 6))]);
    assert_eq!([blocks(n, 7), blocks(n, 400)], [Some((6, 20)), Some((20, 184_756))]);
    assert!(superior(&columns, Some(0.5), 99, 1).is_none() && superior(&columns, Some(41.0), 99, 1).is_none());
    assert!(superior(&columns, Some(f64::NAN), 99, 1).is_none() && superior(&columns, None, 0, 1).is_none());
    assert!(
        superior_of(&columns, 2.0, &[vec![0; 39]]).is_none() && superior_of(&columns, 2.0, &[vec![40; 40]]).is_none()
    );
    // No variance anywhere: ranks are all shared, and there is no test.
    let flat = vec![vec![0.001; 40]; 5];
    let found = overfit(&flat, 8).unwrap();
    assert!(
        (found.pbo, found.slope, found.probability_of_loss) == (1.0, None, 0.0)
            && found.chosen.iter().all(|at| *at == 0)
    );
    assert!(superior(&flat, None, 99, 1).is_none());
    let mixed = vec![flat[0].clone(), columns[1].clone()];
    assert_eq!(superior(&mixed, None, 99, 1).map(|found| (found.n_strategies, found.best_column)), Some((1, 1)));
}

#[test]
fn sharpe_ratios_without_an_answer_are_unknown() {
    assert!(sharpe(&[]).is_none() && sharpe(&[0.1]).is_none() && sharpe(&[0.1; 9]).is_none());
    assert!(deflated_sharpe(&[0.1; 9], 3, 0.1).is_none() && deflated_sharpe(&[0.1, 0.2, 0.4], 0, 0.1).is_none());
    assert!(expected_maximum_sharpe(5, -0.1).is_none() && expected_maximum_sharpe(5, f64::NAN).is_none());
    assert_eq!(expected_maximum_sharpe(1, 0.3), Some(0.0));
    assert!(expected_maximum_sharpe(u64::MAX, 1.0).is_some_and(|most| (8.0..10.0).contains(&most)));
    for n in [0, 1] {
        assert!(probabilistic_sharpe(0.1, 0.0, n, 0.0, 0.0).is_none());
    }
    // No distribution has a skewness of 30 with the kurtosis of the normal one.
    assert!(
        probabilistic_sharpe(0.1, 0.0, 100, 30.0, 0.0).is_none()
            && probabilistic_sharpe(f64::NAN, 0.0, 9, 0.0, 0.0).is_none()
    );
    assert!(
        minimum_track_record(0.1, 0.1, 0.0, 0.0, 0.95).is_none()
            && minimum_track_record(0.1, f64::NAN, 0.0, 0.0, 0.95).is_none()
    );
    for confidence in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(minimum_track_record(0.2, 0.1, 0.0, 0.0, confidence).is_none());
    }
    assert_eq!(minimum_track_record(0.2, 0.1, 0.0, 0.0, 0.4), Some(2.0));
    // It is how many it takes.
    let n = minimum_track_record(0.2, 0.1, -0.5, 3.0, 0.95).unwrap();
    let at = |n: f64| probabilistic_sharpe(0.2, 0.1, n as usize, -0.5, 3.0).unwrap();
    assert!(at(n.ceil()) >= 0.95 && at(n.ceil() - 1.0) < 0.95);
    assert!(sharpe_gap(&[0.1; 5], &[0.1, 0.2]).is_none() && sharpe_gap(&[], &[]).is_none());
    assert!(normal_cdf(f64::NAN).is_nan() && [0.0, 1.0, -0.5, f64::NAN].iter().all(|p| normal_quantile(*p).is_nan()));
    assert_eq!([f64::NEG_INFINITY, 0.0, f64::INFINITY].map(normal_cdf), [0.0, 0.5, 1.0]);
}
