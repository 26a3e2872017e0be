//! Several objectives, and values that are unknown.

use super::*;

#[test]
fn unknown_rows_are_in_no_front() {
    let rows =
        vec![vec![1.0, 2.0], vec![f64::NAN, 0.0], vec![1.0], vec![], vec![2.0, 1.0], vec![1.0, 2.0], vec![0.0, 0.0]];
    let by = [Direction::Maximise, Direction::Maximise];
    assert_eq!(non_dominated_ranks(&rows, &by), [Some(0), None, None, None, Some(0), Some(0), Some(1)]);
    assert_eq!(pareto_front(&rows, &by), [0, 4, 5]);
    let mixed = [Direction::Maximise, Direction::Minimise];
    assert_eq!(pareto_front(&rows, &mixed), [4, 6]);
    assert!(pareto_front(&[], &by).is_empty());
    assert_eq!(pareto_front(&[vec![-0.0, 1.0], vec![0.0, 1.0]], &by), [0, 1]);
    assert_eq!(pareto_front(&[vec![f64::INFINITY, 1.0], vec![0.0, 2.0], vec![0.0, 1.0]], &by), [0, 1]);
}

#[test]
fn fronts_are_what_comparing_each_with_each_finds() {
    let mut stream = crate::stats::Stream::new(8, 0);
    let by = [Direction::Minimise, Direction::Maximise, Direction::Minimise];
    let rows: Vec<Vec<f64>> = (0..80).map(|_| (0..3).map(|_| f64::from(stream.below(5))).collect()).collect();
    let better = |a: &[f64], b: &[f64]| {
        let pairs = || a.iter().zip(b).zip(&by).map(|((a, b), by)| (by.loss(*a), by.loss(*b)));
        pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
    };
    let front: Vec<usize> = (0..80).filter(|at| !rows.iter().any(|other| better(other, &rows[*at]))).collect();
    assert_eq!(pareto_front(&rows, &by), front);
}

/// Two objectives that pull x to 0 and to 1, and y to 0.5: more of the front is found than by random points.
#[test]
fn tpe_finds_fronts() {
    let space = Space::new(vec![always("x", float(0.0, 1.0)), always("y", float(0.0, 1.0))]).unwrap();
    let by = [Direction::Minimise, Direction::Maximise];
    let off_front = |sampler: Sampler, seed| {
        let mut past: Vec<Observed> = Vec::new();
        while past.len() < 96 {
            for point in sampler.generation(&space, &by, seed, past.len() as u64, 8, &past) {
                let (x, off) = (point["x"].as_f64().unwrap(), point["y"].as_f64().unwrap() - 0.5);
                past.push(finished(past.len() as u64, point, vec![x * x + off * off, -(1.0 - x).powi(2) - off * off]));
            }
        }
        let late = &past[48..];
        let spread =
            |low: f64, high: f64| late.iter().any(|t| (low..high).contains(&t.assignment["x"].as_f64().unwrap()));
        assert!(spread(0.0, 0.4) && spread(0.4, 0.6) && spread(0.6, 1.0));
        late.iter().map(|trial| (trial.assignment["y"].as_f64().unwrap() - 0.5).abs()).sum::<f64>() / late.len() as f64
    };
    for seed in 0..5 {
        let (ours, random) = (off_front(Sampler::Tpe(Tpe::default()), seed), off_front(Sampler::Random, seed));
        assert!(ours < 0.6 * random, "{ours} {random}");
    }
}
